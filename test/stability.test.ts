import { App, Chart, Testing } from 'cdk8s';
import { gatewayOf } from './support';
import {
  EgressApp, EgressGateway, EgressGatewayRoute, EgressGatewayRouteProps, ExternalProxy, ExternalSniProxy, GatewayHop, HttpEgress, SniProxy,
  SniProxyGateway, TcpEgress, TlsEgress, TlsOrigination, WorkloadIdentity,
} from '../src';

/** What an app says; each test changes a part of it. */
interface Said {
  /** Before every id. */
  readonly id: string;

  /** Whether each part stands in a chart of its own. */
  readonly charts: boolean;

  /** Of the TLS egress through a gateway. */
  readonly hosts: readonly string[];
  readonly ports: readonly number[];

  /** Of its clients. */
  readonly exportTo: readonly string[];

  /** What else there is, by the first letter of its host. */
  readonly more: string;
}

const SAID: Said = { id: '', charts: false, hosts: ['d.example.com', 'g.example.com'], ports: [443, 8443], exportTo: ['.'], more: 'fgnpqrstuvw' };

function build(said: Partial<Said> = {}): any[] {
  const { id, charts, hosts, ports, exportTo, more } = { ...SAID, ...said };
  const app = new App();
  EgressApp.configure(app, { name: 'shop' });
  const one = new Chart(app, `${id}chart`, { namespace: 'bookinfo' });
  const chartOf = (part: string) => charts ? new Chart(app, `${id}${part}`, { namespace: 'bookinfo' }) : one;
  const named = (part: string) => `${id}${part}`;
  const tcp = (part: string, last: number) =>
    new TcpEgress(chartOf(part), named(part), { host: `${part}.example.com`, addresses: [`203.0.113.${last}`], port: 5432 });
  const route = (part: string, props: EgressGatewayRouteProps) => new EgressGatewayRoute(chartOf(`${part}-route`), named(`${part}-route`), props);

  const gateway = gatewayOf(chartOf('gateway'), named('gateway'));
  const main = new TlsEgress(chartOf('main'), named('main'), { hosts: [...hosts], ports: [...ports], exportTo: [...exportTo] });
  route('main', { egress: main, gateway });
  const parts: Record<string, () => void> = {
    f: () => route('f', { egress: tcp('f', 1), gateway, hop: GatewayHop.plaintext(7777) }),
    g: () => new TlsEgress(chartOf('p'), named('direct'), { namespace: 'web', hosts: ['g.example.com'] }),
    n: () => route('n', { egress: new TlsEgress(chartOf('n'), named('n'), { hosts: ['n.example.com'], exportTo: ['*'] }), gateway }),
    p: () => route('p', { egress: new TlsEgress(chartOf('pass'), named('p'), { hosts: ['p.example.com'] }), gateway, hop: GatewayHop.passthrough() }),
    q: () => {
      const egress = new HttpEgress(chartOf('q'), named('q'), { hosts: ['q.example.com'], exportTo: ['.', 'orders'] });
      const read = new EgressGatewayRoute(chartOf('q-route'), named('q-route'), { egress, gateway, hop: GatewayHop.http() });
      read.allowRequests({ from: [WorkloadIdentity.serviceAccount('orders', 'checkout')], methods: ['GET'] });
    },
    r: () => route('r', { egress: new HttpEgress(chartOf('r'), named('r'), { hosts: ['r.example.com'] }), gateway, tlsOrigination: TlsOrigination.simple() }),
    s: () => {
      const sni = new SniProxyGateway(chartOf('sni'), named('sni'), { namespace: 'sni', proxy: SniProxy.envoy() });
      route('s', { egress: new TlsEgress(chartOf('s'), named('s'), { hosts: ['*.s.example.com'] }), gateway: sni });
    },
    t: () => tcp('t', 2),
    u: () => new ExternalProxy(chartOf('u'), named('u'), {
      host: 'u.example.com', addresses: ['198.51.100.1'], port: 9000, identity: WorkloadIdentity.serviceAccount('edge', 'u'), allowFrom: [WorkloadIdentity.namespace('bookinfo')],
    }),
    v: () => new ExternalSniProxy(chartOf('v'), named('v'), {
      hosts: ['v.example.com'], addresses: ['198.51.100.2'], proxyPort: 9000, identity: WorkloadIdentity.serviceAccount('edge', 'v'), allowFrom: [WorkloadIdentity.namespace('bookinfo')],
    }),
    w: () => {
      const own = new EgressGateway(chartOf('own'), named('own'), { namespace: 'own' });
      route('w', { egress: new TlsEgress(chartOf('w'), named('w'), { hosts: ['w.example.com'], exportTo: ['.', 'orders'] }), gateway: own });
    },
    // another egress and route, between the others
    e: () => route('e', { egress: new TlsEgress(chartOf('e'), named('e'), { hosts: ['e.example.com'] }), gateway }),
    // another egress and route that is the first of all
    a: () => route('a', { egress: new TlsEgress(chartOf('a'), named('a'), { hosts: ['a.example.com'], exportTo: ['.', 'orders'] }), gateway }),
    // another gateway, and a route through it
    z: () => {
      const last = new EgressGateway(chartOf('last'), named('last'), { namespace: 'last' });
      route('z', { egress: new TlsEgress(chartOf('z'), named('z'), { hosts: ['z.example.com'] }), gateway: last });
    },
    // another gateway that nothing leads through
    y: () => gatewayOf(chartOf('idle'), named('idle'), 'idle'),
  };
  [...more].forEach(part => parts[part]());
  return app.charts.flatMap(chart => Testing.synth(chart));
}

