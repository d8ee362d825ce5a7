import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { ApiObject, App } from 'cdk8s';
import { Construct } from 'constructs';
import { DedicatedNodes } from './dedicated-nodes';
import { EGRESS_LOCKDOWN, DEDICATED_NODES } from './known-props';
import { LockdownException } from './lockdown-exception';
import { exceptionIntents } from './lockdown-values';
import { otherHosts, sidecarNamespaces } from './sidecar-values';
import { AppIndex } from '../app/app-index';
import { ClusterDns } from '../app/cluster-dns';
import { Istiod } from '../app/istiod';
import { dnsPlaces, istiodPlaces } from '../app/place-values';
import { admissionPolicy, admissionPolicyBinding, nodesSpec } from '../emit/kubernetes/admission-policy';
import { fencePolicy, gatewayPolicy } from '../emit/kubernetes/fence-policy';
import { LockdownOpening } from '../explain/lockdown-opening';
import { lockdownOpenings } from '../explain/openings';
import { IEgressGateway } from '../gateway/egress-gateway-base';
import { gatewayIntent, gatewayIntents } from '../gateway/gateway-values';
import { AppIntent, appOf } from '../intent/app';
import { DedicatedNodesIntent } from '../intent/dedicated-nodes';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { LockdownIntent } from '../intent/lockdown';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';
import { gatewayLockdownName, label, lockdownName, nodesName } from '../plan/names';
import { Clients, GatewayPlan } from '../plan/plan';

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
   * Hosts that other apps declare, which the sidecars know as well: `namespace/host` in Istio's words, with `.` for each namespace's own and
   * `*` for all hosts of a namespace. `['./*']` where a team's own app declares the egresses of the namespace. The NetworkPolicy opens nothing
   * for them: they go through `gateways`, or to addresses that are `exceptions`.
   *
   * @default - none: they know the egresses of this app alone
   */
  readonly otherHosts?: string[];

  /**
   * Namespaces that may reach the gateways' pods beside the clients of this app's routes: clients of other apps' routes, and
   * whoever collects the gateways' metrics.
   *
   * @default - none
   */
  readonly gatewayClients?: string[];

  /**
   * Nodes that the gateways have for themselves: a ValidatingAdmissionPolicy refuses other pods which tolerate their taint or name their node,
   * and so would leave with the gateways' addresses. It needs Kubernetes 1.30, and does not hold back who may use `pods/binding`.
   *
   * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
   * @default - the gateways run where their owner puts them, beside whatever else runs there
   */
  readonly dedicatedNodes?: DedicatedNodes;

  /**
   * What their pods may reach beside that: the API server, the agent of an identity, collectors to which sidecars push traces and logs. The
   * report names each with its reason.
   *
   * @default - nothing
   */
  readonly exceptions?: LockdownException[];

  /**
   * Namespaces whose pods may open connections to theirs: names, or `.` for each namespace's own. Whoever may is a courier: it can fetch
   * what is in a locked namespace and carry it out. The kubelet of a pod's own node always may.
   *
   * @default - anybody, unless `inboundAddresses` are given
   */
  readonly inboundNamespaces?: string[];

  /**
   * Addresses and CIDRs outside the cluster's network that may open connections to their pods, such as those of load balancers.
   *
   * @default - anybody, unless `inboundNamespaces` are given
   */
  readonly inboundAddresses?: string[];

  /**
   * Where the cluster's DNS answers.
   *
   * @default - that of `EgressApp.configure`, or `[ClusterDns.kubeDns()]`
   */
  readonly dns?: ClusterDns[];

  /**
   * Where sidecars reach istiod.
   *
   * @default - that of `EgressApp.configure`, or `[Istiod.pods()]`
   */
  readonly istiod?: Istiod[];

  /**
   * DNS domain of the cluster.
   *
   * @default - that of `EgressApp.configure`, or `cluster.local`
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

/**
 * Lets nothing else out of namespaces than what the app's egresses say.
 *
 * Each namespace gets a NetworkPolicy that opens DNS, istiod, the gateways' pods, the namespaces inside the cluster that are named, and the
 * addresses that its sidecars dial outside; and a Sidecar that knows these hosts alone (`REGISTRY_ONLY`). Each gateway gets a NetworkPolicy
 * that lets in only the namespaces that are clients.
 *
 * It holds where the cluster's network enforces NetworkPolicies, which it does not do to pods on the host's network. `report` says what
 * stays open.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/#additional-security-considerations
 * @example
 * new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });
 */
