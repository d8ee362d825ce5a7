/*
 * Writes rollouts/: every pair of states of an app, as manifests before and after, and the calls by which the lab judges what
 * happens between the two. What a call may do in a state is what EgressWays says of it: npx projen rollouts.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Chart } from 'cdk8s';
import { admits, Build, Caller, crossing, end, leadsTo, server, State, stateOf, Target, waysOf } from './ways';
import {
  AllowedRequests, ClientCertificate, Egress, EgressGateway, EgressGatewayRoute, EgressGatewayRouteProps, EgressLockdown, GatewayHop, HttpEgress,
  HttpEgressProps, IEgressGateway, TcpEgress, TlsEgress, TlsEgressProps, TlsOrigination, WorkloadIdentity,
} from '../src';

/** A name that sorts after the namespaces. */
const APP = 'shop';

const FOLDER = join(__dirname, '..', 'rollouts');

/* ---- the world that all pairs have ---- */

const SERVERS = [
  server('mongo', '203.0.113.40', { 27018: 'tls', 27019: 'tls' }),
  server('mongo-b', '203.0.113.41', { 27018: 'tls' }),
  server('ledger', '203.0.113.10', { 5432: 'tcp' }),
  server('api', '203.0.113.20', { 80: 'http', 443: 'https' }),
  server('1st', '203.0.113.50', { 443: 'tls' }),
  server('stock', '203.0.113.30', { 443: 'tls' }),
  server('news', '203.0.113.60', { 443: 'tls' }),
];

/** Gateways that run already: one, another with the same identity, and another of its own. */
const GATEWAYS = {
  first: { namespace: 'istio-system', service: 'istio-egressgateway', labels: { istio: 'egressgateway' }, serviceAccount: 'istio-egressgateway-service-account' },
  twin: { namespace: 'istio-system', service: 'istio-egressgateway-b', labels: { istio: 'egressgateway-b' }, serviceAccount: 'istio-egressgateway-service-account' },
  other: { namespace: 'egress', service: 'egress', labels: { istio: 'other-egress' }, serviceAccount: 'egress' },
};
const PLAINTEXT = 7777;
const GATEWAY_PORTS = [{ port: 443, targetPort: 8443 }, { port: 80, targetPort: 8080 }, { port: PLAINTEXT, targetPort: PLAINTEXT }];

const RATINGS = { namespace: 'bookinfo', serviceAccount: 'ratings' };
const REVIEWS = { namespace: 'bookinfo', serviceAccount: 'reviews' };
const CHECKOUT = { namespace: 'orders', serviceAccount: 'checkout' };
const STRANGER = { namespace: 'web', serviceAccount: 'stranger' };
const CALLERS: readonly Caller[] = [RATINGS, REVIEWS, CHECKOUT, STRANGER];

const MONGO = { host: 'mongo.example.com', port: 27018, protocol: 'tls' };
const MONGO_PORT = { host: 'mongo.example.com', port: 27019, protocol: 'tls' };
const MONGO_B = { host: 'mongo-b.example.com', port: 27018, protocol: 'tls' };
const STOCK = { host: 'stock.example.com', port: 443, protocol: 'tls' };
const EARLY = { host: '1st.example.com', port: 443, protocol: 'tls' };
const NEWS = { host: 'news.example.com', port: 443, protocol: 'tls' };
const LEDGER = { host: 'ledger.example.com', port: 5432, protocol: 'tcp' };
const API = { host: 'api.example.com', port: 80, protocol: 'http' };
const READ = { ...API, method: 'GET', path: '/v1/books' };
const WRITE = { ...API, method: 'PUT', path: '/v1/books' };
const ADMIN = { ...API, method: 'GET', path: '/admin' };

/* ---- the apps ---- */

interface Pair {
  readonly title: string;
  readonly before: Build;
  readonly after: Build;
  readonly targets: readonly Target[];

