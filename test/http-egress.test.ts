import { Duration, Testing } from 'cdk8s';
import { chartOf, documents, gatewayOf, ownNameOf, SILENT, theDocument } from './support';
import { EgressGatewayRoute, GatewayHop, HttpEgress, HttpEgressProps, HttpProtocol, TcpEgress, TlsEgress, TlsOrigination } from '../src';

const HOST = { hosts: ['api.example.com'] };

test('by default goes to the host as DNS resolves it, on port 80, in clear', () => {
  const chart = chartOf();
  new HttpEgress(chart, 'api', HOST);
  expect(theDocument(chart, 'ServiceEntry').spec).toEqual({
    hosts: ['api.example.com'],
    ports: [{ name: 'http-80', number: 80, protocol: 'HTTP' }],
    location: 'MESH_EXTERNAL',
    resolution: 'DNS',
    exportTo: ['.'],
  });
  expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' } });
  expect(theDocument(chart, 'VirtualService').spec).toEqual({
    hosts: ['api.example.com'],
    exportTo: ['.'],
    http: [{ match: [{ port: 80 }], ...SILENT, route: [{ destination: { host: 'api.example.com', port: { number: 80 } } }] }],
  });
});

test('addresses take the place of DNS', () => {
  const chart = chartOf();
  new HttpEgress(chart, 'api', { ...HOST, addresses: ['203.0.113.1'] });
  expect(theDocument(chart, 'ServiceEntry').spec).toMatchObject({ resolution: 'STATIC', endpoints: [{ address: '203.0.113.1' }] });
});

test('is opaque to a gateway: HTTP to the sidecar, TLS and bytes at the door', () => {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', { ...HOST, port: 8080, protocol: HttpProtocol.GRPC });
  new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart) });
  const [client, outer] = ['bookinfo', 'istio-system'].map(namespace => documents(chart, 'ServiceEntry').find(({ metadata }) => metadata.namespace === namespace).spec);
  expect(client.ports).toEqual([{ name: 'grpc-8080', number: 8080, protocol: 'GRPC' }]);
  expect(theDocument(chart, 'Gateway').spec.servers[0]).toMatchObject({ port: { protocol: 'TLS' }, tls: { mode: 'ISTIO_MUTUAL' } });
  expect(Object.keys(theDocument(chart, 'VirtualService', 'istio-system').spec)).toContain('tcp');
  expect(outer.endpoints).toEqual([{ address: 'api.example.com', ports: { tls: 8080 } }]);
});

