import { App, Chart, JsonPatch, Testing } from 'cdk8s';
import { chartOf, documents, gatewayOf, theDocument } from './support';
import { EgressApp, EgressLockdown, TcpEgress, TcpEgressProps, TcpProtocol } from '../src';

const LEDGER: TcpEgressProps = { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 };

describe('defaults', () => {
  test('goes to the address that was dialled, for the clients of its own namespace', () => {
    const chart = chartOf();
    new TcpEgress(chart, 'ledger', LEDGER);
    expect(theDocument(chart, 'ServiceEntry')).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: {
        name: 'ledger-example-com-03bd3777',
        namespace: 'bookinfo',
        labels: { 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'bookinfo', 'networking.istio.io/enable-autoallocate-ip': 'false' },
      },
      spec: {
        hosts: ['ledger.example.com'],
        addresses: ['203.0.113.10'],
        ports: [{ name: 'tcp-5432', number: 5432, protocol: 'TCP' }],
        location: 'MESH_EXTERNAL',
        resolution: 'NONE',
        exportTo: ['.'],
      },
    });
    expect(theDocument(chart, 'DestinationRule').spec).toEqual({
      host: 'ledger.example.com',
      exportTo: ['.'],
      trafficPolicy: { tls: { mode: 'DISABLE' } },
    });
    expect(theDocument(chart, 'VirtualService').spec).toEqual({
      hosts: ['ledger.example.com'],
      exportTo: ['.'],
      tcp: [{ match: [{ port: 5432 }], route: [{ destination: { host: 'ledger.example.com', port: { number: 5432 } } }] }],
    });
    expect(Testing.synth(chart)).toHaveLength(3);
  });

  test('without a namespace of its own it takes the chart\'s', () => {
    const chart = chartOf('orders');
    new TcpEgress(chart, 'ledger', LEDGER);
    new TcpEgress(chart, 'other', { ...LEDGER, host: 'other.example.com', namespace: 'web' });
    expect(documents(chart, 'ServiceEntry').map(entry => entry.metadata.namespace)).toEqual(['orders', 'web']);
  });
});

