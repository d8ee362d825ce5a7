import { ApiObject, App, Chart, JsonPatch, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { chartOf, documents, gatewayOf, theDocument } from './support';
import { EgressGatewayRoute, EgressGatewayRouteProps, EgressIntent, GatewayHop, IEgress, TcpEgress, TlsEgress } from '../src';

const LEDGER = { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 };

function routed(hop?: GatewayHop) {
  const chart = chartOf();
  const egress = new TcpEgress(chart, 'ledger', LEDGER);
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop });
  return { chart, egress, route };
}

function routedTls(hop?: GatewayHop, props: Partial<ConstructorParameters<typeof TlsEgress>[2]> = {}) {
  const chart = chartOf();
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018, ...props });
  new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop });
  return chart;
}

describe('the client leg', () => {
  test('leads to the gateway in mutual TLS under the route\'s own name, and demands the gateway\'s identity', () => {
    const { chart } = routed();
    const own = theDocument(chart, 'Gateway').spec.servers[0].hosts[0];
    expect(own).toMatch(/^bookinfo-route-[0-9a-f]{8}\.bookinfo\.egress\.internal$/);
    expect(documents(chart, 'ServiceEntry').find(entry => entry.metadata.namespace === 'bookinfo').spec).toEqual({
      hosts: ['ledger.example.com'],
      addresses: ['203.0.113.10'],
      ports: [{ name: 'tcp-5432', number: 5432, protocol: 'TCP' }],
      location: 'MESH_EXTERNAL',
      resolution: 'DNS',
      endpoints: [{ address: 'istio-egressgateway.istio-system.svc.cluster.local', ports: { 'tcp-5432': 443 } }],
      exportTo: ['.'],
    });
    expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy).toEqual({
      tls: { mode: 'ISTIO_MUTUAL', sni: own, subjectAltNames: ['spiffe://cluster.local/ns/istio-system/sa/istio-egressgateway-service-account'] },
    });
  });

  test('is the same objects with and without a route, so that patches stay', () => {
    const direct = chartOf();
    new TcpEgress(direct, 'ledger', LEDGER);
    const { chart, egress } = routed();
    egress.serviceEntry.addJsonPatch(JsonPatch.add('/spec/patched', true));
    const ids = Testing.synth(chart).map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`);
    expect(ids).toEqual(expect.arrayContaining(Testing.synth(direct).map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`)));
    expect(documents(chart, 'ServiceEntry').find(({ metadata }) => metadata.namespace === 'bookinfo').spec.patched).toBe(true);
  });

  test.each([['plaintext', GatewayHop.plaintext(7777), 7777], ['passthrough', GatewayHop.passthrough(), 443]])(
    'over a %s hop is written out as DISABLE', (_, hop, port) => {
      const chart = routedTls(hop);
      expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' } });
      expect(documents(chart, 'ServiceEntry').find(({ metadata }) => metadata.namespace === 'bookinfo').spec.endpoints[0].ports).toEqual({ 'tls-27018': port });
    });
});

describe('the door', () => {
  test('over mutual TLS terminates it under the own name and hands on as TCP', () => {
    const { chart } = routed();
    const { metadata, spec } = theDocument(chart, 'Gateway');
    const own = spec.servers[0].hosts[0];
    expect(metadata.namespace).toBe('istio-system');
    expect(spec).toEqual({
      selector: { istio: 'egressgateway' },
      servers: [{ hosts: [own], port: { name: metadata.name, number: 443, protocol: 'TLS' }, tls: { mode: 'ISTIO_MUTUAL' } }],
    });
    expect(theDocument(chart, 'VirtualService').spec).toEqual({
      hosts: [own],
      exportTo: ['.'],
      gateways: [metadata.name],
      tcp: [{ match: [{ port: 443 }], route: [{ destination: { host: own, port: { number: 443 } } }] }],
    });
  });

  test('over passthrough is opened by the real host', () => {
    const chart = routedTls(GatewayHop.passthrough());
    expect(theDocument(chart, 'Gateway').spec.servers[0]).toMatchObject({ hosts: ['mongo.example.com'], tls: { mode: 'PASSTHROUGH' } });
    const { spec } = theDocument(chart, 'VirtualService');
    expect(spec.hosts).toEqual(['mongo.example.com']);
    expect(spec.tcp).toBeUndefined();
    expect(spec.tls[0].match).toEqual([{ port: 443, sniHosts: ['mongo.example.com'] }]);
    expect(spec.tls[0].route[0].destination.host).toMatch(/\.bookinfo\.egress\.internal$/);
  });

  test('in plaintext is a port', () => {
    const { chart } = routed(GatewayHop.plaintext(7777));
    const [server] = theDocument(chart, 'Gateway').spec.servers;
    expect(server.port).toMatchObject({ number: 7777, protocol: 'TCP' });
    expect(server.tls).toBeUndefined();
    expect(theDocument(chart, 'VirtualService').spec.tcp[0].match).toEqual([{ port: 7777 }]);
  });
});