describe('read by a gateway', () => {
  function read(props: Partial<HttpEgressProps> = {}) {
    const chart = chartOf();
    const egress = new HttpEgress(chart, 'api', { ...HOST, ...props });
    const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop: GatewayHop.http() });
    return { chart, egress, route };
  }

  test('goes by the route\'s own name, and leaves under the host\'s, without headers of the caller', () => {
    const { chart, egress, route } = read();
    const own = ownNameOf(theDocument(chart, 'Gateway'));
    expect(theDocument(chart, 'Gateway').spec.servers[0]).toMatchObject({ port: { number: 443, protocol: 'HTTPS' }, tls: { mode: 'ISTIO_MUTUAL' } });
    expect(egress.virtualService().toJson().spec).toEqual({
      hosts: ['api.example.com'],
      exportTo: ['.'],
      http: [{
        match: [{ port: 80 }],
        rewrite: { authority: own },
        route: [{ destination: { host: 'api.example.com', port: { number: 80 } } }],
        retries: { attempts: 2, retryOn: 'connect-failure,refused-stream' },
      }],
    });
    expect(route.virtualService().toJson().spec).toMatchObject({
      hosts: [own],
      http: [{
        headers: { request: { remove: expect.arrayContaining(['x-forwarded-client-cert', 'x-forwarded-for']) } },
        route: [1, 2].map(() => ({
          destination: { host: own, port: { number: 80 } }, weight: 50, headers: { request: { set: { ':authority': 'api.example.com' } } },
        })),
      }],
    });
    expect(route.virtualService().toJson().spec.http[0]).not.toHaveProperty('rewrite');
    expect(route.serviceEntry().toJson().spec).toMatchObject({ hosts: [own], ports: [{ number: 80, protocol: 'HTTP' }] });
  });

  test('has one VirtualService a host at the sidecars, with timeouts', () => {
    const { chart, egress } = read({ timeout: Duration.seconds(1) });
    expect(egress.virtualService().toJson().spec.http[0]).toMatchObject({ timeout: '1s', rewrite: { authority: expect.stringContaining('egress.internal') } });
    expect(documents(chart, 'VirtualService')).toHaveLength(2);
  });

  test('has a name for each host and port, and the port in the Host header where clients write it', () => {
    const { egress, route } = read({ hosts: ['a.example.com', 'b.example.com'], ports: [80, 8080] });
    const names = ['a.example.com', 'b.example.com'].flatMap(host => egress.virtualService(host).toJson().spec.http.map(({ rewrite }: any) => rewrite.authority));
    expect(new Set(names).size).toBe(4);
    expect([['a.example.com', 80], ['a.example.com', 8080], ['b.example.com', 80], ['b.example.com', 8080]]
      .map(([host, port]) => route.virtualService(host as string, port as number).toJson().spec.http[0].route[0].headers.request.set[':authority']))
      .toEqual(['a.example.com', 'a.example.com:8080', 'b.example.com', 'b.example.com:8080']);
  });

  test.each<[string, (chart: any) => TcpEgress | TlsEgress]>([
    ['TLS', chart => new TlsEgress(chart, 'e', { hosts: ['e.example.com'] })],
    ['TCP', chart => new TcpEgress(chart, 'e', { host: 'e.example.com', addresses: ['203.0.113.1'], port: 1 })],
  ])('is HTTP, and not %s', (protocol, make) => {
    const chart = chartOf();
    new EgressGatewayRoute(chart, 'route', { egress: make(chart), gateway: gatewayOf(chart), hop: GatewayHop.http() });
    expect(() => Testing.synth(chart)).toThrow(`[bookinfo/route] http-hop-of-bytes: "bookinfo/e" is ${protocol}`);
  });
});

test('timeouts and retries are a VirtualService a host at the sidecars, in Istio\'s words', () => {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', {
    hosts: ['a.example.com', 'b.example.com'],
    ports: [80, 8080],
    exportTo: ['orders', '.'],
    timeout: Duration.millis(1500),
    retries: 3,
    perTryTimeout: Duration.seconds(1),
    retryOn: '5xx',
    labels: { team: 'books' },
  });
  expect(documents(chart, 'VirtualService').map(({ spec }) => spec.hosts)).toEqual([['a.example.com'], ['b.example.com']]);
  const { metadata, spec } = egress.virtualService('a.example.com').toJson();
  expect(metadata.labels).toEqual({ 'team': 'books', 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'bookinfo' });
  expect(spec.exportTo).toEqual(['.', 'orders']);
  expect(spec.http).toEqual([80, 8080].map(port => ({
    match: [{ port }],
    ...SILENT,
    route: [{ destination: { host: 'a.example.com', port: { number: port } } }],
    timeout: '1500ms',
    retries: { attempts: 3, perTryTimeout: '1s', retryOn: '5xx' },
  })));
});

test.each(['5xx,reset', '503,connect-failure', '226', 'retriable-4xx,retriable-status-codes,418,511', 'cancelled,deadline-exceeded,http3-post-connect-failure'])('%s counts as failed', retryOn => {
  const chart = chartOf();
  new HttpEgress(chart, 'api', { ...HOST, retries: 1, retryOn });
  expect(theDocument(chart, 'VirtualService').spec.http[0].retries).toEqual({ attempts: 1, retryOn });
});

test('retries can be turned off', () => {
  const chart = chartOf();
  new HttpEgress(chart, 'api', { ...HOST, retries: 0 });
  expect(theDocument(chart, 'VirtualService').spec.http[0].retries).toEqual({ attempts: 0 });
});

