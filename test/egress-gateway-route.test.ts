import { App, Chart, JsonPatch, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { appOf, chartOf, documents, gatewayOf, ownNameOf, theDocument } from './support';
import {
  Egress, EgressGateway, EgressGatewayBase, EgressGatewayRoute, EgressGatewayRouteProps, ForwardProxy, GatewayHop, IEgress, IEgressGateway,
  TcpEgress, TlsEgress,
} from '../src';

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
    const own = ownNameOf(theDocument(chart, 'Gateway'));
    expect(own).toMatch(/^s-[0-9a-f]{8}\.bookinfo-ledger-example-com-5432-[0-9a-f]{8}\.bookinfo\.egress\.internal$/);
    expect(documents(chart, 'ServiceEntry').find(entry => entry.metadata.namespace === 'bookinfo').spec).toEqual({
      hosts: ['ledger.example.com'],
      addresses: ['203.0.113.10'],
      ports: [{ name: 'tcp-5432', number: 5432, protocol: 'TCP' }],
      location: 'MESH_EXTERNAL',
      resolution: 'DNS',
      endpoints: [{ address: 'istio-egressgateway.istio-system.svc.cluster.local', ports: { 'tcp-5432': 443 } }],
      exportTo: ['.'],
    });
    const tls = (sni: string) => ({ mode: 'ISTIO_MUTUAL', sni, subjectAltNames: ['spiffe://cluster.local/ns/istio-system/sa/istio-egressgateway-service-account'] });
    expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy).toEqual({
      tls: tls('egress.internal'), portLevelSettings: [{ port: { number: 5432 }, tls: tls(own) }],
    });
  });

  test('is the same objects with and without a route, so that patches stay', () => {
    const direct = chartOf();
    new TcpEgress(direct, 'ledger', LEDGER);
    const { chart, egress } = routed();
    egress.serviceEntry().addJsonPatch(JsonPatch.add('/spec/patched', true));
    const ids = Testing.synth(chart).map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`);
    expect(ids).toEqual(expect.arrayContaining(Testing.synth(direct).map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`)));
    expect(documents(chart, 'ServiceEntry').find(({ metadata }) => metadata.namespace === 'bookinfo').spec.patched).toBe(true);
  });

  test.each([['plaintext', GatewayHop.plaintext(7777), 7777], ['passthrough', GatewayHop.passthrough(), 443]])(
    'over a %s hop is written out as DISABLE', (_, hop, port) => {
      const chart = routedTls(hop);
      expect(theDocument(chart, 'DestinationRule', 'bookinfo').spec.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' } });
      expect(documents(chart, 'ServiceEntry').find(({ metadata }) => metadata.namespace === 'bookinfo').spec.endpoints[0].ports).toEqual({ 'tls-27018': port });
    });
});

