import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressGatewayBase } from './egress-gateway-base';
import { EgressGatewayProps } from './egress-gateway-props';
import { gatewayNetworkPolicy } from './gateway-network-policy';
import { WorkloadValues } from './workload-values';
import { AppIndex } from '../app/app-index';
import { horizontalPodAutoscaler, podDisruptionBudget } from '../emit/kubernetes/availability';
import { Companion, deployment } from '../emit/kubernetes/deployment';
import { secretReader, secretReaderBinding, serviceAccount } from '../emit/kubernetes/identity';
import { service } from '../emit/kubernetes/service';
import { NamedMeta } from '../emit/object';
import { appOf } from '../intent/app';
import { GatewayIntent } from '../intent/gateway';
import { GatewayNetworkIntent } from '../intent/gateway-network';
import { SniProxyIntent } from '../intent/sni-proxy';
import { label } from '../plan/names';

/**
 * A gateway that the app runs itself.
 *
 * @internal
 */
export abstract class GatewayWorkload extends EgressGatewayBase {
  /** The Deployment, for patches. */
  public readonly deployment: ApiObject;

  /** The Deployment of the `canaryRevision`, for patches; none without one. */
  public readonly canaryDeployment?: ApiObject;

  /** The Service, for patches. */
  public readonly service: ApiObject;

  /** The ServiceAccount, for patches. */
  public readonly serviceAccount: ApiObject;

  /** The Role that lets the gateway read the Secrets of its namespace, for patches. */
  public readonly role: ApiObject;

  /** The RoleBinding of the Role, for patches. */
  public readonly roleBinding: ApiObject;

  /** The NetworkPolicy, for patches. */
  public readonly networkPolicy: ApiObject;

  /** The PodDisruptionBudget, for patches. */
  public readonly podDisruptionBudget: ApiObject;

  /** The HorizontalPodAutoscaler, for patches; none where `minReplicas` is `maxReplicas`. */
  public readonly horizontalPodAutoscaler?: ApiObject;

  /** @internal */
  protected readonly _meta: NamedMeta;

  protected constructor(scope: Construct, id: string, defaultName: string, props: EgressGatewayProps) {
    super(scope, id);
    const values = new WorkloadValues(scope, id);
    const app = appOf(this);
    const namespace = values.namespace(props.namespace);
    const name = values.serviceName('name', props.name ?? defaultName);
    const said = { ...props, revision: props.revision ?? app.revision };
    const workload = values.workload(name, namespace, said);
    const canary = values.canary(workload, said);
    const meta = { name, namespace, labels: values.labels('labels', props.labels), annotations: values.annotations(props.annotations) };
    const network = values.gatewayNetwork(props, app);
    const intent: GatewayIntent = {
      path: values.path,
      namespace,
      service: name,
      host: `${name}.${namespace}.svc.${values.clusterDomain(props.clusterDomain ?? app.clusterDomain)}`,
      selector: workload.selector,
      identity: `spiffe://${values.domain('trustDomain', props.trustDomain ?? app.trustDomain)}/ns/${namespace}/sa/${name}`,
      port: values.freePort('port', props.port ?? 443),
      sniProxy: this._sniProxy(values, props, network),
      workload,
      mounts: values.mounts(props.mounts),
      ports: values.servicePorts(props.ports),
      labels: meta.labels,
      annotations: meta.annotations,
    };

    this._intent = intent;
    this._meta = meta;
    this.deployment = deployment(this, 'Resource', meta, workload, intent.mounts!, () => this._companion());
    this.canaryDeployment = canary && deployment(this, 'Canary', { ...meta, name: label([name, canary.revision]) }, canary.workload, intent.mounts!,
      () => this._companion());
    this.service = service(this, 'Service', meta, workload.selector, () => this._ports());
    this.serviceAccount = serviceAccount(this, 'ServiceAccount', meta);
    this.role = secretReader(this, 'Role', meta);
    this.roleBinding = secretReaderBinding(this, 'RoleBinding', meta);
    this.networkPolicy = gatewayNetworkPolicy(this, meta, intent, network);
    this.podDisruptionBudget = podDisruptionBudget(this, 'PodDisruptionBudget', meta, workload);
    this.horizontalPodAutoscaler = workload.maxReplicas > workload.minReplicas
      ? horizontalPodAutoscaler(this, 'HorizontalPodAutoscaler', meta, workload)
      : undefined;
    AppIndex.of(this).addGateway(this, intent);
  }

  /**
   * Ports of the Service: a Service must have one.
   *
   * @internal
   */
  protected _ports(): readonly number[] {
    const { ports } = AppIndex.of(this).gatewayPlan(this._intent);
    return ports.length > 0 ? ports : [this._intent.port];
  }

  /** @internal */
  protected _sniProxy(_values: WorkloadValues, _props: EgressGatewayProps, _network: GatewayNetworkIntent): SniProxyIntent | undefined {
    return undefined;
  }

  /** @internal */
  protected _companion(): Companion | undefined {
    return undefined;
  }
}
