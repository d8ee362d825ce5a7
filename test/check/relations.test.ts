import { relationProblems } from '../../src/check/relations';
import { EgressIntent } from '../../src/intent/egress';
import { GatewayIntent, gatewayName } from '../../src/intent/gateway';
import { Problem } from '../../src/intent/problem';
import { HopIntent, RouteIntent } from '../../src/intent/route';
import { planOf } from '../../src/plan/plan-of';

const GATEWAY: GatewayIntent = {
  path: 'gateway',
  namespace: 'istio-system',
  service: 'out',
  host: 'out.istio-system.svc.cluster.local',
  selector: { istio: 'out' },
  identity: 'spiffe://x',
  port: 443,
  labels: {},
  annotations: {},
};

function egress(path: string, props: Partial<EgressIntent> = {}): EgressIntent {
  return { path, namespace: 'a', clients: [props.namespace ?? 'a'], protocol: 'TLS', hosts: [`${path}.example.com`], addresses: [], ports: [443], ...props };
}

const tcp = (path: string, props: Partial<EgressIntent> = {}) => egress(path, { protocol: 'TCP', addresses: ['203.0.113.10'], ports: [5432], ...props });

function route(path: string, of: EgressIntent, hop: Partial<HopIntent> = {}, gateway: Partial<GatewayIntent> = {}): RouteIntent {
  return { path, egress: of, gateway: { ...GATEWAY, ...gateway }, hop: { security: 'mutual-tls', port: 443, ...hop } };
}

const wild = egress('one', { hosts: ['*.example.com'] });

function problems(egresses: EgressIntent[], routes: RouteIntent[] = []): string[] {
  const gateways = [...new Map(routes.map(({ gateway }) => [gatewayName(gateway), gateway])).values()];
  const plan = planOf({
    egresses: [...new Set([...egresses, ...routes.map(one => one.egress)])],
    routeOf: of => routes.find(one => one.egress === of),
    permissionsOn: () => undefined,
    gateways,
    lockdowns: [],
    sidecars: [],
  });
  return relationProblems(egresses, routes, plan).map(({ path, text }) => `${path} ${text}`);
}

describe('the same host', () => {
  const HOST = { hosts: ['mongo.example.com'] };

  test.each<[string, EgressIntent[], string]>([
    ['twice for one namespace', [egress('one', HOST), egress('two', HOST)], 'two host-conflict: "one" declares "mongo.example.com" too, and clients in namespace "a" see both; '],
    ['on two ports', [egress('one', HOST), egress('two', { ...HOST, ports: [8443] })], 'two host-conflict: "one" declares "mongo.example.com" too'],
    ['for all and for one namespace', [egress('one', { ...HOST, clients: ['*'] }), egress('two', { ...HOST, clients: ['b'] })], 'two host-conflict: "one" declares "mongo.example.com" too, and clients in namespace "b"'],
    ['twice for all', [egress('one', { ...HOST, clients: ['*'] }), egress('two', { ...HOST, namespace: 'b', clients: ['*'] })], 'two host-conflict: "one" declares "mongo.example.com" too, and clients in all namespaces'],
    ['as TCP and TLS', [tcp('one', HOST), egress('two', HOST)], 'two host-conflict: "one" declares "mongo.example.com" too, and clients in namespace "a" see both; Istio keeps one DestinationRule a host: give the TCP'],
    ['as HTTP and TLS', [egress('one', { ...HOST, protocol: 'HTTP', ports: [80] }), egress('two', HOST)], 'see both; Istio keeps one DestinationRule a host: make one TlsEgress, with httpPorts'],
  ])('%s is a problem', (_, egresses, message) => {
    expect(problems(egresses)).toEqual([expect.stringContaining(message)]);
    expect(problems([...egresses].reverse())).toEqual([expect.stringContaining(message)]);
  });

  test('of two namespaces is none', () => {
    expect(problems([egress('one', HOST), egress('two', { ...HOST, namespace: 'b' })])).toEqual([]);
  });

  test.each<[string, Partial<EgressIntent>, Partial<EgressIntent>]>([
    ['TLS twice', {}, {}],
    ['on other ports', {}, { ports: [8443] }],
    ['as TCP and TLS', { protocol: 'TCP', addresses: ['203.0.113.10'] }, {}],
  ])('of one namespace, %s, is a problem whatever the clients, because its objects are called after it', (_, one, other) => {
    const both = [egress('one', { ...HOST, clients: ['b'], ...one }), egress('two', { ...HOST, clients: ['c', 'd'], ...other })];
    expect(problems(both)).toEqual([expect.stringContaining('two host-conflict: "one" declares "mongo.example.com" of namespace "a" too; a host of a namespace has one egress')]);
  });
});