describe('the door', () => {
  test('over mutual TLS terminates it under the own name and hands on as TCP', () => {
    const { chart } = routed();
    const { metadata, spec } = theDocument(chart, 'Gateway');
    const own = ownNameOf({ spec });
    expect(metadata.namespace).toBe('istio-system');
    expect(spec).toEqual({
      selector: { istio: 'egressgateway' },
      servers: [{ hosts: [`./${own}`], port: { name: metadata.name, number: 443, protocol: 'TLS' }, tls: { mode: 'ISTIO_MUTUAL' } }],
    });
    expect(theDocument(chart, 'VirtualService', 'istio-system').spec).toEqual({
      hosts: [own],
      exportTo: ['.'],
      gateways: [metadata.name],
      tcp: [{ match: [{ port: 443 }], route: [{ destination: { host: own, port: { number: 443 } } }] }],
    });
  });

  test('over passthrough is opened by the real host', () => {
    const chart = routedTls(GatewayHop.passthrough());
    expect(theDocument(chart, 'Gateway').spec.servers[0]).toMatchObject({ hosts: ['./mongo.example.com'], tls: { mode: 'PASSTHROUGH' } });
    const { spec } = theDocument(chart, 'VirtualService', 'istio-system');
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
    expect(theDocument(chart, 'VirtualService', 'istio-system').spec.tcp[0].match).toEqual([{ port: 7777 }]);
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
    const reached = Object.fromEntries(outer(chart).map(({ hosts, ports, endpoints: [{ address, ports: moved }] }) => [hosts[0], `${address}:${moved?.tls ?? ports[0].number}`]));
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
      rules: [{
        from: [{ source: { notPrincipals: ['cluster.local/ns/bookinfo/*'] } }],
        when: [{ key: 'connection.sni', values: [expect.stringMatching(/^s-[0-9a-f]{8}\.\*$/)] }],
      }, expect.anything()],
    }]);
    const [prefix] = policies(chart)[0].rules[0].when[0].values.map((value: string) => value.slice(0, -1));
    expect(documents(chart, 'Gateway').map(ownNameOf).filter(name => name.startsWith(prefix))).toHaveLength(3);
  });

  test('an app has one policy, which also refuses callers that it does not name', () => {
    const chart = chartOf('bookinfo', appOf('shop'));
    const gateway = gatewayOf(chart);
    const clients = [['.'], ['.', 'orders'], ['*']];
    clients.forEach((exportTo, i) => {
      new EgressGatewayRoute(chart, `route${i}`, { egress: new TlsEgress(chart, `e${i}`, { hosts: [`h${i}.example.com`], exportTo }), gateway });
    });
    const names = documents(chart, 'Gateway').map(ownNameOf);
    expect(names.filter(name => !name.endsWith('.shop.egress.internal'))).toEqual([]);
    const sets = names.map(name => name.split('.')[0]);
    expect(sets).toEqual([expect.stringMatching(/^s-[0-9a-f]{8}$/), expect.stringMatching(/^s-[0-9a-f]{8}$/), 's-all']);
    const { metadata, spec } = theDocument(chart, 'AuthorizationPolicy');
    expect(metadata.labels['app.kubernetes.io/part-of']).toBe('shop');
    const rule = (set: string, ...namespaces: string[]) => ({
      from: [{ source: { notPrincipals: namespaces.map(namespace => `cluster.local/ns/${namespace}/*`) } }], when: [{ key: 'connection.sni', values: [`${set}.*`] }],
    });
    const [own, shared, all] = sets;
    expect(spec).toEqual({
      selector: { matchLabels: { istio: 'egressgateway' } },
      action: 'DENY',
      rules: [rule(shared, 'bookinfo', 'orders'), rule(own, 'bookinfo'), {
        when: [{ key: 'connection.sni', values: ['*.shop.egress.internal'], notValues: [all, shared, own].map(set => `${set}.*`) }],
      }],
    });
  });

  test('wider clients have names that begin with a set of their own', () => {
    const chart = routedTls(undefined, { exportTo: ['orders', '.'] });
    const [{ rules: [rule] }] = policies(chart);
    expect(rule.from[0].source.notPrincipals).toEqual(['cluster.local/ns/bookinfo/*', 'cluster.local/ns/orders/*']);
    const [prefix] = rule.when[0].values.map((value: string) => value.slice(0, -1));
    expect(prefix).toMatch(/^s-[0-9a-f]{8}\.$/);
    expect(ownNameOf(theDocument(chart, 'Gateway')).startsWith(prefix)).toBe(true);
    expect(ownNameOf(theDocument(routedTls(), 'Gateway')).startsWith(prefix)).toBe(false);
  });

  test('a route shared with one namespace has that namespace\'s own policy: the callers are the same', () => {
    const chart = chartOf();
    const gateway = gatewayOf(chart);
    new EgressGatewayRoute(chart, 'own', { egress: new TlsEgress(chart, 'a', { hosts: ['a.example.com'] }), gateway });
    new EgressGatewayRoute(chart, 'shared', { egress: new TlsEgress(chart, 'b', { namespace: 'platform', hosts: ['b.example.com'], exportTo: ['bookinfo'] }), gateway });
    expect(policies(chart).map(({ rules }) => rules[0].from[0].source.notPrincipals)).toEqual([['cluster.local/ns/bookinfo/*']]);
    const [prefix] = policies(chart)[0].rules[0].when[0].values.map((value: string) => value.slice(0, -1));
    expect(documents(chart, 'Gateway').map(ownNameOf).filter(name => !name.startsWith(prefix))).toEqual([]);
  });

  test.each<[string, GatewayHop | undefined, object?, string[]?]>([
    ['a passthrough hop knows no callers', GatewayHop.passthrough()],
    ['a plaintext hop knows no callers', GatewayHop.plaintext(7777)],
    ['all are clients', undefined, { exportTo: ['*'] }, ['s-all.*']],
  ])('only names of the app that it does not know are refused where %s', (_, hop, props = {}, notValues = undefined) => {
    expect(policies(routedTls(hop, props)).map(({ rules }) => rules)).toEqual([
      [{ when: [{ key: 'connection.sni', values: ['*.bookinfo.egress.internal'], ...(notValues ? { notValues } : {}) }] }],
    ]);
  });
});

