/*
 * Random inputs to the constructs: what they accept, Istio and the API server must accept.
 * npm run fuzz [-- --judge BINARY --runs N --seed S --effect]: BINARY is the conformance lab, whose `judge-stream` answers for both;
 * with --effect it must also leave nothing out of what it sends to proxies, which takes longer.
 */
import { spawn } from 'child_process';
import { createInterface } from 'readline';
import { parseArgs } from 'util';
import { App, Chart, Duration, Yaml } from 'cdk8s';
import fc from 'fast-check';
import {
  EgressApp, EgressAudit, EgressGateway, EgressGatewayRoute, EgressLockdown, ExternalProxy, ExternalSniProxy, ForwardProxy, GatewayHop, GatewayMount,
  HttpEgress, HttpProtocol, IEgress, IEgressGateway, SniProxy, SniProxyGateway, TaintEffect, TcpEgress, TcpProtocol, TlsEgress, TlsOrigination,
  WorkloadIdentity,
} from '../src';

const { values: options } = parseArgs({
  options: { judge: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string' }, effect: { type: 'boolean' } },
});
if (options.judge === undefined) {
  console.error('fuzz: give --judge BINARY, made by: cd conformance && go build -o BINARY .');
  process.exit(2);
}
const runs = Number(options.runs ?? 10_000);
const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(options.seed);

/** Mostly values as users give them, and some at the edge of what is one. */
const mostly = <T>(good: fc.Arbitrary<T>, odd: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 150, arbitrary: good }, { weight: 1, arbitrary: odd as fc.Arbitrary<T> });
const oddText = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.stringMatching(/^[-.*_a-zA-Z0-9:/]{1,90}$/),
  fc.constantFrom('', '.', '-', '*', '~', 'a'.repeat(64), `${'a'.repeat(63)}.com`),
);

const dnsLabel = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const host = mostly(
  fc.tuple(fc.array(dnsLabel, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[a-z]{2,6}$/)).map(([labels, top]) => [...labels, top].join('.')),
  fc.oneof(
    oddText, fc.domain(), fc.webUrl(), fc.ipV4(), fc.ipV6(),
    fc.constantFrom('*.example.com', 'localhost', 'x.123', 'xn--a.com', 'a.svc.cluster.local', 'EXAMPLE.com'),
  ),
);
const port = mostly(fc.oneof(fc.constantFrom(443, 5432), fc.integer({ min: 1, max: 65535 })), fc.constantFrom(0, -1, 65536, 1.5, NaN, Infinity, '80', 1e9));
const cidr = fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 130 })).map(([ip, bits]) => `${ip}/${bits}`);
const octet = fc.integer({ min: 1, max: 223 }).filter(first => first !== 127);
const aligned = fc.tuple(octet, fc.integer({ min: 8, max: 24 })).map(([first, bits]) => `${first}.0.0.0/${bits}`);
const outside = fc.tuple(octet, fc.nat(255), fc.nat(255), fc.nat(255)).map(octets => octets.join('.'));
const global = fc.tuple(fc.nat(0xffff), fc.nat(0xffff)).map(([a, b]) => `2001:db8:${a.toString(16)}::${b.toString(16)}`);
const address = mostly(
  fc.oneof({ weight: 6, arbitrary: outside }, { weight: 3, arbitrary: fc.constantFrom('203.0.113.10', '203.0.113.0/24', '198.51.100.0/24') }, { weight: 4, arbitrary: global }, { weight: 1, arbitrary: aligned }),
  fc.oneof(cidr, fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), oddText),
);
const namespace = mostly(dnsLabel, oddText);
const metaKey = fc.stringMatching(/^([a-z]([-a-z]{0,9}[a-z])?(\.[a-z]{1,9})?\/)?[a-z]([-a-zA-Z_.]{0,20}[a-z])?$/);
const meta = fc.dictionary(mostly(metaKey, oddText), mostly(fc.stringMatching(/^[a-z]?$/), oddText), { maxKeys: 2 });
const many = <T>(item: fc.Arbitrary<T>) => mostly(fc.uniqueArray(item, { minLength: 1, maxLength: 3 }), fc.array(item, { maxLength: 4 }));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const account = mostly(fc.constantFrom('client', 'other'), fc.oneof(oddText, fc.constant('*')));
const limits = fc.record({
  maxConnections: maybe(mostly(fc.constant(10), fc.constantFrom(0, -1, 1.5, 2 ** 31))),
  connectTimeout: maybe(mostly(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(0, -1, 0.5))),
  consecutive5xxErrors: maybe(mostly(fc.constant(3), fc.constantFrom(0, -1))),
  maxEjectionPercent: mostly(fc.constant(undefined), fc.constantFrom(0, 50, 101)),
});
const requests = fc.record({
  methods: maybe(many(mostly(fc.constantFrom('GET', 'POST', 'M-SEARCH'), fc.constantFrom('get', '*', '')))),
  paths: maybe(many(mostly(
    fc.constantFrom('/', '/v1/*', '/v1/{*}/price', '/a/{**}', '/a/{*}/b/{**}/c', '/x%2Fy', '/package.Service/Method'),
    fc.oneof(oddText, fc.webPath(), fc.constantFrom('/{**}/{*}', '/{a}', '/a*b', '/{*}{*}', '/{*', '/a b/{*}', '/{*}/ü', '//{*}', '/*')),
  ))),
});

