import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { chartOf, theDocument } from './support';
import { BigIp, EgressWays, ExternalProxy, ExternalProxyProps, TcpEgress, WorkloadIdentity } from '../src';

const { serviceAccount, namespace, spiffe, nobody } = WorkloadIdentity;
const PROPS: ExternalProxyProps = {
  host: 'echo.bigip.example.com', addresses: ['192.0.2.7'], port: 9000, identity: serviceAccount('edge', 'bigip'), allowFrom: [serviceAccount('trusted', 'sleep')],
};
const OPTIONS = { pool: '/Common/echo', certificate: '/Common/bigip.crt', key: '/Common/bigip.key', trustBundle: '/Common/mesh.crt' };
const proxyOf = (props: Partial<ExternalProxyProps> = {}) => new ExternalProxy(chartOf('trusted'), 'bigip', { ...PROPS, ...props });

test('the sidecar presents the workload\'s certificate and demands the proxy\'s', () => {
  const chart = chartOf('trusted');
  new ExternalProxy(chart, 'bigip', { ...PROPS, addresses: ['192.0.2.8', '192.0.2.7'], labels: { team: 'edge' } });
  const entry = theDocument(chart, 'ServiceEntry');
  expect(entry.metadata.labels.team).toBe('edge');
  expect(entry.spec).toEqual({
    hosts: ['echo.bigip.example.com'],
    addresses: ['192.0.2.7', '192.0.2.8'],
    endpoints: [{ address: '192.0.2.7' }, { address: '192.0.2.8' }],
    ports: [{ name: 'tcp-9000', number: 9000, protocol: 'TCP' }],
    location: 'MESH_EXTERNAL',
    resolution: 'STATIC',
    exportTo: ['.'],
  });
  expect(theDocument(chart, 'DestinationRule').spec).toEqual({
    host: 'echo.bigip.example.com',
    exportTo: ['.'],
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: 'echo.bigip.example.com', subjectAltNames: ['spiffe://cluster.local/ns/edge/sa/bigip'] } },
  });
});

test('says what the proxy needs, as data and as text', () => {
  const proxy = proxyOf({ trustDomain: 'corp.example', exportTo: ['.', 'web'], allowFrom: [serviceAccount('trusted', 'sleep'), namespace('web')] });
  expect(proxy.requirements).toEqual({
    name: expect.stringMatching(/^trusted-192-0-2-7-9000-[0-9a-f]{8}$/),
    addresses: ['192.0.2.7'],
    port: 9000,
    sni: 'echo.bigip.example.com',
    certificateUri: 'spiffe://corp.example/ns/edge/sa/bigip',
    trustBundle: expect.stringContaining('ConfigMap istio-ca-root-cert'),
    allowedFrom: ['spiffe://corp.example/ns/trusted/sa/sleep', 'spiffe://corp.example/ns/web/sa/*'],
  });
  expect(proxy.describe()).toContain('whose only URI is spiffe://corp.example/ns/edge/sa/bigip');
  expect(EgressWays.of(proxy)).toMatchObject([{ host: 'echo.bigip.example.com', externalProxy: ['192.0.2.7:9000'], port: 9000 }]);
  expect(EgressWays.describe(proxy)).toContain('TCP echo.bigip.example.com:9000 (192.0.2.7)\n  sidecar ──mutual-tls──► 192.0.2.7:9000 as echo.bigip.example.com\n');
});

test('limits the sidecar\'s connections', () => {
  const chart = chartOf('trusted');
  new ExternalProxy(chart, 'bigip', { ...PROPS, maxConnections: 10 });
  expect(theDocument(chart, 'DestinationRule').spec.trafficPolicy.connectionPool).toEqual({ tcp: { maxConnections: 10 } });
});

