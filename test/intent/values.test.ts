import { App } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressApp, EgressGateway, EgressLockdown, SniProxyGateway, TlsEgress, WildcardResolution } from '../../src';
import { WorkloadValues } from '../../src/gateway/workload-values';
import { singleAddresses } from '../../src/intent/single-addresses';
import { Values } from '../../src/intent/values';
import { chartOf, documents } from '../support';

describe('the path of values is that of the construct', () => {
  test.each(['x', 'a/b', '/', 'a//b/'])('%s', id => {
    const chart = chartOf();
    const { path } = new Construct(chart, id).node;
    expect(new Values(chart, id).path).toBe(path);
    expect(Values.of(chart.node.children[0]).path).toBe(path);
  });

  test('so that an id with a slash is not two ids', () => {
    const chart = chartOf();
    new TlsEgress(chart, 'a/b', { hosts: ['one.example.com'] });
    new TlsEgress(new Construct(chart, 'a'), 'b', { hosts: ['two.example.com'] });
    expect(new Set(documents(chart, 'ServiceEntry').map(({ metadata }) => metadata.name)).size).toBe(2);
  });
});

test('the app itself has values too', () => {
  const app = new App();
  expect(Values.of(app).name('name', 'a')).toBe('a');
  expect(() => Values.of(app).name('name', 'A')).toThrow('[the app] invalid-name: name is "A"');
  expect(() => EgressApp.configure(new App(), { name: 'bookinfo' })).not.toThrow();
});

describe('labels and annotations', () => {
  const values = new Values(chartOf(), 'x');

  test.each(['toString', 'hasOwnProperty', 'valueOf'])('may have the key %s', key => {
    expect(values.labels('labels', { [key]: 'x' })).toEqual({ [key]: 'x' });
    expect(values.annotations({ [key]: 'x' })).toEqual({ [key]: 'x' });
    const chart = chartOf();
    new TlsEgress(chart, 'web', { hosts: ['web.example.com'], labels: { [key]: 'x' }, annotations: { [key]: 'x' } });
    for (const { metadata } of [...documents(chart, 'ServiceEntry'), ...documents(chart, 'DestinationRule')]) {
      expect(Object.entries(metadata.labels)).toContainEqual([key, 'x']);
      expect(Object.entries(metadata.annotations)).toContainEqual([key, 'x']);
    }
    new EgressGateway(chart, 'gateway', { name: 'out', labels: { [key]: 'x' } });
    expect(Object.entries(documents(chart, 'Deployment')[0].spec.template.metadata.labels)).toContainEqual([key, 'x']);
  });

  test('cannot have the key that cdk8s cannot write', () => {
    const mend = '; cdk8s takes an object with it for no plain one';
    expect(() => values.labels('labels', { constructor: 'x' } as any)).toThrow(`[bookinfo/x] invalid-label: labels has the key "constructor"${mend}`);
    expect(() => values.annotations({ constructor: 'x' } as any)).toThrow(`[bookinfo/x] invalid-annotation: annotations has the key "constructor"${mend}`);
  });

  test.each<[string, any]>([
    ['a list', ['x']],
    ['a list', []],
    ['another object', new Map([['team', 'books']])],
    ['"team=books"', 'team=books'],
  ])('are not %s', (shown, given) => {
    expect(() => values.labels('nodeSelector', given)).toThrow(`[bookinfo/x] invalid-value: nodeSelector is ${shown}; give an object of strings`);
    expect(() => values.annotations(given)).toThrow(`[bookinfo/x] invalid-value: annotations is ${shown}; give an object of strings`);
  });
});

