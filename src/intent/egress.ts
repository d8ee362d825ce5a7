import { ConnectionsIntent } from './connections';
import { ExternalProxyIntent } from './external-proxy';
import { ForwardProxyIntent } from './forward-proxy';
import { OriginationIntent } from './origination';
import { RequestsIntent } from './requests';

/** What an application speaks on a port, in Istio's words. */
export type Protocol = 'TCP' | 'MONGO' | 'MYSQL' | 'REDIS' | 'TLS' | 'HTTP' | 'HTTP2' | 'GRPC';

/** What may leave, and who may use it: every value checked, every default applied. */
export interface EgressIntent {
  /** Path of the construct; identifies the egress in its app. */
  readonly path: string;

  /** Namespace that it is of. */
  readonly namespace: string;

  /** Client namespaces, sorted; `*` alone for all. */
  readonly clients: readonly string[];
  readonly protocol: Protocol;

  /** DNS names of the outside host or hosts, sorted. */
  readonly hosts: readonly string[];

  /** Addresses and CIDRs of the hosts, canonical and sorted; empty: by DNS. */
  readonly addresses: readonly string[];

  /** CIDRs that are not taken where there are no addresses, sorted; none: all are. */
  readonly exceptAddresses?: readonly string[];

  /** Ports, sorted. */
  readonly ports: readonly number[];

  /** Those of the ports at which plain HTTP is spoken, whatever the protocol of the others. */
  readonly httpPorts?: readonly number[];

  /** Where the sidecars lead wildcard hosts that no route leads. */
  readonly wildcardResolution?: 'NONE' | 'DYNAMIC_DNS';

  /** TLS that the sidecar originates. */
  readonly tlsOrigination?: OriginationIntent;

  /** Forward proxy that the sidecar goes by. */
  readonly forwardProxy?: ForwardProxyIntent;

  /** Proxy outside that the sidecar goes by over mutual TLS of the mesh. */
  readonly externalProxy?: ExternalProxyIntent;

  /** Limits of the sidecar's connections. */
  readonly connections?: ConnectionsIntent;

  /** Limits of HTTP requests. */
  readonly requests?: RequestsIntent;
}

/** True for all names under a domain, false for one name. */
export function isWildcard(host: string): boolean {
  return host.startsWith('*.');
}

/** True where the application itself speaks TLS, and its SNI tells a connection from others. */
export function isTls({ protocol }: { readonly protocol: string }): boolean {
  return protocol === 'TLS';
}

/** True where the Host header tells a request from others. */
export function isHttp({ protocol }: { readonly protocol: string }): boolean {
  return ['HTTP', 'HTTP2', 'GRPC'].includes(protocol);
}

/** True where a name (SNI or Host header) tells a connection from others, false where only its address and port do. */
export function isNamed(egress: { readonly protocol: string }): boolean {
  return isTls(egress) || isHttp(egress);
}

/** Whether its connections can be led on by more than the name in the application's own TLS, on some port. */
export function isLed(egress: EgressIntent): boolean {
  return !isTls(egress) || egress.httpPorts !== undefined;
}

/** What is spoken on one port. */
export function protocolAt({ protocol, httpPorts }: Pick<EgressIntent, 'protocol' | 'httpPorts'>, port: number): Protocol {
  return httpPorts?.includes(port) ? 'HTTP' : protocol;
}