test('behind a gateway that reads HTTP, the gateway tries again, and the sidecar only the way to it', () => {
  const chart = chartOf();
  const [stated, silent] = [{ retries: 3, perTryTimeout: Duration.seconds(1), retryOn: 'reset', timeout: Duration.seconds(9) }, {}].map((props, i) => {
    const egress = new HttpEgress(chart, `api${i}`, { hosts: [`api${i}.example.com`], ...props });
    const route = new EgressGatewayRoute(chart, `route${i}`, { egress, gateway: gatewayOf(chart, `gateway${i}`), hop: GatewayHop.http() });
    return {
      sidecar: [...egress.objects, ...route.objects].filter(({ kind, metadata }) => kind === 'VirtualService' && metadata.namespace === 'bookinfo')
        .map(object => object.toJson().spec.http[0]),
      gateway: [route.virtualService().toJson().spec.http[0]],
    };
  });
  const toGateway = { attempts: 2, retryOn: 'connect-failure,refused-stream' };
  expect(stated.sidecar).toEqual([expect.objectContaining({ timeout: '9s', retries: toGateway })]);
  expect(stated.gateway.map(({ retries, timeout }) => ({ retries, timeout }))).toEqual([{ retries: { attempts: 3, perTryTimeout: '1s', retryOn: 'reset' } }]);
  expect(silent.sidecar).toEqual([expect.objectContaining({ retries: toGateway })]);
  expect(silent.gateway[0]).not.toHaveProperty('retries');
});

test('requests at the same time can be limited', () => {
  const chart = chartOf();
  new HttpEgress(chart, 'api', { ...HOST, maxRequests: 7 });
  expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' }, connectionPool: { http: { http2MaxRequests: 7 } } });
});

describe('limits of connections', () => {
  const limits = {
    maxConnections: 5,
    connectTimeout: Duration.seconds(3),
    consecutive5xxErrors: 4,
    interval: Duration.seconds(1),
    baseEjectionTime: Duration.minutes(1),
  };
  const written = {
    connectionPool: { tcp: { maxConnections: 5, connectTimeout: '3s' } },
    outlierDetection: { consecutive5xxErrors: 4, interval: '1s', baseEjectionTime: '60s', maxEjectionPercent: 100 },
  };

  test('of an egress are the sidecar\'s', () => {
    const chart = chartOf();
    new HttpEgress(chart, 'api', { ...HOST, ...limits });
    expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' }, ...written });
  });

  test('of a route are the gateway\'s, on the way to the outside', () => {
    const chart = chartOf();
    const route = new EgressGatewayRoute(chart, 'route', { egress: new HttpEgress(chart, 'api', HOST), gateway: gatewayOf(chart), ...limits });
    expect(route.destinationRule().toJson().spec.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' }, ...written });
    expect(route.destinationRule().toJson().metadata.namespace).toBe('istio-system');
  });

  test('are said for every port, because those of a port take the place of all others', () => {
    const chart = chartOf();
    const egress = new HttpEgress(chart, 'api', { ...HOST, ports: [80, 8080], ...limits });
    new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart) });
    const { portLevelSettings } = egress.destinationRule().toJson().spec.trafficPolicy;
    expect(portLevelSettings).toEqual([80, 8080].map(number => ({ port: { number }, tls: expect.anything(), ...written })));
  });
});

