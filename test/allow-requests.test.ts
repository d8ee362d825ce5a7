import { chartOf, documents, gatewayOf } from './support';
import { AllowedRequests, EgressGatewayRoute, EgressWays, GatewayHop, HttpEgress, WorkloadIdentity } from '../src';

const RATINGS = WorkloadIdentity.serviceAccount('bookinfo', 'ratings');

function routed(hop = GatewayHop.http()) {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com', 'b.example.com'], ports: [80, 8080] });
  return { chart, egress, route: new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop }) };
}

const doors = (chart: any) => documents(chart, 'Gateway').map(({ spec }) => spec.servers[0]);

test('rules hold for the names of the route and no others', () => {
  const { chart, route } = routed();
  route.allowRequests({ paths: ['/v1/*'], methods: ['HEAD', 'GET'] });
  const names = doors(chart).map(({ hosts }: any) => hosts[0]);
  expect(names).toHaveLength(4);
  expect(route.identityPolicy!.toJson().spec).toEqual({
    action: 'DENY',
    selector: { matchLabels: { istio: 'egressgateway' } },
    rules: [
      { to: [{ operation: { notMethods: ['GET', 'HEAD'] } }], when: [{ key: 'connection.sni', values: names }] },
      { to: [{ operation: { methods: ['GET', 'HEAD'], notPaths: ['/v1/*'] } }], when: [{ key: 'connection.sni', values: names }] },
    ],
  });
  expect(doors(chart).map(({ tls }: any) => tls.subjectAltNames)).toEqual([undefined, undefined, undefined, undefined]);
});

test('identities are demanded in the handshake as well', () => {
  const { chart, route } = routed();
  route.allowRequests({ from: [RATINGS], methods: ['GET'] });
  route.allowFrom(WorkloadIdentity.serviceAccount('bookinfo', 'admin'));
  expect(doors(chart)[0].tls.subjectAltNames).toEqual(['spiffe://cluster.local/ns/bookinfo/sa/admin', 'spiffe://cluster.local/ns/bookinfo/sa/ratings']);
  expect(route.identityPolicy!.toJson().spec.rules.map(({ from, to }: any) => [from[0].source, to[0].operation]))
    .toEqual([[{ principals: ['cluster.local/ns/bookinfo/sa/ratings'] }, { notMethods: ['GET'] }]]);
});

test('a policy that would refuse nothing is taken back', () => {
  const { chart, route } = routed();
  route.allowRequests({ from: [RATINGS], methods: ['GET'] });
  expect(route.identityPolicy).toBeDefined();
  route.allowFrom(RATINGS);
  expect(route.identityPolicy).toBeUndefined();
  expect(documents(chart, 'AuthorizationPolicy').filter(({ spec }) => !spec.rules[0].from[0].source.notNamespaces)).toEqual([]);
  route.allowRequests({ from: [WorkloadIdentity.serviceAccount('bookinfo', 'reviews')], methods: ['GET'] });
  expect(route.identityPolicy!.toJson().spec.rules).toHaveLength(1);
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
