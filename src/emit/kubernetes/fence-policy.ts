import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { addressPeer, meshRules, NETWORK_POLICY, placeRule, podPeer, tcpPort } from './network-peer';
import { Clients, Fence, GatewayPlan, Labels } from '../../plan/plan';
import { emit, ObjectMeta } from '../object';

const ANY_TCP_PORT = [{ protocol: 'TCP' }];

/** The NetworkPolicy of a fence: what the pods of its namespace may open connections to, and whose they take. */
export function fencePolicy(
  scope: Construct, id: string, meta: ObjectMeta, fence: () => Fence, gateway: (name: string) => GatewayPlan,
): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => {
    const { gateways, inside, addresses, exceptions, inbound, ...mesh } = fence();
    const from = inbound && [...inbound.namespaces.map(name => podPeer(name)), ...inbound.addresses.map(addressPeer)];
    return {
      podSelector: {},
      policyTypes: ['Egress', ...from ? ['Ingress'] : []],
      ...from ? { ingress: from.length > 0 ? [{ from }] : [] } : {},
      egress: [
        ...meshRules(mesh),
        ...gateways.map(gateway).map(({ namespace, selector }) => ({ to: [podPeer(namespace, selector)], ports: ANY_TCP_PORT })),
        ...inside.map(name => ({ to: [podPeer(name)] })),
        ...addresses.map(({ address, port }) => ({ to: [addressPeer(address)], ports: [tcpPort(port)] })),
        ...exceptions.flatMap(({ places }) => places).map(placeRule),
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
