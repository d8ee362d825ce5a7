import { outwardProblems } from './originations';
import { oneEgress, RouteOf } from './same-host';
import { AddressRange, isSingle, rangeOf } from '../intent/addresses';
import { EgressIntent, isHttp, isNamed, isTls, isWildcard, protocolAt } from '../intent/egress';
import { gatewayName } from '../intent/gateway';
import { grouped } from '../intent/groups';
import { describe, Problem, RelationProblem } from '../intent/problem';
import { OTHER_PORTS, RESERVED_PORTS, reservedFor, targetPort } from '../intent/reserved-ports';
import { RouteIntent } from '../intent/route';
import { Plan } from '../plan/plan';
import { branches, lastLeg } from '../plan/plan-of';

/** What is wrong between the egresses, routes and gateways of an app. All sorted by path; each problem names both sides, at the later one. */
export function relationProblems(
  egresses: readonly EgressIntent[], routes: readonly RouteIntent[], plan: Plan,
): RelationProblem[] {
  const found = new Map<string, RelationProblem>();
  const report: Report = (path, problem, wrong, mend, client) => {
    const key = `${path} ${problem} ${wrong}`;
    if (!found.has(key)) {
      const seen = client === undefined ? '' : `, and clients in ${client === '*' ? 'all namespaces' : `namespace "${client}"`} see both`;
      found.set(key, { path, text: describe(problem, wrong + seen, mend) });
    }
  };

  const routeOf = new Map(routes.map(route => [route.egress.path, route]));
  for (const group of byClient(egresses)) {
    sameHost(group, routeOf, report);
    sameAddress(group, report);
  }
  for (const group of byClient([...egresses, ...outerLegs(routes)])) {
    sameProtocol(group, report);
  }
  sameOwner(egresses, report);
  sameExternalProxy(egresses, report);
  ejections(egresses, plan, report);
  secondRoutes(routes, report);
  for (const route of routes) {
    fitOfHop(route, report);
    wildcardServer(route, report);
    shares(route, report);
  }
  sharesUnderWildcards(egresses, routes, report);
  outwardProblems(routes, report);
  passthroughHosts(routes, report);
  plaintextPorts(routes, report);
  reservedPorts(routes, report);
  dialsItself(routes, plan, report);
  return [...found.values()];
}

/** Reports a problem at a construct, once. */
export type Report = (path: string, problem: Problem, wrong: string, mend: string, client?: string) => void;

/** A client namespace (`*`: all that are not named), and the egresses that it sees. */
interface ClientGroup {
  readonly client: string;
  readonly egresses: readonly EgressIntent[];
}

function byClient(egresses: readonly EgressIntent[]): ClientGroup[] {
  const everybodys = egresses.filter(egress => egress.clients.includes('*'));
  const own = grouped(egresses.flatMap(egress => egress.clients.map(client => [client, egress] as const)));
  return [...own.keys()].map(client => ({
    client,
    egresses: client === '*' ? everybodys : [...own.get(client)!, ...everybodys],
  }));
}

function sameHost({ client, egresses }: ClientGroup, routeOf: RouteOf, report: Report): void {
  const owners = new Map<string, EgressIntent>();
  for (const egress of [...egresses].sort((a, b) => a.path < b.path ? -1 : 1)) {
    for (const host of egress.hosts) {
      const owner = owners.get(host);
      if (owner) {
        report(egress.path, Problem.HOST_CONFLICT,
          `"${owner.path}" declares "${host}" too`,
          oneEgress([owner, egress], routeOf),
          client);
      } else {
        owners.set(host, egress);
      }
    }
  }
}

/** A host of a namespace is one thing, whoever its clients are: its objects are called after it. */
function sameOwner(egresses: readonly EgressIntent[], report: Report): void {
  const owners = new Map<string, EgressIntent>();
  for (const egress of egresses) {
    for (const host of egress.hosts) {
      const key = `${egress.namespace}/${host}`;
      const owner = owners.get(key);
      if (!owner) {
        owners.set(key, egress);
      } else if (!shareClients(owner, egress)) {
        report(egress.path, Problem.HOST_CONFLICT, `"${owner.path}" declares "${host}" of namespace "${egress.namespace}" too`,
          'a host of a namespace has one egress: declare one of the two in another namespace, or make one that names all clients in exportTo');
      }
    }
  }
}

