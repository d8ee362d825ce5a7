import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { ApiObject, App, Chart, Duration, Testing } from 'cdk8s';
import {
  BigIp, CaCertificates, ClientCertificate, Egress, EgressApp, EgressAudit, EgressGateway, EgressGatewayRoute, EgressLockdown, EgressWay, EgressWays, ExternalEnvoy,
  ExternalNginx, ExternalProxy, ExternalSniProxy, ForwardProxy, GatewayHop, GatewayMount, HttpEgress, HttpProtocol, IEgressGateway, MutualTlsOrigination, SniProxy,
  SniProxyGateway, TcpEgress, TcpProtocol, TlsEgress, TlsOrigination, WildcardResolution, WorkloadIdentity,
} from '../src';
import { Problem } from '../src/intent/problem';

/** Lines of src by which the messages came about. */
const mockSites = new Set<string>();

function mockSeen(stack = ''): void {
  for (const [, site] of stack.matchAll(/\/(src\/[^:)]+\.ts:\d+)/g)) mockSites.add(site);
}

jest.mock('../src/intent/problem', () => {
  const real = jest.requireActual('../src/intent/problem');
  return {
    ...real,
    describe: (...texts: string[]) => {
      mockSeen(new Error().stack);
      return real.describe(...texts);
    },
  };
});

jest.mock('../src/intent/addresses', () => {
  const real = jest.requireActual('../src/intent/addresses');
  return {
    ...real,
    canonicalAddress: (...given: unknown[]) => {
      try {
        return real.canonicalAddress(...given);
      } catch (e) {
        mockSeen((e as Error).stack);
        throw e;
      }
    },
  };
});

/** An app as a user writes it, in code that no compiler looks at. */
class World {
  public readonly app: App = Testing.app();
  private readonly charts = new Map<string, Chart>();
  private made = 0;

  public chart(namespace = 'orders'): Chart {
    const chart = this.charts.get(namespace) ?? new Chart(this.app, namespace, { namespace });
    this.charts.set(namespace, chart);
    return chart;
  }

  public tls(props: any = {}, namespace?: string): TlsEgress {
    return new TlsEgress(this.chart(namespace), this.id('tls'), { hosts: ['api.example.com'], ...props });
  }

  public http(props: any = {}, namespace?: string): HttpEgress {
    return new HttpEgress(this.chart(namespace), this.id('http'), { hosts: ['api.example.com'], ...props });
  }

  public tcp(props: any = {}, namespace?: string): TcpEgress {
    const where = 'addresses' in props || 'anyAddress' in props ? {} : { addresses: ['203.0.113.10'] };
    return new TcpEgress(this.chart(namespace), this.id('tcp'), { host: 'db.example.com', port: 5432, ...where, ...props });
  }

  /** A gateway that runs already: edge/out, unless it is said otherwise. */
  public out(props: any = {}): IEgressGateway {
    return EgressGateway.fromService(this.chart('edge'), this.id('out'), { namespace: 'edge', service: 'out', selector: { istio: 'out' }, serviceAccount: 'out', ...props });
  }

  /** A gateway of the app's own: edge/own. */
  public own(props: any = {}): EgressGateway {
    return new EgressGateway(this.chart('edge'), this.id('own'), { name: 'own', ...props });
  }

  /** A gateway with an SNI proxy: edge/sni. */
  public sni(props: any = {}): SniProxyGateway {
    return new SniProxyGateway(this.chart('edge'), this.id('sni'), { name: 'sni', ...props });
  }

  public route(egress: Egress, props: any = {}, gateway: IEgressGateway = this.out()): EgressGatewayRoute {
    return new EgressGatewayRoute(this.chart(egress._intent.namespace), this.id('route'), { egress, gateway, ...props });
  }

  public proxy(props: any = {}): ExternalProxy {
    return new ExternalProxy(this.chart(), this.id('proxy'), {
      host: 'echo.example.com', addresses: ['192.0.2.7'], port: 9000, identity: WorkloadIdentity.serviceAccount('edge', 'proxy'), allowFrom: [PAY], ...props,
    });
  }

  public sniProxy(props: any = {}): ExternalSniProxy {
    return new ExternalSniProxy(this.chart(), this.id('proxy'), {
      hosts: ['api.example.com'], addresses: ['192.0.2.7'], proxyPort: 8443, identity: WorkloadIdentity.serviceAccount('edge', 'proxy'), allowFrom: [PAY], ...props,
    });
  }