const key = ({ kind, metadata: { namespace, name } }: any) => `${kind} ${namespace}/${name}`;
const bytes = (documents: readonly any[]) => new Map(documents.map(document => [key(document), JSON.stringify(document)]));

/** The documents that are there before and not the same after, and those that are new or not the same. */
function changes(before: readonly any[], after: readonly any[]): { readonly gone: any[]; readonly come: any[] } {
  const [old, young] = [bytes(before), bytes(after)];
  return {
    gone: before.filter(document => young.get(key(document)) !== JSON.stringify(document)),
    come: after.filter(document => old.get(key(document)) !== JSON.stringify(document)),
  };
}

/** Documents that say nothing of what is meant; what a gateway refuses is of all its routes. */
const saying = (documents: readonly any[], of: RegExp) =>
  documents.filter(document => document.kind !== 'AuthorizationPolicy' && !of.test(JSON.stringify(document)));

/** What a gateway refuses, name by name, whatever the policy that says it is called. */
function refused(documents: readonly any[]): string[] {
  const policies = documents.filter(({ kind }) => kind === 'AuthorizationPolicy');
  return policies.flatMap(({ metadata: { namespace }, spec: { rules, ...spec } }) =>
    rules.flatMap(({ from, when: [{ values, ...when }] }: any) =>
      values.map((value: string) => JSON.stringify([namespace, spec, from, value, when]))));
}

