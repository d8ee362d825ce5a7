import { readFileSync } from 'fs';
import { join } from 'path';
import { Testing } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { appOf, chartOf, documents, gatewayOf } from './support';
import { AdmissionAction, AdmissionSubject, EgressAdmission, EgressAdmissionProps, EgressAdmissionRule, EgressGateway } from '../src';

const PLATFORM = AdmissionSubject.serviceAccount('platform', 'deployer');
const TEAM = { namespaces: ['bookinfo'], apps: ['bookinfo'] };

function written(props: Partial<EgressAdmissionProps> = {}) {
  const chart = chartOf('istio-egress', appOf('platform'));
  const gateway = EgressGateway.fromService(chart, 'gateway', {
    namespace: 'istio-egress', service: 'out', selector: { istio: 'egressgateway', app: 'out' }, serviceAccount: 'out',
  });
  const admission = new EgressAdmission(chart, 'admission', { exempt: [PLATFORM], gateways: [gateway], lockedNamespaces: ['bookinfo'], ...props });
  const policies = documents(chart, 'ValidatingAdmissionPolicy');
  const bindings = documents(chart, 'ValidatingAdmissionPolicyBinding');
  return { chart, admission, policies, bindings, of: (name: string) => policies.find(({ metadata }) => metadata.name.startsWith(name)) };
}

const names = (policies: any[]) => policies.map(({ metadata }) => metadata.name.replace(/^egress-|-platform-[0-9a-f]{8}$/g, '')).sort();
const expressions = (policy: any): string => policy.spec.validations.map(({ expression }: any) => expression).join('\n');

const DOORS = ['doors-gateway-api', 'doors-gateways', 'doors-root-destinationrules', 'doors-root-envoyfilters', 'doors-root-policies', 'doors-virtualservices'];
const LOCKDOWN = ['lockdown-ephemeralcontainers', 'lockdown-networkpolicies', 'lockdown-openers', 'lockdown-pods', 'lockdown-serviceentries'];

