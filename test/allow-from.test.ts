import { Testing } from 'cdk8s';
import { chartOf, documents, gatewayOf, ownNameOf } from './support';
import { EgressGateway, EgressGatewayRoute, EgressWays, GatewayHop, TlsEgress, WorkloadIdentity } from '../src';

const RATINGS = WorkloadIdentity.serviceAccount('bookinfo', 'ratings');
const REVIEWS = WorkloadIdentity.serviceAccount('bookinfo', 'reviews');

function routed(exportTo = ['.'], hop?: GatewayHop) {
  const chart = chartOf();
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], ports: [27018, 27019], exportTo });
  return { chart, egress, route: () => new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop }) };
}

const demanded = (chart: any) => documents(chart, 'Gateway').map(({ spec }) => spec.servers[0].tls.subjectAltNames);

/** Whom the gateway lets in under which names, as its AuthorizationPolicies say. */
const policies = (chart: any) => documents(chart, 'AuthorizationPolicy').map(({ spec }) => spec);
const letIn = (chart: any) => policies(chart).map(({ rules }) => rules[0].from[0].source.notPrincipals);

describe('exact identities', () => {
  const uris = ['spiffe://cluster.local/ns/bookinfo/sa/ratings', 'spiffe://cluster.local/ns/bookinfo/sa/reviews'];

  test('are demanded by the TLS of every door of the route, without another policy', () => {
    const { chart, route } = routed();
    const made = route();
    const before = documents(chart, 'AuthorizationPolicy');
    made.allowFrom(REVIEWS, RATINGS);
    expect(demanded(chart)).toEqual([uris, uris]);
    expect(letIn(chart)).toEqual([['cluster.local/ns/bookinfo/*']]);
    expect(documents(chart, 'AuthorizationPolicy')).toEqual(before);
  });

  test('add up over calls, on the route and on the egress, before and after the route is made', () => {
    const { chart, egress, route } = routed();
    egress.allowFrom(REVIEWS);
    const made = route();
    made.allowFrom(RATINGS, REVIEWS);
    egress.allowFrom(RATINGS);
    expect(demanded(chart)).toEqual([uris, uris]);
    expect(letIn(chart)).toEqual([['cluster.local/ns/bookinfo/*']]);
  });

  test('have the gateway\'s trust domain', () => {
    const chart = chartOf();
    const gateway = EgressGateway.fromService(chart, 'gateway', { namespace: 'out', service: 'out', serviceAccount: 'out', selector: { app: 'out' }, trustDomain: 'corp.example' });
    const route = new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] }), gateway });
    route.allowFrom(RATINGS, WorkloadIdentity.spiffe('spiffe://partner.example/ns/bookinfo/sa/batch', { anotherTrustDomain: true }));
    expect(demanded(chart)).toEqual([['spiffe://corp.example/ns/bookinfo/sa/ratings', 'spiffe://partner.example/ns/bookinfo/sa/batch']]);
    expect(letIn(chart)).toEqual([['corp.example/ns/bookinfo/*', 'partner.example/ns/bookinfo/sa/batch']]);
  });

  test('change nothing of another route', () => {
    const write = (allow: boolean) => {
      const chart = chartOf();
      const gateway = gatewayOf(chart);
      new EgressGatewayRoute(chart, 'other', { egress: new TlsEgress(chart, 'api', { hosts: ['api.example.com'] }), gateway });
      const route = new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] }), gateway });
      if (allow) route.allowFrom(RATINGS);
      return Testing.synth(chart);
    };
    const [without, narrowed] = [write(false), write(true)];
    const changed = narrowed.filter((document, i) => JSON.stringify(document) !== JSON.stringify(without[i]));
    expect(changed.map(({ kind, metadata }) => [kind, metadata.name.replace(/-[0-9a-f]{8}$/, '')])).toEqual([['Gateway', 'bookinfo-mongo-example-com-443']]);
  });
});

test('nobody is a certificate that nobody can hold', () => {
  const { chart, egress, route } = routed();
  route().allowFrom(WorkloadIdentity.nobody());
  expect(demanded(chart)).toEqual([['spiffe://nobody.invalid/'], ['spiffe://nobody.invalid/']]);
  expect(EgressWays.of(egress)).toEqual([]);
});

