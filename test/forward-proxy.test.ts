import { chartOf, documents, gatewayOf, theDocument } from './support';
import { CaCertificates, EgressGatewayRoute, ForwardProxy, ForwardProxyOptions, TcpEgress, TlsEgress, TlsOrigination } from '../src';

const PROXY = { host: 'proxy.corp.example', port: 3128 };
const forwardProxy = ForwardProxy.connect(PROXY);

test('of the sidecar is where the host is reached, and is asked for the host', () => {
  const chart = chartOf();
  new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018, forwardProxy });
  expect(theDocument(chart, 'ServiceEntry').spec).toMatchObject({
    hosts: ['mongo.example.com'], ports: [{ number: 27018, protocol: 'TLS' }], resolution: 'DNS', endpoints: [{ address: 'proxy.corp.example', ports: { 'tls-27018': 3128 } }],
  });
  expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy).toEqual({
    tls: { mode: 'DISABLE' }, tunnel: { protocol: 'CONNECT', targetHost: 'mongo.example.com', targetPort: 27018 },
  });
});

test('of the gateway is on its own leg alone', () => {
  const chart = chartOf();
  const egress = new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), forwardProxy: ForwardProxy.connect({ ...PROXY, addresses: ['198.51.100.50'] }) });
  expect(egress.destinationRule().toJson().spec.trafficPolicy.tunnel).toBeUndefined();
  expect(route.destinationRule().toJson().spec.trafficPolicy.tunnel).toEqual({ protocol: 'CONNECT', targetHost: 'ledger.example.com', targetPort: 5432 });
  expect(route.serviceEntry().toJson().spec).toMatchObject({ resolution: 'STATIC', endpoints: [{ address: '198.51.100.50', ports: { tls: 3128 } }] });
});

test('is spoken to in TLS where that is said, under its own name', () => {
  const chart = chartOf();
  const tlsOrigination = TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('corp-ca') });
  new TlsEgress(chart, 'api', { hosts: ['a.example.com', 'b.example.com'], forwardProxy: ForwardProxy.connect({ ...PROXY, tlsOrigination }) });
  for (const { spec } of documents(chart, 'DestinationRule')) {
    expect(spec.trafficPolicy.tls).toEqual({
      mode: 'SIMPLE', credentialName: 'configmap://bookinfo/corp-ca', sni: 'proxy.corp.example', subjectAltNames: ['proxy.corp.example'],
    });
    expect(spec.trafficPolicy.tunnel.targetHost).toBe(spec.host);
  }
});

test.each<[string, Partial<ForwardProxyOptions>, object?]>([
  ['missing-value: host of the forward proxy is not given', { host: undefined }],
  ['missing-value: port of the forward proxy is not given', { port: undefined }],
  ['invalid-host: host of the forward proxy "http://proxy.corp.example" has a scheme', { host: 'http://proxy.corp.example' }],
  ['host-in-mesh: host of the forward proxy "istio-egressgateway.istio-system.svc.cluster.local"', { host: 'istio-egressgateway.istio-system.svc.cluster.local' }],
  ['wildcard-host: host of the forward proxy "*.corp.example"', { host: '*.corp.example' }],
  ['invalid-address: addresses of the forward proxy has the range "198.51.100.0/24"', { addresses: ['198.51.100.0/24'] }],
  ['contradicting-props: both the forward proxy and its TLS origination have a port', { tlsOrigination: TlsOrigination.simple({ port: 443 }) }],
  ['tunnel-of-several: a forward proxy is given for the wildcard "*.example.com"', {}, { hosts: ['*.example.com'] }],
  ['tunnel-of-several: a forward proxy is given for 2 ports', {}, { ports: [443, 8443] }],
])('refuses %s', (message, options, props = {}) => {
  expect(() => new TlsEgress(chartOf(), 'api', { hosts: ['api.example.com'], forwardProxy: ForwardProxy.connect({ ...PROXY, ...options }), ...props }))
    .toThrow(`[bookinfo/api] ${message}`);
});

test.each<[string, object]>([
  ['invalid-value: forwardProxy is "proxy:3128"', { forwardProxy: 'proxy:3128' }],
  ['contradicting-props: both forwardProxy and tlsOrigination are given', { tlsOrigination: TlsOrigination.simple() }],
  ['invalid-address: addresses has the range "203.0.113.0/24", and a forward proxy leads to one place', { addresses: ['203.0.113.0/24'] }],
])('refuses for TCP %s', (message, props) => {
  expect(() => new TcpEgress(chartOf(), 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432, forwardProxy, ...props }))
    .toThrow(`[bookinfo/ledger] ${message}`);
});