function shareClients(one: EgressIntent, other: EgressIntent): boolean {
  return [one, other].some(({ clients }) => clients.includes('*')) || one.clients.some(client => other.clients.includes(client));
}

/** What sidecars in a gateway's namespace see of the routes: a host on the port of the outer leg. */
function outerLegs(routes: readonly RouteIntent[]): EgressIntent[] {
  return routes.map(route => {
    const { path, egress, hop, gateway: { namespace } } = route;
    const [protocol, number] = hop.http ? [egress.protocol, 80] : ['TLS' as const, 443];
    return { path, namespace, clients: [namespace], protocol, hosts: [], addresses: [], ports: [number] };
  });
}

/** Names, ranges and any address share the listener of a port for every address, and Istio leaves some protocols out that come second there. */
function sameProtocol({ client, egresses }: ClientGroup, report: Report): void {
  const shared = egresses.filter(egress => isNamed(egress) || takesEverything(egress) || egress.addresses.some(address => !isSingle(address)));
  const ports = shared.flatMap(egress => egress.ports.map(number => [number, { ...egress, protocol: protocolAt(egress, number) }] as const));
  for (const [port, onPort] of grouped(ports)) {
    const firsts = new Map<string, EgressIntent>();
    for (const egress of [...onPort].sort((a, b) => a.path < b.path ? -1 : 1)) {
      if (!firsts.has(egress.protocol)) firsts.set(egress.protocol, egress);
      const first = [...firsts.values()].find(other => !sharesListener(other, egress));
      if (first) {
        report(egress.path, Problem.PROTOCOL_CONFLICT, `port ${port} is ${egress.protocol} here and ${first.protocol} in "${first.path}"`,
          `Istio keeps one of the two and drops the other silently: ${apart(first, egress)}`,
          client);
      }
    }
  }
}

/** How two egresses of a port come apart. A host in no egress stands for what a gateway leads to. */
function apart(one: EgressIntent, other: EgressIntent): string {
  const [led, egress] = one.hosts.length === 0 ? [one, other] : [other, one];
  if (led.hosts.length === 0) return `use another port for "${egress.path}", or let its exportTo leave out namespace "${led.namespace}", where the gateway is`;
  const tcp = [one, other].find(({ protocol }) => ['MONGO', 'MYSQL'].includes(protocol));
  return `use another port for one${tcp ? `, TcpProtocol.TCP for "${tcp.path}", single addresses for it` : ''}, or let exportTo name other clients`;
}

function sharesListener(one: EgressIntent, other: EgressIntent): boolean {
  const alone = (egress: EgressIntent) => ['MONGO', 'MYSQL'].includes(egress.protocol);
  return alone(one) || alone(other)
    ? one.protocol === other.protocol
    : isHttp(one) === isHttp(other) || !isNamed(one) || !isNamed(other);
}

/** An address range that an egress takes on a port. */
interface Claim {
  readonly egress: EgressIntent;
  readonly address: string;
  readonly range: AddressRange;
}

function sameAddress({ client, egresses }: ClientGroup, report: Report): void {
  const conflict = (one: Omit<Claim, 'range'>, other: Omit<Claim, 'range'>, port: number) => {
    const [first, second] = one.egress.path < other.egress.path ? [one, other] : [other, one];
    report(second.egress.path, Problem.ADDRESS_CONFLICT,
      `${second.address} on port ${port} overlaps with ${first.address} of "${first.egress.path}"`,
      `only one of them would get those connections, silently: ${[one, other].some(({ egress }) => takesEverything(egress)) ? 'list addresses instead of anyAddress, give each its own' : 'give each its own addresses or'} port, or let exportTo name other clients`,
      client);
  };
  for (const [port, onPort] of grouped(egresses.flatMap(egress => egress.ports.map(number => [number, egress] as const)))) {
    for (const [one, other] of overlapping(onPort.flatMap(claimsOf))) {
      conflict(one, other, port);
    }
    // addresses get listeners of their own; TLS hosts share the one of all the rest, where its TLS inspector holds up servers that speak first
    const everything = onPort.find(takesEverything);
    for (const egress of everything ? onPort.filter(other => other !== everything && (isNamed(other) || takesEverything(other))) : []) {
      conflict({ egress: everything!, address: 'any address' }, { egress, address: isNamed(egress) ? egress.hosts[0] : 'any address' }, port);
    }
  }
}

