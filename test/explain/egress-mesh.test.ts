import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { parse } from 'yaml';
import {
  EgressApp, EgressAudit, EgressGateway, EgressMesh, EgressAppProps, GatewayHop, HttpEgress, IstioVersion, TcpEgress, TlsEgress, WorkloadIdentity,
} from '../../src';
import { gatewayOf } from '../support';

function told(build: (chart: Chart) => void, props: EgressAppProps = {}): Chart {
  const app = new App();
  EgressApp.configure(app, { name: 'shop', ...props });
  const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
  build(chart);
  return chart;
}

const keys = (construct: Construct) => EgressMesh.of(construct).map(({ key }) => key);
const mongo = (chart: Chart, exportTo?: string[]) => new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'], exportTo });

test('an app that lets nothing out needs nothing', () => {
  const chart = told(() => undefined);
  expect(EgressMesh.of(chart)).toEqual([]);
  expect(EgressMesh.helmValues(chart)).toEqual({});
  expect(EgressMesh.describe(chart)).toBe('');
});

test.each<[string, (chart: Chart) => void, EgressAppProps, string[]]>([
  ['what goes straight, that nothing else does', mongo, {}, ['meshConfig.outboundTrafficPolicy.mode', 'meshConfig.serviceEntryVisibility']],
  ['a gateway, that no other namespace has doors there', chart => mongo(chart).through(gatewayOf(chart)), {},
    ['env.PILOT_SCOPE_GATEWAY_TO_NAMESPACE', 'meshConfig.outboundTrafficPolicy.mode', 'meshConfig.serviceEntryVisibility']],
  ['HTTP, that sidecars do not tell who they are', chart => new HttpEgress(chart, 'api', { hosts: ['api.example.com'] }), {},
    ['meshConfig.defaultConfig.proxyHeaders.metadataExchangeHeaders.mode', 'meshConfig.outboundTrafficPolicy.mode', 'meshConfig.serviceEntryVisibility']],
  ['the domains that it was told', chart => new TcpEgress(chart, 'db', { host: 'db.example.com', addresses: ['203.0.113.1'], port: 1 }),
    { trustDomain: 'corp.example', clusterDomain: 'k8s.corp' },
    ['global.proxy.clusterDomain', 'meshConfig.outboundTrafficPolicy.mode', 'meshConfig.serviceEntryVisibility', 'meshConfig.trustDomain']],
  ['the root namespace that it was told', mongo, { rootNamespace: 'mesh' },
    ['meshConfig.outboundTrafficPolicy.mode', 'meshConfig.rootNamespace', 'meshConfig.serviceEntryVisibility']],
  ['no field that its version of Istio does not have', mongo, { istioVersion: IstioVersion.V1_30 }, ['meshConfig.outboundTrafficPolicy.mode']],
  ['the field in the version that has it', mongo, { istioVersion: IstioVersion.V1_31 }, ['meshConfig.outboundTrafficPolicy.mode', 'meshConfig.serviceEntryVisibility']],
])('an app needs, of %s', (_, build, props, wanted) => {
  expect(keys(told(build, props))).toEqual(wanted);
});

describe('rules on requests', () => {
  const ruled = (chart: Chart, own: boolean, paths?: string[]) => new HttpEgress(chart, 'api', { hosts: ['api.example.com'] })
    .through(own ? new EgressGateway(chart, 'own', { namespace: 'out', name: 'own' }) : gatewayOf(chart), { hop: GatewayHop.http() })
    .allowRequests({ from: [WorkloadIdentity.serviceAccount('bookinfo', 'a')], methods: ['GET'], paths });
  const TOPOLOGY = 'meshConfig.defaultConfig.gatewayTopology.forwardClientCertDetails';
  const PATHS = 'meshConfig.pathNormalization.normalization';

  test.each<[string, boolean, string[] | undefined, string[]]>([
    ['rest on the header of a gateway that runs already', false, undefined, [TOPOLOGY]],
    ['at one\'s own gateway do not', true, undefined, []],
    ['on paths rest on how they are compared', true, ['/v1/*'], [PATHS]],
    ['rest on both', false, ['/v1/*'], [TOPOLOGY, PATHS]],
  ])('%s', (_, own, paths, wanted) => {
    expect(keys(told(chart => ruled(chart, own, paths))).filter(key => [TOPOLOGY, PATHS].includes(key))).toEqual(wanted);
  });
});

test('entries stay public of those namespaces alone whose egresses others use', () => {
  const chart = told(one => {
    mongo(one);
    new TlsEgress(one, 'shared', { hosts: ['shared.example.com'], namespace: 'platform', exportTo: ['orders'] });
    new TlsEgress(one, 'all', { hosts: ['all.example.com'], namespace: 'common', exportTo: ['*'] });
  });
  expect(EgressMesh.helmValues(chart).meshConfig.serviceEntryVisibility).toEqual({
    applyToSidecars: true,
    defaultVisibility: 'NAMESPACE',
    policies: [{
      visibility: 'PUBLIC',
      matchingRules: [{ namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['common', 'platform'] }] } }],
    }],
  });
});

test('the logs of audits stand among the mesh\'s, each once, as the audit has them', () => {
  let audit!: EgressAudit;
  const chart = told(one => {
    const [a, b] = [gatewayOf(one), gatewayOf(one, 'b', 'b')];
    audit = new EgressAudit(one, 'audit', { gateways: [a] });
    new EgressAudit(one, 'again', { gateways: [b] });
  });
  expect(EgressMesh.helmValues(chart).meshConfig.extensionProviders).toEqual(audit.meshConfig().extensionProviders);
});

test('the text is the values, with each reason above its setting', () => {
  const chart = told(one => {
    const egress = new HttpEgress(one, 'api', { hosts: ['api.example.com'] });
    const gateway = gatewayOf(one);
    egress.through(gateway, { hop: GatewayHop.http() }).allowRequests({ methods: ['GET'], paths: ['/v1/*'] });
    new EgressAudit(one, 'audit', { gateways: [gateway] });
  }, { trustDomain: 'corp.example', clusterDomain: 'k8s.corp' });
  const text = EgressMesh.describe(chart);
  expect(parse(text)).toEqual(EgressMesh.helmValues(chart));
  for (const { key, reason } of EgressMesh.of(chart)) {
    const lines = text.split('\n');
    const at = lines.findIndex(line => line.trim() === `# ${reason}`);
    expect([key, lines[at + 1].trim().split(':')[0]]).toEqual([key, key.split('.').pop()]);
  }
  expect(text.match(/^meshConfig:$/gm)).toHaveLength(1);
  expect(text.match(/^ {2}defaultConfig:$/gm)).toHaveLength(1);
});
