import { EgressIntent } from './intent';
import { label, ownName, routeDomain } from './names';
import { outerReach } from './outer-reach';
import { isTls, RouteIntent } from './route';

/** Where a host is reached, and how the way there is secured. */
export interface Leg {
  readonly hosts: readonly string[];

  /** Addresses that the application dials; none: it is known by name. */
  readonly addresses: readonly string[];
  readonly ports: readonly LegPort[];
  readonly reach: Reach;

  /** Namespaces that take this leg, as Istio's `exportTo`. */
  readonly exportTo: readonly string[];
}

export interface LegPort {
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
}

/** The next place: where the application dialled, the hosts or the name sent as they resolve, a name at a port, a Unix socket, or fixed addresses. */
export type Reach =
  | { readonly by: 'dialled' }
  | { readonly by: 'dns' }
  | { readonly by: 'dynamic-dns' }
  | { readonly by: 'socket'; readonly path: string }
  | { readonly by: 'name'; readonly name: string; readonly port: number }
  | { readonly by: 'addresses'; readonly addresses: readonly string[]; readonly port?: number };

/** How the way to one host is secured, port by port. */
export interface Securing {
  readonly host: string;
  readonly exportTo: readonly string[];
  readonly ports: readonly { readonly number: number; readonly security: Security }[];
}

export type Security =
  | { readonly by: 'nothing' }
  | { readonly by: 'mesh-mutual-tls'; readonly sni: string; readonly serverIdentity: string };

/** Lets a leg into a gateway, and hands it to the next leg. */
export interface Door {
  readonly labels: { readonly [key: string]: string };
  readonly port: number;
  readonly accepts: 'mutual-tls' | 'passthrough' | 'plaintext';

  /** SNI that opens the door; for plaintext the port alone does. */
  readonly host: string;
  readonly next: { readonly host: string; readonly port: number };

  /** SPIFFE URIs of the only callers that it opens to; none: any of the mesh. */
  readonly callers?: readonly string[];
}

/** What happens at the gateway for one host and port. */
export interface Crossing {
  /** Tells the crossings of a route apart; empty if there is one. */
  readonly key: string;

  /** Name of the objects in the gateway's namespace, and first label of `ownName`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly ownName: string;
  readonly door: Door;
  readonly outer: Leg;
}

/** Namespaces that may use every name under a domain; anybody else's connection is refused. */
export interface Admission {
  readonly domain: string;
  readonly clients: readonly string[];
}

/** Every outer leg has this port: an odd one would become a listener of each sidecar in the gateway's namespace. */
const OUTER = { number: 443, name: 'tls', protocol: 'TLS' };

/** The client leg: to the hosts themselves, or to the gateway where there is a route. */
export function clientLeg(egress: EgressIntent, route?: RouteIntent): Leg {
  const dialled = !isTls(egress) && egress.addresses.length > 0;
  return {
    hosts: egress.hosts,
    addresses: dialled ? egress.addresses : [],
    ports: egress.ports.map(number => ({ number, name: `${egress.protocol.toLowerCase()}-${number}`, protocol: egress.protocol })),
    reach: route
      ? { by: 'name', name: route.gateway.host, port: route.hop.port }
      : dialled ? { by: 'dialled' } : outside(egress),
    exportTo: exportTo(egress),
  };
}

/** Whether the hosts get a virtual address where the mesh captures DNS: only wanted where nothing else tells connections apart. */
export function autoAllocated(egress: EgressIntent): boolean {
  return !isTls(egress) && egress.addresses.length === 0;
}

/** How the client leg is secured to one of the egress's hosts. */
export function clientSecuring(egress: EgressIntent, host: string, route?: RouteIntent): Securing {
  return {
    host,
    exportTo: exportTo(egress),
    ports: egress.ports.map(number => ({
      number,
      security: route?.hop.security === 'mutual-tls'
        ? { by: 'mesh-mutual-tls', sni: ownName(nameOf(route, host, number), egress.namespace, egress.clients), serverIdentity: route.gateway.identity }
        : { by: 'nothing' },
    })),
  };
}

/** The crossings of a route: one for each host and port. */
export function crossings(route: RouteIntent): Crossing[] {
  return route.egress.hosts.flatMap(host => route.egress.ports.map(port => crossing(route, host, port)));
}

/** Who may use the names of a route; nothing where all may, or nobody can be told apart. */
export function admission(route: RouteIntent): Admission | undefined {
  const { namespace, clients } = route.egress;
  return route.hop.security === 'mutual-tls' && !clients.includes('*')
    ? { domain: routeDomain(namespace, clients), clients }
    : undefined;
}

function crossing(route: RouteIntent, host: string, port: number): Crossing {
  const { egress, gateway, hop } = route;
  const name = nameOf(route, host, port);
  const own = ownName(name, egress.namespace, egress.clients);
  return {
    key: keyOf(egress, host, port),
    name,
    host,
    port,
    ownName: own,
    door: {
      labels: gateway.labels,
      port: hop.port,
      accepts: hop.security,
      host: hop.security === 'passthrough' ? host : own,
      next: { host: own, port: OUTER.number },
    },
    outer: {
      hosts: [own],
      addresses: [],
      ports: [OUTER],
      reach: outerReach(route, host, port, name),
      exportTo: ['.'],
    },
  };
}

function outside(egress: EgressIntent): Reach {
  if (egress.addresses.length > 0) return { by: 'addresses', addresses: egress.addresses };
  switch (egress.wildcardResolution) {
    case 'NONE':
      return { by: 'dialled' };
    case 'DYNAMIC_DNS':
      return { by: 'dynamic-dns' };
    default:
      return { by: 'dns' };
  }
}

function exportTo(egress: EgressIntent): string[] {
  return egress.clients.map(client => client === egress.namespace ? '.' : client);
}

/** Holds the client namespace, so that two teams never overwrite each other's objects at a gateway. */
function nameOf({ path, egress }: RouteIntent, host: string, port: number): string {
  const key = keyOf(egress, host, port);
  return label(egress.namespace, ...path.split('/'), ...(key === '' ? [] : [key]));
}

function keyOf(egress: EgressIntent, host: string, port: number): string {
  return [
    ...(egress.hosts.length > 1 ? [host] : []),
    ...(egress.ports.length > 1 ? [port] : []),
  ].join('-');
}
