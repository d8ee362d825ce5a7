import { IConstruct } from 'constructs';
import { AppIndex } from '../app/app-index';
import { isHttp, isTls } from '../intent/egress';
import { gatewayName } from '../intent/gateway';
import { Door, GatewayPlan, RequestRule, Way } from '../plan/plan';
import { branches, clientNames, lastLeg } from '../plan/plan-of';

/** What is spoken on a port, in Istio's words. */
export enum EgressProtocol {
  /** Any bytes. */
  TCP = 'TCP',
  /** MongoDB's wire protocol. */
  MONGO = 'MONGO',
  /** MySQL's. */
  MYSQL = 'MYSQL',
  /** Redis'. */
  REDIS = 'REDIS',
  /** TLS of the application itself. */
  TLS = 'TLS',
  /** HTTP/1.1. */
  HTTP = 'HTTP',
  /** HTTP/2 without TLS. */
  HTTP2 = 'HTTP2',
  /** gRPC without TLS. */
  GRPC = 'GRPC',
}

/** How the way to a gateway, or to a proxy outside, is secured. */
export enum HopSecurity {
  /** Mutual TLS (mTLS) of the mesh. */
  MUTUAL_TLS = 'mutual-tls',
  /** The application's own TLS, and nothing around it. */
  PASSTHROUGH = 'passthrough',
  /** Nothing around what the application speaks. */
  PLAINTEXT = 'plaintext',
}

/** The program of an SNI proxy. */
export enum SniProxyProgram {
  /** nginx, beside the gateway's proxy. */
  NGINX = 'nginx',
  /** The gateway's own proxy. */
  ENVOY = 'envoy',
}

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

  /** What is spoken on the port, in Istio's words. */
  readonly protocol: EgressProtocol;

  /** Addresses and CIDRs of the host; empty: by DNS. */
  readonly addresses: string[];

  /**
   * Percent of new connections, or of requests for HTTP, that take this way; another way of the same egress, host and port has the rest.
   *
   * @default - all of them
   */
  readonly weight?: number;

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
   * How the way to the gateway or the proxy outside is secured.
   *
   * @default - straight from the sidecar
   */
  readonly hop?: HopSecurity;

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
   * SNI proxy at the gateway that leads to the host whose name is sent.
   *
   * @default - none
   */
  readonly sniProxy?: SniProxyProgram;

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
    return index.plan().ways.filter(isOpen).flatMap(branches).map(way => wayOf(way, name => index.gatewayNamed(name)));
  }

  /** The ways as text for people, one block each, and at the end the ports that the Service of each gateway that runs already must have. */
  public static describe(construct: IConstruct): string {
    const index = AppIndex.of(construct);
    const own = new Set(index.ownGateways().map(gatewayName));
    return [
      ...EgressWays.of(construct).map(describeWay),
      ...index.plan().gateways.filter(({ name, ports }) => ports.length > 0 && !own.has(name))
        .map(({ name, ports }) => `the Service ${name} must have: ${ports.map(port => `port ${port}`).join(', ')}`),
    ].join('\n');
  }

  private constructor() {}
}

/** Whether anybody may take a way. */
function isOpen({ legs: [{ door, admittedOutside }] }: Way): boolean {
  return (door?.admits.callers ?? admittedOutside)?.length !== 0;
}

function wayOf(way: Way, gatewayNamed: (name: string) => GatewayPlan): EgressWay {
  const { egress, host, port, spoken, share, legs: [{ door }] } = way;
  return {
    egress,
    clients: [...clientNames(way)],
    host,
    port,
    protocol: spoken.toUpperCase() as EgressProtocol,
    addresses: [...addressesOf(way)],
    ...(share === undefined ? {} : { weight: share }),
    ...(door ? throughDoor(way, door, gatewayNamed(door.gateway)) : {}),
    ...outwards(way),
    ...byExternalProxy(way),
  };
}

function addressesOf(way: Way): readonly string[] {
  if (way.taken.by === 'addresses') return way.taken.addresses;
  const { reach, tunnel, admittedOutside } = lastLeg(way);
  return reach.to === 'addresses' && !tunnel && !admittedOutside ? reach.addresses : [];
}

function throughDoor(way: Way, { port, opensTo, admits }: Door, gateway: GatewayPlan): Partial<EgressWay> {
  const { reach, tunnel } = lastLeg(way);
  const server = tunnel?.host ?? (reach.to === 'name' ? reach.name : way.host);
  return {
    gateway: gateway.name,
    gatewayPort: port,
    hop: { 'own-name': HopSecurity.MUTUAL_TLS, 'sni': HopSecurity.PASSTHROUGH, 'port': HopSecurity.PLAINTEXT }[opensTo.by],
    ...(opensTo.by === 'port' ? {} : { sni: opensTo.name }),
    ...(server === way.host ? {} : { hostingServer: server }),
    ...(reach.to === 'sni-proxy' ? { sniProxy: gateway.sniProxy!.program as SniProxyProgram } : {}),
    ...(admits.callers ? { allowedFrom: [...admits.callers] } : {}),
    ...(admits.requests ? { allowedRequests: admits.requests.map(requestsOf) } : {}),
  };
}

function requestsOf({ callers, methods, paths }: RequestRule): EgressWayRequests {
  return {
    ...(callers ? { from: [...callers] } : {}),
    ...(methods ? { methods: [...methods] } : {}),
    ...(paths ? { paths: [...paths] } : {}),
  };
}

/** What the last proxy on the way adds, and TLS of any. */
function outwards(way: Way): Partial<EgressWay> {
  const { reach, tunnel, admittedOutside } = lastLeg(way);
  const target = admittedOutside ? way.port : tunnel?.port ?? reach.port;
  const originator = way.legs.find(({ security }) => security.by === 'tls');
  return {
    ...(target === way.port ? {} : { targetPort: target }),
    ...(originator?.security.by === 'tls' && !originator.tunnel
      ? { tlsOrigination: `${originator.security.mutual ? 'mutual' : 'simple'} at ${originator.from}` } : {}),
    ...(tunnel ? { forwardProxy: `${tunnel.proxy}:${reach.port}` } : {}),
  };
}

function byExternalProxy({ legs: [{ reach, security, admittedOutside }] }: Way): Partial<EgressWay> {
  if (!admittedOutside || reach.to !== 'addresses' || security.by !== 'mesh') return {};
  return {
    externalProxy: reach.addresses.map(address => `${address.includes(':') ? `[${address}]` : address}:${reach.port}`),
    hop: HopSecurity.MUTUAL_TLS,
    sni: security.sni,
    allowedFrom: [...admittedOutside],
  };
}

function describeWay(way: EgressWay): string {
  const { clients, host, port, protocol, addresses, gateway, gatewayPort, hop, sni, allowedFrom, hostingServer, sniProxy } = way;
  const { targetPort = port, tlsOrigination, forwardProxy, externalProxy, weight } = way;
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
  return `${who}: ${protocol} ${host}:${port} (${matched})\n  ${weight === undefined ? '' : `${weight} %: `}sidecar${crossing}${end}\n${requests.join('')}`;
}
