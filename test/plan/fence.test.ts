import { Chart, Testing } from 'cdk8s';
import fc from 'fast-check';
import { EGRESS, LOCKDOWN, planned, ROUTE } from './told';
import {
  EgressGatewayRoute, EgressLockdown, ExternalProxy, ExternalSniProxy, ForwardProxy, GatewayHop, HttpEgress, SniProxyGateway, TcpEgress,
  TlsEgress, TlsOrigination, WorkloadIdentity,
} from '../../src';
import { AppIndex } from '../../src/app/app-index';
import { EgressIntent } from '../../src/intent/egress';
import { Fence, Way } from '../../src/plan/plan';
import { dialledOutside } from '../../src/plan/plan-of';
import { chartOf, gatewayOf } from '../support';

/** Something that leaves, and the places outside that its sidecars themselves dial. */
interface Leaving {
  readonly hosts: string[];
  readonly dials: string[];
}

interface Wanted {
  readonly kind: string;
  readonly number: number;
  readonly namespace: 'bookinfo' | 'platform';
  readonly exportTo: string[];
}

const { serviceAccount, spiffe } = WorkloadIdentity;
const single = (address: string) => address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;
const places = (addresses: string[], ...ports: number[]) => ports.flatMap(port => addresses.map(address => `${single(address)} ${port}`));

/** A construct of each kind, with addresses and ports that no other has. */
const KINDS: Record<string, (chart: Chart, wanted: Wanted) => Leaving> = {
  'tcp': (chart, { number: n, namespace, exportTo }) => {
    const addresses = [`203.0.113.${n}`, `10.${n}.0.0/24`, `2001:db8::${n}`];
    new TcpEgress(chart, `e${n}`, { host: `n${n}.example.com`, addresses, ports: [3000 + n, 4000 + n], namespace, exportTo });
    return { hosts: [`n${n}.example.com`], dials: places(addresses, 3000 + n, 4000 + n) };
  },
  'tcp, TLS at the same port': (chart, { number: n, namespace, exportTo }) => {
    new TcpEgress(chart, `e${n}`, { host: `n${n}.example.com`, addresses: [`203.0.113.${n}`], port: 3000 + n, namespace, exportTo, tlsOrigination: TlsOrigination.simple() });
    return { hosts: [`n${n}.example.com`], dials: places([`203.0.113.${n}`], 3000 + n) };
  },
  'tcp, TLS at another port': (chart, { number: n, namespace, exportTo }) => {
    const tlsOrigination = TlsOrigination.simple({ port: 6000 + n });
    new TcpEgress(chart, `e${n}`, { host: `n${n}.example.com`, addresses: [`203.0.113.${n}`], port: 3000 + n, namespace, exportTo, tlsOrigination });
    return { hosts: [`n${n}.example.com`], dials: places([`203.0.113.${n}`], 6000 + n) };
  },
  'tcp by a forward proxy': (chart, { number: n, namespace, exportTo }) => {
    const forwardProxy = ForwardProxy.connect({ host: 'proxy.corp.example', port: 8000 + n, addresses: [`198.51.100.${n}`, `10.99.0.${n}`] });
    new TcpEgress(chart, `e${n}`, { host: `n${n}.example.com`, addresses: [`203.0.113.${n}`], port: 3000 + n, namespace, exportTo, forwardProxy });
    return { hosts: [`n${n}.example.com`], dials: places([`198.51.100.${n}`, `10.99.0.${n}`], 8000 + n) };
  },
  'tls by addresses': (chart, { number: n, namespace, exportTo }) => {
    const hosts = [`*.n${n}.example.com`, `n${n}.example.com`];
    new TlsEgress(chart, `e${n}`, { hosts, addresses: [`203.0.113.${n}`], ports: [5000 + n, 443], namespace, exportTo });
    return { hosts, dials: places([`203.0.113.${n}`], 5000 + n, 443) };
  },
  'tls by a forward proxy': (chart, { number: n, namespace, exportTo }) => {
    const forwardProxy = ForwardProxy.connect({ host: 'proxy.corp.example', port: 8000 + n, addresses: [`198.51.100.${n}`], tlsOrigination: TlsOrigination.simple() });
    new TlsEgress(chart, `e${n}`, { hosts: [`n${n}.example.com`], addresses: [`203.0.113.${n}`], port: 5000 + n, namespace, exportTo, forwardProxy });
    return { hosts: [`n${n}.example.com`], dials: places([`198.51.100.${n}`], 8000 + n) };
  },
  'http by addresses': (chart, { number: n, namespace, exportTo }) => {
    new HttpEgress(chart, `e${n}`, { hosts: [`n${n}.example.com`], addresses: [`203.0.113.${n}`], ports: [80, 7000 + n], namespace, exportTo });
    return { hosts: [`n${n}.example.com`], dials: places([`203.0.113.${n}`], 80, 7000 + n) };
  },
  'http, TLS of the sidecar': (chart, { number: n, namespace, exportTo }) => {
    new HttpEgress(chart, `e${n}`, {
      hosts: [`n${n}.example.com`], addresses: [`203.0.113.${n}`], ports: [80, 7000 + n], namespace, exportTo, tlsOrigination: TlsOrigination.simple(),
    });
    return { hosts: [`n${n}.example.com`], dials: places([`203.0.113.${n}`], 443, 7000 + n) };
  },
  'a proxy outside': (chart, { number: n, namespace, exportTo }) => {
    new ExternalProxy(chart, `e${n}`, {
      host: `n${n}.example.com`, addresses: [`198.51.100.${n}`], port: 9000 + n, identity: serviceAccount('edge', 'proxy'), allowFrom: [WorkloadIdentity.nobody()], namespace, exportTo,
    });
    return { hosts: [`n${n}.example.com`], dials: places([`198.51.100.${n}`], 9000 + n) };
  },
  'an SNI proxy outside': (chart, { number: n, namespace, exportTo }) => {
    const hosts = [`*.n${n}.example.com`, `n${n}.example.com`];
    new ExternalSniProxy(chart, `e${n}`, {
      hosts, addresses: [`198.51.100.${n}`], proxyPort: 9000 + n, identity: spiffe('spiffe://corp/ns/edge/sa/proxy'), allowFrom: [WorkloadIdentity.nobody()], namespace, exportTo,
    });
    return { hosts, dials: places([`198.51.100.${n}`], 9000 + n) };
  },
  'a route': (chart, { number: n, namespace, exportTo }) => {
    const egress = new TcpEgress(chart, `e${n}`, { host: `n${n}.example.com`, addresses: [`203.0.113.${n}`], port: 3000 + n, namespace, exportTo });
    new EgressGatewayRoute(chart, `e${n}-route`, { egress, gateway: gatewayOf(chart, `g${n}`), tlsOrigination: n % 2 === 0 ? undefined : TlsOrigination.simple() });
    return { hosts: [`n${n}.example.com`], dials: [] };
  },
  'a passthrough route': (chart, { number: n, namespace, exportTo }) => {
    const egress = new TlsEgress(chart, `e${n}`, { hosts: [`n${n}.example.com`], addresses: [`203.0.113.${n}`], port: 5000 + n, namespace, exportTo });
    new EgressGatewayRoute(chart, `e${n}-route`, { egress, gateway: gatewayOf(chart, `g${n}`), hop: GatewayHop.passthrough() });
    return { hosts: [`n${n}.example.com`], dials: [] };
  },
  'a route of a share': (chart, { number: n, namespace, exportTo }) => {
    const egress = new TlsEgress(chart, `e${n}`, { hosts: [`n${n}.example.com`], addresses: [`203.0.113.${n}`], port: 5000 + n, namespace, exportTo });
    new EgressGatewayRoute(chart, `e${n}-route`, { egress, gateway: gatewayOf(chart, `g${n}`), weight: n === 99 ? 0 : n });
    return { hosts: [`n${n}.example.com`], dials: places([`203.0.113.${n}`], 5000 + n) };
  },
};

