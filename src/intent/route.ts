import { ConnectionsIntent } from './connections';
import { EgressIntent } from './egress';
import { ForwardProxyIntent } from './forward-proxy';
import { GatewayIntent } from './gateway';
import { OriginationIntent } from './origination';

/** How the way from a client's sidecar to the gateway is secured. */
export interface HopIntent {
  readonly security: 'mutual-tls' | 'passthrough' | 'plaintext';

  /** Port of the gateway's Service. */
  readonly port: number;

  /** Whether the gateway reads HTTP inside mutual TLS. */
  readonly http?: boolean;
}

/** Which way an egress takes: every value checked, every default applied. */
export interface RouteIntent {
  readonly path: string;
  readonly egress: EgressIntent;
  readonly gateway: GatewayIntent;
  readonly hop: HopIntent;

  /** Outside host that serves every host of the egress; none: each is reached under its own name. */
  readonly hostingServer?: string;

  /** TLS that the gateway originates. */
  readonly tlsOrigination?: OriginationIntent;

  /** Forward proxy that the gateway goes by. */
  readonly forwardProxy?: ForwardProxyIntent;

  /** Percent of new connections that take it, the others go straight; none: all, and nothing is there that divided them. */
  readonly weight?: number;

  /** Limits of the gateway's connections to the outside. */
  readonly connections?: ConnectionsIntent;
}

/** Whether some connections go straight, or may. */
export function isDivided({ weight = 100 }: RouteIntent): boolean {
  return weight < 100;
}