  /** Whether both states must have the same objects. */
  readonly unchanged?: true;
}

const ratings = WorkloadIdentity.serviceAccount('bookinfo', 'ratings');
const reviews = WorkloadIdentity.serviceAccount('bookinfo', 'reviews');
const orders = WorkloadIdentity.namespace('orders');

type Gateways = { [name in keyof typeof GATEWAYS]: IEgressGateway };

/** An app of a platform with gateways and a team. */
function built(team: (chart: Chart, gateways: Gateways) => void, id = 'bookinfo'): Build {
  return app => {
    const platform = new Chart(app, 'platform', { namespace: 'platform' });
    const gateway = (name: keyof typeof GATEWAYS) => {
      const { namespace, service, labels: selector, serviceAccount } = GATEWAYS[name];
      return EgressGateway.fromService(platform, name, { namespace, service, selector, serviceAccount });
    };
    team(new Chart(app, id, { namespace: 'bookinfo' }), { first: gateway('first'), twin: gateway('twin'), other: gateway('other') });
  };
}

const SHARED = ['.', 'orders'];
const mongo = (chart: Chart, props: Partial<TlsEgressProps> = {}, id = 'mongo') =>
  new TlsEgress(chart, id, { hosts: [MONGO.host], ...(props.ports ? {} : { port: MONGO.port }), ...props });
const stock = (chart: Chart) => new TlsEgress(chart, 'stock', { hosts: [STOCK.host] });
const early = (chart: Chart) => new TlsEgress(chart, 'early', { hosts: [EARLY.host] });
const ledger = (chart: Chart) => new TcpEgress(chart, 'ledger', { host: LEDGER.host, addresses: ['203.0.113.10'], port: LEDGER.port });
const api = (chart: Chart, props: Partial<HttpEgressProps> = {}) => new HttpEgress(chart, 'api', { hosts: [API.host], ...props });

function route(chart: Chart, egress: Egress, gateway: IEgressGateway, props: Partial<EgressGatewayRouteProps> = {}, id = 'route') {
  return new EgressGatewayRoute(chart, id, { egress, gateway, ...props });
}

/** A route of the shared database, and who is let in. */
const allowing = (...allowFrom: WorkloadIdentity[]) => built((chart, { first }) => {
  route(chart, mongo(chart, { exportTo: SHARED }), first, allowFrom.length > 0 ? { allowFrom } : {});
});
const hopping = (egress: (chart: Chart) => Egress, hop?: GatewayHop) => built((chart, { first }) => {
  route(chart, egress(chart), first, hop ? { hop } : {});
});
const dividing = (egress: (chart: Chart) => Egress, weight = 50) => built((chart, { first }) => {
  route(chart, egress(chart), first, { weight });
});
const requesting = (...rules: AllowedRequests[]) => built((chart, { first }) => {
  const read = route(chart, api(chart), first, { hop: GatewayHop.http() });
  for (const rule of rules) read.allowRequests(rule);
});
const at = (name: keyof typeof GATEWAYS, props: Partial<EgressGatewayRouteProps> = {}) => built((chart, gateways) => {
  route(chart, mongo(chart), gateways[name], props);
});
const withStock = (
  props: Partial<TlsEgressProps> = {}, led: (gateways: Gateways) => Partial<EgressGatewayRouteProps> = () => ({}),
) => built((chart, gateways) => {
  route(chart, mongo(chart, props), gateways.first, led(gateways));
  route(chart, stock(chart), gateways.first, {}, 'stock-route');
});
const simple = TlsOrigination.simple();
const showing = (secret: string) => built((chart, { first }) => {
  route(chart, api(chart), first, { tlsOrigination: TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromSecret(secret) }) });
});
const served = (hostingServer: string) => built((chart, { first }) => {
  route(chart, new TlsEgress(chart, 'all', { hosts: ['*.example.com'] }), first, { hostingServer });
});
const locked = (namespaces: string[]) => built((chart, { first }) => {
  route(chart, mongo(chart, { exportTo: SHARED }), first);
  ledger(chart);
  if (namespaces.length > 0) new EgressLockdown(chart, 'lockdown', { namespaces, gateways: [first] });
});

