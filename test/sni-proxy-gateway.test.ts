import { App, Chart, Duration, Testing } from 'cdk8s';
import { appOf, chartOf, documents, theDocument } from './support';
import {
  AddressFamily, EgressGatewayRoute, EgressWays, GatewayHop, Istiod, SniProxy, SniProxyGateway, SniProxyGatewayProps, TcpEgress, TlsEgress,
} from '../src';

function sni(props: SniProxyGatewayProps = {}, hop?: GatewayHop, hosts = ['*.wikipedia.org', 'wikipedia.org']) {
  const chart = chartOf('egress');
  const gateway = new SniProxyGateway(chart, 'gateway', { name: 'sni', ...props });
  const egress = new TlsEgress(chart, 'wikipedia', { hosts });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway, hop });
  return { chart, gateway, route };
}

const conf = (chart: Chart): string => theDocument(chart, 'ConfigMap').data['nginx.conf'];
const sockets = (chart: Chart): string[] => documents(chart, 'ServiceEntry').flatMap(({ spec }) => spec.endpoints ?? [])
  .map(({ address }) => address).filter(address => address.startsWith('unix:'));

describe.each([['mutual TLS', undefined], ['passthrough', GatewayHop.passthrough()]])('over %s', (_, hop) => {
  test('nginx listens on the socket that the door leads to, for the names of the wildcard', () => {
    const { chart, route } = sni({}, hop);
    const [socket, ...more] = sockets(chart);
    expect(more).toEqual([]);
    expect(conf(chart)).toContain(`listen ${socket.replace('unix://', 'unix:')} proxy_protocol;`);
    expect(conf(chart)).toMatch(/"~\*\^\[-_a-z0-9\.\]\*\[-_a-z0-9\]\\x2ewikipedia\\x2eorg\\z" \$ssl_preread_server_name:443;/);
    expect(() => route.envoyFilter()).toThrow('[egress/route] unknown-object: there is no EnvoyFilter; leave the patch out: nothing of the kind is written');
  });

  test('Envoy listens on the socket that the door leads to, for the names of the wildcard, at this gateway alone', () => {
    const { chart, gateway, route } = sni({ proxy: SniProxy.envoy() }, hop);
    const [socket, ...more] = sockets(chart);
    expect(more).toEqual([]);
    const { workloadSelector, configPatches } = theDocument(chart, 'EnvoyFilter').spec;
    expect(workloadSelector.labels).toEqual(gateway._intent.selector);
    const [cluster, listener] = configPatches.map(({ patch }: any) => patch.value);
    expect(`unix://${listener.address.pipe.path}`).toBe(socket);
    expect(listener.filter_chains[0].filter_chain_match).toEqual({ server_names: ['*.wikipedia.org'] });
    const [dynamic, , tcp] = listener.filter_chains[0].filters.map(({ typed_config }: any) => typed_config);
    expect(dynamic.dns_cache_config).toEqual(cluster.cluster_type.typed_config.dns_cache_config);
    expect(tcp.cluster).toBe(cluster.name);
    expect(route.envoyFilter().name).toBe(theDocument(chart, 'EnvoyFilter').metadata.name);
    expect(documents(chart, 'ConfigMap')).toEqual([]);
    expect(theDocument(chart, 'Deployment').spec.template.spec.containers).toHaveLength(1);
  });
});

test('an exact host leads to itself, and a hosting server takes the place of the proxy', () => {
  const { chart } = sni({}, undefined, ['wikipedia.org']);
  expect(sockets(chart)).toEqual([]);
  const other = chartOf('egress');
  const gateway = new SniProxyGateway(other, 'gateway', { name: 'sni' });
  new EgressGatewayRoute(other, 'route', { egress: new TlsEgress(other, 'w', { hosts: ['*.wikipedia.org'] }), gateway, hostingServer: 'www.wikipedia.org' });
  expect(sockets(other)).toEqual([]);
  expect(conf(other)).not.toContain('listen unix:');
});

test('the port outside is the egress\'s', () => {
  for (const proxy of [SniProxy.nginx(), SniProxy.envoy()]) {
    const chart = chartOf('egress');
    const egress = new TlsEgress(chart, 'atlas', { hosts: ['*.mongodb.net'], ports: [27017, 27018] });
    new EgressGatewayRoute(chart, 'route', { egress, gateway: new SniProxyGateway(chart, 'gateway', { name: 'sni', proxy }) });
    const text = JSON.stringify(Testing.synth(chart));
    expect(text.match(/(server_name:|"port_value":)2701[78]/g)!.map(found => found.slice(-5)).sort()).toEqual(['27017', '27018']);
    expect(new Set(sockets(chart)).size).toBe(2);
  }
});

