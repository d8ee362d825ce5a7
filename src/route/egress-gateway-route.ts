import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { AppIndex } from '../app/app-index';
import { ConnectionOptions } from '../egress/connection-options';
import { connectionsIntent } from '../egress/connection-values';
import { IEgress } from '../egress/egress';
import { ForwardProxy } from '../egress/forward-proxy';
import { forwardProxyIntent } from '../egress/forward-proxy-values';
import { originationIntent } from '../egress/origination-values';
import { TlsOrigination } from '../egress/tls-origination';
import { authorizationPolicy, denialPolicy } from '../emit/istio/authorization-policy';
import { destinationRule } from '../emit/istio/destination-rule';
import { sniEnvoyFilter } from '../emit/istio/envoy-filter';
import { gateway as gatewayObject } from '../emit/istio/gateway';
import { requestPolicy } from '../emit/istio/request-policy';
import { serviceEntry } from '../emit/istio/service-entry';
import { virtualService } from '../emit/istio/virtual-service';
import { ObjectMeta, retract } from '../emit/object';
import { IEgressGateway } from '../gateway/egress-gateway';
import { GatewayHop } from '../gateway/gateway-hop';
import { egressGateway } from '../gateway/gateway-values';
import { GatewayIntent } from '../intent/intent';
import { describe, Problem } from '../intent/problem';
import { HopIntent, RouteIntent } from '../intent/route';
import { Values } from '../intent/values';
import { label } from '../plan/names';
import { admission, crossings } from '../plan/path';
import { demandedIdentities, denials, takesPolicy } from '../plan/permission';
import { sniListener } from '../plan/sni-listener';
import { AllowedRequests } from '../policy/allowed-requests';
import { identityIntents } from '../policy/identity-values';
import { requestsIntent } from '../policy/permission-values';
import { WorkloadIdentity } from '../policy/workload-identity';

/** Props of an `EgressGatewayRoute`. */
export interface EgressGatewayRouteProps extends ConnectionOptions {
  /** What takes this way. An egress has one way: a second route of it is an error at synth. */
  readonly egress: IEgress;

  /** The gateway by which it leaves. */
  readonly gateway: IEgressGateway;

  /**
   * How the way from the sidecar to the gateway is secured.
   *
   * @default GatewayHop.mutualTls()
   */
  readonly hop?: GatewayHop;

  /**
   * Exact DNS name of an outside server that serves every host of a TLS egress, for wildcards such as `*.wikipedia.org`
   * whose names are all served by `www.wikipedia.org`. Over a passthrough hop the gateway refuses names that the egress does not
   * have; over mutual TLS a client may send any name inside, and it reaches this server alone.
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

/**
 * Leads an egress through a gateway.
 *
 * ```
 *  sidecar ──client leg──► door at the gateway ──outer leg──► the real host
 * ```
 *
 * To the clients the host is reached at the gateway; only the gateway knows the real one. The client leg is the egress's own
 * ServiceEntry and DestinationRule, which change where they lead. The route adds, in the gateway's namespace and for each host
 * and port, a door (Gateway, VirtualService) and an outer leg (ServiceEntry, and a DestinationRule for TLS, a forward proxy or limits).
 * Over mutual TLS the gateway refuses workloads of namespaces that are no clients, by one AuthorizationPolicy for all routes with the same clients. Envoy asks it at the caller's
 * first byte: a server that speaks first (MySQL, SMTP, SSH) has been connected to by then, and its greeting handed on. Where that
 * matters, name the identities with `allowFrom`, or let a NetworkPolicy keep other namespaces from the gateway's pods.
 *
 * @example
 * new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway });
 */
export class EgressGatewayRoute extends Construct {
  /** The Gateway objects, one for each host and port in sorted order, for patches. */
  public readonly gateways: ApiObject[];

  /** The VirtualServices, one for each host and port in sorted order, for patches. */
  public readonly virtualServices: ApiObject[];

  /** The VirtualServices by which sidecars name requests for a gateway that reads HTTP, one a host in sorted order, for patches; none with another hop, or where the egress has its own. */
  public readonly clientVirtualServices: ApiObject[];

  /** The ServiceEntries by which the gateway knows the real hosts, one for each host and port in sorted order, for patches. */
  public readonly serviceEntries: ApiObject[];

