import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { addressPeer, NETWORK_POLICY, podPeer, tcpPort } from './network-peer';
import { LockdownIntent } from '../../intent/lockdown';
import { Clients, Fence, GatewayPlan, Labels } from '../../plan/plan';
import { emit, ObjectMeta } from '../object';

const DNS_PORTS = [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }];
const ANY_TCP_PORT = [{ protocol: 'TCP' }];
const ISTIOD_PORTS = [{ port: 15012, protocol: 'TCP' }];

/** The NetworkPolicy of a fence: what the pods of its namespace may open connections to. */
export function fencePolicy(
  scope: Construct, id: string, meta: ObjectMeta, { dns, istiod }: LockdownIntent, fence: () => Fence, gateway: (name: string) => GatewayPlan,
): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => {
    const { gateways, inside, addresses } = fence();
    return {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        { to: [podPeer(dns.namespace, dns.labels)], ports: DNS_PORTS },
        { to: [podPeer(istiod.namespace, istiod.labels)], ports: ISTIOD_PORTS },
        ...gateways.map(gateway).map(({ namespace, selector }) => ({ to: [podPeer(namespace, selector)], ports: ANY_TCP_PORT })),
        ...inside.map(name => ({ to: [podPeer(name)] })),
        ...addresses.map(({ address, port }) => ({ to: [addressPeer(address)], ports: [tcpPort(port)] })),
      ],
    };
  });
}

/** The NetworkPolicy of a gateway: whose pods may open connections to its own. */
export function gatewayPolicy(scope: Construct, id: string, meta: ObjectMeta, selector: Labels, clients: () => Clients): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => {
    const from = clients();
    return {
      podSelector: { matchLabels: { ...selector } },
      policyTypes: ['Ingress'],
      ingress: [{ from: from === 'all' ? [{ namespaceSelector: {} }] : from.map(client => podPeer(client)) }],
    };
  });
}
