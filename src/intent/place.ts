/** Where connections may go: pods of a namespace, or addresses, at ports of TCP and of UDP. */
export interface PlaceIntent {
  readonly at: PodsIntent | AddressesIntent;

  /** Sorted; none, and none of UDP: all ports of both. */
  readonly tcpPorts: readonly number[];
  readonly udpPorts: readonly number[];
}

/** Pods of a namespace: those with the labels, or all. */
export interface PodsIntent {
  readonly namespace: string;
  readonly labels?: { readonly [key: string]: string };
}

/** Addresses and CIDRs, canonical and sorted. */
export interface AddressesIntent {
  readonly addresses: readonly string[];
}

/** True for pods, false for addresses. */
export function arePods(at: PlaceIntent['at']): at is PodsIntent {
  return 'namespace' in at;
}

/** For people, after "to". */
export function describePlace({ at, tcpPorts, udpPorts }: PlaceIntent): string {
  const labels = arePods(at) ? Object.entries(at.labels ?? {}).map(([key, value]) => `${key}=${value}`).sort().join(', ') : '';
  const where = arePods(at) ? `${labels === '' ? 'every pod' : `the pods ${labels}`} of namespace ${at.namespace}` : at.addresses.join(', ');
  const ofBoth = tcpPorts.join() === udpPorts.join();
  return [where, ...(ofBoth ? portsOf(tcpPorts, 'TCP and UDP') : [...portsOf(tcpPorts, 'TCP'), ...portsOf(udpPorts, 'UDP')])].join(', ');
}

function portsOf(ports: readonly number[], protocol: string): string[] {
  return ports.length === 0 ? [] : [`${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')} of ${protocol}`];
}

/** Places in the order of what is said of them, whatever the order in which they were. */
export function sortedPlaces(places: readonly PlaceIntent[]): PlaceIntent[] {
  return [...places].sort((a, b) => describePlace(a) < describePlace(b) ? -1 : 1);
}
