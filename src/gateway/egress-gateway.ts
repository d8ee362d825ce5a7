import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { ExistingEgressGateway, ExistingEgressGatewayProps } from './existing-egress-gateway';
import { GatewayMount } from './gateway-mount';
import { GatewayToleration } from './gateway-toleration';
import { ResourceOptions } from './resource-options';
import { WorkloadValues } from './workload-values';
import { AppIndex } from '../app/app-index';
import { horizontalPodAutoscaler, podDisruptionBudget } from '../emit/kubernetes/availability';
import { Companion, deployment } from '../emit/kubernetes/deployment';
import { secretReader, secretReaderBinding, serviceAccount } from '../emit/kubernetes/identity';
import { portsOf, service } from '../emit/kubernetes/service';
import { ObjectMeta } from '../emit/object';
import { GatewayIntent, SniProxyIntent } from '../intent/intent';
import { label } from '../plan/names';

/**
 * What a route needs of a gateway. A company's own construct can be one by handing on
 * the intent of a gateway that it contains.
 */
export interface IEgressGateway extends IConstruct {
  /** The gateway that routes lead through. */
  readonly intent: GatewayIntent;
}

/** Props of an `EgressGateway`. */
export interface EgressGatewayProps extends ResourceOptions {
  /**
   * Namespace of the gateway. Doors and outer legs of routes go there.
   *
   * @default - the chart's namespace; an error if that has none either
   */
  readonly namespace?: string;

  /**
   * Name of the gateway's objects: its Service in DNS, its service account in its identity.
   *
   * @default - made of the construct's path
   */
  readonly name?: string;

  /**
   * Port of the Service by which mutual TLS and passthrough hops enter, from 1 to 65535 but those at which Istio's proxy listens for itself.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * Ports that the Service has even if no route of this app uses them, for routes of other apps, which name the gateway
   * with `EgressGateway.fromService`.
   *
   * @default - those that routes of this app use, or `port` if there is none
   */
  readonly ports?: number[];

  /**
   * Fewest pods.
   *
   * @default 2
   */
  readonly minReplicas?: number;

  /**
   * Most pods; with the same as `minReplicas` there is no HorizontalPodAutoscaler.
   *
   * @default 5, or `minReplicas` if that is more
   */
  readonly maxReplicas?: number;

  /**
   * Percent of the requested CPU that the autoscaler aims at, from 1.
   *
   * @default 80
   */
  readonly targetCpuUtilization?: number;

  /**
   * Labels of nodes over which the pods are spread, as far as that is possible.
   *
   * @default ['topology.kubernetes.io/zone', 'kubernetes.io/hostname']
   */
  readonly topologySpreadKeys?: string[];

  /**
   * Labels of the nodes that the pods run on, such as nodes whose addresses the outside knows.
   *
   * @default - any node
   */
  readonly nodeSelector?: { [key: string]: string };

  /**
   * Taints of nodes that the pods tolerate.
   *
   * @default - none
   */
  readonly tolerations?: GatewayToleration[];

  /**
   * Secrets and ConfigMaps whose keys the proxy has as files, read-only: what `ClientCertificate.fromFiles` and
   * `CaCertificates.fromFile` of routes name.
   *
   * @default - none
   */
  readonly mounts?: GatewayMount[];

  /**
   * Revision of the control plane, as the label `istio.io/rev` of the pods.
   *
   * @default - the one that injects the namespace
   */
  readonly revision?: string;

  /**
   * Trust domain of the mesh.
   *
   * @default cluster.local
   */
  readonly trustDomain?: string;