describe('the same address', () => {
  test.each<[string, EgressIntent[], string]>([
    ['and port', [tcp('one'), tcp('two')], 'two address-conflict: 203.0.113.10 on port 5432 overlaps with 203.0.113.10 of "one", and clients in namespace "a" see both; '],
    ['in a range', [tcp('one', { addresses: ['203.0.113.0/24'] }), tcp('two')], 'two address-conflict: 203.0.113.10 on port 5432 overlaps with 203.0.113.0/24 of "one"'],
    ['in a range of IPv6', [tcp('one', { addresses: ['2001:db8::/64'] }), tcp('two', { addresses: ['2001:db8::5'] })], 'two address-conflict: 2001:db8::5 on port 5432'],
    ['by one of several ports', [tcp('one', { ports: [5432, 5433] }), tcp('two', { ports: [5433] })], 'two address-conflict: 203.0.113.10 on port 5433'],
    ['as any, twice', [tcp('one', { addresses: [] }), tcp('two', { addresses: [] })], 'two address-conflict: any address on port 5432 overlaps with any address of "one"'],
    ['of a TLS host and any address', [tcp('one', { ports: [443], addresses: [] }), egress('two', { addresses: ['203.0.113.10'] })], 'two address-conflict: two.example.com on port 443 overlaps with any address of "one"'],
    ['of a TLS host', [tcp('one', { ports: [443] }), egress('two', { addresses: ['203.0.113.10'] })], 'two address-conflict: 203.0.113.10 on port 443 overlaps with 203.0.113.10 of "one"'],
    ['of a TLS host that comes first', [egress('one', { addresses: ['203.0.113.10'] }), tcp('two', { ports: [443], addresses: ['203.0.113.0/24'] })], 'two address-conflict: 203.0.113.0/24 on port 443 overlaps with 203.0.113.10 of "one"'],
    ['of a TLS host by DNS and any address', [tcp('one', { ports: [443], addresses: [] }), egress('two')], 'two address-conflict: two.example.com on port 443 overlaps with any address of "one"'],
    ['behind a wider range of its own', [tcp('one', { addresses: ['10.0.0.0/8', '10.1.0.0/16'] }), tcp('two', { addresses: ['10.1.2.3'] })], 'two address-conflict: 10.1.2.3 on port 5432 overlaps with 10.0.0.0/8 of "one"'],
  ])('%s is a problem', (_, egresses, message) => {
    expect(problems(egresses)[0]).toContain(message);
    expect(new Set(problems([...egresses].reverse()))).toEqual(new Set(problems(egresses)));
  });

  test.each<[string, EgressIntent[]]>([
    ['on another port', [tcp('one'), tcp('two', { ports: [5433] })]],
    ['beside any address', [tcp('one', { addresses: [] }), tcp('two')]],
    ['of other clients', [tcp('one'), tcp('two', { namespace: 'b' })]],
    ['beside another', [tcp('one'), tcp('two', { addresses: ['203.0.113.11'] })]],
    ['of two TLS hosts', [egress('one', { addresses: ['203.0.113.10'] }), egress('two', { addresses: ['203.0.113.10'] })]],
    ['twice in one egress', [tcp('one', { addresses: ['10.0.0.0/8', '10.1.0.0/16'] })]],
    ['of a TLS host that only DNS knows', [tcp('one', { ports: [443] }), egress('two')]],
  ])('%s is none', (_, egresses) => {
    expect(problems(egresses)).toEqual([]);
  });

  test('of thousands for one client each is found in linear time', () => {
    const many = Array.from({ length: 5000 }, (_, i) => tcp(`e${i}`, { namespace: `ns${i}` }));
    expect(problems(many)).toEqual([]);
    expect(problems(many.map(one => ({ ...one, clients: ['*'] })))).toHaveLength(4999);
  });
});

