import { Chart } from 'cdk8s';
import { chartOf, documents, gatewayOf, theDocument } from './support';
import { BigIp, EgressLockdown, EgressWays, ExternalEnvoy, ExternalProxy, ExternalSniProxy, ExternalSniProxyProps, TlsEgress, WorkloadIdentity } from '../src';

const { serviceAccount, namespace, nobody } = WorkloadIdentity;
const PROPS: ExternalSniProxyProps = {
  hosts: ['api.example.com', '*.example.net'],
  addresses: ['192.0.2.7'],
  proxyPort: 8443,
  identity: serviceAccount('edge', 'proxy'),
  allowFrom: [serviceAccount('trusted', 'sleep')],
};
const proxyOf = (props: Partial<ExternalSniProxyProps> = {}, chart: Chart = chartOf('trusted'), id = 'partners') =>
  new ExternalSniProxy(chart, id, { ...PROPS, ...props });
const synth = ({ node }: { node: any }) => node.root.synth();

test('every host leads to the proxy\'s port, and demands its certificate under a name of the proxy\'s own', () => {
  const chart = chartOf('trusted');
  const { requirements: { sni, name } } = proxyOf({ addresses: ['192.0.2.8', '192.0.2.7'], port: 8883, labels: { team: 'edge' }, maxConnections: 10 }, chart);
  expect(sni).toBe(`${name}.ns-egress.internal`);
  const entries = documents(chart, 'ServiceEntry');
  expect(entries.map(({ metadata }) => metadata.labels.team)).toEqual(['edge', 'edge']);
  expect(entries.map(({ spec }) => spec)).toEqual(['*.example.net', 'api.example.com'].map(host => ({
    hosts: [host],
    endpoints: [{ address: '192.0.2.7', ports: { 'tls-8883': 8443 } }, { address: '192.0.2.8', ports: { 'tls-8883': 8443 } }],
    ports: [{ name: 'tls-8883', number: 8883, protocol: 'TLS' }],
    location: 'MESH_EXTERNAL',
    resolution: 'STATIC',
    exportTo: ['.'],
  })));
  const rules = documents(chart, 'DestinationRule');
  expect(rules.map(({ spec }) => spec.host).sort()).toEqual(['*.example.net', 'api.example.com']);
  for (const { spec } of rules) {
    expect(spec.trafficPolicy).toEqual({
      tls: { mode: 'ISTIO_MUTUAL', sni, subjectAltNames: ['spiffe://cluster.local/ns/edge/sa/proxy'] },
      connectionPool: { tcp: { maxConnections: 10 } },
    });
  }
});

test('says what the proxy needs, as data and as text', () => {
  const proxy = proxyOf({ trustDomain: 'corp.example', allowFrom: [namespace('trusted')] });
  expect(proxy.requirements).toMatchObject({
    addresses: ['192.0.2.7'],
    port: 8443,
    certificateUri: 'spiffe://corp.example/ns/edge/sa/proxy',
    allowedFrom: ['spiffe://corp.example/ns/trusted/sa/*'],
    hosts: ['*.example.net', 'api.example.com'],
    hostsPort: 443,
  });
  expect(proxy.describe()).toContain('listen on 192.0.2.7 port 8443 with TLS');
  expect(proxy.describe()).toContain('lead to port 443 of that host if it is one of: *.example.net, api.example.com');
  expect(proxy.describe()).toContain('private address');
});

test('explains the way, whom the proxy lets in, and nothing where that is nobody', () => {
  const proxy = proxyOf({ hosts: ['api.example.com'], addresses: ['192.0.2.7', '2001:db8::7'] });
  const { sni } = proxy.requirements;
  expect(EgressWays.of(proxy)).toEqual([{
    egress: 'trusted/partners',
    clients: ['trusted'],
    host: 'api.example.com',
    port: 443,
    protocol: 'TLS',
    addresses: [],
    externalProxy: ['192.0.2.7:8443', '[2001:db8::7]:8443'],
    hop: 'mutual-tls',
    sni,
    allowedFrom: ['spiffe://cluster.local/ns/trusted/sa/sleep'],
  }]);
  expect(EgressWays.describe(proxy)).toBe([
    'spiffe://cluster.local/ns/trusted/sa/sleep: TLS api.example.com:443 (SNI api.example.com)',
    `  sidecar ──mutual-tls──► 192.0.2.7:8443, [2001:db8::7]:8443 as ${sni} ──► api.example.com:443`, '',
  ].join('\n'));
  expect(EgressWays.of(proxyOf({ allowFrom: [nobody()] }))).toEqual([]);
});