describe('the outer leg', () => {
  const outer = (chart: Chart) => documents(chart, 'ServiceEntry').filter(({ metadata }) => metadata.namespace === 'istio-system').map(({ spec }) => spec);

  test('reaches TCP hosts by address, under a TLS port that makes no listener of its own', () => {
    expect(outer(routed().chart)).toEqual([{
      hosts: [expect.stringMatching(/\.bookinfo\.egress\.internal$/)],
      ports: [{ name: 'tls', number: 443, protocol: 'TLS' }],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      endpoints: [{ address: '203.0.113.10', ports: { tls: 5432 } }],
      exportTo: ['.'],
    }]);
  });

  test('reaches TLS hosts by DNS, or by their addresses', () => {
    expect(outer(routedTls())[0]).toMatchObject({ resolution: 'DNS', endpoints: [{ address: 'mongo.example.com', ports: { tls: 27018 } }] });
    expect(outer(routedTls(undefined, { addresses: ['203.0.113.40'] }))[0]).toMatchObject({ resolution: 'STATIC', endpoints: [{ address: '203.0.113.40' }] });
  });

  test('is one for each host and port, and the client leg tells them apart by own names', () => {
    const chart = routedTls(undefined, { hosts: ['a.example.com', 'b.example.com'], port: undefined, ports: [443, 8443] });
    const reached = Object.fromEntries(outer(chart).map(({ hosts, endpoints }) => [hosts[0], `${endpoints[0].address}:${endpoints[0].ports.tls}`]));
    const led = documents(chart, 'DestinationRule').flatMap(({ spec }) => spec.trafficPolicy.portLevelSettings
      .map(({ port, tls }: any) => [tls.sni, `${spec.host}:${port.number}`]));
    expect(Object.fromEntries(led)).toEqual(reached);
    expect(Object.values(reached).sort()).toEqual(['a.example.com:443', 'a.example.com:8443', 'b.example.com:443', 'b.example.com:8443']);
  });
});

describe('who may use a route', () => {
  const policies = (chart: Chart) => documents(chart, 'AuthorizationPolicy').map(({ spec }) => spec);

  test('the gateway refuses other namespaces by one policy, however many routes', () => {
    const chart = chartOf();
    const gateway = gatewayOf(chart);
    for (let i = 0; i < 3; i++) {
      new EgressGatewayRoute(chart, `route${i}`, { egress: new TlsEgress(chart, `e${i}`, { hosts: [`h${i}.example.com`] }), gateway });
    }
    expect(policies(chart)).toEqual([{
      selector: { matchLabels: { istio: 'egressgateway' } },
      action: 'DENY',
      rules: [{ from: [{ source: { notNamespaces: ['bookinfo'] } }], when: [{ key: 'connection.sni', values: ['*.bookinfo.egress.internal'] }] }],
    }]);
  });

  test('wider clients have names under a domain of their own', () => {
    const chart = routedTls(undefined, { exportTo: ['orders', '.'] });
    const [{ rules: [rule] }] = policies(chart);
    expect(rule.from[0].source.notNamespaces).toEqual(['bookinfo', 'orders']);
    const suffix = rule.when[0].values[0].slice(1);
    expect(suffix).toMatch(/^\.bookinfo-orders-[0-9a-f]{8}\.shared-egress\.internal$/);
    expect(theDocument(chart, 'Gateway').spec.servers[0].hosts[0].endsWith(suffix)).toBe(true);
  });

  test('a route shared with one namespace has another policy than that namespace\'s own', () => {
    const chart = chartOf();
    const gateway = gatewayOf(chart);
    new EgressGatewayRoute(chart, 'own', { egress: new TlsEgress(chart, 'a', { hosts: ['a.example.com'] }), gateway });
    new EgressGatewayRoute(chart, 'shared', { egress: new TlsEgress(chart, 'b', { namespace: 'platform', hosts: ['b.example.com'], exportTo: ['bookinfo'] }), gateway });
    const names = documents(chart, 'AuthorizationPolicy').map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(2);
  });

  test.each([
    ['all are clients', undefined, { exportTo: ['*'] }],
    ['a passthrough hop knows no callers', GatewayHop.passthrough(), {}],
    ['a plaintext hop knows no callers', GatewayHop.plaintext(7777), {}],
  ])('no policy where %s', (_, hop, props) => {
    expect(policies(routedTls(hop, props))).toEqual([]);
  });
});