test('every object is reachable, and carries the route\'s labels and annotations', () => {
  const chart = chartOf();
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), labels: { team: 'books' }, annotations: { note: 'x' } });
  const own = [route.gateway(), route.virtualService(), route.serviceEntry()];
  expect(own.map(object => object.kind)).toEqual(['Gateway', 'VirtualService', 'ServiceEntry']);
  for (const object of own) {
    expect(object.toJson().metadata).toMatchObject({ labels: { team: 'books' }, annotations: { note: 'x' } });
  }
  expect(route.objects).toEqual(own);
  expect(egress.objects).toEqual([egress.serviceEntry(), egress.destinationRule()]);
  const policies = documents(chart, 'AuthorizationPolicy');
  expect(policies).toHaveLength(1);
  expect([...route.objects, ...egress.objects, ...policies]).toHaveLength(Testing.synth(chart).length);
});

test('objects are found by host and port, and what is not there is refused by what there is', () => {
  const chart = chartOf();
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['b.example.com', 'a.example.com'], ports: [8443, 443] });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart) });
  expect(egress.destinationRule('b.example.com').toJson().spec.host).toBe('b.example.com');
  expect(route.serviceEntry('b.example.com', 8443).toJson().spec.endpoints).toEqual([{ address: 'b.example.com', ports: { tls: 8443 } }]);
  expect(route.gateway('a.example.com', 443)).not.toBe(route.gateway('a.example.com', 8443));
  expect(() => egress.serviceEntry()).toThrow('[bookinfo/mongo] unknown-object: ServiceEntry is 2 objects; name one of: a.example.com, b.example.com');
  expect(() => egress.serviceEntry('c.example.com')).toThrow('[bookinfo/mongo] unknown-object: there is no ServiceEntry of c.example.com; name one of: a.example.com, b.example.com');
  expect(() => route.gateway('a.example.com')).toThrow('[bookinfo/route] unknown-object: Gateway of a.example.com is 2 objects; '
    + 'name one of: a.example.com on port 443, a.example.com on port 8443, b.example.com on port 443, b.example.com on port 8443');
  expect(() => route.gateway('a.example.com', 80)).toThrow('[bookinfo/route] unknown-object: there is no Gateway of a.example.com on port 80; name one of: ');
  expect(() => route.destinationRule()).toThrow('[bookinfo/route] unknown-object: there is no DestinationRule; leave the patch out: nothing of the kind is written');
});

test('what routes share at a gateway carries the gateway\'s labels and annotations', () => {
  const chart = chartOf();
  const gateway = EgressGateway.fromService(chart, 'gateway', {
    namespace: 'out', service: 'out', selector: { app: 'out' }, serviceAccount: 'out', labels: { team: 'net' }, annotations: { note: 'x' },
  });
  new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] }), gateway });
  expect(theDocument(chart, 'AuthorizationPolicy').metadata).toMatchObject({ namespace: 'out', labels: { team: 'net' }, annotations: { note: 'x' } });
  expect(theDocument(chart, 'Gateway').metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'bookinfo' });
});

