import { Testing } from 'cdk8s';
import fc from 'fast-check';
import { EGRESS, planned, ROUTE } from './told';
import { EgressGatewayRoute, GatewayHop, HttpEgress, WorkloadIdentity } from '../../src';
import { EgressIntent } from '../../src/intent/egress';
import { IdentityIntent } from '../../src/intent/identity';
import { PermissionIntent } from '../../src/intent/permission';
import { HopIntent } from '../../src/intent/route';
import { admitted } from '../../src/plan/callers';
import { callersName } from '../../src/plan/names';
import { certificateOf, chartOf, gatewayOf, leadsOn, ownNameOf } from '../support';

const A: IdentityIntent = { namespace: 'shop', serviceAccount: 'a', anotherTrustDomain: false };
const B: IdentityIntent = { ...A, serviceAccount: 'b' };
const ALL: IdentityIntent = { namespace: 'shop', anotherTrustDomain: false };
const OTHERS: IdentityIntent = { namespace: 'other', anotherTrustDomain: false };
const PARTNER: IdentityIntent = { trustDomain: 'partner.example', namespace: 'shop', serviceAccount: 'p', anotherTrustDomain: true };
const [a, b, all, others] = ['shop/sa/a', 'shop/sa/b', 'shop/sa/*', 'other/sa/*'].map(of => `spiffe://cluster.local/ns/${of}`);
const partner = 'spiffe://partner.example/ns/shop/sa/p';
const NOBODY = 'spiffe://nobody.invalid/';

const BYTES: HopIntent = { security: 'mutual-tls', port: 443 };
const HTTP: HopIntent = { ...BYTES, http: true };

function admits(hop: HopIntent, permissions?: readonly PermissionIntent[], egress: Partial<EgressIntent> = {}) {
  const { set, ...rest } = admitted({ ...ROUTE, hop, egress: { ...EGRESS, namespace: 'shop', clients: ['other', 'shop'], ...egress } }, permissions);
  expect(set).toBe(callersName(rest.who, hop.http ? 'http' : 'bytes'));
  return rest;
}

test.each<[string, HopIntent]>([['passthrough', { security: 'passthrough', port: 443 }], ['plaintext', { security: 'plaintext', port: 7777 }]])(
  'a %s hop knows no callers, whatever is permitted', (_, hop) => {
    expect(admitted({ ...ROUTE, hop }, undefined)).toEqual({ who: 'all' });
    expect(admitted({ ...ROUTE, hop }, [{ identities: [A] }])).toEqual({ who: 'all' });
  });

describe('a door of bytes admits', () => {
  test.each<[string, Partial<EgressIntent>, PermissionIntent[] | undefined, object]>([
    ['the clients, where nothing is said', {}, undefined, { who: [others, all] }],
    ['everybody, where all are clients', { clients: ['*'] }, undefined, { who: 'all' }],
    ['exact identities by their handshake, and their names to all clients', {}, [{ identities: [B, A] }, { identities: [A] }], { who: [others, all], callers: [a, b], handshake: [a, b] }],
    ['exact identities where all are clients', { clients: ['*'] }, [{ identities: [A] }], { who: 'all', callers: [a], handshake: [a] }],
    ['an identity of another trust domain beside the clients', {}, [{ identities: [PARTNER] }], { who: [others, all, partner], callers: [partner], handshake: [partner] }],
    ['nobody', {}, [{ identities: [] }], { who: [others, all], callers: [], handshake: [NOBODY] }],
    ['a whole namespace by a set of callers of its own', {}, [{ identities: [ALL] }], { who: [all], callers: [all] }],
    ['a whole namespace and others', {}, [{ identities: [ALL, { ...B, namespace: 'other' }] }], {
      who: ['spiffe://cluster.local/ns/other/sa/b', all], callers: ['spiffe://cluster.local/ns/other/sa/b', all],
    }],
    ['a whole namespace where all are clients', { clients: ['*'] }, [{ identities: [ALL] }], { who: [all], callers: [all] }],
    ['every namespace that is a client as if nothing were said', {}, [{ identities: [ALL, OTHERS, A] }], { who: [others, all], callers: [others, all, a] }],
    ['every workload where one permission names none', {}, [{ identities: [A] }, {}], { who: [others, all] }],
  ])('%s', (_, egress, permissions, wanted) => {
    expect(admits(BYTES, permissions, egress)).toEqual(wanted);
    expect(admits(BYTES, permissions && [...permissions].reverse(), egress)).toEqual(wanted);
  });
});

