import { Construct } from 'constructs';
import type { IEgressGateway } from './egress-gateway';
import { GatewayIntent } from '../intent/intent';
import { Problem } from '../intent/problem';
import { Values } from '../intent/values';

/** Props of an `ExistingEgressGateway`. */
export interface ExistingEgressGatewayProps {
  /** Namespace of the gateway's Service and pods. Doors and outer legs of routes go there. */
  readonly namespace: string;

  /** Name of the gateway's Service. */
  readonly service: string;

  /** Labels that select the gateway's pods, and no others of the namespace. */
  readonly labels: { [key: string]: string };

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
   * @default cluster.local
   */
  readonly trustDomain?: string;

  /**
   * DNS domain of the cluster.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;
}

/** An egress gateway that runs already. It emits nothing itself but what its routes share. */
export class ExistingEgressGateway extends Construct implements IEgressGateway {
  public readonly intent: GatewayIntent;

  public constructor(scope: Construct, id: string, props: ExistingEgressGatewayProps) {
    super(scope, id);
    const values = new Values(scope, id);
    const namespace = values.name('namespace', values.required('namespace', props.namespace));
    const service = values.name('service', values.required('service', props.service));
    const serviceAccount = values.name('serviceAccount', values.required('serviceAccount', props.serviceAccount));
    const labels = values.labels('labels', values.required('labels', props.labels));
    if (Object.keys(labels).length === 0) {
      values.refuse(Problem.EMPTY_LIST, 'labels is {}, which selects every pod of the namespace', 'give the labels of the gateway\'s pods');
    }
    this.intent = {
      namespace,
      service,
      host: `${service}.${namespace}.svc.${values.clusterDomain(props.clusterDomain)}`,
      labels,
      identity: `spiffe://${values.domain('trustDomain', props.trustDomain ?? 'cluster.local')}/ns/${namespace}/sa/${serviceAccount}`,
      port: values.port('port', props.port ?? 443),
    };
  }
}