describe('a Service', () => {
  const props = { namespace: '2026', service: 'out', selector: { app: 'out' }, serviceAccount: '2026' };

  test('begins with a letter, other names do not need to', () => {
    expect(new Values(chartOf(), 'x').serviceName('name', 'a2-b')).toBe('a2-b');
    expect(() => EgressGateway.fromService(chartOf(), 'x', props)).not.toThrow();
  });

  test.each<[string, string, (chart: ReturnType<typeof chartOf>) => unknown]>([
    ['an egress gateway', 'name is "2026-out"', chart => new EgressGateway(chart, 'x', { name: '2026-out' })],
    ['one that is there', 'service is "0"', chart => EgressGateway.fromService(chart, 'x', { ...props, service: '0' })],
  ])('of %s cannot begin with a digit', (_, wrong, make) => {
    expect(() => make(chartOf('2026'))).toThrow(`[2026/x] invalid-name: ${wrong}`);
    expect(() => make(chartOf('2026'))).toThrow(/, and a Service\'s begins with a letter; give one such as "egress-[-a-z0-9]+"$/);
  });
});

describe('a list', () => {
  const values = new Values(chartOf(), 'x');
  const addresses = (length: number) => Array.from({ length }, (_, i) => `10.0.${Math.floor(i / 256)}.${i % 256}`);
  const names = (length: number) => Array.from({ length }, (_, i) => `n${i}`);

  test.each<[string, () => unknown[], number]>([
    ['addresses of one entry', () => values.addresses('addresses', addresses(256)), 256],
    ['addresses as endpoints', () => singleAddresses(values, 'addresses', addresses(4096)), 4096],
    ['ports of one entry', () => values.ports(undefined, Array.from({ length: 256 }, (_, i) => i + 1)), 256],
    ['clients', () => values.clients(names(1000), 'bookinfo'), 1000],
    ['anything else', () => values.list('hosts', names(5000), (_, host) => host), 5000],
    ['ranges', () => new WorkloadValues(chartOf(), 'x').ranges('deniedRanges', addresses(1000)), 1000],
  ])('takes as many as Istio does: %s', (_, list, length) => {
    expect(list()).toHaveLength(length);
  });

  test.each<[string, () => unknown]>([
    ['addresses has 257 items; at most 256, as many as one ServiceEntry of Istio takes', () => values.addresses('addresses', addresses(257))],
    ['addresses has 4097 items; at most 4096, as many endpoints as one ServiceEntry of Istio takes', () => singleAddresses(values, 'addresses', addresses(4097))],
    ['ports has 257 items; at most 256', () => values.ports(undefined, Array.from({ length: 257 }, (_, i) => i + 1))],
  ])('takes no more: too-many: %s', (message, list) => {
    expect(list).toThrow(`[bookinfo/x] too-many: ${message}`);
  });

  test('names what stands there already, however long it is', () => {
    expect(() => values.list('hosts', [...names(50_000), 'n7'], (_, host) => host)).toThrow('[bookinfo/x] duplicate-value: hosts[50000] "n7" stands there already');
  });

  test('of many namespaces is no problem of a lockdown', () => {
    const chart = chartOf();
    new EgressLockdown(chart, 'lockdown', { namespaces: names(257) });
    expect(documents(chart, 'Sidecar')).toHaveLength(257);
  });
});

test('the ports of a Service are any number, sorted, but those of the proxy', () => {
  const values = new WorkloadValues(chartOf(), 'x');
  expect(values.servicePorts(undefined)).toEqual([]);
  expect(values.servicePorts([])).toEqual([]);
  expect(values.servicePorts([7777, 443])).toEqual([443, 7777]);
  expect(values.servicePorts(Array.from({ length: 300 }, (_, i) => i + 1))).toHaveLength(300);
  expect(() => values.servicePorts([443, 15020])).toThrow('[bookinfo/x] reserved-port: ports[1] is 15020');
});

describe('an empty list is as none given', () => {
  const without = (kind: string, props: (empty: [] | undefined) => (chart: ReturnType<typeof chartOf>) => unknown) => {
    const [none, empty] = [undefined, [] as []].map(given => {
      const chart = chartOf();
      props(given)(chart);
      return documents(chart, kind);
    });
    expect(empty).toEqual(none);
  };

  test.each<[string, string, (empty: [] | undefined) => (chart: ReturnType<typeof chartOf>) => unknown]>([
    ['addresses of a host', 'ServiceEntry', addresses => chart => new TlsEgress(chart, 'e', { hosts: ['a.example.com'], addresses })],
    ['addresses of a wildcard', 'ServiceEntry', addresses => chart => new TlsEgress(chart, 'e', { hosts: ['*.example.com'], addresses })],
    ['addresses beside a resolution', 'ServiceEntry',
      addresses => chart => new TlsEgress(chart, 'e', { hosts: ['*.example.com'], addresses, resolution: WildcardResolution.dynamicDns() })],
    ['mounts and tolerations', 'Deployment', mounts => chart => new EgressGateway(chart, 'g', { name: 'out', mounts, tolerations: mounts })],
    ['ranges', 'NetworkPolicy', deniedRanges => chart => new SniProxyGateway(chart, 'g', { name: 'sni', deniedRanges, allowedRanges: deniedRanges })],
  ])('%s', (_, kind, props) => without(kind, props));
});
