import { Testing } from 'cdk8s';
import { certificateOf, chartOf, documents, gatewayOf, leadsOn } from './support';
import { AllowedRequests, EgressGatewayRoute, EgressWays, GatewayHop, HttpEgress, WorkloadIdentity } from '../src';

const RATINGS = WorkloadIdentity.serviceAccount('bookinfo', 'ratings');

function routed(hop = GatewayHop.http()) {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com', 'b.example.com'], ports: [80, 8080] });
  return { chart, egress, route: new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop }) };
}

const doors = (chart: any) => documents(chart, 'Gateway').map(({ spec }) => spec.servers[0]);

test('rules are matches of the route\'s own doors and no others, and a refusal for the rest', () => {
  const { chart, route } = routed();
  const other = new EgressGatewayRoute(chart, 'other', { egress: new HttpEgress(chart, 'files', { hosts: ['files.example.com'] }), gateway: gatewayOf(chart, 'again'), hop: GatewayHop.http() });
  const before = Testing.synth(chart);
  route.allowRequests({ paths: ['/v1/*'], methods: ['HEAD', 'GET'] });
  for (const [host, port] of [['api.example.com', 80], ['api.example.com', 8080], ['b.example.com', 80], ['b.example.com', 8080]] as const) {
    const [led, refused, ...more] = route.virtualService(host, port).toJson().spec.http;
    expect(led.match).toEqual([{ method: { regex: 'GET|HEAD' }, uri: { prefix: '/v1/' } }]);
    expect(led.route).toHaveLength(2);
    expect(refused).toEqual({ directResponse: { status: 403, body: { string: 'egress: not allowed' } } });
    expect(more).toEqual([]);
  }
  expect(other.virtualService().toJson().spec.http.map(({ match }: any) => match)).toEqual([undefined]);
  const changed = Testing.synth(chart).filter((document, i) => JSON.stringify(document) !== JSON.stringify(before[i]));
  expect(changed.map(({ kind, metadata }) => [kind, metadata.name.replace(/-[0-9a-f]{8}$/, '')])).toEqual([
    ['VirtualService', 'bookinfo-api-example-com-80'], ['VirtualService', 'bookinfo-api-example-com-8080'],
    ['VirtualService', 'bookinfo-b-example-com-80'], ['VirtualService', 'bookinfo-b-example-com-8080'],
  ]);
  expect(doors(chart).map(({ tls }: any) => tls.subjectAltNames)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('identities are demanded in the handshake as well', () => {
  const { chart, route } = routed();
  route.allowRequests({ from: [RATINGS], methods: ['GET'] });
  route.allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'admin'));
  expect(doors(chart)[0].tls.subjectAltNames).toEqual(['spiffe://cluster.local/ns/bookinfo/sa/admin', 'spiffe://cluster.local/ns/bookinfo/sa/ratings']);
  const { spec } = route.virtualService('api.example.com', 80).toJson();
  const led = (account: string, method: string) => leadsOn(spec, { method, path: '/', certificate: certificateOf(`spiffe://cluster.local/ns/bookinfo/sa/${account}`) });
  expect([led('ratings', 'GET'), led('ratings', 'PUT'), led('admin', 'GET'), led('admin', 'PUT')]).toEqual([true, false, true, true]);
});

test('matches that would refuse nothing are taken back', () => {
  const { chart, route } = routed();
  const matches = () => documents(chart, 'VirtualService').filter(({ metadata }) => metadata.namespace === 'istio-system').map(({ spec }) => spec.http[0].match?.length);
  const policies = documents(chart, 'AuthorizationPolicy');
  expect(matches()).toEqual([undefined, undefined, undefined, undefined]);
  route.allowRequests({ methods: ['GET'] });
  expect(matches()).toEqual([1, 1, 1, 1]);
  route.allowRequests({ paths: ['/a', '/b'] });
  expect(matches()).toEqual([3, 3, 3, 3]);
  route.allowFrom(WorkloadIdentity.namespace('bookinfo'));
  expect(matches()).toEqual([undefined, undefined, undefined, undefined]);
  expect(documents(chart, 'AuthorizationPolicy')).toEqual(policies);
});

test('whole namespaces are told in the door, and demanded by no handshake', () => {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], exportTo: ['.', 'orders'] });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop: GatewayHop.http() });
  const policies = documents(chart, 'AuthorizationPolicy');
  route.allowFrom(WorkloadIdentity.namespace('orders'));
  const { spec } = route.virtualService().toJson();
  const led = (namespace: string) => leadsOn(spec, { method: 'GET', path: '/', certificate: certificateOf(`spiffe://cluster.local/ns/${namespace}/sa/any`) });
  expect(['orders', 'bookinfo', 'orders2'].map(led)).toEqual([true, false, false]);
  expect(doors(chart)[0].tls.subjectAltNames).toBeUndefined();
  expect(documents(chart, 'AuthorizationPolicy')).toEqual(policies);
});

