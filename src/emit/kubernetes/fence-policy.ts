import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { isSingle } from '../../check/addresses';
import { Fence, Opening } from '../../plan/lockdown';
import { emit, ObjectMeta } from '../istio/object';

const NETWORK_POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

/** The NetworkPolicy of a fence: what the pods of its namespace may open connections to. */
export function fencePolicy(scope: Construct, id: string, meta: ObjectMeta, fence: () => Fence): ApiObject {
  return emit(scope, id, NETWORK_POLICY, meta, () => {
    const { pods, addresses } = fence();
    return {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        ...pods.map(opening => ({ to: [peerOf(opening)], ...(opening.ports ? { ports: opening.ports.map(port => ({ ...port })) } : {}) })),
        ...addresses.map(({ address, ports }) => ({
          to: [{ ipBlock: { cidr: cidrOf(address) } }],
          ports: ports.map(port => ({ port, protocol: 'TCP' })),
        })),
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
    ingress: [{ from: clients().map(client => client === '*' ? { namespaceSelector: {} } : peerOf({ namespace: client })) }],
  }));
}

function peerOf({ namespace, labels }: Opening) {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(labels ? { podSelector: { matchLabels: { ...labels } } } : {}),
  };
}

function cidrOf(address: string): string {
  return isSingle(address) ? `${address}/${address.includes(':') ? 128 : 32}` : address;
}