function takesEverything(egress: EgressIntent): boolean {
  return !isNamed(egress) && egress.addresses.length === 0;
}

function claimsOf(egress: EgressIntent): Claim[] {
  return egress.addresses.map(address => ({ egress, address, range: rangeOf(address) }));
}

/**
 * Pairs of claims that overlap, of which at least one gets a listener of its own (TLS hosts share theirs).
 * A sweep over the sorted starts that looks at the widest claim so far: linear after the sort, and at least one pair for each claim in conflict.
 */
function overlapping(claims: readonly Claim[]): [Claim, Claim][] {
  const pairs: [Claim, Claim][] = [];
  let widestTcp: Claim | undefined;
  let widestTls: Claim | undefined;
  const wider = (claim: Claim, than: Claim | undefined) => than && than.range.last >= claim.range.last ? than : claim;
  const meet = (claim: Claim, other: Claim | undefined) => {
    if (other && other.egress !== claim.egress && other.range.last >= claim.range.first) {
      pairs.push([other, claim]);
    }
  };
  for (const claim of [...claims].sort((a, b) => a.range.first < b.range.first ? -1 : a.range.first > b.range.first ? 1 : 0)) {
    meet(claim, widestTcp);
    if (isNamed(claim.egress)) {
      widestTls = wider(claim, widestTls);
    } else {
      meet(claim, widestTls);
      widestTcp = wider(claim, widestTcp);
    }
  }
  return pairs;
}

/** A proxy outside has one listener at an address and port, with one list of those whom it lets in, whoever its clients are. */
function sameExternalProxy(egresses: readonly EgressIntent[], report: Report): void {
  const places = egresses.flatMap(egress => (egress.externalProxy?.addresses ?? []).map(address => [`${address} on port ${egress.externalProxy!.port}`, egress.path] as const));
  for (const [place, [first, ...more]] of grouped(places)) {
    for (const path of more) {
      report(path, Problem.EXTERNAL_PROXY_CONFLICT, `its proxy is at ${place}, where that of "${first}" is`,
        'a proxy has one listener there, which lets in what one of the two says: give each a port of its own, or let one name all clients in exportTo');
    }
  }
}

/** Only among known addresses can one be ejected. */
function ejections(egresses: readonly EgressIntent[], { ways }: Plan, report: Report): void {
  const wanted = new Set(egresses.filter(({ connections }) => connections?.ejection).map(({ path }) => path));
  for (const { egress, legs: [{ reach }] } of ways.flatMap(branches)) {
    if (wanted.has(egress) && (reach.to === 'dialled' || reach.to === 'sent-name')) {
      report(egress, Problem.NO_ADDRESS_TO_LEAVE_OUT,
        `consecutive5xxErrors is given, and each connection goes to ${reach.to === 'dialled' ? 'the address that the application dialled' : 'wherever its name leads'}`,
        'leave it out; where the egress is by DNS or goes through a gateway, the proxy has other addresses to choose from');
    }
  }
}

function secondRoutes(routes: readonly RouteIntent[], report: Report): void {
  for (const [egress, [first, ...more]] of grouped(routes.map(route => [route.egress.path, route] as const))) {
    for (const route of more) {
      report(route.path, Problem.SECOND_ROUTE, `"${first.path}" is a route of "${egress}" already`, 'an egress has one way: remove one of the two');
    }
  }
}

