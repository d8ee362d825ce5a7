import { Callers, Clients, DialledPlace, Fence, GatewayPlan, Leg, Plan, SniListener, View, Way } from './plan';
import { waysOf } from './way';
import { EgressIntent } from '../intent/egress';
import { GatewayIntent, gatewayName } from '../intent/gateway';
import { grouped } from '../intent/groups';
import { ExceptionIntent, LockdownIntent, SidecarIntent } from '../intent/lockdown';
import { PermissionIntent } from '../intent/permission';
import { arePods } from '../intent/place';
import { RouteIntent } from '../intent/route';

/** What the constructs of an app were told, each list sorted. */
export interface Told {
  /** There is one where something is led through a gateway. */
  readonly app?: string;
  readonly egresses: readonly EgressIntent[];
  readonly routeOf: (egress: EgressIntent) => RouteIntent | undefined;
  readonly permissionsOn: (egress: EgressIntent) => readonly PermissionIntent[] | undefined;

  /** One a gateway. */
  readonly gateways: readonly GatewayIntent[];
  readonly lockdowns: readonly LockdownIntent[];

  /** Of namespaces that no lockdown has. */
  readonly sidecars: readonly SidecarIntent[];
}

/** The plan of an app. */
export function planOf({ app, egresses, routeOf, permissionsOn, gateways, lockdowns, sidecars }: Told): Plan {
  const standing = new Map<string, { way: Way; who: Callers['who'] }[]>(gateways.map(gateway => [gatewayName(gateway), []]));
  const ways = egresses.flatMap(egress => {
    const route = routeOf(egress);
    const { ways: own, who } = waysOf(egress, route, permissionsOn(egress), app);
    if (route) standing.get(gatewayName(route.gateway))!.push(...own.map(way => ({ way, who })));
    return own;
  });
  return {
    ...(app === undefined ? {} : { app }),
    ways,
    gateways: gateways.map(gateway => gatewayPlan(gateway, standing.get(gatewayName(gateway))!)),
    fences: ofNamespaces(lockdowns, ways, fence),
    ...(sidecars.length > 0 ? { views: ofNamespaces(sidecars, ways, viewOf) } : {}),
  };
}

function gatewayPlan({ namespace, service, selector, sniProxy, ports = [] }: GatewayIntent, standing: readonly { readonly way: Way; readonly who: Callers['who'] }[]): GatewayPlan {
  const sets = new Map<string, { who: Callers['who']; names: Set<string> }>();
  for (const { way: { legs: [{ door }] }, who } of standing) {
    const { set } = door!.admits;
    if (set === undefined) continue;
    const key = JSON.stringify(who);
    sets.set(key, { who, names: (sets.get(key)?.names ?? new Set()).add(set) });
  }
  return {
    name: gatewayName({ namespace, service }),
    namespace,
    service,
    selector,
    doors: standing.map(({ way: { legs: [{ door }] } }) => door!).sort((a, b) => a.name < b.name ? -1 : 1),
    clients: clientsOf(standing.map(({ way }) => way)),
    ports: [...new Set([...ports, ...standing.map(({ way: { legs: [{ door }] } }) => door!.port)])].sort((a, b) => a - b),
    callers: [...sets].sort(([a], [b]) => a < b ? -1 : 1).map(([, { who, names }]) => ({ who, sets: [...names].sort() })),
    ...(sniProxy ? { sniProxy } : {}),
    sniListeners: standing.flatMap(({ way }) => sniListener(way) ?? []).sort((a, b) => a.name < b.name ? -1 : 1),
  };
}

/** What the SNI proxy of a gateway does for a way; none where it leads to a server itself. */
export function sniListener({ host, legs: [{ door }, outer] }: Way): SniListener | undefined {
  if (outer?.reach.to !== 'sni-proxy') return undefined;
  const { socket, port } = outer.reach;
  return { name: door!.name, ownName: outer.name, socket, hosts: [host], port };
}

/** Whether workloads of a namespace may take a way. */
export function mayTake(namespace: string, { clients }: Pick<Way, 'clients'>): boolean {
  return clients === 'all' || clients.includes(namespace);
}

/** Whether proxies read what is spoken as HTTP. */
export function readsHttp({ spoken }: Pick<Way, 'spoken'>): boolean {
  return ['http', 'http2', 'grpc'].includes(spoken);
}

/** The client namespaces of a way; `*`: all. */
export function clientNames({ clients }: Pick<Way, 'clients'>): readonly string[] {
  return clients === 'all' ? ['*'] : clients;
}

function clientsOf(ways: readonly Way[]): Clients {
  return ways.some(({ clients }) => clients === 'all') ? 'all' : [...new Set(ways.flatMap(({ clients }) => clients))].sort();
}