describe('in an app', () => {
  const before = build();

  test('there is something of every kind to change', () => {
    expect(new Set(before.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(7);
    expect(new Set(before.map(key)).size).toBe(before.length);
  });

  test.each<[string, Partial<Said>]>([
    ['every id renamed', { id: 'renamed-' }],
    ['every part in a chart of its own', { charts: true }],
    ['both', { id: 'z', charts: true }],
    ['the order of construction turned round', { more: [...SAID.more].reverse().join('') }],
  ])('%s changes no byte', (_what, said) => {
    expect(changes(before, build(said))).toEqual({ gone: [], come: [] });
  });

  test.each<[string, string]>([['first', 'b.example.com'], ['in the middle', 'e.example.com'], ['last', 'h.example.com']])(
    'a host that comes %s among the others of its egress changes no byte of them, added or removed', (_where, host) => {
      const after = build({ hosts: [...SAID.hosts, host] });
      const { gone, come } = changes(before, after);
      const about = new RegExp(host.replaceAll('.', '[-.]'));
      expect(gone).toEqual([]);
      expect(come.filter(document => !about.test(JSON.stringify(document)))).toEqual([]);
      // two of the client, and three of the gateway for each port
      expect(come).toHaveLength(8);
    });

  test.each<[string, number]>([['first', 22], ['in the middle', 5000], ['last', 9443]])(
    'a port that comes %s changes nothing but the client\'s side of its hosts, added or removed', (_where, port) => {
      const after = build({ ports: [...SAID.ports, port] });
      const { gone, come } = changes(before, after);
      const changed = gone.map(key).sort();
      expect(changed.map(one => one.replace(/-[0-9a-f]{8}$/, ''))).toEqual(['DestinationRule', 'ServiceEntry'].flatMap(kind => SAID.hosts.map(host =>
        `${kind} bookinfo/${host.replaceAll('.', '-')}`)));
      const written = come.map(key).sort();
      expect(changed.filter(one => !written.includes(one))).toEqual([]);
      expect(written.filter(one => !changed.includes(one)).map(one => one.replace(/-[0-9a-f]{8}$/, ''))).toEqual(['Gateway', 'ServiceEntry', 'VirtualService']
        .flatMap(kind => SAID.hosts.map(host => `${kind} istio-system/bookinfo-${host.replaceAll('.', '-')}-${port}`)));
    });

  test.each<[string, string, RegExp]>([
    ['a route between the others', 'e', /e[-.]example[-.]com/],
    ['a route that is the first of all, of other callers', 'a', /a[-.]example[-.]com/],
    ['a gateway of the app\'s own and a route through it', 'z', /z[-.]example[-.]com|"namespace":"last"/],
    ['a gateway that nothing leads through', 'y', /nothing/],
  ])('%s changes no byte of another, added or removed', (_what, part, about) => {
    const after = build({ more: SAID.more + part });
    const { gone, come } = changes(before, after);
    expect(gone.filter(({ kind }) => kind !== 'AuthorizationPolicy')).toEqual([]);
    expect(saying(come, about)).toEqual([]);
    expect(part === 'y' ? come.map(({ kind, metadata }) => [kind, metadata.name]) : []).toEqual(part === 'y' ? [['AuthorizationPolicy', expect.stringMatching(/^shop-/)]] : []);
    // what the gateways refused they refuse still, but for the rule that names all who are known
    expect(refused(before).filter(rule => !rule.includes('notValues') && !refused(after).includes(rule))).toEqual([]);
  });

  test.each([...SAID.more])('what leads to %s.example.com removed changes no byte of another', part => {
    const after = build({ more: SAID.more.replace(part, '') });
    const { gone, come } = changes(before, after);
    expect(come.filter(({ kind }) => kind !== 'AuthorizationPolicy')).toEqual([]);
    const gateway = { s: '|"namespace":"sni"', w: '|"namespace":"own"' }[part] ?? '';
    expect(saying(gone, new RegExp(`${part}[-.]example[-.]com${gateway}`))).toEqual([]);
    expect(refused(after).filter(rule => !rule.includes('notValues') && !refused(before).includes(rule))).toEqual([]);
  });

  test('other clients of an egress change no byte of another, and give its doors other names', () => {
    const after = build({ exportTo: ['.', 'orders'] });
    const { gone, come } = changes(before, after);
    const about = /[dg][-.]example[-.]com/;
    expect(saying([...gone, ...come], about)).toEqual([]);
    const doors = (documents: readonly any[]) => documents.filter(({ kind }) => kind === 'Gateway').map(({ metadata }) => metadata.name);
    expect(doors(gone)).toHaveLength(4);
    expect(doors(come)).toHaveLength(4);
    expect(doors(come).filter(one => doors(gone).includes(one))).toEqual([]);
  });
});

describe('two apps of one namespace with the same ids, the same callers and other hosts', () => {
  const app = (host: string, name: string) => {
    const root = new App();
    EgressApp.configure(root, { name });
    const chart = new Chart(root, 'chart', { namespace: 'bookinfo' });
    const gateway = gatewayOf(chart);
    for (const [id, exportTo] of [['own', ['.']], ['shared', ['.', 'orders']]] as const) {
      new EgressGatewayRoute(chart, `${id}-route`, { egress: new TlsEgress(chart, id, { hosts: [`${id}.${host}`], exportTo: [...exportTo] }), gateway });
    }
    return Testing.synth(chart);
  };

  test('have no object of the same name', () => {
    const [one, two] = [app('one.example.com', 'one'), app('two.example.com', 'two')];
    expect(one.filter(({ kind }) => kind === 'AuthorizationPolicy').length).toBeGreaterThan(0);
    expect(two.filter(({ kind }) => kind === 'AuthorizationPolicy').length).toBeGreaterThan(0);
    expect(one.map(key).filter(known => two.map(key).includes(known))).toEqual([]);
  });
});
