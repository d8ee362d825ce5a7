import { Testing } from 'cdk8s';
import { chartOf, documents, gatewayOf } from './support';
import { EgressGatewayRoute, HttpEgress, IEgress, TcpEgress, TlsEgress, TlsOrigination, WildcardResolution } from '../src';

type Chart = ReturnType<typeof chartOf>;
const after = { consecutive5xxErrors: 1 };
const WRITTEN = { consecutive5xxErrors: 1, maxEjectionPercent: 100 };

/** What is written of leaving addresses out, by the namespace of the proxy that does it. */
const leftOut = (chart: Chart) => documents(chart, 'DestinationRule').filter(({ spec }) => spec.trafficPolicy.tls.subjectAltNames?.[0] !== 'spiffe://nobody.invalid/').map(({ metadata, spec }) => [metadata.namespace, (spec.trafficPolicy.portLevelSettings?.[0] ?? spec.trafficPolicy).outlierDetection]);

const WITHOUT_CHOICE: [string, (chart: Chart) => IEgress][] = [
  ['the address that the application dialled', chart => new TcpEgress(chart, 'e', { host: 'a.example.com', addresses: ['203.0.113.1', '203.0.113.2'], port: 5432, ...after })],
  ['the address that the application dialled', chart => new TlsEgress(chart, 'e', { hosts: ['*.example.com'], ...after })],
  ['wherever its name leads', chart => new TlsEgress(chart, 'e', { hosts: ['*.example.com'], resolution: WildcardResolution.dynamicDns(), ...after })],
];

test.each(WITHOUT_CHOICE)('a direct egress to %s has no address to leave out', (where, make) => {
  const chart = chartOf();
  make(chart);
  expect(() => Testing.synth(chart)).toThrow(`[bookinfo/e] no-address-to-leave-out: consecutive5xxErrors is given, and each connection goes to ${where}; `);
});

test.each(WITHOUT_CHOICE)('through a gateway, and no longer to %s, it may have, and so may the gateway', (_, make) => {
  const chart = chartOf();
  const egress = make(chart);
  // only a server tells the gateway where a wildcard leads
  const hostingServer = egress instanceof TlsEgress ? 'www.example.com' : undefined;
  new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hostingServer, ...after });
  expect(leftOut(chart)).toEqual(expect.arrayContaining([['bookinfo', WRITTEN], ['istio-system', WRITTEN]]));
  expect(leftOut(chart)).toHaveLength(2);
});

test.each<[string, (chart: Chart) => IEgress]>([
  ['DNS', chart => new TlsEgress(chart, 'e', { hosts: ['a.example.com'], ...after })],
  ['addresses', chart => new HttpEgress(chart, 'e', { hosts: ['a.example.com'], addresses: ['203.0.113.1', '203.0.113.2'], ...after })],
  ['addresses at another port', chart => new TcpEgress(chart, 'e', {
    host: 'a.example.com', addresses: ['203.0.113.1'], port: 1883, tlsOrigination: TlsOrigination.simple({ port: 8883 }), ...after,
  })],
])('a direct egress by %s has', (_, make) => {
  const chart = chartOf();
  make(chart);
  expect(leftOut(chart)).toEqual([['bookinfo', WRITTEN]]);
});