  /**
   * DNS domain of the cluster.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * Labels for every emitted object of the gateway, and for its pods.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the gateway, and for its pods.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/**
 * An egress gateway of your own: Deployment, ServiceAccount, Role and RoleBinding to read its Secrets, HorizontalPodAutoscaler,
 * PodDisruptionBudget, and a ClusterIP Service with exactly the ports that its routes use.
 *
 * The pods are made into proxies by Istio's injection and its template for gateways, so the namespace must not be one that
 * injection leaves out. They meet the restricted level of Kubernetes' pod security. CPU is what the autoscaler needs a metrics
 * server for.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 * @example
 * new EgressGateway(chart, 'gateway', { namespace: 'egress', name: 'out', nodeSelector: { 'example.com/egress': 'true' } });
 */
export class EgressGateway extends Construct implements IEgressGateway {
  /**
   * An egress gateway that runs already, by its Service.
   *
   * @example
   * EgressGateway.fromService(chart, 'gateway', {
   *   namespace: 'istio-system',
   *   service: 'istio-egressgateway',
   *   labels: { istio: 'egressgateway' },
   *   serviceAccount: 'istio-egressgateway-service-account',
   * });
   */
  public static fromService(scope: Construct, id: string, props: ExistingEgressGatewayProps): ExistingEgressGateway {
    return new ExistingEgressGateway(scope, id, props);
  }

  public readonly intent: GatewayIntent;

  /** The Deployment, for patches. */
  public readonly deployment: ApiObject;

  /** The Service, for patches. */
  public readonly service: ApiObject;

  /** The ServiceAccount, for patches. */
  public readonly serviceAccount: ApiObject;

  /** The Role that lets the gateway read the Secrets of its namespace, for patches. */
  public readonly role: ApiObject;

  /** The RoleBinding of the Role, for patches. */
  public readonly roleBinding: ApiObject;

  /** The PodDisruptionBudget, for patches. */
  public readonly podDisruptionBudget: ApiObject;

  /** The HorizontalPodAutoscaler, for patches; none where `minReplicas` is `maxReplicas`. */
  public readonly horizontalPodAutoscaler?: ApiObject;

  /** @internal */
  protected readonly _meta: ObjectMeta;

  private readonly ports: number[];

  public constructor(scope: Construct, id: string, props: EgressGatewayProps = {}) {
    super(scope, id);
    const values = new WorkloadValues(scope, id);
    const namespace = values.namespace(props.namespace);
    const name = values.name('name', props.name ?? label(...values.path.split('/')));
    const workload = values.workload(name, namespace, props);
    const intent: GatewayIntent = {
      namespace,
      service: name,
      host: `${name}.${namespace}.svc.${values.clusterDomain(props.clusterDomain)}`,
      labels: { ...workload.selector },
      identity: `spiffe://${values.domain('trustDomain', props.trustDomain ?? 'cluster.local')}/ns/${namespace}/sa/${name}`,
      port: values.freePort('port', props.port ?? 443),
      sniProxy: this._sniProxy(values, props),
      mounts: values.mounts(props.mounts),
    };
    const meta: ObjectMeta = { name, namespace, labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };

    this.intent = intent;
    this._meta = meta;
    this.ports = props.ports === undefined ? [] : values.ports(undefined, props.ports).map(port => values.freePort('ports', port));
    this.deployment = deployment(this, 'Resource', meta, workload, intent.mounts!, () => this._companion());
    this.service = service(this, 'Service', meta, workload.selector, () => this._ports());
    this.serviceAccount = serviceAccount(this, 'ServiceAccount', meta);
    this.role = secretReader(this, 'Role', meta);
    this.roleBinding = secretReaderBinding(this, 'RoleBinding', meta);
    this.podDisruptionBudget = podDisruptionBudget(this, 'PodDisruptionBudget', meta, workload);
    this.horizontalPodAutoscaler = workload.maxReplicas > workload.minReplicas
      ? horizontalPodAutoscaler(this, 'HorizontalPodAutoscaler', meta, workload)
      : undefined;
    AppIndex.of(this).addGateway(this, { path: values.path, gateway: intent, workload });
  }

  /** @internal */
  protected _ports(): number[] {
    return portsOf(AppIndex.of(this).routesThrough(this.intent), this.ports, this.intent.port);
  }

  /** @internal */
  protected _sniProxy(_values: WorkloadValues, _props: EgressGatewayProps): SniProxyIntent | undefined {
    return undefined;
  }

  /** @internal */
  protected _companion(): Companion | undefined {
    return undefined;
  }
}