const quantity = mostly(fc.constantFrom('100m', '1', '0.5', '128Mi', '2Gi', '1500M', '2000m'), fc.oneof(oddText, fc.constantFrom('0', '-1', '1e3', '.5', '1KB', '0.0001')));
const count = mostly(fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, -1, 1.5, 2 ** 31));
const revision = mostly(fc.constantFrom('1-31', 'canary', 'default'), oddText);
/** What a gateway of the app's own is told of its pods. */
const workload = fc.record({
  minReplicas: count,
  maxReplicas: fc.oneof({ weight: 9, arbitrary: fc.constant(9) }, { weight: 1, arbitrary: count }),
  targetCpuUtilization: mostly(fc.integer({ min: 1, max: 100 }), fc.constantFrom(0, 101, 1000)),
  cpuRequest: mostly(fc.constantFrom('100m', '0.5'), quantity),
  cpuLimit: mostly(fc.constantFrom('1', '2000m'), quantity),
  memoryRequest: mostly(fc.constantFrom('128Mi', '64M'), quantity),
  memoryLimit: mostly(fc.constantFrom('1Gi', '1500M'), quantity),
  topologySpreadKeys: maybe(many(metaKey)),
  nodeSelector: meta,
  tolerations: fc.array(fc.record({
    key: maybe(mostly(metaKey, oddText)), value: maybe(mostly(fc.stringMatching(/^[a-z]{1,9}$/), oddText)), effect: maybe(fc.constantFrom(...Object.values(TaintEffect))),
  }), { maxLength: 2 }),
  mounts: fc.array(fc.tuple(
    fc.boolean(), mostly(host, oddText), mostly(fc.stringMatching(/^(\/[a-z]{1,9}){1,3}$/), fc.oneof(oddText, fc.constantFrom('/', '/a/../b', '/a:b', '/tmp'))),
  ), { maxLength: 2 }),
  ports: maybe(many(port)),
  revision: maybe(revision),
  canaryRevision: maybe(revision),
  labels: meta,
  annotations: meta,
  deniedRanges: maybe(many(address)),
  allowedRanges: maybe(many(mostly(fc.constantFrom('10.1.2.3', '10.0.0.0/8', 'fd00::/8', '192.168.1.0/24'), address))),
  resolver: mostly(fc.constantFrom(undefined, '10.96.0.10', 'fd00::a'), oddText),
});
/** Nodes that the gateway has for itself: mostly those that it tolerates. */
const nodes = fc.record({
  taintKey: mostly(metaKey, oddText), taintValue: maybe(mostly(fc.stringMatching(/^[a-z]{1,9}$/), oddText)), otherNamespaces: maybe(many(namespace)),
});

