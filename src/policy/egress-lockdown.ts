import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { ApiObject, App } from 'cdk8s';
import { Construct } from 'constructs';
import { DedicatedNodes } from './dedicated-nodes';
import { AppIndex } from '../app/app-index';
import { sidecar } from '../emit/istio/sidecar';
import { admissionPolicy, admissionPolicyBinding } from '../emit/kubernetes/admission-policy';
import { fencePolicy, gatewayPolicy } from '../emit/kubernetes/fence-policy';
import { ObjectMeta } from '../emit/object';
import { lockdownOpenings } from '../explain/openings';
import { IEgressGateway } from '../gateway/egress-gateway';
import { egressGateways } from '../gateway/gateway-values';
import { DedicatedNodesIntent } from '../intent/dedicated-nodes';
import { gatewayName, isSameGateway } from '../intent/gateway';
import { GatewayIntent } from '../intent/intent';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';
import { Fence, fence, gatewayClients, LockdownIntent } from '../plan/lockdown';
import { label } from '../plan/names';

/** Props of an `EgressLockdown`. */
export interface EgressLockdownProps {
  /** Namespaces out of which nothing else may get. Never that of a gateway. */
  readonly namespaces: string[];

  /**
   * Gateways that their pods may reach; two that name one Service are one.
   *
   * @default - none: what is direct and has addresses, and proxies outside, is all that gets out
   */
  readonly gateways?: IEgressGateway[];

  /**
   * Namespaces whose pods and Services they may reach as well: names, or `.` for each namespace's own.
   *
   * @default ['.']
   */
  readonly inClusterNamespaces?: string[];

  /**
   * Namespaces that may reach the gateways' pods beside the clients of this app's routes: clients of other apps' routes, and
   * whoever collects the gateways' metrics.
   *
   * @default - none
   */
  readonly gatewayClients?: string[];

  /**
   * Nodes that the gateways have for themselves: adds a ValidatingAdmissionPolicy that refuses other pods which tolerate their taint,
   * or name their node themselves, and so would leave with the gateways' addresses. It needs Kubernetes 1.30, and does not
   * hold back who may give pods to nodes by `pods/binding`.
   *
   * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
   * @default - the gateways run where their owner puts them, beside whatever else runs there
   */
  readonly dedicatedNodes?: DedicatedNodes;

  /**
   * Namespace of the cluster's DNS.
   *
   * @default kube-system
   */
  readonly dnsNamespace?: string;

  /**
   * Labels of the pods of the cluster's DNS.
   *
   * @default { 'k8s-app': 'kube-dns' }
   */
  readonly dnsLabels?: { [key: string]: string };

  /**
   * Namespace of istiod.
   *
   * @default istio-system
   */
  readonly istiodNamespace?: string;

  /**
   * Labels of istiod's pods.
   *
   * @default { app: 'istiod' }
   */
  readonly istiodLabels?: { [key: string]: string };

  /**
   * DNS domain of the cluster.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * Labels for every emitted object of the lockdown.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the lockdown.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/** Something that a namespace can still reach. */
export interface LockdownOpening {
  /** The namespace. */
  readonly namespace: string;

  /** What can be reached, for people. */
  readonly to: string;

  /** Why, for people. */
  readonly why: string;
}

/**
 * Lets nothing else out of namespaces than what the app's egresses say.
 *
 * Istio cannot make a pod use its sidecar; a NetworkPolicy can keep it from going anywhere else. So each namespace gets both: a
 * NetworkPolicy that opens DNS, istiod, the gateways' pods, the namespaces inside the cluster that are named, and the addresses
 * of direct egresses; and a Sidecar that knows these hosts alone (`REGISTRY_ONLY`). Each gateway gets a NetworkPolicy that lets
 * in only the namespaces that are clients.
 *
 * It holds where the cluster's network enforces NetworkPolicies, which it does not do to pods on the host's network. What stays
 * open `report` says.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/#additional-security-considerations
 * @example
 * new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });
 */
export class EgressLockdown extends Construct {
  /** The NetworkPolicies of the namespaces, in sorted order, for patches. */
  public readonly networkPolicies: ApiObject[];

  /** The Sidecars of the namespaces, in sorted order, for patches. */
  public readonly sidecars: ApiObject[];

  /** The NetworkPolicies of the gateways, in the order given, for patches. */
  public readonly gatewayPolicies: ApiObject[];

  /** The ValidatingAdmissionPolicy and its binding that keep others off dedicated nodes, for patches; none where no nodes are dedicated. */
  public readonly admissionPolicies: ApiObject[];

  private readonly intent: LockdownIntent;

