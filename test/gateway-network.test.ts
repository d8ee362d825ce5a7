import { Chart, Testing } from 'cdk8s';
import { appOf, chartOf, documents, theDocument } from './support';
import {
  EgressApp, EgressGateway, EgressGatewayProps, EgressGatewayRoute, EgressLockdown, ForwardProxy, GatewayNetworkOptions,
  IEgressGateway, Istiod, TcpEgress, TlsEgress,
} from '../src';
import { PRIVATE_RANGES } from '../src/intent/private-ranges';
import { reservedFor, targetPort } from '../src/intent/reserved-ports';

const namespaces = (rule: any): string[] => rule.from.map(({ namespaceSelector }: any) => namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? '*');
const tcp = (...ports: number[]) => ports.map(port => ({ protocol: 'TCP', port }));
const OBSERVED = { from: [{ namespaceSelector: {} }], ports: tcp(15020, 15021, 15090) };

/** A chart of clients and a gateway that some of it leads through. */
function led(props: EgressGatewayProps = {}, lead: (chart: Chart, gateway: IEgressGateway) => void = byName) {
  const app = appOf();
  const chart = chartOf('bookinfo', app);
  const platform = chartOf('egress', app);
  const gateway = new EgressGateway(platform, 'gateway', { name: 'out', ...props });
  lead(chart, gateway);
  return { app, chart, platform, gateway, policy: () => theDocument(platform, 'NetworkPolicy').spec };
}

function byName(chart: Chart, gateway: IEgressGateway): void {
  new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], port: 27018 }), gateway });
}

test('the pods listen elsewhere than their Service, each port at one of its own, and never where the proxy does', () => {
  const ports = Array.from({ length: 65535 }, (_, i) => i + 1).filter(port => reservedFor(port) === undefined);
  const targets = ports.map(targetPort);
  expect(new Set(targets).size).toBe(ports.length);
  expect(ports.filter((port, i) => port === targets[i] || targets[i] < 1024 || targets[i] > 65535)).toEqual([]);
  expect(targets.filter(port => port >= 15000 && port <= 15090 && reservedFor(port) === 'at which the proxy listens for itself')).toEqual([]);
  expect(ports.filter((port, i) => port < 32768 && targets[i] >= 32768)).toEqual([]);
});

describe('a gateway of your own', () => {
  test('lets in its clients by the ports of its pods, and whoever asks how they are', () => {
    const { policy, gateway } = led();
    expect(policy().podSelector.matchLabels).toEqual(gateway._intent.selector);
    expect(policy().policyTypes).toEqual(['Egress', 'Ingress']);
    const [clients, ...others] = policy().ingress;
    expect([namespaces(clients), clients.ports, others]).toEqual([['bookinfo'], tcp(16827), [OBSERVED]]);
  });

  test('goes by name to the port that is dialled, and to nothing private', () => {
    const [, , world, ...more] = led({ deniedRanges: ['198.51.100.0/24'], allowedRanges: ['10.9.0.7'] }).policy().egress;
    expect(more).toEqual([]);
    expect(world.ports).toEqual(tcp(27018));
    expect(world.to.map(({ ipBlock }: any) => ipBlock.cidr)).toEqual(['0.0.0.0/0', '::/0', '10.9.0.7/32']);
    expect(world.to.flatMap(({ ipBlock }: any) => ipBlock.except ?? []).sort()).toEqual([...PRIVATE_RANGES, '198.51.100.0/24'].sort());
  });

  test('goes by no name to the cluster\'s ranges, where the app says them', () => {
    const app = Testing.app();
    EgressApp.configure(app, { name: 'shop', clusterRanges: ['203.0.113.0/24', '198.51.100.1'] });
    const chart = chartOf('bookinfo', app);
    byName(chart, new EgressGateway(chart, 'gateway', { namespace: 'egress', name: 'out' }));
    const [, , world] = theDocument(chart, 'NetworkPolicy').spec.egress;
    expect(world.to.flatMap(({ ipBlock }: any) => ipBlock.except ?? []).sort()).toEqual([...PRIVATE_RANGES, '198.51.100.1/32', '203.0.113.0/24'].sort());
  });

  test('goes to addresses that are meant, a forward proxy\'s too, at their ports, and by no name where none is dialled', () => {
    const [, , ...own] = led({}, (chart, gateway) => {
      const [one, two] = ['a', 'b'].map(name => new TcpEgress(chart, name, { host: `${name}.example.com`, addresses: ['10.1.2.3'], port: name === 'a' ? 5432 : 3306 }));
      new EgressGatewayRoute(chart, 'one', { egress: one, gateway });
      new EgressGatewayRoute(chart, 'two', { egress: two, gateway, forwardProxy: ForwardProxy.connect({ host: 'proxy.corp.example', addresses: ['10.3.0.3'], port: 3128 }) });
    }).policy().egress;
    expect(own.map(({ to, ports }: any) => [to, ports])).toEqual([
      [[{ ipBlock: { cidr: '10.1.2.3/32' } }], tcp(5432)], [[{ ipBlock: { cidr: '10.3.0.3/32' } }], tcp(3128)],
    ]);
  });

  test.each<[string, EgressGatewayProps, boolean, string[][], any[] | undefined]>([
    ['that no route of the app uses lets nobody in and goes nowhere', {}, false, [], undefined],
    ['with ports for other apps', { ports: [443] }, true, [['*']], [{ protocol: 'TCP' }]],
    ['with ports for other apps whose namespaces are known', { ports: [443], clientNamespaces: ['orders'] }, true, [['bookinfo', 'orders']], [{ protocol: 'TCP' }]],
    ['with other clients', { clientNamespaces: ['orders', 'bookinfo'] }, true, [['bookinfo', 'orders']], tcp(27018)],
    ['with all as clients', { clientNamespaces: ['*'] }, true, [['*']], tcp(27018)],
    ['with no other clients', { clientNamespaces: [] }, true, [['bookinfo']], tcp(27018)],
    ['with nobody', { clientNamespaces: [] }, false, [], undefined],
    ['for other apps alone', { ports: [443] }, false, [['*']], [{ protocol: 'TCP' }]],
  ])('%s', (_, props, routed, clients, ports) => {
    const { ingress, egress: [, , world] } = led(props, routed ? byName : () => undefined).policy();
    expect(ingress.slice(0, -1).map(namespaces)).toEqual(clients);
    expect(ingress[ingress.length - 1]).toEqual(OBSERVED);
    expect(world?.ports).toEqual(ports);
  });

  test.each<[string, EgressGatewayProps, string[][]]>([
    ['leaves it to a lockdown who may come in', {}, []],
    ['lets in those besides that it names itself', { clientNamespaces: ['orders'] }, [['bookinfo', 'orders']]],
  ])('%s', (_, props, clients) => {
    const { chart, platform, gateway } = led(props);
    new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway] });
    const { ingress } = documents(platform, 'NetworkPolicy').find(({ metadata }) => metadata.name === 'out').spec;
    expect(ingress.slice(0, -1).map(namespaces)).toEqual(clients);
    expect(ingress[ingress.length - 1]).toEqual(OBSERVED);
  });
});