const wanted = fc.uniqueArray(fc.record<Wanted>({
  kind: fc.constantFrom(...Object.keys(KINDS)),
  number: fc.integer({ min: 1, max: 99 }),
  namespace: fc.constantFrom('bookinfo', 'platform'),
  exportTo: fc.constantFrom(['.'], ['orders'], ['.', 'orders'], ['bookinfo', 'orders'], ['*'], ['web']),
}), { minLength: 1, maxLength: 8, selector: ({ number }) => number });

/** What a NetworkPolicy opens outside the cluster, as `CIDR port`. */
function opened(policy: any): string[] {
  const outside = policy.spec.egress.filter(({ to }: any) => to.some(({ ipBlock }: any) => ipBlock));
  return outside.map(({ to, ports }: any) => {
    expect(to).toEqual([{ ipBlock: { cidr: expect.any(String) } }]);
    expect(ports).toEqual([{ protocol: 'TCP', port: expect.any(Number) }]);
    return `${to[0].ipBlock.cidr} ${ports[0].port}`;
  });
}

/** Where the first leg of a way goes, if that is outside. */
function firstLeg({ taken, legs: [first], rest = first }: Way): string[] {
  const { door, reach } = rest;
  if (door) return [];
  if (reach.to === 'addresses') return places([...reach.addresses], reach.port);
  return reach.to === 'dialled' && taken.by === 'addresses' ? places([...taken.addresses], reach.port) : [];
}