describe('a namespace among them', () => {
  test.each([['before', true], ['after']])('makes another set of callers, whose names alone its policy is for, asked for %s the route is made', (_, before = false) => {
    const { chart, egress, route } = routed(['.', 'orders']);
    if (before) egress.allowFrom(WorkloadIdentity.namespace('orders'));
    const made = route();
    made.allowFrom(RATINGS);
    if (!before) egress.allowFrom(WorkloadIdentity.namespace('orders'));
    const [set, ...others] = documents(chart, 'Gateway').map(ownNameOf).map(name => name.split('.')[0]);
    expect(others).toEqual([set]);
    expect(set).toMatch(/^s-[0-9a-f]{8}$/);
    expect(demanded(chart)).toEqual([undefined, undefined]);
    expect(policies(chart)).toEqual([{
      action: 'DENY',
      selector: { matchLabels: { istio: 'egressgateway' } },
      rules: [{
        from: [{ source: { notPrincipals: ['cluster.local/ns/bookinfo/sa/ratings', 'cluster.local/ns/orders/*'] } }],
        when: [{ key: 'connection.sni', values: [`${set}.*`] }],
      }, { when: [{ key: 'connection.sni', values: ['*.bookinfo.egress.internal'], notValues: [`${set}.*`] }] }],
    }]);
  });

  test('makes a set of its own where all are clients too', () => {
    const { chart, route } = routed(['*']);
    route().allowFrom(WorkloadIdentity.namespace('orders'));
    expect(letIn(chart)).toEqual([['cluster.local/ns/orders/*']]);
  });
});

test('a set of callers is taken back once every client is named', () => {
  const { chart, route } = routed(['.', 'orders']);
  const made = route();
  const everyone = policies(chart);
  made.allowFrom(WorkloadIdentity.namespace('orders'));
  expect(letIn(chart)).toEqual([['cluster.local/ns/orders/*']]);
  made.allowFrom(WorkloadIdentity.namespace('bookinfo'));
  expect(policies(chart)).toEqual(everyone);
});

test('every namespace that is a client needs no other set of callers', () => {
  const { chart, route } = routed();
  const made = route();
  const everyone = policies(chart);
  made.allowFrom(WorkloadIdentity.namespace('bookinfo'), RATINGS);
  expect(policies(chart)).toEqual(everyone);
  expect(demanded(chart)).toEqual([undefined, undefined]);
});

describe('routes with sets of callers of their own', () => {
  const warnings = (routes: number, identity: (i: number) => WorkloadIdentity) => {
    const chart = chartOf();
    const gateway = gatewayOf(chart);
    const exportTo = ['.', ...Array.from({ length: 200 }, (_, i) => `team${i}`)];
    for (let i = 0; i < routes; i++) {
      const egress = new TlsEgress(chart, `host${i}`, { hosts: [`host${i}.example.com`], exportTo });
      new EgressGatewayRoute(chart, `route${i}`, { egress, gateway }).allowFrom(identity(i));
    }
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    (chart.node.root as any).synth();
    const calls = emitted.mock.calls.filter(([, type]) => type as any === 'EgressWarning');
    emitted.mockRestore();
    return calls.map(([text]) => text);
  };
  const own = (i: number) => WorkloadIdentity.namespace(`team${i}`);

  test('are warned of once if there are many', () => {
    const text = 'many-callers: 176 different sets of callers use gateway "istio-system/istio-egressgateway", and Istio copies what it refuses into each of its 176 filter chains: '
      + '5 MB of configuration or more for each of its pods; let more routes have the same exportTo, and tell their callers apart by service accounts in allowFrom, which cost nothing of the kind; or use several gateways';
    expect(warnings(176, own)).toEqual([text]);
  });

  test('are not if there are few, or of the same callers, or service accounts', () => {
    expect(warnings(175, own)).toEqual([]);
    expect(warnings(176, () => WorkloadIdentity.namespace('team0'))).toEqual([]);
    expect(warnings(176, i => WorkloadIdentity.serviceAccount(`team${i}`, 'client'))).toEqual([]);
  });
});

