import { Chart, Testing } from 'cdk8s';
import { Egress, EgressLockdown, EgressWays, HttpEgress, TcpEgress, TlsEgress } from '../src';
import { chartOf, documents, gatewayOf } from './support';

const EGRESSES: [string, (chart: Chart) => Egress][] = [
  ['TLS by DNS', chart => new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com', 'other.example.com'], ports: [27018, 27019] })],
  ['TLS by addresses, and HTTP', chart => new TlsEgress(chart, 'site', { hosts: ['site.example.com'], addresses: ['203.0.113.60'], httpPorts: [80], exportTo: ['orders'] })],
  ['TCP', chart => new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], ports: [5432, 5433], maxConnections: 5 })],
  ['TCP at any address', chart => new TcpEgress(chart, 'smtp', { host: 'smtp.example.com', anyAddress: true, port: 587 })],
  ['HTTP', chart => new HttpEgress(chart, 'api', { hosts: ['api.example.com'], retries: 2, exportTo: ['*'] })],
];

function written(egress: (chart: Chart) => Egress, route?: { weight?: number }): any[] {
  const chart = chartOf();
  const made = egress(chart);
  const gateway = gatewayOf(chart);
  if (route) made.through(gateway, route);
  return Testing.synth(chart);
}

const key = ({ kind, metadata: { namespace, name } }: any) => `${kind} ${namespace}/${name}`;
const keyed = (all: any[]) => new Map(all.map(document => [key(document), document]));
const isShare = ({ spec }: any) => JSON.stringify(spec.hosts ?? spec.host)?.includes('.ns-egress.internal');

describe.each(EGRESSES)('a share of %s', (_, egress) => {
  const [direct, divided, all] = [written(egress), written(egress, { weight: 10 }), written(egress, {})];
  const client = divided.filter(({ metadata }) => metadata.namespace === 'bookinfo');
  const shares = client.filter(isShare);
  const rules = new Map(shares.filter(({ kind }) => kind === 'DestinationRule').map(rule => [rule.spec.host, rule.spec]));
  const entries = new Map(shares.filter(({ kind }) => kind === 'ServiceEntry').map(entry => [entry.spec.hosts[0], entry.spec]));

  test('leaves the host itself as it is without a route', () => {
    const itself = direct.filter(({ kind, metadata }) => metadata.namespace === 'bookinfo' && kind !== 'VirtualService');
    expect(itself.length).toBeGreaterThan(0);
    for (const document of itself) expect(keyed(divided).get(key(document))).toEqual(document);
  });

  test('enters by the doors that all of it enters by, which are not written anew', () => {
    const doors = all.filter(({ metadata }) => metadata.namespace === 'istio-system');
    expect(divided.filter(({ metadata }) => metadata.namespace === 'istio-system')).toEqual(doors);
    const names = doors.filter(({ kind }) => kind === 'Gateway').map(({ spec: { servers: [{ hosts: [host] }] } }) => host.slice(2));
    expect([...rules.values()].map(({ trafficPolicy: { tls: { sni } } }) => sni).sort()).toEqual(names.sort());
  });

  test('is led there inside mutual TLS, or not at all without its rule or entry', () => {
    const services = client.filter(({ kind }) => kind === 'VirtualService');
    const routes = services.flatMap(({ spec: { http = [], tls = [], tcp = [], hosts: [host] } }) =>
      [...http, ...tls, ...tcp].map(({ route }) => ({ host, route })));
    expect(routes).toHaveLength(shares.length / 2);
    for (const { host, route: [rest, share, ...more] } of routes) {
      expect(more).toEqual([]);
      expect(rest).toEqual({ destination: { host, port: rest.destination.port }, weight: 90 });
      expect(share.weight).toBe(10);
      const { destination: { host: alias, subset, port: { number } } } = share;
      expect(rules.get(alias).subsets).toEqual([{ name: subset }]);
      expect(rules.get(alias).trafficPolicy.tls).toMatchObject({ mode: 'ISTIO_MUTUAL', subjectAltNames: [expect.stringMatching('^spiffe://')] });
      expect(entries.get(alias).ports.map((port: any) => port.number)).toEqual([number]);
      expect(entries.get(alias).addresses).toBeUndefined();
    }
    for (const { spec } of [...services, ...shares]) expect(spec.exportTo).toEqual(client[client.length - 1].spec.exportTo);
  });

  test('makes no listener that the host does not have, unless it is the one of all TLS', () => {
    const hosts = client.filter(document => document.kind === 'ServiceEntry' && !isShare(document)).flatMap(({ spec }) => spec.ports);
    for (const { ports: [{ number, protocol }] } of entries.values()) {
      expect([...hosts.filter(port => port.protocol !== 'TCP'), { number: 443, protocol: 'TLS' }]).toContainEqual(expect.objectContaining({ number, protocol }));
    }
  });

  test('is taken over by all of it under the same names, but for the names of shares and what divides TLS', () => {
    const over = new Set(all.map(key));
    const stays = divided.filter(document => !over.has(key(document)));
    expect(stays.filter(document => !isShare(document)).every(({ kind, spec }) => kind === 'VirtualService' && spec.tls)).toBe(true);
  });
});

describe('the ends of a share', () => {
  const [, mongo] = EGRESSES[0];
  const [none, half, whole] = [0, 50, 100].map(weight => written(mongo, { weight }));
  const others = (all: any[]) => all.filter(({ kind, spec }) => kind !== 'VirtualService' || !spec.tls);
  const led = (all: any[]) => all.filter(({ kind, spec }) => kind === 'VirtualService' && spec.tls)
    .flatMap(({ spec: { tls } }) => tls.map(({ route }: any) => route.map(({ weight, destination: { host } }: any) => [weight, host.endsWith('.ns-egress.internal')])));

  test('are what is between, and all of it, but for what divides TLS: that leads to the host alone, should it stay behind', () => {
    expect(others(none)).toEqual(others(half));
    expect(others(whole)).toEqual(written(mongo, {}));
    expect(led(none)).toEqual(Array(4).fill([[undefined, false]]));
    expect(led(half)).toEqual(Array(4).fill([[50, false], [50, true]]));
    expect(led(whole)).toEqual(led(none));
  });

  test('are the ways without a route, and with one of all', () => {
    const ways = (route?: object) => {
      const chart = chartOf();
      const egress = mongo(chart);
      if (route) egress.through(gatewayOf(chart), route);
      return EgressWays.of(chart);
    };
    expect(ways({ weight: 0 })).toEqual(ways());
    expect(ways({ weight: 100 })).toEqual(ways({}));
    expect(led([...written(mongo), ...written(mongo, {})])).toEqual([]);
  });
});

test('a lockdown opens what goes straight, and lets sidecars know the names of shares', () => {
  const chart = chartOf();
  const gateway = gatewayOf(chart);
  new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], addresses: ['203.0.113.40'], port: 27018 }).through(gateway, { weight: 30 });
  const lockdown = new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });
  expect(documents(chart, 'Sidecar')[0].spec.egress[0].hosts).toEqual(expect.arrayContaining(['./*.bookinfo.ns-egress.internal', './mongo.example.com']));
  expect(documents(chart, 'NetworkPolicy')[0].spec.egress).toContainEqual({ to: [{ ipBlock: { cidr: '203.0.113.40/32' } }], ports: [{ protocol: 'TCP', port: 27018 }] });
  expect(lockdown.describe()).toContain('203.0.113.40 on port 27018 (mongo.example.com): "bookinfo/mongo" is direct but for a share of 30 %: every pod can');
});
