import { App, Chart, Testing } from 'cdk8s';
import { chartOf, gatewayOf } from './support';
import { ClusterDns, EgressApp, EgressAppProps, EgressGateway, EgressGatewayRoute, EgressLockdown, Istiod, TlsEgress } from '../src';

const MANAGED = { 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress' };

/** An app with one of everything, told this of itself. */
function chartTold(props: EgressAppProps = {}): Chart {
  const app = Testing.app();
  EgressApp.configure(app, { name: 'shop', ...props });
  const chart = chartOf('bookinfo', app);
  const gateway = new EgressGateway(chart, 'gateway', { namespace: 'out' });
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], labels: { team: 'books' } });
  new EgressGatewayRoute(chart, 'route', { egress, gateway });
  new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });
  return chart;
}

test('every object says who wrote it and, of an app with a name, whose it is', () => {
  const named = Testing.synth(chartTold());
  expect(named.length).toBeGreaterThan(12);
  for (const { metadata } of named) {
    expect(metadata.labels).toMatchObject({ ...MANAGED, 'app.kubernetes.io/part-of': 'shop' });
  }
  const unnamed = chartOf('bookinfo', Testing.app());
  new TlsEgress(unnamed, 'mongo', { hosts: ['mongo.example.com'] });
  expect(Testing.synth(unnamed).map(({ metadata }) => metadata.labels['app.kubernetes.io/managed-by'])).toEqual(Array(2).fill('cdk8s-istio-egress'));
  expect(JSON.stringify(Testing.synth(unnamed))).not.toContain('part-of');
});

test('labels and annotations of the app are on every object, and those of a construct beside them', () => {
  const documents = Testing.synth(chartTold({ labels: { team: 'net', tier: 'edge' }, annotations: { note: 'x' } }));
  for (const { kind, metadata: { labels, annotations, namespace } } of documents) {
    const own = namespace === 'bookinfo' && ['ServiceEntry', 'DestinationRule'].includes(kind);
    expect([kind, labels.team, labels.tier, annotations.note]).toEqual([kind, own ? 'books' : 'net', 'edge', 'x']);
  }
});

test('domains, istiod and the revision are those of the app, unless a construct says otherwise', () => {
  const text = (chart: Chart) => JSON.stringify(Testing.synth(chart));
  const told = text(chartTold({ trustDomain: 'corp.example', clusterDomain: 'k8s.corp', istiod: [Istiod.pods({ namespace: 'mesh' })], revision: '1-31' }));
  for (const part of [
    'spiffe://corp.example/ns/out/sa/egress-gateway', 'corp.example/ns/bookinfo/*', 'egress-gateway.out.svc.k8s.corp', '*.bookinfo.svc.k8s.corp',
    '"kubernetes.io/metadata.name":"mesh"', '"istio.io/rev":"1-31"',
  ]) {
    expect(told).toContain(part);
  }
  expect(told).not.toContain('cluster.local');
  const app = Testing.app();
  EgressApp.configure(app, { trustDomain: 'corp.example', clusterDomain: 'k8s.corp' });
  const gateway = EgressGateway.fromService(chartOf('bookinfo', app), 'gateway', {
    namespace: 'out', service: 'out', selector: { app: 'out' }, serviceAccount: 'out', trustDomain: 'other.example', clusterDomain: 'k8s.other',
  });
  expect(gateway._intent).toMatchObject({ host: 'out.out.svc.k8s.other', identity: 'spiffe://other.example/ns/out/sa/out' });
});

describe('refuses', () => {
  test('a route of an app that has no name, where it is declared', () => {
    const chart = chartOf('bookinfo', Testing.app());
    const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
    expect(() => egress.through(gatewayOf(chart))).toThrow(/^\[bookinfo\/mongo\/Route\] unnamed-app: the app has no name, by which a gateway tells its routes from those of other apps; give it one .* EgressApp\.configure\(app, \{ name: 'bookinfo' \}\), right after new App\(\)$/);
  });

  test.each<[string, EgressAppProps]>([
    ['invalid-name: name is "Shop"', { name: 'Shop' }],
    ['invalid-name: name is "a.b"', { name: 'a.b' }],
    ['invalid-name: trustDomain is "spiffe://x"', { trustDomain: 'spiffe://x' }],
    ['invalid-name: clusterDomain is "k8s.1"', { clusterDomain: 'k8s.1' }],
    ['invalid-value: istioVersion is "1.27"; give one of 1.28, 1.29, 1.30, 1.31', { istioVersion: '1.27' as any }],
    ['invalid-address: clusterRanges[0] "10.244.0.1/16" has host bits set', { clusterRanges: ['10.244.0.1/16'] }],
    ['empty-list: clusterRanges is []', { clusterRanges: [] }],
    ['empty-list: dns is []', { dns: [] }],
    ['invalid-value: dns[1] is "10.96.0.10"; give a ClusterDns, such as ClusterDns.kubeDns()', { dns: [ClusterDns.kubeDns(), '10.96.0.10' as any] }],
    ['invalid-address: the addresses of dns[0][0] "kube-dns" is no IPv4', { dns: [ClusterDns.addresses(['kube-dns'])] }],
    ['empty-list: the addresses of dns[0] is []', { dns: [ClusterDns.addresses([])] }],
    ['invalid-port: the port of dns[0] is 0', { dns: [ClusterDns.pods({ namespace: 'dns', labels: { app: 'dns' }, port: 0 })] }],
    ['empty-list: the labels of dns[0] is {}, which selects every pod of the namespace', { dns: [ClusterDns.pods({ namespace: 'dns', labels: {} })] }],
    ['unknown-prop: "ports" is no prop of ClusterDns.pods; did you mean "port"?', { dns: [ClusterDns.pods({ namespace: 'dns', labels: { a: 'b' }, ports: [1] } as any)] }],
    ['invalid-value: istiod[0] is "istio-system"; give an Istiod, such as Istiod.pods()', { istiod: ['istio-system' as any] }],
    ['invalid-name: the namespace of istiod[0] is "Mesh"', { istiod: [Istiod.pods({ namespace: 'Mesh' })] }],
    ['invalid-port: the port of istiod[0] is 70000', { istiod: [Istiod.addresses(['203.0.113.5'], 70000)] }],
    ['invalid-label: labels "a" has the value "b c"', { labels: { a: 'b c' } }],
    ['reserved-label: labels sets "app.kubernetes.io/part-of"', { labels: { 'app.kubernetes.io/part-of': 'shop' } }],
    ['invalid-annotation: annotations has the key "a b"', { annotations: { 'a b': '' } }],
  ])('%s', (message, props) => {
    expect(() => EgressApp.configure(new App(), props)).toThrow(message);
  });

  test.each<[string, (app: App) => void]>([
    ['a gateway', app => gatewayOf(chartOf('bookinfo', app))],
    ['an egress', app => new TlsEgress(chartOf('bookinfo', app), 'mongo', { hosts: ['mongo.example.com'] })],
    ['another word of it', app => EgressApp.configure(app, {})],
  ])('to be told after %s', (_, first) => {
    const app = Testing.app();
    first(app);
    expect(() => EgressApp.configure(app, { name: 'shop' })).toThrow('configured-late: EgressApp.configure comes after constructs that have taken the defaults');
  });
});