  public mutual(props: any = {}): MutualTlsOrigination {
    return new MutualTlsOrigination(this.chart(), this.id('mutual'), { clientCertificate: CLIENT_SECRET, ...props });
  }

  public lockdown(props: any = {}): EgressLockdown {
    return new EgressLockdown(this.chart(), this.id('lockdown'), { namespaces: ['orders'], ...props });
  }

  public audit(props: any = {}): EgressAudit {
    return new EgressAudit(this.chart('edge'), this.id('audit'), props);
  }

  public secret(name: string, namespace: string): ApiObject {
    return new ApiObject(this.chart(namespace), this.id('secret'), { apiVersion: 'v1', kind: 'Secret', metadata: { name } });
  }

  private id(kind: string): string {
    return `${kind}${++this.made}`;
  }
}

type Build = (w: World) => unknown;

/** What was written, what is said of it, what was meant, and what is written by each piece of the advice, with what it means if that is not the same. */
type Row = readonly [string, Build, readonly string[], { readonly [advice: string]: Build | readonly [Build, ...string[]] }];

/** What an app says when it is synthesized: its error, or its warnings. */
function saidOf(build: Build): { readonly said: string; readonly app: App } {
  const world = new World();
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    build(world);
    world.app.synth();
    return { said: warning.mock.calls.map(([text]) => String(text)).join('\n'), app: world.app };
  } catch (e) {
    return { said: (e as Error).message, app: world.app };
  } finally {
    warning.mockRestore();
  }
}

/** What may leave an app and which way, what it locks, logs and runs, in a line each. */
function meaningOf(app: App): string[] {
  const documents = app.charts.flatMap(chart => chart.toJson());
  const named = (kind: string) => documents.filter(document => document.kind === kind);
  return [
    ...EgressWays.of(app).map(lineOf),
    ...named('Sidecar').map(({ metadata }) => `locked: ${metadata.namespace}`),
    ...named('Telemetry').map(({ metadata, spec }) => `logged: ${metadata.namespace} to ${spec.accessLogging[0].providers.map(({ name }: any) => name).join(', ')}`),
    ...named('Deployment').map(({ metadata }) => `runs: ${metadata.namespace}/${metadata.name}`),
    ...(JSON.stringify(documents).includes('"insecureSkipVerify":true') ? ['takes any certificate'] : []),
  ].sort();
}

function lineOf(way: EgressWay): string {
  const { clients, protocol, host, port, addresses, gateway, hop, externalProxy, sniProxy, hostingServer, forwardProxy, tlsOrigination, targetPort, allowedFrom, allowedRequests } = way;
  const who = (uris: readonly string[]) => uris.map(uri => uri.replace(/^spiffe:\/\/cluster\.local\/ns\/(.*)\/sa\/(.*)$/, '$1/$2')).join(', ');
  return `${clients.join(', ')}: ${[
    `${protocol} ${host}:${port}`,
    ...(addresses.length > 0 && !externalProxy ? [`at ${addresses.join(', ')}`] : []),
    ...(gateway ? [`by ${gateway}${hop === 'mutual-tls' ? '' : ` over ${hop}`}`] : []),
    ...(externalProxy ? [`by the proxy ${externalProxy.join(', ')}`] : []),
    ...(sniProxy ? [`by ${sniProxy}`] : []),
    ...(hostingServer ? [`to ${hostingServer}`] : []),
    ...(forwardProxy ? [`by ${forwardProxy}`] : []),
    ...(tlsOrigination ? [`with TLS, ${tlsOrigination}`] : []),
    ...(targetPort ? [`to port ${targetPort}`] : []),
    ...(allowedFrom ? [`from ${who(allowedFrom)}`] : []),
    ...(allowedRequests ?? []).map(({ from, methods = ['all'], paths = ['everything'] }) => `${from ? `${who(from)} may ` : ''}${methods.join(', ')} ${paths.join(', ')}`),
    ...(['HTTP', 'HTTP2', 'GRPC'].includes(protocol) && !tlsOrigination ? ['in clear'] : []),
  ].join(' ')}`;
}