  public constructor(scope: Construct, id: string, props: EgressLockdownProps) {
    super(scope, id);
    const values = new Values(scope, id);
    this.intent = intentOf(values, props);
    const { namespaces, gateways } = this.intent;
    const index = AppIndex.of(this);
    const meta = { labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };
    const metaIn = (namespace: string, ...more: string[]): ObjectMeta =>
      ({ ...meta, namespace, name: label(namespace, ...values.path.split('/'), ...more) });
    const fenceOf = (namespace: string) => (): Fence =>
      fence(this.intent, namespace, index.allEgresses(), egress => index.routeOf(egress));

    this.networkPolicies = namespaces.map(namespace =>
      fencePolicy(this, `NetworkPolicy-${namespace}`, metaIn(namespace), fenceOf(namespace)));
    this.sidecars = namespaces.map(namespace => sidecar(this, `Sidecar-${namespace}`, metaIn(namespace), fenceOf(namespace)));
    this.gatewayPolicies = gateways.map(gateway => gatewayPolicy(this, `GatewayNetworkPolicy-${gateway.namespace}-${gateway.service}`,
      metaIn(gateway.namespace, gateway.service), gateway.labels, () => gatewayClients(this.intent, gateway, index.allRoutes())));
    const { dedicatedNodes } = this.intent;
    const clusterMeta = { ...meta, name: label(...values.path.split('/'), 'nodes') };
    this.admissionPolicies = !dedicatedNodes ? [] : [
      admissionPolicy(this, 'ValidatingAdmissionPolicy', clusterMeta, dedicatedNodes),
      admissionPolicyBinding(this, 'ValidatingAdmissionPolicyBinding', clusterMeta),
    ];
    index.addLockdown(this, this.intent);
  }

  /** What can still be reached from the locked namespaces, and which clients of the app's egresses are not locked down at all. */
  public report(): LockdownOpening[] {
    return lockdownOpenings(this, this.intent);
  }

  /** The same as text for people, one line an opening. */
  public describe(): string {
    return this.report().map(({ namespace, to, why }) => `${namespace} ──► ${to}: ${why}`).join('\n');
  }

  /**
   * Writes the report beside the manifests, as data (`<name>.report.json`) and as text (`<name>.report.txt`), where `<name>` is made
   * of the construct's path; `kubectl apply` leaves both alone if given a folder. Call it after `app.synth()`: an app that cannot be
   * synthesized has no report, and this throws what is wrong with it.
   *
   * @param directory folder for the files, made if it is not there; the app's output folder unless given
   * @returns the two files
   * @example
   * app.synth();
   * lockdown.writeReport();
   */
  public writeReport(directory?: string): string[] {
    const wrong = this.node.root.node.findAll().flatMap(({ node }) => node.validate().map(text => `[${node.path}] ${text}`));
    if (wrong.length > 0) {
      throw new Error(`nothing is written:\n  ${wrong.join('\n  ')}`);
    }
    const folder = directory ?? App.of(this).outdir;
    const file = join(folder, label(...this.intent.path.split('/')));
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.report.json`, `${JSON.stringify(this.report(), undefined, 2)}\n`);
    writeFileSync(`${file}.report.txt`, `${this.describe()}\n`);
    return [`${file}.report.json`, `${file}.report.txt`];
  }
}

function intentOf(values: Values, props: EgressLockdownProps): LockdownIntent {
  const names = (prop: string, list: string[]) => values.list(prop, list, (item, name) => values.name(item, name)).sort();
  const namespaces = names('namespaces', values.required('namespaces', props.namespaces));
  const gateways = props.gateways === undefined ? [] : egressGateways(values, props.gateways, isSameGateway);
  if (props.dedicatedNodes && gateways.length === 0) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'dedicatedNodes is given without gateways', 'name the gateways that run there');
  }
  const own = gateways.find(({ namespace }) => namespaces.includes(namespace));
  if (own) {
    values.refuse(Problem.LOCKDOWN_OF_GATEWAY, `namespaces names "${own.namespace}", where the pods of gateway "${gatewayName(own)}" must get out`,
      'leave it out, or run the gateway in a namespace of its own');
  }
  return {
    path: values.path,
    namespaces,
    gateways,
    inCluster: props.inClusterNamespaces?.length === 0 ? []
      : values.list('inClusterNamespaces', props.inClusterNamespaces ?? ['.'], (item, name) => name === '.' ? name : values.name(item, name)).sort(),
    clusterDomain: values.clusterDomain(props.clusterDomain),
    dns: { namespace: values.name('dnsNamespace', props.dnsNamespace ?? 'kube-system'), labels: podLabels(values, 'dnsLabels', props.dnsLabels ?? { 'k8s-app': 'kube-dns' }) },
    istiod: { namespace: values.name('istiodNamespace', props.istiodNamespace ?? 'istio-system'), labels: podLabels(values, 'istiodLabels', props.istiodLabels ?? { app: 'istiod' }) },
    gatewayClients: props.gatewayClients === undefined ? [] : names('gatewayClients', props.gatewayClients),
    dedicatedNodes: props.dedicatedNodes && nodesIntent(values, props.dedicatedNodes, gateways),
  };
}

function nodesIntent(values: Values, nodes: DedicatedNodes, gateways: readonly GatewayIntent[]): DedicatedNodesIntent {
  const { taintKey, taintValue, otherNamespaces } = nodes;
  const key = values.required('taintKey of dedicatedNodes', taintKey);
  values.labels('the taint of dedicatedNodes', { [key]: taintValue ?? '' });
  return {
    taintKey: key,
    taintValue,
    otherNamespaces: otherNamespaces?.length === 0 ? []
      : values.list('otherNamespaces', otherNamespaces ?? ['kube-system'], (item, name) => values.name(item, name)).sort(),
    gateways,
  };
}

function podLabels(values: Values, prop: string, labels: { [key: string]: string }): { [key: string]: string } {
  const checked = values.labels(prop, labels);
  if (Object.keys(checked).length === 0) {
    values.refuse(Problem.EMPTY_LIST, `${prop} is {}, which selects every pod of the namespace`, 'give the labels of those pods');
  }
  return checked;
}