test('what stands in a certificate beside the URI cannot pose as it', () => {
  const { route } = routed();
  route.allowRequests({ from: [WorkloadIdentity.namespace('bookinfo')], methods: ['GET'] });
  route.allowRequests({ from: [RATINGS], methods: ['PUT'] });
  const { spec } = route.virtualService('api.example.com', 80).toJson();
  const ratings = 'spiffe://cluster.local/ns/bookinfo/sa/ratings';
  const led = (certificate: string) => leadsOn(spec, { method: 'PUT', path: '/', certificate });
  expect(led(certificateOf(ratings))).toBe(true);
  expect(led(certificateOf(ratings).replace(/Cert="[^"]*";/, ''))).toBe(true);
  for (const certificate of [
    '', certificateOf(`${ratings}2`), certificateOf('spiffe://other/ns/bookinfo/sa/ratings'), certificateOf(`${ratings};URI=spiffe://x`), certificateOf(`spiffe://x;URI=${ratings}`),
    certificateOf('spiffe://x', `CN=a";URI=${ratings}`), `${certificateOf('spiffe://x')},${certificateOf(ratings)}`, `${certificateOf(ratings)},${certificateOf('spiffe://x')}`,
  ]) {
    expect([certificate, led(certificate)]).toEqual([certificate, false]);
  }
});

test('the ways tell them', () => {
  const { egress, route } = routed();
  route.allowRequests({ methods: ['GET'] });
  route.allowRequests({ from: [RATINGS], paths: ['/v1/*', '/a'] });
  expect(EgressWays.of(egress)[0].allowedFrom).toBeUndefined();
  expect(EgressWays.of(egress)[0].allowedRequests).toEqual([{ from: ['spiffe://cluster.local/ns/bookinfo/sa/ratings'], paths: ['/a', '/v1/*'] }, { methods: ['GET'] }]);
  expect(EgressWays.describe(egress)).toContain('  let through from spiffe://cluster.local/ns/bookinfo/sa/ratings: every method on /a, /v1/*\n  let through from every client: GET on every path\n');
});

test.each([[['/']], [['/v1/{*}/price', '/v1/{*}/x/{**}']], [['/v1/{**}/end']], [['/package.Service/Method', '/a%2Fb']]])('takes %j', paths => {
  expect(() => routed().route.allowRequests({ paths })).not.toThrow();
});

describe('refuses', () => {
  test.each<[string, AllowedRequests | any]>([
    ['missing-value: neither methods nor paths is given; give one of them, or use allowFrom for all requests', { from: [RATINGS] }],
    ['empty-list: methods is []', { methods: [] }],
    ['empty-list: paths is []', { paths: [] }],
    ['empty-list: from names nobody', { from: [], methods: ['GET'] }],
    ['invalid-value: from[0] is "ratings"', { from: ['ratings'], methods: ['GET'] }],
    ['duplicate-value: methods[1] "GET"', { methods: ['GET', 'GET'] }],
    ['invalid-method: methods[0] is "get"; a method is a word in upper case, such as "GET"; leave methods out for all', { methods: ['get'] }],
    ['invalid-method: methods[0] is "*"', { methods: ['*'] }],
    ['invalid-method: methods[0] is 7', { methods: [7] }],
    ['invalid-request-path: paths[0] is "v1"; a path begins with "/" and has no query', { paths: ['v1'] }],
    ['invalid-request-path: paths[0] is "/v1?x=1"', { paths: ['/v1?x=1'] }],
    ['invalid-request-path: paths[0] is "*/v1"', { paths: ['*/v1'] }],
    ['invalid-request-path: paths[0] is "/v1/*/x"; "*" stands at the end alone', { paths: ['/v1/*/x'] }],
    ['invalid-request-path: paths[0] is "/v1/{id}"', { paths: ['/v1/{id}'] }],
    ['invalid-request-path: paths[0] is "/{*}/x/*"', { paths: ['/{*}/x/*'] }],
    ['invalid-request-path: paths[0] is "/{**}/{*}"', { paths: ['/{**}/{*}'] }],
    ['invalid-request-path: paths[0] is undefined', { paths: [undefined] }],
  ])('%s', (message, requests) => {
    expect(() => routed().route.allowRequests(requests)).toThrow(`[bookinfo/route] ${message}`);
  });

  test('rules where the gateway reads no requests', () => {
    const { chart, route } = routed(GatewayHop.mutualTls());
    route.allowRequests({ methods: ['GET'] });
    expect(() => (chart.node.root as any).synth()).toThrow('[bookinfo/route] requests-on-hop: the gateway of "bookinfo/route" hands bytes on, and sees neither method nor path; use GatewayHop.http()');
  });

  test('a workload that is no client', () => {
    const { chart, route } = routed();
    route.allowRequests({ from: [WorkloadIdentity.namespace('orders')], methods: ['GET'] });
    expect(() => (chart.node.root as any).synth()).toThrow('[bookinfo/route] identity-is-no-client: namespace "orders"');
  });
});

test('a workload of another trust domain may do what is permitted to it, and not what is to the clients', () => {
  const chart = chartOf();
  const partner = 'spiffe://partner.example/ns/bookinfo/sa/batch';
  const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com'] });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop: GatewayHop.http() });
  route.allowFrom(WorkloadIdentity.namespace('bookinfo'));
  route.allowRequests({ from: [WorkloadIdentity.spiffe(partner, { anotherTrustDomain: true })], methods: ['GET'] });
  const { spec } = route.virtualService().toJson();
  const may = (uri: string, method: string) => leadsOn(spec, { method, path: '/', certificate: certificateOf(uri) });
  expect([may(partner, 'GET'), may(partner, 'DELETE')]).toEqual([true, false]);
  expect(may('spiffe://cluster.local/ns/bookinfo/sa/ratings', 'DELETE')).toBe(true);
});