describe('the listener that names, ranges and any address share', () => {
  const RANGE = { addresses: ['198.51.100.0/24'], ports: [443] };

  test.each<[string, EgressIntent[]]>([
    ['MYSQL of a range beside TLS', [egress('one'), tcp('two', { ...RANGE, protocol: 'MYSQL' })]],
    ['MONGO of any address beside TLS', [egress('one'), tcp('two', { ports: [443], addresses: ['198.51.100.0/24', '203.0.113.1'], protocol: 'MONGO' })]],
    ['MONGO of a range beside TCP of another', [tcp('one', { ...RANGE, protocol: 'MONGO' }), tcp('two', { ...RANGE, addresses: ['198.51.101.0/24'] })]],
    ['HTTP beside TLS', [egress('one', { protocol: 'HTTP' }), egress('two')]],
  ])('%s is a problem', (_, egresses) => {
    expect(problems(egresses)).toEqual([expect.stringContaining('two protocol-conflict: port 443 is')]);
  });

  test.each<[string, EgressIntent[]]>([
    ['MYSQL of a single address beside TLS', [egress('one'), tcp('two', { ports: [443], protocol: 'MYSQL' })]],
    ['two ranges of MYSQL', [tcp('one', { ...RANGE, protocol: 'MYSQL' }), tcp('two', { ...RANGE, addresses: ['198.51.101.0/24'], protocol: 'MYSQL' })]],
    ['TCP and REDIS of ranges beside TLS', [egress('one'), tcp('two', RANGE), tcp('three', { ...RANGE, addresses: ['198.51.101.0/24'], protocol: 'REDIS' })]],
    ['HTTP beside TCP of a range', [egress('one', { protocol: 'HTTP' }), tcp('two', RANGE)]],
  ])('%s is none', (_, egresses) => {
    expect(problems(egresses)).toEqual([]);
  });

  test('is shared with the routes too in the namespace of their gateway', () => {
    const mysql = tcp('two', { ...RANGE, namespace: 'istio-system', protocol: 'MYSQL' });
    expect(problems([mysql], [route('one', tcp('three'))])).toEqual([expect.stringContaining('two protocol-conflict: port 443 is MYSQL here and TLS in "one"')]);
    expect(problems([{ ...mysql, clients: ['a'] }], [route('one', tcp('three'))])).toEqual([]);
  });

  test('is looked at in linear time for many of one protocol', () => {
    expect(problems(Array.from({ length: 20000 }, (_, i) => egress(`e${i}`)))).toEqual([]);
  });
});

