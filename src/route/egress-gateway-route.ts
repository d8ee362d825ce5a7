import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { EGRESS_GATEWAY_ROUTE, ROUTE_OPTIONS } from './known-props';
import { AppIndex } from '../app/app-index';
import { ObjectSet } from '../app/object-set';
import { ConnectionOptions } from '../egress/connection-options';
import { connectionsIntent } from '../egress/connection-values';
import { Egress, IEgress } from '../egress/egress';
import { ForwardProxy } from '../egress/forward-proxy';
import { forwardProxyIntent } from '../egress/forward-proxy-values';
import { originationIntent } from '../egress/origination-values';
import { TlsOrigination } from '../egress/tls-origination';
import { Meta } from '../emit/object';
import { IEgressGateway } from '../gateway/egress-gateway-base';
import { GatewayHop } from '../gateway/gateway-hop';
import { gatewayIntent } from '../gateway/gateway-values';
import { appOf } from '../intent/app';
import { isLed, isWildcard } from '../intent/egress';
import { GatewayIntent } from '../intent/gateway';
import { PermissionIntent } from '../intent/permission';
import { describe, Problem } from '../intent/problem';
import { HopIntent, isDivided, RouteIntent } from '../intent/route';
import { Values } from '../intent/values';
import { AllowedRequests } from '../policy/allowed-requests';
import { identityIntents } from '../policy/identity-values';
import { requestsIntent } from '../policy/permission-values';
import { WorkloadIdentity } from '../policy/workload-identity';

/** Which way an egress takes through a gateway. */
export interface RouteOptions extends ConnectionOptions {
  /**
   * How the way from the sidecar to the gateway is secured.
   *
   * @default GatewayHop.mutualTls()
   */
  readonly hop?: GatewayHop;

  /**
   * Percent of new connections, or of requests for HTTP, that go through the gateway, from 0 to 100; the rest goes straight, as without the
   * route. For exact hosts, over `GatewayHop.mutualTls()`. What goes straight is held back by nobody: an `allowFrom` beside it is an error.
   *
   * Leave it out in the end, and what divided the connections of TLS hosts is pruned. Where nothing is pruned, go to 100 first, or to 0 to
   * take it back (docs/rules.md).
   *
   * @default - all of them
   */
  readonly weight?: number;

  /**
   * The only workloads of client namespaces that are let in; `[WorkloadIdentity.nobody()]` for none. Over mutual TLS (mTLS) alone. The method
   * `allowFrom` adds to them.
   *
   * @default - every workload of the clients
   */
  readonly allowFrom?: WorkloadIdentity[];

  /**
   * Exact DNS name of an outside server that serves every host of a TLS egress, for wildcards such as `*.wikipedia.org` whose names are all
   * served by `www.wikipedia.org`. Over a passthrough hop the gateway refuses names that the egress does not have; over mutual TLS (mTLS) a
   * client may send any name inside, and it reaches this server alone.
   *
   * @default - each host is reached under its own name; a wildcard needs a gateway with an SNI proxy
   */
  readonly hostingServer?: string;

  /**
   * TLS that the gateway puts around what the application speaks, for an HttpEgress or a TcpEgress. A Secret lies in the gateway's
   * namespace, and the gateway's service account needs a Role to read it, as `istioctl` and Istio's charts give it. The gateway sends
   * no ALPN: let the sidecar originate for an HTTP/2 or gRPC server that insists on it.
   *
   * @default - none
   */
  readonly tlsOrigination?: TlsOrigination;

  /**
   * Forward proxy that the gateway goes by, for a TlsEgress or a TcpEgress.
   *
   * @default - straight to the host
   */
  readonly forwardProxy?: ForwardProxy;

  /**
   * Labels for every emitted object of the route.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every emitted object of the route.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}

/** Connections after which a circle ends: it takes a second, and files and memory that a gateway has. */
const MOST_IN_A_CIRCLE = 4096;

/** Props of an `EgressGatewayRoute`. */
export interface EgressGatewayRouteProps extends RouteOptions {
  /** What takes this way. An egress has one way: a second route of it is an error at synth. */
  readonly egress: IEgress;

