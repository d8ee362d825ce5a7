import { label, ownName, routeDomain } from './names';
import { outerReach } from './outer-reach';
import { ConnectionsIntent } from '../intent/connections';
import { EgressIntent } from '../intent/intent';
import { OriginationIntent, outsidePort } from '../intent/origination';
import { RequestsIntent } from '../intent/requests';
import { isNamed, protocolAt, RouteIntent } from '../intent/route';

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

  /** Port of the next place, where it is another and the reach names none. */
  readonly targetPort?: number;
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

  /** Where a forward proxy is asked to lead the connection. */
  readonly tunnel?: { readonly host: string; readonly port: number };
  readonly connections?: ConnectionsIntent;

  /** Whether the next place is told the caller's address. */
  readonly tellsCaller?: boolean;

  /** Labels of the pods that it is for; none: all. */
  readonly workloadSelector?: { readonly [key: string]: string };
}

export type Security =
  | { readonly by: 'nothing' }
  | { readonly by: 'mesh-mutual-tls'; readonly sni: string; readonly serverIdentity: string }
  | {
    readonly by: 'tls';
    readonly mode: string;
    readonly sni: string;

    /** Names of which the server must prove one; none: it is not checked at all. */
    readonly subjectAltNames: readonly string[] | undefined;

    /** Where the certificates come from, as fields of Istio's `tls`. */
    readonly certificates: { readonly [key: string]: string };
  };

/** Lets a leg into a gateway, and hands it to the next leg. */
export interface Door {
  readonly labels: { readonly [key: string]: string };
  readonly port: number;
  readonly accepts: 'mutual-tls' | 'passthrough' | 'plaintext';

  /** SNI that opens the door; for plaintext the port alone does. */
  readonly host: string;
  readonly next: { readonly host: string; readonly port: number };

  /** The Host header that the server is to see, where the gateway reads HTTP; none: it sees bytes. */
  readonly httpHost?: string;

  /** How the gateway tries requests again, where it reads HTTP. */
  readonly requests?: RequestsIntent;

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

  /** How the outer leg is secured and limited; none: it carries what came in, without limits of its own. */
  readonly outerSecuring?: Securing;
}

/** Namespaces that may use every name under a domain; anybody else's connection is refused. */
export interface Admission {
  readonly domain: string;
  readonly clients: readonly string[];
}

/** Every outer leg of bytes has this port: an odd one would become a listener of each sidecar in the gateway's namespace. */
const OUTER = { number: 443, name: 'tls', protocol: 'TLS' };

/** The client leg: to the hosts themselves, or to the gateway where there is a route. */
export function clientLeg(egress: EgressIntent, route?: RouteIntent): Leg {
  const dialled = !isNamed(egress) && egress.addresses.length > 0;
  const moved = (number: number) => route || egress.forwardProxy || egress.externalProxy ? number : outsidePort(number, egress.tlsOrigination);
  return {
    hosts: egress.hosts,
    addresses: dialled ? egress.addresses : [],
    ports: egress.ports.map(number => ({
      number,
      name: `${protocolAt(egress, number).toLowerCase()}-${number}`,
      protocol: protocolAt(egress, number),
      ...(moved(number) === number ? {} : { targetPort: moved(number) }),
    })),
    reach: route
      ? { by: 'name', name: route.gateway.host, port: route.hop.port }
      : toProxy(egress) ?? (dialled && egress.ports.every(port => moved(port) === port) ? { by: 'dialled' } : outside(egress)),
    exportTo: exportTo(egress),
  };
}

/** Whether the hosts get a virtual address where the mesh captures DNS: only wanted where nothing else tells connections apart. */
export function autoAllocated(egress: EgressIntent): boolean {
  return !isNamed(egress) && egress.addresses.length === 0;
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
        : sidecarSecurity(egress, host),
    })),
    ...(route || !egress.forwardProxy ? {} : { tunnel: { host, port: egress.ports[0] } }),
    connections: egress.connections,
    workloadSelector: (egress.tlsOrigination ?? egress.forwardProxy?.tlsOrigination)?.workloadSelector,
  };
}

/**
 * How pods that an origination leaves out are secured to the host: without a rule of their own they would speak in clear to its TLS port.
 */