/** Gateways are named, and nothing leaves. */
const idle = built(() => undefined);
const nothing: Build = () => undefined;

const PAIRS: { readonly [name: string]: Pair } = {
  'direct-tls': {
    title: 'A TLS host straight out, and through a gateway',
    targets: [MONGO],
    before: built(chart => { mongo(chart); }),
    after: hopping(mongo),
  },
  'direct-tcp': {
    title: 'A TCP host straight out, and through a gateway',
    targets: [LEDGER],
    before: built(chart => { ledger(chart); }),
    after: hopping(ledger),
  },
  'direct-http': {
    title: 'An HTTP host straight out, and through a gateway',
    targets: [API],
    before: built(chart => { api(chart); }),
    after: hopping(api),
  },
  'canary-tls': {
    title: 'A TLS host straight out, and half of it through a gateway', targets: [MONGO], before: built(chart => { mongo(chart); }), after: dividing(mongo),
  },
  'canary-tls-all': {
    title: 'Half of a TLS host through a gateway, and all of it', targets: [MONGO], before: dividing(mongo), after: hopping(mongo),
  },
  'canary-tls-other-gateway': {
    title: 'Half of a TLS host through a gateway, and all of it through another, beside a route that stays',
    targets: [MONGO],
    before: withStock({}, ({ first }) => ({ gateway: first, weight: 50 })),
    after: withStock({}, ({ other }) => ({ gateway: other })),
  },
  'canary-tls-none': {
    title: 'A TLS host straight out, and none of it through a gateway', targets: [MONGO], before: built(chart => { mongo(chart); }), after: dividing(mongo, 0),
  },
  'canary-tls-begins': {
    title: 'None of a TLS host through a gateway, and half of it', targets: [MONGO], before: dividing(mongo, 0), after: dividing(mongo),
  },
  'canary-tls-ends': {
    title: 'Half of a TLS host through a gateway, and a hundred percent', targets: [MONGO], before: dividing(mongo), after: dividing(mongo, 100),
  },
  'canary-tls-left-out': {
    title: 'A hundred percent of a TLS host through a gateway, and all of it', targets: [MONGO], before: dividing(mongo, 100), after: hopping(mongo),
  },
  'canary-tcp': {
    title: 'A TCP host straight out, and half of it through a gateway', targets: [LEDGER], before: built(chart => { ledger(chart); }), after: dividing(ledger),
  },
  'canary-tcp-all': {
    title: 'Half of a TCP host through a gateway, and all of it', targets: [LEDGER], before: dividing(ledger), after: hopping(ledger),
  },
  'canary-http-all': {
    title: 'Half of an HTTP host through a gateway, and all of it', targets: [API], before: dividing(api), after: hopping(api),
  },
  'allow-from-accounts': {
    title: 'Everybody, and one service account',
    targets: [MONGO],
    before: allowing(),
    after: allowing(ratings),
  },
  'allow-from-other-account': {
    title: 'One service account, and another',
    targets: [MONGO],
    before: allowing(ratings),
    after: allowing(reviews),
  },
  'allow-from-namespace': {
    title: 'A service account, and a whole namespace besides',
    targets: [MONGO],
    before: allowing(ratings),
    after: allowing(ratings, orders),
  },
  'allow-from-mixed-none': {
    title: 'A service account and a whole namespace, and everybody',
    targets: [MONGO],
    before: allowing(ratings, orders),
    after: allowing(),
  },
  'allow-from-nobody': {
    title: 'Everybody, and nobody',
    targets: [MONGO],
    before: allowing(),
    after: allowing(WorkloadIdentity.nobody()),
  },
  'client-namespace': {
    title: 'A client namespace more',
    targets: [MONGO],
    before: hopping(mongo),
    after: hopping(chart => mongo(chart, { exportTo: SHARED })),
  },
  'client-namespace-one-of-two': {
    title: 'A client namespace more, of one route of two',
    targets: [MONGO, STOCK],
    before: withStock(),
    after: withStock({ exportTo: SHARED }),
  },
  'host-more': {
    title: 'A host more',
    targets: [MONGO, MONGO_B],
    before: hopping(mongo),
    after: hopping(chart => mongo(chart, { hosts: [MONGO.host, MONGO_B.host] })),
  },
  'port-more': {
    title: 'A port more',
    targets: [MONGO, MONGO_PORT],
    before: hopping(mongo),
    after: hopping(chart => mongo(chart, { ports: [MONGO.port, MONGO_PORT.port] })),
  },
  'host-more-and-allow-from': {
    title: 'A host more, and one service account alone is let in',
    targets: [MONGO, MONGO_B],
    before: hopping(mongo),
    after: built((chart, { first }) => { route(chart, mongo(chart, { hosts: [MONGO.host, MONGO_B.host] }), first, { allowFrom: [ratings] }); }),
  },
  'hop-passthrough': {
    title: 'A TLS host over mutual TLS, and passthrough',
    targets: [MONGO],
    before: hopping(mongo),
    after: hopping(mongo, GatewayHop.passthrough()),
  },
  'hop-plaintext': {
    title: 'A TCP host over mutual TLS, and in clear inside the mesh',
    targets: [LEDGER],
    before: hopping(ledger),
    after: hopping(ledger, GatewayHop.plaintext(PLAINTEXT)),
  },
  'hop-http': {
    title: 'An HTTP host that the gateway does not read, and that it reads',
    targets: [API],
    before: hopping(api),
    after: hopping(api, GatewayHop.http()),
  },
  'hop-http-rules': {
    title: 'An HTTP host that the gateway does not read, and rules',
    targets: [READ, WRITE, ADMIN],
    before: hopping(api),
    after: requesting({ from: [ratings], methods: ['GET'], paths: ['/v1/*'] }),
  },
  'requests-on': {
    title: 'All requests, and some',
    targets: [READ, WRITE, ADMIN],
    before: requesting(),
    after: requesting({ from: [ratings], methods: ['GET'], paths: ['/v1/*'] }),
  },
  'requests-other': {
    title: 'Some requests, and others',
    targets: [READ, WRITE, ADMIN],
    before: requesting({ from: [ratings], methods: ['GET'], paths: ['/v1/*'] }),
    after: requesting({ from: [reviews], methods: ['GET', 'PUT'], paths: ['/v1/*'] }, { from: [ratings], paths: ['/admin'] }),
  },
  'origination-gateway': {
    title: 'HTTP that leaves in clear, and in TLS from the gateway',
    targets: [API],
    before: hopping(api),
    after: built((chart, { first }) => { route(chart, api(chart), first, { tlsOrigination: simple }); }),
  },
  'origination-sidecar': {
    title: 'HTTP that leaves in clear, and in TLS from the sidecar',
    targets: [API],
    before: built(chart => { api(chart); }),
    after: built(chart => { api(chart, { tlsOrigination: simple }); }),
  },
  'origination-moves': {
    title: 'TLS from the sidecar, and from the gateway',
    targets: [API],
    before: built(chart => { api(chart, { tlsOrigination: simple }); }),
    after: built((chart, { first }) => { route(chart, api(chart), first, { tlsOrigination: simple }); }),
  },
  'other-gateway-same-identity': {
    title: 'Another gateway of the same identity', targets: [MONGO], before: at('first'), after: at('twin'),
  },
  'other-gateway': {
    title: 'Another gateway of another identity', targets: [MONGO], before: at('first'), after: at('other'),
  },
  'other-gateway-allow-from': {
    title: 'Another gateway of another identity, for one service account',
    targets: [MONGO],
    before: at('first', { allowFrom: [ratings] }),
    after: at('other', { allowFrom: [ratings] }),
  },
  'origination-certificate': {
    title: 'Another client certificate, shown by the gateway',
    targets: [API],
    before: showing('partner-a'),
    after: showing('partner-b'),
  },
  'hosting-server': {
    title: 'Another server that serves all names of a domain',
    targets: [NEWS],
    before: served(STOCK.host),
    after: served(EARLY.host),
  },
  'lockdown': {
    title: 'A namespace that is not locked, and that is',
    targets: [MONGO, LEDGER],
    before: locked([]),
    after: locked(['bookinfo']),
  },
  'lockdown-more': {
    title: 'A locked namespace more',
    targets: [MONGO, LEDGER],
    before: locked(['bookinfo']),
    after: locked(['bookinfo', 'orders']),
  },
  'renamed': {
    title: 'Other ids of the constructs',
    unchanged: true,
    targets: [MONGO],
    before: hopping(mongo),
    after: built((chart, { first }) => { route(chart, mongo(chart, {}, 'database'), first, {}, 'database-route'); }),
  },
  'moved': {
    title: 'Another chart',
    unchanged: true,
    targets: [MONGO],
    before: hopping(mongo),
    after: built((chart, { first }) => { route(chart, mongo(chart), first); }, 'team'),
  },
  'removed': {
    title: 'Everything is taken out',
    targets: [MONGO, LEDGER],
    before: built((chart, { first }) => { route(chart, mongo(chart), first); ledger(chart); }),
    after: nothing,
  },
  'removed-allow-from': {
    title: 'A route for one service account is taken out',
    targets: [MONGO],
    before: at('first', { allowFrom: [ratings] }),
    after: idle,
  },
  'removed-one': {
    title: 'One route of two is taken out, with callers of its own',
    targets: [MONGO, STOCK],
    before: withStock({ exportTo: SHARED }),
    after: hopping(stock),
  },
  'first-route': {
    title: 'The first route of an app that has named its gateway',
    targets: [MONGO],
    before: idle,
    after: hopping(mongo),
  },
  'first-apply': {
    title: 'Nothing, and an app with a gateway and a route',
    targets: [EARLY],
    before: nothing,
    after: hopping(early),
  },
  'second-route': {
    title: 'Another route of a namespace that has one',
    targets: [MONGO, STOCK],
    before: hopping(mongo),
    after: withStock(),
  },
};

