import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { ApiObject, App, Chart, Duration, Testing } from 'cdk8s';
import {
  AdmissionAction, AdmissionSubject, BigIp, CaCertificates, ClientCertificate, ClusterDns, Egress, EgressAdmission, EgressAdmissionRule,
  EgressApp, EgressAudit, EgressGateway, EgressGatewayRoute, EgressLockdown, EgressSidecar, EgressWay, EgressWays, ExternalEnvoy,
  ExternalNginx, ExternalProxy, ExternalSniProxy, ForwardProxy, GatewayHop, GatewayMount, HttpEgress, HttpProtocol, IEgressGateway,
  IstioVersion, Istiod, LockdownException, MutualTlsOrigination, SniProxy, SniProxyGateway, TcpEgress, TcpProtocol, TlsEgress,
  TlsOrigination, WildcardResolution, WorkloadIdentity,
} from '../src';
import { AppIndex } from '../src/app/app-index';
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
    if (!AppIndex.isBegun(this.app)) EgressApp.configure(this.app, { name: 'shop' });
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

  public sidecar(props: any = {}): EgressSidecar {
    return new EgressSidecar(this.chart(), this.id('sidecar'), { namespaces: ['orders'], ...props });
  }

  public admission(props: any = {}): EgressAdmission {
    return new EgressAdmission(this.chart('edge'), this.id('admission'), { exempt: [AdmissionSubject.group('platform')], ...props });
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

interface Said {
  readonly said: string;
  readonly app: App;
}

const heard = new Map<Build, Said>();

/** What an app says when it is synthesized: its errors, or its warnings. */
function saidOf(build: Build): Said {
  const known = heard.get(build) ?? say(build);
  heard.set(build, known);
  return known;
}

function say(build: Build): Said {
  const world = new World();
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    build(world);
    const wrong = world.app.node.findAll().flatMap(({ node }) => node.validate().map(text => `[${node.path}] ${text}`));
    return { said: [...wrong, ...warning.mock.calls.map(([text]) => String(text))].join('\n'), app: world.app };
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
    ...new Set(named('ValidatingAdmissionPolicy').flatMap(({ metadata }) => /^egress-(doors|exports|routes|lockdown)-/.exec(metadata.name)?.[1] ?? []).map(rule => `guarded: ${rule}`)),
    ...named('Telemetry').map(({ metadata, spec: { accessLogging: [{ providers }] } }) =>
      `logged: ${metadata.namespace} to ${providers.map(({ name }: any) => name).join(', ')}`),
    ...named('Deployment').map(({ metadata }) => `runs: ${metadata.namespace}/${metadata.name}`),
    ...(JSON.stringify(documents).includes('"insecureSkipVerify":true') ? ['takes any certificate'] : []),
  ].sort();
}

function lineOf(way: EgressWay): string {
  const { clients, protocol, host, port, addresses, gateway, hop, externalProxy, sniProxy, hostingServer, forwardProxy } = way;
  const { tlsOrigination, targetPort, allowedFrom, allowedRequests = [], weight } = way;
  const who = (uris: readonly string[]) => uris.map(uri => uri.replace(/^spiffe:\/\/cluster\.local\/ns\/(.*)\/sa\/(.*)$/, '$1/$2')).join(', ');
  return `${clients.join(', ')}: ${[
    `${protocol} ${host}:${port}`,
    ...(addresses.length > 0 && !externalProxy ? [`at ${addresses.join(', ')}`] : []),
    ...(gateway ? [`by ${gateway}${hop === 'mutual-tls' ? '' : ` over ${hop}`}`] : []),
    ...(externalProxy ? [`by the proxy ${externalProxy.join(', ')}`] : []),
    ...(weight ? [`for ${weight} %`] : []),
    ...(sniProxy ? [`by ${sniProxy}`] : []),
    ...(hostingServer ? [`to ${hostingServer}`] : []),
    ...(forwardProxy ? [`by ${forwardProxy}`] : []),
    ...(tlsOrigination ? [`with TLS, ${tlsOrigination}`] : []),
    ...(targetPort ? [`to port ${targetPort}`] : []),
    ...(allowedFrom ? [`from ${who(allowedFrom)}`] : []),
    ...allowedRequests.map(({ from, methods = ['all'], paths = ['everything'] }) => `${from ? `${who(from)} may ` : ''}${methods.join(', ')} ${paths.join(', ')}`),
    ...(['HTTP', 'HTTP2', 'GRPC'].includes(protocol) && !tlsOrigination ? ['in clear'] : []),
  ].join(' ')}`;
}