test('the ways say who alone may go', () => {
  const { egress, route } = routed();
  route().allowFrom(RATINGS);
  expect(EgressWays.of(egress)[0].allowedFrom).toEqual(['spiffe://cluster.local/ns/bookinfo/sa/ratings']);
  expect(EgressWays.describe(egress)).toContain('spiffe://cluster.local/ns/bookinfo/sa/ratings: TLS mongo.example.com:27018');
});

describe('refuses', () => {
  const { spiffe, serviceAccount, namespace, nobody } = WorkloadIdentity;
  test.each<[string, any[]]>([
    ['empty-list: allowFrom names nobody; give identities, or WorkloadIdentity.nobody() if nobody is meant', []],
    ['contradicting-props: allowFrom names nobody and others', [nobody(), RATINGS]],
    ['invalid-value: allowFrom[0] is "ratings"; give a WorkloadIdentity', ['ratings']],
    ['missing-value: allowFrom[1] is not given', [RATINGS, undefined]],
    ['invalid-name: the namespace of allowFrom[0] is "*"', [namespace('*')]],
    ['invalid-name: the service account of allowFrom[0] is ""', [serviceAccount('bookinfo', '')]],
    ['invalid-identity: allowFrom[0] is "cluster.local/ns/bookinfo/sa/ratings"', [spiffe('cluster.local/ns/bookinfo/sa/ratings')]],
    ['invalid-identity: allowFrom[0] is "spiffe://cluster.local/ns/bookinfo"', [spiffe('spiffe://cluster.local/ns/bookinfo')]],
    ['invalid-name: the trust domain of allowFrom[0] is "CORP"', [spiffe('spiffe://CORP/ns/bookinfo/sa/ratings')]],
    ['invalid-name: the service account of allowFrom[0] is "*"', [spiffe('spiffe://cluster.local/ns/bookinfo/sa/*')]],
  ])('%s', (message, identities) => {
    const { egress, route } = routed();
    expect(() => route().allowFrom(...identities)).toThrow(`[bookinfo/route] ${message}`);
    expect(() => egress.allowFrom(...identities)).toThrow(`[bookinfo/mongo] ${message}`);
  });

  const atSynth = (chart: any) => () => chart.node.root.synth();

  test('identities of a direct egress, and points to the route', () => {
    const { chart, egress } = routed();
    egress.allowFrom(RATINGS);
    expect(atSynth(chart)).toThrow('[bookinfo/mongo] identities-of-direct-egress: "bookinfo/mongo" is direct, and a workload\'s own sidecar cannot hold it back; lead it through a gateway with an EgressGatewayRoute');
  });

  test.each([
    ['passthrough', GatewayHop.passthrough(), ['mongo.example.com']],
    ['plaintext', GatewayHop.plaintext(7777), ['mongo.example.com']],
  ])('identities on a %s hop', (security, hop, hosts) => {
    const chart = chartOf();
    new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'mongo', { hosts }), gateway: gatewayOf(chart), hop }).allowFrom(RATINGS);
    expect(atSynth(chart)).toThrow(`[bookinfo/route] identities-on-hop: "bookinfo/route" has a ${security} hop, where the gateway cannot know who calls; use GatewayHop.mutualTls()`);
  });

  test.each<[string, WorkloadIdentity]>([
    ['identity-is-no-client: namespace "orders" is no client of "bookinfo/mongo"; its clients are bookinfo', serviceAccount('orders', 'checkout')],
    ['identity-is-no-client: namespace "orders" is no client', namespace('orders')],
    ['another-trust-domain: "partner.example" is not the trust domain of gateway "istio-system/istio-egressgateway", which is "cluster.local"', spiffe('spiffe://partner.example/ns/bookinfo/sa/batch')],
  ])('%s', (message, identity) => {
    const { chart, route } = routed();
    route().allowFrom(identity);
    expect(atSynth(chart)).toThrow(`[bookinfo/route] ${message}`);
  });

  test('nothing of a namespace where all are clients', () => {
    const { chart, route } = routed(['*']);
    route().allowFrom(serviceAccount('orders', 'checkout'));
    expect(atSynth(chart)).not.toThrow();
  });
});
