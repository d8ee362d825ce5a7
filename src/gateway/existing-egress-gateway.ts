import { Construct } from 'constructs';
import { EgressGatewayBase } from './egress-gateway-base';
import { EXISTING_EGRESS_GATEWAY } from './known-props';
import { AppIndex } from '../app/app-index';
import { appOf } from '../intent/app';
import { Values } from '../intent/values';

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
}

/** An egress gateway that runs already. It emits nothing itself but what its routes share. */
export class ExistingEgressGateway extends EgressGatewayBase {
  public constructor(scope: Construct, id: string, props: ExistingEgressGatewayProps) {
    super(scope, id);
    const values = Values.of(this);
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
    AppIndex.of(this).addGateway(this, this._intent);
  }
}