const HOSTS = { hosts: ['api.example.com'] };
const PAY = WorkloadIdentity.serviceAccount('orders', 'pay');
const SIMPLE = TlsOrigination.simple();
const OTEL = LockdownException.pods({ namespace: 'otel', reason: 'traces' });
const CLIENT_SECRET = ClientCertificate.fromSecret('client');
const CLIENT_FILES = { clientCertificate: '/etc/partner/tls.crt', privateKey: '/etc/partner/tls.key', caCertificates: '/etc/partner/ca.crt' };
const TEAM = { namespaces: ['orders'], apps: ['orders'] };
const GUARDED = ['guarded: doors', 'guarded: exports', 'guarded: routes'];
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
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `203.0.${Math.floor(i / 256)}.${i % 256}`);

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
  ['empty-list: selector is {}', w => w.out({ selector: {} }), [], { 'give the labels of those pods': w => w.out() }],
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
  ['invalid-export-to: exportTo[0] is "0o17"', w => w.tls({ exportTo: ['0o17'] }), ['shop: TLS api.example.com:443'], { 'choose another': w => w.tls({ exportTo: ['shop'] }) }],
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
  ['invalid-annotation: annotations has the key "a b"', w => w.tls({ annotations: { 'a b': 'x' } }), [API], { 'as in "example.com/team"': w => w.tls({ annotations: { 'example.com/team': 'x' } }) }],
  ['unnamed-app: the app has no name', w => {
    EgressApp.configure(w.app, {});
    w.route(w.tls());
  }, [BY_OUT], {
    'give it one that no other app of the mesh has, and that stays': w => {
      EgressApp.configure(w.app, { name: 'bookinfo' });
      w.route(w.tls());
    },
  }],
  ['configured-late: EgressApp.configure comes after constructs that have taken the defaults', w => {
    w.tls();
    EgressApp.configure(w.app, { name: 'shop' });
  }, [API], {
    'call it once, right after new App()': w => {
      EgressApp.configure(w.app, { name: 'shop' });
      w.tls();
    },
  }],
  ['invalid-value: istioVersion is "1.27"', w => EgressApp.configure(w.app, { istioVersion: '1.27' as any }), [], {
    'give one of 1.28, 1.29, 1.30, 1.31': w => EgressApp.configure(w.app, { istioVersion: IstioVersion.V1_28 }),
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
  ['invalid-address: addresses has the range "203.0.113.0/24", and the TLS origination of port 5432, at another port, leads to one place', w => w.tcp({ addresses: ['203.0.113.0/24'], tlsOrigination: TlsOrigination.simple({ port: 6432 }) }), [`${DB} with TLS, simple at sidecar to port 6432`], {
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

const EGRESSES: Row[] = [
  ['invalid-host: hosts[0] is "https://api.example.com", and to https:// the application speaks TLS itself', w => w.http({ hosts: ['https://api.example.com'] }), [API], {
    'declare a TlsEgress of the name alone': w => w.tls(),
    'give the name alone here, and tlsOrigination: TlsOrigination.simple()': [w => w.http({ tlsOrigination: SIMPLE }), ORIGINATED],
  }],
  ['http-on-https-port: port 443 is declared as plain HTTP', w => w.http({ port: 443 }), [API], {
    'declare a TlsEgress if the application speaks TLS': w => w.tls(),
    'or let it dial port 80, and give tlsOrigination: TlsOrigination.simple(), which leads on to 443': [w => w.http({ port: 80, tlsOrigination: SIMPLE }), ORIGINATED],
  }],
  ['invalid-protocol: protocol is "HTTPS"', w => w.http({ protocol: 'HTTPS' }), [API], {
    'give one of HTTP, HTTP2, GRPC': [w => w.http({ protocol: HttpProtocol.HTTP2 }), 'orders: HTTP2 api.example.com:80 in clear'],
    'hosts to which the application speaks TLS are a TlsEgress': w => w.tls(),
  }],
  ['invalid-protocol: protocol is "TLS"', w => w.tcp({ protocol: 'TLS' }), ['orders: TLS db.example.com:5432 at 203.0.113.10'], {
    'give one of TCP, MONGO, MYSQL, REDIS': [w => w.tcp({ protocol: TcpProtocol.MONGO }), 'orders: MONGO db.example.com:5432 at 203.0.113.10'],
    'TLS hosts are a TlsEgress': w => w.tls({ hosts: ['db.example.com'], port: 5432, addresses: ['203.0.113.10'] }),
    'HTTP hosts an HttpEgress': [w => w.http({ hosts: ['db.example.com'] }), 'orders: HTTP db.example.com:80 in clear'],
  }],
  ['contradicting-props: both forwardProxy and tlsOrigination are given', w => w.tcp({ forwardProxy: SQUID, tlsOrigination: SIMPLE }), ['orders: TLS db.example.com:5432 by proxy.example.com:3128'], {
    'leave tlsOrigination out, declare a TlsEgress, and let the application speak TLS': w => w.tls({ hosts: ['db.example.com'], port: 5432, forwardProxy: SQUID }),
  }],
  ['tunnel-of-several: a forward proxy is given for the wildcard "*.example.com"', w => w.tls({ hosts: ['*.example.com'], forwardProxy: SQUID }), [`${API} by proxy.example.com:3128`], { 'list the exact hosts': w => w.tls({ forwardProxy: SQUID }) }],
  ['http-on-https-port: httpPorts has 443', w => w.tls({ httpPorts: [80, 443] }), [API, WEB], { 'leave it out: TLS has it': w => w.tls({ httpPorts: [80] }) }],
  ['http-on-https-port: httpPorts has 443', w => w.tls({ port: 8443, httpPorts: [443] }), [API, 'orders: TLS api.example.com:8443'], { 'leave it out, and name it in ports, for TLS': w => w.tls({ ports: [8443, 443] }) }],
  ['contradicting-props: httpPorts is given, and hosts has the wildcard "*.example.com"', w => w.tls({ hosts: ['*.example.com'], httpPorts: [80] }), ['orders: TLS *.example.com:443', API, WEB], {
    'give them to an egress of exact hosts, beside this one': w => {
      w.tls({ hosts: ['*.example.com'] });
      w.tls({ httpPorts: [80] });
    },
  }],
  ['tunnel-of-http: httpPorts is given, and a forward proxy is asked by CONNECT', w => w.tls({ httpPorts: [80], forwardProxy: SQUID }), [`${API} by proxy.example.com:3128`], {
    'leave httpPorts out, and let the application speak TLS': w => w.tls({ forwardProxy: SQUID }),
  }],
  ['invalid-value: resolution is "DYNAMIC_DNS"', w => w.tls({ hosts: ['*.example.com'], resolution: 'DYNAMIC_DNS' }), ['orders: TLS *.example.com:443'], {
    'none()': w => w.tls({ hosts: ['*.example.com'], resolution: WildcardResolution.none() }),
    'dynamicDns()': w => w.tls({ hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns() }),
  }],
  ['istio-too-old: resolution is DYNAMIC_DNS, which Istio has since 1.30, and the app is for Istio 1.29', w => {
    EgressApp.configure(w.app, { name: 'shop', istioVersion: IstioVersion.V1_29 });
    w.tls({ hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns() });
  }, ['orders: TLS *.example.com:443'], {
    'leave resolution out': w => {
      EgressApp.configure(w.app, { name: 'shop', istioVersion: IstioVersion.V1_29 });
      w.tls({ hosts: ['*.example.com'] });
    },
    'or lead the egress through an SniProxyGateway': [w => {
      EgressApp.configure(w.app, { name: 'shop', istioVersion: IstioVersion.V1_29 });
      w.tls({ hosts: ['*.example.com'] }).through(w.sni());
    }, ...BY_SNI],
  }],
  ['contradicting-props: both addresses and resolution DYNAMIC_DNS are given', w => w.tls({ hosts: ['*.example.com'], addresses: ['203.0.113.10'], resolution: WildcardResolution.dynamicDns() }), ['orders: TLS *.example.com:443 at 203.0.113.10'], {
    'leave resolution out, and the hosts are at these addresses': w => w.tls({ hosts: ['*.example.com'], addresses: ['203.0.113.10'] }),
    'or leave addresses out': [w => w.tls({ hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns() }), 'orders: TLS *.example.com:443'],
  }],
  ['contradicting-props: resolution is DYNAMIC_DNS, and hosts has the exact "api.example.com"', w => w.tls({ hosts: ['*.example.com', 'api.example.com'], resolution: WildcardResolution.dynamicDns() }), ['orders: TLS *.example.com:443', API], {
    'give exact hosts an egress of their own': w => {
      w.tls({ hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns() });
      w.tls();
    },
  }],
  ['contradicting-props: resolution is NONE, and hosts has the exact "api.example.com"', w => w.tls({ resolution: WildcardResolution.none() }), [API], { 'leave resolution out': w => w.tls() }],
  ['contradicting-props: interval is given without consecutive5xxErrors', w => w.tls({ interval: Duration.seconds(5) }), [API], {
    'give consecutive5xxErrors too': w => w.tls({ interval: Duration.seconds(5), consecutive5xxErrors: 5 }),
    'or leave it out': w => w.tls(),
  }],
  ['contradicting-props: perTryTimeout is given without retries', w => w.http({ perTryTimeout: Duration.seconds(1) }), [WEB], {
    'give retries too, and let retryOn hold one of 5xx': w => w.http({ perTryTimeout: Duration.seconds(1), retries: 2, retryOn: '5xx' }),
    'or give timeout instead': w => w.http({ timeout: Duration.seconds(1) }),
  }],
  ['contradicting-props: perTryTimeout is given without retries', w => w.http({ perTryTimeout: Duration.seconds(1), retryOn: 'reset' }), [WEB], { 'or give timeout instead, and leave retryOn out': w => w.http({ timeout: Duration.seconds(1) }) }],
  ['contradicting-props: retryOn is given without retries', w => w.http({ retryOn: '5xx' }), [WEB], {
    'give retries too': w => w.http({ retryOn: '5xx', retries: 2 }),
    'or leave it out': w => w.http(),
  }],
  ['contradicting-props: retryOn is given with retries: 0', w => w.http({ retryOn: '5xx', retries: 0 }), [WEB], { 'leave it out': w => w.http({ retries: 0 }) }],
  ['contradicting-props: perTryTimeout is given with retries: 0', w => w.http({ perTryTimeout: Duration.seconds(1), retries: 0 }), [WEB], { 'give timeout instead': w => w.http({ timeout: Duration.seconds(1), retries: 0 }) }],
  ['contradicting-props: perTryTimeout is given with retries: 0', w => w.http({ perTryTimeout: Duration.seconds(1), retryOn: '5xx', retries: 0 }), [WEB], {
    'give timeout instead, and leave retryOn out': w => w.http({ timeout: Duration.seconds(1), retries: 0 }),
  }],
  ["contradicting-props: perTryTimeout is given, and retryOn is Istio's", w => w.http({ perTryTimeout: Duration.seconds(1), retries: 2 }), [WEB], {
    'let retryOn hold one of 5xx, gateway-error, reset': w => w.http({ perTryTimeout: Duration.seconds(1), retries: 2, retryOn: 'reset' }),
    'or give timeout instead': w => w.http({ timeout: Duration.seconds(1), retries: 2 }),
  }],
  ['invalid-retry-on: retryOn is "5xx, reset", and " reset" is no condition', w => w.http({ retries: 2, retryOn: '5xx, reset' }), [WEB], { 'give conditions with commas and no spaces between them': w => w.http({ retries: 2, retryOn: '5xx,reset' }) }],
  ['invalid-value: forwardProxy is another object', w => w.tls({ forwardProxy: { host: 'proxy.example.com', port: 3128 } }), [`${API} by proxy.example.com:3128`], { 'give a ForwardProxy, such as ForwardProxy.connect(...)': w => w.tls({ forwardProxy: SQUID }) }],
  ['tunnel-of-several: a forward proxy is given for 2 ports', w => w.tls({ ports: [443, 8443], forwardProxy: SQUID }), [`${BY_OUT} by proxy.example.com:3128`, 'orders: TLS api.example.com:8443 by edge/out by proxy.example.com:3128'], {
    'lead the egress through a gateway with an EgressGatewayRoute, and give forwardProxy to that instead': w => w.route(w.tls({ ports: [443, 8443] }), { forwardProxy: SQUID }),
  }],
  ['contradicting-props: both the forward proxy and its TLS origination have a port', w => w.tls({ forwardProxy: ForwardProxy.connect({ host: 'proxy.example.com', port: 3128, tlsOrigination: TlsOrigination.simple({ port: 3129 }) }) }), [`${API} by proxy.example.com:3128`], {
    'give the port of the forward proxy alone': w => w.tls({ forwardProxy: ForwardProxy.connect({ host: 'proxy.example.com', port: 3128, tlsOrigination: SIMPLE }) }),
  }],
  ['invalid-host: host of the forward proxy is the address "192.0.2.7"', w => w.tls({ forwardProxy: ForwardProxy.connect({ host: '192.0.2.7', port: 3128 }) }), [`${API} by proxy.example.com:3128`], {
    'give it a name, such as "proxy.example.com", and the address as addresses: ["192.0.2.7"]': w => w.tls({ forwardProxy: ForwardProxy.connect({ host: 'proxy.example.com', port: 3128, addresses: ['192.0.2.7'] }) }),
  }],
];

const mutual = (certificate: ClientCertificate, options: any = {}) => TlsOrigination.mutual({ clientCertificate: certificate, ...options });
const MUTUAL = 'orders: HTTP api.example.com:80 with TLS, mutual at sidecar to port 443';
const MUTUAL_AT_OUT = 'orders: HTTP api.example.com:80 by edge/out with TLS, mutual at gateway to port 443';

const both = (one: Build, other: Build): Build => w => [one(w), other(w)];

const DOMAIN = 'orders: TLS *.example.com:443';

const ORIGINATIONS: Row[] = [
  ['invalid-value: tlsOrigination is "simple"', w => w.http({ tlsOrigination: 'simple' }), [ORIGINATED], { 'give a TlsOrigination, such as TlsOrigination.simple()': w => w.http({ tlsOrigination: SIMPLE }) }],
  ['invalid-value: clientCertificate is "client"', w => w.route(w.http(), { tlsOrigination: mutual('client' as any) }), [MUTUAL_AT_OUT], { 'give a ClientCertificate, such as ClientCertificate.fromSecret(...)': w => w.route(w.http(), { tlsOrigination: mutual(CLIENT_SECRET) }) }],
  ['invalid-value: caCertificates is "ca"', w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: 'ca' as any }) }), [ORIGINATED], {
    'give CaCertificates, such as CaCertificates.fromConfigMap(...)': w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('ca') }) }),
  }],
  ['contradicting-props: workloadSelector or serviceAccount is given, and the gateway originates', w => w.route(w.http(), { tlsOrigination: mutual(CLIENT_SECRET, PODS) }), [MUTUAL_AT_OUT], { 'leave both out': w => w.route(w.http(), { tlsOrigination: mutual(CLIENT_SECRET) }) }],
  ['empty-list: workloadSelector is {}', w => w.http({ tlsOrigination: mutual(CLIENT_SECRET, { ...PODS, workloadSelector: {} }) }), [MUTUAL], { 'give the labels of the pods that originate': w => w.http({ tlsOrigination: mutual(CLIENT_SECRET, PODS) }) }],
  ['workload-not-given: the sidecar is to take the Secret "client", and workloadSelector is not given', w => w.http({ tlsOrigination: mutual(CLIENT_SECRET) }), [MUTUAL], {
    'give both': w => w.http({ tlsOrigination: mutual(CLIENT_SECRET, PODS) }),
    'or originate at a gateway': [w => w.route(w.http(), { tlsOrigination: mutual(CLIENT_SECRET) }), MUTUAL_AT_OUT],
    'or use files': w => w.http({ tlsOrigination: mutual(ClientCertificate.fromFiles(CLIENT_FILES)) }),
  }],
  ['workload-not-given: the sidecar is to take the Secret "ca", and serviceAccount is not given', w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromSecret('ca'), workloadSelector: { app: 'pay' } }) }), [ORIGINATED], {
    'give both': w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromSecret('ca'), ...PODS }) }),
    'or originate at a gateway': [w => w.route(w.http(), { tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromSecret('ca') }) }), ORIGINATED_AT_OUT],
    'or use files': w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/etc/partner/ca.crt') }) }),
    'or a ConfigMap': w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('ca') }) }),
  }],
  ['workload-not-given: the sidecar is to take the Secret "client", and workloadSelector is not given', w => w.http({ exportTo: ['orders', 'shop'], tlsOrigination: mutual(CLIENT_SECRET) }), [MUTUAL, MUTUAL.replace('orders', 'shop')], {
    'declare the egress in each client namespace, and give both': w => {
      w.http({ tlsOrigination: mutual(CLIENT_SECRET, PODS) });
      w.http({ tlsOrigination: mutual(CLIENT_SECRET, PODS) }, 'shop');
    },
  }],
  ['workload-not-given: workloadSelector is given, and exportTo names other namespaces than "orders"', w => w.http({ exportTo: ['orders', 'shop'], tlsOrigination: mutual(CLIENT_SECRET, PODS) }), [MUTUAL, MUTUAL.replace('orders', 'shop')], {
    'declare the egress in each': w => {
      w.http({ tlsOrigination: mutual(CLIENT_SECRET, PODS) });
      w.http({ tlsOrigination: mutual(CLIENT_SECRET, PODS) }, 'shop');
    },
    'or originate at a gateway': [w => w.route(w.http({ exportTo: ['orders', 'shop'] }), { tlsOrigination: mutual(CLIENT_SECRET) }), MUTUAL_AT_OUT.replace('orders', 'orders, shop')],
  }],
  ['contradicting-props: sni is given for 2 hosts', w => w.http({ hosts: ['api.example.com', 'api.example.net'], tlsOrigination: TlsOrigination.simple({ sni: 'api.example.com' }) }), [ORIGINATED, ORIGINATED.replace('.com', '.net')], {
    'leave it out, each host is its own': w => w.http({ hosts: ['api.example.com', 'api.example.net'], tlsOrigination: SIMPLE }),
    'or make an egress of each': w => {
      w.http({ tlsOrigination: TlsOrigination.simple({ sni: 'api.example.com' }) });
      w.http({ hosts: ['api.example.net'], tlsOrigination: TlsOrigination.simple({ sni: 'api.example.com' }) });
    },
  }],
  ['contradicting-props: port of the TLS origination is given for 2 ports', w => w.http({ ports: [80, 8443], tlsOrigination: TlsOrigination.simple({ port: 443 }) }), [ORIGINATED, 'orders: HTTP api.example.com:8443 with TLS, simple at sidecar'], {
    'leave it out, and 80 becomes 443 and every other stays': w => w.http({ ports: [80, 8443], tlsOrigination: SIMPLE }),
    'or let the application dial one port': [w => w.http({ port: 80, tlsOrigination: TlsOrigination.simple({ port: 443 }) }), ORIGINATED],
  }],
  ['contradicting-props: insecureSkipVerify is true, and subjectAltNames is given', w => w.http({ tlsOrigination: TlsOrigination.simple({ insecureSkipVerify: true, subjectAltNames: ['api.example.com'] }) }), [ORIGINATED], {
    'leave insecureSkipVerify out, so that the server is checked': w => w.http({ tlsOrigination: TlsOrigination.simple({ subjectAltNames: ['api.example.com'] }) }),
    'or, for a test, leave subjectAltNames out': [w => w.http({ tlsOrigination: TlsOrigination.simple({ insecureSkipVerify: true }) }), ORIGINATED, 'takes any certificate'],
  }],
  ['contradicting-props: insecureSkipVerify is true, and caCertificates is given', w => w.http({ tlsOrigination: TlsOrigination.simple({ insecureSkipVerify: true, caCertificates: CaCertificates.fromConfigMap('ca') }) }), [ORIGINATED], {
    'leave insecureSkipVerify out, so that the server is checked': w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('ca') }) }),
    'or, for a test, leave caCertificates out': [w => w.http({ tlsOrigination: TlsOrigination.simple({ insecureSkipVerify: true }) }), ORIGINATED, 'takes any certificate'],
  }],
  ['invalid-path: caCertificates is "ca.crt"', w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('ca.crt') }) }), [ORIGINATED], {
    "give the absolute path of a file in the proxy's container": w => w.http({ tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/etc/partner/ca.crt') }) }),
  }],
  ['invalid-name: the Secret is called "client-cacert"', w => w.route(w.http(), { tlsOrigination: mutual(ClientCertificate.fromSecret('client-cacert')) }), [MUTUAL_AT_OUT], { 'give "client"': w => w.route(w.http(), { tlsOrigination: mutual(CLIENT_SECRET) }) }],
  ['invalid-subject-alt-name: subjectAltNames[0] is "*.example.com"', w => w.http({ tlsOrigination: TlsOrigination.simple({ subjectAltNames: ['*.example.com'] }) }), [ORIGINATED], {
    'give an exact DNS name that the certificate is for': w => w.http({ tlsOrigination: TlsOrigination.simple({ subjectAltNames: ['api.example.com'] }) }),
    'an address': w => w.http({ tlsOrigination: TlsOrigination.simple({ subjectAltNames: ['203.0.113.10'] }) }),
    'or a URI such as "spiffe://cluster.local/ns/edge/sa/partner"': w => w.http({ tlsOrigination: TlsOrigination.simple({ subjectAltNames: ['spiffe://cluster.local/ns/edge/sa/partner'] }) }),
  }],
  ['contradicting-props: neither host nor egress is given', w => w.mutual({ gateway: w.out() }), [MUTUAL_AT_OUT], {
    'give one of the two': w => w.mutual({ host: 'api.example.com', gateway: w.out() }),
  }],
  ['contradicting-props: both host and egress are given', w => w.mutual({ host: 'api.example.com', egress: w.http(), gateway: w.out() }), [MUTUAL_AT_OUT], { 'give one of the two': w => w.mutual({ egress: w.http(), gateway: w.out() }) }],
  ['contradicting-props: egress is given without a gateway', w => w.mutual({ egress: w.http() }), [MUTUAL_AT_OUT], {
    'give the gateway that it is routed by': w => w.mutual({ egress: w.http(), gateway: w.out() }),
    'at the sidecar, give tlsOrigination to the egress itself': [w => w.http({ tlsOrigination: mutual(CLIENT_SECRET, PODS) }), MUTUAL],
  }],
  ['contradicting-props: egress is given with egressOptions', w => w.mutual({ egress: w.http(), gateway: w.out(), egressOptions: { exportTo: ['shop'] } }), [MUTUAL_AT_OUT.replace('orders', 'shop')], {
    'give them to the egress': w => w.mutual({ egress: w.http({ exportTo: ['shop'] }), gateway: w.out() }),
  }],
  ['contradicting-props: egress is given with timeout and retries', w => w.mutual({ egress: w.http(), gateway: w.out(), timeout: Duration.seconds(5), retries: 2 }), [MUTUAL_AT_OUT], {
    'give it to the egress': w => w.mutual({ egress: w.http({ timeout: Duration.seconds(5), retries: 2 }), gateway: w.out() }),
  }],
  ['contradicting-props: allowFrom is given without a gateway', w => w.mutual({ host: 'api.example.com', ...PODS, allowFrom: [PAY] }), [`${MUTUAL_AT_OUT} from orders/pay`], {
    "give the gateway: a workload's own sidecar cannot hold it back": w => w.mutual({ host: 'api.example.com', allowFrom: [PAY], gateway: w.out() }),
  }],
  ['contradicting-props: hop is given without a gateway', w => w.mutual({ host: 'api.example.com', ...PODS, hop: GatewayHop.http() }), [MUTUAL], {
    'give the gateway': [w => w.mutual({ host: 'api.example.com', hop: GatewayHop.http(), gateway: w.out() }), MUTUAL_AT_OUT],
    'or leave it out': w => w.mutual({ host: 'api.example.com', ...PODS }),
  }],
];