const input = fc.record({
  workload,
  nodes: maybe(nodes),
  chart: mostly(dnsLabel, fc.string({ minLength: 1, maxLength: 80 })),
  namespace,
  gateway: fc.record({
    namespace,
    service: mostly(fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/), namespace),
    serviceAccount: namespace,
    port: maybe(port),
    selector: mostly(fc.constant({ istio: 'egressgateway' }), meta),
    trustDomain: maybe(mostly(fc.constant('corp.example'), oddText)),
    clusterDomain: maybe(mostly(fc.constant('k8s.corp'), oddText)),
  }),
  egresses: fc.array(fc.record({
    id: mostly(dnsLabel, fc.string({ minLength: 1, maxLength: 80 })),
    kind: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('tcp', 'tls') }, { weight: 2, arbitrary: fc.constant('http') }, { weight: 1, arbitrary: fc.constantFrom('proxy', 'sni-proxy') }),
    hosts: many(host),
    addresses: fc.oneof({ weight: 9, arbitrary: many(address) }, { weight: 1, arbitrary: fc.constant(undefined) }),
    anyAddress: mostly(fc.constant(undefined), fc.constant(true)),
    port,
    ports: mostly(fc.constant(undefined), many(port)),
    protocol: maybe(mostly(fc.constantFrom(...Object.values(TcpProtocol)), oddText)),
    httpProtocol: maybe(fc.constantFrom(...Object.values(HttpProtocol))),
    httpPorts: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: many(fc.oneof(fc.constant(80), port)) }),
    retries: maybe(mostly(fc.integer({ min: 0, max: 3 }), fc.constantFrom(-1, 1.5))),
    retryOn: maybe(mostly(
      fc.uniqueArray(fc.constantFrom('5xx', 'reset', 'retriable-4xx', 'unavailable', '503', '418'), { minLength: 1, maxLength: 3 }),
      fc.uniqueArray(fc.oneof(fc.constantFrom('5xx', ' reset', '', '5XX'), fc.integer({ min: 0, max: 1000 }).map(String)), { maxLength: 2 }),
    ).map(conditions => conditions.join(','))),
    timeout: maybe(mostly(fc.integer({ min: 1, max: 5000 }), fc.constant(0))),
    limits: maybe(limits),
    routeLimits: maybe(limits),
    wildcard: mostly(fc.constant(false), fc.constant(true)),
    proxied: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom('sidecar', 'gateway') }),
    proxy: fc.record({ host, port, addresses: maybe(many(address)) }),
    originates: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom('sidecar', 'gateway') }),
    allowFrom: maybe(many(account)),
    requests: maybe(requests),
    requestsFrom: maybe(many(account)),
    exportTo: maybe(many(mostly(fc.oneof(dnsLabel, fc.constant('.')), fc.oneof(oddText, fc.constant('*'))))),
    labels: maybe(meta),
    annotations: maybe(meta),
    hop: fc.constantFrom(undefined, 'mutual-tls', 'passthrough', 'plaintext', 'http', 'http'),
    plaintext: port,
  }), { minLength: 1, maxLength: 3 }),
  gatewayKind: fc.oneof({ weight: 3, arbitrary: fc.constant('existing') }, { weight: 1, arbitrary: fc.constantFrom('own', 'nginx', 'envoy') }),
  app: mostly(dnsLabel, fc.oneof(oddText, fc.constant(undefined))),
  lockdown: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  audit: fc.boolean(),
});

const HOPS: { [hop: string]: (number: number) => GatewayHop } = {
  'plaintext': number => GatewayHop.plaintext(number),
  'passthrough': () => GatewayHop.passthrough(),
  'http': () => GatewayHop.http(),
  'mutual-tls': () => GatewayHop.mutualTls(),
};

