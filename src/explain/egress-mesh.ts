import { Yaml } from 'cdk8s';
import { IConstruct } from 'constructs';
import { AppIndex } from '../app/app-index';
import { auditProvider } from '../emit/envoy/audit-line';
import { AppIntent, APP_DEFAULTS, appOf } from '../intent/app';
import { GatewayPlan, Plan } from '../plan/plan';
import { clientNames, readsHttp } from '../plan/plan-of';

/** One thing that the mesh must be told for an app. */
export interface MeshSetting {
  /** Where it stands in the values of Istio's chart `istiod`, such as `meshConfig.outboundTrafficPolicy.mode`. */
  readonly key: string;

  /** A text, a list or an object. */
  readonly value: any;

  /** What it holds back, or what does not work without it, for people. */
  readonly reason: string;
}

/**
 * What whoever installs Istio must tell the mesh, so that an app's traffic goes the way that the app says, whatever other teams write in
 * their namespaces: istiod's environment and MeshConfig, as values for Istio's Helm chart `istiod`, each with its reason.
 *
 * It is what this app needs. Of several apps put the values together; of lists and of `serviceEntryVisibility` all items. Nothing at synth
 * can tell what the mesh was really told.
 *
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 * @example
 * writeFileSync('istiod-values.yaml', EgressMesh.describe(app));   // helm upgrade istiod istio/istiod --reuse-values -f istiod-values.yaml
 */
export class EgressMesh {
  /**
   * Everything that the mesh must be told, sorted by key.
   *
   * @param construct the app, or anything in it
   */
  public static of(construct: IConstruct): MeshSetting[] {
    const index = AppIndex.of(construct);
    const plan = index.plan();
    const app = appOf(construct);
    const foreign = plan.gateways.filter(({ name }) => !index.runs(name));
    return [
      ...ofApp(app),
      ...(plan.ways.length > 0 ? [REGISTRY_ONLY] : []),
      ...(plan.gateways.length > 0 ? [scopedGateways(plan.gateways)] : []),
      ...(plan.ways.some(readsHttp) ? [METADATA_INSIDE] : []),
      ...rulesOf(plan, foreign),
      ...visibility(plan, app),
      ...audits(index.auditProviders()),
    ].sort((a, b) => a.key < b.key ? -1 : 1);
  }

  /**
   * The same as an object, for Helm's values.
   *
   * @param construct the app, or anything in it
   */
  public static helmValues(construct: IConstruct): { [key: string]: any } {
    const values: { [key: string]: any } = {};
    for (const { key, value } of EgressMesh.of(construct)) {
      const path = key.split('.');
      const last = path.pop()!;
      path.reduce((inner, part) => inner[part] ??= {}, values)[last] = value;
    }
    return values;
  }

  /**
   * The same as YAML, with the reason of each setting above it.
   *
   * @param construct the app, or anything in it
   */
  public static describe(construct: IConstruct): string {
    const lines: string[] = [];
    let open: readonly string[] = [];
    for (const { key, value, reason } of EgressMesh.of(construct)) {
      const parents = key.split('.');
      const last = parents.pop()!;
      const shared = parents.findIndex((part, i) => part !== open[i]);
      for (let i = shared < 0 ? parents.length : shared; i < parents.length; i++) lines.push(`${'  '.repeat(i)}${parents[i]}:`);
      open = parents;
      const indent = '  '.repeat(parents.length);
      lines.push(`${indent}# ${reason}`, ...Yaml.stringify({ [last]: value }).trimEnd().split('\n').map(line => indent + line));
    }
    return lines.map(line => `${line}\n`).join('');
  }

  private constructor() {}
}

const REGISTRY_ONLY: MeshSetting = {
  key: 'meshConfig.outboundTrafficPolicy.mode',
  value: 'REGISTRY_ONLY',
  reason: 'sidecars refuse what no egress declares; else it leaves straight, past gateways, rules and audits',
};

