import { EgressGatewayRoute, EgressWays, ForwardProxy, GatewayHop, HttpEgress, TcpEgress, TlsEgress, TlsOrigination } from '../../src';
import { chartOf, gatewayOf } from '../support';

test('tells each way, and the ports that the gateway must have', () => {
  const chart = chartOf();
  const gateway = gatewayOf(chart);
  const ledger = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432, exportTo: ['*'] });
  new EgressGatewayRoute(chart, 'ledger-route', { egress: ledger, gateway, hop: GatewayHop.plaintext(7777) });
  const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
  new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway, hop: GatewayHop.passthrough() });
  new TcpEgress(chart, 'smtp', { host: 'smtp.example.com', anyAddress: true, port: 587 });

  expect(EgressWays.describe(chart)).toBe([
    'every namespace: TCP ledger.example.com:5432 (203.0.113.10)',
    '  sidecar ──plaintext──► istio-system/istio-egressgateway:7777 ──► 203.0.113.10:5432',
    '',
    'bookinfo: TLS mongo.example.com:27018 (SNI mongo.example.com)',
    '  sidecar ──passthrough──► istio-system/istio-egressgateway:443 as mongo.example.com ──► mongo.example.com:27018',
    '',
    'bookinfo: TCP smtp.example.com:587 (any address)',
    '  sidecar ──► smtp.example.com:587',
    '',
    'the Service istio-system/istio-egressgateway must have: port 443, port 7777',
  ].join('\n'));
  expect(EgressWays.of(chart)[2]).toEqual({
    egress: 'bookinfo/smtp', clients: ['bookinfo'], host: 'smtp.example.com', port: 587, protocol: 'TCP', addresses: [],
  });
});

test('tells the way of a share, and that of the rest', () => {
  const chart = chartOf();
  const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 });
  mongo.through(gatewayOf(chart), { weight: 10 });
  const [share, rest, ...more] = EgressWays.of(chart);

  expect(more).toEqual([]);
  expect(EgressWays.describe(chart)).toBe([
    'bookinfo: TLS mongo.example.com:27018 (SNI mongo.example.com)',
    `  10 %: sidecar ──mutual-tls──► istio-system/istio-egressgateway:443 as ${share.sni} ──► mongo.example.com:27018`,
    '',
    'bookinfo: TLS mongo.example.com:27018 (SNI mongo.example.com)',
    '  90 %: sidecar ──► mongo.example.com:27018',
    '',
    'the Service istio-system/istio-egressgateway must have: port 443',
  ].join('\n'));
  expect([share.weight, share.gateway]).toEqual([10, 'istio-system/istio-egressgateway']);
  expect(rest).toEqual({
    egress: 'bookinfo/mongo', clients: ['bookinfo'], host: 'mongo.example.com', port: 27018, protocol: 'TLS', addresses: [], weight: 90,
  });
});

test('tells TLS that is originated, and where, and forward proxies', () => {
  const chart = chartOf();
  const gateway = gatewayOf(chart);
  const forwardProxy = ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 });
  const tlsOrigination = TlsOrigination.simple();
  const routed = (id: string, props: object, hop?: GatewayHop, route = {}) =>
    new EgressGatewayRoute(chart, `${id}-route`, { egress: new HttpEgress(chart, id, { hosts: [`${id}.example.com`], ...props }), gateway, hop, ...route });
  routed('a', {}, undefined, { tlsOrigination });
  routed('b', { tlsOrigination }, GatewayHop.passthrough());
  new TlsEgress(chart, 'c', { hosts: ['c.example.com'], forwardProxy });

  expect(EgressWays.describe(chart)).toBe([
    'bookinfo: HTTP a.example.com:80 (Host a.example.com)',
    `  sidecar ──mutual-tls──► istio-system/istio-egressgateway:443 as ${EgressWays.of(chart)[0].sni} ──TLS, simple at gateway──► a.example.com:443`,
    '',
    'bookinfo: HTTP b.example.com:80 (Host b.example.com)',
    '  sidecar ──passthrough──► istio-system/istio-egressgateway:443 as b.example.com ──TLS, simple at sidecar──► b.example.com:443',
    '',
    'bookinfo: TLS c.example.com:443 (SNI c.example.com)',
    '  sidecar ──CONNECT──► proxy.corp.example:3128 ──► c.example.com:443',
    '',
    'the Service istio-system/istio-egressgateway must have: port 443',
  ].join('\n'));
});