export class EgressLockdown extends Construct {
  /** The ValidatingAdmissionPolicy and its binding that keep others off dedicated nodes, for patches; none where no nodes are dedicated. */
  public readonly admissionPolicies: ApiObject[];

  private readonly intent: LockdownIntent;
  private readonly emitted = new Map<string, ApiObject>();
  private readonly entries = new Map<string, ApiObject[]>();

  public constructor(scope: Construct, id: string, props: EgressLockdownProps) {
    super(scope, id);
    const values = Values.of(this);
    values.props(EgressLockdown, new.target, props, EGRESS_LOCKDOWN);
    const app = appOf(this);
    this.intent = intentOf(values, props, app);
    const { namespaces, gateways, clusterDomain, exceptions, dedicatedNodes } = this.intent;
    const index = AppIndex.of(this);
    const meta = { labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };
    index.addLockdown(this, this.intent);

    for (const namespace of namespaces) {
      const own = { ...meta, namespace, name: lockdownName(namespace) };
      const fence = () => index.fenceOf(namespace);
      const policy = fencePolicy(this, `NetworkPolicy-${namespace}`, own, fence, name => index.gatewayNamed(name));
      this.emitted.set(`NetworkPolicy-${namespace}`, policy);
      const [known, ...entries] = index.backend.view(this, meta, { namespace, clusterDomain, exceptions }, fence);
      this.emitted.set(`Sidecar-${namespace}`, known);
      this.entries.set(namespace, entries);
    }
    for (const gateway of gateways) {
      const { namespace, service, selector } = gateway;
      const own = { ...meta, namespace, name: gatewayLockdownName(service, namespaces[0]) };
      const policy = gatewayPolicy(this, `GatewayNetworkPolicy-${gatewayName(gateway).replace('/', '.')}`, own, selector, () => this.clientsOf(index.gatewayPlan(gateway)));
      this.emitted.set(`GatewayNetworkPolicy-${gatewayName(gateway)}`, policy);
    }
    const nodes = dedicatedNodes && { ...meta, name: nodesName(dedicatedNodes.taintKey, dedicatedNodes.taintValue) };
    this.admissionPolicies = !nodes ? [] : [
      admissionPolicy(this, 'ValidatingAdmissionPolicy', nodes, nodesSpec(dedicatedNodes)),
      admissionPolicyBinding(this, 'ValidatingAdmissionPolicyBinding', nodes, ['Deny']),
    ];
  }

  /** The NetworkPolicy of a locked namespace, for patches. */
  public networkPolicy(namespace: string): ApiObject {
    return this.find(`NetworkPolicy-${namespace}`);
  }

  /** The Sidecar of a locked namespace, for patches. */
  public sidecar(namespace: string): ApiObject {
    return this.find(`Sidecar-${namespace}`);
  }

  /** The ServiceEntries by which the sidecars of a locked namespace know addresses that are exceptions, for patches. */
  public serviceEntries(namespace: string): ApiObject[] {
    this.find(`Sidecar-${namespace}`);
    return [...this.entries.get(namespace)!];
  }

  /** The NetworkPolicy of a gateway, for patches. */
  public gatewayPolicy(gateway: IEgressGateway): ApiObject {
    return this.find(`GatewayNetworkPolicy-${gatewayName(gatewayIntent(Values.of(this), 'gateway', gateway))}`);
  }

  /** What can still be reached from the locked namespaces, and which clients of the app's egresses are not locked down at all. */
  public report(): LockdownOpening[] {
    return lockdownOpenings(this, this.intent.path);
  }

  /** The report as text for people, one line an opening. */
  public describe(): string {
    return this.report().map(({ namespace, to, why }) => `${namespace} ──► ${to}: ${why}`).join('\n');
  }