/** What one hop can carry. */
function fitOfHop({ path, egress, hop, tlsOrigination }: RouteIntent, report: Report): void {
  const ranges = egress.addresses.filter(address => !isSingle(address));
  if (ranges.length > 0) {
    report(path, Problem.ROUTED_RANGE, `"${egress.path}" has the range ${ranges.join(', ')}`,
      'the gateway must know the address that it leads to: list single addresses, or leave the egress direct');
  }
  if (hop.security === 'passthrough' && !isTls(egress) && !egress.tlsOrigination) {
    report(path, Problem.PASSTHROUGH_OF_TCP, `"${egress.path}" is ${egress.protocol}, and a passthrough hop is told apart by the SNI of the application's TLS`,
      `use GatewayHop.mutualTls()${tlsOrigination ? '' : '; or let the sidecar originate TLS, by tlsOrigination of the egress; or declare a TlsEgress if the application speaks TLS'}`);
  }
  if (hop.security === 'passthrough' && egress.httpPorts) {
    report(path, Problem.PASSTHROUGH_OF_TCP, `"${egress.path}" has plain HTTP on port ${egress.httpPorts.join(', ')}, and a passthrough hop is told apart by the SNI of the application's TLS`,
      'use GatewayHop.mutualTls()');
  }
  if (hop.http && !isHttp(egress)) {
    report(path, Problem.HTTP_HOP_OF_BYTES, `"${egress.path}" is ${egress.protocol}, and a GatewayHop.http() is read as HTTP by the gateway`,
      `use GatewayHop.mutualTls(), or declare an HttpEgress and let the application speak HTTP${isTls(egress) ? ', with tlsOrigination of the route' : ''}`);
  }
  if (hop.security === 'plaintext' && egress.hosts.length * egress.ports.length > 1) {
    report(path, Problem.PLAINTEXT_OF_SEVERAL, `"${egress.path}" has ${egress.hosts.length} hosts and ${egress.ports.length} ports, and a plaintext hop carries one of each`,
      `use GatewayHop.mutualTls()${egress.ports.length > 1 ? '' : ', or an egress and a plaintext port for each host'}`);
  }
}

/** A share goes first where the rest stays what it was, and where no object that is late, or stayed behind, leads it elsewhere. */
function shares({ path, egress, hop, tlsOrigination, weight }: RouteIntent, report: Report): void {
  if (weight === undefined) return;
  const wildcard = egress.hosts.find(isWildcard);
  if (wildcard !== undefined) {
    report(path, Problem.WEIGHT_OF_WILDCARD, `weight is ${weight}, and "${egress.path}" has the wildcard "${wildcard}", which no VirtualService of Istio can lead to`,
      'leave weight out; or list the exact hosts');
  }
  if (hop.security !== 'mutual-tls' || hop.http) {
    report(path, Problem.WEIGHT_ON_HOP, `weight is ${weight}, and the hop is ${hop.http ? 'one that the gateway reads as HTTP' : hop.security}`,
      `leave weight out${egress.tlsOrigination ? '' : '; or use GatewayHop.mutualTls()'}`);
  }
  if (tlsOrigination) {
    report(path, Problem.WEIGHT_OF_ORIGINATION, `weight is ${weight}, and the gateway originates TLS, without which the rest would leave straight`, 'leave weight out');
  }
}

/** Istio takes the VirtualService that divides the TLS of a name for that of every wildcard above it, and leads no other name of those any more. */
function sharesUnderWildcards(egresses: readonly EgressIntent[], routes: readonly RouteIntent[], report: Report): void {
  const wildcards = egresses.filter(isTls).flatMap(egress => egress.hosts.filter(isWildcard).map(wildcard => ({ egress, wildcard })));
  const meet = (one: EgressIntent, other: EgressIntent) => one.ports.some(port => other.ports.includes(port))
    && ([one, other].some(({ clients }) => clients.includes('*')) || one.clients.some(client => other.clients.includes(client)));
  for (const { path, egress, weight } of routes.filter(route => route.weight !== undefined && isTls(route.egress))) {
    for (const { egress: above, wildcard } of wildcards) {
      const host = egress.hosts.find(name => name !== wildcard && name.endsWith(wildcard.slice(1)));
      if (host === undefined || !meet(above, egress)) continue;
      report(path, Problem.WEIGHT_UNDER_WILDCARD, `weight is ${weight}, and "${host}" is under the wildcard "${wildcard}" of "${above.path}", which would lead no other name any more`,
        'leave weight out; or let exportTo of the two name different clients');
    }
  }
}

/** A gateway must know where a wildcard leads. */
function wildcardServer({ path, egress, gateway, hostingServer }: RouteIntent, report: Report): void {
  const wildcard = egress.hosts.find(isWildcard);
  if (hostingServer !== undefined && (egress.addresses.length > 0 || !isTls(egress))) {
    report(path, Problem.HOSTING_SERVER_UNUSED, `hostingServer is "${hostingServer}", and "${egress.path}" ${isTls(egress) ? `leads to ${egress.addresses.join(', ')}` : `is ${egress.protocol}`}`,
      'leave hostingServer out, or give it to a TLS egress without addresses');
  }
  if (hostingServer === undefined && wildcard !== undefined && egress.addresses.length === 0 && !gateway.sniProxy) {
    report(path, Problem.WILDCARD_WITHOUT_SERVER, `"${egress.path}" has the wildcard "${wildcard}", and gateway "${gatewayName(gateway)}" cannot know which server a name means`,
      'give hostingServer if one server serves all names, or addresses, or lead it through an SniProxyGateway');
  }
}