test('a lockdown opens the proxy\'s addresses and port, and not those of the hosts', () => {
  const chart = chartOf('trusted');
  proxyOf({}, chart);
  const lockdown = new EgressLockdown(chart, 'lockdown', { namespaces: ['trusted'], gateways: [gatewayOf(chart)] });
  const [policy] = documents(chart, 'NetworkPolicy').filter(({ metadata }) => metadata.namespace === 'trusted');
  expect(policy.spec.egress.filter(({ to }: any) => to[0].ipBlock)).toEqual([{ to: [{ ipBlock: { cidr: '192.0.2.7/32' } }], ports: [{ port: 8443, protocol: 'TCP' }] }]);
  expect(theDocument(chart, 'Sidecar').spec.egress[0].hosts).toEqual(expect.arrayContaining(['./*.example.net', './api.example.com']));
  for (const host of ['*.example.net', 'api.example.com']) {
    expect(lockdown.describe()).toContain(`192.0.2.7 on port 8443 (${host}): "trusted/partners" leads by that proxy`);
  }
  expect(() => synth(lockdown)).not.toThrow();
});

describe('refuses', () => {
  test.each<[string, Partial<ExternalSniProxyProps>]>([
    ['missing-value: hosts is not given', { hosts: undefined }],
    ['empty-list: hosts is []', { hosts: [] }],
    ['duplicate-value: hosts[1] "api.example.com"', { hosts: ['api.example.com', 'api.example.com'] }],
    ['wildcard-host: hosts[0] "*" is a wildcard that Istio does not take', { hosts: ['*'] }],
    ['invalid-host: hosts[0] "192.0.2.1" is an address', { hosts: ['192.0.2.1'] }],
    ['host-in-mesh: hosts[0] "*.local" covers names inside the mesh', { hosts: ['*.local'] }],
    ['missing-value: proxyPort is not given', { proxyPort: undefined }],
    ['invalid-port: proxyPort is 65536', { proxyPort: 65536 }],
    ['invalid-port: port is 0', { port: 0 }],
    ['invalid-address: addresses has the range "192.0.2.0/24", and a proxy listens on an address', { addresses: ['192.0.2.0/24'] }],
    ['invalid-address: addresses[0] "127.0.0.1" is no address of a host outside', { addresses: ['127.0.0.1'] }],
    ['empty-list: allowFrom names nobody', { allowFrom: [] }],
    ['invalid-identity: identity names no service account', { identity: namespace('edge') }],
    ['contradicting-props: interval is given without consecutive5xxErrors', { interval: {} as any }],
  ])('%s', (message, props) => {
    expect(() => proxyOf(props)).toThrow(`[trusted/partners] ${message}`);
  });

  test('a host that an egress has, at synth', () => {
    const proxy = proxyOf();
    new TlsEgress(proxy.node.scope as Chart, 'tls', { hosts: ['api.example.com'] });
    expect(() => synth(proxy)).toThrow('[trusted/tls] host-conflict: "trusted/partners" declares "api.example.com" too');
  });

  test('identities that are no clients, at synth', () => {
    expect(() => synth(proxyOf({ allowFrom: [serviceAccount('web', 'sleep')] }))).toThrow('identity-is-no-client: namespace "web"');
  });

  test('two proxies at one address and port, whoever their clients are', () => {
    const proxy = proxyOf();
    const app = proxy.node.root as any;
    proxyOf({ hosts: ['other.example.com'], addresses: ['192.0.2.7', '192.0.2.9'], allowFrom: [serviceAccount('web', 'sleep')] }, chartOf('web', app));
    expect(() => app.synth()).toThrow('[web/partners] external-proxy-conflict: its proxy is at 192.0.2.7 on port 8443, where that of "trusted/partners" is');
  });

  test('no conflict on two ports', () => {
    const proxy = proxyOf();
    const app = proxy.node.root as any;
    proxyOf({ hosts: ['other.example.com'], proxyPort: 8444, allowFrom: [serviceAccount('web', 'sleep')] }, chartOf('web', app));
    expect(() => app.synth()).not.toThrow();
  });

  test('what is written for the other kind of proxy', () => {
    const proxy = proxyOf();
    const files = { certificate: '/etc/p/tls.crt', key: '/etc/p/tls.key', trustBundle: '/etc/p/ca.crt' };
    expect(() => BigIp.iRule(proxy)).toThrow('[trusted/partners] invalid-value: proxy is another object; give an ExternalProxy; for an ExternalSniProxy use ExternalEnvoy.sniConfiguration');
    expect(() => ExternalEnvoy.configuration(proxy, { ...files, upstreamHost: 'echo', upstreamPort: 7000 })).toThrow('invalid-value: proxy is another object');
    const tcp = new ExternalProxy(proxy.node.scope as Chart, 'tcp', {
      host: 'echo.example.com', addresses: ['192.0.2.9'], port: 9000, identity: PROPS.identity, allowFrom: PROPS.allowFrom,
    });
    expect(() => ExternalEnvoy.sniConfiguration(tcp, files)).toThrow('[trusted/tcp] invalid-value: proxy is another object; give an ExternalSniProxy');
  });
});