const HOSTS = { hosts: ['api.example.com'] };
const PAY = WorkloadIdentity.serviceAccount('orders', 'pay');
const SIMPLE = TlsOrigination.simple();
const CLIENT_SECRET = ClientCertificate.fromSecret('client');
const CLIENT_FILES = { clientCertificate: '/etc/partner/tls.crt', privateKey: '/etc/partner/tls.key', caCertificates: '/etc/partner/ca.crt' };
const SQUID = ForwardProxy.connect({ host: 'proxy.example.com', port: 3128 });
const PODS = { workloadSelector: { app: 'pay' }, serviceAccount: 'pay' };
const FILES = { certificate: '/etc/proxy/tls.crt', key: '/etc/proxy/tls.key', trustBundle: '/etc/proxy/ca.crt' };
const UPSTREAM = { upstreamHost: 'echo.example.com', upstreamPort: 9000 };
const BIG_IP = { pool: '/Common/echo', certificate: '/Common/tls.crt', key: '/Common/tls.key', trustBundle: '/Common/ca.crt' };
const NODES = { taintKey: 'egress', taintValue: 'out' };

/** What the worlds of above mean. */
const API = 'orders: TLS api.example.com:443';
const WEB = 'orders: HTTP api.example.com:80 in clear';
const DB = 'orders: TCP db.example.com:5432 at 203.0.113.10';
const ANY = 'orders: TCP db.example.com:5432';
const BY_OUT = `${API} by edge/out`;
const ECHO = 'orders: TCP echo.example.com:9000 by the proxy 192.0.2.7:9000 from orders/pay';
const BY_PROXY = `${API} by the proxy 192.0.2.7:8443 from orders/pay`;
const ORIGINATED = 'orders: HTTP api.example.com:80 with TLS, simple at sidecar to port 443';
const ORIGINATED_AT_OUT = 'orders: HTTP api.example.com:80 by edge/out with TLS, simple at gateway to port 443';
const BY_OWN = [`${API} by edge/own`, 'runs: edge/own'];
const BY_SNI = ['orders: TLS *.example.com:443 by edge/sni by nginx', 'runs: edge/sni'];

/** A route through a gateway of the app's own. */
const own = (gateway: any = {}, route: any = {}): Build => w => w.route(w.tls(), route, w.own(gateway));

/** A wildcard through an SNI proxy. */
const sni = (gateway: any = {}): Build => w => w.route(w.tls({ hosts: ['*.example.com'] }), {}, w.sni(gateway));

const ports = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `203.0.${i >> 8}.${i & 255}`);