  /** The gateway by which it leaves. */
  readonly gateway: IEgressGateway;
}

/**
 * Leads an egress through a gateway: its clients' connections leave the mesh there and nowhere else, and the gateway lets in whom you say.
 *
 * ```
 *  sidecar ──client leg──► door at the gateway ──outer leg──► the real host
 * ```
 *
 * To the clients the host is reached at the gateway; only the gateway knows the real one. The egress's own objects (the client leg)
 * now lead to the gateway. In the gateway's namespace the route writes, for each host and port, a Gateway and a
 * VirtualService (the door), and a ServiceEntry, with a DestinationRule for TLS, a forward proxy or limits (the outer leg). Over mutual TLS
 * (mTLS) the gateway also refuses workloads that are no clients, by an AuthorizationPolicy that routes share.
 *
 * With a `weight` a part of them goes that way, the rest straight as before: the egress's own objects stay those of the direct one. In its
 * namespace the route then writes, for each host and port, a ServiceEntry and a DestinationRule of another name of the host, which leads to
 * the gateway; and the host's VirtualService, which TLS hosts have only then, leads to both.
 *
 * @example
 * new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway });
 */
export class EgressGatewayRoute extends Construct {
  private readonly intent: RouteIntent;
  private readonly emitted: ObjectSet;

  public constructor(scope: Construct, id: string, props: EgressGatewayRouteProps) {
    super(scope, id);
    const values = Values.of(this);
    values.props(EgressGatewayRoute, new.target, props, EGRESS_GATEWAY_ROUTE);
    values.appName(appOf(this));
    const { egress: { _intent: egress, node } } = values.kindOf('egress', props.egress, 'an IEgress, such as a TlsEgress', given => given.egress?._intent?.hosts !== undefined);
    const gateway = gatewayIntent(values, 'gateway', props.gateway);
    const hop = values.kindOf('hop', props.hop ?? GatewayHop.mutualTls(), 'a GatewayHop, such as GatewayHop.mutualTls()', value => value instanceof GatewayHop);
    const { clients, hosts, ports } = egress;
    const originator = { at: 'gateway' as const, namespace: gateway.namespace, clients, hosts: hosts.length, ports: ports.length };
    const limits = connectionsIntent(values, props);
    const unlimited: RouteIntent = {
      path: values.path,
      egress,
      gateway,
      hop: hopOf(values, gateway, hop),
      hostingServer: props.hostingServer === undefined ? undefined : values.host('hostingServer', props.hostingServer),
      tlsOrigination: originationIntent(values, props.tlsOrigination, originator),
      forwardProxy: forwardProxyIntent(values, props.forwardProxy, originator),
      weight: values.count('weight', props.weight, 0, 100),
    };
    const maxConnections = limits?.maxConnections ?? MOST_IN_A_CIRCLE;
    const route: RouteIntent = { ...unlimited, connections: mayCircle(unlimited) ? { ...limits, maxConnections } : limits };
    const meta: Meta = {
      namespace: gateway.namespace,
      labels: values.labels('labels', props.labels),
      annotations: values.annotations(props.annotations),
    };
    this.intent = route;
    this.emitted = new ObjectSet(values);
    this.emit(meta);
    AppIndex.of(this).addRoute(this, route, foreignTo(this, node.root, props.gateway.gateway));
    if (props.allowFrom !== undefined) this.allow({ identities: identityIntents(values, 'allowFrom', props.allowFrom) });
  }

  /** Every object that it emits. */
  public get objects(): ApiObject[] {
    return this.emitted.all();
  }

  /**
   * The Gateway of a host and port, for patches.
   *
   * @param host may be left out where there is one only
   * @param port may be left out where there is one only
   */
  public gateway(host?: string, port?: number): ApiObject {
    return this.emitted.find('Gateway', host, port);
  }

  /**
   * The VirtualService of the gateway for a host and port, for patches.
   *
   * @param host may be left out where there is one only
   * @param port may be left out where there is one only
   */
  public virtualService(host?: string, port?: number): ApiObject {
    return this.emitted.find('VirtualService', host, port);
  }

  /**
   * The ServiceEntry by which the gateway knows a host and port, for patches.
   *
   * @param host may be left out where there is one only
   * @param port may be left out where there is one only
   */
  public serviceEntry(host?: string, port?: number): ApiObject {
    return this.emitted.find('ServiceEntry', host, port);
  }

  /**
   * The DestinationRule of the gateway's way to a host and port, for patches; only with TLS origination, a forward proxy, limits or an
   * SNI proxy.
   *
   * @param host may be left out where there is one only
   * @param port may be left out where there is one only
   */
  public destinationRule(host?: string, port?: number): ApiObject {
    return this.emitted.find('DestinationRule', host, port);
  }

  /**
   * The EnvoyFilter that makes the gateway's proxy an SNI proxy for a wildcard and port, for patches; only with `SniProxy.envoy()`.
   *
   * @param host may be left out where there is one only
   * @param port may be left out where there is one only
   */
  public envoyFilter(host?: string, port?: number): ApiObject {
    return this.emitted.find('EnvoyFilter', host, port);
  }