test('a hosting server takes the place of every host outside, and of nothing else', () => {
  const entries = (props: Partial<EgressGatewayRouteProps>) => {
    const chart = chartOf();
    const egress = new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org', 'wikipedia.org'] });
    new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hostingServer: 'www.wikipedia.org', ...props });
    return documents(chart, 'ServiceEntry').map(({ metadata: { namespace }, spec }) => [namespace, spec.hosts.length, spec.resolution, spec.endpoints]);
  };
  expect(entries({})).toEqual([
    ...[1, 2].map(() => ['istio-system', 1, 'DNS', [{ address: 'www.wikipedia.org' }]]),
    ...[1, 2].map(() => ['bookinfo', 1, 'DNS', [{ address: 'istio-egressgateway.istio-system.svc.cluster.local' }]]),
  ]);
  expect(entries({ hop: GatewayHop.passthrough() })).toEqual(entries({}));
});

test('a company\'s own construct can be routed, by the egress that it contains, and through the gateway that one contains', () => {
  class CompanyDatabase extends Construct implements IEgress {
    public readonly egress: Egress;
    public constructor(scope: Construct, id: string) {
      super(scope, id);
      this.egress = new TcpEgress(this, 'egress', LEDGER);
    }
  }
  class CompanyGateway extends Construct implements IEgressGateway {
    public readonly gateway: EgressGatewayBase;
    public constructor(scope: Construct, id: string) {
      super(scope, id);
      this.gateway = gatewayOf(this);
    }
  }
  const chart = chartOf();
  new EgressGatewayRoute(chart, 'route', { egress: new CompanyDatabase(chart, 'db'), gateway: new CompanyGateway(chart, 'company') });
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
    const elsewhere = chartOf('bookinfo', appOf('elsewhere', new App()));
    const outdir = Testing.app().outdir;
    const app = appOf('bookinfo', new App({ outdir }));
    const chart = chartOf('bookinfo', app);
    new EgressGatewayRoute(chart, 'route', { egress: new TcpEgress(elsewhere, 'ledger', LEDGER), gateway: gatewayOf(elsewhere) });
    expect(() => app.synth()).toThrow(/\[bookinfo\/route\] foreign-egress: the egress belongs to another app; .*\n.*\[bookinfo\/route\] foreign-gateway: /);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    expect(require('fs').readdirSync(outdir)).toEqual([]);
  });
});

test.each<[string, GatewayHop, object, number | undefined]>([
  ['by name over a passthrough hop ends a circle', GatewayHop.passthrough(), {}, 4096],
  ['by name over a plaintext hop ends a circle', GatewayHop.plaintext(7777), {}, 4096],
  ['by the name of a forward proxy ends a circle', GatewayHop.plaintext(7777), { forwardProxy: ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 }) }, 4096],
  ['to addresses of a forward proxy has none', GatewayHop.plaintext(7777), { forwardProxy: ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128, addresses: ['192.0.2.1'] }) }, undefined],
  ['has the limit that is given', GatewayHop.passthrough(), { maxConnections: 9 }, 9],
  ['keeps it beside other limits', GatewayHop.passthrough(), { consecutive5xxErrors: 3 }, 4096],
  ['over mutual TLS has none', GatewayHop.mutualTls(), {}, undefined],
])('a route %s', (_, hop, props, most) => {
  const chart = chartOf();
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
  new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop, ...props });
  const rules = documents(chart, 'DestinationRule').filter(({ metadata: { namespace } }) => namespace === 'istio-system');
  expect(rules.map(({ spec }) => spec.trafficPolicy.connectionPool?.tcp.maxConnections)).toEqual(most === undefined && !('forwardProxy' in props) ? [] : [most]);
});