const GATEWAYS: Row[] = [
  ['reserved-label: labels sets "app"', own({ labels: { app: 'x' } }), BY_OWN, { 'leave it out': own() }],
  ['reserved-label: labels sets "istio.io/rev"', own({ labels: { 'istio.io/rev': 'canary' } }), BY_OWN, { 'give revision instead': own({ revision: 'canary' }) }],
  ['contradicting-props: maxReplicas is 1, and minReplicas is 2', own({ maxReplicas: 1 }), BY_OWN, { 'give a maxReplicas that is not less': own({ maxReplicas: 2 }) }],
  ['contradicting-props: canaryRevision is "1-32", and so is the revision', own({ revision: '1-32', canaryRevision: '1-32' }), BY_OWN, {
    'leave canaryRevision out': own({ revision: '1-32' }), 'or give the one that is to be tried': [own({ revision: '1-32', canaryRevision: '1-33' }), ...BY_OWN, 'runs: edge/own-1-33-b1001661'],
  }],
  ['contradicting-props: canaryReplicas is given without canaryRevision', own({ canaryReplicas: 2 }), BY_OWN, {
    'give canaryRevision too': [own({ canaryRevision: '1-32', canaryReplicas: 2 }), ...BY_OWN, 'runs: edge/own-1-32-0e92bee7'], 'or leave it out': own(),
  }],
  ['invalid-value: topologySpreadKeys is "rack"', own({ topologySpreadKeys: 'rack' }), BY_OWN, { 'give a list of labels of nodes': own({ topologySpreadKeys: ['rack'] }) }],
  ['invalid-annotation: annotations has "proxy.istio.io/config"', own({ annotations: { 'proxy.istio.io/config': 'concurrency: 2' } }), BY_OWN, { 'leave it out': own() }],
  ['mount-conflict: mounts[0] is at "/etc/istio", and something else at "/etc/istio/pod"', own({ mounts: [GatewayMount.secret('client', '/etc/istio')] }), BY_OWN, {
    'give it a folder of its own, such as "/etc/partner", and name its files there': own({ mounts: [GatewayMount.secret('client', '/etc/partner')] }),
  }],
  ['invalid-value: mounts[0] is "client"', own({ mounts: ['client'] }), BY_OWN, { 'give a GatewayMount, such as GatewayMount.secret(...)': own({ mounts: [GatewayMount.secret('client', '/etc/partner')] }) }],
  ['invalid-name: the Secret of mounts[0] is called "0o17"', own({ mounts: [GatewayMount.secret('0o17', '/etc/partner')] }), BY_OWN, { 'choose another': own({ mounts: [GatewayMount.secret('client', '/etc/partner')] }) }],
  ['invalid-path: the path of mounts[0] is "/etc/partner/"', own({ mounts: [GatewayMount.secret('client', '/etc/partner/')] }), BY_OWN, { 'give the absolute path of a folder, without a final "/"': own({ mounts: [GatewayMount.secret('client', '/etc/partner')] }) }],
  ['reserved-port: port is 15021, at which the proxy listens for itself', own({ port: 15021 }), BY_OWN, { 'give a port below 15000': own({ port: 8443 }) }],
  ['reserved-port: port is 31405, behind which the pods would listen at 15021, as the proxy does for itself', own({ port: 31405 }), BY_OWN, { 'or one from 17408 to 31383': own({ port: 31383 }) }],
  ['reserved-port: port is 17407, behind which the pods would listen at 1023, which takes privileges', own({ port: 17407 }), BY_OWN, { 'or one from 17408 to 31383': own({ port: 17408 }) }],
  ['contradicting-props: clientNamespaces is ["*","web"]', own({ clientNamespaces: ['*', 'web'] }), BY_OWN, {
    'give "*" alone for all namespaces': own({ clientNamespaces: ['*'] }), 'or list them': own({ clientNamespaces: ['web'] }),
  }],
  ['reserved-port: ports[0] is 15021, at which the proxy listens for itself', own({ ports: [15021] }), BY_OWN, { 'give a port below 15000': own({ ports: [8443] }) }],
  ['invalid-image: the image of SniProxy.nginx is "Nginx"', sni({ proxy: SniProxy.nginx({ image: 'Nginx' }) }), BY_SNI, { 'as in "nginxinc/nginx-unprivileged:1.29"': sni({ proxy: SniProxy.nginx({ image: 'nginxinc/nginx-unprivileged:1.29' }) }) }],
  ['contradicting-props: cpuRequest is 4, and cpuLimit is 2', own({ cpuRequest: '4' }), BY_OWN, { 'give a cpuLimit that is not less': own({ cpuRequest: '4', cpuLimit: '4' }) }],
  ['invalid-quantity: cpuRequest is 2', own({ cpuRequest: 2 }), BY_OWN, { 'give a Kubernetes quantity as text, as in "100m"': own({ cpuRequest: '100m' }) }],
  ['invalid-toleration: tolerations[0] has the value "out" and no key', own({ tolerations: [{ value: 'out' }] }), BY_OWN, {
    'give the key of the taint': own({ tolerations: [{ key: 'egress', value: 'out' }] }),
    'or leave the value out': own({ tolerations: [{}] }),
  }],
  ['invalid-toleration: tolerations[0] has the effect "Never"', own({ tolerations: [{ key: 'egress', effect: 'Never' }] }), BY_OWN, { 'give one of NoSchedule, PreferNoSchedule, NoExecute': own({ tolerations: [{ key: 'egress', effect: 'NoExecute' }] }) }],
  ['invalid-value: proxy is "nginx"', sni({ proxy: 'nginx' }), BY_SNI, { 'give an SniProxy': sni({ proxy: SniProxy.nginx() }) }],
  ['invalid-value: addressFamily is "ipv4"', sni({ proxy: SniProxy.nginx({ addressFamily: 'ipv4' as any }) }), BY_SNI, { 'give one of IPV4, IPV6, ANY': sni({ proxy: SniProxy.nginx({ addressFamily: 'ANY' as any }) }) }],
  ['invalid-value: egress is another object', w => w.route(w.out() as any), [BY_OUT], { 'give an IEgress, such as a TlsEgress': w => w.route(w.tls()) }],
  ['invalid-value: gateway is "out"', w => w.route(w.tls(), {}, 'out' as any), [BY_OUT], { 'give an IEgressGateway, such as EgressGateway.fromService(...) gives': w => w.route(w.tls(), {}, w.out()) }],
  ['invalid-value: hop is "http"', w => w.route(w.tls(), { hop: 'http' }), [BY_OUT], { 'give a GatewayHop, such as GatewayHop.mutualTls()': w => w.route(w.tls(), { hop: GatewayHop.mutualTls() }) }],
  ['unknown-object: Gateway is 2 objects', w => w.route(w.tls({ ports: [443, 8443] })).gateway(), [BY_OUT, BY_OUT.replace('443', '8443')], {
    'name one of: api.example.com on port 443': w => w.route(w.tls({ ports: [443, 8443] })).gateway('api.example.com', 443),
  }],
  ['unknown-object: there is no DestinationRule', w => w.route(w.tls()).destinationRule(), [BY_OUT], { 'leave the patch out: nothing of the kind is written': w => w.route(w.tls()) }],
];

const POLICIES: Row[] = [
  ['empty-list: allowFrom names nobody', w => w.route(w.tls(), { allowFrom: [] }), [`${BY_OUT} from orders/pay`], {
    'give identities': w => w.route(w.tls(), { allowFrom: [PAY] }),
    'or WorkloadIdentity.nobody() if nobody is meant': [w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.nobody()] })],
  }],
  ['invalid-value: allowFrom[0] is "pay"', w => w.route(w.tls(), { allowFrom: ['pay'] }), [`${BY_OUT} from orders/pay`], { 'give a WorkloadIdentity, such as WorkloadIdentity.serviceAccount(...) gives': w => w.route(w.tls(), { allowFrom: [PAY] }) }],
  ['contradicting-props: allowFrom names nobody and others', w => w.route(w.tls(), { allowFrom: [PAY, WorkloadIdentity.nobody()] }), [`${BY_OUT} from orders/pay`], {
    'give WorkloadIdentity.nobody() alone': [w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.nobody()] })],
    'or leave it out': w => w.route(w.tls(), { allowFrom: [PAY] }),
  }],
  ['invalid-identity: allowFrom[0] is "cluster.local/ns/orders/sa/pay"', w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.spiffe('cluster.local/ns/orders/sa/pay')] }), [`${BY_OUT} from orders/pay`], {
    'spiffe://<trust domain>/ns/<namespace>/sa/<service account>': w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.spiffe('spiffe://cluster.local/ns/orders/sa/pay')] }),
  }],
  ['missing-value: neither methods nor paths is given', w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ from: [PAY] }), ['orders: HTTP api.example.com:80 by edge/out from orders/pay orders/pay may GET everything in clear'], {
    'give one of them': w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ from: [PAY], methods: ['GET'] }),
    'or use allowFrom for all requests': [w => w.route(w.http(), { hop: GatewayHop.http(), allowFrom: [PAY] }), 'orders: HTTP api.example.com:80 by edge/out from orders/pay in clear'],
  }],
  ['invalid-method: methods[0] is "get"', w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ methods: ['get'] }), ['orders: HTTP api.example.com:80 by edge/out GET everything in clear'], {
    'a method is a word in upper case, such as "GET"': w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ methods: ['GET'] }),
  }],
  ['invalid-request-path: paths[0] is "v1/orders"', w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ paths: ['v1/orders'] }), ['orders: HTTP api.example.com:80 by edge/out all /v1/orders in clear'], {
    'a path begins with "/" and has no query, such as "/v1/orders"': w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ paths: ['/v1/orders'] }),
  }],
  ['invalid-request-path: paths[0] is "/v1/*/price"', w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ paths: ['/v1/*/price'] }), ['orders: HTTP api.example.com:80 by edge/out all /v1/{*}/price in clear'], {
    '"*" stands at the end alone, as in "/v1/*"': [w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ paths: ['/v1/*'] }), 'orders: HTTP api.example.com:80 by edge/out all /v1/* in clear'],
    'inside a path write the segments "{*}" for one': w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ paths: ['/v1/{*}/price'] }),
    'and, last of these, "{**}" for any number': [w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ paths: ['/v1/{**}/price'] }), 'orders: HTTP api.example.com:80 by edge/out all /v1/{**}/price in clear'],
  }],
  ['contradicting-props: inClusterNamespaces has "*" beside "shop"', w => w.sidecar({ inClusterNamespaces: ['shop', '*'] }), ['locked: orders'], {
    'leave the others out': w => w.sidecar({ inClusterNamespaces: ['*'] }), 'or "*"': w => w.sidecar({ inClusterNamespaces: ['shop'] }),
  }],
  ['contradicting-props: dedicatedNodes is given without gateways', w => w.lockdown({ dedicatedNodes: NODES }), ['locked: orders', 'runs: edge/own'], {
    'name the gateways that run there': w => w.lockdown({ dedicatedNodes: NODES, gateways: [w.own({ nodeSelector: { egress: 'out' }, tolerations: [{ key: 'egress', value: 'out' }] })] }),
  }],
  ['contradicting-props: rules has "doors" and there are no gateways', w => w.admission({ rules: [EgressAdmissionRule.DOORS] }), ['guarded: doors'], {
    'give gateways': w => w.admission({ rules: [EgressAdmissionRule.DOORS], gateways: [w.out()] }), 'or leave the rule out': [w => w.admission(), 'guarded: exports'],
  }],
  ['contradicting-props: validationActions has both "Deny" and "Warn"', w => w.admission({ validationActions: [AdmissionAction.DENY, AdmissionAction.WARN] }), ['guarded: exports'], {
    'give one of them': w => w.admission({ validationActions: [AdmissionAction.WARN] }),
  }],
  ['contradicting-props: teams is given without gateways', w => w.admission({ teams: [TEAM] }), ['guarded: exports'], {
    'give gateways': [w => w.admission({ teams: [TEAM], gateways: [w.out()] }), 'guarded: doors', 'guarded: exports', 'guarded: routes'], 'or leave teams out': w => w.admission(),
  }],
  ['contradicting-props: otherSelectors[0] selects the pods of gateway "edge/out"', w => w.admission({ gateways: [w.out()], otherSelectors: [{ istio: 'out' }] }), GUARDED, {
    'give labels that the other gateway\'s pods alone have': w => w.admission({ gateways: [w.out()], otherSelectors: [{ app: 'in' }] }),
    'or leave it out': w => w.admission({ gateways: [w.out()] }),
  }],
  ['contradicting-props: exempt has group "system:authenticated"', w => w.admission({ exempt: [AdmissionSubject.group('system:authenticated')] }), ['guarded: exports'], {
    'name the platform\'s own groups and service accounts': w => w.admission({ exempt: [AdmissionSubject.group('platform')] }),
  }],
  ['contradicting-props: exempt and teams[0] both have group "system:serviceaccounts:orders"', w => w.admission({ exempt: [AdmissionSubject.serviceAccountsOf('orders')], teams: [TEAM], gateways: [w.out()] }), GUARDED, {
    'leave it out of exempt': w => w.admission({ teams: [TEAM], gateways: [w.out()] }),
    'or give the team subjects of its own': w => w.admission({
      exempt: [AdmissionSubject.serviceAccountsOf('orders')], teams: [{ ...TEAM, subjects: [AdmissionSubject.group('orders')] }], gateways: [w.out()],
    }),
  }],
  ['contradicting-props: apps of teams[0] has "shop", this app', w => w.admission({ teams: [{ ...TEAM, apps: ['shop'] }], gateways: [w.out()] }), GUARDED, {
    'give the names of the team\'s own apps': w => w.admission({ teams: [TEAM], gateways: [w.out()] }),
  }],
  ['contradicting-props: apps of teams[1] has "orders", an app of teams[0]', w => w.admission({ teams: [TEAM, { ...TEAM, namespaces: ['reviews'] }], gateways: [w.out()] }), GUARDED, {
    'give it to one of them': w => w.admission({ teams: [TEAM, { namespaces: ['reviews'], apps: ['reviews'] }], gateways: [w.out()] }),
    'or make them one team with the namespaces and subjects of both': w => w.admission({ teams: [{ ...TEAM, namespaces: ['orders', 'reviews'] }], gateways: [w.out()] }),
  }],
  ['contradicting-props: namespaces of teams[0] has "edge"', w => w.admission({ teams: [{ ...TEAM, namespaces: ['edge'] }], gateways: [w.out()] }), GUARDED, {
    'give the namespaces of the team\'s own workloads': w => w.admission({ teams: [TEAM], gateways: [w.out()] }),
  }],
  ['invalid-path: secrets of teams[0][0] is "/"', w => w.admission({ teams: [{ ...TEAM, secrets: ['/'] }], gateways: [w.out()] }), GUARDED, {
    'give the absolute path of a file in the proxy\'s container, without "~"': w => w.admission({ teams: [{ ...TEAM, secrets: ['/etc/orders/tls.key'] }], gateways: [w.out()] }),
  }],
  ['invalid-name: exempt[0] is " platform"', w => w.admission({ exempt: [AdmissionSubject.group(' platform')] }), ['guarded: exports'], {
    'give the name as the API server knows it, without spaces around it': w => w.admission({ exempt: [AdmissionSubject.group('platform')] }),
  }],
  ['invalid-value: exempt[0] is "platform"', w => w.admission({ exempt: ['platform'] }), ['guarded: exports'], { 'an AdmissionSubject, such as AdmissionSubject.group(...)': w => w.admission() }],
  ['lockdown-of-gateway: lockedNamespaces names "edge"', w => w.admission({ lockedNamespaces: ['edge', 'orders'], gateways: [w.out()] }), ['guarded: doors', 'guarded: exports', 'guarded: lockdown', 'guarded: routes'], {
    'or leave this one out': w => w.admission({ lockedNamespaces: ['orders'], gateways: [w.out()] }),
    'run the gateway in a namespace of its own': w => w.admission({ lockedNamespaces: ['edge', 'orders'], gateways: [w.out({ namespace: 'out' })] }),
  }],
  ['lockdown-of-gateway: namespaces names "edge"', w => w.lockdown({ namespaces: ['orders', 'edge'], gateways: [w.out()] }), ['locked: edge', 'locked: orders'], {
    'run the gateway in a namespace of its own': w => w.lockdown({ namespaces: ['orders', 'edge'], gateways: [w.out({ namespace: 'gateways' })] }),
    'or leave this one out, which is then not locked': [w => w.lockdown({ namespaces: ['orders'], gateways: [w.out()] }), 'locked: orders'],
  }],
  ['invalid-value: gateways[0] is "out"', w => w.lockdown({ gateways: ['out'] }), ['locked: orders'], { 'give an IEgressGateway': w => w.lockdown({ gateways: [w.out()] }) }],
  ['unknown-object: there is no NetworkPolicy of web', w => w.lockdown().networkPolicy('web'), ['locked: orders'], { 'name one of: orders': w => w.lockdown().networkPolicy('orders') }],
  ['unknown-object: there is no GatewayNetworkPolicy of edge/out', w => w.lockdown().gatewayPolicy(w.out()), ['locked: orders'], { 'leave the patch out: nothing of the kind is written': w => w.lockdown() }],
  ['unknown-object: there is no Sidecar of web', w => w.sidecar().sidecar('web'), ['locked: orders'], { 'name one of: orders': w => w.sidecar().sidecar('orders') }],
  ['unknown-object: there is no Telemetry of that gateway', w => w.audit({ gateways: [w.out()] }).telemetry(w.own()), ['logged: edge to egress-audit'], {
    'name one of: edge/out': w => {
      const gateway = w.out();
      w.audit({ gateways: [gateway] }).telemetry(gateway);
    },
  }],
  ['invalid-name: provider is "envoy", which Istio has itself', w => w.audit({ gateways: [w.out()], provider: 'envoy' }), ['logged: edge to lines, envoy'], {
    'give a name of your own, and otherProviders: ["envoy"]': w => w.audit({ gateways: [w.out()], provider: 'lines', otherProviders: ['envoy'] }),
  }],
  ['duplicate-value: otherProviders names "egress-audit"', w => w.audit({ gateways: [w.out()], otherProviders: ['egress-audit'] }), ['logged: edge to egress-audit'], { 'leave it out': w => w.audit({ gateways: [w.out()] }) }],
  ['invalid-name: provider is "Lines"', w => w.audit({ gateways: [w.out()], provider: 'Lines' }), ['logged: edge to lines'], { 'at most 63 lower-case letters': w => w.audit({ gateways: [w.out()], provider: 'lines' }) }],
];

