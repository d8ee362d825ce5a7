import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Chart, Testing } from 'cdk8s';
import { parse } from 'yaml';
import { appOf, chartOf, documents, gatewayOf, theDocument } from './support';
import { EgressAudit, EgressAuditProps, EgressGateway } from '../src';
import { GATEWAY_LINE, sniProxyLine } from '../src/emit/envoy/audit-line';

function audited(props: Partial<EgressAuditProps> = {}) {
  const chart = chartOf();
  const gateway = gatewayOf(chart);
  return { chart, gateway, audit: new EgressAudit(chart, 'audit', { gateways: [gateway], ...props }) };
}

function other(chart: Chart, id: string, props: { namespace?: string; service?: string; selector?: { [key: string]: string } } = {}) {
  return EgressGateway.fromService(chart, id, { namespace: 'edge', service: id, selector: { app: id }, serviceAccount: 'a', ...props });
}

describe('a Telemetry', () => {
  test('lets the pods of the gateway log to the audit, in their namespace', () => {
    const { chart, gateway, audit } = audited();
    const { metadata, spec, apiVersion } = theDocument(chart, 'Telemetry');
    expect(apiVersion).toBe('telemetry.istio.io/v1');
    expect(metadata.namespace).toBe('istio-system');
    expect(spec).toEqual({ selector: { matchLabels: { istio: 'egressgateway' } }, accessLogging: [{ providers: [{ name: 'egress-audit' }] }] });
    expect(audit.telemetry(gateway).name).toBe(metadata.name);
    expect(() => audit.telemetry(other(chart, 'stranger'))).toThrow('[bookinfo/audit] unknown-object: there is no Telemetry of that gateway; name one of: istio-system/istio-egressgateway');
  });

  test('is there once for each gateway, and once for two that name one Service', () => {
    const { chart, gateway } = audited();
    new EgressAudit(chart, 'more', { gateways: [other(chart, 'a'), other(chart, 'b'), other(chart, 'again', { service: 'a', selector: { app: 'a' } })] });
    expect(documents(chart, 'Telemetry').map(({ metadata, spec }) => [metadata.namespace, spec.selector.matchLabels]))
      .toEqual([['istio-system', gateway._intent.selector], ['edge', { app: 'a' }], ['edge', { app: 'b' }]]);
  });

  test('keeps the logs of the mesh that are named, in sorted order', () => {
    const { chart } = audited({ provider: 'who-left', otherProviders: ['otel', 'envoy'], labels: { team: 'net' }, annotations: { 'example.com/why': 'audit' } });
    const { metadata, spec } = theDocument(chart, 'Telemetry');
    expect(spec.accessLogging).toEqual([{ providers: [{ name: 'who-left' }, { name: 'envoy' }, { name: 'otel' }] }]);
    expect(metadata).toMatchObject({ labels: { team: 'net' }, annotations: { 'example.com/why': 'audit' } });
  });

  test('takes no other logs for none', () => {
    expect(theDocument(audited({ otherProviders: [] }).chart, 'Telemetry').spec.accessLogging).toEqual([{ providers: [{ name: 'egress-audit' }] }]);
  });

  test('of a gateway of one\'s own selects its pods', () => {
    const chart = chartOf();
    const gateway = new EgressGateway(chart, 'gateway', { namespace: 'egress', name: 'out' });
    new EgressAudit(chart, 'audit', { gateways: [gateway] });
    const { selector } = theDocument(chart, 'Telemetry').spec;
    expect(theDocument(chart, 'Deployment').spec.template.metadata.labels).toMatchObject(selector.matchLabels);
  });
});

describe('the mesh\'s configuration', () => {
  test('defines the log that the Telemetry names, as JSON of our fields', () => {
    const { audit } = audited({ provider: 'who-left' });
    const { extensionProviders: [provider, ...more] } = audit.meshConfig();
    expect(more).toEqual([]);
    expect(provider.name).toBe('who-left');
    expect(provider.envoyFileAccessLog).toEqual({ path: '/dev/stdout', logFormat: { labels: GATEWAY_LINE } });
  });

  test('as text is the same', () => {
    const { audit } = audited();
    expect(parse(audit.describe())).toEqual(audit.meshConfig());
  });

  test('stands beside the example, as it is printed', () => {
    expect(readFileSync(join(__dirname, '..', 'examples', 'audit.meshconfig.yaml'), 'utf8')).toBe(audited().audit.describe());
  });
});

describe('what is wrong alone is refused', () => {
  test.each([
    ['missing-value: gateways is not given', { gateways: undefined as any }],
    ['empty-list: gateways', { gateways: [] }],
    ['missing-value: gateways\\[0\\]', { gateways: [undefined as any] }],
    ['invalid-value: gateways\\[0\\] is "istio-egressgateway"', { gateways: ['istio-egressgateway' as any] }],
    ['invalid-value: gateways\\[0\\] is another object', { gateways: [{} as any] }],
    ['invalid-name: provider is ""', { provider: '' }],
    ['invalid-name: provider is "Egress-Audit"', { provider: 'Egress-Audit' }],
    ['invalid-name: provider is "a b"', { provider: 'a b' }],
    ['invalid-name: provider is 7', { provider: 7 as any }],
    ['invalid-name: provider is "envoy", which Istio has itself', { provider: 'envoy' }],
    ['duplicate-value: otherProviders\\[1\\]', { otherProviders: ['envoy', 'envoy'] }],
    ['duplicate-value: otherProviders names "egress-audit"', { otherProviders: ['egress-audit'] }],
    ['invalid-name: otherProviders\\[0\\]', { otherProviders: ['-'] }],
    ['invalid-label: labels', { labels: { 'a b': 'c' } }],
    ['invalid-annotation: annotations', { annotations: { 'a b': 'c' } }],
  ])('%s', (problem, props) => {
    expect(() => audited(props)).toThrow(new RegExp(`^\\[bookinfo/audit\\] ${problem}`));
  });

  test('one gateway twice', () => {
    const chart = chartOf();
    const gateway = gatewayOf(chart);
    expect(() => new EgressAudit(chart, 'audit', { gateways: [gateway, gateway] }))
      .toThrow('[bookinfo/audit] duplicate-value: gateways[1] "bookinfo/gateway" stands there already; remove one of the two');
  });
});

