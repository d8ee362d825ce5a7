import { IConstruct } from 'constructs';
import { AppIndex } from '../app/app-index';
import { gatewayName } from '../intent/gateway';
import { spiffeUris, trustDomainOf } from '../intent/identity';
import { EgressIntent } from '../intent/intent';
import { outsidePort } from '../intent/origination';
import { isHttp, isTls, protocolAt, RouteIntent } from '../intent/route';
import { Crossing, crossings } from '../plan/path';
import { callers, isOfRequests, PermissionIntent } from '../plan/permission';

/** One host and port that may be reached from the mesh, and which way. */
export interface EgressWay {
  /** Path of the egress's construct. */
  readonly egress: string;

  /** Client namespaces; `*` alone for all. */
  readonly clients: string[];

  /** DNS name of the outside host. */
  readonly host: string;

  /** Port of the outside host. */
  readonly port: number;

  /** Istio's protocol of the port, such as `TCP` or `TLS`. */
  readonly protocol: string;

  /** Addresses and CIDRs of the host; empty: by DNS. */
  readonly addresses: string[];

  /**
   * The gateway's Service, as `namespace/name`.
   *
   * @default - straight from the sidecar
   */
  readonly gateway?: string;

  /**
   * Addresses of the proxy outside the mesh that the sidecars go by over mutual TLS, as `address:port`.
   *
   * @default - none
   */
  readonly externalProxy?: string[];

  /**
   * Port that the gateway's Service must have.
   *
   * @default - straight from the sidecar
   */
  readonly gatewayPort?: number;

  /**
   * How the way to the gateway or the proxy outside is secured: `mutual-tls`, `passthrough` or `plaintext`.
   *
   * @default - straight from the sidecar
   */
  readonly hop?: string;

  /**
   * Server name that the gateway or the proxy outside sees.
   *
   * @default - it sees none
   */
  readonly sni?: string;

  /**
   * Outside server that serves the host.
   *
   * @default - it is reached under its own name
   */
  readonly hostingServer?: string;

  /**
   * SNI proxy at the gateway that leads to the host whose name is sent: `nginx` or `envoy`.
   *
   * @default - none
   */
  readonly sniProxy?: string;

  /**
   * Port at which the host is reached, where it is another than the application dials.
   *
   * @default - `port`
   */
  readonly targetPort?: number;

  /**
   * TLS that is originated for the application, and where: such as `simple at sidecar` or `mutual at gateway`.
   *
   * @default - what the application speaks leaves as it is
   */
  readonly tlsOrigination?: string;

  /**
   * Forward proxy on the way to the host, as `name:port`.
   *
   * @default - none
   */
  readonly forwardProxy?: string;

  /**
   * SPIFFE URIs of the only workloads that the gateway or the proxy outside lets in, sorted; `*` stands for the service accounts of a namespace.
   *
   * @default - every workload of the clients
   */
  readonly allowedFrom?: string[];

  /**
   * The only requests that the gateway lets through, and whose.
   *
   * @default - all
   */
  readonly allowedRequests?: EgressWayRequests[];
}

/** Requests that a gateway lets through, and whose. */
export interface EgressWayRequests {
  /**
   * SPIFFE URIs of workloads, sorted; `*` stands for the service accounts of a namespace.
   *
   * @default - every workload of the clients
   */
  readonly from?: string[];

  /**
   * HTTP methods, sorted.
   *
   * @default - all
   */
  readonly methods?: string[];

  /**
   * Paths as Istio has them, sorted.
   *
   * @default - all
   */
  readonly paths?: string[];
}

/** What may leave the mesh and which way, as an app's constructs say. */
export class EgressWays {
  /** Every way of the app that a construct belongs to, sorted by the egresses' paths. */
  public static of(construct: IConstruct): EgressWay[] {
    const index = AppIndex.of(construct);
    return index.allEgresses().flatMap(egress => waysOf(egress, index.routeOf(egress), index.permissionsOn(egress)));
  }

  /** The same as text for people, one block a way, with the ports that the Service of each gateway that runs already must have at the end. */
  public static describe(construct: IConstruct): string {
    const ways = EgressWays.of(construct);
    const own = new Set(AppIndex.of(construct).allGateways().map(({ gateway }) => gatewayName(gateway)));
    const ports = new Map<string, Set<number>>();
    for (const { gateway, gatewayPort } of ways) {
      if (gateway !== undefined && !own.has(gateway)) {
        ports.set(gateway, (ports.get(gateway) ?? new Set()).add(gatewayPort!));
      }
    }
    return [
      ...ways.map(describeWay),
      ...[...ports].sort().map(([gateway, numbers]) =>
        `the Service ${gateway} must have: ${[...numbers].sort((a, b) => a - b).map(port => `port ${port}`).join(', ')}`),
    ].join('\n');
  }

  private constructor() {}
}

