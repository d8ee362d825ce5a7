import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Testing } from 'cdk8s';
import { appOf, chartOf, documents, gatewayOf } from './support';
import {
  ClusterDns, EgressApp, EgressGateway, EgressGatewayRoute, EgressLockdown, EgressLockdownProps, GatewayHop, Istiod, LockdownException,
  SniProxyGateway, TcpEgress, TlsEgress,
} from '../src';

const IN = (namespace: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } });
const outOf = (chart: any, namespace: string) => documents(chart, 'NetworkPolicy').find(({ metadata }) => metadata.namespace === namespace).spec.egress;
const knownIn = (chart: any, namespace: string) => documents(chart, 'Sidecar').find(({ metadata }) => metadata.namespace === namespace).spec.egress[0].hosts;

function locked(props: Partial<EgressLockdownProps> = {}) {
  const chart = chartOf();
  const gateway = gatewayOf(chart);
  const lockdown = new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway], ...props });
  return { chart, gateway, lockdown };
}

describe('a locked namespace', () => {
  test('may open connections to DNS, istiod, the gateways and its own pods', () => {
    const { chart } = locked();
    expect(documents(chart, 'NetworkPolicy').find(({ metadata }) => metadata.namespace === 'bookinfo').spec).toEqual({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        { to: [{ ...IN('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }] },
        { to: [{ ...IN('istio-system'), podSelector: { matchLabels: { app: 'istiod' } } }], ports: [{ port: 15012, protocol: 'TCP' }] },
        { to: [{ ...IN('istio-system'), podSelector: { matchLabels: { istio: 'egressgateway' } } }], ports: [{ protocol: 'TCP' }] },
        { to: [IN('bookinfo')] },
      ],
    });
    expect(knownIn(chart, 'bookinfo')).toEqual(['./*.bookinfo.svc.cluster.local']);
    expect(documents(chart, 'Sidecar')[0].spec.outboundTrafficPolicy).toEqual({ mode: 'REGISTRY_ONLY' });
  });

  test('knows exactly the hosts of its egresses, and reaches the addresses of the direct ones, whatever was made first', () => {
    const { chart, gateway } = locked();
    const mongo = new TlsEgress(chart, 'mongo', { hosts: ['mongo.example.com', 'a.example.com'] });
    new EgressGatewayRoute(chart, 'mongo-route', { egress: mongo, gateway });
    new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10', '203.0.113.64/30', '2001:db8::1'], ports: [5432, 5433] });
    new TcpEgress(chart, 'shared', { namespace: 'platform', host: 'smtp.example.com', addresses: ['203.0.113.25'], port: 587, exportTo: ['bookinfo'] });
    new TcpEgress(chart, 'foreign', { namespace: 'platform', host: 'other.example.com', addresses: ['203.0.113.26'], port: 587 });
    expect(knownIn(chart, 'bookinfo')).toEqual([
      './*.bookinfo.svc.cluster.local', './a.example.com', './ledger.example.com', './mongo.example.com', 'platform/smtp.example.com',
    ]);
    expect(outOf(chart, 'bookinfo').slice(4).map(({ to, ports }: any) => [to[0].ipBlock.cidr, ports.map(({ port, protocol }: any) => `${protocol} ${port}`)])).toEqual([
      ['2001:db8::1/128', ['TCP 5432']],
      ['2001:db8::1/128', ['TCP 5433']],
      ['203.0.113.10/32', ['TCP 5432']],
      ['203.0.113.10/32', ['TCP 5433']],
      ['203.0.113.25/32', ['TCP 587']],
      ['203.0.113.64/30', ['TCP 5432']],
      ['203.0.113.64/30', ['TCP 5433']],
    ]);
  });

  test.each([[undefined], [[]]])('may do without a gateway, said as %j', gateways => {
    const { chart, gateway, lockdown } = locked({ gateways });
    new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
    expect(outOf(chart, 'bookinfo').map(({ to }: any) => to[0].ipBlock?.cidr ?? to[0].namespaceSelector.matchLabels['kubernetes.io/metadata.name']))
      .toEqual(['kube-system', 'istio-system', 'bookinfo', '203.0.113.10/32']);
    expect(documents(chart, 'NetworkPolicy')).toHaveLength(1);
    expect(() => lockdown.gatewayPolicy(gateway)).toThrow('[bookinfo/lockdown] unknown-object: there is no GatewayNetworkPolicy of istio-system/istio-egressgateway; leave the patch out: nothing of the kind is written');
  });

  test('may be given other namespaces, or none, and another DNS and istiod', () => {
    const { chart } = locked({
      namespaces: ['bookinfo', 'orders'],
      inClusterNamespaces: ['shared', '.'],
      dns: [ClusterDns.pods({ namespace: 'dns', labels: { app: 'coredns' } })],
      istiod: [Istiod.pods({ namespace: 'mesh', labels: { app: 'pilot' } })],
      clusterDomain: 'k8s.corp',
      labels: { team: 'net' },
    });
    expect(knownIn(chart, 'orders')).toEqual(['./*.orders.svc.k8s.corp', 'shared/*.shared.svc.k8s.corp']);
    expect(outOf(chart, 'orders').map(({ to }: any) => to[0].namespaceSelector.matchLabels['kubernetes.io/metadata.name']))
      .toEqual(['dns', 'mesh', 'istio-system', 'orders', 'shared']);
    expect(documents(chart, 'Sidecar')[0].metadata.labels).toEqual({ 'team': 'net', 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'bookinfo' });
    expect(knownIn(locked({ inClusterNamespaces: [] }).chart, 'bookinfo')).toEqual(['~/*']);
  });
});

describe('an exception', () => {
  const EXCEPTIONS = [
    LockdownException.pods({ namespace: 'observability', labels: { app: 'otel' }, ports: [4317, 4318], udpPorts: [6831], reason: 'sidecars push traces' }),
    LockdownException.pods({ namespace: 'vault', reason: 'secrets' }),
    LockdownException.apiServer({ addresses: ['192.0.2.10'], port: 6443 }),
    LockdownException.eksPodIdentity(),
    LockdownException.gkeMetadataServer(),
    LockdownException.addresses({ addresses: ['198.51.100.0/24'], ports: [389], reason: 'the directory' }),
  ];

  test('opens its pods and addresses at its ports, and sidecars know them', () => {
    const { chart, lockdown } = locked({ exceptions: EXCEPTIONS });
    const cidrs = (...all: string[]) => all.map(cidr => ({ ipBlock: { cidr } }));
    const tcp = (...ports: number[]) => ports.map(port => ({ protocol: 'TCP', port }));
    expect(outOf(chart, 'bookinfo').slice(4)).toEqual([
      { to: cidrs('169.254.169.254/32'), ports: tcp(80, 8080) },
      { to: cidrs('169.254.169.252/32'), ports: tcp(987, 988) },
      { to: cidrs('169.254.170.23/32', 'fd00:ec2::23/128'), ports: tcp(80) },
      { to: cidrs('192.0.2.10/32'), ports: tcp(6443) },
      { to: cidrs('198.51.100.0/24'), ports: tcp(389) },
      { to: [IN('vault')] },
      { to: [{ ...IN('observability'), podSelector: { matchLabels: { app: 'otel' } } }], ports: [{ protocol: 'UDP', port: 6831 }, ...tcp(4317, 4318)] },
    ]);
    const entries = lockdown.serviceEntries('bookinfo').map(entry => entry.toJson());
    expect(entries.map(({ metadata: { namespace }, spec: { addresses, ports, resolution, exportTo } }) =>
      [namespace, addresses, ports.map(({ number }: any) => number), resolution, exportTo])).toEqual([
      ['bookinfo', ['169.254.169.254'], [80, 8080], 'NONE', ['.']],
      ['bookinfo', ['169.254.169.252'], [987, 988], 'NONE', ['.']],
      ['bookinfo', ['169.254.170.23', 'fd00:ec2::23'], [80], 'NONE', ['.']],
      ['bookinfo', ['198.51.100.0/24'], [389], 'NONE', ['.']],
    ]);
    expect(knownIn(chart, 'bookinfo')).toEqual([
      './*.bookinfo.svc.cluster.local', ...entries.map(({ spec: { hosts: [host] } }) => `./${host}`).sort(), 'default/kubernetes.default.svc.cluster.local',
      'observability/*.observability.svc.cluster.local', 'vault/*.vault.svc.cluster.local',
    ]);
    expect(() => lockdown.serviceEntries('web')).toThrow('unknown-object: there is no Sidecar of web');
  });

  test('changes no byte by its place in the list', () => {
    const written = (exceptions: LockdownException[]) => JSON.stringify(Testing.synth(locked({ exceptions }).chart));
    expect(written([...EXCEPTIONS].reverse())).toBe(written(EXCEPTIONS));
  });

  test('is in the report, with its reason', () => {
    const { lockdown } = locked({ exceptions: EXCEPTIONS });
    const told = lockdown.describe().split('\n').filter(line => line.includes(': an exception: '));
    expect(told).toHaveLength(7);
    expect(told).toContain('bookinfo ──► the pods app=otel of namespace observability, ports 4317, 4318 of TCP, port 6831 of UDP: an exception: sidecars push traces');
    expect(told).toContain('bookinfo ──► every pod of namespace vault: an exception: secrets');
    expect(told).toContain('bookinfo ──► 169.254.170.23, fd00:ec2::23, port 80 of TCP: an exception: pods get credentials of AWS from the agent of EKS Pod Identity');
  });
});

test.each<[string, ClusterDns, object]>([
  ['kube-dns', ClusterDns.kubeDns(), { to: [{ ...IN('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], port: 53 }],
  ['OpenShift', ClusterDns.openShift(), { to: [{ ...IN('openshift-dns'), podSelector: { matchLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' } } }], port: 5353 }],
  ['Gardener', ClusterDns.gardener(), { to: [{ ...IN('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], port: 8053 }],
  ['NodeLocal DNSCache', ClusterDns.nodeLocal(), { to: [{ ipBlock: { cidr: '169.254.20.10/32' } }], port: 53 }],
  ['Cloud DNS of GKE', ClusterDns.gkeCloudDns(), { to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], port: 53 }],
  ['addresses', ClusterDns.addresses(['fd00::a', '10.0.0.10']), { to: [{ ipBlock: { cidr: '10.0.0.10/32' } }, { ipBlock: { cidr: 'fd00::a/128' } }], port: 53 }],
])('the DNS of %s is opened as it is, by a lockdown and by the gateway of an SNI proxy, and beside others', (_, dns, { to, port }: any) => {
  const app = new App();
  EgressApp.configure(app, { name: 'bookinfo', dns: [dns, ClusterDns.addresses(['192.0.2.53'])], istiod: [Istiod.addresses(['192.0.2.15'], 443)] });
  const chart = chartOf('bookinfo', app);
  const sni = new SniProxyGateway(chart, 'sni', { namespace: 'egress' });
  new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [sni] });
  const both = (number: number) => ['UDP', 'TCP'].map(protocol => ({ protocol, port: number }));
  for (const namespace of ['bookinfo', 'egress']) {
    const { egress } = documents(chart, 'NetworkPolicy').find(({ metadata, spec }) => metadata.namespace === namespace && spec.egress).spec;
    expect(egress.slice(0, 2)).toEqual(expect.arrayContaining([{ to, ports: both(port) }, { to: [{ ipBlock: { cidr: '192.0.2.53/32' } }], ports: both(53) }]));
    expect(egress[2]).toEqual({ to: [{ ipBlock: { cidr: '192.0.2.15/32' } }], ports: [{ protocol: 'TCP', port: 443 }] });
  }
});

describe('who may come in', () => {
  const into = (props: Partial<EgressLockdownProps>) => {
    const { chart, lockdown } = locked(props);
    const { policyTypes, ingress } = documents(chart, 'NetworkPolicy').find(({ metadata }) => metadata.namespace === 'bookinfo').spec;
    return { policyTypes, ingress, couriers: lockdown.report().filter(({ to, why }) => /connections to it/.test(to) || /inboundNamespaces says/.test(why)).map(({ to }) => to) };
  };

  test('is anybody, unless it is said', () => {
    expect(into({})).toEqual({ policyTypes: ['Egress'], ingress: undefined, couriers: ['whoever opens connections to its pods'] });
  });

  test('is who is named, and whoever of them is not locked is a courier', () => {
    expect(into({ inboundNamespaces: ['ingress', '.'], inboundAddresses: ['203.0.113.0/24', '10.0.0.9'] })).toEqual({
      policyTypes: ['Egress', 'Ingress'],
      ingress: [{ from: [IN('bookinfo'), IN('ingress'), { ipBlock: { cidr: '10.0.0.9/32' } }, { ipBlock: { cidr: '203.0.113.0/24' } }] }],
      couriers: [
        'the pods of namespace ingress, which open connections to it', '10.0.0.9, which opens connections to it', '203.0.113.0/24, which opens connections to it',
      ],
    });
  });

  test.each([[{ inboundNamespaces: [] }], [{ inboundAddresses: [] }]])('is nobody by %j', props => {
    expect(into(props)).toEqual({ policyTypes: ['Egress', 'Ingress'], ingress: [], couriers: [] });
  });
});

describe('a gateway', () => {
  const into = (chart: any) => documents(chart, 'NetworkPolicy').find(({ spec }) => spec.policyTypes[0] === 'Ingress').spec;

  test('lets in the clients of its routes and nobody else', () => {
    const { chart, gateway } = locked({ gatewayClients: ['monitoring'] });
    const smtp = new TcpEgress(chart, 'smtp', { host: 'smtp.example.com', addresses: ['203.0.113.25'], port: 587, exportTo: ['.', 'orders'] });
    new EgressGatewayRoute(chart, 'smtp-route', { egress: smtp, gateway });
    new TlsEgress(chart, 'direct', { namespace: 'web', hosts: ['a.example.com'] });
    expect(into(chart)).toEqual({
      podSelector: { matchLabels: { istio: 'egressgateway' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [IN('bookinfo'), IN('monitoring'), IN('orders')] }],
    });
  });

  test('is one, however often it is declared', () => {
    const chart = chartOf();
    const lockdown = new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gatewayOf(chart), gatewayOf(chart, 'again')] });
    expect(documents(chart, 'NetworkPolicy').filter(({ metadata }) => metadata.namespace === 'istio-system').map(({ metadata }) => metadata.name))
      .toEqual([lockdown.gatewayPolicy(gatewayOf(chart, 'once more')).name]);
    expect(outOf(chart, 'bookinfo')).toHaveLength(4);
  });

  test('lets in every namespace where all are clients', () => {
    const { chart, gateway } = locked();
    const egress = new TlsEgress(chart, 'api', { hosts: ['api.example.com'], exportTo: ['*'] });
    new EgressGatewayRoute(chart, 'route', { egress, gateway });
    expect(into(chart).ingress).toEqual([{ from: [{ namespaceSelector: {} }] }]);
  });
});

test('the report says what stays open, and why', () => {
  const { chart, gateway, lockdown } = locked({ inClusterNamespaces: ['.', 'shared'] });
  new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'api', { hosts: ['api.example.com'], exportTo: ['.', 'orders'] }), gateway });
  new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
  expect(lockdown.report().map(({ namespace, to }) => `${namespace}: ${to}`)).toEqual([
    'bookinfo: the cluster\'s DNS (the pods k8s-app=kube-dns of namespace kube-system, port 53 of TCP and UDP)',
    'bookinfo: istiod (the pods app=istiod of namespace istio-system, port 15012 of TCP)',
    'bookinfo: the pods of gateway istio-system/istio-egressgateway',
    'bookinfo: whatever other apps lead through gateway istio-system/istio-egressgateway by passthrough and plaintext hops',
    'bookinfo: every pod of namespace bookinfo',
    'bookinfo: every pod of namespace shared',
    'bookinfo: 203.0.113.10 on port 5432 (ledger.example.com)',
    'bookinfo: the pods of those namespaces by UDP',
    'bookinfo: whoever opens connections to its pods',
    'every locked namespace: anywhere, by a pod on the host\'s network',
    'every locked namespace: anywhere, by a pod that starts before the network plugin has programmed it',
    'every locked namespace: the node that a pod runs on, and pods on its host\'s network',
    'every locked namespace: anywhere by ICMP',
    'every locked namespace: whoever may exec into its pods, attach or port-forward',
    'every locked namespace: wherever a further NetworkPolicy in it leads',
    'every locked namespace: further hosts by what is open',
    'every locked namespace: whatever a policy of the cluster allows',
    'orders: anywhere',
  ]);
  expect(lockdown.describe()).toContain('bookinfo ──► every pod of namespace shared: named in inClusterNamespaces; not locked down, so its pods can hand on to anywhere');
  expect(lockdown.describe()).toContain('orders ──► anywhere: a client of an egress, and not locked down');
});

test('the report says what a gateway lets through that cannot know who calls, whoever\'s route it is', () => {
  const { chart, gateway, lockdown } = locked();
  const files = new TlsEgress(chart, 'files', { namespace: 'orders', hosts: ['files.example.com'] });
  new EgressGatewayRoute(chart, 'files-route', { egress: files, gateway, hop: GatewayHop.passthrough() });
  expect(lockdown.describe()).toContain('bookinfo ──► files.example.com on port 443 through gateway istio-system/istio-egressgateway: '
    + '"bookinfo/files-route" has a passthrough hop, where the gateway cannot know who calls: every pod can, also one without a sidecar');
});

test('the gateway of an SNI proxy leaves it to the lockdown who may come in', () => {
  const chart = chartOf();
  const sni = new SniProxyGateway(chart, 'sni', { namespace: 'egress' });
  new TlsEgress(chart, 'com', { hosts: ['*.example.com'], exportTo: ['orders'] }).through(sni);
  const comers = () => documents(chart, 'NetworkPolicy').filter(({ metadata, spec }) => metadata.namespace === 'egress' && spec.ingress)
    .map(({ spec: { ingress } }) => ingress.filter(({ ports }: any) => !ports?.some(({ port }: any) => port === 15021))
      .flatMap(({ from }: any) => from));
  expect(comers()).toEqual([[IN('orders')]]);
  new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [sni] });
  expect(comers()).toEqual([[IN('bookinfo'), IN('orders')], []]);
});

describe('the report in files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'report-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  test('stands beside the manifests, as data and as text', () => {
    const { chart, lockdown } = locked();
    const app = chart.node.root as App;
    app.synth();
    const files = lockdown.writeReport();
    expect(files.map(file => readFileSync(file, 'utf8'))).toEqual([`${JSON.stringify(lockdown.report(), undefined, 2)}\n`, `${lockdown.describe()}\n`]);
    expect(readdirSync(join(app.outdir, 'reports'))).toEqual(['bookinfo-lockdown-0821862a.report.json', 'bookinfo-lockdown-0821862a.report.txt']);
    rmSync(app.outdir, { recursive: true });
  });

  test('goes where it is told to, even to a new folder', () => {
    expect(locked().lockdown.writeReport(join(dir, 'new'))).toEqual(readdirSync(join(dir, 'new')).map(file => join(dir, 'new', file)));
  });

  test('is not written of an app that cannot be synthesized', () => {
    const { chart, lockdown } = locked();
    new TlsEgress(chart, 'api', { hosts: ['api.example.com'] });
    expect(() => lockdown.writeReport(join(dir, 'wrong'))).toThrow('nothing is written:\n  [bookinfo/lockdown] direct-egress-in-lockdown');
    expect(readdirSync(dir)).not.toContain('wrong');
  });
});

describe('dedicated nodes', () => {
  const NODES = { taintKey: 'example.com/egress' };
  const policyOf = (chart: any) => documents(chart, 'ValidatingAdmissionPolicy')[0];

  test('are for the pods of the gateways, by a policy of the whole cluster that is put to work', () => {
    const { chart, lockdown } = locked({ dedicatedNodes: NODES, labels: { team: 'net' } });
    const [{ metadata, spec }] = documents(chart, 'ValidatingAdmissionPolicy');
    expect(metadata).toEqual({
      name: documents(chart, 'ValidatingAdmissionPolicyBinding')[0].spec.policyName, labels: { 'team': 'net', 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'bookinfo' },
    });
    expect(documents(chart, 'ValidatingAdmissionPolicyBinding')[0].metadata).toEqual(metadata);
    expect(spec.matchConstraints.namespaceSelector).toEqual({ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }] });
    expect(spec.matchConditions.map(({ expression }: any) => expression)).toEqual([
      'request.operation == "CREATE" || object.spec.?tolerations != oldObject.spec.?tolerations',
      'request.namespace != "istio-system" || object.metadata.?labels[?"istio"].orValue("") != "egressgateway"',
    ]);
    expect(lockdown.admissionPolicies.map(({ kind }) => kind)).toEqual(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
  });

  test('may be shared with other namespaces, or none, and told apart by the taint\'s value', () => {
    const { chart } = locked({ dedicatedNodes: { ...NODES, taintValue: 'b', otherNamespaces: ['monitoring', 'cni'] } });
    expect(policyOf(chart).spec.matchConstraints.namespaceSelector.matchExpressions[0].values).toEqual(['cni', 'monitoring']);
    expect(policyOf(chart).spec.validations[0].expression).toContain('t.?value.orValue("") == "b"');
    expect(policyOf(locked({ dedicatedNodes: { ...NODES, otherNamespaces: [] } }).chart).spec.matchConstraints.namespaceSelector).toEqual({});
    expect(documents(locked().chart, 'ValidatingAdmissionPolicy')).toEqual([]);
  });

  const ON = { nodeSelector: { 'example.com/egress': 'true' }, tolerations: [{ key: 'example.com/egress' }] };
  test.each<[string, any, string | undefined]>([
    ['both', ON, undefined],
    ['a toleration of every taint', { ...ON, tolerations: [{}] }, undefined],
    ['no toleration', { ...ON, tolerations: undefined }, 'does not tolerate the taint "example.com/egress", and cannot run there'],
    ['a toleration of another value', { ...ON, tolerations: [{ key: 'example.com/egress', value: 'a' }] }, 'does not tolerate the taint'],
    ['no nodeSelector', { ...ON, nodeSelector: undefined }, 'has no nodeSelector, and runs on any node; give it nodeSelector with a label of those nodes, and tolerations with { key: \'example.com/egress\', value: \'b\' }'],
  ])('take a gateway of the app that has %s', (_, props, wrong) => {
    const chart = chartOf();
    const gateway = new EgressGateway(chart, 'gateway', { namespace: 'egress', ...props });
    new EgressLockdown(chart, 'lockdown', { namespaces: ['bookinfo'], gateways: [gateway], dedicatedNodes: { ...NODES, taintValue: 'b' } });
    const problem = chart.node.findAll().flatMap(({ node }) => node.validate());
    expect(problem).toEqual(wrong === undefined ? [] : [expect.stringContaining(`gateway-off-dedicated-nodes: gateway "bookinfo/gateway" ${wrong}`)]);
  });
});

test('every object is reachable, for patches', () => {
  const { chart, gateway, lockdown } = locked({ namespaces: ['orders', 'bookinfo'] });
  const own = [...['bookinfo', 'orders'].flatMap(namespace => [lockdown.networkPolicy(namespace), lockdown.sidecar(namespace)]), lockdown.gatewayPolicy(gateway)];
  const written = Testing.synth(chart).filter(({ kind }) => kind !== 'AuthorizationPolicy').map(({ kind, metadata: { namespace, name } }) => [kind, namespace, name]);
  expect(own.map(({ kind, metadata: { namespace }, name }) => [kind, namespace, name])).toEqual(expect.arrayContaining(written));
  expect(written).toHaveLength(own.length);
  expect(() => lockdown.networkPolicy('web')).toThrow('[bookinfo/lockdown] unknown-object: there is no NetworkPolicy of web; name one of: bookinfo, orders');
  expect(() => lockdown.sidecar('web')).toThrow('[bookinfo/lockdown] unknown-object: there is no Sidecar of web; name one of: bookinfo, orders');
  expect(() => lockdown.gatewayPolicy(gatewayOf(chart, 'other', 'other')))
    .toThrow('[bookinfo/lockdown] unknown-object: there is no GatewayNetworkPolicy of istio-system/other; name one of: istio-system/istio-egressgateway');
});

describe('refuses', () => {
  test.each<[string, Partial<EgressLockdownProps> | any]>([
    ['missing-value: namespaces is not given', { namespaces: undefined }],
    ['empty-list: namespaces is []', { namespaces: [] }],
    ['contradicting-props: dedicatedNodes is given without gateways', { gateways: undefined, dedicatedNodes: { taintKey: 'x' } }],
    ['invalid-value: gateways[0] is another object; give an IEgressGateway', { gateways: [new App()] }],
    ['invalid-name: namespaces[0] is "*"', { namespaces: ['*'] }],
    ['duplicate-value: namespaces[1] "bookinfo"', { namespaces: ['bookinfo', 'bookinfo'] }],
    ['invalid-name: inClusterNamespaces[0] is "*"', { inClusterNamespaces: ['*'] }],
    ['empty-list: dns is []', { dns: [] }],
    ['empty-list: istiod is []', { istiod: [] }],
    ['invalid-value: exceptions[0] is "otel"; give a LockdownException', { exceptions: ['otel'] }],
    ['invalid-value: the reason of exceptions[0] is ""; give a sentence on one line', { exceptions: [LockdownException.pods({ namespace: 'a', reason: '' })] }],
    ['missing-value: the reason of exceptions[0] is not given', { exceptions: [LockdownException.pods({ namespace: 'a' } as any)] }],
    ['unknown-prop: "port" is no prop of LockdownException.pods; did you mean "ports"?', { exceptions: [LockdownException.pods({ namespace: 'a', reason: 'x', port: 1 } as any)] }],
    ['empty-list: ports of exceptions[0] is []', { exceptions: [LockdownException.addresses({ addresses: ['192.0.2.1'], ports: [], reason: 'x' })] }],
    ['invalid-port: ports of exceptions[1][0] is 0', { exceptions: [LockdownException.eksPodIdentity(), LockdownException.addresses({ addresses: ['192.0.2.1'], ports: [0], reason: 'x' })] }],
    ['invalid-address: addresses of exceptions[0][0] "0.0.0.0/0" takes the traffic of every address', { exceptions: [LockdownException.addresses({ addresses: ['0.0.0.0/0'], ports: [443], reason: 'x' })] }],
    ['duplicate-value: exceptions[1] opens 169.254.170.23, fd00:ec2::23, port 80 of TCP, as exceptions[0] does', { exceptions: [LockdownException.eksPodIdentity(), LockdownException.eksPodIdentity()] }],
    ['invalid-name: inboundNamespaces[0] is "*"', { inboundNamespaces: ['*'] }],
    ['invalid-address: inboundAddresses[0] "lb" is no IPv4', { inboundAddresses: ['lb'] }],
    ['missing-value: taintKey of dedicatedNodes is not given', { dedicatedNodes: {} }],
    ['invalid-label: the taint of dedicatedNodes has the key "-x"', { dedicatedNodes: { taintKey: '-x' } }],
    ['invalid-label: the taint of dedicatedNodes "x" has the value "a b"', { dedicatedNodes: { taintKey: 'x', taintValue: 'a b' } }],
    ['invalid-name: otherNamespaces[0] is "*"', { dedicatedNodes: { taintKey: 'x', otherNamespaces: ['*'] } }],
    ['sidecar-of-root: namespaces names "istio-system"', { namespaces: ['istio-system'] }],
  ])('%s', (message, props) => {
    expect(() => locked(props)).toThrow(`[bookinfo/lockdown] ${message}`);
  });

  const atSynth = (chart: any) => () => chart.node.root.synth();

  test('two lockdowns of one namespace', () => {
    const { chart, gateway } = locked();
    new EgressLockdown(chart, 'again', { namespaces: ['orders', 'bookinfo'], gateways: [gateway] });
    expect(atSynth(chart)).toThrow('[bookinfo/lockdown] overlapping-lockdowns: "bookinfo/again" names namespace "bookinfo" too');
  });

  test('a route through a gateway that is closed to it', () => {
    const { chart } = locked();
    const other = EgressGateway.fromService(chart, 'other', { namespace: 'out', service: 'out', serviceAccount: 'out', selector: { app: 'out' } });
    new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'api', { hosts: ['api.example.com'] }), gateway: other });
    expect(atSynth(chart)).toThrow('[bookinfo/lockdown] gateway-not-in-lockdown: "bookinfo/route" leads namespace "bookinfo" through gateway "out/out"');
  });

  test('a direct egress that only its name is known of', () => {
    const { chart } = locked();
    new TlsEgress(chart, 'api', { hosts: ['api.example.com'] });
    expect(atSynth(chart)).toThrow('[bookinfo/lockdown] direct-egress-in-lockdown: "bookinfo/api" is direct and known by name');
  });
});

test('two lockdowns of one gateway stand beside each other', () => {
  const chart = chartOf('bookinfo', appOf('bookinfo', new App()));
  const gateway = gatewayOf(chart);
  new EgressLockdown(chart, 'one', { namespaces: ['bookinfo'], gateways: [gateway] });
  new EgressLockdown(chart, 'two', { namespaces: ['orders'], gateways: [gateway] });
  expect(documents(chart, 'NetworkPolicy').filter(({ metadata }) => metadata.namespace === 'istio-system')).toHaveLength(2);
});