describe('props', () => {
  const spec = (props: Partial<TcpEgressProps>) => {
    const chart = chartOf();
    new TcpEgress(chart, 'ledger', { ...LEDGER, ...props });
    return theDocument(chart, 'ServiceEntry').spec;
  };

  test('addresses are written sorted, single ones without a mask', () => {
    expect(spec({ addresses: ['2001:DB8:0::1/128', '203.0.113.11/32', '198.51.100.0/24'] }).addresses)
      .toEqual(['198.51.100.0/24', '2001:db8::1', '203.0.113.11']);
  });

  test('several ports are sorted, each with a name of its own', () => {
    expect(spec({ port: undefined, ports: [9093, 9092], protocol: TcpProtocol.MONGO }).ports).toEqual([
      { name: 'mongo-9092', number: 9092, protocol: 'MONGO' },
      { name: 'mongo-9093', number: 9093, protocol: 'MONGO' },
    ]);
  });

  test('exportTo names the own namespace as "."', () => {
    expect(spec({ exportTo: ['orders', 'bookinfo'] }).exportTo).toEqual(['.', 'orders']);
    expect(spec({ exportTo: ['*'] }).exportTo).toEqual(['*']);
  });

  test('anyAddress leaves the cluster\'s ranges alone where they are known, for its clients, and a lockdown lets sidecars know them', () => {
    const app = new App();
    EgressApp.configure(app, { name: 'bookinfo', clusterRanges: ['10.96.0.0/12', '10.244.0.0/16', 'fd00:10::/64'] });
    const chart = chartOf('bookinfo', app);
    const gateway = gatewayOf(chart);
    const ledger = new TcpEgress(chart, 'ledger', { ...LEDGER, addresses: undefined, anyAddress: true, port: undefined, ports: [5432, 5433], exportTo: ['.', 'orders'] });
    ledger.through(gateway);
    new TcpEgress(chart, 'listed', { ...LEDGER, host: 'listed.example.com' });
    const lockdown = new EgressLockdown(chart, 'lockdown', { namespaces: ['orders'], gateways: [gateway] });
    const left = documents(chart, 'ServiceEntry').filter(({ spec: { resolution, hosts } }) => resolution === 'NONE' && hosts[0] !== 'listed.example.com');
    expect(left.map(({ metadata: { namespace }, ...entry }) => ({ namespace, ...entry.spec }))).toEqual([{
      namespace: 'bookinfo',
      hosts: [expect.stringMatching(/^ledger-example-com-left-alone-[0-9a-f]{8}\.bookinfo\.ns-egress\.internal$/)],
      addresses: ['10.244.0.0/16', '10.96.0.0/12', 'fd00:10::/64'],
      ports: [{ number: 5432, name: 'tcp-5432', protocol: 'TCP' }, { number: 5433, name: 'tcp-5433', protocol: 'TCP' }],
      location: 'MESH_EXTERNAL',
      exportTo: ['.', 'orders'],
      resolution: 'NONE',
    }]);
    expect(documents(chart, 'Sidecar')[0].spec.egress[0].hosts).toContain('bookinfo/*.bookinfo.ns-egress.internal');
    expect(lockdown.describe()).not.toContain('inside the cluster');
  });

  test('anyAddress takes what is meant for pods, too, where they are not, and the report of a lockdown says so', () => {
    const chart = chartOf();
    const gateway = gatewayOf(chart);
    new TcpEgress(chart, 'ledger', { ...LEDGER, addresses: undefined, anyAddress: true }).through(gateway);
    const lockdown = new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });
    expect(documents(chart, 'ServiceEntry')).toHaveLength(2);
    expect(lockdown.describe()).toContain('bookinfo ──► ledger.example.com on port 5432, with what is meant for pods inside the cluster: "bookinfo/ledger" takes any address on that port');
  });

  test('anyAddress leads to the host by DNS, and leaves the mesh free to give it a virtual address', () => {
    const chart = chartOf();
    new TcpEgress(chart, 'ledger', { ...LEDGER, addresses: undefined, anyAddress: true });
    const { metadata, spec: { addresses, resolution, endpoints } } = theDocument(chart, 'ServiceEntry');
    expect({ addresses, resolution, endpoints, labels: metadata.labels })
      .toEqual({ addresses: undefined, resolution: 'DNS', endpoints: undefined, labels: { 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'bookinfo' } });
  });

  test('labels and annotations get to every object', () => {
    const chart = chartOf();
    new TcpEgress(chart, 'ledger', { ...LEDGER, labels: { 'example.com/team': 'books' }, annotations: { note: 'a: b' } });
    for (const { metadata } of Testing.synth(chart)) {
      expect(metadata.labels).toMatchObject({ 'example.com/team': 'books' });
      expect(metadata.annotations).toEqual({ note: 'a: b' });
    }
  });
});