test('a route changes the checksum, and nothing of another route', () => {
  const build = (ids: string[]) => {
    const chart = chartOf('egress');
    const gateway = new SniProxyGateway(chart, 'gateway', { name: 'sni' });
    ids.forEach(id => new EgressGatewayRoute(chart, `${id}-route`, { egress: new TlsEgress(chart, id, { hosts: [`*.${id}.org`] }), gateway }));
    return { text: conf(chart), checksum: theDocument(chart, 'Deployment').spec.template.metadata.annotations['checksum/nginx.conf'] };
  };
  const [one, two, reversed] = [build(['a']), build(['a', 'b']), build(['b', 'a'])];
  expect(two).toEqual(reversed);
  expect(two.checksum).not.toBe(one.checksum);
  const lines = two.text.split('\n');
  expect(one.text.split('\n').filter(line => !lines.includes(line))).toEqual([]);
});

test('nginx starts without the sockets of one that was killed, and with the resolvers of the pod', () => {
  const container = theDocument(sni().chart, 'Deployment').spec.template.spec.containers[1];
  expect(container.command.slice(0, 2)).toEqual(['sh', '-ec']);
  expect(container.command[2].split('\n')).toEqual([
    'rm -f /var/run/sni/*.sock', expect.stringContaining('/etc/resolv.conf > /var/run/sni/resolver.conf'), 'exec nginx -e stderr -c /etc/sni/nginx.conf',
  ]);
  expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
});

test.each<[string, SniProxy, string[]]>([
  ['a resolver', SniProxy.nginx({ resolver: '10.96.0.10' }), ['resolver 10.96.0.10 ipv6=off;']],
  ['a resolver of IPv6', SniProxy.nginx({ resolver: 'fd00::a', addressFamily: AddressFamily.IPV6 }), ['resolver [fd00::a] ipv4=off;']],
  ['both families', SniProxy.nginx({ resolver: '10.96.0.10', addressFamily: AddressFamily.ANY }), ['resolver 10.96.0.10;']],
  ['timeouts', SniProxy.nginx({ connectTimeout: Duration.seconds(7), idleTimeout: Duration.seconds(77) }), ['proxy_connect_timeout 7s;', 'proxy_timeout 77s;']],
  ['workers', SniProxy.nginx({ workers: 4 }), ['worker_processes 4;']],
])('nginx gets %s', (_, proxy, lines) => {
  const { chart } = sni({ proxy });
  lines.forEach(line => expect(conf(chart)).toContain(line));
});

test('Envoy gets a resolver, a family, timeouts and ranges', () => {
  const { chart } = sni({
    proxy: SniProxy.envoy({ resolver: '10.96.0.10', addressFamily: AddressFamily.ANY, connectTimeout: Duration.seconds(7), idleTimeout: Duration.seconds(77) }),
    deniedRanges: ['203.0.113.0/24'],
    allowedRanges: ['10.9.0.7'],
  });
  const [cluster, listener] = theDocument(chart, 'EnvoyFilter').spec.configPatches.map(({ patch }: any) => patch.value);
  const cache = cluster.cluster_type.typed_config.dns_cache_config;
  expect(cluster.connect_timeout).toBe('7s');
  expect(cache.dns_lookup_family).toBe('ALL');
  expect(cache.typed_dns_resolver_config.typed_config.resolvers).toEqual([{ socket_address: { address: '10.96.0.10', port_value: 53 } }]);
  expect(listener.filter_chains[0].filters[2].typed_config.idle_timeout).toBe('77s');
  const [denied, { not_rule: allowed }] = listener.filter_chains[0].filters[1].typed_config.rules.policies['denied-ranges'].permissions[0].and_rules.rules;
  const ranges = (rules: any) => rules.or_rules.rules.map(({ matcher }: any) => matcher.typed_config.upstream_ip);
  expect(ranges(denied)).toContainEqual({ address_prefix: '203.0.113.0', prefix_len: 24 });
  expect(ranges(denied)).toContainEqual({ address_prefix: '169.254.0.0', prefix_len: 16 });
  expect(ranges(allowed)).toEqual([{ address_prefix: '10.9.0.7', prefix_len: 32 }]);
});