test('a lockdown opens exactly what the sidecars of its namespace dial, and lets them know exactly those hosts', () => {
  const used = new Set<string>();
  fc.assert(fc.property(wanted, all => {
    const chart = chartOf();
    const leaving = all.map(one => {
      used.add(one.kind);
      const exportTo = [...new Set(one.exportTo.map(name => name === '.' ? one.namespace : name))];
      return { ...KINDS[one.kind](chart, { ...one, exportTo }), namespace: one.namespace, clients: exportTo };
    });
    new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo', 'orders'], gateways: [gatewayOf(chart)], inClusterNamespaces: [] });
    const documents = Testing.synth(chart);
    const { ways, fences } = AppIndex.of(chart).plan();
    for (const namespace of ['bookinfo', 'orders']) {
      const own = (kind: string) => documents.find(document => document.kind === kind && document.metadata.namespace === namespace);
      const seen = leaving.filter(({ clients }) => clients.includes('*') || clients.includes(namespace));
      const open = opened(own('NetworkPolicy'));
      expect([...open].sort()).toEqual(seen.flatMap(({ dials }) => dials).sort());
      const legs = ways.filter(({ clients }) => clients === 'all' || clients.includes(namespace)).flatMap(firstLeg);
      expect([...open].sort()).toEqual([...new Set(legs)].sort());
      const at = (of: string) => of === namespace ? '.' : of;
      const aliases = ways.filter(({ clients, share, legs: [{ security }] }) => (security.by === 'tls' || share !== undefined) && (clients === 'all' || clients.includes(namespace)))
        .map(({ namespace: of }) => `${at(of)}/*.${of}.ns-egress.internal`);
      const known = [...seen.flatMap(({ hosts, namespace: of }) => hosts.map(host => `${at(of)}/${host}`)), ...new Set(aliases)].sort();
      expect(own('Sidecar').spec.egress[0].hosts).toEqual(known.length > 0 ? known : ['~/*']);
      expect(fences.find(fence => fence.namespace === namespace)!.gateways).toEqual(['istio-system/istio-egressgateway']);
    }
  }), { numRuns: 150 });
  expect([...used].sort()).toEqual(Object.keys(KINDS).sort());
});

describe('a fence', () => {
  const fenceOf = (...egresses: Partial<EgressIntent>[]): Fence => planned({
    egresses: egresses.map((one, i) => ({ ...EGRESS, path: `e${i}`, hosts: [`h${i}.example.com`], ...one })), lockdowns: [LOCKDOWN],
  }).fences[0];
  const TCP: Partial<EgressIntent> = { protocol: 'TCP', addresses: ['203.0.113.1'], ports: [5432] };

  test('is sorted by address and port, each once, whoever dials it', () => {
    const { addresses } = fenceOf(
      { ...TCP, addresses: ['203.0.113.9', '203.0.113.10'], ports: [443, 80, 10000] }, { addresses: ['203.0.113.9'], ports: [443] }, { ...TCP, protocol: 'HTTP' },
    );
    expect(addresses).toEqual([
      { address: '203.0.113.1', port: 5432 },
      ...[80, 443, 10000].map(port => ({ address: '203.0.113.10', port })),
      ...[80, 443, 10000].map(port => ({ address: '203.0.113.9', port })),
    ]);
  });

  test.each<[string, Partial<EgressIntent>]>([
    ['DNS', {}],
    ['any address', { protocol: 'TCP', ports: [587] }],
    ['the address dialled, by its name', { hosts: ['*.example.com'], wildcardResolution: 'NONE' }],
    ['wherever its name leads', { hosts: ['*.example.com'], wildcardResolution: 'DYNAMIC_DNS' }],
    ['a forward proxy by DNS', { ...TCP, forwardProxy: { host: 'proxy.corp.example', addresses: [], port: 3128 } }],
  ])('opens nothing for what is known by %s', (_, egress) => {
    expect(fenceOf(egress).addresses).toEqual([]);
    expect(fenceOf(egress).hosts).toHaveLength(1);
  });

  test('knows the hosts of every namespace that shows them, sorted', () => {
    expect(fenceOf({ hosts: ['b.example.com'] }, { namespace: 'web', hosts: ['b.example.com'] }, { hosts: ['a.example.com'] }).hosts).toEqual([
      { namespace: 'bookinfo', host: 'a.example.com', aliased: false },
      { namespace: 'bookinfo', host: 'b.example.com', aliased: false },
      { namespace: 'web', host: 'b.example.com', aliased: false },
    ]);
  });

  test('opens nothing for what leads to a gateway, however that is reached, and knows its host', () => {
    const egress: EgressIntent = { ...EGRESS, ...TCP };
    const { ways: [way], fences: [fence] } = planned({ routes: [{ ...ROUTE, egress }], lockdowns: [LOCKDOWN] });
    expect(dialledOutside(way)).toEqual([]);
    expect(dialledOutside({ ...way, legs: [{ ...way.legs[0], reach: { to: 'addresses', addresses: ['10.0.0.1'], port: 443 } }] })).toEqual([]);
    expect(fence).toMatchObject({ addresses: [], hosts: [{ namespace: 'bookinfo', host: 'mongo.example.com' }] });
  });

  test('stands around each namespace, sorted, with its own for "."', () => {
    const { fences } = planned({
      egresses: [{ ...EGRESS, ...TCP, clients: ['*'] }],
      lockdowns: [{ ...LOCKDOWN, namespaces: ['web', 'orders'], inCluster: ['.', 'shared', 'orders'] }, { ...LOCKDOWN, path: 'a', namespaces: ['bookinfo'], inCluster: [] }],
    });
    expect(fences.map(({ lockdown, namespace, inside, addresses }) => [lockdown, namespace, inside, addresses.length])).toEqual([
      ['a', 'bookinfo', [], 1], ['chart/lockdown', 'orders', ['orders', 'shared'], 1], ['chart/lockdown', 'web', ['orders', 'shared', 'web'], 1],
    ]);
  });
});