test.each<[string, Partial<TcpEgressProps>]>([
  ['missing-value: host is not given', { host: undefined }],
  ['missing-value: port is not given', { port: undefined }],
  ['contradicting-props: both port and ports are given', { ports: [5433] }],
  ['empty-list: ports is []', { port: undefined, ports: [] }],
  ['too-many: ports has 257 items', { port: undefined, ports: Array.from({ length: 257 }, (_, i) => i + 1) }],
  ['duplicate-value: ports[1] 5432 stands there already', { port: undefined, ports: [5432, 5432] }],
  ['invalid-port: port is 0; a port is a whole number from 1 to 65535', { port: 0 }],
  ['invalid-port: port is 65536', { port: 65536 }],
  ['invalid-port: port is 5432.5', { port: 5432.5 }],
  ['invalid-port: port is "5432"', { port: '5432' as any }],
  ['invalid-port: port is NaN', { port: NaN }],
  ['invalid-port: ports[1] is -1', { port: undefined, ports: [1, -1] }],
  ['invalid-protocol: protocol is "TLS"; give one of TCP, MONGO, MYSQL, REDIS', { protocol: 'TLS' as any }],
  ['addresses-not-given: addresses are not given', { addresses: undefined }],
  ['addresses-not-given: addresses are not given', { addresses: undefined, anyAddress: false }],
  ['contradicting-props: both addresses and anyAddress are given', { anyAddress: true }],
  ['empty-list: addresses is []', { addresses: [] }],
  ['too-many: addresses has 257 items', { addresses: Array.from({ length: 257 }, (_, i) => `10.0.${Math.floor(i / 256)}.${i % 256}`) }],
  ['duplicate-value: addresses[1] "203.0.113.10/32" stands there already', { addresses: ['203.0.113.10', '203.0.113.10/32'] }],
  ['invalid-address: addresses[0] "203.0.113.1/24" has host bits set; did you mean "203.0.113.0/24"', { addresses: ['203.0.113.1/24'] }],
  ['invalid-address: addresses[0] null is no IPv4', { addresses: [null as any] }],
  ['invalid-host: host "203.0.113.10" is an address', { host: '203.0.113.10' }],
  ['invalid-export-to: exportTo[0] "Orders" is no namespace', { exportTo: ['Orders'] }],
  ['invalid-export-to: exportTo[0] "~" is no namespace', { exportTo: ['~'] }],
  ['invalid-export-to: exportTo ["*","."] names "*" and others', { exportTo: ['*', '.'] }],
  ['empty-list: exportTo is []', { exportTo: [] }],
  ['duplicate-value: exportTo[1] "bookinfo" stands there already', { exportTo: ['.', 'bookinfo'] }],
  ['invalid-name: namespace is "Bookinfo"', { namespace: 'Bookinfo' }],
  ['invalid-label: labels "team" has the value "a b"', { labels: { team: 'a b' } }],
  ['invalid-label: labels has the key "a-.b/c"', { labels: { 'a-.b/c': 'd' } }],
  ['invalid-label: labels has the key "a/b/c"', { labels: { 'a/b/c': 'd' } }],
  ['invalid-export-to: exportTo[0] is "0o17"; readers of YAML take it for a number: choose another', { exportTo: ['0o17'] }],
  ['invalid-name: namespace is "0o0"; readers of YAML', { namespace: '0o0' }],
  ['invalid-label: labels "team" has the value "0X1F"; readers of YAML', { labels: { team: '0X1F' } }],
  ['invalid-label: labels has the key "0o17"', { labels: { '0o17': 'a' } }],
  ['invalid-annotation: annotations "note" has the value "0B1"; readers of YAML', { annotations: { note: '0B1' } }],
  ['reserved-label: labels sets "networking.istio.io/enable-autoallocate-ip"', { labels: { 'networking.istio.io/enable-autoallocate-ip': 'true' } }],
  ['reserved-label: labels sets "app.kubernetes.io/managed-by"', { labels: { 'app.kubernetes.io/managed-by': 'me' } }],
  ['reserved-label: labels sets "app.kubernetes.io/part-of"', { labels: { 'app.kubernetes.io/part-of': 'shop' } }],
  ['invalid-annotation: annotations "note" has the value 1', { annotations: { note: 1 as any } }],
  ['invalid-annotation: annotations has the key "a b"', { annotations: { 'a b': '' } }],
])('refuses %s', (message, props) => {
  expect(() => new TcpEgress(chartOf(), 'ledger', { ...LEDGER, ...props })).toThrow(`[bookinfo/ledger] ${message}`);
});

test('refuses a namespace that nobody gives', () => {
  const chart = new Chart(new App(), 'chart');
  expect(() => new TcpEgress(chart, 'ledger', LEDGER)).toThrow('[chart/ledger] namespace-not-given: neither the construct nor its chart has a namespace');
});

test('a patch gets through whole, beyond what the generated types know', () => {
  const chart = chartOf();
  const egress = new TcpEgress(chart, 'ledger', LEDGER);
  egress.serviceEntry().addJsonPatch(JsonPatch.add('/spec/newer', { field: 1 }));
  egress.destinationRule().metadata.addAnnotation('note', 'patched');
  expect(theDocument(chart, 'ServiceEntry').spec.newer).toEqual({ field: 1 });
  expect(theDocument(chart, 'DestinationRule').metadata.annotations).toEqual({ note: 'patched' });
});