function waysOf(egress: EgressIntent, route: RouteIntent | undefined, permissions: readonly PermissionIntent[] | undefined): EgressWay[] {
  const { path, clients, addresses, externalProxy } = egress;
  if ((permissions ? callers(permissions) : externalProxy?.allowedFrom)?.length === 0) return [];
  const common = { egress: path, clients, addresses };
  return route
    ? crossings(route).map(crossing => ({
      ...common,
      protocol: protocolAt(egress, crossing.port),
      ...throughGateway(route, crossing),
      ...(permissions ? permitted(permissions, trustDomainOf(route.gateway.identity)) : {}),
    }))
    : egress.hosts.flatMap(host => egress.ports.map(port =>
      ({ ...common, protocol: protocolAt(egress, port), host, port, ...outward(egress, port, 'sidecar'), ...byExternalProxy(egress) })));
}

function byExternalProxy({ externalProxy }: EgressIntent) {
  if (!externalProxy) return {};
  const { addresses, port, sni, allowedFrom } = externalProxy;
  return { externalProxy: addresses.map(address => `${address.includes(':') ? `[${address}]` : address}:${port}`), hop: 'mutual-tls', sni, allowedFrom };
}

function permitted(permissions: readonly PermissionIntent[], own: string): Pick<EgressWay, 'allowedFrom' | 'allowedRequests'> {
  const allowed = callers(permissions);
  return {
    ...(allowed ? { allowedFrom: spiffeUris(allowed, own) } : {}),
    ...(permissions.some(isOfRequests) ? {
      allowedRequests: permissions.map(({ identities, methods, paths }): EgressWayRequests => ({
        ...(identities ? { from: spiffeUris(identities, own) } : {}),
        ...(methods ? { methods: [...methods] } : {}),
        ...(paths ? { paths: [...paths] } : {}),
      })).sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
    } : {}),
  };
}

/** What the last proxy on the way adds. */
function outward({ tlsOrigination, forwardProxy }: Pick<RouteIntent, 'tlsOrigination' | 'forwardProxy'>, port: number, at: 'sidecar' | 'gateway') {
  const target = outsidePort(port, tlsOrigination);
  return {
    ...(target === port ? {} : { targetPort: target }),
    ...(tlsOrigination ? { tlsOrigination: `${tlsOrigination.mode.toLowerCase()} at ${at}` } : {}),
    ...(forwardProxy ? { forwardProxy: `${forwardProxy.host}:${forwardProxy.port}` } : {}),
  };
}

function throughGateway(route: RouteIntent, { host, port, door, outer }: Crossing) {
  const { egress, gateway, hop, hostingServer } = route;
  return {
    host,
    port,
    gateway: gatewayName(gateway),
    gatewayPort: hop.port,
    hop: hop.security,
    sni: hop.security === 'plaintext' ? undefined : door.host,
    hostingServer,
    sniProxy: outer.reach.by === 'socket' ? gateway.sniProxy?.program : undefined,
    ...(egress.tlsOrigination ? outward(egress, port, 'sidecar') : outward(route, port, 'gateway')),
  };
}

function describeWay(way: EgressWay): string {
  const { clients, host, port, protocol, addresses, gateway, gatewayPort, hop, sni, allowedFrom, hostingServer, sniProxy } = way;
  const { targetPort = port, tlsOrigination, forwardProxy, externalProxy } = way;
  const who = allowedFrom ? allowedFrom.join(', ') : clients.includes('*') ? 'every namespace' : clients.join(', ');
  const matched = isTls({ protocol }) ? `SNI ${host}` : isHttp({ protocol }) ? `Host ${host}` : addresses.length > 0 ? addresses.join(', ') : 'any address';
  const next = gateway === undefined ? externalProxy?.join(', ') : `${gateway}:${gatewayPort}`;
  const crossing = next === undefined ? '' : ` ──${hop}──► ${next}${sni === undefined ? '' : ` as ${sni}`}`;
  const proxy = forwardProxy === undefined ? sniProxy === undefined ? '' : ` ──► ${sniProxy}` : ` ──CONNECT──► ${forwardProxy}`;
  const arrow = tlsOrigination === undefined ? '──►' : `──TLS, ${tlsOrigination}──►`;
  const reached = addresses.length > 0 ? addresses.join(', ') : hostingServer ?? host;
  const end = externalProxy && !isTls({ protocol }) ? '' : `${proxy} ${arrow} ${reached}:${targetPort}`;
  const requests = (way.allowedRequests ?? []).map(({ from = ['every client'], methods = ['every method'], paths = ['every path'] }) =>
    `  let through from ${from.join(', ')}: ${methods.join(', ')} on ${paths.join(', ')}\n`);
  return `${who}: ${protocol} ${host}:${port} (${matched})\n  sidecar${crossing}${end}\n${requests.join('')}`;
}