const OUTSIDE: Row[] = [
  ['invalid-identity: identity names no service account', w => w.proxy({ identity: WorkloadIdentity.namespace('edge') }), [ECHO], {
    'give WorkloadIdentity.serviceAccount(...)': w => w.proxy(),
    'or .spiffe(...)': w => w.proxy({ identity: WorkloadIdentity.spiffe('spiffe://cluster.local/ns/edge/sa/proxy') }),
  }],
  ['invalid-value: proxy is another object', w => ExternalEnvoy.configuration(w.sniProxy() as any, { ...FILES, ...UPSTREAM }), [BY_PROXY], {
    'give an ExternalProxy': [w => ExternalEnvoy.configuration(w.proxy(), { ...FILES, ...UPSTREAM }), ECHO],
    'an ExternalSniProxy has sniConfiguration': w => ExternalEnvoy.sniConfiguration(w.sniProxy(), FILES),
  }],
  ['invalid-value: proxy is another object', w => ExternalEnvoy.sniConfiguration(w.proxy() as any, FILES), [ECHO], {
    'give an ExternalSniProxy': [w => ExternalEnvoy.sniConfiguration(w.sniProxy(), FILES), BY_PROXY],
    'an ExternalProxy has configuration': w => ExternalEnvoy.configuration(w.proxy(), { ...FILES, ...UPSTREAM }),
  }],
  ['invalid-value: proxy is another object', w => ExternalNginx.configuration(w.sniProxy() as any, { ...FILES, ...UPSTREAM, script: '/etc/nginx/client.js' }), [BY_PROXY], {
    'give an ExternalProxy': [w => ExternalNginx.configuration(w.proxy(), { ...FILES, ...UPSTREAM, script: '/etc/nginx/client.js' }), ECHO],
    'an ExternalSniProxy has sniConfiguration': w => ExternalNginx.sniConfiguration(w.sniProxy(), { ...FILES, script: '/etc/nginx/client.js', resolver: '192.0.2.53' }),
  }],
  ['invalid-value: proxy is another object', w => ExternalNginx.sniConfiguration(w.proxy() as any, { ...FILES, script: '/etc/nginx/client.js', resolver: '192.0.2.53' }), [ECHO], {
    'give an ExternalSniProxy': [w => ExternalNginx.sniConfiguration(w.sniProxy(), { ...FILES, script: '/etc/nginx/client.js', resolver: '192.0.2.53' }), BY_PROXY],
    'an ExternalProxy has configuration': w => ExternalNginx.configuration(w.proxy(), { ...FILES, ...UPSTREAM, script: '/etc/nginx/client.js' }),
  }],
  ['invalid-value: proxy is another object', w => BigIp.configuration(w.sniProxy() as any, BIG_IP), [BY_PROXY], {
    'give an ExternalProxy': [w => BigIp.configuration(w.proxy(), BIG_IP), ECHO],
    'use ExternalEnvoy.sniConfiguration': w => ExternalEnvoy.sniConfiguration(w.sniProxy(), FILES),
    'or ExternalNginx.sniConfiguration': w => ExternalNginx.sniConfiguration(w.sniProxy(), { ...FILES, script: '/etc/nginx/client.js', resolver: '192.0.2.53' }),
  }],
  ['invalid-path: key is "tls.key"', w => ExternalEnvoy.configuration(w.proxy(), { ...FILES, ...UPSTREAM, key: 'tls.key' }), [ECHO], { 'give the absolute path of a file on the proxy, such as "/etc/proxy/tls.crt"': w => ExternalEnvoy.configuration(w.proxy(), { ...FILES, ...UPSTREAM }) }],
  ['invalid-host: upstreamHost is "Echo:9000"', w => ExternalEnvoy.configuration(w.proxy(), { ...FILES, ...UPSTREAM, upstreamHost: 'Echo:9000' }), [ECHO], {
    'give a DNS name in lower case': w => ExternalEnvoy.configuration(w.proxy(), { ...FILES, ...UPSTREAM, upstreamHost: 'echo' }),
    'or an address': w => ExternalEnvoy.configuration(w.proxy(), { ...FILES, ...UPSTREAM, upstreamHost: '192.0.2.8' }),
  }],
  ['invalid-name: pool is "a b"', w => BigIp.configuration(w.proxy(), { ...BIG_IP, pool: 'a b' }), [ECHO], { 'such as "/Common/echo"': w => BigIp.configuration(w.proxy(), { ...BIG_IP, pool: '/Common/echo' }) }],
];

const at = (way: string, port: number) => way.replace('api.example.com:443', `api.example.com:${port}`);

/** Both things at once, of one app. */
/** Routes of two namespaces through one gateway, with a client certificate each. */
const twoTeams = (...certificates: [ClientCertificate, ClientCertificate]): Build => w => certificates.map((certificate, i) =>
  w.route(w.http({}, ['orders', 'till'][i]), { tlsOrigination: mutual(certificate) }));

const sharing = (certificate: ClientCertificate) => twoTeams(certificate, certificate);


const SAME_HOST: Row[] = [
  ['host-conflict: "orders/tcp1" declares "git.example.com" too', both(w => w.tcp({ host: 'git.example.com', anyAddress: true, port: 22 }), w => w.tls({ hosts: ['git.example.com'], httpPorts: [80] })),
    ['orders: TCP git-ssh.example.com:22', 'orders: TLS git.example.com:443', 'orders: HTTP git.example.com:80 in clear'], {
      'give the TCP egress another host name, one that DNS has for the host': both(w => w.tcp({ host: 'git-ssh.example.com', anyAddress: true, port: 22 }), w => w.tls({ hosts: ['git.example.com'], httpPorts: [80] })),
    }],
  ['host-conflict: "orders/tcp1" declares "api.example.com" too', both(w => w.tcp({ host: 'api.example.com' }), w => w.tls()), ['orders: TCP db.orders.example:5432 at 203.0.113.10', API], {
    'give the TCP egress a host name of its own': both(w => w.tcp({ host: 'db.orders.example' }), w => w.tls()),
  }],
  ['host-conflict: "orders/tcp1" declares "api.example.com" too', both(w => w.tcp({ host: 'api.example.com', forwardProxy: SQUID }), w => w.tls()), [`${DB} by proxy.example.com:3128`, API], {
    'give the TCP egress another host name, one that DNS has for the host': both(w => w.tcp({ forwardProxy: SQUID }), w => w.tls()),
  }],
  ['host-conflict: "orders/tcp1" declares "api.example.com" too', both(w => w.tcp({ host: 'api.example.com', tlsOrigination: SIMPLE }), w => w.tls()), [`${DB} with TLS, simple at sidecar`, API], {
    'a host name of its own: its addresses tell its connections apart; and its tlsOrigination the sni and subjectAltNames of the host':
      both(w => w.tcp({ tlsOrigination: TlsOrigination.simple({ sni: 'api.example.com', subjectAltNames: ['api.example.com'] }) }), w => w.tls()),
  }],
  ['host-conflict: "orders/tcp1" declares "db.example.com" too', both(w => w.tcp(), w => w.tcp({ port: 5433 })), [DB, 'orders: TCP db.example.com:5433 at 203.0.113.10'], {
    'make one egress with the ports of both': w => w.tcp({ port: undefined, ports: [5432, 5433] }),
    'or give "orders/tcp1" a host name of its own': [both(w => w.tcp({ host: 'db.orders.example' }), w => w.tcp({ port: 5433 })), 'orders: TCP db.orders.example:5432 at 203.0.113.10', 'orders: TCP db.example.com:5433 at 203.0.113.10'],
  }],
  ['host-conflict: "orders/tcp1" declares "db.example.com" too', both(w => w.tcp(), w => w.tcp({ addresses: ['203.0.113.11'] })), [`${DB}, 203.0.113.11`], {
    'make one egress with the addresses of both': w => w.tcp({ addresses: ['203.0.113.10', '203.0.113.11'] }),
    'or give "orders/tcp1" a host name of its own': [both(w => w.tcp({ host: 'db.orders.example' }), w => w.tcp({ addresses: ['203.0.113.11'] })), 'orders: TCP db.orders.example:5432 at 203.0.113.10', 'orders: TCP db.example.com:5432 at 203.0.113.11'],
  }],
  ['host-conflict: "orders/tcp1" declares "db.example.com" too', both(w => w.tcp(), w => w.tcp({ addresses: ['203.0.113.11'], port: 5433 })), ['orders: TCP db.orders.example:5432 at 203.0.113.10', 'orders: TCP db.example.com:5433 at 203.0.113.11'], {
    'misrouted silently: give "orders/tcp1" a host name of its own': both(w => w.tcp({ host: 'db.orders.example' }), w => w.tcp({ addresses: ['203.0.113.11'], port: 5433 })),
  }],
  ['host-conflict: "orders/tcp1" declares "db.example.com" too', both(w => w.tcp(), w => w.tcp()), [DB], { 'keep one of the two': w => w.tcp() }],
  ['host-conflict: "orders/tcp1" declares "db.example.com" too', both(w => w.tcp({ exportTo: ['orders', 'shop'] }), w => w.tcp()), [DB.replace('orders', 'orders, shop')], { 'make one egress with the clients (exportTo) of both': w => w.tcp({ exportTo: ['orders', 'shop'] }) }],
  ['host-conflict: "orders/tcp1" declares "db.example.com" too', both(w => w.tcp({ anyAddress: true }), w => w.tcp({ anyAddress: true, port: 5433 })), [ANY, ANY.replace('5432', '5433')], {
    'make one egress with the ports of both': w => w.tcp({ anyAddress: true, port: undefined, ports: [5432, 5433] }),
    'or give "orders/tcp2" another host name, one that DNS has for the host': [both(w => w.tcp({ anyAddress: true }), w => w.tcp({ host: 'alias.example.com', anyAddress: true, port: 5433 })), ANY, 'orders: TCP alias.example.com:5433'],
  }],
  ['host-conflict: "orders/proxy1" declares "echo.example.com" too', both(w => w.proxy(), w => w.proxy({ port: 9001 })), [ECHO.replace('echo.example', 'echo2.example'), ECHO.replaceAll('9000', '9001')], {
    'misrouted silently: give "orders/proxy1" a host name of its own': both(w => w.proxy({ host: 'echo2.example.com' }), w => w.proxy({ port: 9001 })),
  }],
  ['host-conflict: "orders/proxy1" declares "api.example.com" too', both(w => w.sniProxy(), w => w.tls({ port: 8443 })), [BY_PROXY], {
    'name it in one of the two': w => w.sniProxy(),
    'or let exportTo of the two name no client in common': [both(w => w.sniProxy(), w => w.tls({ port: 8443, exportTo: ['shop'] }, 'shop')), BY_PROXY, 'shop: TLS api.example.com:8443'],
  }],
  ['host-conflict: "orders/tls1" declares "api.example.com" too', both(w => w.tls(), w => w.tls({ hosts: ['api.example.com', 'api.example.net'] })), [API, API.replace('.com', '.net')], { 'name it in one of the two alone': both(w => w.tls(), w => w.tls({ hosts: ['api.example.net'] })) }],
  ['host-conflict: "orders/tls1" declares "api.example.com" too', both(w => w.tls(), w => w.route(w.tls())), [BY_OUT], { 'name it in one of the two alone, the one that the gateway leads': w => w.route(w.tls()) }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http(), w => w.route(w.http(), { tlsOrigination: SIMPLE })), [ORIGINATED_AT_OUT], { 'name it in one of the two alone, the one whose TLS is originated': w => w.route(w.http(), { tlsOrigination: SIMPLE }) }],
  ['host-conflict: "orders/tls1" declares "api.example.com" too', both(w => w.tls({ hosts: ['api.example.com', 'api.example.net'] }), w => w.tls({ port: 8443 })), [API, API.replace('.com', '.net'), at(API, 8443)], {
    'take it out of both, and make one egress of it with the ports of both, each of whose clients may use each port': both(w => w.tls({ hosts: ['api.example.net'] }), w => w.tls({ ports: [443, 8443] })),
  }],
  ['host-conflict: "orders/tls1" declares "api.example.com" too', both(w => w.tls(), w => w.route(w.tls({ port: 8443 }))), [BY_OUT, at(BY_OUT, 8443)], {
    'make one egress of it with the ports of both, led through the gateway': w => w.route(w.tls({ ports: [443, 8443] })),
  }],
  ['host-conflict: "orders/tls2" declares "api.example.com" too', both(w => w.tls({ exportTo: ['shop'] }, 'platform'), w => w.tls({ exportTo: ['orders', 'shop'] })), [API.replace('orders', 'orders, shop')], {
    'make one egress of it with the clients (exportTo) of both': w => w.tls({ exportTo: ['orders', 'shop'] }),
  }],
  ['host-conflict: "orders/tls2" declares "api.example.com" too', both(w => w.tls({ port: 8443, exportTo: ['shop'] }, 'platform'), w => w.tls({ exportTo: ['orders', 'shop'] })), [API, 'shop: TLS api.example.com:8443'], {
    'make one egress of it with the ports and clients (exportTo) of both, each of whose clients may use each port': [w => w.tls({ ports: [443, 8443], exportTo: ['orders', 'shop'] }), API.replace('orders', 'orders, shop'), at(API, 8443).replace('orders', 'orders, shop')],
    'or let exportTo of the two name no client in common': both(w => w.tls({ port: 8443, exportTo: ['shop'] }, 'platform'), w => w.tls({ exportTo: ['orders'] })),
  }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http({ exportTo: ['orders', 'shop'] }), w => w.http({ tlsOrigination: SIMPLE })), [ORIGINATED.replace('orders', 'orders, shop')], {
    'make one egress of it with the clients (exportTo) of both, and TLS originated': w => w.http({ exportTo: ['orders', 'shop'], tlsOrigination: SIMPLE }),
  }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http({ port: 8080 }), w => w.http({ tlsOrigination: SIMPLE })), ['orders: HTTP api.example.com:8080 in clear', ORIGINATED.replace('api.', 'api2.')], {
    "give the one whose TLS is originated another host name, one that DNS and the server's certificate have for the host": both(w => w.http({ port: 8080 }), w => w.http({ hosts: ['api2.example.com'], tlsOrigination: SIMPLE })),
  }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http(), w => w.http({ port: 9090, protocol: HttpProtocol.GRPC })), [WEB, 'orders: GRPC grpc.example.com:9090 in clear'], {
    'give one of the two another host name, one that DNS has for the host': both(w => w.http(), w => w.http({ hosts: ['grpc.example.com'], port: 9090, protocol: HttpProtocol.GRPC })),
  }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http({ port: 8443 }), w => w.tls({ port: 8443 })), [at(API, 8443)], { 'name it in the one alone whose protocol the host speaks there': w => w.tls({ port: 8443 }) }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http({ tlsOrigination: SIMPLE }), w => w.tls()), [API], {
    'let the application speak TLS on all ports, in one TlsEgress': w => w.tls(),
    "or give the HTTP egress another host name, one that DNS and the server's certificate have for the host": [both(w => w.http({ hosts: ['api2.example.com'], tlsOrigination: SIMPLE }), w => w.tls()), API, ORIGINATED.replace('api.', 'api2.')],
  }],
  ['host-conflict: "orders/http2" declares "api.example.com" too', w => {
    const gateway = w.out();
    w.route(w.http(), { tlsOrigination: SIMPLE }, gateway);
    w.route(w.tls(), {}, gateway);
  }, [BY_OUT], {
    'let the application speak TLS on all ports, in one TlsEgress': w => w.route(w.tls()),
    "or give the HTTP egress another host name, one that DNS and the server's certificate have for the host": [w => {
      const gateway = w.out();
      w.route(w.http({ hosts: ['api2.example.com'] }), { tlsOrigination: SIMPLE }, gateway);
      w.route(w.tls(), {}, gateway);
    }, BY_OUT, ORIGINATED_AT_OUT.replace('api.', 'api2.')],
  }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http(), w => w.tls()), [API, WEB], { 'make one TlsEgress, with httpPorts for plain HTTP': w => w.tls({ httpPorts: [80] }) }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http({ exportTo: ['orders', 'shop'] }), w => w.tls()), [API, WEB.replace('orders', 'shop')], {
    'make one TlsEgress, with httpPorts for plain HTTP, each of whose clients may use each port': [w => w.tls({ httpPorts: [80], exportTo: ['orders', 'shop'] }), API.replace('orders', 'orders, shop'), WEB.replace('orders', 'orders, shop')],
    'or let exportTo of the two name no client in common': both(w => w.http({ exportTo: ['shop'] }, 'shop'), w => w.tls()),
  }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.http(), w => w.route(w.tls())), [BY_OUT, 'orders: HTTP api.example.com:80 by edge/out in clear'], {
    'make one TlsEgress, with httpPorts for plain HTTP, led through the gateway': w => w.route(w.tls({ httpPorts: [80] })),
  }],
  ['host-conflict: "orders/http1" declares "api.example.com" too', both(w => w.route(w.http(), { hop: GatewayHop.http() }).allowRequests({ methods: ['GET'] }), w => w.tls()), ['orders: HTTP api2.example.com:80 by edge/out GET everything in clear', API], {
    'give the HTTP egress another host name, one that DNS has for the host': both(w => w.route(w.http({ hosts: ['api2.example.com'] }), { hop: GatewayHop.http() }).allowRequests({ methods: ['GET'] }), w => w.tls()),
  }],
  ['host-conflict: "orders/tls1" declares "api.example.com" of namespace "orders" too', both(w => w.tls({ exportTo: ['orders'] }), w => w.tls({ exportTo: ['shop'] })), [API, API.replace('orders', 'shop')], {
    'declare one of the two in another namespace': both(w => w.tls({ exportTo: ['orders'] }), w => w.tls({ exportTo: ['shop'] }, 'shop')),
    'or make one that names all clients in exportTo': [w => w.tls({ exportTo: ['orders', 'shop'] }), API.replace('orders', 'orders, shop')],
  }],
];