describe('BIG-IP', () => {
  const hasTcl = spawnSync('tclsh', [], { input: 'exit 0' }).status === 0;
  if (!hasTcl) {
    // eslint-disable-next-line no-console
    console.warn('tclsh is not installed: the logic of the iRule is NOT tested here (apt-get install tcl)');
  }

  test('where it counts, tclsh is there to run the iRule', () => {
    expect(hasTcl || process.env.CI !== 'true').toBe(true);
  });

  /** What the iRule does to a client, run by tclsh with F5's commands stood in for. */
  function verdict(proxy: ExternalProxy, extensions: string | undefined): string {
    // only in a file is the first error the end
    const script = join(mkdtempSync(join(tmpdir(), 'irule-')), 'test.tcl');
    writeFileSync(script, `
foreach name {SSL X509 IP} { namespace eval $name {} }
proc when {event body} { set ::events($event) $body }
proc SSL::cert {what} { return [expr {$what eq "count" ? ${extensions === undefined ? 0 : 1} : "the certificate"}] }
proc X509::extensions {certificate} { return {${extensions ?? ''}} }
proc IP::client_addr {} { return 10.0.0.1 }
proc log {facility message} { set ::logged $message }
proc reject {} { set ::rejected 1 }
proc fire {event} { eval $::events($event) }
${BigIp.iRule(proxy)}
fire CLIENTSSL_HANDSHAKE
puts [expr {[info exists ::rejected] ? "rejected" : "passed"}]
`);
    const { stdout, stderr } = spawnSync('tclsh', [script], { encoding: 'utf8' });
    rmSync(dirname(script), { recursive: true });
    return stdout.trim() || stderr;
  }

  const extensions = (names: string) => [
    'X509v3 Key Usage: critical', '    Digital Signature, Key Encipherment',
    'X509v3 Subject Alternative Name: critical', `    ${names}`,
    'X509v3 Authority Key Identifier:', '    URI:spiffe://cluster.local/ns/trusted/sa/sleep',
  ].join('\n');

  (hasTcl ? test : test.skip).each<[string, string | undefined, string]>([
    ['an allowed service account', extensions('URI:spiffe://cluster.local/ns/trusted/sa/sleep'), 'passed'],
    ['any service account of an allowed namespace', extensions('URI:spiffe://cluster.local/ns/web/sa/anything'), 'passed'],
    ['an allowed one beside a DNS name', extensions('DNS:sleep.example.com, URI:spiffe://cluster.local/ns/trusted/sa/sleep'), 'passed'],
    ['another service account', extensions('URI:spiffe://cluster.local/ns/trusted/sa/other'), 'rejected'],
    ['a longer name', extensions('URI:spiffe://cluster.local/ns/trusted/sa/sleeper'), 'rejected'],
    ['that name in another namespace', extensions('URI:spiffe://cluster.local/ns/other/sa/sleep'), 'rejected'],
    ['a namespace that begins as the allowed one', extensions('URI:spiffe://cluster.local/ns/web2/sa/anything'), 'rejected'],
    ['another trust domain', extensions('URI:spiffe://other.example/ns/trusted/sa/sleep'), 'rejected'],
    ['two URIs, one of them allowed', extensions('URI:spiffe://cluster.local/ns/trusted/sa/other, URI:spiffe://cluster.local/ns/trusted/sa/sleep'), 'rejected'],
    ['two URIs, the first one allowed', extensions('URI:spiffe://cluster.local/ns/trusted/sa/sleep, URI:spiffe://cluster.local/ns/trusted/sa/other'), 'rejected'],
    ['that name as another kind', extensions('DNS:spiffe://cluster.local/ns/trusted/sa/sleep'), 'rejected'],
    ['no names', 'X509v3 Key Usage: critical\n    Digital Signature', 'rejected'],
    ['no certificate', undefined, 'rejected'],
  ])('the iRule meets %s', (_, given, expected) => {
    const proxy = proxyOf({ exportTo: ['.', 'web'], allowFrom: [serviceAccount('trusted', 'sleep'), namespace('web')] });
    expect(verdict(proxy, given)).toBe(expected);
  });

  (hasTcl ? test : test.skip)('the iRule of nobody refuses everybody', () => {
    expect(verdict(proxyOf({ allowFrom: [nobody()] }), extensions('URI:spiffe://cluster.local/ns/trusted/sa/sleep'))).toBe('rejected');
  });

  test('the configuration demands a certificate on every connection, and binds the iRule to every address', () => {
    const proxy = proxyOf({ addresses: ['192.0.2.7', '2001:db8::7'] });
    const { name } = proxy.requirements;
    const text = BigIp.configuration(proxy, OPTIONS);
    expect(text).toContain(`ltm rule /Common/${name} {\nwhen CLIENTSSL_HANDSHAKE {`);
    for (const line of ['peer-cert-mode require', 'ca-file /Common/mesh.crt', 'authenticate always', 'cache-size 0', 'session-ticket disabled', 'cert /Common/bigip.crt', 'key /Common/bigip.key']) {
      expect(text).toContain(`    ${line}\n`);
    }
    expect([...text.matchAll(/destination (.*)\n/g)].map(([, destination]) => destination)).toEqual(['/Common/192.0.2.7:9000', '/Common/2001:db8::7.9000']);
    expect([...text.matchAll(/rules \{ (.*) \}/g)].map(([, rule]) => rule)).toEqual([`/Common/${name}`, `/Common/${name}`]);
    expect([...text].filter(c => c === '{')).toHaveLength([...text].filter(c => c === '}').length);
  });

  test('AS3 declares the same, in a tenant of its own', () => {
    const proxy = proxyOf({ addresses: ['192.0.2.7', '2001:db8::7'] });
    const { class: kind, schemaVersion, id, ...tenants } = JSON.parse(BigIp.as3(proxy, { ...OPTIONS, pool: 'echo' }));
    expect([kind, schemaVersion, id]).toEqual(['ADC', '3.25.0', proxy.requirements.name]);
    expect(Object.keys(tenants)).toEqual([proxy.requirements.name.replaceAll('-', '_')]);
    const [{ class: tenant, proxy: { class: application, ...objects } }] = Object.values<any>(tenants);
    expect([tenant, application]).toEqual(['Tenant', 'Application']);
    expect(objects).toEqual({
      service: {
        class: 'Service_TCP',
        virtualAddresses: ['192.0.2.7', '2001:db8::7'],
        virtualPort: 9000,
        snat: 'none',
        serverTLS: 'tls',
        iRules: ['clients'],
        pool: { bigip: '/Common/echo' },
      },
      tls: {
        class: 'TLS_Server',
        certificates: [{ certificate: 'certificate' }],
        authenticationMode: 'require',
        authenticationFrequency: 'every-time',
        authenticationTrustCA: { bigip: '/Common/mesh.crt' },
        renegotiationEnabled: false,
        retainCertificateEnabled: true,
      },
      certificate: { class: 'Certificate', certificate: { bigip: '/Common/bigip.crt' }, privateKey: { bigip: '/Common/bigip.key' } },
      clients: { class: 'iRule', iRule: BigIp.iRule(proxy) },
    });
    // AS3 would expand what stands between backquotes
    expect(BigIp.iRule(proxy)).not.toContain('`');
  });

  test('the tenant\'s name begins with a letter, and has at most 64 letters, digits and underscores', () => {
    const proxy = new ExternalProxy(chartOf('9-teams'), `a-${'long-'.repeat(20)}id`, PROPS);
    const [name] = Object.keys(JSON.parse(BigIp.as3(proxy, OPTIONS))).slice(3);
    expect(name).toMatch(/^[A-Za-z]\w{0,63}$/);
  });

  test.each([['pool', 'echo }'], ['key', '']])('refuses a %s named %p', (prop, value) => {
    expect(() => BigIp.as3(proxyOf(), { ...OPTIONS, [prop]: value })).toThrow(`[trusted/bigip] invalid-name: ${prop} is "${value}"`);
    expect(() => BigIp.configuration(proxyOf(), { ...OPTIONS, [prop]: value })).toThrow(`[trusted/bigip] invalid-name: ${prop} is "${value}"`);
  });
});