/* ---- what they say of calls ---- */

/** Either: what becomes of the call in that state says nothing. */
type Expectation = 'refused' | 'either' | { readonly way: readonly object[] } | { readonly ways: readonly (readonly object[])[] };

interface Call {
  readonly name: string;
  readonly from: Caller;
  readonly to: { readonly host: string; readonly port: number };
  readonly how: object;
  readonly before: Expectation;
  readonly after: Expectation;
}

function dialled({ ways }: State, caller: Caller, target: Target): Expectation {
  const taken = waysOf(ways, caller, target);
  return taken.length === 0 ? 'refused' : taken.length === 1 ? { way: taken[0] } : { ways: taken };
}

interface Door { readonly gateway: string; readonly port: number; readonly hop: string; readonly sni?: string; readonly target: Target }

function entered({ ways }: State, caller: Caller, door: Door): Expectation {
  const way = ways.find(one => one.gateway === door.gateway && one.gatewayPort === door.port && one.hop === door.hop && one.sni === door.sni);
  // what stayed behind lets nobody farther than they may go anyway
  if (!way) return ways.some(one => leadsTo(one, door.target) && admits(one, caller, door.target)) ? 'either' : 'refused';
  // without mutual TLS the gateway does not know who calls
  if (door.hop === 'mutual-tls' && !admits(way, caller, door.target)) return 'refused';
  return { way: [crossing(way, caller, door.target), end(way, door.target)] };
}