/** More ports than one egress takes, split over two. */
const SPLIT = [ports(1000, 200), ports(1200, 200)];

const MANY_PORTS: Row[] = [
  ['host-conflict: "orders/tcp1" declares "db.example.com" too', both(w => w.tcp({ port: undefined, anyAddress: true, ports: SPLIT[0] }), w => w.tcp({ port: undefined, anyAddress: true, ports: SPLIT[1] })),
    [...SPLIT[0].map(port => `orders: TCP db.example.com:${port}`), ...SPLIT[1].map(port => `orders: TCP alias.example.com:${port}`)], {
      'misrouted silently: give "orders/tcp2" another host name, one that DNS has for the host':
        both(w => w.tcp({ port: undefined, anyAddress: true, ports: SPLIT[0] }), w => w.tcp({ host: 'alias.example.com', port: undefined, anyAddress: true, ports: SPLIT[1] })),
    }],
  ['host-conflict: "orders/tls1" declares "api.example.com" too', both(w => w.tls({ ports: SPLIT[0] }), w => w.tls({ ports: SPLIT[1] })),
    [...SPLIT[0].map(port => at(API, port)), ...SPLIT[1].map(port => `orders: TCP alias.example.com:${port}`)], {
      'give those of one of the two to a TcpEgress with another host name, one that DNS has for the host':
        both(w => w.tls({ ports: SPLIT[0] }), w => w.tcp({ host: 'alias.example.com', port: undefined, anyAddress: true, ports: SPLIT[1] })),
      'or of its own if it has addresses': [both(w => w.tls({ ports: SPLIT[0] }), w => w.tcp({ host: 'api.orders.example', port: undefined, ports: SPLIT[1] })),
        ...SPLIT[0].map(port => at(API, port)), ...SPLIT[1].map(port => `orders: TCP api.orders.example:${port} at 203.0.113.10`)],
    }],
];

