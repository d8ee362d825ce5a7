import { isSingle } from '../../intent/addresses';
import { arePods, PlaceIntent } from '../../intent/place';

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

/** Opens a place to connections that go out. */
export function placeRule({ at, tcpPorts, udpPorts }: PlaceIntent) {
  const ports = [...udpPorts.map(port => ({ protocol: 'UDP', port })), ...tcpPorts.map(tcpPort)];
  return {
    to: arePods(at) ? [podPeer(at.namespace, at.labels)] : at.addresses.map(addressPeer),
    ...(ports.length > 0 ? { ports } : {}),
  };
}

/** Opens what every proxy of the mesh must reach: names, and its configuration. */
export function meshRules({ dns, istiod }: { readonly dns: readonly PlaceIntent[]; readonly istiod: readonly PlaceIntent[] }) {
  return [...dns, ...istiod].map(placeRule);
}