function passthroughHosts(routes: readonly RouteIntent[], report: Report): void {
  const doors = routes.filter(({ hop, egress }) => hop.security === 'passthrough' && (isTls(egress) || egress.tlsOrigination)).flatMap(route =>
    route.egress.hosts.flatMap(host => route.egress.ports.map(() =>
      [`${gatewayPort(route)} by the SNI "${route.egress.tlsOrigination?.sni ?? host}"`, route] as const)));
  for (const [door, [first, ...more]] of grouped(doors)) {
    for (const route of more) {
      report(route.path, Problem.PASSTHROUGH_CONFLICT,
        `${route === first ? 'another port of its egress' : `"${first.path}"`} enters ${door} too`,
        `the second would be dropped silently: use GatewayHop.mutualTls()${route === first ? '' : ' for one of the two'}${route.egress.tlsOrigination ? ', with tlsOrigination of the route instead of the egress' : ''}${route === first ? '' : ', or another gateway'}`);
    }
  }
}

function plaintextPorts(routes: readonly RouteIntent[], report: Report): void {
  for (const [port, users] of grouped(routes.map(route => [gatewayPort(route), route] as const))) {
    const [first, ...more] = users.filter(route => route.hop.security === 'plaintext');
    const tls = users.find(route => route.hop.security !== 'plaintext');
    if (!first) continue;
    for (const route of more) {
      report(route.path, Problem.PLAINTEXT_PORT_CONFLICT, `"${first.path}" has the plaintext hop at ${port} already`,
        'nothing but the port tells plaintext connections apart: give each route a port of its own, or use GatewayHop.mutualTls()');
    }
    for (const route of [first, ...more]) {
      if (tls || route.hop.port === route.gateway.port) {
        report(route.path, Problem.PLAINTEXT_PORT_IS_TLS,
          `its plaintext hop is at ${port}, where ${tls ? `"${tls.path}" enters with TLS` : 'the gateway takes mutual TLS'}`,
          'give the plaintext hop another port of the gateway\'s Service');
      }
    }
  }
}

/** Where the pods of a gateway that the app runs listen is known; of others it is not. */
function reservedPorts(routes: readonly RouteIntent[], report: Report): void {
  for (const { path, gateway, hop } of routes) {
    const reserved = gateway.workload && reservedFor(hop.port);
    if (reserved) {
      report(path, Problem.RESERVED_PORT, `its plaintext hop is at port ${hop.port} of gateway "${gatewayName(gateway)}", ${reserved}`, OTHER_PORTS);
    }
  }
}

/** Whoever owns a name outside may let it resolve to the gateway that dials it. */
function dialsItself(routes: readonly RouteIntent[], { ways, gateways }: Plan, report: Report): void {
  const routed = new Map(routes.map(({ path, gateway }) => [path, gateway]));
  const portsOf = new Map(gateways.map(({ name, ports }) => [name, ports]));
  for (const way of ways) {
    const gateway = routed.get(way.route ?? '');
    const { to, port } = lastLeg(way).reach;
    if (!gateway || to === 'addresses') continue;
    const name = gatewayName(gateway);
    const entered = gateway.workload && portsOf.get(name)!.find(one => targetPort(one) === port);
    if (entered !== undefined || RESERVED_PORTS.includes(port)) {
      report(way.route!, Problem.DIALS_ITSELF,
        `the pods of gateway "${name}" listen at port ${port}${entered === undefined ? ', as every proxy of Istio does' : `, behind port ${entered} of its Service`}; "${lastLeg(way).tunnel?.proxy ?? way.host}", which it dials at that port by name, could lead it to itself`,
        'give the addresses of the host or of the forward proxy, or lead it through another gateway');
    }
  }
}

function gatewayPort({ gateway, hop }: RouteIntent): string {
  return `port ${hop.port} of gateway "${gatewayName(gateway)}"`;
}