  /**
   * Writes the report as `<name>.report.json` and `<name>.report.txt`, where `<name>` is made of the construct's path. Call it after
   * `app.synth()`: of an app that cannot be synthesized this throws what is wrong.
   *
   * @param directory folder for the files, made if it is not there; unless given `reports` in the app's output folder, where
   * `kubectl apply -f` of that folder does not look
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
    const folder = directory ?? join(App.of(this).outdir, 'reports');
    const file = join(folder, label(this.intent.path.split('/')));
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.report.json`, `${JSON.stringify(this.report(), undefined, 2)}\n`);
    writeFileSync(`${file}.report.txt`, `${this.describe()}\n`);
    return [`${file}.report.json`, `${file}.report.txt`];
  }

  /** Namespaces that may reach a gateway's pods. */
  private clientsOf({ clients }: GatewayPlan): Clients {
    const { namespaces, gatewayClients } = this.intent;
    return clients === 'all' ? clients : [...new Set([...namespaces, ...gatewayClients, ...clients])].sort();
  }

  private find(key: string): ApiObject {
    const [role] = key.split('-');
    const there = [...this.emitted.keys()].filter(known => known.startsWith(`${role}-`)).map(known => known.slice(role.length + 1));
    return this.emitted.get(key) ?? Values.of(this).refuse(Problem.UNKNOWN_OBJECT, `there is no ${key.replace('-', ' of ')}`,
      there.length === 0 ? 'leave the patch out: nothing of the kind is written' : `name one of: ${there.join(', ')}`);
  }
}

function intentOf(values: Values, props: EgressLockdownProps, app: AppIntent): LockdownIntent {
  const namespaces = sidecarNamespaces(values, props.namespaces, app);
  const gateways = props.gateways === undefined || props.gateways.length === 0 ? [] : gatewayIntents(values, props.gateways);
  if (props.dedicatedNodes && gateways.length === 0) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'dedicatedNodes is given without gateways', 'name the gateways that run there');
  }
  const own = gateways.find(({ namespace }) => namespaces.includes(namespace));
  if (own) {
    values.refuse(Problem.LOCKDOWN_OF_GATEWAY, `namespaces names "${own.namespace}", where the pods of gateway "${gatewayName(own)}" must get out`,
      'run the gateway in a namespace of its own, or leave this one out, which is then not locked');
  }
  return {
    path: values.path,
    namespaces,
    gateways,
    inCluster: values.listOrNone('inClusterNamespaces', props.inClusterNamespaces ?? ['.'], (item, name) => name === '.' ? name : values.name(item, name)).sort(),
    clusterDomain: values.clusterDomain(props.clusterDomain ?? app.clusterDomain),
    otherHosts: otherHosts(values, props.otherHosts),
    dns: dnsPlaces(values, props.dns, app.dns),
    istiod: istiodPlaces(values, props.istiod, app.istiod),
    exceptions: exceptionIntents(values, props.exceptions),
    inbound: props.inboundNamespaces === undefined && props.inboundAddresses === undefined ? undefined : {
      namespaces: values.listOrNone('inboundNamespaces', props.inboundNamespaces, (item, name) => name === '.' ? name : values.name(item, name)).sort(),
      addresses: values.listOrNone('inboundAddresses', props.inboundAddresses, (item, address) => values.network(item, address)).sort(),
    },
    gatewayClients: values.listOrNone('gatewayClients', props.gatewayClients, (item, name) => values.name(item, name)).sort(),
    dedicatedNodes: props.dedicatedNodes && nodesIntent(values, props.dedicatedNodes, gateways),
  };
}

function nodesIntent(values: Values, nodes: DedicatedNodes, gateways: readonly GatewayIntent[]): DedicatedNodesIntent {
  const { taintKey, taintValue, otherNamespaces } = values.known('dedicatedNodes', nodes, DEDICATED_NODES);
  const key = values.required('taintKey of dedicatedNodes', taintKey);
  values.labels('the taint of dedicatedNodes', { [key]: taintValue ?? '' });
  return {
    taintKey: key,
    taintValue,
    otherNamespaces: values.listOrNone('otherNamespaces', otherNamespaces ?? ['kube-system'], (item, name) => values.name(item, name)).sort(),
    gateways,
  };
}
