import { Testing } from 'cdk8s';
import { chartOf, documents, gatewayOf, theDocument } from './support';
import {
  EgressGatewayRoute, EgressGatewayRouteProps, EgressWays, ForwardProxy, GatewayHop, TlsEgress, TlsEgressProps, WildcardResolution,
} from '../src';

test('by default goes to the host as DNS resolves it, on port 443', () => {
  const chart = chartOf();
  new TlsEgress(chart, 'api', { hosts: ['api.example.com'] });
  expect(theDocument(chart, 'ServiceEntry').spec).toEqual({
    hosts: ['api.example.com'],
    ports: [{ name: 'tls-443', number: 443, protocol: 'TLS' }],
    location: 'MESH_EXTERNAL',
    resolution: 'DNS',
    exportTo: ['.'],
  });
});

test('several hosts have an entry and a DestinationRule each, called after it', () => {
  const chart = chartOf();
  new TlsEgress(chart, 'partners', { hosts: ['files.example.com', 'api.example.com'] });
  const named = (kind: string) => documents(chart, kind).map(({ metadata: { name }, spec: { host, hosts = [host] } }) => [name, hosts]);
  const both = [[expect.stringMatching(/^api-example-com-[0-9a-f]{8}$/), ['api.example.com']], [expect.stringMatching(/^files-example-com-[0-9a-f]{8}$/), ['files.example.com']]];
  expect(named('ServiceEntry')).toEqual(both);
  expect(named('DestinationRule')).toEqual(both);
});

test('addresses take the place of DNS, and are not what a connection is matched by', () => {
  const chart = chartOf();
  new TlsEgress(chart, 'api', { hosts: ['api.example.com'], addresses: ['203.0.113.30/32', '2001:db8::30'] });
  const { addresses, resolution, endpoints } = theDocument(chart, 'ServiceEntry').spec;
  expect({ addresses, resolution, endpoints })
    .toEqual({ addresses: undefined, resolution: 'STATIC', endpoints: [{ address: '2001:db8::30' }, { address: '203.0.113.30' }] });
});

test.each<[string, TlsEgressProps, string]>([
  ['a wildcard leads to the address dialled', { hosts: ['*.example.com'] }, 'NONE'],
  ['a whole top-level domain too', { hosts: ['*.com'] }, 'NONE'],
  ['exact hosts beside it too', { hosts: ['*.example.com', 'example.com'], resolution: WildcardResolution.none() }, 'NONE'],
  ['a wildcard leads to what the name resolves to', { hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns() }, 'DYNAMIC_DNS'],
  ['a wildcard leads to addresses', { hosts: ['*.example.com'], addresses: ['203.0.113.30'] }, 'STATIC'],
])('%s', (_, props, resolution) => {
  const chart = chartOf();
  new TlsEgress(chart, 'api', props);
  expect(documents(chart, 'ServiceEntry').map(({ spec }) => [spec.hosts, spec.resolution])).toEqual([...props.hosts].sort().map(host => [[host], resolution]));
  expect(documents(chart, 'DestinationRule')).toHaveLength(props.hosts.length);
});

