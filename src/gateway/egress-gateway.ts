import { Construct } from 'constructs';
import { EgressGatewayProps } from './egress-gateway-props';
import { ExistingEgressGateway, ExistingEgressGatewayProps } from './existing-egress-gateway';
import { GatewayWorkload } from './gateway-workload';
import { EGRESS_GATEWAY } from './known-props';
import { Values } from '../intent/values';

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
export class EgressGateway extends GatewayWorkload {
  /**
   * An egress gateway that runs already, by its Service.
   *
   * @example
   * EgressGateway.fromService(chart, 'gateway', {
   *   namespace: 'istio-system',
   *   service: 'istio-egressgateway',
   *   selector: { istio: 'egressgateway' },
   *   serviceAccount: 'istio-egressgateway-service-account',
   * });
   */
  public static fromService(scope: Construct, id: string, props: ExistingEgressGatewayProps): ExistingEgressGateway {
    return new ExistingEgressGateway(scope, id, props);
  }

  public constructor(scope: Construct, id: string, props: EgressGatewayProps = {}) {
    super(scope, id, 'egress-gateway', new Values(scope, id).props(EgressGateway, new.target, props, EGRESS_GATEWAY));
  }
}
