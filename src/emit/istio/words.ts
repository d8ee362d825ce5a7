import { namespaceDomain, securedName } from '../../plan/names';
import { Clients, Leg, Way } from '../../plan/plan';

/** Namespaces as Istio's `exportTo`, of an object in one of them. */
export function exportTo(clients: Clients, namespace: string): string[] {
  return clients === 'all' ? ['*'] : clients.map(client => client === namespace ? '.' : client);
}

/**
 * A subset that only the rule of an outer leg declares, and a door leads to: without the rule nothing leaves, where what it says
 * would leave otherwise than was promised.
 */
export function subsetOf({ security, tunnel }: Leg): string | undefined {
  return security.by === 'tls' || tunnel ? 'secured' : undefined;
}

/** Whether a sidecar's leg goes by another name than the host's, so that it is shut without the rule that secures it. */
export function goesByAlias({ from, security, tunnel }: Leg): boolean {
  return from === 'sidecar' && security.by === 'tls' && !tunnel;
}

/** The name by which sidecars know a port of a host that they originate TLS to. */
export function aliasOf({ namespace, host, port }: Way): string {
  return `${securedName(host, port)}.${namespaceDomain(namespace)}`;
}

/** All such names of a namespace. */
export function aliasesOf(namespace: string): string {
  return `*.${namespaceDomain(namespace)}`;
}

/** The port by which sidecars know it: of HTTP all share one listener, and bytes make none. */
export function aliasPort({ spoken }: Way): { readonly number: number; readonly name: string; readonly protocol: string } {
  return ['http', 'http2', 'grpc'].includes(spoken) ? { ...OUTER.http, protocol: spoken.toUpperCase() } : OUTER.bytes;
}

/** An outer leg of bytes has this port for its own: an odd one would become a listener of each sidecar in the gateway's namespace. Of HTTP all share one. */
export const OUTER = {
  bytes: { number: 443, name: 'tls', protocol: 'TLS' },
  http: { number: 80, name: 'http' },
};