describe('plain HTTP on other ports of the hosts', () => {
  const SITE: TlsEgressProps = { hosts: ['api.example.com'], httpPorts: [8080, 80] };
  const PROXY = ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 });

  test('stands in the same ServiceEntry', () => {
    const chart = chartOf();
    new TlsEgress(chart, 'api', SITE);
    expect(theDocument(chart, 'ServiceEntry').spec.ports).toEqual([
      { number: 80, name: 'http-80', protocol: 'HTTP' }, { number: 443, name: 'tls-443', protocol: 'TLS' }, { number: 8080, name: 'http-8080', protocol: 'HTTP' },
    ]);
    expect(EgressWays.of(chart).map(({ port, protocol }) => [port, protocol])).toEqual([[80, 'HTTP'], [443, 'TLS'], [8080, 'HTTP']]);
  });

  test('has a name of its own through a gateway', () => {
    const chart = chartOf();
    new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'api', SITE), gateway: gatewayOf(chart) });
    const { portLevelSettings } = documents(chart, 'DestinationRule')[0].spec.trafficPolicy;
    expect(new Set(portLevelSettings.map(({ tls }: any) => tls.sni)).size).toBe(3);
  });

  test('shares no listener with TLS of another egress', () => {
    const chart = chartOf();
    new TlsEgress(chart, 'api', SITE);
    new TlsEgress(chart, 'web', { hosts: ['web.example.com'], port: 8080 });
    expect(() => Testing.synth(chart)).toThrow('[bookinfo/web] protocol-conflict: port 8080 is TLS here and HTTP in "bookinfo/api"');
  });

  test.each<[string, Partial<EgressGatewayRouteProps>]>([
    ['passthrough-of-tcp: "bookinfo/api" has plain HTTP on port 80, 8080', { hop: GatewayHop.passthrough() }],
    ['tunnel-of-http: "bookinfo/api" has plain HTTP on port 80, 8080', { forwardProxy: PROXY }],
  ])('cannot be routed: %s', (message, props) => {
    const chart = chartOf();
    new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'api', SITE), gateway: gatewayOf(chart), ...props });
    expect(() => Testing.synth(chart)).toThrow(`[bookinfo/route] ${message}`);
  });

  test.each<[string, Partial<TlsEgressProps>]>([
    ['http-on-https-port: httpPorts has 443', { httpPorts: [443], port: 8443 }],
    ['duplicate-value: ports[1] 80 stands there already', { port: 80 }],
    ['contradicting-props: httpPorts is given, and hosts has the wildcard "*.example.com"', { hosts: ['*.example.com'] }],
    ['tunnel-of-http: httpPorts is given', { forwardProxy: PROXY }],
    ['invalid-port: httpPorts[0] is 0', { httpPorts: [0] }],
  ])('refuses %s', (message, props) => {
    expect(() => new TlsEgress(chartOf(), 'api', { ...SITE, ...props })).toThrow(`[bookinfo/api] ${message}`);
  });
});

test('two wildcards of one domain do not share a name', () => {
  const chart = chartOf();
  new TlsEgress(chart, 'api', { hosts: ['*.example.com', 'example.com', '*.a.example.com', '*.a-example.com'] });
  expect(new Set(documents(chart, 'DestinationRule').map(rule => rule.metadata.name)).size).toBe(4);
});

