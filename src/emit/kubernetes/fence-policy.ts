import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { addressPeer, NETWORK_POLICY, podPeer, tcpPort } from './network-peer';
import { Fence } from '../../plan/lockdown';
import { emit, ObjectMeta } from '../object';

/** The NetworkPolicy of a fence: what the pods of its namespace may open connections to. */
export function fencePolicy(scope: Construct, id: string, meta: ObjectMeta, fence: () => Fence): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => {
    const { pods, addresses } = fence();
    return {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        ...pods.map(({ namespace, labels, ports }) => ({
          to: [podPeer(namespace, labels)],
          ...(ports ? { ports: ports.map(port => ({ ...port })) } : {}),
        })),
        ...addresses.map(({ address, ports }) => ({ to: [addressPeer(address)], ports: ports.map(tcpPort) })),
      ],
    };
  });
}

/** The NetworkPolicy of a gateway: whose pods may open connections to its own. */
export function gatewayPolicy(
  scope: Construct, id: string, meta: ObjectMeta, labels: { readonly [key: string]: string }, clients: () => readonly string[],
): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => ({
    podSelector: { matchLabels: { ...labels } },
    policyTypes: ['Ingress'],
    ingress: [{ from: clients().map(client => client === '*' ? { namespaceSelector: {} } : podPeer(client)) }],
  }));
}
