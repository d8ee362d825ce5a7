import { App, Chart, Testing, Yaml } from 'cdk8s';
import fc from 'fast-check';
import { parse } from 'yaml';
import { appOf, chartOf, gatewayOf } from './support';
import {
  EgressAudit, EgressGatewayRoute, EgressLockdown, ExternalProxy, ExternalSniProxy, GatewayHop, HttpEgress, TcpEgress, TlsEgress, WorkloadIdentity,
} from '../src';

interface Wanted {
  readonly id: string;
  readonly number: number;
  readonly tls: boolean;
  readonly routed: 'no' | 'mutual-tls' | 'passthrough' | 'plaintext' | 'http' | 'external';
  readonly hosts: number;
  readonly exportTo: string[];

  /** What is permitted on an HTTP route, in this order. */
  readonly rules: number[];
}

const wanted = fc.uniqueArray(fc.record<Wanted>({
  id: fc.stringMatching(/^[a-z]{1,4}(-[a-z]{1,4})?$/),
  number: fc.integer({ min: 1, max: 200 }),
  tls: fc.boolean(),
  routed: fc.constantFrom('no', 'mutual-tls', 'passthrough', 'plaintext', 'http', 'external'),
  hosts: fc.integer({ min: 1, max: 3 }),
  exportTo: fc.constantFrom(['.'], ['*'], ['orders', '.']),
  rules: fc.uniqueArray(fc.nat(4), { maxLength: 4 }),
}), { minLength: 1, maxLength: 8, selector: ({ number }) => number });
const apps = wanted.map(all => [...new Map(all.map(one => [one.id, one])).values()]);

const RULES: ((route: EgressGatewayRoute) => void)[] = [
  route => route.allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'ratings')),
  route => route.allowFrom(WorkloadIdentity.namespace('bookinfo')),
  route => route.allowRequests({ methods: ['PUT', 'GET'] }),
  route => route.allowRequests({ from: [WorkloadIdentity.serviceAccount('bookinfo', 'ratings')], paths: ['/b', '/a/*'] }),
  route => route.allowRequests({ from: [WorkloadIdentity.serviceAccount('bookinfo', 'reviews')], methods: ['POST'], paths: ['/b'] }),
];

function external(chart: Chart, id: string, number: number, tls: boolean, hosts: number, exportTo: string[]): void {
  const proxy = { addresses: ['198.51.100.7'], identity: WorkloadIdentity.serviceAccount('edge', 'proxy'), allowFrom: [WorkloadIdentity.namespace('bookinfo')], exportTo };
  if (tls) {
    new ExternalSniProxy(chart, id, { ...proxy, hosts: Array.from({ length: hosts }, (_, i) => `h${i}.n${number}.example.com`), proxyPort: 7000 + number });
  } else {
    new ExternalProxy(chart, id, { ...proxy, host: `n${number}.example.com`, port: 7000 + number });
  }
}

/** The documents of an app, in the order in which they are written; with what is told of all of its egresses first, last or not at all. */
function build(all: readonly Wanted[], told: 'first' | 'last' | 'never' = 'never'): string[] {
  const chart = chartOf('bookinfo', appOf('bookinfo', new App()));
  const gateway = gatewayOf(chart);
  const tell = () => [new EgressLockdown(chart, 'z-lockdown', { namespaces: ['shop'], gateways: [gateway] }), new EgressAudit(chart, 'z-audit', { gateways: [gateway] })];
  if (told === 'first') tell();
  for (const { id, number, tls, routed, hosts, exportTo, rules } of all) {
    if (routed === 'external') {
      external(chart, id, number, tls, hosts, exportTo);
      continue;
    }
    if (routed === 'http') {
      const api = new HttpEgress(chart, id, { hosts: [`n${number}.example.com`], exportTo });
      const route = new EgressGatewayRoute(chart, `${id}-route`, { egress: api, gateway, hop: GatewayHop.http() });
      (told === 'last' ? [...rules].reverse() : rules).forEach(rule => RULES[rule](route));
      continue;
    }
    const egress = tls
      ? new TlsEgress(chart, id, { hosts: Array.from({ length: routed === 'plaintext' ? 1 : hosts }, (_, i) => `h${i}.n${number}.example.com`), exportTo })
      : new TcpEgress(chart, id, { host: `n${number}.example.com`, addresses: [`203.0.113.${number}`], port: 5432, exportTo });
    if (routed !== 'no') {
      const hop = routed === 'plaintext' ? GatewayHop.plaintext(7000 + number) : routed === 'passthrough' && tls ? GatewayHop.passthrough() : undefined;
      new EgressGatewayRoute(chart, `${id}-route`, { egress, gateway, hop });
    }
  }
  if (told === 'last') tell();
  return Testing.synth(chart).map(document => Yaml.stringify(document));
}

test('the same app built in another order gives the same bytes', () => {
  const shuffled = apps.chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(fc.property(shuffled, ([all, other]) => {
    // a lockdown takes no direct egress that is known by name alone
    const lockable = !all.some(({ routed, tls, exportTo }) => routed === 'no' && tls && exportTo.includes('*'));
    expect(build(other, lockable ? 'first' : 'never')).toEqual(build(all, lockable ? 'last' : 'never'));
  }));
});

test('removing an egress changes no byte of another, nor of the refusal of callers who still have one', () => {
  fc.assert(fc.property(apps, fc.nat(), (all, n) => {
    const gone = all[n % all.length];
    const before = build(all);
    const after = build(all.filter(one => one !== gone)).filter(document => !before.includes(document));
    expect(after.filter(document => parse(document).kind !== 'AuthorizationPolicy')).toEqual([]);
    if (all.some(one => one !== gone && one.routed === gone.routed && `${one.exportTo}` === `${gone.exportTo}` && one.rules.length + gone.rules.length === 0)) expect(after).toEqual([]);
  }));
});

test('no two egresses share a name, whatever their ids', () => {
  fc.assert(fc.property(apps, all => {
    const names = build(all).map(document => parse(document)).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
  }));
});

test('the order of what an app writes beside is left alone', () => {
  const chart = chartOf('bookinfo', appOf('bookinfo', new App()));
  const names = () => Testing.synth(chart).map(({ metadata }) => metadata.name);
  const { ApiObject } = jest.requireActual('cdk8s');
  new ApiObject(chart, 'b', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } });
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
  const after = new ApiObject(chart, 'a', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  expect(names().filter(name => ['a', 'b'].includes(name))).toEqual(['b', 'a']);
  egress.node.addDependency(after);
  expect(names().indexOf('a')).toBeLessThan(names().findIndex(name => name.startsWith('mongo-example-com-')));
});