describe('two audits', () => {
  const problems = (make: (chart: Chart) => void): string[] => {
    const chart = chartOf('bookinfo', appOf('bookinfo', new App()));
    make(chart);
    return chart.node.findAll().flatMap(construct => construct.node.validate());
  };

  const OVERLAP = 'overlapping-audits: "bookinfo/a" audits gateway "istio-system/istio-egressgateway" too; ';
  test.each<[string, { namespace?: string; service?: string; selector?: { [key: string]: string } }, string[]]>([
    ['of one gateway', {}, [OVERLAP]],
    ['of one Service with another selector', { selector: { istio: 'egressgateway', app: 'x' } }, [OVERLAP, 'gateway-conflict: its selector is ']],
    ['of one name in two namespaces', { namespace: 'edge' }, []],
    ['of two gateways', { service: 'second', selector: { istio: 'second' } }, []],
  ])('%s', (_, props, wanted) => {
    const found = problems(chart => {
      new EgressAudit(chart, 'b', { gateways: [gatewayOf(chart)] });
      new EgressAudit(chart, 'a', {
        gateways: [EgressGateway.fromService(chart, 'other', {
          namespace: 'istio-system', service: 'istio-egressgateway', selector: { istio: 'egressgateway' }, serviceAccount: 'istio-egressgateway-service-account', ...props,
        })],
      });
    });
    expect(found).toEqual(wanted.map(problem => expect.stringContaining(problem)));
  });
});

describe('the documentation', () => {
  const text = readFileSync(join(__dirname, '..', 'docs', 'audit.md'), 'utf8');
  const blocks = [...text.matchAll(/\(\[([a-z-]+)\]\(\.\.\/examples\/\1\.calls\.json\): "([^"]+)"\)\n\n```json\n(.*?)\n```/gs)]
    .map(([, example, call, lines]) => ({ example, call, lines: lines.split(/\n(?=\{)/).map(line => JSON.parse(line)) }));
  const fieldsOf = (line: any) => line.log === GATEWAY_LINE.log ? GATEWAY_LINE : sniProxyLine('');

  test('has a line of each kind of route and refusal', () => {
    expect(blocks.length).toBe(text.match(/```json/g)!.length);
    expect(blocks.length).toBeGreaterThanOrEqual(18);
  });

  test.each(blocks.flatMap(({ example, call, lines }) => lines.map(line => ({ example, call, line }))))('$example: $call: has the fields of a line', ({ line }) => {
    const fields = Object.keys(fieldsOf(line));
    // nginx has no flags
    expect([fields, fields.filter(field => field !== 'flags')]).toContainEqual(Object.keys(line));
  });

  test('tells of every field', () => {
    const told = [...text.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| /gm)].flatMap(([, names]) => names.split(', ').map(name => name.replaceAll('`', '')));
    for (const field of Object.keys(GATEWAY_LINE)) {
      expect(told).toContain(field);
    }
  });

  // the lab holds the same expectations against real proxies
  test.each(blocks)('$example: $call: is what the lab expects', ({ example, call, lines }) => {
    const { calls } = JSON.parse(readFileSync(join(__dirname, '..', 'examples', `${example}.calls.json`), 'utf8'));
    const { audit } = calls.find(({ name }: any) => name === call).expect;
    expect(lines).toHaveLength(audit.length);
    for (const wanted of audit) {
      const line = lines.find(({ log }) => log === wanted.log);
      for (const [field, value] of Object.entries<any>(wanted)) {
        if (value?.contains !== undefined) {
          expect(line[field]).toContain(value.contains);
        } else if (value?.same === undefined) {
          expect([field, line[field]]).toEqual([field, value]);
        }
      }
    }
  });
});

test('what is written does not depend on the order of construction', () => {
  const written = (ids: string[]) => {
    const chart = chartOf();
    const gateways = new Map(['x', 'y'].map(id => [id, other(chart, id)]));
    ids.forEach(id => new EgressAudit(chart, `audit-${id}`, { gateways: [gateways.get(id)!] }));
    return Testing.synth(chart);
  };
  expect(written(['x', 'y'])).toEqual(written(['y', 'x']));
});

test('audits of two Services before the same pods are a problem, because Istio would drop one log', () => {
  const chart = chartOf();
  const of = (service: string) => EgressGateway.fromService(chart, service, { namespace: 'edge', service, selector: { app: 'x' }, serviceAccount: 'x' });
  new EgressAudit(chart, 'audit', { gateways: [of('one')] });
  new EgressAudit(chart, 'other', { gateways: [of('two')], provider: 'other' });
  expect(() => Testing.synth(chart)).toThrow('gateway-conflict: gateway "edge/two" has the pods of gateway "edge/one"');
});