describe('a door that reads HTTP lets through', () => {
  test.each<[string, PermissionIntent[] | undefined, object]>([
    ['everything of the clients, where nothing is said', undefined, {}],
    ['requests of anybody', [{ methods: ['GET'], paths: ['/v1/*'] }], { requests: [{ methods: ['GET'], paths: ['/v1/*'] }] }],
    ['exact identities by their handshake alone, where they may do everything', [{ identities: [A, B] }], { callers: [a, b], handshake: [a, b] }],
    ['each exact identity\'s own requests', [{ identities: [A, B], methods: ['GET'] }, { identities: [B], methods: ['PUT'] }], {
      callers: [a, b], handshake: [a, b], requests: [{ callers: [a, b], methods: ['GET'] }, { callers: [b], methods: ['PUT'] }],
    }],
    ['everything of those who may, and of others their requests', [{ identities: [A], methods: ['GET'] }, { identities: [B] }], {
      callers: [a, b], handshake: [a, b], requests: [{ callers: [a], methods: ['GET'] }, { callers: [b] }],
    }],
    ['everything of one, and of everybody else some requests', [{ methods: ['GET'] }, { identities: [A] }], { requests: [{ callers: [a] }, { methods: ['GET'] }] }],
    ['a whole namespace, told in the door', [{ identities: [ALL] }], { callers: [all], requests: [{ callers: [all] }] }],
    ['requests of a namespace', [{ identities: [ALL], methods: ['GET'] }], { callers: [all], requests: [{ callers: [all], methods: ['GET'] }] }],
    ['everything, where every namespace that is a client is named', [{ identities: [ALL, OTHERS] }], { callers: [others, all] }],
    ['the same requests once', [{ methods: ['GET'] }, { methods: ['GET'] }], { requests: [{ methods: ['GET'] }] }],
    ['nobody', [{ identities: [] }], { callers: [], handshake: [NOBODY] }],
  ])('%s', (_, permissions, wanted) => {
    expect(admits(HTTP, permissions)).toEqual({ who: [others, all], ...wanted });
    expect(admits(HTTP, permissions && [...permissions].reverse())).toEqual({ who: [others, all], ...wanted });
  });
});

test('the callers of a gateway are listed once, with a name for doors of bytes and one for those that read requests', () => {
  const egress = (host: string, clients: string[], namespace = 'shop'): EgressIntent => ({ ...EGRESS, path: host, namespace, clients, hosts: [host], ports: [443] });
  const routes = [
    egress('b.example.com', ['shop']), egress('a.example.com', ['shop']), egress('c.example.com', ['other', 'shop']), egress('d.example.com', ['*']), egress('e.example.com', ['other'], 'other'),
  ].map(one => ({ ...ROUTE, path: `${one.path}-route`, egress: one }));
  const { gateways: [{ callers, doors }] } = planned({ routes, app: 'app' });
  expect(callers).toEqual(['all' as const, [others, all], [others], [all]].map(who => ({ who, sets: [callersName(who, 'bytes')] })));
  expect(new Set(doors.map(({ admits: { set } }) => set))).toEqual(new Set(callers.flatMap(({ sets }) => sets)));
  const both = [ROUTE, { ...ROUTE, path: 'b', hop: HTTP, egress: { ...EGRESS, hosts: ['b.example.com'], protocol: 'HTTP' as const } }];
  expect(planned({ routes: both, app: 'app' }).gateways[0].callers).toEqual([{
    who: ['spiffe://cluster.local/ns/bookinfo/sa/*'], sets: [expect.stringMatching(/^h-[0-9a-f]{8}$/), expect.stringMatching(/^s-[0-9a-f]{8}$/)],
  }]);
  const passthrough = planned({ routes: routes.map(route => ({ ...route, hop: { security: 'passthrough' as const, port: 443 } })) });
  expect(passthrough.gateways[0].callers).toEqual([]);
  expect(passthrough.gateways[0].doors).toHaveLength(5);
});