  /** The EnvoyFilters that make the gateway's proxy an SNI proxy, one for each wildcard and port in sorted order, for patches. */
  public readonly envoyFilters: ApiObject[];

  /** The DestinationRules of the ways to the real hosts, one for each host and port in sorted order, for patches; none where nothing is said of them. To an SNI proxy they hand the caller's address on. */
  public readonly destinationRules: ApiObject[];

  /** The AuthorizationPolicy that refuses other namespaces, shared by all routes of the gateway with the same clients; none where nobody can be refused. */
  public readonly authorizationPolicy?: ApiObject;

  private readonly route: RouteIntent;
  private denials?: ApiObject;

  public constructor(scope: Construct, id: string, props: EgressGatewayRouteProps) {
    super(scope, id);
    const values = new Values(scope, id);
    const egress = values.kindOf('egress', props.egress, 'an IEgress, such as a TlsEgress', ({ intent }) => intent?.hosts !== undefined);
    const gateway = egressGateway(values, 'gateway', props.gateway);
    const hop = values.kindOf('hop', props.hop ?? GatewayHop.mutualTls(), 'a GatewayHop, such as GatewayHop.mutualTls()', value => value instanceof GatewayHop);
    const { clients, hosts, ports } = egress.intent;
    const originator = { at: 'gateway' as const, namespace: gateway.intent.namespace, clients, hosts: hosts.length, ports: ports.length };
    const route: RouteIntent = {
      path: values.path,
      egress: egress.intent,
      gateway: gateway.intent,
      hop: hopOf(values, gateway.intent, hop),
      hostingServer: props.hostingServer === undefined ? undefined : values.host('hostingServer', props.hostingServer),
      tlsOrigination: originationIntent(values, props.tlsOrigination, originator),
      forwardProxy: forwardProxyIntent(values, props.forwardProxy, originator),
      connections: connectionsIntent(values, props),
    };
    const meta: Omit<ObjectMeta, 'name'> = {
      namespace: route.gateway.namespace,
      labels: values.labels('labels', props.labels),
      annotations: values.annotations(props.annotations),
    };

    const index = AppIndex.of(this);
    const all = crossings(route).map(crossing => ({ ...crossing, id: (kind: string) => crossing.key === '' ? kind : `${kind}-${crossing.key}` }));
    this.gateways = all.map(({ id: of, name, door }) => gatewayObject(this, of('Gateway'), { ...meta, name },
      () => ({ ...door, callers: demandedIdentities(route, index.permissionsOn(route.egress)) })));
    this.virtualServices = all.map(({ id: of, name, door }) => virtualService(this, of('VirtualService'), { ...meta, name }, name, door));
    this.clientVirtualServices = !route.hop.http || route.egress.requests ? [] : route.egress.hosts.map(host => requestPolicy(
      this, hosts.length === 1 ? 'ClientVirtualService' : `ClientVirtualService-${host}`,
      { ...meta, namespace: route.egress.namespace, name: label(...route.path.split('/'), 'client', ...(hosts.length === 1 ? [] : [host])) },
      route.egress, host, () => route));
    this.serviceEntries = all.map(({ id: of, name, outer }) => serviceEntry(this, of('ServiceEntry'), { ...meta, name }, () => outer));
    this.destinationRules = all.flatMap(({ id: of, name, outerSecuring }) =>
      outerSecuring ? [destinationRule(this, of('DestinationRule'), { ...meta, name }, () => outerSecuring)] : []);

    this.envoyFilters = route.gateway.sniProxy?.program !== 'envoy' ? [] : all.flatMap(crossing => {
      const listener = sniListener(crossing);
      return listener ? [sniEnvoyFilter(
        this, crossing.id('EnvoyFilter'), { ...meta, name: crossing.name }, route.gateway.labels, listener, route.gateway.sniProxy!)] : [];
    });

    const foreign = foreignTo(this, egress, gateway);
    this.authorizationPolicy = foreign.length === 0 ? admit(gateway, route) : undefined;
    index.addRoute(this, route, foreign);
    index.tellPermissions(route, permissions => {
      if (!takesPolicy(route, permissions)) {
        if (this.denials) retract(this.denials);
        this.denials = undefined;
        return;
      }
      this.denials ??= denialPolicy(this, 'AuthorizationPolicy', { ...meta, name: label(route.egress.namespace, ...route.path.split('/'), 'identities') },
        route.gateway.labels, all.map(({ ownName }) => ownName), () => denials(route, index.permissionsOn(route.egress)!));
    });
    this.route = route;
  }