describe('what is written', () => {
  test('is a policy for kinds of one shape, and a binding of its name', () => {
    const { policies, bindings, admission } = written({ teams: [TEAM] });
    expect(names(policies)).toEqual([
      ...DOORS, 'exports-exportto', ...LOCKDOWN, 'routes-authorizationpolicies', 'routes-destinationrules', 'routes-gateways', 'routes-others', 'routes-owner',
      'routes-serviceentries', 'routes-virtualservices',
    ]);
    expect(bindings.map(({ spec }) => spec.policyName).sort()).toEqual(policies.map(({ metadata }) => metadata.name).sort());
    expect(bindings.every(({ metadata, spec }) => metadata.name === spec.policyName)).toBe(true);
    expect(policies.every(({ spec }) => spec.failurePolicy === 'Fail')).toBe(true);
    expect(admission.admissionPolicies).toHaveLength(2 * policies.length);
  });

  test('holds what there is something to hold of', () => {
    expect(names(written({ gateways: undefined, lockedNamespaces: undefined }).policies)).toEqual(['exports-exportto']);
    expect(names(written({ lockedNamespaces: undefined }).policies)).toEqual([...DOORS, 'exports-exportto', 'routes-others']);
    expect(names(written({ rules: [EgressAdmissionRule.LOCKDOWN] }).policies)).toEqual(LOCKDOWN);
  });

  test('asks who, by name and group', () => {
    const { policies } = written({ exempt: [AdmissionSubject.group('engineers'), AdmissionSubject.serviceAccountsOf('flux'), AdmissionSubject.user('jane@example.com'), PLATFORM] });
    for (const { spec } of policies) {
      expect(spec.matchConditions[0].expression).toMatch(/"jane@example.com", "system:serviceaccount:platform:deployer"/);
      expect(spec.matchConditions[0].expression).toContain('g in ["engineers", "system:serviceaccounts:flux"]');
    }
  });

  test('is bound where it holds', () => {
    const where = Object.fromEntries(written().bindings.map(({ metadata, spec }) =>
      [names([{ metadata }])[0], spec.matchResources.namespaceSelector?.matchExpressions[0] ?? 'everywhere']));
    const key = 'kubernetes.io/metadata.name';
    expect(where['doors-gateways']).toEqual({ key, operator: 'NotIn', values: ['istio-egress'] });
    expect(where['doors-root-envoyfilters']).toEqual({ key, operator: 'In', values: ['istio-system'] });
    expect(where['exports-exportto']).toEqual('everywhere');
    expect(where['routes-others']).toEqual({ key, operator: 'In', values: ['istio-egress'] });
    expect(where['lockdown-pods']).toEqual({ key, operator: 'In', values: ['bookinfo'] });
  });

  test('a gateway in the root namespace has no policies for the root beside its own', () => {
    const chart = chartOf('istio-system', appOf('platform'));
    new EgressAdmission(chart, 'admission', { exempt: [PLATFORM], gateways: [gatewayOf(chart)] });
    expect(names(documents(chart, 'ValidatingAdmissionPolicy'))).toEqual(['doors-gateway-api', 'doors-gateways', 'doors-virtualservices', 'exports-exportto', 'routes-others']);
  });

  test('a selector of others must contradict the gateway\'s, by any of its labels, or be known', () => {
    expect(expressions(written({ otherSelectors: [{ app: 'ingress', tier: 'edge' }] }).of('egress-doors-gateways')))
      .toBe('object.?spec.?selector[?"app"].orValue("out") != "out" || object.?spec.?selector[?"istio"].orValue("egressgateway") != "egressgateway"'
        + ' || (object.?spec.?selector[?"app"].orValue("") == "ingress" && object.?spec.?selector[?"tier"].orValue("") == "edge")');
  });

  test('what the mesh keeps private need not say so', () => {
    expect(expressions(written().of('egress-exports'))).toContain('size(object.?spec.?exportTo.orValue([])) > 0 && ');
    expect(expressions(written({ privateByDefault: true }).of('egress-exports'))).not.toContain('size(');
  });

  test('a team shares with its own namespaces and with those that are allowed', () => {
    expect(expressions(written({ teams: [{ ...TEAM, namespaces: ['bookinfo', 'reviews'], exportTo: ['orders'] }] }).of('egress-exports')))
      .toContain('(request.namespace == "bookinfo" && t in ["bookinfo", "orders", "reviews"])');
  });

  test('hosts keep addresses out that are not given, and ranges are asked for as such', () => {
    const reached = (team: object) => expressions(written({ teams: [{ ...TEAM, ...team }] }).of('egress-routes-serviceentries'));
    expect(reached({})).not.toContain('cidr(');
    expect(reached({})).toContain('&& (ip(e.?address.orValue("")).isGlobalUnicast()))');
    expect(reached({ hosts: ['*.example.com'] })).toMatch(/&& \(e\.\?address\.orValue\(""\) in \[\]\)\)/);
    expect(reached({ addresses: ['203.0.113.25', '198.51.100.0/24'] })).toContain('e.?address.orValue("") in ["203.0.113.25"] || (ip(e.?address.orValue("")).isGlobalUnicast() && cidr("198.51.100.0/24").containsIP(e.?address.orValue("")))');
  });

  test('one action or several', () => {
    expect(written().bindings[0].spec.validationActions).toEqual(['Deny']);
    expect(written({ validationActions: [AdmissionAction.WARN, AdmissionAction.AUDIT] }).bindings[0].spec.validationActions).toEqual(['Audit', 'Warn']);
  });

  test('the order of lists changes nothing', () => {
    const orders = { namespaces: ['orders'], apps: ['orders'] };
    const [reviews, edge] = [{ app: 'reviews', tier: 'edge' }, { app: 'edge' }];
    const text = (props: Partial<EgressAdmissionProps>) => JSON.stringify(written(props).policies);
    expect(text({ teams: [orders, TEAM], otherSelectors: [{ tier: 'edge', app: 'reviews' }, edge] })).toBe(text({ teams: [TEAM, orders], otherSelectors: [edge, reviews] }));
    const of = (...services: string[]) => {
      const chart = chartOf('istio-egress', appOf('platform'));
      new EgressAdmission(chart, 'admission', {
        exempt: [PLATFORM],
        teams: [TEAM],
        gateways: services.map(service => EgressGateway.fromService(chart, service, {
          namespace: 'istio-egress', service, selector: { app: service }, serviceAccount: service,
        })),
      });
      return JSON.stringify(documents(chart, 'ValidatingAdmissionPolicy'));
    };
    expect(of('b', 'a')).toBe(of('a', 'b'));
  });

  test('one team more changes no policy of doors, exports or the lockdown', () => {
    const text = (policies: any[]) => JSON.stringify(policies.filter(({ metadata }) => !metadata.name.startsWith('egress-routes')));
    expect(text(written({ teams: [TEAM, { namespaces: ['orders'], apps: ['orders'] }] }).policies)).toBe(text(written({ teams: [TEAM] }).policies));
  });
});