const RELATIONS: Row[] = [
  ['address-conflict: 203.0.113.10 on port 5432 overlaps with 203.0.113.10 of "orders/tcp1"', both(w => w.tcp(), w => w.tcp({ host: 'db2.example.com' })), [DB, 'orders: TCP db2.example.com:5432 at 203.0.113.11'], {
    'give each its own addresses': both(w => w.tcp(), w => w.tcp({ host: 'db2.example.com', addresses: ['203.0.113.11'] })),
    'or port': [both(w => w.tcp(), w => w.tcp({ host: 'db2.example.com', port: 5433 })), DB, 'orders: TCP db2.example.com:5433 at 203.0.113.10'],
    'or let exportTo name other clients': [both(w => w.tcp(), w => w.tcp({ host: 'db2.example.com', exportTo: ['shop'] })), DB, 'shop: TCP db2.example.com:5432 at 203.0.113.10'],
  }],
  ['address-conflict: api.example.com on port 443 overlaps with any address of "orders/tcp1"', both(w => w.tcp({ anyAddress: true, port: 443 }), w => w.tls()), ['orders: TCP db.example.com:443 at 203.0.113.10', API], {
    'list addresses instead of anyAddress': both(w => w.tcp({ port: 443 }), w => w.tls()),
    'give each its own port': [both(w => w.tcp({ anyAddress: true, port: 5432 }), w => w.tls()), ANY, API],
    'or let exportTo name other clients': [both(w => w.tcp({ anyAddress: true, port: 443, exportTo: ['shop'] }), w => w.tls()), 'shop: TCP db.example.com:443', API],
  }],
  ['protocol-conflict: port 8443 is TLS here and HTTP in "orders/http1"', both(w => w.http({ hosts: ['web.example.com'], port: 8443 }), w => w.tls({ port: 8443 })), ['orders: HTTP web.example.com:8080 in clear', at(API, 8443)], {
    'use another port for one': both(w => w.http({ hosts: ['web.example.com'], port: 8080 }), w => w.tls({ port: 8443 })),
    'or let exportTo name other clients': [both(w => w.http({ hosts: ['web.example.com'], port: 8443, exportTo: ['shop'] }), w => w.tls({ port: 8443 })), 'shop: HTTP web.example.com:8443 in clear', at(API, 8443)],
  }],
  ['protocol-conflict: port 5432 is TLS here and MONGO in "orders/tcp1"', both(w => w.tcp({ protocol: TcpProtocol.MONGO, addresses: ['203.0.113.0/24'] }), w => w.tls({ port: 5432 })), ['orders: MONGO db.example.com:5432 at 203.0.113.10', at(API, 5432)], {
    'use another port for one': [both(w => w.tcp({ protocol: TcpProtocol.MONGO, addresses: ['203.0.113.0/24'] }), w => w.tls()), 'orders: MONGO db.example.com:5432 at 203.0.113.0/24', API],
    'TcpProtocol.TCP for "orders/tcp1"': [both(w => w.tcp({ protocol: TcpProtocol.TCP, addresses: ['203.0.113.0/24'] }), w => w.tls({ port: 5432 })), 'orders: TCP db.example.com:5432 at 203.0.113.0/24', at(API, 5432)],
    'single addresses for it': both(w => w.tcp({ protocol: TcpProtocol.MONGO }), w => w.tls({ port: 5432 })),
    'or let exportTo name other clients': [both(w => w.tcp({ protocol: TcpProtocol.MONGO, addresses: ['203.0.113.0/24'], exportTo: ['shop'] }), w => w.tls({ port: 5432 })), 'shop: MONGO db.example.com:5432 at 203.0.113.0/24', at(API, 5432)],
  }],
  ['protocol-conflict: port 80 is TLS here and HTTP in "orders/route3"', both(w => w.route(w.http(), { hop: GatewayHop.http() }), w => w.tls({ hosts: ['web.example.com'], port: 80, exportTo: ['edge'] })),
    ['orders: HTTP api.example.com:80 by edge/out in clear', 'edge: TLS web.example.com:8443'], {
      'use another port for "orders/tls4"': both(w => w.route(w.http(), { hop: GatewayHop.http() }), w => w.tls({ hosts: ['web.example.com'], port: 8443, exportTo: ['edge'] })),
      'or let its exportTo leave out namespace "edge"': [both(w => w.route(w.http(), { hop: GatewayHop.http() }), w => w.tls({ hosts: ['web.example.com'], port: 80, exportTo: ['shop'] })), 'orders: HTTP api.example.com:80 by edge/out in clear', 'shop: TLS web.example.com:80'],
    }],
  ['external-proxy-conflict: its proxy is at 192.0.2.7 on port 9000', both(w => w.proxy(), w => w.proxy({ host: 'echo2.example.com' })), [ECHO, ECHO.replace('echo', 'echo2').replaceAll('9000', '9001')], {
    'give each a port of its own': both(w => w.proxy(), w => w.proxy({ host: 'echo2.example.com', port: 9001 })),
    'or let one name all clients in exportTo': [w => w.proxy({ exportTo: ['orders', 'shop'] }), ECHO.replace('orders', 'orders, shop')],
  }],
  ['no-address-to-leave-out: consecutive5xxErrors is given, and each connection goes to the address that the application dialled', w => w.tls({ hosts: ['*.example.com'], consecutive5xxErrors: 5 }), ['orders: TLS *.example.com:443'], {
    'leave it out': w => w.tls({ hosts: ['*.example.com'] }),
    'where the egress is by DNS': [w => w.tls({ consecutive5xxErrors: 5 }), API],
    'or goes through a gateway': [w => w.route(w.tls({ hosts: ['*.example.com'], consecutive5xxErrors: 5 }), {}, w.sni()), ...BY_SNI],
  }],
  ['no-address-to-leave-out: consecutive5xxErrors is given, and each connection goes to wherever its name leads', w => w.tls({ hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns(), consecutive5xxErrors: 5 }), ['orders: TLS *.example.com:443'], {
    'leave it out': w => w.tls({ hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns() }),
  }],
  ['second-route: "orders/route3" is a route of "orders/tls1" already', w => {
    const egress = w.tls();
    w.route(egress);
    w.route(egress);
  }, [BY_OUT], { 'remove one of the two': w => w.route(w.tls()) }],
  ['routed-range: "orders/tcp1" has the range 203.0.113.0/24', w => w.route(w.tcp({ addresses: ['203.0.113.0/24'] })), [`${DB} by edge/out`], {
    'list single addresses': w => w.route(w.tcp()),
    'or leave the egress direct': [w => w.tcp({ addresses: ['203.0.113.0/24'] }), 'orders: TCP db.example.com:5432 at 203.0.113.0/24'],
  }],
  ['passthrough-of-tcp: "orders/http1" is HTTP', w => w.route(w.http(), { hop: GatewayHop.passthrough() }), ['orders: HTTP api.example.com:80 by edge/out in clear'], {
    'use GatewayHop.mutualTls()': w => w.route(w.http(), { hop: GatewayHop.mutualTls() }),
    'or let the sidecar originate TLS, by tlsOrigination of the egress': [w => w.route(w.http({ tlsOrigination: SIMPLE }), { hop: GatewayHop.passthrough() }), 'orders: HTTP api.example.com:80 by edge/out over passthrough with TLS, simple at sidecar to port 443'],
    'or declare a TlsEgress if the application speaks TLS': [w => w.route(w.tls(), { hop: GatewayHop.passthrough() }), `${BY_OUT} over passthrough`],
  }],
  ['passthrough-of-tcp: "orders/http1" is HTTP', w => w.route(w.http(), { hop: GatewayHop.passthrough(), tlsOrigination: SIMPLE }), [ORIGINATED_AT_OUT], { 'use GatewayHop.mutualTls()': w => w.route(w.http(), { hop: GatewayHop.mutualTls(), tlsOrigination: SIMPLE }) }],
  ['passthrough-of-tcp: "orders/tls1" has plain HTTP on port 80', w => w.route(w.tls({ httpPorts: [80] }), { hop: GatewayHop.passthrough() }), [BY_OUT, 'orders: HTTP api.example.com:80 by edge/out in clear'], { 'use GatewayHop.mutualTls()': w => w.route(w.tls({ httpPorts: [80] })) }],
  ['http-hop-of-bytes: "orders/tls1" is TLS', w => w.route(w.tls(), { hop: GatewayHop.http() }), [BY_OUT], {
    'use GatewayHop.mutualTls()': w => w.route(w.tls(), { hop: GatewayHop.mutualTls() }),
    'or declare an HttpEgress and let the application speak HTTP, with tlsOrigination of the route': [w => w.route(w.http(), { hop: GatewayHop.http(), tlsOrigination: SIMPLE }), ORIGINATED_AT_OUT],
  }],
  ['http-hop-of-bytes: "orders/tcp1" is TCP', w => w.route(w.tcp(), { hop: GatewayHop.http() }), [`${DB} by edge/out`], {
    'use GatewayHop.mutualTls()': w => w.route(w.tcp(), { hop: GatewayHop.mutualTls() }),
    'or declare an HttpEgress and let the application speak HTTP': [w => w.route(w.http({ hosts: ['db.example.com'], port: 5432 }), { hop: GatewayHop.http() }), 'orders: HTTP db.example.com:5432 by edge/out in clear'],
  }],
  ['plaintext-of-several: "orders/tls1" has 2 hosts and 1 ports', w => w.route(w.tls({ hosts: ['api.example.com', 'api.example.net'] }), { hop: GatewayHop.plaintext(8080) }), [BY_OUT, BY_OUT.replace('.com', '.net')], {
    'use GatewayHop.mutualTls()': w => w.route(w.tls({ hosts: ['api.example.com', 'api.example.net'] })),
    'or an egress and a plaintext port for each host': [w => {
      const gateway = w.out();
      w.route(w.tls(), { hop: GatewayHop.plaintext(8080) }, gateway);
      w.route(w.tls({ hosts: ['api.example.net'] }), { hop: GatewayHop.plaintext(8081) }, gateway);
    }, `${BY_OUT} over plaintext`, `${BY_OUT.replace('.com', '.net')} over plaintext`],
  }],
  ['plaintext-of-several: "orders/tls1" has 1 hosts and 2 ports', w => w.route(w.tls({ ports: [443, 8443] }), { hop: GatewayHop.plaintext(8080) }), [BY_OUT, at(BY_OUT, 8443)], { 'use GatewayHop.mutualTls()': w => w.route(w.tls({ ports: [443, 8443] })) }],
  ['hosting-server-unused: hostingServer is "www.example.com", and "orders/tls1" leads to 203.0.113.10', w => w.route(w.tls({ addresses: ['203.0.113.10'] }), { hostingServer: 'www.example.com' }), ['orders: TLS api.example.com:443 at 203.0.113.10 by edge/out'], {
    'leave hostingServer out': w => w.route(w.tls({ addresses: ['203.0.113.10'] })),
    'or give it to a TLS egress without addresses': [w => w.route(w.tls(), { hostingServer: 'www.example.com' }), `${BY_OUT} to www.example.com`],
  }],
  ['hosting-server-unused: hostingServer is "www.example.com", and "orders/tcp1" is TCP', w => w.route(w.tcp(), { hostingServer: 'www.example.com' }), [`${DB} by edge/out`], { 'leave hostingServer out': w => w.route(w.tcp()) }],
  ['wildcard-without-server: "orders/tls1" has the wildcard "*.example.com"', w => w.route(w.tls({ hosts: ['*.example.com'] })), BY_SNI, {
    'give hostingServer if one server serves all names': [w => w.route(w.tls({ hosts: ['*.example.com'] }), { hostingServer: 'www.example.com' }), 'orders: TLS *.example.com:443 by edge/out to www.example.com'],
    'or addresses': [w => w.route(w.tls({ hosts: ['*.example.com'], addresses: ['203.0.113.10'] })), 'orders: TLS *.example.com:443 at 203.0.113.10 by edge/out'],
    'or lead it through an SniProxyGateway': sni(),
  }],
  ['invalid-number: weight is 101', w => w.route(w.tls(), { weight: 101 }), [BY_OUT], { 'give a whole number from 0 to 100': w => w.route(w.tls(), { weight: 100 }) }],
  ['weight-of-wildcard: weight is 10, and "orders/tls1" has the wildcard "*.example.com"', w => w.route(w.tls({ hosts: ['*.example.com'] }), { weight: 10 }, w.sni()), BY_SNI, {
    'leave weight out': sni(),
    'or list the exact hosts': [w => w.route(w.tls(), { weight: 10 }), `${BY_OUT} for 10 %`, `${API} for 90 %`],
  }],
  ['weight-under-wildcard: weight is 10, and "api.example.com" is under the wildcard "*.example.com" of "orders/tls1"', both(w => w.tls({ hosts: ['*.example.com'] }), w => w.route(w.tls(), { weight: 10 })), [DOMAIN, BY_OUT], {
    'leave weight out': both(w => w.tls({ hosts: ['*.example.com'] }), w => w.route(w.tls())),
    'or let exportTo of the two name different clients': [
      both(w => w.tls({ hosts: ['*.example.com'], exportTo: ['shop'] }), w => w.route(w.tls(), { weight: 10 })), DOMAIN.replace('orders', 'shop'), `${BY_OUT} for 10 %`, `${API} for 90 %`,
    ],
  }],
  ['weight-on-hop: weight is 10, and the hop is passthrough', w => w.route(w.tls(), { weight: 10, hop: GatewayHop.passthrough() }), [`${BY_OUT} for 10 %`, `${API} for 90 %`], {
    'leave weight out': [w => w.route(w.tls(), { hop: GatewayHop.passthrough() }), `${BY_OUT} over passthrough`],
    'or use GatewayHop.mutualTls()': w => w.route(w.tls(), { weight: 10 }),
  }],
  ['weight-on-hop: weight is 10, and the hop is one that the gateway reads as HTTP', w => w.route(w.http(), { weight: 10, hop: GatewayHop.http() }), ['orders: HTTP api.example.com:80 by edge/out for 10 % in clear', 'orders: HTTP api.example.com:80 for 90 % in clear'], {
    'leave weight out': [w => w.route(w.http(), { hop: GatewayHop.http() }), 'orders: HTTP api.example.com:80 by edge/out in clear'],
    'or use GatewayHop.mutualTls()': w => w.route(w.http(), { weight: 10 }),
  }],
  ['weight-on-hop: weight is 10, and the hop is passthrough; leave weight out', w => w.route(w.http({ tlsOrigination: SIMPLE }), { weight: 10, hop: GatewayHop.passthrough() }), ['orders: HTTP api.example.com:80 by edge/out over passthrough with TLS, simple at sidecar to port 443'], {
    'leave weight out': w => w.route(w.http({ tlsOrigination: SIMPLE }), { hop: GatewayHop.passthrough() }),
  }],
  ['weight-of-origination: weight is 10, and the gateway originates TLS', w => w.route(w.http(), { weight: 10, tlsOrigination: SIMPLE }), [ORIGINATED_AT_OUT], {
    'leave weight out': w => w.route(w.http(), { tlsOrigination: SIMPLE }),
  }],
  ['weight-of-identities: the weight of "orders/route3" is 10, and nobody holds back what goes straight', w => w.route(w.tls(), { weight: 10, allowFrom: [PAY] }), [`${BY_OUT} from orders/pay`], {
    'leave weight out': w => w.route(w.tls(), { allowFrom: [PAY] }),
    'or allow everything until all connections go through the gateway': [w => w.route(w.tls(), { weight: 10 }), `${BY_OUT} for 10 %`, `${API} for 90 %`],
  }],
  ['passthrough-conflict: "orders/route3" enters port 443 of gateway "edge/out" by the SNI "api.example.com" too', w => {
    const gateway = w.out();
    w.route(w.tls(), { hop: GatewayHop.passthrough() }, gateway);
    w.route(w.tls({}, 'shop'), { hop: GatewayHop.passthrough() }, gateway);
  }, [`${BY_OUT} over passthrough`, BY_OUT.replace('orders', 'shop')], {
    'use GatewayHop.mutualTls() for one of the two': w => {
      const gateway = w.out();
      w.route(w.tls(), { hop: GatewayHop.passthrough() }, gateway);
      w.route(w.tls({}, 'shop'), {}, gateway);
    },
    'or another gateway': [both(w => w.route(w.tls(), { hop: GatewayHop.passthrough() }), w => w.route(w.tls({}, 'shop'), { hop: GatewayHop.passthrough() }, w.own())),
      `${BY_OUT} over passthrough`, 'shop: TLS api.example.com:443 by edge/own over passthrough', 'runs: edge/own'],
  }],
  ['passthrough-conflict: another port of its egress enters port 443 of gateway "edge/out" by the SNI "api.example.com" too', w => w.route(w.tls({ ports: [443, 8443] }), { hop: GatewayHop.passthrough() }), [BY_OUT, at(BY_OUT, 8443)], {
    'use GatewayHop.mutualTls()': w => w.route(w.tls({ ports: [443, 8443] })),
  }],
  ['passthrough-conflict: another port of its egress enters port 443 of gateway "edge/out" by the SNI "api.example.com" too', w => w.route(w.http({ ports: [80, 8443], tlsOrigination: SIMPLE }), { hop: GatewayHop.passthrough() }),
    [ORIGINATED_AT_OUT, 'orders: HTTP api.example.com:8443 by edge/out with TLS, simple at gateway'], {
      'use GatewayHop.mutualTls(), with tlsOrigination of the route instead of the egress': w => w.route(w.http({ ports: [80, 8443] }), { tlsOrigination: SIMPLE }),
    }],
  ['plaintext-port-conflict: "orders/route3" has the plaintext hop at port 8080 of gateway "edge/out" already', w => {
    const gateway = w.out();
    w.route(w.tls(), { hop: GatewayHop.plaintext(8080) }, gateway);
    w.route(w.tcp(), { hop: GatewayHop.plaintext(8080) }, gateway);
  }, [`${BY_OUT} over plaintext`, `${DB} by edge/out over plaintext`], {
    'give each route a port of its own': w => {
      const gateway = w.out();
      w.route(w.tls(), { hop: GatewayHop.plaintext(8080) }, gateway);
      w.route(w.tcp(), { hop: GatewayHop.plaintext(8081) }, gateway);
    },
    'or use GatewayHop.mutualTls()': [w => {
      const gateway = w.out();
      w.route(w.tls(), {}, gateway);
      w.route(w.tcp(), {}, gateway);
    }, BY_OUT, `${DB} by edge/out`],
  }],
  ['plaintext-port-is-tls: its plaintext hop is at port 443 of gateway "edge/out", where the gateway takes mutual TLS', w => w.route(w.tls(), { hop: GatewayHop.plaintext(443) }), [`${BY_OUT} over plaintext`], {
    "give the plaintext hop another port of the gateway's Service": w => w.route(w.tls(), { hop: GatewayHop.plaintext(8080) }),
  }],
  ['plaintext-port-is-tls: its plaintext hop is at port 443 of gateway "edge/out", where "orders/route3" enters with TLS', w => {
    const gateway = w.out();
    w.route(w.tls(), {}, gateway);
    w.route(w.tcp(), { hop: GatewayHop.plaintext(443) }, gateway);
  }, [BY_OUT, `${DB} by edge/out over plaintext`], {
    "give the plaintext hop another port of the gateway's Service": w => {
      const gateway = w.out();
      w.route(w.tls(), {}, gateway);
      w.route(w.tcp(), { hop: GatewayHop.plaintext(5432) }, gateway);
    },
  }],
  ['reserved-port: its plaintext hop is at port 15021 of gateway "edge/own", at which the proxy listens for itself', own({}, { hop: GatewayHop.plaintext(15021) }), [`${BY_OWN[0]} over plaintext`, BY_OWN[1]], { 'give a port below 15000': own({}, { hop: GatewayHop.plaintext(8080) }) }],
  ['dials-itself: the pods of gateway "edge/own" listen at port 16827, behind port 443 of its Service; "api.example.com", which it dials at that port by name, could lead it to itself', w => w.route(w.tls({ port: 16827 }), {}, w.own()), ['orders: TLS api.example.com:16827 at 203.0.113.9 by edge/own', 'runs: edge/own'], {
    'give the addresses of the host': w => w.route(w.tls({ port: 16827, addresses: ['203.0.113.9'] }), {}, w.own()),
    'or lead it through another gateway': [w => w.route(w.tls({ port: 16827 })), 'orders: TLS api.example.com:16827 by edge/out'],
  }],
  ['dials-itself: the pods of gateway "edge/out" listen at port 15000, as every proxy of Istio does', w => w.route(w.tls({ port: 15000 })), ['orders: TLS api.example.com:15000 at 203.0.113.9 by edge/out'], {
    'give the addresses of the host': w => w.route(w.tls({ port: 15000, addresses: ['203.0.113.9'] })),
  }],
  ['gateway-conflict: "edge/own1" is the gateway "edge/own" already', both(w => w.own(), w => w.own()), ['runs: edge/own', 'runs: edge/own2'], { 'give each a name of its own': both(w => w.own(), w => w.own({ name: 'own2' })) }],
  ['gateway-conflict: its selector is {"istio":"other"}, and "edge/out1" says', both(w => w.out(), w => w.route(w.tls(), {}, w.out({ selector: { istio: 'other' } }))), [BY_OUT], {
    'say the same in both': both(w => w.out(), w => w.route(w.tls())),
    'or hand one construct to all who use it': w => w.route(w.tls()),
  }],
  ['gateway-conflict: gateway "edge/out2" has the pods of gateway "edge/out"', both(w => w.route(w.tls()), w => w.route(w.tcp(), {}, w.out({ service: 'out2' }))), [BY_OUT, `${DB} by edge/out`], { 'lead all routes through one Service': both(w => w.route(w.tls()), w => w.route(w.tcp())) }],
  ['foreign-egress: the egress belongs to another app', w => new EgressGatewayRoute(w.chart(), 'route', { egress: new World().tls(), gateway: w.out() }), [BY_OUT], { 'declare the egress here': w => w.route(w.tls()) }],
  ['foreign-gateway: gateway "edge/out1" belongs to another app', w => w.route(w.tls(), {}, new World().out()), [BY_OUT], { 'declare it here with EgressGateway.fromService(...)': w => w.route(w.tls(), {}, w.out()) }],
  ['same-name: it and "edge/own1/ServiceAccount" are both ServiceAccount "own" of namespace "edge"', both(w => w.own(), w => new ApiObject(w.chart('edge'), 'x', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'own' } })), ['runs: edge/own'], {
    'declare what it is for once': w => w.own(),
    'or give an object of your own another name': both(w => w.own(), w => new ApiObject(w.chart('edge'), 'x', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mine' } })),
  }],
];

