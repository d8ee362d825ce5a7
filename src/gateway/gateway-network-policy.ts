import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AppIndex } from '../app/app-index';
import { networkPolicy, Surroundings } from '../emit/kubernetes/network-policy';
import { ObjectMeta } from '../emit/object';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { GatewayNetworkIntent } from '../intent/gateway-network';
import { targetPort } from '../intent/reserved-ports';
import { Clients } from '../plan/plan';
import { dialledBy } from '../plan/plan-of';

/** The NetworkPolicy of a gateway, whoever runs it. */
export function gatewayNetworkPolicy(scope: Construct, meta: ObjectMeta, gateway: GatewayIntent, network: GatewayNetworkIntent): ApiObject {
  return networkPolicy(scope, 'NetworkPolicy', meta, () => surroundingsOf(AppIndex.of(scope), gateway, network));
}

function surroundingsOf(index: AppIndex, gateway: GatewayIntent, network: GatewayNetworkIntent): Surroundings {
  const { selector, sniProxy, workload } = gateway;
  const { clients, ports } = index.gatewayPlan(gateway);
  const { addresses, namedPorts } = dialledBy(gatewayName(gateway), index.plan().ways);
  // whose routes are not known here
  const isOthers = workload !== undefined && gateway.ports!.length > 0;
  // NetworkPolicies add up: this one must not let in whom a lockdown keeps out
  const locked = index.isLockedDown(gateway);
  return {
    selector,
    clients: network.clientNamespaces ? joined(clients, network.clientNamespaces) : locked ? undefined : isOthers ? 'all' : clients,
    ports: workload && (ports.length > 0 ? ports : [gateway.port]).map(targetPort),
    dns: network.dns,
    istiod: network.istiod,
    resolver: sniProxy?.resolver,
    addresses,
    namedPorts: isOthers ? 'any' : namedPorts,
    deniedRanges: network.deniedRanges,
    allowedRanges: network.allowedRanges,
  };
}

function joined(clients: Clients, namespaces: readonly string[]): Clients {
  return clients === 'all' || namespaces.includes('*') ? 'all' : [...new Set([...clients, ...namespaces])].sort();
}
