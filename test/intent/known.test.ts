import {
  BigIp, ClientCertificate, EgressGateway, EgressGatewayRoute, EgressLockdown, ExternalEnvoy, ExternalNginx, ExternalProxy, ExternalSniProxy,
  ForwardProxy, GatewayHop, HttpEgress, SniProxy, SniProxyGateway, TlsEgress, TlsOrigination, WorkloadIdentity,
} from '../../src';
import { nearest } from '../../src/intent/known';
import { Values } from '../../src/intent/values';
import { chartOf, gatewayOf } from '../support';

const values = new Values(chartOf(), 'x');
const KEYS = { host: true, port: true, tlsOrigination: true } as const;

describe('props', () => {
  test.each<[string, any]>([
    ['some', { host: 'a', port: 1 }],
    ['none', {}],
    ['an unknown one that is not given', { hots: undefined }],
    ['an unknown one that is not its own', Object.create({ hots: 'a' })],
  ])('are taken: %s', (_, given) => {
    expect(values.known('HttpEgress', given, KEYS)).toBe(given);
  });

  test.each<[string, any]>([
    ['unknown-prop: "tlsorigination" is no prop of HttpEgress; did you mean "tlsOrigination"?', { host: 'a', tlsorigination: 1 }],
    ['unknown-prop: "prot" is no prop of HttpEgress; did you mean "port"?', { prot: null }],
    ['unknown-prop: "retries" is no prop of HttpEgress; its props are host, port, tlsOrigination', { retries: 1 }],
    ['unknown-prop: "toString" is no prop of HttpEgress; its props are', { toString: 1 }],
    ['unknown-prop: "0" is no prop of HttpEgress; its props are', ['a']],
    ['invalid-value: the props of HttpEgress are undefined; give an object', undefined],
    ['invalid-value: the props of HttpEgress are null', null],
    ['invalid-value: the props of HttpEgress are "a"', 'a'],
  ])('are refused: %s', (message, given) => {
    expect(() => values.known('HttpEgress', given, KEYS)).toThrow(`[bookinfo/x] ${message}`);
  });
});

test('of a subclass may be more than those of its construct', () => {
  class Base {
    public constructor(props: { readonly host?: string }) {
      values.props(Base, new.target, props, { host: true });
    }
  }
  class Company extends Base {}
  const props = { costCentre: '4711' } as object;
  expect(() => new Company(props)).not.toThrow();
  expect(() => new Base(props)).toThrow('[bookinfo/x] unknown-prop: "costCentre" is no prop of Base; its props are host');
});

test.each([
  ['host', 'hosts', ['port', 'hosts']],
  ['HOSTS', 'hosts', ['hosts']],
  ['adresses', 'addresses', ['hosts', 'addresses']],
  ['exprotTo', 'exportTo', ['exportTo', 'port']],
  ['connectTimeoutSeconds', 'connectTimeout', ['timeout', 'connectTimeout']],
  ['host', undefined, ['hop']],
  ['x', undefined, ['a', 'by']],
  ['x', undefined, []],
])('%s is nearest to %s', (name, expected, names) => {
  expect(nearest(name, names)).toBe(expected);
});

describe('of options that do not exist are refused:', () => {
  const oops: any = { oops: 1 };
  const http = (tlsOrigination: TlsOrigination) => new HttpEgress(chartOf(), 'x', { hosts: ['a.example.com'], tlsOrigination });
  const proxy = { addresses: ['192.0.2.7'], identity: WorkloadIdentity.serviceAccount('edge', 'proxy'), allowFrom: [WorkloadIdentity.serviceAccount('bookinfo', 'a')] };
  const tcp = () => new ExternalProxy(chartOf(), 'x', { ...proxy, host: 'a.example.com', port: 1 });
  const sni = () => new ExternalSniProxy(chartOf(), 'x', { ...proxy, hosts: ['a.example.com'], proxyPort: 1 });
  const files = { certificate: '/a', key: '/b', trustBundle: '/c' };
  const place = { upstreamHost: 'a.example.com', upstreamPort: 1 };
  const bigIp = { pool: 'a', certificate: 'b', key: 'c', trustBundle: 'd' };

  test.each<[string, () => unknown]>([
    ['ForwardProxy.connect', () => new TlsEgress(chartOf(), 'x', { hosts: ['a.example.com'], forwardProxy: ForwardProxy.connect({ host: 'p.example.com', port: 1, ...oops }) })],
    ['TlsOrigination.simple', () => http(TlsOrigination.simple({ ...oops }))],
    ['TlsOrigination.mutual', () => http(TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromSecret('a'), ...oops }))],
    ['ClientCertificate.fromFiles', () => http(TlsOrigination.mutual({
      clientCertificate: ClientCertificate.fromFiles({ clientCertificate: '/a', privateKey: '/b', caCertificates: '/c', ...oops }),
    }))],
    ['SniProxy.nginx', () => new SniProxyGateway(chartOf(), 'x', { proxy: SniProxy.nginx({ ...oops }) })],
    ['SniProxy.envoy', () => new SniProxyGateway(chartOf(), 'x', { proxy: SniProxy.envoy({ ...oops }) })],
    ['tolerations[0]', () => new EgressGateway(chartOf(), 'x', { tolerations: [{ ...oops }] })],
    ['allowRequests', () => new EgressGatewayRoute(chartOf(), 'x', {
      egress: new HttpEgress(chartOf(), 'e', { hosts: ['a.example.com'] }), gateway: gatewayOf(chartOf()), hop: GatewayHop.http(),
    }).allowRequests({ paths: ['/'], ...oops })],
    ['WorkloadIdentity.spiffe', () => tcpWith(WorkloadIdentity.spiffe('spiffe://cluster.local/ns/bookinfo/sa/a', { ...oops }))],
    ['dedicatedNodes', () => {
      const chart = chartOf();
      new EgressLockdown(chart, 'x', { namespaces: ['bookinfo'], gateways: [gatewayOf(chart)], dedicatedNodes: { taintKey: 'a', ...oops } });
    }],
    ['BigIp.configuration', () => BigIp.configuration(tcp(), { ...bigIp, ...oops })],
    ['BigIp.as3', () => BigIp.as3(tcp(), { ...bigIp, ...oops })],
    ['ExternalEnvoy.configuration', () => ExternalEnvoy.configuration(tcp(), { ...files, ...place, ...oops })],
    ['ExternalEnvoy.sniConfiguration', () => ExternalEnvoy.sniConfiguration(sni(), { ...files, ...oops })],
    ['ExternalNginx.configuration', () => ExternalNginx.configuration(tcp(), { ...files, ...place, script: '/d', ...oops })],
    ['ExternalNginx.sniConfiguration', () => ExternalNginx.sniConfiguration(sni(), { ...files, script: '/d', resolver: '192.0.2.1', ...oops })],
  ])('%s', (what, make) => {
    expect(make).toThrow(`[bookinfo/x] unknown-prop: "oops" is no prop of ${what}; its props are `);
  });

  function tcpWith(identity: WorkloadIdentity) {
    return new ExternalProxy(chartOf(), 'x', { ...proxy, host: 'a.example.com', port: 1, allowFrom: [identity] });
  }
});
