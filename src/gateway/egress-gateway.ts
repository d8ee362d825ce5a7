import { Construct } from 'constructs';
import { EgressGatewayProps } from './egress-gateway-props';
import { ExistingEgressGateway, ExistingEgressGatewayProps } from './existing-egress-gateway';
import { GatewayWorkload } from './gateway-workload';
import { EGRESS_GATEWAY } from './known-props';
import { Values } from '../intent/values';

/**
 * An egress gateway of your own: Deployment, ClusterIP Service with exactly the ports that its routes use, NetworkPolicy, ServiceAccount, Role
 * and RoleBinding to read its Secrets, HorizontalPodAutoscaler and PodDisruptionBudget.
 *
 * Istio's injection makes the pods into proxies, by its template for gateways, so the namespace must be one that is injected. They meet the
 * restricted level of Kubernetes' pod security, and have no token for the API server. The autoscaler needs a metrics server.
 *
 * The NetworkPolicy lets in the clients of routes, and anybody at the ports of Istio's metrics and health. Out: the cluster's DNS and
 * istiod (`dns`, `istiod`), the addresses that egresses and forward proxies name, at their ports; and by name the outside
 * without private addresses, at the ports that routes lead to. NetworkPolicies add up: write one of your own for whatever else the proxies
 * dial, such as a collector of traces.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 * @example
 * new EgressGateway(chart, 'gateway', { namespace: 'egress', name: 'out', nodeSelector: { 'example.com/egress': 'true' } });
 */
export class EgressGateway extends GatewayWorkload {
  /**
   * An egress gateway that runs already, by its Service. Any number of constructs and apps may name the same one.
   *
   * @example
   * EgressGateway.fromService(chart, 'gateway', {
   *   namespace: 'istio-egress',
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