test('the NetworkPolicy lets clients in by the ports of the pods, and out to DNS, istiod, addresses that are meant, and the world at the ports of names', () => {
  const { chart, gateway } = sni({ deniedRanges: ['203.0.113.0/24', '2001:db8::/32'], allowedRanges: ['10.9.0.7'], istiod: [Istiod.pods({ namespace: 'mesh' })], proxy: SniProxy.nginx({ resolver: '10.0.0.2' }) });
  const database = new TcpEgress(chart, 'db', { host: 'db.example.com', addresses: ['10.1.2.3', '198.51.100.9'], port: 5432 });
  new EgressGatewayRoute(chart, 'db-route', { egress: database, gateway, hop: GatewayHop.plaintext(7777) });
  const { podSelector, policyTypes, ingress: [clients, observers], egress: [resolver, dns, istiod, world, ...own] } = theDocument(chart, 'NetworkPolicy').spec;
  expect(podSelector.matchLabels).toEqual(gateway._intent.selector);
  expect(policyTypes).toEqual(['Egress', 'Ingress']);
  expect(clients).toEqual({
    from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'egress' } } }],
    ports: [443, 7777].map(port => ({ protocol: 'TCP', port: port + 16384 })),
  });
  expect(observers).toEqual({ from: [{ namespaceSelector: {} }], ports: [15020, 15021, 15090].map(port => ({ protocol: 'TCP', port })) });
  expect(resolver).toEqual({ to: [{ ipBlock: { cidr: '10.0.0.2/32' } }], ports: [{ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }] });
  expect(dns.to[0].podSelector).toEqual({ matchLabels: { 'k8s-app': 'kube-dns' } });
  expect(istiod.to[0].namespaceSelector.matchLabels).toEqual({ 'kubernetes.io/metadata.name': 'mesh' });
  expect(world.to.map(({ ipBlock }: any) => ipBlock.cidr)).toEqual(['0.0.0.0/0', '::/0', '10.9.0.7/32']);
  expect(world.to[0].ipBlock.except).toEqual(expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '203.0.113.0/24']));
  expect(world.to[1].ipBlock.except).toEqual(expect.arrayContaining(['fc00::/7', 'fe80::/10', '2001:db8::/32']));
  expect(world.ports).toEqual([{ protocol: 'TCP', port: 443 }]);
  expect(own).toEqual(['10.1.2.3/32', '198.51.100.9/32'].map(cidr => ({ to: [{ ipBlock: { cidr } }], ports: [{ protocol: 'TCP', port: 5432 }] })));
});

test('the way tells of the proxy, and no port is asked of a Service that the app writes', () => {
  const { chart } = sni({}, GatewayHop.passthrough(), ['*.wikipedia.org']);
  expect(EgressWays.describe(chart)).toBe([
    'egress: TLS *.wikipedia.org:443 (SNI *.wikipedia.org)',
    '  sidecar ──passthrough──► egress/sni:443 as *.wikipedia.org ──► nginx ──► *.wikipedia.org:443',
    '',
  ].join('\n'));
});

test('two tenants\' listeners share nothing', () => {
  const app = appOf('bookinfo', new App());
  const gateway = new SniProxyGateway(chartOf('egress', app), 'gateway', { name: 'sni', proxy: SniProxy.envoy() });
  const [one, two] = ['bookinfo', 'orders'].map(namespace => {
    const chart = chartOf(namespace, app);
    new EgressGatewayRoute(chart, 'route', { egress: new TlsEgress(chart, 'domain', { hosts: [`*.${namespace}.org`] }), gateway });
    return theDocument(chart, 'EnvoyFilter').spec.configPatches.map(({ patch }: any) => patch.value);
  });
  expect(one[0].name).not.toBe(two[0].name);
  expect(one[1].address).not.toEqual(two[1].address);
  expect(one[0].cluster_type.typed_config.dns_cache_config.name).not.toBe(two[0].cluster_type.typed_config.dns_cache_config.name);
});

test.each<[string, SniProxyGatewayProps]>([
  ['invalid-address: resolver[0] "kube-dns" is no IPv4 or IPv6 address', { proxy: SniProxy.nginx({ resolver: 'kube-dns' }) }],
  ['invalid-address: resolver[0] "10.0.0.0/8" is a range', { proxy: SniProxy.nginx({ resolver: '10.0.0.0/8' }) }],
  ['invalid-value: proxy is "nginx"; give an SniProxy', { proxy: 'nginx' as any }],
  ['invalid-value: addressFamily is "IPV5"', { proxy: SniProxy.envoy({ addressFamily: 'IPV5' as any }) }],
  ['invalid-number: connectTimeout is 0 ms', { proxy: SniProxy.envoy({ connectTimeout: Duration.millis(0) }) }],
  ['invalid-value: idleTimeout is "1s; }"; give a Duration of cdk8s', { proxy: SniProxy.nginx({ idleTimeout: '1s; }' as any }) }],
  ['invalid-number: the workers of SniProxy.nginx is "auto; }"', { proxy: SniProxy.nginx({ workers: 'auto; }' as any }) }],
  ['invalid-image: the image of SniProxy.nginx is "nginx; rm"', { proxy: SniProxy.nginx({ image: 'nginx; rm' }) }],
  ['invalid-quantity: cpuLimit is "x"', { proxy: SniProxy.nginx({ cpuLimit: 'x' }) }],
  ['invalid-address: deniedRanges[0] "10.1.2.3/8" has host bits set', { deniedRanges: ['10.1.2.3/8'] }],
  ['invalid-address: allowedRanges[0] "x" is no IPv4', { allowedRanges: ['x'] }],
  ['invalid-name: the namespace of istiod[0] is "Istio"', { istiod: [Istiod.pods({ namespace: 'Istio' })] }],
])('refuses %s', (message, props) => {
  expect(() => sni(props)).toThrow(`[egress/gateway] ${message}`);
});