const METADATA_INSIDE: MeshSetting = {
  key: 'meshConfig.defaultConfig.proxyHeaders.metadataExchangeHeaders.mode',
  value: 'IN_MESH',
  reason: 'sidecars tell hosts outside neither pod nor namespace, labels and service account (x-envoy-peer-metadata); the VirtualServices of the app take it off its own requests',
};

function ofApp({ trustDomain, clusterDomain, rootNamespace }: AppIntent): MeshSetting[] {
  return [
    ...(trustDomain === APP_DEFAULTS.trustDomain ? [] : [{ key: 'meshConfig.trustDomain', value: trustDomain, reason: 'the app names its callers and gateways so' }]),
    ...(clusterDomain === APP_DEFAULTS.clusterDomain ? [] : [{ key: 'global.proxy.clusterDomain', value: clusterDomain, reason: 'the app names Services so' }]),
    ...(rootNamespace === APP_DEFAULTS.rootNamespace ? [] : [{ key: 'meshConfig.rootNamespace', value: rootNamespace, reason: 'the app takes it for Istio\'s root namespace' }]),
  ];
}

function scopedGateways(gateways: readonly GatewayPlan[]): MeshSetting {
  const namespaces = [...new Set(gateways.map(({ namespace }) => namespace))].sort().join(', ');
  return {
    key: 'env.PILOT_SCOPE_GATEWAY_TO_NAMESPACE',
    value: 'true',
    reason: `no other namespace puts doors at the gateways' pods in ${namespaces}, nor shuts them; every Gateway of the mesh must then stand in the namespace of the pods that it selects, those of ingress gateways too`,
  };
}

/** What rules on requests rest on: where the app runs the gateway, its pods say who called themselves. */
function rulesOf({ ways }: Plan, foreign: readonly GatewayPlan[]): MeshSetting[] {
  const ruled = ways.map(({ legs: [{ door }] }) => door).filter(door => door?.admits.requests);
  const there = foreign.filter(({ name }) => ruled.some(door => door!.gateway === name)).map(({ name }) => name);
  return [
    ...(there.length > 0 ? [{
      key: 'meshConfig.defaultConfig.gatewayTopology.forwardClientCertDetails',
      value: 'SANITIZE_SET',
      reason: `${there.join(', ')} tells callers apart by the header that it writes of their certificates, and callers must not write it; it is Istio's default`,
    }] : []),
    ...(ruled.some(door => door!.admits.requests!.some(({ paths }) => paths)) ? [{
      key: 'meshConfig.pathNormalization.normalization',
      value: 'DECODE_AND_MERGE_SLASHES',
      reason: 'paths in allowRequests are compared as servers read them that take %2F for /',
    }] : []),
  ];
}

/** The first version of Istio whose sidecars heed it. */
const VISIBILITY_SINCE = '1.31';

function visibility({ ways }: Plan, { istioVersion }: AppIntent): MeshSetting[] {
  if (ways.length === 0 || (istioVersion !== undefined && istioVersion < VISIBILITY_SINCE)) return [];
  const shared = [...new Set(ways.filter(way => clientNames(way).some(client => client !== way.namespace)).map(({ namespace }) => namespace))].sort();
  return [{
    key: 'meshConfig.serviceEntryVisibility',
    value: {
      applyToSidecars: true,
      defaultVisibility: 'NAMESPACE',
      ...(shared.length > 0 ? {
        policies: [{
          visibility: 'PUBLIC',
          matchingRules: [{ namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: shared }] } }],
        }],
      } : {}),
    },
    reason: 'no other namespace\'s ServiceEntry takes the app\'s traffic; name here every namespace of the mesh whose entries others use, as exportTo of each goes on to say',
  }];
}

function audits(providers: readonly string[]): MeshSetting[] {
  return providers.length === 0 ? [] : [{
    key: 'meshConfig.extensionProviders',
    value: providers.map(auditProvider),
    reason: 'what gateways log; add those that the mesh has already, because Helm replaces lists',
  }];
}