const VALUES: Row[] = [
  ['missing-value: hosts is not given', w => w.tls({ hosts: undefined }), [API], { 'give hosts': w => w.tls() }],
  ['invalid-value: the props of TlsEgress are undefined', w => new (TlsEgress as any)(w.chart(), 'x'), [API], { 'give an object': w => w.tls() }],
  ['unknown-prop: "host" is no prop of TlsEgress', w => w.tls({ hosts: undefined, host: ['api.example.com'] }), [API], { 'did you mean "hosts"': w => w.tls() }],
  ['unknown-prop: "tlsorigination" is no prop of HttpEgress', w => w.http({ tlsorigination: SIMPLE }), [ORIGINATED], { 'did you mean "tlsOrigination"?': w => w.http({ tlsOrigination: SIMPLE }) }],
  ['unknown-prop: "outlierDetection" is no prop of TlsEgress', w => w.tls({ outlierDetection: {} }), [API], { 'its props are maxConnections, connectTimeout, consecutive5xxErrors': w => w.tls({ consecutive5xxErrors: 5 }) }],
  ['unknown-prop: "tlsOrigination" is no prop of TlsEgress', w => w.tls({ httpPorts: [80], tlsOrigination: SIMPLE }), [ORIGINATED], {
    'the application speaks TLS itself, on all ports': [w => w.tls(), API],
    'declare an HttpEgress': w => w.http({ tlsOrigination: SIMPLE }),
    'or a TcpEgress': [w => w.tcp({ host: 'api.example.com', port: 443, tlsOrigination: SIMPLE }), 'orders: TCP api.example.com:443 at 203.0.113.10 with TLS, simple at sidecar'],
  }],
  ['unknown-prop: "forwardProxy" is no prop of HttpEgress', w => w.http({ forwardProxy: SQUID }), [`${API} by proxy.example.com:3128`], { 'declare a TlsEgress, which has it, and let the application speak TLS': w => w.tls({ forwardProxy: SQUID }) }],
  ['unknown-prop: "allowFrom" is no prop of TlsEgress', w => w.route(w.tls({ allowFrom: [PAY] })), [`${BY_OUT} from orders/pay`], { 'give it to the EgressGatewayRoute': w => w.route(w.tls(), { allowFrom: [PAY] }) }],
  ['unknown-prop: "hop" is no prop of TlsEgress', w => w.route(w.tls({ hop: GatewayHop.passthrough() })), [`${BY_OUT} over passthrough`], { 'give it to the EgressGatewayRoute': w => w.route(w.tls(), { hop: GatewayHop.passthrough() }) }],
  ['unknown-prop: "allowRequests" is no prop of EgressGatewayRoute', w => w.route(w.http(), { hop: GatewayHop.http(), allowRequests: { methods: ['GET'] } }), ['orders: HTTP api.example.com:80 by edge/out GET everything in clear'], {
    'call the method allowRequests of the route': w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ methods: ['GET'] }),
  }],
  ['invalid-number: maxConnections is 0', w => w.tls({ maxConnections: 0 }), [API], { 'give a whole number from 1': w => w.tls({ maxConnections: 1 }) }],
  ['invalid-number: timeout is 0 ms', w => w.http({ timeout: Duration.millis(0) }), [WEB], { 'give at least one millisecond': w => w.http({ timeout: Duration.millis(1) }) }],
  ['invalid-value: timeout is "5s"', w => w.http({ timeout: '5s' }), [WEB], { 'give a Duration of cdk8s, such as Duration.seconds(5)': w => w.http({ timeout: Duration.seconds(5) }) }],
  ['invalid-port: port is "443"', w => w.tls({ port: '443' }), [API], { 'a port is a whole number': w => w.tls({ port: 443 }) }],
  ['contradicting-props: both port and ports are given', w => w.tls({ port: 443, ports: [8443] }), [API, 'orders: TLS api.example.com:8443'], {
    'give port for one': [w => w.tls({ port: 443 }), API],
    'ports for several': w => w.tls({ ports: [443, 8443] }),
  }],
  ['invalid-host: hosts[0] 5 is no DNS name', w => w.tls({ hosts: [5] }), ['orders: TLS mongo.example.com:443'], { 'give one, such as "mongo.example.com"': w => w.tls({ hosts: ['mongo.example.com'] }) }],
  ['wildcard-host: hosts[0] "api-*.example.com" is a wildcard that Istio does not take', w => w.tls({ hosts: ['api-*.example.com'] }), ['orders: TLS api-1.example.com:443', 'orders: TLS api-2.example.com:443'], {
    'list the exact names': w => w.tls({ hosts: ['api-1.example.com', 'api-2.example.com'] }),
    'for all under a domain, give "*" as the whole first label': [w => w.tls({ hosts: ['*.example.com'] }), 'orders: TLS *.example.com:443'],
  }],
  ['wildcard-host: hosts[0] "*.example.com" is a wildcard', w => w.http({ hosts: ['*.example.com'] }), [WEB], { 'give one exact name': w => w.http() }],
  ['invalid-host: hosts[0] "203.0.113.10" is an address', w => w.tls({ hosts: ['203.0.113.10'] }), [`${API} at 203.0.113.10`], {
    'give a DNS name, and the address as addresses: ["203.0.113.10"] of the egress': w => w.tls({ ...HOSTS, addresses: ['203.0.113.10'] }),
    'for a host without a name, a TcpEgress with a name of your own': [w => w.tcp({ host: 'api.orders.example', port: 443, addresses: ['203.0.113.10'] }), 'orders: TCP api.orders.example:443 at 203.0.113.10'],
  }],
  ['invalid-host: hosts[0] "https://[2001:db8::1]:8443/" is an address', w => w.tls({ hosts: ['https://[2001:db8::1]:8443/'] }), ['orders: TLS api.example.com:8443 at 2001:db8::1'], {
    'addresses: ["2001:db8::1"]': w => w.tls({ port: 8443, addresses: ['2001:db8::1'] }),
  }],
  ['invalid-host: hosts[0] "203.0.113.10:443" is an address', w => w.tls({ hosts: ['203.0.113.10:443'] }), [`${API} at 203.0.113.10`], { 'addresses: ["203.0.113.10"]': w => w.tls({ addresses: ['203.0.113.10'] }) }],
  ['invalid-host: hosts[0] "mongodb+srv://me:pw@c0.abcde.example.net/db" is found by SRV records', w => w.tls({ hosts: ['mongodb+srv://me:pw@c0.abcde.example.net/db'], port: 27017 }), ['orders: TLS c0-shard-00-00.abcde.example.net:27017'], {
    'give the hosts that those records name': w => w.tls({ hosts: ['c0-shard-00-00.abcde.example.net'], port: 27017 }),
    'as a wildcard: "*.abcde.example.net"': [w => w.tls({ hosts: ['*.abcde.example.net'], port: 27017 }), 'orders: TLS *.abcde.example.net:27017'],
  }],
  ['invalid-host: host "mongodb+srv://c0.abcde.example.net" is found by SRV records', w => w.tcp({ host: 'mongodb+srv://c0.abcde.example.net' }), ['orders: TCP c0-shard-00-00.abcde.example.net:5432 at 203.0.113.10'], {
    'give the host that those records name': w => w.tcp({ host: 'c0-shard-00-00.abcde.example.net' }),
    'or a TlsEgress for several': [w => w.tls({ hosts: ['*.abcde.example.net'], port: 5432 }), 'orders: TLS *.abcde.example.net:5432'],
  }],
  ['invalid-host: hosts[0] "https://me:pw@API.example.com:8443/v1" has a scheme', w => w.tls({ hosts: ['https://me:pw@API.example.com:8443/v1'] }), ['orders: TLS api.example.com:8443'], {
    'give the name alone, such as "api.example.com", and port 8443 by itself': w => w.tls({ port: 8443 }),
  }],
  ['invalid-host: hosts[0] "https://mongo" has a scheme', w => w.tls({ hosts: ['https://mongo'] }), ['orders: TLS mongo.example.com:443'], { 'give the name alone, such as "mongo.example.com"': w => w.tls({ hosts: ['mongo.example.com'] }) }],
  ['invalid-host: hosts[0] "API.example.com.:8443" has a port in it', w => w.tls({ hosts: ['API.example.com.:8443'] }), ['orders: TLS api.example.com:8443'], { 'give "api.example.com" here and the port by itself': w => w.tls({ port: 8443 }) }],
  ['invalid-host: hosts[0] "*.Example.com." has upper case', w => w.tls({ hosts: ['*.Example.com.'] }), ['orders: TLS *.example.com:443'], { 'write "*.example.com"': w => w.tls({ hosts: ['*.example.com'] }) }],
  ['invalid-host: hosts[0] "api.example.com." ends with a dot', w => w.tls({ hosts: ['api.example.com.'] }), [API], { 'write "api.example.com"': w => w.tls() }],
  ['invalid-host: hosts[0] "api_1.example.com" is no DNS name', w => w.tls({ hosts: ['api_1.example.com'] }), [API], { 'lower-case letters, digits and inner hyphens': w => w.tls() }],
  ['invalid-host: hosts[0] "mongo" is a short name', w => w.tls({ hosts: ['mongo'] }), ['orders: TLS mongo.example.com:443'], { 'give the full name, such as "mongo.example.com"': w => w.tls({ hosts: ['mongo.example.com'] }) }],
  ['invalid-host: hosts[0] "api.1" has a top-level domain of digits only', w => w.tls({ hosts: ['api.1'] }), ['orders: TLS mongo.example.com:443'], { 'give a DNS name, such as "mongo.example.com"': w => w.tls({ hosts: ['mongo.example.com'] }) }],
  ['host-in-mesh: hosts[0] "api.orders.svc.cluster.local" is a name inside the mesh', w => w.tls({ hosts: ['api.orders.svc.cluster.local'] }), [API], { 'give the name of the outside host': w => w.tls() }],
  ['host-in-mesh: hosts[0] "*.local" covers names inside the mesh', w => w.tls({ hosts: ['*.local'] }), [API], { 'give the name of the outside host': w => w.tls() }],
  ['invalid-name: namespace is "Orders"', w => w.tls({ namespace: 'Orders' }), [API], { 'a name has 1 to 63 lower-case letters': w => w.tls({ namespace: 'orders' }) }],
  ['invalid-name: namespace is "0o17"', w => w.tls({ namespace: '0o17' }), [API], { 'choose another': w => w.tls({ namespace: 'orders' }) }],
  ['invalid-name: service is "1out"', w => w.out({ service: '1out' }), [], { 'give one such as "egress-1out"': w => w.out({ service: 'egress-1out' }) }],
  ['invalid-name: the ConfigMap is called "Ca"', w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('Ca') }) }), [ORIGINATED], {
    'a name has 1 to 253 lower-case letters': w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('ca') }) }),
  }],
  ['invalid-name: trustDomain is "Mesh"', w => w.out({ trustDomain: 'Mesh' }), [], { 'a domain is a DNS name in lower case': w => w.out({ trustDomain: 'mesh' }) }],
  ['invalid-name: clusterDomain is "cluster.1"', w => w.out({ clusterDomain: 'cluster.1' }), [], { 'a name that ends in digits alone is no name of a host': w => w.out({ clusterDomain: 'cluster.local' }) }],
  ['empty-list: selector is {}', w => w.out({ selector: {} }), [], { 'give the labels of those pods': w => w.out({ selector: { istio: 'out' } }) }],
  ['namespace-not-given: neither the construct nor its chart has a namespace', w => new TlsEgress(new Chart(w.app, 'x'), 'x', HOSTS), [API], {
    'give one to the chart, as in new Chart(app': w => new TlsEgress(new Chart(w.app, 'x', { namespace: 'orders' }), 'x', HOSTS),
  }],
  ['invalid-export-to: exportTo[0] "~" is no namespace', w => w.tls({ exportTo: ['~'] }), ['shop: TLS api.example.com:443'], {
    'give names of namespaces': w => w.tls({ exportTo: ['shop'] }),
    '"." for the own one': [w => w.tls({ exportTo: ['.'] }), API],
    '"*" for all': [w => w.tls({ exportTo: ['*'] }), '*: TLS api.example.com:443'],
  }],
  ['invalid-export-to: exportTo ["*","shop"] names "*" and others', w => w.tls({ exportTo: ['*', 'shop'] }), ['*: TLS api.example.com:443'], {
    'give "*" alone for all namespaces': w => w.tls({ exportTo: ['*'] }),
    'or list them': [w => w.tls({ exportTo: ['shop'] }), 'shop: TLS api.example.com:443'],
  }],
  ['empty-list: hosts is "api.example.com"', w => w.tls({ hosts: 'api.example.com' }), [API], { 'give at least one, as in hosts: [...]': w => w.tls() }],
  ['too-many: ports has 257 items', w => w.tcp({ port: undefined, ports: ports(1000, 257) }), ports(1000, 257).map(port => `orders: TCP db.example.com:${port} at 203.0.113.10`), {
    'give the others to a TcpEgress with another host name, one of its own if it has addresses': [w => {
      w.tcp({ port: undefined, ports: ports(1000, 256) });
      w.tcp({ host: 'others.orders.example', port: 1256 });
    }, ...ports(1000, 256).map(port => `orders: TCP db.example.com:${port} at 203.0.113.10`), 'orders: TCP others.orders.example:1256 at 203.0.113.10'],
    'else one that DNS has for the host': [w => {
      w.tcp({ port: undefined, ports: ports(1000, 256), anyAddress: true });
      w.tcp({ host: 'alias.example.com', port: 1256, anyAddress: true });
    }, ...ports(1000, 256).map(port => `orders: TCP db.example.com:${port}`), 'orders: TCP alias.example.com:1256'],
  }],
  ['too-many: addresses has 4097 items', w => w.tls({ addresses: addresses(4097) }), [API], { 'leave addresses out to use DNS': w => w.tls() }],
  ['too-many: addresses has 257 items', w => w.proxy({ addresses: addresses(257) }), [], {
    'make another construct, with another host name, for the others': [w => {
      w.proxy({ addresses: addresses(256) });
      w.proxy({ host: 'echo2.example.com', addresses: ['192.0.2.7'] });
    }, 'orders: TCP echo2.example.com:9000 by the proxy 192.0.2.7:9000 from orders/pay',
    `orders: TCP echo.example.com:9000 by the proxy ${addresses(256).sort().map(address => `${address}:9000`).join(', ')} from orders/pay`],
  }],
  ['duplicate-value: hosts[1] "api.example.com" stands there already', w => w.tls({ hosts: ['api.example.com', 'api.example.com'] }), [API], { 'remove one of the two': w => w.tls() }],
  ['invalid-value: labels is "x"', w => w.tls({ labels: 'x' }), [API], { 'give an object of strings': w => w.tls({ labels: { team: 'x' } }) }],
  ['invalid-label: labels "team" has the value 5', w => w.tls({ labels: { team: 5 } }), [API], { 'a value has at most 63 letters': w => w.tls({ labels: { team: '5' } }) }],
  ['invalid-label: labels "team" has the value "0o17"', w => w.tls({ labels: { team: '0o17' } }), [API], { 'choose another': w => w.tls({ labels: { team: 'x' } }) }],
  ['invalid-label: labels has the key "a b"', w => w.tls({ labels: { 'a b': 'x' } }), [API], { 'as in "example.com/team"': w => w.tls({ labels: { 'example.com/team': 'x' } }) }],
  ['invalid-label: labels has the key "constructor"', w => w.tls({ labels: { constructor: 'x' } }), [API], { 'choose another': w => w.tls({ labels: { team: 'x' } }) }],
  ['reserved-label: labels sets "app.kubernetes.io/managed-by"', w => w.tls({ labels: { 'app.kubernetes.io/managed-by': 'x' } }), [API], { 'leave it out': w => w.tls() }],
  ['reserved-label: labels sets "app.kubernetes.io/part-of"', w => w.tls({ labels: { 'app.kubernetes.io/part-of': 'shop' } }), [API], {
    'leave it out: EgressApp.configure sets it, to the name of the app': w => {
      EgressApp.configure(w.app, { name: 'shop' });
      w.tls();
    },
  }],
  ['invalid-annotation: annotations "team" has the value 5', w => w.tls({ annotations: { team: 5 } }), [API], { 'a value is a string': w => w.tls({ annotations: { team: '5' } }) }],
  ['invalid-annotation: annotations "team" has the value "0o17"', w => w.tls({ annotations: { team: '0o17' } }), [API], { 'choose another': w => w.tls({ annotations: { team: 'x' } }) }],
  ['configured-late: EgressApp.configure comes after constructs that have taken the defaults', w => {
    w.tls();
    EgressApp.configure(w.app, { name: 'shop' });
  }, [API], {
    'call it once, right after new App()': w => {
      EgressApp.configure(w.app, { name: 'shop' });
      w.tls();
    },
  }],
  ['configured-late: EgressApp.configure comes after constructs that have taken the defaults, or a second time', w => {
    EgressApp.configure(w.app, { name: 'shop' });
    EgressApp.configure(w.app, { trustDomain: 'mesh.example.com' });
  }, [API], {
    'call it once, right after new App(), with all that is to be said': w => {
      EgressApp.configure(w.app, { name: 'shop', trustDomain: 'mesh.example.com' });
      w.tls();
    },
  }],
];

