/** An SNI proxy in the pods of a gateway, or outside: every value checked, every default applied. */
export interface SniProxyIntent {
  readonly program: 'nginx' | 'envoy';

  /** Address of the DNS server; none: those of the pod. */
  readonly resolver?: string;

  /** Addresses of a name that are used. */
  readonly addressFamily: 'IPV4' | 'IPV6' | 'ANY';

  /** Time until a server must have accepted a connection, in milliseconds. */
  readonly connectTimeout: number;

  /** Time without a byte after which a connection is closed, in milliseconds. */
  readonly idleTimeout: number;

  /** CIDRs that names must not lead to, sorted. */
  readonly deniedRanges: readonly string[];

  /** CIDRs that names may lead to nevertheless, sorted. */
  readonly allowedRanges: readonly string[];
}