test.each<[string, Partial<HttpEgressProps>]>([
  ['missing-value: hosts is not given', { hosts: undefined }],
  ['wildcard-host: hosts[0] "*.example.com"', { hosts: ['*.example.com'] }],
  ['invalid-address: addresses has the range "203.0.113.0/24"', { addresses: ['203.0.113.0/24'] }],
  ['http-on-https-port: port 443 is declared as plain HTTP', { port: 443 }],
  ['http-on-https-port: ', { ports: [80, 443] }],
  ['duplicate-value: ports[1] 80 stands there already', { ports: [80, 80] }],
  ['invalid-protocol: protocol is "TLS"', { protocol: 'TLS' as any }],
  ['invalid-number: retries is -1', { retries: -1 }],
  ['invalid-number: maxConnections is 0', { maxConnections: 0 }],
  ['invalid-number: consecutive5xxErrors is 1.5', { consecutive5xxErrors: 1.5 }],
  ['invalid-value: timeout is "5s"; give a Duration of cdk8s', { timeout: '5s' as any }],
  ['invalid-number: timeout is 0 ms', { timeout: Duration.millis(0) }],
  ['contradicting-props: retryOn is given without retries', { retryOn: '5xx' }],
  ['contradicting-props: perTryTimeout is given without retries', { perTryTimeout: Duration.seconds(1) }],
  ['contradicting-props: perTryTimeout is given with retries: 0', { retries: 0, perTryTimeout: Duration.seconds(1), retryOn: 'reset' }],
  ['contradicting-props: retryOn is given with retries: 0', { retries: 0, retryOn: 'reset' }],
  ['contradicting-props: perTryTimeout is given, and retryOn is Istio\'s, by which', { retries: 1, perTryTimeout: Duration.seconds(1) }],
  ['contradicting-props: perTryTimeout is given, and retryOn is "503,connect-failure"', { retries: 1, perTryTimeout: Duration.seconds(1), retryOn: '503,connect-failure' }],
  ['invalid-retry-on: retryOn is "bogus"; give conditions with commas and no spaces between them: HTTP status codes such as 503, or 5xx, gateway-error', { retries: 1, retryOn: 'bogus' }],
  ['invalid-retry-on: retryOn is "5xx, reset", and " reset" is no condition', { retries: 1, retryOn: '5xx, reset' }],
  ['invalid-retry-on: retryOn is "5xx,,reset", and "" is no condition', { retries: 1, retryOn: '5xx,,reset' }],
  ['invalid-retry-on: retryOn is "5XX"', { retries: 1, retryOn: '5XX' }],
  ['invalid-retry-on: retryOn is ""', { retries: 1, retryOn: '' }],
  ['invalid-retry-on: retryOn is ["5xx"]', { retries: 1, retryOn: ['5xx'] as any }],
  ['invalid-retry-on: retryOn is 503', { retries: 1, retryOn: 503 as any }],
  ['invalid-retry-on: retryOn is "600"', { retries: 1, retryOn: '600' }],
  ['invalid-retry-on: retryOn is "306"', { retries: 1, retryOn: '306' }],
  ['invalid-retry-on: retryOn is "509"', { retries: 1, retryOn: '509' }],
  ['invalid-number: maxRequests is 0', { maxRequests: 0 }],
  ['invalid-number: maxEjectionPercent is 101', { consecutive5xxErrors: 1, maxEjectionPercent: 101 }],
  ['contradicting-props: maxEjectionPercent is given without consecutive5xxErrors', { maxEjectionPercent: 50 }],
  ['contradicting-props: interval is given without consecutive5xxErrors', { interval: Duration.seconds(1) }],
])('refuses %s', (message, props) => {
  expect(() => new HttpEgress(chartOf(), 'api', { ...HOST, ...props })).toThrow(`[bookinfo/api] ${message}`);
});

test.each<[string, (chart: ReturnType<typeof chartOf>) => void]>([
  ['[bookinfo/web] protocol-conflict: port 8080 is TLS here and HTTP in "bookinfo/api", and clients in namespace "bookinfo" see both', chart => {
    new HttpEgress(chart, 'api', { ...HOST, port: 8080 });
    new TlsEgress(chart, 'web', { hosts: ['web.example.com'], port: 8080 });
  }],
  ['[bookinfo/rest] address-conflict: api.example.com on port 80 overlaps with any address of "bookinfo/all"', chart => {
    new TcpEgress(chart, 'all', { host: 'all.example.com', anyAddress: true, port: 80 });
    new HttpEgress(chart, 'rest', HOST);
  }],
  ['[bookinfo/route] passthrough-of-tcp: "bookinfo/api" is HTTP', chart => {
    const egress = new HttpEgress(chart, 'api', HOST);
    new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop: GatewayHop.passthrough() });
  }],
  ['[bookinfo/z] passthrough-conflict: "bookinfo/y" enters port 443 of gateway "istio-system/istio-egressgateway" by the SNI "one.example.com" too', chart => {
    const gateway = gatewayOf(chart);
    for (const [id, hosts] of [['y', ['a.example.com']], ['z', ['b.example.com']]] as const) {
      const egress = new HttpEgress(chart, `e${id}`, { hosts: [...hosts], tlsOrigination: TlsOrigination.simple({ sni: 'one.example.com' }) });
      new EgressGatewayRoute(chart, id, { egress, gateway, hop: GatewayHop.passthrough() });
    }
  }],
])('refuses at synth %s', (message, build) => {
  const chart = chartOf();
  build(chart);
  expect(() => Testing.synth(chart)).toThrow(message);
});
