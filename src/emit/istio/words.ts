import { namespaceDomain, securedName, shareName } from '../../plan/names';
import { Clients, Leg, Way } from '../../plan/plan';
import { readsHttp } from '../../plan/plan-of';

/** Namespaces as Istio's `exportTo`, of an object in one of them. */
export function exportTo(clients: Clients, namespace: string): string[] {
  return clients === 'all' ? ['*'] : clients.map(client => client === namespace ? '.' : client);
}

/**
 * A subset that only the rule of an outer leg declares, and a door leads to: without the rule nothing leaves, where what it says
 * would leave otherwise than was promised.
 */
export function subsetOf({ security, tunnel }: Leg): string | undefined {
  return security.by === 'tls' || tunnel ? SECURED : undefined;
}

export const SECURED = 'secured';

/** Whether a sidecar's leg goes by another name than the host's, so that it is shut without the rule that secures it. */
export function goesByAlias({ from, security, tunnel }: Leg): boolean {
  return from === 'sidecar' && security.by === 'tls' && !tunnel;
}

/** The name by which sidecars know a port of a host that they originate TLS to, or the share of it that goes through a gateway. */
export function aliasOf({ namespace, host, port, share }: Way): string {
  return `${(share === undefined ? securedName : shareName)(host, port)}.${namespaceDomain(namespace)}`;
}

/** All such names of a namespace. */
export function aliasesOf(namespace: string): string {
  return `*.${namespaceDomain(namespace)}`;
}

/** The name by which sidecars know addresses of which only themselves say where they lead, of a namespace. */
export function placeHost(name: string, namespace: string): string {
  return `${name}.${namespaceDomain(namespace)}`;
}

/** The port by which sidecars know it: of HTTP all share one listener, and bytes make none. Shares of what has names are in the listener of the host. */
export function aliasPort(way: Way): { readonly number: number; readonly name: string; readonly protocol: string } {
  if (way.share !== undefined && way.taken.by === 'name') return portOf(way);
  return readsHttp(way) ? { ...OUTER.http, protocol: way.spoken.toUpperCase() } : OUTER.bytes;
}

/** The port by which sidecars know the host itself. */
export function portOf({ port, spoken }: Way): { readonly number: number; readonly name: string; readonly protocol: string } {
  return { number: port, name: `${spoken}-${port}`, protocol: spoken.toUpperCase() };
}

/** An outer leg of bytes has this port for its own: an odd one would become a listener of each sidecar in the gateway's namespace. Of HTTP all share one. */
export const OUTER = {
  bytes: { number: 443, name: 'tls', protocol: 'TLS' },
  http: { number: 80, name: 'http' },
};