describe('a gateway that runs already', () => {
  function existing(networkPolicy?: GatewayNetworkOptions, named = true) {
    const chart = chartOf('bookinfo', named ? appOf() : Testing.app());
    const gateway = EgressGateway.fromService(chart, 'gateway', {
      namespace: 'istio-system', service: 'out', selector: { istio: 'out' }, serviceAccount: 'out', labels: { team: 'net' }, networkPolicy,
    });
    return { chart, gateway };
  }

  test('has a NetworkPolicy where it is asked for, by the name of the app', () => {
    expect(documents(existing().chart, 'NetworkPolicy')).toEqual([]);
    expect(existing().gateway.networkPolicy).toBeUndefined();
    const { chart, gateway } = existing({ clientNamespaces: ['orders'], istiod: [Istiod.pods({ namespace: 'mesh' })] });
    byName(chart, gateway);
    const { metadata, spec: { podSelector, ingress: [clients, ...others], egress: [, istiod, world, ...more] } } = theDocument(chart, 'NetworkPolicy');
    expect(metadata).toMatchObject({ namespace: 'istio-system', name: gateway.networkPolicy!.name, labels: { team: 'net' } });
    expect(metadata.name).toMatch(/^egress-network-bookinfo-/);
    expect(podSelector.matchLabels).toEqual({ istio: 'out' });
    // where its pods listen is not known here
    expect([namespaces(clients), clients.ports, others]).toEqual([['bookinfo', 'orders'], undefined, [OBSERVED]]);
    expect(istiod.to[0].namespaceSelector.matchLabels).toEqual({ 'kubernetes.io/metadata.name': 'mesh' });
    expect([world.ports, more]).toEqual([tcp(27018), []]);
  });

  test('opens nothing for an app that leads nothing through it', () => {
    const { ingress, egress } = theDocument(existing({}).chart, 'NetworkPolicy').spec;
    expect(ingress).toEqual([OBSERVED]);
    expect(egress).toHaveLength(2);
  });

  test('has none without the name of the app', () => {
    expect(() => existing({}, false)).toThrow('[bookinfo/gateway] unnamed-app: the app has no name');
  });
});

test.each<[string, GatewayNetworkOptions]>([
  ['invalid-name: clientNamespaces[0] is "Orders"', { clientNamespaces: ['Orders'] }],
  ['duplicate-value: clientNamespaces[1] "orders" stands there already', { clientNamespaces: ['orders', 'orders'] }],
  ['contradicting-props: clientNamespaces is ["orders","*"]; give "*" alone for all namespaces, or list them', { clientNamespaces: ['orders', '*'] }],
  ['invalid-address: allowedRanges[0] "::ffff:10.0.0.1" is an IPv4 address in IPv6 form; write "10.0.0.1"', { allowedRanges: ['::ffff:10.0.0.1'] }],
  ['invalid-address: deniedRanges[0] "::ffff:0:0/96" is an IPv4 address in IPv6 form', { deniedRanges: ['::ffff:0:0/96'] }],
  ['unknown-prop', { allowedRange: ['10.0.0.0/8'] } as any],
])('refuses %s', (message, options) => {
  expect(() => led(options)).toThrow(`[egress/gateway] ${message}`);
  expect(() => EgressGateway.fromService(chartOf(), 'gateway', {
    namespace: 'egress', service: 'out', selector: { app: 'out' }, serviceAccount: 'out', networkPolicy: options,
  })).toThrow(`[bookinfo/gateway] ${message}`);
});
