import { Chart, Testing } from 'cdk8s';
import { EgressLockdown, EgressSidecar, EgressSidecarProps, HttpEgress, TlsEgress, TlsOrigination } from '../src';
import { chartOf, documents, gatewayOf } from './support';

function sidecarsOf(props: Partial<EgressSidecarProps>, build: (chart: Chart) => void = () => undefined): Record<string, any> {
  const chart = chartOf();
  new EgressSidecar(chart, 'sidecar', { namespaces: ['bookinfo'], ...props });
  build(chart);
  return Object.fromEntries(documents(chart, 'Sidecar').map(({ metadata, spec }) => [metadata.namespace, spec]));
}

test('sidecars know what the app lets out of their namespace, and the Services of the cluster', () => {
  const { bookinfo, orders } = sidecarsOf({ namespaces: ['orders', 'bookinfo'] }, chart => {
    new TlsEgress(chart, 'wikipedia', { hosts: ['*.wikipedia.org'] });
    new HttpEgress(chart, 'partner', { hosts: ['partner.example.com'], tlsOrigination: TlsOrigination.simple() });
    new TlsEgress(chart, 'shared', { hosts: ['shared.example.com'], namespace: 'platform', exportTo: ['bookinfo', 'orders'] }).through(gatewayOf(chart));
    new TlsEgress(chart, 'other', { hosts: ['other.example.com'], namespace: 'till' });
  });
  expect(bookinfo).toEqual({
    egress: [{ hosts: ['*/*.svc.cluster.local', './*.bookinfo.ns-egress.internal', './*.wikipedia.org', './partner.example.com', 'platform/shared.example.com'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  });
  expect(orders.egress).toEqual([{ hosts: ['*/*.svc.cluster.local', 'platform/shared.example.com'] }]);
});

test('of the cluster they may know some namespaces alone, or nothing', () => {
  expect(sidecarsOf({ inClusterNamespaces: ['shared', '.'] }).bookinfo.egress).toEqual([{ hosts: ['./*.bookinfo.svc.cluster.local', 'shared/*.shared.svc.cluster.local'] }]);
  expect(sidecarsOf({ inClusterNamespaces: [] }).bookinfo.egress).toEqual([{ hosts: ['~/*'] }]);
});

test('of other apps they know what is named', () => {
  expect(sidecarsOf({ namespaces: ['bookinfo', 'orders'], inClusterNamespaces: [], otherHosts: ['platform/vault.example.com', './*'] }).orders.egress)
    .toEqual([{ hosts: ['./*', 'platform/vault.example.com'] }]);
});

test('it is the Sidecar that a lockdown of the namespace has', () => {
  const named = (build: (chart: Chart) => void) => {
    const chart = chartOf();
    build(chart);
    return documents(chart, 'Sidecar').map(({ metadata }) => [metadata.namespace, metadata.name]);
  };
  expect(named(chart => new EgressSidecar(chart, 'one', { namespaces: ['bookinfo'] }))).toEqual(named(chart => new EgressLockdown(chart, 'other', { namespaces: ['bookinfo'] })));
});

test('a direct egress that is known by name needs no addresses: no NetworkPolicy is written', () => {
  const chart = chartOf();
  const sidecar = new EgressSidecar(chart, 'sidecar', { namespaces: ['bookinfo'], labels: { team: 'books' }, annotations: { note: 'x' } });
  new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] }).through(gatewayOf(chart));
  expect(documents(chart, 'NetworkPolicy')).toEqual([]);
  expect(sidecar.sidecar('bookinfo').toJson().metadata).toMatchObject({ namespace: 'bookinfo', labels: { team: 'books' }, annotations: { note: 'x' } });
  expect(() => sidecar.sidecar('orders')).toThrow('unknown-object: there is no Sidecar of orders; name one of: bookinfo');
});

test.each<[Partial<EgressSidecarProps>, string]>([
  [{ namespaces: [] }, 'empty-list: namespaces'],
  [{ namespaces: ['Book'] }, 'invalid-name: '],
  [{ namespaces: ['a', 'a'] }, 'duplicate-value: '],
  [{ inClusterNamespaces: ['*', '.'] }, 'contradicting-props: inClusterNamespaces has "*" beside "."'],
  [{ gateways: [] } as any, 'unknown-prop: '],
  [{ namespaces: ['a', 'istio-system'] }, 'sidecar-of-root: namespaces names "istio-system"'],
  [{ otherHosts: ['vault.example.com'] }, 'invalid-host: otherHosts[0] is "vault.example.com"'],
  [{ otherHosts: ['*/*'] }, 'invalid-name: the namespace of otherHosts[0]'],
  [{ otherHosts: ['a/x.svc.cluster.local'] }, 'host-in-mesh: '],
])('refuses %j', (props, message) => {
  expect(() => sidecarsOf(props)).toThrow(message);
});

test('refuses a second Sidecar of a namespace, whoever has the first', () => {
  for (const again of [EgressSidecar, EgressLockdown]) {
    const chart = chartOf();
    new EgressSidecar(chart, 'sidecar', { namespaces: ['bookinfo'] });
    new again(chart, 'again', { namespaces: ['orders', 'bookinfo'] });
    expect(() => Testing.synth(chart)).toThrow('overlapping-lockdowns: ');
  }
});
