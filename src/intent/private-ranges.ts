/**
 * Addresses that are no outside host's: by IANA's registries of special-purpose addresses, multicast and reserved, those that lead to IPv4
 * addresses by NAT64 and 6to4, and the one at which Azure serves every machine.
 */
export const PRIVATE_RANGES = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '168.63.129.16/32', '169.254.0.0/16', '172.16.0.0/12',
  '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4',
  '::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '100::/64', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8',
];

/** True for a range of IPv6. */
export function isIpv6(range: string): boolean {
  return range.includes(':');
}
