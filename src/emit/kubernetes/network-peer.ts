import { isSingle } from '../../intent/addresses';

export const NETWORK_POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

/** The pods of a namespace, or those with the labels, as a peer of a NetworkPolicy. */
export function podPeer(namespace: string, labels?: { readonly [key: string]: string }) {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(labels ? { podSelector: { matchLabels: { ...labels } } } : {}),
  };
}

/** An address or CIDR as a peer of a NetworkPolicy. */
export function addressPeer(address: string) {
  return { ipBlock: { cidr: isSingle(address) ? `${address}/${address.includes(':') ? 128 : 32}` : address } };
}

/** A TCP port of a NetworkPolicy. */
export function tcpPort(port: number) {
  return { protocol: 'TCP', port };
}