/** The proxy that dials outside. */
export function lastLeg({ legs }: Way): Leg {
  return legs[legs.length - 1];
}

/** Where a gateway dials: addresses with their ports, and ports at which it dials what names resolve to. Both sorted. */
export function dialledBy(gateway: string, ways: readonly Way[]): { readonly addresses: Fence['addresses']; readonly namedPorts: readonly number[] } {
  const reached = ways.filter(({ legs: [{ door }] }) => door?.gateway === gateway).map(way => lastLeg(way).reach);
  return {
    addresses: inOrder(reached.flatMap(reach => reach.to === 'addresses' ? reach.addresses.map(address => ({ address, port: reach.port })) : [])),
    namedPorts: [...new Set(reached.filter(({ to }) => to !== 'addresses').map(({ port }) => port))].sort((a, b) => a - b),
  };
}

/** Each once, sorted. */
function inOrder(addresses: Fence['addresses']): Fence['addresses'] {
  return sorted(new Map(addresses.map(place => [`${place.address} ${String(place.port).padStart(5, '0')}`, place])));
}

function sorted<T>(items: ReadonlyMap<string, T>): T[] {
  return [...items].sort(([a], [b]) => a < b ? -1 : 1).map(([, item]) => item);
}

/** A way as connections take it that are no share of it: itself, or straight where there is one. */
export function remainder(way: Way): Way {
  const { rest, share, ...taken } = way;
  return rest ? { ...taken, legs: [rest] } : way;
}

/** The ways that connections of a way take: itself; or that of its share and that of the rest, as far as any take them. */
export function branches(way: Way): Way[] {
  const { rest, share, ...taken } = way;
  if (!share) return [remainder(way)];
  return [{ ...taken, share }, { ...remainder(way), share: 100 - share }];
}

/** The addresses that the sidecars dial on a way that leads straight out; none: they are known by DNS only. */
export function dialledOutside({ taken, legs: [{ reach, door }] }: Way): readonly string[] {
  if (door) return [];
  if (reach.to === 'addresses') return reach.addresses;
  return reach.to === 'dialled' && taken.by === 'addresses' ? taken.addresses : [];
}

/** Addresses that applications dial because they are an exception; none where they know a Service instead. */
export function dialled({ places, service }: ExceptionIntent): DialledPlace[] {
  return service ? [] : places.flatMap(({ at, tcpPorts }) => arePods(at) ? [] : [{ addresses: at.addresses, ports: tcpPorts }]);
}

/** Whether sidecars know other names beside the host's. */
function isAliased({ share, taken, legs: [{ security }] }: Way): boolean {
  return security.by === 'tls' || share !== undefined || (taken.by === 'port' && taken.except !== undefined);
}

function ofNamespaces<I extends SidecarIntent, T extends View>(
  intents: readonly I[], ways: readonly Way[], make: (intent: I, namespace: string, ways: readonly Way[]) => T,
): T[] {
  if (intents.length === 0) return [];
  const byClient = grouped(ways.flatMap(way => clientNames(way).map(client => [client, way] as const)));
  const everybodys = byClient.get('*') ?? [];
  return intents.flatMap(intent => intent.namespaces.map(namespace => make(intent, namespace, [...byClient.get(namespace) ?? [], ...everybodys])))
    .sort((a, b) => a.namespace < b.namespace ? -1 : 1);
}

function viewOf({ inCluster, otherHosts }: SidecarIntent, namespace: string, ways: readonly Way[]): View {
  const hosts = new Map(ways.map(way => [`${way.namespace}/${way.host}`, { namespace: way.namespace, host: way.host, aliased: isAliased(way) }]));
  return { namespace, inside: inCluster.includes('*') ? 'all' : resolved(inCluster, namespace), hosts: sorted(hosts), others: otherHosts, exceptions: [] };
}

function fence(lockdown: LockdownIntent, namespace: string, ways: readonly Way[]): Fence {
  const { path, inCluster, gateways, dns, istiod, exceptions, inbound } = lockdown;
  const addresses = ways.flatMap(branches).flatMap(way => dialledOutside(way).map(address => ({ address, port: way.legs[0].reach.port })));
  return {
    lockdown: path,
    namespace,
    gateways: gateways.map(gatewayName).sort(),
    inside: resolved(inCluster, namespace),
    addresses: inOrder(addresses),
    hosts: viewOf(lockdown, namespace, ways).hosts,
    others: lockdown.otherHosts,
    dns,
    istiod,
    exceptions,
    ...(inbound ? { inbound: { ...inbound, namespaces: resolved(inbound.namespaces, namespace) } } : {}),
  };
}

/** Namespaces, where `.` is one of them. */
function resolved(names: readonly string[], own: string): string[] {
  return [...new Set(names.map(name => name === '.' ? own : name))].sort();
}