const requestOf = ({ protocol, method, path }: Target) => ({ protocol, ...(method ? { method } : {}), ...(path ? { path } : {}) });
const spoken = ({ method, path, host, port }: Target) => `${method ? `${method} ${path} of ` : ''}${host}:${port}`;

/** Every caller dials every target, and every caller that is not let in everywhere goes to every door itself. */
function callsOf(targets: readonly Target[], before: State, after: State): Call[] {
  const said = (call: Omit<Call, 'before' | 'after'>, of: (state: State) => Expectation): Call => ({ ...call, before: of(before), after: of(after) });
  const dials = targets.flatMap(target => CALLERS.map(from => said({
    name: `${from.serviceAccount} to ${spoken(target)}`, from, to: { host: target.host, port: target.port }, how: requestOf(target),
  }, state => dialled(state, from, target))));
  const doors = new Map<string, Door & { readonly of: string[] }>();
  for (const [of, { ways }] of [['before', before], ['after', after]] as const) {
    for (const way of ways) {
      const { gateway, gatewayPort, hop, sni } = way;
      for (const target of targets.filter(candidate => leadsTo(way, candidate))) {
        const key = JSON.stringify([gateway, gatewayPort, hop, sni, spoken(target)]);
        if (gateway) doors.set(key, { gateway, port: gatewayPort!, hop: hop!, sni, target, of: [...doors.get(key)?.of ?? [], of] });
      }
    }
  }
  const enters = [...doors.values()].flatMap(door => [REVIEWS, CHECKOUT, STRANGER].map(from => {
    const { gateway, port, hop, sni, target, of } = door;
    const security = hop === 'mutual-tls' ? { security: 'mutual-tls', sni } : { security: 'plaintext' };
    // where the gateway reads requests it goes by the name that the sidecar writes
    const named = target.protocol === 'http' && hop === 'mutual-tls' ? { hostHeader: sni } : {};
    return said({
      name: `${from.serviceAccount} at the door ${of.join(' and ')} for ${spoken(target)} of ${gateway}, ${hop}`,
      from,
      to: { host: target.host, port: target.port },
      how: { ...requestOf(target), ...named, through: { gateway, port, ...security } },
    }, state => entered(state, from, door));
  }));
  return [...dials, ...enters];
}