const ADDRESSES: Row[] = [
  ['invalid-address: addresses[0] "db" is no IPv4 or IPv6 address and no CIDR', w => w.tcp({ addresses: ['db'] }), [DB], {
    'give one, such as "203.0.113.10"': w => w.tcp(),
    'or "203.0.113.0/24"': [w => w.tcp({ addresses: ['203.0.113.0/24'] }), 'orders: TCP db.example.com:5432 at 203.0.113.0/24'],
  }],
  ['invalid-address: addresses[0] "api" is no IPv4 or IPv6 address and no CIDR', w => w.tls({ addresses: ['api'] }), [`${API} at 203.0.113.10`], { 'give one, such as "203.0.113.10"': w => w.tls({ addresses: ['203.0.113.10'] }) }],
  ['invalid-address: addresses[0] "::ffff:203.0.113.0/120" is an IPv4 address in IPv6 form', w => w.tcp({ addresses: ['::ffff:203.0.113.0/120'] }), ['orders: TCP db.example.com:5432 at 203.0.113.0/24'], {
    'write "203.0.113.0/24"': w => w.tcp({ addresses: ['203.0.113.0/24'] }),
  }],
  ['invalid-address: addresses[0] "::ffff:203.0.113.10" is an IPv4 address in IPv6 form', w => w.tcp({ addresses: ['::ffff:203.0.113.10'] }), [DB], { 'write "203.0.113.10"': w => w.tcp() }],
  ['invalid-address: addresses[0] "127.0.0.1" is no address of a host outside (loopback)', w => w.tcp({ addresses: ['127.0.0.1'] }), [DB], { 'give one at which another machine is reached': w => w.tcp() }],
  ['invalid-address: addresses[0] "203.0.113.0/33" has the mask "/33"', w => w.tcp({ addresses: ['203.0.113.0/33'] }), ['orders: TCP db.example.com:5432 at 203.0.113.0/24'], { 'a mask of IPv4 is a number from 1 to 32': w => w.tcp({ addresses: ['203.0.113.0/24'] }) }],
  ['invalid-address: addresses[0] "0.0.0.0/0" takes the traffic of every address', w => w.tcp({ addresses: ['0.0.0.0/0'] }), [ANY], {
    'list those that are meant': [w => w.tcp(), DB],
    'a TcpEgress to any has anyAddress: true instead of addresses': w => w.tcp({ anyAddress: true }),
  }],
  ['invalid-address: addresses[0] "203.0.113.10/24" has host bits set', w => w.tcp({ addresses: ['203.0.113.10/24'] }), [DB], {
    'did you mean "203.0.113.0/24"': [w => w.tcp({ addresses: ['203.0.113.0/24'] }), 'orders: TCP db.example.com:5432 at 203.0.113.0/24'],
    'or the single address "203.0.113.10"?': w => w.tcp(),
  }],
  ['invalid-address: addresses[0] "203.0.113.10/24" has host bits set', w => w.tls({ addresses: ['203.0.113.10/24'] }), [`${API} at 203.0.113.10`], { 'did you mean the single address "203.0.113.10"?': w => w.tls({ addresses: ['203.0.113.10'] }) }],
  ['invalid-address: addresses has the range "203.0.113.0/24", and a connection goes to one address', w => w.tls({ addresses: ['203.0.113.0/24'] }), [`${API} at 203.0.113.10`], {
    'list single addresses': w => w.tls({ addresses: ['203.0.113.10'] }),
    'leave addresses out to use DNS': [w => w.tls(), API],
  }],
  ['invalid-address: addresses has the range "203.0.113.0/24", and a forward proxy leads to one place', w => w.tcp({ addresses: ['203.0.113.0/24'], forwardProxy: SQUID }), [`${DB} by proxy.example.com:3128`], { 'list single addresses': w => w.tcp({ forwardProxy: SQUID }) }],
  ['invalid-address: addresses has the range "203.0.113.0/24", and another port of the TLS origination leads to one place', w => w.tcp({ addresses: ['203.0.113.0/24'], tlsOrigination: TlsOrigination.simple({ port: 6432 }) }), [`${DB} with TLS, simple at sidecar to port 6432`], {
    'list single addresses': w => w.tcp({ tlsOrigination: TlsOrigination.simple({ port: 6432 }) }),
  }],
  ['invalid-address: addresses has the range "192.0.2.0/24", and a proxy listens on an address', w => w.proxy({ addresses: ['192.0.2.0/24'] }), [ECHO], { 'list single addresses': w => w.proxy() }],
  ['invalid-address: resolver[0] "10.0.0.0/8" is a range', sni({ proxy: SniProxy.nginx({ resolver: '10.0.0.0/8' }) }), BY_SNI, { 'give one address': sni({ proxy: SniProxy.nginx({ resolver: '10.0.0.10' }) }) }],
  ['contradicting-props: both addresses and anyAddress are given', w => w.tcp({ addresses: ['203.0.113.10'], anyAddress: true }), [DB], {
    'give addresses': w => w.tcp(),
    'or anyAddress for every connection to the port': [w => w.tcp({ anyAddress: true }), ANY],
  }],
  ['addresses-not-given: addresses are not given', w => w.tcp({ addresses: undefined }), [DB], {
    'list the addresses that clients dial': w => w.tcp(),
    'or say anyAddress: true': [w => w.tcp({ anyAddress: true }), ANY],
  }],
];


const ROWS: Row[] = [...VALUES, ...ADDRESSES];

describe('what was written is refused', () => {
  test.each(ROWS)('%s', (says, wrote, _, advice) => {
    const { said } = saidOf(wrote);
    expect(said).toContain(says);
    for (const piece of Object.keys(advice)) expect(said).toContain(piece);
  });
});

describe('what was advised means what was meant', () => {
  test.each(ROWS.flatMap(([says, , meant, advice]) => Object.entries(advice).map(([piece, fix]) =>
    [says, piece, ...(typeof fix === 'function' ? [fix, meant] as const : [fix[0], fix.slice(1) as string[]] as const)] as const)))('%s: %s', (_says, _piece, build, meant) => {
    const { said, app } = saidOf(build);
    expect(said).toBe('');
    expect(meaningOf(app)).toEqual([...meant].sort());
  });
});
