import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressGatewayBase } from './egress-gateway-base';
import { GatewayNetworkOptions } from './gateway-network-options';
import { gatewayNetworkPolicy } from './gateway-network-policy';
import { EXISTING_EGRESS_GATEWAY, GATEWAY_NETWORK_OPTIONS } from './known-props';
import { WorkloadValues } from './workload-values';
import { AppIndex } from '../app/app-index';
import { appOf } from '../intent/app';
import { gatewayNetworkName } from '../plan/names';

/** Props of an `ExistingEgressGateway`. */
export interface ExistingEgressGatewayProps {
  /** Namespace of the gateway's Service and pods, in which its routes write their objects too. */
  readonly namespace: string;

  /** Name of the gateway's Service. */
  readonly service: string;

  /** Labels that select the gateway's pods, and no others of the namespace. */
  readonly selector: { [key: string]: string };

  /**
   * Service account of the gateway's pods: `istio-egressgateway-service-account` as istioctl installs it,
   * the release's name with Istio's `gateway` chart. Sidecars refuse a gateway of another identity.
   */
  readonly serviceAccount: string;

  /**
   * Port of the Service by which mutual TLS and passthrough hops enter, from 1 to 65535.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * Trust domain of the mesh.
   *
   * @default - that of `EgressApp.configure`, or `cluster.local`
   */
  readonly trustDomain?: string;

  /**
   * DNS domain of the cluster.
   *
   * @default - that of `EgressApp.configure`, or `cluster.local`
   */
  readonly clusterDomain?: string;

  /**
   * Labels for what routes of this app share at the gateway: its AuthorizationPolicies.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for what routes of this app share at the gateway: its AuthorizationPolicies.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * A NetworkPolicy for the gateway's pods: in from the clients of this app's routes, out to what its routes dial and to no private address
   * that no egress names, beside DNS and istiod. `{}` if there is nothing to say.
   *
   * NetworkPolicies add up, and where there is one, nothing else is open: have it in every app that leads through the gateway, or write one of
   * your own for the others.
   *
   * @default - none: whoever runs the gateway says what it may reach
   */
  readonly networkPolicy?: GatewayNetworkOptions;
}

/**
 * An egress gateway that runs already. It emits nothing itself but what its routes share, and a NetworkPolicy where one is asked for.
 *
 * Look where its pods listen. If they do at a port that a passthrough or plaintext route dials by name, whoever owns the name can let it resolve
 * to the gateway itself, and one connection becomes as many as the route's `maxConnections`: let the Service's `targetPort` be one that no host
 * outside is dialled at (Istio's charts: `service.ports`).
 */
export class ExistingEgressGateway extends EgressGatewayBase {
  /** The NetworkPolicy, for patches; none unless one was asked for. */
  public readonly networkPolicy?: ApiObject;

  public constructor(scope: Construct, id: string, props: ExistingEgressGatewayProps) {
    super(scope, id);
    const values = new WorkloadValues(scope, id);
    values.props(ExistingEgressGateway, new.target, props, EXISTING_EGRESS_GATEWAY);
    const app = appOf(this);
    const namespace = values.name('namespace', values.required('namespace', props.namespace));
    const service = values.serviceName('service', values.required('service', props.service));
    const serviceAccount = values.name('serviceAccount', values.required('serviceAccount', props.serviceAccount));
    this._intent = {
      path: values.path,
      namespace,
      service,
      host: `${service}.${namespace}.svc.${values.clusterDomain(props.clusterDomain ?? app.clusterDomain)}`,
      selector: values.selector('selector', values.required('selector', props.selector)),
      identity: `spiffe://${values.domain('trustDomain', props.trustDomain ?? app.trustDomain)}/ns/${namespace}/sa/${serviceAccount}`,
      port: values.port('port', props.port ?? 443),
      labels: values.labels('labels', props.labels),
      annotations: values.annotations(props.annotations),
    };
    if (props.networkPolicy !== undefined) {
      const network = values.gatewayNetwork(values.known('networkPolicy', props.networkPolicy, GATEWAY_NETWORK_OPTIONS), app);
      const { labels, annotations } = this._intent;
      const meta = { name: gatewayNetworkName(values.appName(app), service), namespace, labels, annotations };
      this.networkPolicy = gatewayNetworkPolicy(this, meta, this._intent, network);
    }
    AppIndex.of(this).addGateway(this, this._intent);
  }
}