test.each<[string, Partial<TlsEgressProps>]>([
  ['missing-value: hosts is not given', { hosts: undefined }],
  ['empty-list: hosts is []', { hosts: [] }],
  ['empty-list: hosts is "api.example.com"', { hosts: 'api.example.com' as any }],
  ['duplicate-value: hosts[1] "api.example.com" stands there already', { hosts: ['api.example.com', 'api.example.com'] }],
  ['wildcard-host: hosts[0] "*" is a wildcard that Istio does not take; list the exact names; or, for all under a domain, give "*" as the whole first label', { hosts: ['*'] }],
  ['wildcard-host: hosts[0] "api*.example.com" is a wildcard that Istio does not take', { hosts: ['api*.example.com'] }],
  ['wildcard-host: hosts[0] "*.*.example.com" is a wildcard that Istio does not take', { hosts: ['*.*.example.com'] }],
  ['wildcard-host: hosts[0] "api.*.com" is a wildcard that Istio does not take', { hosts: ['api.*.com'] }],
  ['wildcard-host: hosts[0] "*." is a wildcard that Istio does not take', { hosts: ['*.'] }],
  ['invalid-host: hosts[0] "*.Example.com" has upper case; write "*.example.com"', { hosts: ['*.Example.com'] }],
  ['invalid-host: hosts[0] "*.a b.com" is no DNS name', { hosts: ['*.a b.com'] }],
  ['host-in-mesh: hosts[0] "*.internal" covers names inside the mesh', { hosts: ['*.internal'] }],
  ['host-in-mesh: hosts[0] "*.cluster.local" covers names inside the mesh', { hosts: ['*.cluster.local'] }],
  ['host-in-mesh: hosts[0] "*.bookinfo.egress.internal" covers names inside the mesh', { hosts: ['*.bookinfo.egress.internal'] }],
  ['invalid-value: resolution is "DYNAMIC_DNS"; give a WildcardResolution', { hosts: ['*.example.com'], resolution: 'DYNAMIC_DNS' as any }],
  ['contradicting-props: both addresses and resolution NONE are given', { hosts: ['*.example.com'], addresses: ['203.0.113.30'], resolution: WildcardResolution.none() }],
  ['contradicting-props: resolution is NONE, and hosts has the exact "api.example.com"; leave resolution out', { resolution: WildcardResolution.none() }],
  ['contradicting-props: resolution is DYNAMIC_DNS, and hosts has the exact "api.example.com"; Istio takes only wildcards here',
    { hosts: ['*.example.com', 'api.example.com'], resolution: WildcardResolution.dynamicDns() }],
  ['invalid-host: hosts[0] "https://api.example.com/x" has a scheme; give the name alone, such as "api.example.com"', { hosts: ['https://api.example.com/x'] }],
  ['invalid-host: hosts[0] "api.example.com:443" has a port in it; give "api.example.com" here', { hosts: ['api.example.com:443'] }],
  ['invalid-host: hosts[0] "API.example.com" has upper case; write "api.example.com"', { hosts: ['API.example.com'] }],
  ['invalid-host: hosts[0] "api.example.com." ends with a dot; write "api.example.com"', { hosts: ['api.example.com.'] }],
  ['invalid-host: hosts[0] "api_1.example.com" is no DNS name', { hosts: ['api_1.example.com'] }],
  ['invalid-host: hosts[0] "api..com" is no DNS name', { hosts: ['api..com'] }],
  ['invalid-host: hosts[0] "" is no DNS name', { hosts: [''] }],
  ['invalid-host: hosts[0] 7 is no DNS name', { hosts: [7 as any] }],
  [`invalid-host: hosts[0] "${'a'.repeat(64)}.com" is no DNS name`, { hosts: [`${'a'.repeat(64)}.com`] }],
  [`invalid-host: hosts[0] "${'a.'.repeat(126)}com" is no DNS name`, { hosts: [`${'a.'.repeat(126)}com`] }],
  ['invalid-host: hosts[0] "mongo" is a short name', { hosts: ['mongo'] }],
  ['invalid-host: hosts[0] "api.123" has a top-level domain of digits only', { hosts: ['api.123'] }],
  ['invalid-host: hosts[0] "2001:db8::1" is an address', { hosts: ['2001:db8::1'] }],
  ['invalid-host: hosts[0] "203.0.113.0/24" is an address', { hosts: ['203.0.113.0/24'] }],
  ['host-in-mesh: hosts[0] "reviews.bookinfo.svc.cluster.local" is a name inside the mesh', { hosts: ['reviews.bookinfo.svc.cluster.local'] }],
  ['host-in-mesh: hosts[0] "x.bookinfo.egress.internal" is a name inside the mesh', { hosts: ['x.bookinfo.egress.internal'] }],
  ['host-in-mesh: hosts[0] "x.all.bookinfo.ns-egress.internal" is a name inside the mesh', { hosts: ['x.all.bookinfo.ns-egress.internal'] }],
  ['host-in-mesh: hosts[0] "*.ns-egress.internal" covers names inside the mesh', { hosts: ['*.ns-egress.internal'] }],
  ['invalid-address: addresses has the range "203.0.113.0/24"', { addresses: ['203.0.113.0/24'] }],
])('refuses %s', (message, props) => {
  expect(() => new TlsEgress(chartOf(), 'api', { hosts: ['api.example.com'], ...props })).toThrow(`[bookinfo/api] ${message}`);
});
