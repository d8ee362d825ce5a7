import { ConnectionsIntent } from './connections';
import { ForwardProxyIntent } from './forward-proxy';
import { EgressIntent, GatewayIntent } from './intent';
import { OriginationIntent } from './origination';
import { WorkloadIntent } from './workload';

/** How the way from a client's sidecar to the gateway is secured. */
export interface HopIntent {
  readonly security: 'mutual-tls' | 'passthrough' | 'plaintext';

  /** Port of the gateway's Service. */
  readonly port: number;

  /** Whether the gateway reads HTTP inside mutual TLS. */
  readonly http?: boolean;
}

/** Which way an egress takes. */
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

  /** Limits of the gateway's connections to the outside. */
  readonly connections?: ConnectionsIntent;
}

/** A gateway that an app runs itself. */
export interface GatewayWorkload {
  readonly path: string;
  readonly gateway: GatewayIntent;
  readonly workload: WorkloadIntent;
}

/** True for all names under a domain, false for one name. */
export function isWildcard(host: string): boolean {
  return host.startsWith('*.');
}

/** True where the application itself speaks TLS, and its SNI tells a connection from others. */
export function isTls({ protocol }: Pick<EgressIntent, 'protocol'>): boolean {
  return protocol === 'TLS';
}

/** True where the Host header tells a request from others. */
export function isHttp({ protocol }: Pick<EgressIntent, 'protocol'>): boolean {
  return ['HTTP', 'HTTP2', 'GRPC'].includes(protocol);
}

/** Istio's protocol of one port. */
export function protocolAt({ protocol, httpPorts }: EgressIntent, port: number): string {
  return httpPorts?.includes(port) ? 'HTTP' : protocol;
}

/** True where a name (SNI or Host header) tells a connection from others, false where only its address and port do. */
export function isNamed(egress: Pick<EgressIntent, 'protocol'>): boolean {
  return isTls(egress) || isHttp(egress);
}