describe('a gateway of the app\'s own', () => {
  const addresses = fc.uniqueArray(fc.constantFrom('10.1.2.3', '192.168.0.9', '172.16.5.5', '203.0.113.1', '198.51.100.7', '2001:4860::8', 'fd00::7'), { minLength: 1, maxLength: 3 });
  const routes = fc.array(fc.record({
    kind: fc.constantFrom('tcp', 'tls', 'originated', 'tunnelled', 'elsewhere', 'direct', 'by name'), addresses,
  }), { minLength: 1, maxLength: 5 });

  test('opens exactly the addresses that it dials itself, and by name exactly the ports that it dials', () => {
    fc.assert(fc.property(routes, all => {
      const chart = chartOf('egress');
      const gateway = new SniProxyGateway(chart, 'gateway', { name: 'sni', deniedRanges: ['203.0.113.0/24'] });
      const other = gatewayOf(chart, 'other');
      const dialled = all.flatMap(({ kind, addresses: own }, n) => {
        const tcp = (props = {}) => new TcpEgress(chart, `e${n}`, { host: `n${n}.example.com`, addresses: [`100.64.${n}.1`], port: 3000 + n, ...props });
        const lead = (egress: TcpEgress | TlsEgress, props = {}) => new EgressGatewayRoute(chart, `r${n}`, { egress, gateway, ...props });
        const forwardProxy = ForwardProxy.connect({ host: 'proxy.corp.example', port: 8000 + n, addresses: own });
        switch (kind) {
          case 'tcp':
            // no two of them may take one address and port
            lead(tcp({ addresses: own }), { hop: GatewayHop.plaintext(7000 + n) });
            return places(own, 3000 + n);
          case 'tls':
            lead(new TlsEgress(chart, `e${n}`, { hosts: [`n${n}.example.com`], addresses: own, port: 5000 + n }));
            return places(own, 5000 + n);
          case 'originated':
            lead(tcp({ addresses: own }), { tlsOrigination: TlsOrigination.simple({ port: 6000 + n }) });
            return places(own, 6000 + n);
          case 'tunnelled':
            lead(tcp(), { forwardProxy });
            return places(own, 8000 + n);
          case 'elsewhere':
            lead(tcp({ addresses: own }), { gateway: other });
            return [];
          case 'direct':
            tcp({ addresses: own });
            return [];
          default:
            lead(new TlsEgress(chart, `e${n}`, { hosts: [`*.n${n}.example.com`, `n${n}.example.com`] }));
            return [];
        }
      });
      const { spec } = Testing.synth(chart).find(({ kind }) => kind === 'NetworkPolicy');
      const [, , ...rest] = spec.egress;
      const [worlds, own] = [true, false].map(isWorld => rest.filter(({ to }: any) => (to[0].ipBlock.cidr === '0.0.0.0/0') === isWorld));
      const through = all.filter(({ kind }) => kind !== 'elsewhere' && kind !== 'direct');
      // for whom nothing leads through it here, it is there for others
      expect(worlds.flatMap(({ ports }: any) => ports.map(({ port }: any) => port))).toEqual(
        through.length === 0 ? [undefined] : through.some(({ kind }) => kind === 'by name') ? [443] : []);
      expect(opened({ spec: { egress: own } }).sort()).toEqual(dialled.sort());
    }), { numRuns: 150 });
  });
});
