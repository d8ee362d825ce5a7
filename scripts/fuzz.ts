/*
 * Random inputs to the constructs: what they accept, Istio must accept.
 * npm run fuzz [-- --judge BINARY --runs N --seed S --effect]: BINARY is the conformance lab, whose `judge-stream` answers for Istio;
 * with --effect it must also leave nothing out of what it sends to proxies, which takes longer.
 */
import { spawn } from 'child_process';
import { createInterface } from 'readline';
import { parseArgs } from 'util';
import { App, Chart, Yaml } from 'cdk8s';
import fc from 'fast-check';
import { EgressGateway, EgressGatewayRoute, GatewayHop, TcpEgress, TcpProtocol, TlsEgress } from '../src';

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

const input = fc.record({
  chart: mostly(dnsLabel, fc.string({ minLength: 1, maxLength: 80 })),
  namespace,
  gateway: fc.record({
    namespace,
    service: namespace,
    serviceAccount: namespace,
    port: maybe(port),
    labels: mostly(fc.constant({ istio: 'egressgateway' }), meta),
    trustDomain: maybe(mostly(fc.constant('corp.example'), oddText)),
    clusterDomain: maybe(mostly(fc.constant('k8s.corp'), oddText)),
  }),
  egresses: fc.array(fc.record({
    id: mostly(dnsLabel, fc.string({ minLength: 1, maxLength: 80 })),
    tls: fc.boolean(),
    hosts: many(host),
    addresses: fc.oneof({ weight: 9, arbitrary: many(address) }, { weight: 1, arbitrary: fc.constant(undefined) }),
    anyAddress: mostly(fc.constant(undefined), fc.constant(true)),
    port,
    ports: mostly(fc.constant(undefined), many(port)),
    protocol: maybe(mostly(fc.constantFrom(...Object.values(TcpProtocol)), oddText)),
    exportTo: maybe(many(mostly(fc.oneof(dnsLabel, fc.constant('.')), fc.oneof(oddText, fc.constant('*'))))),
    labels: maybe(meta),
    annotations: maybe(meta),
    hop: fc.constantFrom(undefined, 'mutual-tls', 'passthrough', 'plaintext'),
    plaintext: port,
  }), { minLength: 1, maxLength: 3 }),
});

/** The documents that the constructs make of an input, or the name of the problem for which they refuse it. */
function documents({ chart: id, namespace: own, gateway: existing, egresses }: any): { yaml?: string; problem?: string } {
  try {
    const app = new App();
    const chart = new Chart(app, id, { namespace: own });
    const gateway = EgressGateway.fromService(chart, 'gateway', existing);
    for (const { id: name, tls, hosts, hop, plaintext, anyAddress, protocol, ...props } of egresses) {
      const egress = tls
        ? new TlsEgress(chart, name, { hosts, ...props })
        : new TcpEgress(chart, name, { host: hosts[0], anyAddress, protocol, ...props });
      if (hop) {
        const how = hop === 'plaintext' ? GatewayHop.plaintext(plaintext) : hop === 'passthrough' ? GatewayHop.passthrough() : GatewayHop.mutualTls();
        new EgressGatewayRoute(chart, `${name}-route`, { egress, gateway, hop: how });
      }
    }
    return { yaml: Yaml.stringify(...chart.toJson()) };
  } catch (error) {
    const text = String((error as Error).message);
    const [, problem] = /\] ([a-z-]+): /.exec(text) ?? [];
    const ofLibrary = /There is already a Construct|Only alphanumeric|invalid|cannot/i.test(text);
    if (problem === undefined && !ofLibrary) throw error;
    return { problem: problem ?? 'cdk8s' };
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
    if (!accepted) throw new Error(`Istio refuses what we accept: ${errors.join('; ')}\n${yaml}`);
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