const OUTWARDS: Row[] = [
  ['origination-of-tls: "orders/tls1" is TLS, which the application speaks itself', w => w.route(w.tls(), { tlsOrigination: SIMPLE }), [BY_OUT], {
    'leave tlsOrigination out': w => w.route(w.tls()),
    'or let the application speak plainly, and declare an HttpEgress': [w => w.route(w.http(), { tlsOrigination: SIMPLE }), ORIGINATED_AT_OUT],
    'or a TcpEgress with the addresses that it dials': [w => w.route(w.tcp({ host: 'api.example.com', port: 443 }), { tlsOrigination: SIMPLE }), 'orders: TCP api.example.com:443 at 203.0.113.10 by edge/out with TLS, simple at gateway'],
  }],
  ['origination-of-tls: "orders/tls1" is TLS, which the application speaks itself', w => w.route(w.tls({ httpPorts: [80] }), { tlsOrigination: SIMPLE }), [BY_OUT], {
    'leave tlsOrigination and httpPorts out, and let the application speak TLS on all ports': w => w.route(w.tls()),
  }],
  ['second-origination: "orders/http1" originates TLS at the sidecar, and the route at the gateway', w => w.route(w.http({ tlsOrigination: SIMPLE }), { tlsOrigination: SIMPLE }), [ORIGINATED_AT_OUT], { 'leave tlsOrigination out of the egress': w => w.route(w.http(), { tlsOrigination: SIMPLE }) }],
  ['second-origination: "orders/http1" originates TLS at the sidecar, and the route at the gateway', w => w.route(w.http({ tlsOrigination: SIMPLE }), { hop: GatewayHop.passthrough(), tlsOrigination: SIMPLE }),
    ['orders: HTTP api.example.com:80 by edge/out over passthrough with TLS, simple at sidecar to port 443'], { 'leave tlsOrigination out of the route': w => w.route(w.http({ tlsOrigination: SIMPLE }), { hop: GatewayHop.passthrough() }) }],
  ['origination-before-gateway: "orders/http1" originates TLS at the sidecar, and the hop to the gateway is mutual-tls', w => w.route(w.http({ tlsOrigination: SIMPLE })), [ORIGINATED_AT_OUT], {
    'give tlsOrigination to the route instead': w => w.route(w.http(), { tlsOrigination: SIMPLE }),
    'or use GatewayHop.passthrough()': [w => w.route(w.http({ tlsOrigination: SIMPLE }), { hop: GatewayHop.passthrough() }), 'orders: HTTP api.example.com:80 by edge/out over passthrough with TLS, simple at sidecar to port 443'],
  }],
  ['contradicting-props: both forwardProxy and tlsOrigination are given', w => w.route(w.tcp(), { forwardProxy: SQUID, tlsOrigination: SIMPLE }), ['orders: TLS db.example.com:5432 by edge/out by proxy.example.com:3128'], {
    'leave tlsOrigination out, declare a TlsEgress, and let the application speak TLS': w => w.route(w.tls({ hosts: ['db.example.com'], port: 5432 }), { forwardProxy: SQUID }),
  }],
  ['contradicting-props: both forwardProxy and tlsOrigination are given', w => w.route(w.tls(), { forwardProxy: SQUID, tlsOrigination: SIMPLE }), [`${BY_OUT} by proxy.example.com:3128`], { 'leave tlsOrigination out': w => w.route(w.tls(), { forwardProxy: SQUID }) }],
  ['tunnel-of-several: "orders/tls1" has the wildcard "*.example.com"', w => w.route(w.tls({ hosts: ['*.example.com'] }), { forwardProxy: SQUID }), [`${BY_OUT} by proxy.example.com:3128`], {
    'list the exact hosts': w => w.route(w.tls(), { forwardProxy: SQUID }),
    'or give hostingServer if one server serves all names': [w => w.route(w.tls({ hosts: ['*.example.com'] }), { forwardProxy: SQUID, hostingServer: 'www.example.com' }), 'orders: TLS *.example.com:443 by edge/out to www.example.com by proxy.example.com:3128'],
  }],
  ['tunnel-before-gateway: the sidecars of "orders/tls1" go by the forward proxy proxy.example.com', w => w.route(w.tls({ forwardProxy: SQUID })), [`${BY_OUT} by proxy.example.com:3128`], { 'give forwardProxy to the route instead': w => w.route(w.tls(), { forwardProxy: SQUID }) }],
  ['tunnel-of-http: "orders/http1" is HTTP, and a forward proxy is asked by CONNECT', w => w.route(w.http(), { forwardProxy: SQUID }), [`${BY_OUT} by proxy.example.com:3128`], { 'declare a TlsEgress, and let the application speak TLS': w => w.route(w.tls(), { forwardProxy: SQUID }) }],
  ['tunnel-of-http: "orders/tls1" has plain HTTP on port 80', w => w.route(w.tls({ httpPorts: [80] }), { forwardProxy: SQUID }), [`${BY_OUT} by proxy.example.com:3128`], { 'leave httpPorts out, and let the application speak TLS': w => w.route(w.tls(), { forwardProxy: SQUID }) }],
  ['tunnel-to-gateway: the forward proxy api.example.com is the host itself', w => w.route(w.tls(), { forwardProxy: ForwardProxy.connect({ host: 'api.example.com', port: 3128 }) }), [`${BY_OUT} by proxy.example.com:3128`], {
    'give the proxy that stands between the gateway and the host': w => w.route(w.tls(), { forwardProxy: SQUID }),
  }],
  ['tunnel-to-gateway: the forward proxy out.edge.svc.c.example.com is the gateway itself', w => w.route(w.tls(), { forwardProxy: ForwardProxy.connect({ host: 'out.edge.svc.c.example.com', port: 3128 }) }, w.out({ clusterDomain: 'c.example.com' })),
    [`${BY_OUT} by proxy.example.com:3128`], { 'give the proxy that stands between the gateway and the host': w => w.route(w.tls(), { forwardProxy: SQUID }, w.out({ clusterDomain: 'c.example.com' })) }],
  ['file-not-mounted: clientCertificate is the file "/etc/partner/tls.crt", and gateway "edge/own" mounts nothing at "/etc/partner"', w => w.route(w.http(), { tlsOrigination: mutual(ClientCertificate.fromFiles(CLIENT_FILES)) }, w.own()), [MUTUAL_AT_OUT.replace('edge/out', 'edge/own'), 'runs: edge/own'], {
    'give the gateway mounts: [GatewayMount.secret(...)] with the folder of the file': w => w.route(w.http(), { tlsOrigination: mutual(ClientCertificate.fromFiles(CLIENT_FILES)) }, w.own({ mounts: [GatewayMount.secret('client', '/etc/partner')] })),
  }],
  ['file-not-mounted: caCertificates is the file "/ca.crt", and gateway "edge/own" mounts nothing at "/"', w => w.route(w.http(), { tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/ca.crt') }) }, w.own()), [ORIGINATED_AT_OUT.replace('edge/out', 'edge/own'), 'runs: edge/own'], {
    'which must be one of its own, such as "/etc/partner"': w => w.route(w.http(), { tlsOrigination: TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/etc/partner/ca.crt') }) }, w.own({ mounts: [GatewayMount.secret('ca', '/etc/partner')] })),
  }],
  ['secret-elsewhere: the Secret "client" is written into namespace "orders", and is read from "edge"', both(w => w.secret('client', 'orders'), w => w.route(w.http(), { tlsOrigination: mutual(CLIENT_SECRET) })), [MUTUAL_AT_OUT], {
    'write it into "edge"': both(w => w.secret('client', 'edge'), w => w.route(w.http(), { tlsOrigination: mutual(CLIENT_SECRET) })),
  }],
  ['shared-certificate: namespace "orders" shows the Secret "client" at gateway "edge/out", and so does "till", by "till/route6"', sharing(CLIENT_SECRET), [MUTUAL_AT_OUT, MUTUAL_AT_OUT.replace('orders', 'till')], {
    'give each namespace a certificate of its own': twoTeams(CLIENT_SECRET, ClientCertificate.fromSecret('client-till')),
    'sharedByNamespaces: true of the ClientCertificate to each of the routes':
      sharing(ClientCertificate.fromSecret('client', { sharedByNamespaces: true })),
  }],
  ['shared-certificate: namespace "orders" shows the file "/etc/partner/tls.crt" at gateway "edge/out"', sharing(ClientCertificate.fromFiles(CLIENT_FILES)), [MUTUAL_AT_OUT, MUTUAL_AT_OUT.replace('orders', 'till')], {
    'sharedByNamespaces: true': sharing(ClientCertificate.fromFiles({ ...CLIENT_FILES, sharedByNamespaces: true })),
  }],
  ['identities-of-direct-egress: "orders/tls1" is direct', w => w.tls().allowFrom(PAY), [`${BY_OUT} from orders/pay`], {
    'lead it through a gateway with an EgressGatewayRoute': w => {
      const egress = w.tls();
      egress.allowFrom(PAY);
      w.route(egress);
    },
  }],
  ['identities-of-direct-egress: "orders/http1" is direct', w => w.http({ tlsOrigination: SIMPLE }).allowFrom(PAY), [`${ORIGINATED_AT_OUT} from orders/pay`], {
    'lead it through a gateway with an EgressGatewayRoute, and give tlsOrigination to that instead': w => {
      const egress = w.http();
      egress.allowFrom(PAY);
      w.route(egress, { tlsOrigination: SIMPLE });
    },
  }],
  ['identities-of-direct-egress: "orders/tls1" is direct', w => w.tls({ forwardProxy: SQUID }).allowFrom(PAY), [`${BY_OUT} by proxy.example.com:3128 from orders/pay`], {
    'lead it through a gateway with an EgressGatewayRoute, and give forwardProxy to that instead': w => {
      const egress = w.tls();
      egress.allowFrom(PAY);
      w.route(egress, { forwardProxy: SQUID });
    },
  }],
  ['identities-on-hop: "orders/route3" has a passthrough hop', w => w.route(w.tls(), { hop: GatewayHop.passthrough(), allowFrom: [PAY] }), [`${BY_OUT} from orders/pay`], {
    'use GatewayHop.mutualTls()': w => w.route(w.tls(), { allowFrom: [PAY] }),
    "or leave allowFrom out, and keep others from the gateway's pods with a NetworkPolicy": [w => w.route(w.tls(), { hop: GatewayHop.passthrough() }), `${BY_OUT} over passthrough`],
  }],
  ['identities-on-hop: "orders/route3" has a passthrough hop', w => w.route(w.http({ tlsOrigination: SIMPLE }), { hop: GatewayHop.passthrough(), allowFrom: [PAY] }), [`${ORIGINATED_AT_OUT} from orders/pay`], {
    'use GatewayHop.mutualTls(), with tlsOrigination of the route instead of the egress': w => w.route(w.http(), { tlsOrigination: SIMPLE, allowFrom: [PAY] }),
  }],
  ['requests-on-hop: the gateway of "orders/route3" hands bytes on', w => w.route(w.http(), { tlsOrigination: SIMPLE }).allowRequests({ from: [PAY], methods: ['GET'] }), [`${ORIGINATED_AT_OUT} from orders/pay orders/pay may GET everything`], {
    'use GatewayHop.http()': w => w.route(w.http(), { hop: GatewayHop.http(), tlsOrigination: SIMPLE }).allowRequests({ from: [PAY], methods: ['GET'] }),
  }],
  ['requests-on-hop: the gateway of "orders/route3" hands bytes on', w => w.route(w.tls(), { hop: GatewayHop.passthrough() }).allowRequests({ from: [PAY], methods: ['GET'] }), [`${ORIGINATED_AT_OUT} from orders/pay orders/pay may GET everything`], {
    'use GatewayHop.http() for an HttpEgress, to which the application speaks HTTP, with tlsOrigination of the route for a host that wants TLS': w => w.route(w.http(), { hop: GatewayHop.http(), tlsOrigination: SIMPLE }).allowRequests({ from: [PAY], methods: ['GET'] }),
    'or allow workloads every request by allowFrom': [w => w.route(w.tls(), { allowFrom: [PAY] }), `${BY_OUT} from orders/pay`],
  }],
  ['identity-is-no-client: namespace "shop" is no client of "orders/tls1"', w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.serviceAccount('shop', 'pay')] }), [`${BY_OUT} from orders/pay`], {
    'correct the namespace': w => w.route(w.tls(), { allowFrom: [PAY] }),
    'or name it in exportTo': [w => w.route(w.tls({ exportTo: ['.', 'shop'] }), { allowFrom: [WorkloadIdentity.serviceAccount('shop', 'pay')] }), `${BY_OUT.replace('orders', 'orders, shop')} from shop/pay`],
  }],
  ['another-trust-domain: "mesh.example.com" is not the trust domain of gateway "edge/out"', w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.spiffe('spiffe://mesh.example.com/ns/orders/sa/pay')] }), [`${BY_OUT} from orders/pay`], {
    'correct it': w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.spiffe('spiffe://cluster.local/ns/orders/sa/pay')] }),
    'or give the trust domain of the mesh to EgressApp.configure': [w => {
      EgressApp.configure(w.app, { name: 'shop', trustDomain: 'mesh.example.com' });
      w.route(w.tls(), { allowFrom: [WorkloadIdentity.spiffe('spiffe://mesh.example.com/ns/orders/sa/pay')] });
    }, `${BY_OUT} from spiffe://mesh.example.com/ns/orders/sa/pay`],
    'or say anotherTrustDomain: true for a workload of another mesh': [w => w.route(w.tls(), { allowFrom: [WorkloadIdentity.spiffe('spiffe://mesh.example.com/ns/orders/sa/pay', { anotherTrustDomain: true })] }), `${BY_OUT} from spiffe://mesh.example.com/ns/orders/sa/pay`],
  }],
  ['another-trust-domain: "mesh.example.com" is not the trust domain of the mesh', w => w.proxy({ allowFrom: [WorkloadIdentity.spiffe('spiffe://mesh.example.com/ns/orders/sa/pay')] }), [ECHO], {
    'correct it': w => w.proxy(),
    'or give the trust domain of the mesh to EgressApp.configure': [w => {
      EgressApp.configure(w.app, { name: 'shop', trustDomain: 'mesh.example.com' });
      w.proxy({ allowFrom: [WorkloadIdentity.spiffe('spiffe://mesh.example.com/ns/orders/sa/pay')] });
    }, ECHO.replace('orders/pay', 'spiffe://mesh.example.com/ns/orders/sa/pay')],
  }],
];

