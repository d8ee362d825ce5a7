import { Testing } from 'cdk8s';
import {
  EgressAudit, EgressGateway, EgressGatewayRoute, EgressLockdown, GatewayHop, HttpEgress, SniProxy, SniProxyGateway, TlsEgress, TlsOrigination,
} from '../../src';
import { chartOf } from '../support';

/** The documents of an app of everything, as they are written. */
function written(): any[] {
  const chart = chartOf();
  const gateway = new EgressGateway(chart, 'z-gateway', { namespace: 'out' });
  const sni = new SniProxyGateway(chart, 'y-sni', { namespace: 'sni', proxy: SniProxy.envoy() });
  new EgressAudit(chart, 'x-audit', { gateways: [gateway] });
  new EgressLockdown(chart, 'w-lockdown', { namespaces: ['bookinfo'], gateways: [gateway, sni] });
  new EgressGatewayRoute(chart, 'd-route', { egress: new TlsEgress(chart, 'c', { hosts: ['c.example.com'] }), gateway });
  new EgressGatewayRoute(chart, 'b-route', { egress: new HttpEgress(chart, 'a', { hosts: ['a.example.com'] }), gateway, tlsOrigination: TlsOrigination.simple() });
  new EgressGatewayRoute(chart, 'f-route', { egress: new HttpEgress(chart, 'e', { hosts: ['e.example.com'] }), gateway, hop: GatewayHop.http() });
  new EgressGatewayRoute(chart, 'h-route', { egress: new TlsEgress(chart, 'g', { hosts: ['*.example.org'] }), gateway: sni });
  return Testing.synth(chart);
}

const documents = written();
const places = (is: (document: any) => boolean) => documents.flatMap((document, i) => is(document) ? [i] : []);
const ofKind = (...kinds: string[]) => places(({ kind, metadata }) => kinds.includes(kind) && metadata.namespace !== 'bookinfo');
const clients = places(({ kind, metadata }) => ['DestinationRule', 'ServiceEntry', 'VirtualService'].includes(kind) && metadata.namespace === 'bookinfo');

test.each<[string, number[], string, number[]]>([
  ['accounts and what they may read', ofKind('ServiceAccount', 'Role', 'RoleBinding'), 'the pods of gateways', ofKind('Deployment')],
  ['what shuts gateways and namespaces', ofKind('AuthorizationPolicy', 'NetworkPolicy'), 'the pods of gateways', ofKind('Deployment')],
  ['refusals', ofKind('AuthorizationPolicy'), 'the doors that they shut', ofKind('Gateway')],
  ['what a gateway secures', ofKind('DestinationRule'), 'where it leads', ofKind('ServiceEntry')],
  ['where a gateway leads', ofKind('ServiceEntry', 'EnvoyFilter'), 'what leads there', ofKind('VirtualService')],
  ['what a door leads to', ofKind('VirtualService'), 'the door', ofKind('Gateway')],
  ['doors', ofKind('Gateway'), 'what leads clients there', clients],
])('%s stand before %s', (_, first, _what, then) => {
  expect(first.length).toBeGreaterThan(0);
  expect(then.length).toBeGreaterThan(0);
  expect(Math.max(...first)).toBeLessThan(Math.min(...then));
});

test('what leads clients stands host by host, how it is secured before where it leads', () => {
  expect(clients.map(i => [documents[i].kind, documents[i].spec.host ?? documents[i].spec.hosts[0]])).toEqual([
    ['DestinationRule', 'a.example.com'], ['ServiceEntry', 'a.example.com'], ['VirtualService', 'a.example.com'],
    ['DestinationRule', 'c.example.com'], ['ServiceEntry', 'c.example.com'],
    ['DestinationRule', 'e.example.com'], ['ServiceEntry', 'e.example.com'], ['VirtualService', 'e.example.com'],
    ['DestinationRule', '*.example.org'], ['ServiceEntry', '*.example.org'],
  ]);
});