test('every object is reachable, and carries the route\'s labels and annotations', () => {
  const chart = chartOf();
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), labels: { team: 'books' }, annotations: { note: 'x' } });
  const own = [...route.gateways, ...route.virtualServices, ...route.serviceEntries];
  expect(own.map(object => object.kind)).toEqual(['Gateway', 'VirtualService', 'ServiceEntry']);
  for (const object of own) {
    expect(object.toJson().metadata).toMatchObject({ labels: { team: 'books' }, annotations: { note: 'x' } });
  }
  expect(route.authorizationPolicy!.kind).toBe('AuthorizationPolicy');
  expect(ApiObject.of(egress)).toBe(egress.serviceEntry);
  expect([...own, route.authorizationPolicy, egress.serviceEntry, ...egress.destinationRules]).toHaveLength(Testing.synth(chart).length);
});

test('a hosting server takes the place of every host outside, and of nothing else', () => {
  const entries = (props: Partial<EgressGatewayRouteProps>) => {
    const chart = chartOf();
    const egress = new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org', 'wikipedia.org'] });
    new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hostingServer: 'www.wikipedia.org', ...props });
    return documents(chart, 'ServiceEntry').map(({ spec }) => [spec.hosts.length, spec.resolution, spec.endpoints]);
  };
  const [client, ...outer] = entries({}).sort(([a], [b]) => b - a);
  expect(client).toEqual([2, 'DNS', [{ address: 'istio-egressgateway.istio-system.svc.cluster.local', ports: { 'tls-443': 443 } }]]);
  expect(outer).toEqual([1, 2].map(() => [1, 'DNS', [{ address: 'www.wikipedia.org', ports: { tls: 443 } }]]));
  expect(entries({ hop: GatewayHop.passthrough() })).toEqual(entries({}));
});

test('a company\'s own construct can be routed, by the egress that it contains', () => {
  class CompanyDatabase extends Construct implements IEgress {
    public readonly intent: EgressIntent;
    public constructor(scope: Construct, id: string) {
      super(scope, id);
      this.intent = new TcpEgress(this, 'egress', LEDGER).intent;
    }
  }
  const chart = chartOf();
  new EgressGatewayRoute(chart, 'route', { egress: new CompanyDatabase(chart, 'db'), gateway: gatewayOf(chart) });
  expect(documents(chart, 'ServiceEntry').map(({ spec }) => spec.resolution).sort()).toEqual(['DNS', 'STATIC']);
});

describe('refuses', () => {
  test.each<[string, any]>([
    ['missing-value: egress is not given', { egress: undefined }],
    ['missing-value: gateway is not given', { gateway: undefined }],
    ['invalid-value: egress is another object; give an IEgress', { egress: new App() }],
    ['invalid-value: gateway is "out"; give an IEgressGateway', { gateway: 'out' }],
    ['invalid-value: hop is "mutualTls"; give a GatewayHop', { hop: 'mutualTls' }],
    ['invalid-value: labels is "x"; give an object of strings', { labels: 'x' }],
    ['invalid-port: the port of GatewayHop.plaintext is undefined', { hop: (GatewayHop as any).plaintext() }],
    ['invalid-host: hostingServer "198.51.100.1" is an address', { hostingServer: '198.51.100.1' }],
    ['wildcard-host: hostingServer "*.example.com" is a wildcard; give one exact name', { hostingServer: '*.example.com' }],
    ['invalid-port: the port of GatewayHop.plaintext is 70000', { hop: GatewayHop.plaintext(70000) }],
    ['invalid-label: labels "a" has the value 1', { labels: { a: 1 } }],
  ])('%s', (message, props) => {
    const chart = chartOf();
    const egress = new TcpEgress(chart, 'ledger', LEDGER);
    expect(() => new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), ...props })).toThrow(`[bookinfo/route] ${message}`);
  });

  test('an egress or gateway of another app, and writes nothing', () => {
    const elsewhere = chartOf('bookinfo', new App());
    const outdir = Testing.app().outdir;
    const app = new App({ outdir });
    const chart = chartOf('bookinfo', app);
    new EgressGatewayRoute(chart, 'route', { egress: new TcpEgress(elsewhere, 'ledger', LEDGER), gateway: gatewayOf(elsewhere) });
    expect(() => app.synth()).toThrow(/\[bookinfo\/route\] foreign-egress: egress "bookinfo\/ledger" belongs to another app.*\n.*\[bookinfo\/route\] foreign-gateway: /);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    expect(require('fs').readdirSync(outdir)).toEqual([]);
  });
});