const LOCKDOWNS: Row[] = [
  ['invalid-value: dns[0] is "10.96.0.10"', w => w.lockdown({ dns: ['10.96.0.10'] }), ['locked: orders'], { 'give a ClusterDns, such as ClusterDns.kubeDns()': w => w.lockdown({ dns: [ClusterDns.kubeDns()] }) }],
  ['invalid-value: istiod[0] is "istio-system"', w => w.lockdown({ istiod: ['istio-system'] }), ['locked: orders'], { 'give an Istiod, such as Istiod.pods()': w => w.lockdown({ istiod: [Istiod.pods()] }) }],
  ['invalid-value: exceptions[0] is "otel"', w => w.lockdown({ exceptions: ['otel'] }), ['locked: orders'], { 'give a LockdownException, such as LockdownException.pods(...) gives': w => w.lockdown({ exceptions: [OTEL] }) }],
  ['invalid-value: the reason of exceptions[0] is ""', w => w.lockdown({ exceptions: [LockdownException.pods({ namespace: 'otel', reason: '' })] }), ['locked: orders'], { 'give a sentence on one line': w => w.lockdown({ exceptions: [OTEL] }) }],
  ['duplicate-value: exceptions[1] opens every pod of namespace otel, as exceptions[0] does', w => w.lockdown({ exceptions: [OTEL, OTEL] }), ['locked: orders'], { 'remove one of the two': w => w.lockdown({ exceptions: [OTEL] }) }],
  ['exception-of-egress: an exception opens 203.0.113.0/24 on port 5432, where "orders/tcp1" says which way connections go', both(w => w.tcp(), w => w.lockdown({ exceptions: [LockdownException.addresses({ addresses: ['203.0.113.0/24'], ports: [5432], reason: 'databases' })] })), [DB, 'locked: orders'], {
    'leave the exception out: the lockdown opens what egresses dial': both(w => w.tcp(), w => w.lockdown()),
  }],
  ['sidecar-of-root: namespaces names "istio-system"', w => w.sidecar({ namespaces: ['orders', 'istio-system'] }), ['locked: orders'], {
    'leave it out': w => w.sidecar(),
    'or give rootNamespace to EgressApp.configure': [w => {
      EgressApp.configure(w.app, { name: 'shop', rootNamespace: 'mesh' });
      w.sidecar({ namespaces: ['orders', 'istio-system'] });
    }, 'locked: istio-system', 'locked: orders'],
  }],
  ['invalid-host: otherHosts[0] is "vault.example.com"', w => w.lockdown({ otherHosts: ['vault.example.com'] }), ['locked: orders'], {
    'such as "platform/vault.example.com"': w => w.lockdown({ otherHosts: ['platform/vault.example.com'] }),
    'or "./*" for all hosts of the own namespace': w => w.lockdown({ otherHosts: ['./*'] }),
  }],
  ['invalid-value: insecureSkipVerify is "false"', w => w.http({ tlsOrigination: TlsOrigination.simple({ insecureSkipVerify: 'false' as any }) }), [ORIGINATED], {
    'give true or false, without quotes': w => w.http({ tlsOrigination: TlsOrigination.simple({ insecureSkipVerify: false }) }), 'or leave it out': w => w.http({ tlsOrigination: TlsOrigination.simple() }),
  }],
  ['overlapping-lockdowns: "orders/lockdown1" names namespace "orders" too', both(w => w.lockdown(), w => w.lockdown({ namespaces: ['orders', 'shop'] })), ['locked: orders', 'locked: shop'], { 'name it in one of them': both(w => w.lockdown(), w => w.lockdown({ namespaces: ['shop'] })) }],
  ['gateway-off-dedicated-nodes: gateway "edge/own1" has no nodeSelector', w => w.lockdown({ gateways: [w.own({ tolerations: [{ key: 'egress', value: 'out' }] })], dedicatedNodes: NODES }), ['locked: orders', 'runs: edge/own'], {
    "give it nodeSelector with a label of those nodes, and tolerations with { key: 'egress', value: 'out' }": w => w.lockdown({ gateways: [w.own({ nodeSelector: { egress: 'out' }, tolerations: [{ key: 'egress', value: 'out' }] })], dedicatedNodes: NODES }),
  }],
  ['gateway-off-dedicated-nodes: gateway "edge/own1" does not tolerate the taint "egress"', w => w.lockdown({ gateways: [w.own({ nodeSelector: { egress: 'out' } })], dedicatedNodes: { taintKey: 'egress' } }), ['locked: orders', 'runs: edge/own'], {
    "and tolerations with { key: 'egress' }": w => w.lockdown({ gateways: [w.own({ nodeSelector: { egress: 'out' }, tolerations: [{ key: 'egress' }] })], dedicatedNodes: { taintKey: 'egress' } }),
  }],
  ['gateway-not-in-lockdown: "orders/route3" leads namespace "orders" through gateway "edge/out"', both(w => w.route(w.tls()), w => w.lockdown()), [BY_OUT, 'locked: orders'], {
    'name it in gateways': w => {
      const gateway = w.out();
      w.route(w.tls(), {}, gateway);
      w.lockdown({ gateways: [gateway] });
    },
  }],
  ['direct-egress-in-lockdown: "orders/tls1" is direct and known by name', both(w => w.tls(), w => w.lockdown()), [BY_OUT, 'locked: orders'], {
    'or lead it through a gateway of the lockdown with an EgressGatewayRoute': w => {
      const gateway = w.out();
      w.route(w.tls(), {}, gateway);
      w.lockdown({ gateways: [gateway] });
    },
    'list its addresses': [both(w => w.tls({ addresses: ['203.0.113.10'] }), w => w.lockdown()), `${API} at 203.0.113.10`, 'locked: orders'],
  }],
  ['direct-egress-in-lockdown: "orders/tcp1" is direct and known by name', both(w => w.tcp({ anyAddress: true }), w => w.lockdown()), [DB, 'locked: orders'], { 'list its addresses instead of anyAddress': both(w => w.tcp(), w => w.lockdown()) }],
  ['direct-egress-in-lockdown: "orders/tls2" is direct in part, by the weight of "orders/route3", and known by name', w => {
    const gateway = w.out();
    w.route(w.tls(), { weight: 10 }, gateway);
    w.lockdown({ gateways: [gateway] });
  }, [BY_OUT, 'locked: orders'], {
    'or leave weight out of the route': w => {
      const gateway = w.out();
      w.route(w.tls(), {}, gateway);
      w.lockdown({ gateways: [gateway] });
    },
    'list its addresses': [w => {
      const gateway = w.out();
      w.route(w.tls({ addresses: ['203.0.113.10'] }), { weight: 10 }, gateway);
      w.lockdown({ gateways: [gateway] });
    }, `${API} at 203.0.113.10 by edge/out for 10 %`, `${API} at 203.0.113.10 for 90 %`, 'locked: orders'],
  }],
  ['direct-egress-in-lockdown: "orders/tls1" goes by the forward proxy proxy.example.com, which is known by name', both(w => w.tls({ forwardProxy: SQUID }), w => w.lockdown()), [`${API} by proxy.example.com:3128`, 'locked: orders'], {
    'give the forward proxy its addresses': both(w => w.tls({ forwardProxy: ForwardProxy.connect({ host: 'proxy.example.com', port: 3128, addresses: ['192.0.2.7'] }) }), w => w.lockdown()),
    'or lead it through a gateway of the lockdown with an EgressGatewayRoute, and give forwardProxy to that instead': [w => {
      const gateway = w.out();
      w.route(w.tls(), { forwardProxy: SQUID }, gateway);
      w.lockdown({ gateways: [gateway] });
    }, `${BY_OUT} by proxy.example.com:3128`, 'locked: orders'],
  }],
  ['direct-egress-in-lockdown: "orders/http1" is direct and known by name', both(w => w.http({ tlsOrigination: SIMPLE }), w => w.lockdown()), [ORIGINATED_AT_OUT, 'locked: orders'], {
    'or lead it through a gateway of the lockdown with an EgressGatewayRoute, and give tlsOrigination to that instead': w => {
      const gateway = w.out();
      w.route(w.http(), { tlsOrigination: SIMPLE }, gateway);
      w.lockdown({ gateways: [gateway] });
    },
  }],
  ['overlapping-audits: "edge/audit2" audits gateway "edge/out" too', w => {
    const gateways = [w.out()];
    w.audit({ gateways });
    w.audit({ gateways, provider: 'lines' });
  }, ['logged: edge to egress-audit'], { 'name the gateway in one of them': w => w.audit({ gateways: [w.out()] }) }],
];

/** As many routes, each with clients of its own, over some gateways. */
const clientsEach = (count: number, gateways = 1, byName = false): Build => w => {
  const through = Array.from({ length: gateways }, (_, i) => w.out({ service: `out${i}`, selector: { istio: `out${i}` } }));
  for (let i = 0; i < count; i++) {
    const only = byName ? { allowFrom: [WorkloadIdentity.serviceAccount(`n${i}`, 'pay')] } : {};
    w.route(w.tls({ hosts: [`h${i}.example.com`], exportTo: [byName ? '*' : `n${i}`] }), only, through[i % gateways]);
  }
};

const led = (count: number, gateways = 1, byName = false) => Array.from({ length: count }, (_, i) => `${byName ? '*' : `n${i}`}: TLS h${i}.example.com:443 by edge/out${i % gateways}${byName ? ` from n${i}/pay` : ''}`);

const MANY: Row[] = [
  ['many-callers: 176 different sets of callers use gateway "edge/out0"', clientsEach(176), led(176, 1, true), {
    'let more routes have the same exportTo, and tell their callers apart by service accounts in allowFrom': clientsEach(176, 1, true),
    'or use several gateways': [clientsEach(176, 2), ...led(176, 2)],
  }],
  ['too-many: 512 different sets of callers use gateway "edge/out0"', clientsEach(512), led(512, 1, true), {
    'let routes have the same exportTo, and tell their callers apart by service accounts in allowFrom': clientsEach(512, 1, true),
    'or use several gateways': [clientsEach(512, 4), ...led(512, 4)],
  }],
  ['too-many: "db.example.com" has 129 ports that lead to another one', w => w.route(w.tcp({ port: undefined, ports: ports(1000, 129) })), [...ports(1000, 128).map(port => `orders: TCP db.example.com:${port} at 203.0.113.10 by edge/out`), 'orders: TCP others.orders.example:1128 at 203.0.113.10 by edge/out'], {
    'give the others to a TcpEgress with another host name, one of its own if it has addresses': both(w => w.route(w.tcp({ port: undefined, ports: ports(1000, 128) })), w => w.route(w.tcp({ host: 'others.orders.example', port: 1128 }))),
    'or leave the egress direct': [w => w.tcp({ port: undefined, ports: ports(1000, 129) }), ...ports(1000, 129).map(port => `orders: TCP db.example.com:${port} at 203.0.113.10`)],
  }],
];

const ROWS: Row[] = [
  ...VALUES, ...ADDRESSES, ...EGRESSES, ...ORIGINATIONS, ...GATEWAYS, ...POLICIES, ...OUTSIDE,
  ...SAME_HOST, ...MANY_PORTS, ...RELATIONS, ...OUTWARDS, ...LOCKDOWNS, ...MANY,
];

/** Places that say something which no user can provoke, and why not. */
const UNREACHABLE: { readonly [text: string]: string } = {
  "describe(Problem.BROKEN_PLAN, wrong, 'this is a mistake of the library: please report it')": 'a plan of the constructs does not contradict itself',
  'if (first.from !==': 'the same',
  'if ((way.share === undefined) !==': 'the same',
  'if (door !== undefined && i === way.legs.length - 1) report(': 'the same',
  'if (door === undefined && i < way.legs.length - 1) report(': 'the same',
  "if (door.opensTo.by === 'own-name' &&": 'the same',
  "if (door.opensTo.by !== 'own-name' &&": 'the same',
  'if (doors.some(door => door.gateway !== name)) report(': 'the same',
  'text: describe(Problem.SAME_NAME, `the callers': 'only two sets of callers whose hashes are the same by chance',
  'text: describe(Problem.SAME_NAME, `what stands at gateway': 'only two names whose hashes are the same by chance',
};

describe('what was written is refused', () => {
  test.each(ROWS)('%s', (says, wrote, _, advice) => {
    const { said } = saidOf(wrote);
    expect(said).toContain(says);
    for (const piece of Object.keys(advice)) expect(said).toContain(piece);
  });

  test('by every problem, but the one that only the library itself can make', () => {
    const names = new Set(ROWS.map(([says]) => says.split(':')[0]));
    expect(Object.values(Problem).filter(name => !names.has(name))).toEqual([Problem.BROKEN_PLAN]);
  });

  test('by every place that says so', () => {
    const folder = join(__dirname, '..', 'src');
    const calls = /\b(refuse|report|describe|kindOf|valuesOf)\(|this\.(text|key)\(|new AddressError\(/;
    const declarations = /\b(function|public|protected|private|static)\b.*\b(refuse|report|describe|kindOf|valuesOf)\b[<(]|this\.(report|describe)\(\)/;
    const places = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts')).flatMap(file =>
      readFileSync(join(folder, file), 'utf8').split('\n').map((line, i) => ({ place: `src/${file}:${i + 1}`, line: line.trim() })))
      .filter(({ line }) => calls.test(line) && !declarations.test(line) && !line.startsWith('*'));
    expect(places.length).toBeGreaterThan(150);
    for (const [, wrote] of ROWS) saidOf(wrote);
    const silent = places.filter(({ place, line }) => !mockSites.has(place) && !Object.keys(UNREACHABLE).some(text => line.includes(text)));
    expect(silent).toEqual([]);
    expect(Object.keys(UNREACHABLE).filter(text => !places.some(({ line }) => line.includes(text)))).toEqual([]);
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