  /**
   * Lets only these workloads of the client namespaces in, besides those of earlier calls and of the prop `allowFrom`; over mutual TLS (mTLS)
   * alone. The egress's own `allowFrom` does the same.
   *
   * Service accounts are demanded in the handshake: whoever has another certificate gets no byte of the server. Where whole
   * namespaces are named, the gateway refuses at the caller's first byte, when a server that speaks first (MySQL, SMTP, SSH) has greeted it
   * (docs/rules.md).
   *
   * @param identities workloads of client namespaces; `WorkloadIdentity.nobody()` for none
   * @example
   * route.allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'bookinfo-ratings-v2'));
   */
  public allowFrom(...identities: WorkloadIdentity[]): void {
    this.allow({ identities: identityIntents(Values.of(this), 'allowFrom', identities) });
  }

  /**
   * Lets only these requests through, besides what earlier calls and `allowFrom` let; others are answered 403. Over `GatewayHop.http()` alone,
   * where the gateway reads them.
   *
   * A mesh must keep `gatewayTopology.forwardClientCertDetails` of its gateways at Istio's default, `SANITIZE_SET`, by which the gateway tells
   * workloads apart; and for a server that reads `%2F` as `/`, `pathNormalization` must be `DECODE_AND_MERGE_SLASHES` (docs/rules.md).
   *
   * @see https://istio.io/latest/docs/ops/best-practices/security/#customize-your-system-on-path-normalization
   * @example
   * route.allowRequests({ from: [WorkloadIdentity.serviceAccount('bookinfo', 'ratings')], methods: ['GET'], paths: ['/v1/*'] });
   */
  public allowRequests(requests: AllowedRequests): void {
    this.allow(requestsIntent(Values.of(this), requests));
  }

  private allow(permission: PermissionIntent): void {
    const { path, egress } = this.intent;
    AppIndex.of(this).allow({ path, egress, permission });
  }

  private emit(meta: Meta): void {
    const { egress, gateway, hostingServer, tlsOrigination, forwardProxy, connections, weight } = this.intent;
    const index = AppIndex.of(this);
    const clients = { ...meta, namespace: egress.namespace };
    const { program } = gateway.sniProxy ?? {};
    for (const host of egress.hosts) {
      const byName = program !== undefined && isWildcard(host) && hostingServer === undefined && egress.addresses.length === 0 && !forwardProxy;
      const shape = { host, secured: byName || !!tlsOrigination || !!forwardProxy || !!connections, sniProxy: byName && program === 'envoy' };
      if (weight !== undefined && !isLed(egress)) {
        this.emitted.add({ host }, [index.backend.division(this, clients, host, () => index.waysOf(egress, host))]);
      }
      for (const port of egress.ports) {
        const way = () => index.wayOf(egress, host, port);
        if (isDivided(this.intent)) this.emitted.add({ host, port }, index.backend.share(this, clients, { host, port }, way));
        this.emitted.add({ host, port }, index.backend.crossing(
          this, meta, { ...shape, port }, way, () => index.gatewayPlan(gateway)));
      }
    }
  }
}

// the egress's room is below this one
Egress._lead = (egress, gateway, options) => {
  Values.of(egress).known('through', options, ROUTE_OPTIONS);
  let id = 'Route';
  for (let n = 2; egress.node.tryFindChild(id); n++) id = `Route${n}`;
  return new EgressGatewayRoute(egress, id, { ...options, egress, gateway });
};

/**
 * Whether a name outside could lead the gateway to its own door again and again: it dials a name, and the door takes the connection for one of a
 * client. Inside mutual TLS it would miss the client's.
 */
function mayCircle({ egress, hop, forwardProxy }: RouteIntent): boolean {
  const { addresses } = forwardProxy ?? egress;
  return hop.security !== 'mutual-tls' && addresses.length === 0;
}

function hopOf(values: Values, gateway: GatewayIntent, hop: GatewayHop): HopIntent {
  return {
    security: hop._security,
    http: hop._http || undefined,
    port: hop._security === 'plaintext' ? values.port('the port of GatewayHop.plaintext', hop._port!) : gateway.port,
  };
}

function foreignTo(route: IConstruct, root: IConstruct, gateway: IConstruct): string[] {
  return [
    ...(root === route.node.root ? [] : [describe(Problem.FOREIGN_EGRESS,
      'the egress belongs to another app', 'a route changes where its egress leads, so both must be in one app: declare the egress here')]),
    ...(gateway.node.root === route.node.root ? [] : [describe(Problem.FOREIGN_GATEWAY,
      `gateway "${gateway.node.path}" belongs to another app`, 'declare it here with EgressGateway.fromService(...): any number of apps may name the same Service')]),
  ];
}
