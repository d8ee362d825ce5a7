import { Testing } from 'cdk8s';
import { chartOf, gatewayOf } from './support';
import { EgressGateway, ExistingEgressGatewayProps } from '../src';

const PROPS: ExistingEgressGatewayProps = { namespace: 'egress', service: 'out', labels: { app: 'out' }, serviceAccount: 'out-sa' };

test('an existing gateway emits nothing itself', () => {
  const chart = chartOf();
  gatewayOf(chart);
  expect(Testing.synth(chart)).toEqual([]);
});

test('its name and identity follow from its namespace, Service and service account', () => {
  expect(EgressGateway.fromService(chartOf(), 'gateway', PROPS).intent).toEqual({
    namespace: 'egress',
    service: 'out',
    host: 'out.egress.svc.cluster.local',
    labels: { app: 'out' },
    identity: 'spiffe://cluster.local/ns/egress/sa/out-sa',
    port: 443,
  });
  expect(EgressGateway.fromService(chartOf(), 'gateway', { ...PROPS, port: 8443, trustDomain: 'corp.example', clusterDomain: 'k8s.corp' }).intent).toMatchObject({
    host: 'out.egress.svc.k8s.corp',
    identity: 'spiffe://corp.example/ns/egress/sa/out-sa',
    port: 8443,
  });
});

test.each<[string, Partial<ExistingEgressGatewayProps>]>([
  ['missing-value: namespace is not given', { namespace: undefined }],
  ['missing-value: service is not given', { service: undefined }],
  ['missing-value: serviceAccount is not given', { serviceAccount: undefined }],
  ['missing-value: labels is not given', { labels: undefined }],
  ['empty-list: labels is {}, which selects every pod of the namespace', { labels: {} }],
  ['invalid-name: clusterDomain is "k8s.1"; a name that ends in digits alone', { clusterDomain: 'k8s.1' }],
  ['invalid-name: clusterDomain is ""', { clusterDomain: '' }],
  ['invalid-label: labels "app" has the value "a b"', { labels: { app: 'a b' } }],
  ['invalid-name: service is "out.egress.svc.cluster.local"', { service: 'out.egress.svc.cluster.local' }],
  ['invalid-name: trustDomain is "spiffe://x"', { trustDomain: 'spiffe://x' }],
  ['invalid-port: port is 0', { port: 0 }],
])('refuses %s', (message, props) => {
  expect(() => EgressGateway.fromService(chartOf(), 'gateway', { ...PROPS, ...props })).toThrow(`[bookinfo/gateway] ${message}`);
});
