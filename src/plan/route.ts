import { EgressIntent, GatewayIntent } from './intent';

/** How the way from a client's sidecar to the gateway is secured. */
export interface HopIntent {
  readonly security: 'mutual-tls' | 'passthrough' | 'plaintext';

  /** Port of the gateway's Service. */
  readonly port: number;
}

/** Which way an egress takes. */
export interface RouteIntent {
  readonly path: string;
  readonly egress: EgressIntent;
  readonly gateway: GatewayIntent;
  readonly hop: HopIntent;

  /** Outside host that serves every host of the egress; none: each is reached under its own name. */
  readonly hostingServer?: string;
}

/** A gateway that an app runs itself. */
export interface GatewayWorkload {
  readonly path: string;
  readonly gateway: GatewayIntent;
}

/** True for all names under a domain, false for one name. */
export function isWildcard(host: string): boolean {
  return host.startsWith('*.');
}

/** True where the name (SNI) tells a connection from others, false where only its address and port do. */
export function isTls({ protocol }: Pick<EgressIntent, 'protocol'>): boolean {
  return protocol === 'TLS';
}