export function otherSecuring(egress: EgressIntent, host: string): Securing {
  const { tlsOrigination, forwardProxy } = egress;
  const withoutSecret = {
    ...egress,
    tlsOrigination: simple(tlsOrigination),
    forwardProxy: forwardProxy && { ...forwardProxy, tlsOrigination: simple(forwardProxy.tlsOrigination) },
  };
  // of two rules of one host with the same exportTo Istio drops the one without a selector; other namespaces do not look at this one
  return { ...clientSecuring(withoutSecret, host), exportTo: ['*'] };
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
  const target = outsidePort(port, route.tlsOrigination ?? egress.tlsOrigination);
  const reach = toForwardProxy(route) ?? outerReach(route, host, target, name);
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
      host: hop.security === 'passthrough' ? egress.tlsOrigination?.sni ?? host : own,
      next: { host: own, port: outerPort(route).number },
      ...(hop.http ? { httpHost: port === 80 ? host : `${host}:${port}`, requests: egress.requests } : {}),
    },
    outer: {
      hosts: [own],
      addresses: [],
      ports: [outerPort(route)],
      reach,
      exportTo: ['.'],
    },
    outerSecuring: outerSecuring(route, own, route.hostingServer ?? host, target, reach),
  };
}

/** A port of HTTP shares the listener of its number with all others of HTTP. */
export function outerPort({ egress, hop }: RouteIntent): LegPort {
  return hop.http ? { number: 80, name: 'http', protocol: egress.protocol } : OUTER;
}

/** What the sidecars name a request for one host and port, where the gateway reads HTTP; nothing where it does not. */
export function rewrittenAuthority(egress: EgressIntent, host: string, port: number, route?: RouteIntent): string | undefined {
  return route?.hop.http ? ownName(nameOf(route, host, port), egress.namespace, egress.clients) : undefined;
}

function simple(origination: OriginationIntent | undefined): OriginationIntent | undefined {
  return origination && {
    ...origination,
    mode: 'SIMPLE',
    certificates: origination.verified ? { caCertificates: 'system' } : {},
    workloadSelector: undefined,
  };
}

function outerSecuring(route: RouteIntent, own: string, host: string, port: number, reach: Reach): Securing | undefined {
  const { tlsOrigination, forwardProxy, connections } = route;
  const tellsCaller = reach.by === 'socket';
  if (!tlsOrigination && !forwardProxy && !connections && !tellsCaller) return undefined;
  return {
    host: own,
    exportTo: ['.'],
    ports: [{ number: outerPort(route).number, security: originated(tlsOrigination, host) ?? originated(forwardProxy?.tlsOrigination, forwardProxy?.host) ?? { by: 'nothing' } }],
    ...(forwardProxy ? { tunnel: { host, port } } : {}),
    connections,
    tellsCaller,
  };
}

function sidecarSecurity({ tlsOrigination, forwardProxy, externalProxy }: EgressIntent, host: string): Security {
  if (externalProxy) return { by: 'mesh-mutual-tls', sni: externalProxy.sni, serverIdentity: externalProxy.identity };
  return originated(tlsOrigination, host) ?? originated(forwardProxy?.tlsOrigination, forwardProxy?.host) ?? { by: 'nothing' };
}

function originated(origination: OriginationIntent | undefined, host: string | undefined): Security | undefined {
  if (!origination || host === undefined) return undefined;
  const { mode, sni, subjectAltNames, verified, certificates } = origination;
  return { by: 'tls', mode, sni: sni ?? host, subjectAltNames: verified ? subjectAltNames ?? [host] : undefined, certificates };
}

function toProxy(egress: EgressIntent): Reach | undefined {
  if (!egress.externalProxy) return toForwardProxy(egress);
  const { addresses, port } = egress.externalProxy;
  return { by: 'addresses', addresses, port: egress.ports.every(number => number === port) ? undefined : port };
}

function toForwardProxy({ forwardProxy }: Pick<RouteIntent, 'forwardProxy'>): Reach | undefined {
  if (!forwardProxy) return undefined;
  const { host, addresses, port } = forwardProxy;
  return addresses.length > 0 ? { by: 'addresses', addresses, port } : { by: 'name', name: host, port };
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

/** The clients of an egress, as Istio's `exportTo`. */
export function exportTo(egress: EgressIntent): string[] {
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