describe('refuses', () => {
  test.each<[string, Partial<ExternalProxyProps>]>([
    ['missing-value: identity is not given', { identity: undefined }],
    ['invalid-identity: identity names no service account', { identity: namespace('edge') }],
    ['invalid-identity: identity names no service account', { identity: nobody() }],
    ['invalid-identity: identity[0] is "bigip"', { identity: spiffe('bigip') }],
    ['empty-list: allowFrom names nobody', { allowFrom: [] }],
    ['missing-value: allowFrom is not given', { allowFrom: undefined }],
    ['invalid-address: addresses has the range "192.0.2.0/24", and a proxy listens on an address', { addresses: ['192.0.2.0/24'] }],
    ['invalid-port: port is 0', { port: 0 }],
  ])('%s', (message, props) => {
    expect(() => proxyOf(props)).toThrow(`[trusted/bigip] ${message}`);
  });

  test.each<[string, Partial<ExternalProxyProps>]>([
    ['identity-is-no-client: namespace "web" is no client of "trusted/bigip"; its clients are trusted', { allowFrom: [serviceAccount('web', 'sleep')] }],
    ['another-trust-domain: "other.example" is not the trust domain of the mesh, which is "cluster.local"', { allowFrom: [spiffe('spiffe://other.example/ns/trusted/sa/sleep')] }],
  ])('%s, at synth', (message, props) => {
    const { node } = proxyOf(props);
    expect(() => (node.root as any).synth()).toThrow(`[trusted/bigip] ${message}`);
  });

  test('an address that an egress takes too', () => {
    const chart = chartOf('trusted');
    new ExternalProxy(chart, 'bigip', PROPS);
    new TcpEgress(chart, 'echo', { host: 'echo.example.com', addresses: ['192.0.2.7'], port: 9000 });
    expect(() => (chart.node.root as any).synth()).toThrow('address-conflict: 192.0.2.7 on port 9000 overlaps with 192.0.2.7 of "trusted/bigip"');
  });
});