/* ---- files ---- */

mkdirSync(FOLDER, { recursive: true });
for (const file of readdirSync(FOLDER)) {
  if (file.endsWith('.k8s.yaml') || file.endsWith('.calls.json')) rmSync(join(FOLDER, file));
}
for (const [pair, { title, before, after, targets, unchanged }] of Object.entries(PAIRS)) {
  const states = { before: stateOf(APP, before), after: stateOf(APP, after) };
  const file = (ending: string) => join(FOLDER, `${pair}.${ending}`);
  writeFileSync(file('before.k8s.yaml'), states.before.yaml);
  writeFileSync(file('after.k8s.yaml'), states.after.yaml);
  const ways = [...states.before.ways, ...states.after.ways];
  const hosts = new Set([...targets.map(({ host }) => host), ...ways.flatMap(({ hostingServer }) => hostingServer ?? [])]);
  const calls = {
    $schema: './calls.schema.json',
    title,
    ...(unchanged ? { unchanged } : {}),
    world: {
      outboundTrafficPolicy: 'REGISTRY_ONLY',
      servers: SERVERS.filter(({ hosts: [host] }) => hosts.has(host)),
      gateways: Object.values(GATEWAYS).filter(({ namespace, service }) => service === GATEWAYS.first.service
        || ways.some(({ gateway }) => gateway === `${namespace}/${service}`))
        .map(gateway => ({ ...gateway, ports: GATEWAY_PORTS })),
    },
    calls: callsOf(targets, states.before, states.after),
  };
  writeFileSync(file('calls.json'), `${JSON.stringify(calls, undefined, 2)}\n`);
}