describe('routes', () => {
  const one = egress('one');
  const two = egress('two');

  test.each<[Problem, RouteIntent[], string]>([
    [Problem.SECOND_ROUTE, [route('r1', one), route('r2', one, {}, { service: 'other' })], 'r2 second-route: "r1" is a route of "one" already'],
    [Problem.ROUTED_RANGE, [route('r1', tcp('one', { addresses: ['203.0.113.0/24'] }))], 'r1 routed-range: "one" has the range 203.0.113.0/24'],
    [Problem.PASSTHROUGH_OF_TCP, [route('r1', tcp('one'), { security: 'passthrough' })], 'r1 passthrough-of-tcp: "one" is TCP'],
    [Problem.PASSTHROUGH_CONFLICT, [route('r1', one, { security: 'passthrough' }), route('r2', { ...two, namespace: 'b', hosts: one.hosts }, { security: 'passthrough' })],
      'r2 passthrough-conflict: "r1" enters port 443 of gateway "istio-system/out" by the SNI "one.example.com" too'],
    [Problem.PASSTHROUGH_CONFLICT, [route('r1', { ...one, ports: [443, 8443] }, { security: 'passthrough' })], 'r1 passthrough-conflict: another port of its egress enters port 443'],
    [Problem.PLAINTEXT_OF_SEVERAL, [route('r1', { ...one, ports: [443, 8443] }, { security: 'plaintext', port: 7777 })], 'r1 plaintext-of-several: "one" has 1 hosts and 2 ports'],
    [Problem.PLAINTEXT_PORT_CONFLICT, [route('r1', one, { security: 'plaintext', port: 7777 }), route('r2', two, { security: 'plaintext', port: 7777 })],
      'r2 plaintext-port-conflict: "r1" has the plaintext hop at port 7777 of gateway "istio-system/out" already'],
    [Problem.PLAINTEXT_PORT_IS_TLS, [route('r1', one, { security: 'plaintext', port: 443 })], 'r1 plaintext-port-is-tls: its plaintext hop is at port 443 of gateway "istio-system/out", where the gateway takes mutual TLS'],
    [Problem.PLAINTEXT_PORT_IS_TLS, [route('r1', one, { security: 'plaintext', port: 8443 }), route('r2', two, { port: 8443 }, { port: 8443 })],
      'r1 plaintext-port-is-tls: its plaintext hop is at port 8443 of gateway "istio-system/out", where "r2" enters with TLS'],
    [Problem.WILDCARD_WITHOUT_SERVER, [route('r1', wild)], 'r1 wildcard-without-server: "one" has the wildcard "*.example.com", and gateway "istio-system/out" cannot know'],
    [Problem.HOSTING_SERVER_UNUSED, [{ ...route('r1', { ...wild, addresses: ['203.0.113.10'] }), hostingServer: 'www.example.com' }],
      'r1 hosting-server-unused: hostingServer is "www.example.com", and "one" leads to 203.0.113.10'],
    [Problem.HOSTING_SERVER_UNUSED, [{ ...route('r1', tcp('one', { addresses: [] })), hostingServer: 'www.example.com' }],
      'r1 hosting-server-unused: hostingServer is "www.example.com", and "one" is TCP'],
  ])('%s', (_, routes, message) => {
    expect(problems([], routes)).toEqual([expect.stringContaining(message)]);
  });

  test.each<[string, RouteIntent[]]>([
    ['mutual TLS of one host by two namespaces', [route('r1', one), route('r2', { ...two, namespace: 'b', hosts: one.hosts })]],
    ['passthrough beside mutual TLS of one host', [route('r1', one), route('r2', { ...two, hosts: one.hosts }, { security: 'passthrough' })]],
    ['passthrough of one host on two gateways', [route('r1', one, { security: 'passthrough' }), route('r2', { ...two, hosts: one.hosts }, { security: 'passthrough' }, { service: 'other' })]],
    ['plaintext on two ports', [route('r1', one, { security: 'plaintext', port: 7777 }), route('r2', two, { security: 'plaintext', port: 7778 })]],
    ['plaintext on one port of two gateways', [route('r1', one, { security: 'plaintext', port: 7777 }), route('r2', two, { security: 'plaintext', port: 7777 }, { namespace: 'other' })]],
    ['plaintext of TLS', [route('r1', one, { security: 'plaintext', port: 7777 })]],
    ['a wildcard with a hosting server', [{ ...route('r1', wild), hostingServer: 'www.example.com' }]],
    ['a wildcard with addresses', [route('r1', { ...wild, addresses: ['203.0.113.10'] })]],
    ['several addresses of one host', [route('r1', tcp('one', { addresses: ['203.0.113.10', '203.0.113.11'] }))]],
  ])('%s is no problem', (_, routes) => {
    expect(problems([], routes)).toEqual([]);
  });
});
