import { EgressIntent, isHttp, isNamed, isTls } from '../intent/egress';
import { OriginationIntent } from '../intent/origination';
import { RouteIntent } from '../intent/route';
import { IN_ENTRY } from '../intent/values';

/** The route of an egress, by its path. */
export type RouteOf = ReadonlyMap<string, RouteIntent>;

const DNS_NAME = 'another host name, one that DNS has for the host';
const CERTIFIED_NAME = "another host name, one that DNS and the server's certificate have for the host";

const EACH_PORT = 'each of whose clients may use each port; or let exportTo of the two name no client in common';

/** What to do with two egresses of a host, so that both go on as they were meant, and nothing leaves in clear that was to leave inside TLS. */
export function oneEgress(both: readonly [EgressIntent, EgressIntent], routeOf: RouteOf): string {
  const tcp = both.filter(egress => !isNamed(egress));
  if (tcp.length === 1) return `Istio keeps one DestinationRule a host: give the TCP egress ${anotherName(tcp[0], routeOf)}`;
  if (tcp.length === 2) return ofTcp(both, routeOf);
  if (both.some(({ externalProxy }) => externalProxy)) {
    return 'a host of an ExternalSniProxy has one port and one way: name it in one of the two, or let exportTo of the two name no client in common';
  }
  return isTls(both[0]) === isTls(both[1]) ? merged(both, routeOf) : ofTlsAndHttp(both, routeOf);
}

/** One egress of two opens the addresses of each on the ports of each. */
function ofTcp(both: readonly [EgressIntent, EgressIntent], routeOf: RouteOf): string {
  const same = (of: (egress: EgressIntent) => unknown) => JSON.stringify(of(both[0])) === JSON.stringify(of(both[1]));
  const renamed = both.find(egress => !isLookedUp(egress, routeOf)) ?? both[1];
  const alike = !both.some(({ externalProxy }) => externalProxy)
    && same(egress => [egress.protocol, egress.forwardProxy, originationOf(egress, routeOf), routeOf.has(egress.path)]);
  const [addresses, ports, clients] = [same(egress => egress.addresses), same(egress => egress.ports), same(egress => egress.clients)];
  const silently = 'one of them would be dropped or misrouted silently: ';
  if (alike && addresses && ports) return `${silently}${clients ? 'keep one of the two' : 'make one egress with the clients (exportTo) of both'}`;
  const one = alike && clients && (addresses || ports) && fit(both, egress => egress.ports) && fit(both, egress => egress.addresses) ? `make one egress with the ${addresses ? 'ports' : 'addresses'} of both; or ` : '';
  return `${silently}${one}give "${renamed.path}" ${anotherName(renamed, routeOf)}`;
}

/** Two egresses that are told apart by the same kind of name. */
function merged(both: readonly [EgressIntent, EgressIntent], routeOf: RouteOf): string {
  const differ = (of: (egress: EgressIntent) => unknown) => JSON.stringify(of(both[0])) !== JSON.stringify(of(both[1]));
  const silently = 'one of them would be dropped or misrouted silently: ';
  const originates = differ(egress => !!originationOf(egress, routeOf));
  const led = differ(({ path }) => routeOf.has(path));
  const ports = differ(egress => egress.ports);
  const clients = differ(egress => egress.clients);
  if (!ports && !clients) {
    return `${silently}name it in one of the two alone${originates ? ', the one whose TLS is originated' : led ? ', the one that the gateway leads' : ''}`;
  }
  if (ports && originates) return `${silently}give the one whose TLS is originated ${CERTIFIED_NAME}`;
  if (ports && differ(egress => egress.protocol)) return `${silently}give one of the two ${DNS_NAME}`;
  if (!fit(both, egress => egress.ports)) return `${silently}one egress takes at most ${IN_ENTRY.most} ports: give those of one of the two to a TcpEgress with ${DNS_NAME}, or of its own if it has addresses`;
  return `${silently}take it out of both, and make one egress of it with the ${[...ports ? ['ports'] : [], ...clients ? ['clients (exportTo)'] : []].join(' and ')} of both`
    + `${originates ? ', and TLS originated' : ''}${led ? ', led through the gateway' : ''}`
    + (!ports ? '' : clients ? `, ${EACH_PORT}` : ', each of whose clients may use each port');
}

function ofTlsAndHttp(both: readonly [EgressIntent, EgressIntent], routeOf: RouteOf): string {
  const [one, other] = both;
  const shared = one.ports.filter(port => other.ports.includes(port));
  if (shared.length > 0) return `both are for port ${shared.join(', ')}: name it in the one alone whose protocol the host speaks there`;
  const http = both.find(isHttp)!;
  const wrong = 'Istio keeps one DestinationRule a host: ';
  if (originationOf(http, routeOf)) {
    return `${wrong}let the application speak TLS on all ports, in one TlsEgress; or give the HTTP egress ${CERTIFIED_NAME}`;
  }
  if (http.protocol !== 'HTTP' || http.requests || routeOf.get(http.path)?.hop.http) return `${wrong}give the HTTP egress ${DNS_NAME}`;
  return `${wrong}make one TlsEgress, with httpPorts for plain HTTP${routeOf.has(one.path) === routeOf.has(other.path) ? '' : ', led through the gateway'}`
    + (JSON.stringify(one.clients) === JSON.stringify(other.clients) ? '' : `, ${EACH_PORT}`);
}

function anotherName(egress: EgressIntent, routeOf: RouteOf): string {
  return (isLookedUp(egress, routeOf) ? DNS_NAME : 'a host name of its own: its addresses tell its connections apart')
    + (originationOf(egress, routeOf) ? '; and its tlsOrigination the sni and subjectAltNames of the host' : '');
}

/** Whether one egress takes what two have. */
function fit(both: readonly [EgressIntent, EgressIntent], of: (egress: EgressIntent) => readonly (string | number)[]): boolean {
  return new Set(both.flatMap(of)).size <= IN_ENTRY.most;
}

/** What originates TLS on the way of an egress. */
function originationOf(egress: EgressIntent, routeOf: RouteOf): OriginationIntent | undefined {
  return egress.tlsOrigination ?? routeOf.get(egress.path)?.tlsOrigination;
}

/** Whether anybody asks DNS or a forward proxy for the name of a TCP host. */
function isLookedUp(egress: EgressIntent, routeOf: RouteOf): boolean {
  return egress.addresses.length === 0 || !!egress.forwardProxy || !!routeOf.get(egress.path)?.forwardProxy;
}