/** Whether what is written lets a request through: the policies of the gateway, the handshake of the door, and its VirtualService. */
function passes(written: readonly any[], uri: string, method: string, path: string): boolean {
  const ofKind = (kind: string) => written.filter(document => document.kind === kind);
  const [gateway] = ofKind('Gateway');
  const name = ownNameOf(gateway);
  const says = (patterns: string[] | undefined, value: string) => patterns?.some(pattern => pattern.startsWith('*') ? value.endsWith(pattern.slice(1))
    : pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : pattern === value);
  const principal = uri.slice('spiffe://'.length);
  const refused = ofKind('AuthorizationPolicy').flatMap(({ spec }) => spec.rules).some(({ from, when: [{ values, notValues }] }: any) =>
    says(values, name) && !says(notValues, name) && (!from || !says(from[0].source.notPrincipals, principal)));
  const [{ tls }] = gateway.spec.servers;
  if (refused || (tls.subjectAltNames && !tls.subjectAltNames.includes(uri))) return false;
  const door = ofKind('VirtualService').find(({ spec }) => spec.hosts[0] === name);
  return leadsOn(door.spec, { method, path, certificate: certificateOf(uri) });
}

const CALLERS = ['shop/sa/a', 'shop/sa/b', 'shop/sa/c', 'other/sa/a', 'stranger/sa/a'].map(of => `spiffe://cluster.local/ns/${of}`);
const PATHS = ['/', '/x', '/x/y', '/x/y/z', '/z', '/z/', '/v1/7/price', '/v1/7/8/price', '/v1//price'];

interface Permission {
  readonly identities?: WorkloadIdentity[];
  readonly methods?: string[];
  readonly paths?: string[];
}

/** What a permission says, in other words than the emitter's. */
function permits({ identities, methods, paths }: Permission, uri: string, method: string, path: string): boolean {
  const [, , , , namespace, , account] = uri.split('/');
  const named = (identity: WorkloadIdentity) => {
    const given = identity._given as any;
    return given.by === 'nobody' ? false : given.namespace === namespace && (given.by === 'namespace' || given.name === account);
  };
  const matches = (pattern: string) => {
    if (pattern === '/v1/{*}/price') return path === '/v1/7/price';
    return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
  };
  return (!identities || identities.some(named)) && (!methods || methods.includes(method)) && (!paths || paths.some(matches));
}

test('a door that reads HTTP lets through exactly what is permitted to its clients, whatever that is', () => {
  const { serviceAccount, namespace } = WorkloadIdentity;
  const who = fc.constantFrom<WorkloadIdentity[] | undefined>(
    undefined, [serviceAccount('shop', 'a')], [serviceAccount('shop', 'b'), serviceAccount('shop', 'a')], [namespace('shop')], [namespace('shop'), namespace('other')],
    [namespace('other'), serviceAccount('shop', 'a')], [serviceAccount('other', 'a')],
  );
  const permission = fc.record<Permission>({
    identities: who,
    methods: fc.constantFrom<string[] | undefined>(undefined, ['GET'], ['PUT', 'GET']),
    paths: fc.constantFrom<string[] | undefined>(undefined, ['/x/*'], ['/z', '/x/y'], ['/v1/{*}/price'], ['/*']),
  });
  let tried = 0;
  fc.assert(fc.property(fc.array(permission, { maxLength: 3 }), permissions => {
    const chart = chartOf('shop');
    const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], exportTo: ['.', 'other'] });
    const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop: GatewayHop.http() });
    for (const { identities, methods, paths } of permissions) {
      if (methods || paths) route.allowRequests({ from: identities, methods, paths });
      else if (identities) route.allowFrom(...identities);
    }
    const said = permissions.filter(({ identities, methods, paths }) => identities || methods || paths);
    const written = Testing.synth(chart);
    for (const uri of CALLERS) {
      for (const [method, path] of PATHS.flatMap(one => [['GET', one], ['PUT', one]])) {
        const permitted = !uri.includes('/stranger/') && (said.length === 0 || said.some(one => permits(one, uri, method, path)));
        expect([uri, method, path, passes(written, uri, method, path)]).toEqual([uri, method, path, permitted]);
        tried++;
      }
    }
  }), { numRuns: 200 });
  expect(tried).toBeGreaterThan(15_000);
});
