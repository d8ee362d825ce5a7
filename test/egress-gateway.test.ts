import { Testing } from 'cdk8s';
import { chartOf, gatewayOf } from './support';
import { EgressGateway, ExistingEgressGatewayProps } from '../src';

const PROPS: ExistingEgressGatewayProps = { namespace: 'egress', service: 'out', selector: { app: 'out' }, serviceAccount: 'out-sa' };

test('an existing gateway has the app\'s refusal before the first route, and of an app without a name nothing', () => {
  const chart = chartOf();
  gatewayOf(chart);
  expect(Testing.synth(chart).map(({ kind, spec }) => [kind, spec.rules])).toEqual([
    ['AuthorizationPolicy', [{ when: [{ key: 'connection.sni', values: ['*.bookinfo.egress.internal'] }] }]],
  ]);
  const unnamed = chartOf('bookinfo', Testing.app());
  gatewayOf(unnamed);
  expect(Testing.synth(unnamed)).toEqual([]);
});

test('its name and identity follow from its namespace, Service and service account', () => {
  expect(EgressGateway.fromService(chartOf(), 'gateway', PROPS)._intent).toEqual({
    path: 'bookinfo/gateway',
    namespace: 'egress',
    service: 'out',
    host: 'out.egress.svc.cluster.local',
    selector: { app: 'out' },
    identity: 'spiffe://cluster.local/ns/egress/sa/out-sa',
    port: 443,
    labels: {},
    annotations: {},
  });
  expect(EgressGateway.fromService(chartOf(), 'gateway', { ...PROPS, port: 8443, trustDomain: 'corp.example', clusterDomain: 'k8s.corp' })._intent).toMatchObject({
    host: 'out.egress.svc.k8s.corp',
    identity: 'spiffe://corp.example/ns/egress/sa/out-sa',
    port: 8443,
  });
});

test.each<[string, Partial<ExistingEgressGatewayProps>]>([
  ['missing-value: namespace is not given', { namespace: undefined }],
  ['missing-value: service is not given', { service: undefined }],
  ['missing-value: serviceAccount is not given', { serviceAccount: undefined }],
  ['missing-value: selector is not given', { selector: undefined }],
  ['empty-list: selector is {}, which selects every pod of the namespace', { selector: {} }],
  ['invalid-name: clusterDomain is "k8s.1"; a name that ends in digits alone', { clusterDomain: 'k8s.1' }],
  ['invalid-name: clusterDomain is ""', { clusterDomain: '' }],
  ['invalid-label: selector "app" has the value "a b"', { selector: { app: 'a b' } }],
  ['invalid-label: labels "app" has the value "a b"', { labels: { app: 'a b' } }],
  ['invalid-annotation: annotations "note" has the value 1', { annotations: { note: 1 as any } }],
  ['invalid-name: service is "out.egress.svc.cluster.local"', { service: 'out.egress.svc.cluster.local' }],
  ['invalid-name: trustDomain is "spiffe://x"', { trustDomain: 'spiffe://x' }],
  ['invalid-port: port is 0', { port: 0 }],
])('refuses %s', (message, props) => {
  expect(() => EgressGateway.fromService(chartOf(), 'gateway', { ...PROPS, ...props })).toThrow(`[bookinfo/gateway] ${message}`);
});