const milliseconds = (value: number | undefined) => value === undefined ? undefined : Duration.millis(value);
const limitsOf = ({ connectTimeout, ...others }: any = {}) => ({ ...others, connectTimeout: milliseconds(connectTimeout) });

/** The documents that the constructs make of an input, or the name of the problem for which they refuse it. */
function documents(given: any): { yaml?: string; problem?: string } {
  const { chart: id, namespace: own, gateway: existing, gatewayKind, app: appName, egresses, lockdown, audit } = given;
  try {
    const app = new App();
    EgressApp.configure(app, { name: appName });
    const chart = new Chart(app, id, { namespace: own });
    const dedicatedNodes = gatewayKind === 'existing' ? undefined : given.nodes;
    const gateway = gatewayOf(chart, gatewayKind, existing, workloadOf(given.workload, dedicatedNodes));
    for (const one of egresses) {
      const { id: name, hop, originates, allowFrom, requests: allowed, requestsFrom } = one;
      // mostly where it can be: the others are refused
      const way = hop === 'http' && one.kind !== 'http' && name.length > 1 ? 'mutual-tls' : hop;
      const identify = (who: string) => who === '*' ? WorkloadIdentity.namespace(own) : WorkloadIdentity.serviceAccount(own, who);
      const identities = allowFrom?.map(identify);
      const egress = egressOf(chart, one, identities);
      if (!egress) continue;
      if (hop) {
        const route = new EgressGatewayRoute(chart, `${name}-route`, {
          egress,
          gateway,
          hop: HOPS[way](one.plaintext),
          tlsOrigination: originates === 'gateway' ? TlsOrigination.simple() : undefined,
          forwardProxy: one.proxied === 'gateway' ? ForwardProxy.connect(one.proxy) : undefined,
          ...limitsOf(one.routeLimits),
        });
        if (identities && !one.exportTo && way !== 'passthrough' && way !== 'plaintext') route.allowFrom(...identities);
        if (allowed && way === 'http') route.allowRequests({ ...allowed, from: requestsFrom?.map(identify) });
      }
    }
    if (lockdown) new EgressLockdown(chart, 'a lockdown', { namespaces: [own], gateways: [gateway], dedicatedNodes });
    if (audit) new EgressAudit(chart, 'an audit', { gateways: [gateway] });
    return { yaml: Yaml.stringify(...chart.toJson()) };
  } catch (error) {
    const text = String((error as Error).message);
    const [, problem] = /\] ([a-z-]+): /.exec(text) ?? [];
    const ofLibrary = /There is already a Construct|Only alphanumeric|invalid|cannot|must be a whole number of millis/i.test(text);
    if (problem === undefined && !ofLibrary) throw error;
    return { problem: problem ?? 'cdk8s' };
  }
}

/** What the pods of a gateway are told, as its props have it. */
function workloadOf({ mounts, canaryRevision, ...told }: any, dedicated: any) {
  return {
    ...told,
    tolerations: dedicated ? [{ key: dedicated.taintKey, value: dedicated.taintValue }] : told.tolerations,
    mounts: mounts.map(([secret, ...where]: [boolean, string, string]) => secret ? GatewayMount.secret(...where) : GatewayMount.configMap(...where)),
    // mostly another one: the others are refused
    canaryRevision: canaryRevision === told.revision ? undefined : canaryRevision,
  };
}

/** One of the kinds of gateways. */
function gatewayOf(chart: Chart, kind: string, { service: name, serviceAccount, selector, ...given }: any, own: any): IEgressGateway {
  const { resolver, deniedRanges, allowedRanges, ...pods } = own;
  switch (kind) {
    case 'own':
      return new EgressGateway(chart, 'gateway', { ...given, ...pods, name });
    case 'nginx':
      return new SniProxyGateway(chart, 'gateway', { ...given, ...pods, deniedRanges, allowedRanges, name, proxy: SniProxy.nginx({ resolver }) });
    case 'envoy':
      return new SniProxyGateway(chart, 'gateway', { ...given, ...pods, deniedRanges, allowedRanges, name, proxy: SniProxy.envoy({ resolver }) });
    default:
      return EgressGateway.fromService(chart, 'gateway', { ...given, service: name, serviceAccount, selector });
  }
}

