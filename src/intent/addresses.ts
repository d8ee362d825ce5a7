import * as ipaddr from 'ipaddr.js';

/** The addresses from `first` to `last`, both as text that sorts as the addresses do. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** Why a text is no address and no CIDR, with what would be. */
export class AddressError extends Error {}

/**
 * The canonical text of an address or CIDR; a CIDR that holds one address loses its mask,
 * because Istio refuses masks on entries resolved by DNS.
 *
 * @param single whether a range has no meaning, so that none is advised
 */
export function canonicalAddress(text: string, single = false): string {
  const [address, mask, ...rest] = text.split('/');
  if (rest.length > 0 || !isAddress(address)) {
    throw new AddressError(`is no IPv4 or IPv6 address and no CIDR; give one, such as "203.0.113.10"${single ? '' : ' or "203.0.113.0/24"'}`);
  }
  const ip = ipaddr.parse(address);
  if (ip.kind() === 'ipv6' && (ip as ipaddr.IPv6).isIPv4MappedAddress()) {
    const bits = Number(mask ?? 128) - 96;
    throw new AddressError(`is an IPv4 address in IPv6 form; write "${(ip as ipaddr.IPv6).toIPv4Address()}${bits > 0 && bits < 32 ? `/${bits}` : ''}"`);
  }
  if (['unspecified', 'loopback', 'multicast', 'broadcast'].includes(ip.range()) && mask !== '0') {
    throw new AddressError(`is no address of a host outside (${ip.range()}); give one at which another machine is reached`);
  }
  if (mask === undefined) {
    return ip.toString();
  }
  const bits = ip.kind() === 'ipv4' ? 32 : 128;
  if (!/^(0|[1-9]\d*)$/.test(mask) || Number(mask) > bits) {
    throw new AddressError(`has the mask "/${mask}"; a mask of ${ip.kind() === 'ipv4' ? 'IPv4' : 'IPv6'} is a number from 1 to ${bits}`);
  }
  if (mask === '0') {
    throw new AddressError('takes the traffic of every address; list those that are meant; a TcpEgress to any has anyAddress: true instead of addresses');
  }
  const network = networkOf(`${address}/${mask}`);
  if (network.toString() !== ip.toString()) {
    throw new AddressError(`has host bits set; did you mean ${single ? '' : `"${network}/${mask}", or `}the single address "${ip}"?`);
  }
  return Number(mask) === bits ? ip.toString() : `${ip}/${mask}`;
}

/** The range of a canonical address or CIDR. */
export function rangeOf(canonical: string): AddressRange {
  if (!canonical.includes('/')) {
    const key = sortKey(ipaddr.parse(canonical));
    return { first: key, last: key };
  }
  const broadcast = canonical.includes(':')
    ? ipaddr.IPv6.broadcastAddressFromCIDR(canonical)
    : ipaddr.IPv4.broadcastAddressFromCIDR(canonical);
  return { first: sortKey(networkOf(canonical)), last: sortKey(broadcast) };
}

/** True for an address alone, false for a CIDR that holds several. */
export function isSingle(canonical: string): boolean {
  return !canonical.includes('/');
}

/** True for an IPv4 address in four decimal parts, or an IPv6 address without a zone. */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text));
}

function networkOf(cidr: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return cidr.includes(':') ? ipaddr.IPv6.networkAddressFromCIDR(cidr) : ipaddr.IPv4.networkAddressFromCIDR(cidr);
}

function sortKey(ip: ipaddr.IPv4 | ipaddr.IPv6): string {
  return `${ip.kind()}:${Buffer.from(ip.toByteArray()).toString('hex')}`;
}