  /**
   * The AuthorizationPolicy that refuses other identities and requests, for patches; only where a whole namespace is among the
   * identities, or requests are allowed.
   *
   * @default - none
   */
  public get identityPolicy(): ApiObject | undefined {
    return this.denials;
  }

  /**
   * Lets only these workloads of the client namespaces in, besides those of earlier calls. Over mutual TLS alone; the egress's own `allowFrom` does the same.
   *
   * Exact identities are demanded in the handshake, by the door's own TLS: whoever has another certificate gets no byte of the
   * server. Where a whole namespace is among them, an AuthorizationPolicy refuses instead.
   *
   * @param identities workloads of client namespaces; `WorkloadIdentity.nobody()` for none
   * @example
   * route.allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'bookinfo-ratings-v2'));
   */
  public allowFrom(...identities: WorkloadIdentity[]): void {
    const { path, egress } = this.route;
    AppIndex.of(this).allow({ path, egress, permission: { identities: identityIntents(Values.of(this), 'allowFrom', identities) } });
  }

  /**
   * Lets only these requests through, besides what earlier calls and `allowFrom` let. Over `GatewayHop.http()` alone, where the
   * gateway reads them; a request that it refuses is answered 403.
   *
   * The gateway compares the path as its `pathNormalization` leaves it, by Istio's default without `..` and with `%2F` as it came:
   * for a server that reads `%2F` as `/` set the mesh's to `DECODE_AND_MERGE_SLASHES`. Each route with such rules adds an
   * AuthorizationPolicy of 400 bytes and more to every filter chain of the gateway: 100 of them make 4 MB of configuration, 500 make
   * 104 MB.
   *
   * @see https://istio.io/latest/docs/ops/best-practices/security/#customize-your-system-on-path-normalization
   * @example
   * route.allowRequests({ from: [WorkloadIdentity.serviceAccount('bookinfo', 'ratings')], methods: ['GET'], paths: ['/v1/*'] });
   */
  public allowRequests(requests: AllowedRequests): void {
    const { path, egress } = this.route;
    AppIndex.of(this).allow({ path, egress, permission: requestsIntent(Values.of(this), requests) });
  }
}

function hopOf(values: Values, gateway: GatewayIntent, hop: GatewayHop): HopIntent {
  return {
    security: hop._security,
    http: hop._http || undefined,
    port: hop._security === 'plaintext' ? values.port('the port of GatewayHop.plaintext', hop._port!) : gateway.port,
  };
}

function foreignTo(route: IConstruct, egress: IEgress, gateway: IEgressGateway): string[] {
  return [
    ...(egress.node.root === route.node.root ? [] : [describe(Problem.FOREIGN_EGRESS,
      `egress "${egress.node.path}" belongs to another app`, 'a route changes where its egress leads, so both must be in one app: declare the egress here')]),
    ...(gateway.node.root === route.node.root ? [] : [describe(Problem.FOREIGN_GATEWAY,
      `gateway "${gateway.node.path}" belongs to another app`, 'declare it here with EgressGateway.fromService(...): any number of apps may name the same Service')]),
  ];
}

/** One policy an app, gateway and set of clients: every policy is copied into every filter chain of the gateway. */
function admit(gateway: IEgressGateway, route: RouteIntent): ApiObject | undefined {
  const wanted = admission(route);
  if (!wanted) return undefined;
  const id = `clients-of-${wanted.domain}`;
  const present = gateway.node.tryFindChild(id) as ApiObject | undefined;
  if (present) return present;
  // a namespace's own routes and those that others share with it alone have the same clients, under two domains
  const shared = wanted.clients.length === 1 && wanted.clients[0] !== route.egress.namespace ? ['shared'] : [];
  const name = label(...wanted.clients, ...shared, ...gateway.node.path.split('/'));
  const meta: ObjectMeta = { name, namespace: route.gateway.namespace, labels: {}, annotations: {} };
  return authorizationPolicy(gateway as unknown as Construct, id, meta, route.gateway.labels, wanted);
}