/** One of the constructs that say what may leave; none where it has its way in itself. */
function egressOf(chart: Chart, given: any, identities: WorkloadIdentity[] = [WorkloadIdentity.nobody()]): IEgress | undefined {
  const { id, kind, hosts, addresses, anyAddress, exportTo, labels, annotations, originates } = given;
  const common = { exportTo, labels, annotations, ...limitsOf(given.limits) };
  // plain HTTP has no 443, and what is known by name no ranges: said as users would, or everything is refused
  const ports = { port: kind === 'http' && given.port === 443 ? 80 : given.port, ports: given.ports };
  const single = addresses?.filter((one: unknown) => !String(one).includes('/'));
  const named = single?.length > 0 ? single : undefined;
  const identity = WorkloadIdentity.serviceAccount('edge', 'proxy');
  const tlsOrigination = originates === 'sidecar' ? TlsOrigination.simple() : undefined;
  const forwardProxy = given.proxied === 'sidecar' ? ForwardProxy.connect(given.proxy) : undefined;
  switch (kind) {
    case 'tls':
      return new TlsEgress(chart, id, {
        ...common,
        ...ports,
        hosts: given.wildcard ? hosts.map((name: string) => `*.${name}`) : hosts,
        addresses: given.wildcard ? undefined : named,
        httpPorts: given.httpPorts,
        forwardProxy,
      });
    case 'http':
      return new HttpEgress(chart, id, {
        ...common,
        ...ports,
        hosts,
        addresses: named,
        protocol: given.httpProtocol,
        retries: given.retries,
        retryOn: given.retries > 0 ? given.retryOn : undefined,
        timeout: milliseconds(given.timeout),
        tlsOrigination,
      });
    case 'proxy':
      new ExternalProxy(chart, id, { ...common, host: hosts[0], addresses: named, port: given.port, identity, allowFrom: identities });
      return undefined;
    case 'sni-proxy':
      new ExternalSniProxy(chart, id, { ...common, hosts, addresses: named, proxyPort: given.port, identity, allowFrom: identities });
      return undefined;
    default:
      return new TcpEgress(chart, id, {
        ...common, ...ports, host: hosts[0], addresses, anyAddress, protocol: given.protocol, tlsOrigination, forwardProxy,
      });
  }
}

async function main() {
  const judge = spawn(options.judge!, ['judge-stream'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: judge.stdout })[Symbol.asyncIterator]();
  const seen: Record<string, number> = {};
  let asked = 0;
  const details = await fc.check(fc.asyncProperty(input, async given => {
    const { yaml, problem } = documents(given);
    seen[problem ?? 'accepted'] = (seen[problem ?? 'accepted'] ?? 0) + 1;
    if (yaml === undefined) return;
    judge.stdin.write(`${JSON.stringify({ id: ++asked, manifests: yaml, effect: options.effect })}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error('the judge has ended');
    const { accepted, errors, dropped = [] } = JSON.parse(value);
    if (!accepted) throw new Error(`refused, although we accept it: ${errors.join('; ')}\n${yaml}`);
    if (dropped.length > 0) throw new Error(`Istio leaves out what we accept: ${dropped.join('; ')}\n${yaml}`);
  }), { numRuns: runs, seed });
  judge.stdin.end();
  const counts = Object.entries(seen).sort(([, a], [, b]) => b - a).map(([what, n]) => `${what} ${n}`);
  console.log(`${details.numRuns} inputs, seed ${seed}; ${counts.join(', ')}`);
  if (details.failed) {
    console.error(fc.defaultReportMessage(details));
    process.exit(1);
  }
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
