import { ApiObject, App, Chart } from 'cdk8s';
import { EgressAudit, EgressLockdown, TlsEgress } from '../../src';
import { auditName } from '../../src/plan/names';
import { appOf, chartOf, gatewayOf } from '../support';

const synth = (chart: Chart) => () => (chart.node.root as App).synth();

describe('two objects of one kind, namespace and name are a problem that names both', () => {
  test('where one is the app\'s own', () => {
    const chart = chartOf();
    const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
    const { name } = egress.serviceEntry();
    const { apiVersion, kind } = egress.serviceEntry();
    new ApiObject(chart, 'mine', { apiVersion, kind, metadata: { name } });
    expect(synth(chart)).toThrow(`same-name: it and "bookinfo/mongo/ServiceEntry" are both ServiceEntry "${name}" of namespace "bookinfo"; `
      + 'one would overwrite the other: declare what it is for once');
  });

  test('in two charts', () => {
    const app = appOf('bookinfo', new App());
    const [one, other] = ['one', 'other'].map(id => new Chart(app, id, { namespace: 'bookinfo' }));
    new EgressAudit(one, 'audit', { gateways: [gatewayOf(one)] });
    const name = auditName('istio-egressgateway');
    new ApiObject(other, 'mine', { apiVersion: 'telemetry.istio.io/v1', kind: 'Telemetry', metadata: { name, namespace: 'istio-system' } });
    expect(synth(other)).toThrow('other/mine: same-name: it and "one/audit/Telemetry" are both Telemetry '
      + `"${name}" of namespace "istio-system"; one would overwrite the other: declare what it is for once`);
  });
});

test.each<[string, (chart: Chart, name: string) => void]>([
  ['of another kind', (chart, name) => new ApiObject(chart, 'mine', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })],
  ['of another API', (chart, name) => new ApiObject(chart, 'mine', { apiVersion: 'example.com/v1', kind: 'ServiceEntry', metadata: { name } })],
  ['in another namespace', (chart, name) => new ApiObject(chart, 'mine', { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name, namespace: 'web' } })],
  ['twice, and none of the library', (chart, name) => ['a', 'b'].forEach(id => new ApiObject(chart, id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }))],
])('an object of that name %s is none', (_, make) => {
  const chart = chartOf('bookinfo', appOf('bookinfo', new App()));
  const egress = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com'] });
  new EgressLockdown(chart, 'lockdown', { namespaces: ['web'] });
  make(chart, egress.serviceEntry().name);
  expect(synth(chart)).not.toThrow();
});