test('names and labels are the app\'s, and hash nothing but what they are', () => {
  const { policies } = written({ labels: { team: 'net' } });
  expect(policies[0].metadata).toEqual({
    name: expect.stringMatching(/^egress-doors-gateway-api-platform-[0-9a-f]{8}$/),
    labels: { 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'platform', 'team': 'net' },
  });
});

test.each<[string, Partial<EgressAdmissionProps> & { [key: string]: unknown }]>([
  ['missing-value: exempt is not given', { exempt: undefined }],
  ['empty-list: exempt is []', { exempt: [] }],
  ['invalid-value: exempt[0] is "platform/deployer"', { exempt: ['platform/deployer' as any] }],
  ['duplicate-value: exempt[1]', { exempt: [PLATFORM, AdmissionSubject.user('system:serviceaccount:platform:deployer')] }],
  ['invalid-name: exempt[0]\'s namespace is "Platform"', { exempt: [AdmissionSubject.serviceAccount('Platform', 'x')] }],
  ['invalid-name: exempt[0] is ""', { exempt: [AdmissionSubject.group('')] }],
  ['unknown-prop: "lockedNamespace" is no prop of EgressAdmission', { lockedNamespace: ['a'] }],
  ['unknown-prop: "host" is no prop of teams[0]', { teams: [{ ...TEAM, host: ['a'] } as any] }],
  ['missing-value: apps of teams[0] is not given', { teams: [{ namespaces: ['a'] } as any] }],
  ['empty-list: namespaces of teams[0] is []', { teams: [{ ...TEAM, namespaces: [] }] }],
  ['invalid-host: hosts of teams[0][0] "A.example.com"', { teams: [{ ...TEAM, hosts: ['A.example.com'] }] }],
  ['host-in-mesh: hosts of teams[0][0] "x.egress.internal"', { teams: [{ ...TEAM, hosts: ['x.egress.internal'] }] }],
  ['invalid-address: addresses of teams[0][0] "10.0.0"', { teams: [{ ...TEAM, addresses: ['10.0.0'] }] }],
  ['invalid-name: secrets of teams[0][0] is called "A"', { teams: [{ ...TEAM, secrets: ['A'] }] }],
  ['contradicting-props: teams is given without gateways', { teams: [TEAM], gateways: undefined }],
  ['contradicting-props: rules has "lockdown" and there are no lockedNamespaces', { rules: [EgressAdmissionRule.LOCKDOWN], lockedNamespaces: undefined }],
  ['contradicting-props: rules has "doors" and there are no gateways', { rules: [EgressAdmissionRule.DOORS], gateways: [] }],
  ['contradicting-props: validationActions has both "Deny" and "Warn"', { validationActions: [AdmissionAction.WARN, AdmissionAction.DENY] }],
  ['invalid-value: rules[0] is "door"', { rules: ['door' as any] }],
  ['empty-list: validationActions is []', { validationActions: [] }],
  ['lockdown-of-gateway: lockedNamespaces names "istio-egress"', { lockedNamespaces: ['istio-egress'] }],
  ['empty-list: otherSelectors[0] is {}', { otherSelectors: [{}] }],
  ['contradicting-props: otherSelectors[1] selects the pods of gateway "istio-egress/out"', { otherSelectors: [{ app: 'in' }, { istio: 'egressgateway' }] }],
  ['contradicting-props: otherSelectors[0] selects the pods of gateway "istio-egress/out"', { otherSelectors: [{ app: 'out', istio: 'egressgateway' }] }],
  ['invalid-value: privateByDefault is "false"', { privateByDefault: 'false' as any }],
  ['empty-list: otherSelectors is null', { otherSelectors: null as any }],
  ['empty-list: gateways is null', { gateways: null as any }],
  ['empty-list: gateways is {}', { gateways: {} as any }],
  ['empty-list: lockedNamespaces is ""', { lockedNamespaces: '' as any }],
  ['empty-list: teams is {}', { teams: {} as any }],
  ['empty-list: teams is "x"', { teams: 'x' as any }],
  ['invalid-value: the props of teams[0] are "bookinfo"', { teams: ['bookinfo' as any] }],
  ['empty-list: hosts of teams[0] is ""', { teams: [{ ...TEAM, hosts: '' as any }] }],
  ['empty-list: hosts of teams[0] is null', { teams: [{ ...TEAM, hosts: null as any }] }],
  ['empty-list: addresses of teams[0] is null', { teams: [{ ...TEAM, addresses: null as any }] }],
  ['empty-list: addresses of teams[0] is ""', { teams: [{ ...TEAM, addresses: '' as any }] }],
  ['empty-list: secrets of teams[0] is "a"', { teams: [{ ...TEAM, secrets: 'a' as any }] }],
  ['invalid-name: secrets of teams[0][0] is called 5', { teams: [{ ...TEAM, secrets: [5 as any] }] }],
  ['invalid-path: secrets of teams[0][0] is "/"', { teams: [{ ...TEAM, secrets: ['/'] }] }],
  ['invalid-path: secrets of teams[0][1] is "/a~b"', { teams: [{ ...TEAM, secrets: ['a', '/a~b'] }] }],
  ['contradicting-props: exempt has group "system:authenticated"', { exempt: [AdmissionSubject.group('system:authenticated')] }],
  ['contradicting-props: exempt has group "system:unauthenticated"', { exempt: [PLATFORM, AdmissionSubject.group('system:unauthenticated')] }],
  ['contradicting-props: exempt has group "system:serviceaccounts"', { exempt: [AdmissionSubject.group('system:serviceaccounts')] }],
  ['contradicting-props: exempt and teams[0] both have group "system:serviceaccounts:bookinfo"', { exempt: [AdmissionSubject.serviceAccountsOf('bookinfo')], teams: [TEAM] }],
  ['contradicting-props: exempt and teams[0] both have user "jane"', { exempt: [AdmissionSubject.user('jane')], teams: [{ ...TEAM, subjects: [AdmissionSubject.user('jane')] }] }],
  ['contradicting-props: exempt and teams[0] both have user "system:serviceaccount:flux:bookinfo"',
    { exempt: [AdmissionSubject.serviceAccountsOf('flux')], teams: [{ ...TEAM, subjects: [AdmissionSubject.serviceAccount('flux', 'bookinfo')] }] }],
  ['contradicting-props: apps of teams[0] has "platform", this app', { teams: [{ ...TEAM, apps: ['bookinfo', 'platform'] }] }],
  ['contradicting-props: apps of teams[1] has "bookinfo", an app of teams[0]', { teams: [TEAM, { namespaces: ['orders'], apps: ['bookinfo'] }] }],
  ['contradicting-props: namespaces of teams[0] has "istio-egress"', { teams: [{ ...TEAM, namespaces: ['istio-egress'] }] }],
  ['contradicting-props: namespaces of teams[0] has "istio-system"', { teams: [{ ...TEAM, namespaces: ['bookinfo', 'istio-system'] }] }],
])('%s', (problem, props) => {
  expect(() => written(props)).toThrow(`[istio-egress/admission] ${problem}`);
});

test('the app has a name', () => {
  expect(() => new EgressAdmission(chartOf('platform', Testing.app()), 'admission', { exempt: [PLATFORM] })).toThrow('[platform/admission] unnamed-app: ');
});

test('the table of requests has each policy of the example refuse something, and names no other', () => {
  const read = (file: string) => parseAllDocuments(readFileSync(join(__dirname, '..', 'examples', file), 'utf8')).map(document => document.toJS());
  const rows: any[] = read('admission.requests.yaml')[0];
  const policies = read('admission.k8s.yaml').filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').map(({ metadata }) => metadata.name);
  const refusals = rows.flatMap(({ refused }) => refused === undefined || refused === 'rights' ? [] : [refused]);
  expect(policies.filter(name => !refusals.some(refused => name.startsWith(refused)))).toEqual([]);
  expect(refusals.filter(refused => !policies.some(name => name.startsWith(refused)))).toEqual([]);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});
