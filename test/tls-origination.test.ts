import { ApiObject, Chart, Duration, Testing } from 'cdk8s';
import { chartOf, documents, gatewayOf, theDocument } from './support';
import {
  CaCertificates, ClientCertificate, EgressGatewayRoute, EgressGatewayRouteProps, ForwardProxy, GatewayHop, HttpEgress, HttpEgressProps,
  MutualTlsOrigination, TcpEgress, TlsEgress, TlsOrigination,
} from '../src';

const FILES = { clientCertificate: '/certs/tls.crt', privateKey: '/certs/tls.key', caCertificates: '/certs/ca.crt' };
const secret = ClientCertificate.fromSecret('partner-client');
const WORKLOAD = { workloadSelector: { app: 'ratings' }, serviceAccount: 'ratings' };

/** The `tls` of the gateway's own leg. */
function atGateway(tlsOrigination: TlsOrigination, props: Partial<HttpEgressProps> = {}) {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], ...props });
  const route = new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), tlsOrigination });
  return { chart, tls: egress._intent.hosts.map(host => route.destinationRule(host).toJson().spec.trafficPolicy.tls) };
}

function atSidecar(tlsOrigination: TlsOrigination, props: Partial<HttpEgressProps> = {}) {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], tlsOrigination, ...props });
  return { chart, egress, tls: egress._intent.hosts.map(host => egress.destinationRule(host).toJson().spec.trafficPolicy.tls) };
}

describe('the certificates', () => {
  const NAMED = { sni: 'api.example.com', subjectAltNames: ['api.example.com'] };

  test.each<[string, TlsOrigination, object]>([
    ['the system\'s', TlsOrigination.simple(), { mode: 'SIMPLE', caCertificates: 'system', ...NAMED }],
    ['a CA in a Secret', TlsOrigination.simple({ caCertificates: CaCertificates.fromSecret('ca') }), { mode: 'SIMPLE', credentialName: 'ca', ...NAMED }],
    ['a CA in a ConfigMap', TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('ca') }),
      { mode: 'SIMPLE', credentialName: 'configmap://istio-system/ca', ...NAMED }],
    ['a CA in a file', TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/certs/ca.crt') }), { mode: 'SIMPLE', caCertificates: '/certs/ca.crt', ...NAMED }],
    ['a client certificate in a Secret', TlsOrigination.mutual({ clientCertificate: secret }), { mode: 'MUTUAL', credentialName: 'partner-client', ...NAMED }],
    ['a client certificate in files', TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromFiles(FILES) }), { mode: 'MUTUAL', ...FILES, ...NAMED }],
    ['nothing checked', TlsOrigination.simple({ insecureSkipVerify: true }), { mode: 'SIMPLE', sni: 'api.example.com', insecureSkipVerify: true }],
    ['nothing checked, files shown', TlsOrigination.mutual({ insecureSkipVerify: true, clientCertificate: ClientCertificate.fromFiles(FILES) }),
      { mode: 'MUTUAL', clientCertificate: '/certs/tls.crt', privateKey: '/certs/tls.key', sni: 'api.example.com', insecureSkipVerify: true }],
    ['other names', TlsOrigination.simple({ sni: 'x.example.com', subjectAltNames: ['y.example.com', 'spiffe://td/ns/a/sa/b', '203.0.113.1'] }),
      { mode: 'SIMPLE', caCertificates: 'system', sni: 'x.example.com', subjectAltNames: ['y.example.com', 'spiffe://td/ns/a/sa/b', '203.0.113.1'] }],
  ])('%s, at the gateway', (_, origination, tls) => {
    expect(atGateway(origination).tls).toEqual([tls]);
  });

  test('of a ConfigMap lie in the egress\'s namespace where the sidecar originates', () => {
    expect(atSidecar(TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('ca') })).tls[0].credentialName).toBe('configmap://bookinfo/ca');
  });

  test('are checked for each host by its own name', () => {
    const { tls } = atGateway(TlsOrigination.simple(), { hosts: ['a.example.com', 'b.example.com'] });
    expect(tls.map(({ sni, subjectAltNames }) => [sni, subjectAltNames])).toEqual([['a.example.com', ['a.example.com']], ['b.example.com', ['b.example.com']]]);
  });
});

describe('the port of TLS', () => {
  test.each<[string, number, number | undefined, number]>([
    ['443 for 80', 80, undefined, 443],
    ['the port itself for any other', 8080, undefined, 8080],
    ['the one given', 80, 8443, 8443],
  ])('is %s', (_, dialled, port, reached) => {
    const { chart } = atGateway(TlsOrigination.simple({ port }), { port: dialled });
    const { ports: [{ number }], endpoints: [{ ports }] } = documents(chart, 'ServiceEntry').find(({ metadata }) => metadata.namespace === 'istio-system').spec;
    expect(ports?.tls ?? number).toBe(reached);
    const [secured] = documents(atSidecar(TlsOrigination.simple({ port }), { port: dialled }).chart, 'ServiceEntry').map(({ spec }) => spec)
      .filter(spec => spec.endpoints);
    expect(secured.endpoints).toEqual([{ address: 'api.example.com', ports: { http: reached } }]);
  });

  test('moves a TCP connection away from where the application dialled', () => {
    const chart = chartOf();
    new TcpEgress(chart, 'broker', { host: 'broker.example.com', addresses: ['203.0.113.70'], port: 1883, tlsOrigination: TlsOrigination.simple({ port: 8883 }) });
    const [secured, dialled] = documents(chart, 'ServiceEntry').map(({ spec }) => spec);
    expect(secured).toMatchObject({ resolution: 'STATIC', endpoints: [{ address: '203.0.113.70', ports: { tls: 8883 } }] });
    expect(dialled).toMatchObject({ addresses: ['203.0.113.70'], ports: [{ number: 1883, protocol: 'TCP' }] });
  });
});

test.each<[string, (chart: Chart) => void, string]>([
  ['HTTP', chart => new HttpEgress(chart, 'api', { hosts: ['api.example.com'], tlsOrigination: TlsOrigination.simple() }), 'api.example.com'],
  ['TCP', chart => new TcpEgress(chart, 'broker', {
    host: 'broker.example.com', addresses: ['203.0.113.70'], port: 1883, tlsOrigination: TlsOrigination.simple({ port: 8883 }),
  }), 'broker.example.com'],
])('of the sidecar, of %s, leads nowhere without the rule that originates it', (_, declare, host) => {
  const chart = chartOf();
  declare(chart);
  const [rule] = documents(chart, 'DestinationRule').map(({ spec }) => spec);
  expect(rule).toMatchObject({ trafficPolicy: { tls: { mode: 'SIMPLE', sni: host } }, subsets: [{ name: 'secured' }] });
  expect(rule.host).not.toBe(host);
  const own = documents(chart, 'ServiceEntry').map(({ spec }) => spec).find(({ hosts }) => hosts.includes(host));
  expect(own).toMatchObject({ resolution: 'STATIC' });
  expect(own.endpoints).toBeUndefined();
  const { http, tcp } = theDocument(chart, 'VirtualService').spec;
  expect((http ?? tcp).flatMap(({ route }: any) => route.map(({ destination }: any) => [destination.host, destination.subset]))).toEqual([[rule.host, 'secured']]);
});

describe('at the sidecar, with a Secret', () => {
  const { chart, egress } = atSidecar(TlsOrigination.mutual({ clientCertificate: secret, ...WORKLOAD }));

  test('is for the workload alone, and the others never speak in clear', () => {
    expect(egress.destinationRule().toJson().spec.workloadSelector).toEqual({ matchLabels: { app: 'ratings' } });
    const { workloadSelector, trafficPolicy, exportTo } = egress.otherDestinationRule().toJson().spec;
    expect(exportTo).not.toEqual(egress.destinationRule().toJson().spec.exportTo);
    expect(workloadSelector).toBeUndefined();
    expect(trafficPolicy.tls).toEqual({ mode: 'SIMPLE', caCertificates: 'system', sni: 'api.example.com', subjectAltNames: ['api.example.com'] });
  });

  test('lets its service account read Secrets', () => {
    const [role, binding] = [theDocument(chart, 'Role'), theDocument(chart, 'RoleBinding')];
    expect(role.rules).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }]);
    expect(binding.roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name });
    expect(binding.subjects).toEqual([{ kind: 'ServiceAccount', name: 'ratings', namespace: 'bookinfo' }]);
    expect(egress.objects.map(({ kind }) => kind).filter(kind => kind.startsWith('Role'))).toEqual(['Role', 'RoleBinding']);
  });
});

test('of the sidecar goes through a passthrough door to the host', () => {
  const chart = chartOf();
  const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com'], tlsOrigination: TlsOrigination.simple({ sni: 'edge.example.com' }) });
  new EgressGatewayRoute(chart, 'route', { egress, gateway: gatewayOf(chart), hop: GatewayHop.passthrough() });
  expect(documents(chart, 'DestinationRule').map(({ spec }) => spec.trafficPolicy.tls.mode).sort()).toEqual(['DISABLE', 'ISTIO_MUTUAL', 'SIMPLE']);
  expect(documents(chart, 'VirtualService')[0].spec.tls[0].match[0].sniHosts).toEqual(['edge.example.com']);
  const entries = documents(chart, 'ServiceEntry').map(({ spec }) => [spec.ports[0].number, spec.endpoints]);
  expect(entries).toEqual(expect.arrayContaining([
    [80, [{ address: 'istio-egressgateway.istio-system.svc.cluster.local', ports: { http: 443 } }]],
    [80, undefined],
    [443, [{ address: 'api.example.com' }]],
  ]));
});

describe('MutualTlsOrigination', () => {
  test('of a host is an HttpEgress and a route that originates', () => {
    const chart = chartOf();
    const partner = new MutualTlsOrigination(chart, 'partner', { host: 'partner.example.com', gateway: gatewayOf(chart), clientCertificate: secret });
    expect(partner.egress.egress._intent).toMatchObject({ protocol: 'HTTP', hosts: ['partner.example.com'], ports: [80], path: 'bookinfo/partner/Egress' });
    expect(partner.route!.destinationRule().toJson().spec.trafficPolicy.tls).toMatchObject({ mode: 'MUTUAL', credentialName: 'partner-client' });
  });

  test('without a gateway is the sidecar\'s', () => {
    const chart = chartOf();
    const partner = new MutualTlsOrigination(chart, 'partner', { host: 'partner.example.com', clientCertificate: secret, ...WORKLOAD, egressOptions: { labels: { a: 'b' } } });
    expect(partner.route).toBeUndefined();
    expect(documents(chart, 'DestinationRule').map(({ spec }) => spec.trafficPolicy.tls.mode).sort()).toEqual(['ISTIO_MUTUAL', 'MUTUAL', 'SIMPLE']);
    expect(theDocument(chart, 'Role').metadata.labels).toMatchObject({ a: 'b' });
  });

  const LIMITS = { timeout: Duration.seconds(9), retries: 1, maxConnections: 50, connectTimeout: Duration.seconds(2) };

  test('limits requests at the sidecar, and connections where the certificate is shown', () => {
    const chart = chartOf();
    const partner = new MutualTlsOrigination(chart, 'partner', {
      host: 'partner.example.com', gateway: gatewayOf(chart), clientCertificate: secret, ...LIMITS, egressOptions: { maxConnections: 7 },
    });
    const byHost = (host: string) => documents(chart, 'DestinationRule').find(({ spec }) => spec.host.includes(host)).spec.trafficPolicy;
    expect(byHost('.bookinfo-partner-example-com-80-').connectionPool).toEqual({ tcp: { maxConnections: 50, connectTimeout: '2s' } });
    expect(byHost('partner.example.com').portLevelSettings[0].connectionPool).toEqual({ tcp: { maxConnections: 7 } });
    expect(documents(chart, 'VirtualService').find(({ spec }) => spec.hosts[0] === 'partner.example.com').spec.http[0]).toMatchObject({ timeout: '9s', retries: { attempts: 1 } });
    expect(partner.route).toBeDefined();

    const other = chartOf();
    new MutualTlsOrigination(other, 'partner', { host: 'partner.example.com', clientCertificate: secret, ...WORKLOAD, ...LIMITS, egressOptions: { maxConnections: 7 } });
    expect(documents(other, 'DestinationRule').flatMap(({ spec }) => spec.trafficPolicy.connectionPool?.tcp.maxConnections ?? [])).toEqual([50, 50]);
  });

  test('routes an egress that is given', () => {
    const chart = chartOf();
    const egress = new TcpEgress(chart, 'broker', { host: 'broker.example.com', addresses: ['203.0.113.70'], port: 8883 });
    const partner = new MutualTlsOrigination(chart, 'partner', { egress, gateway: gatewayOf(chart), clientCertificate: secret });
    expect(partner.egress).toBe(egress);
    expect(partner.route!.destinationRule().toJson().spec.trafficPolicy.tls).toMatchObject({ mode: 'MUTUAL', credentialName: 'partner-client' });
  });

  test.each<[string, any]>([
    ['missing-value: clientCertificate is not given', { host: 'p.example.com', clientCertificate: undefined }],
    ['contradicting-props: neither host nor egress is given', {}],
    ['contradicting-props: hop is given without a gateway', { host: 'p.example.com', hop: GatewayHop.mutualTls() }],
  ])('refuses %s', (message, props) => {
    expect(() => new MutualTlsOrigination(chartOf(), 'partner', { clientCertificate: secret, ...props })).toThrow(`[bookinfo/partner] ${message}`);
  });

  test('refuses a host beside an egress, and an egress without a gateway', () => {
    const chart = chartOf();
    const egress = new HttpEgress(chart, 'api', { hosts: ['api.example.com'] });
    const build = (id: string, props: any) => () => new MutualTlsOrigination(chart, id, { egress, clientCertificate: secret, ...props });
    expect(build('a', { host: 'p.example.com' })).toThrow('contradicting-props: both host and egress are given');
    expect(build('b', {})).toThrow('contradicting-props: egress is given without a gateway');
    expect(build('c', { gateway: gatewayOf(chart), egressOptions: {} })).toThrow('contradicting-props: egress is given with egressOptions');
    expect(build('d', { gateway: gatewayOf(chart, 'gateway-d'), timeout: Duration.seconds(1) })).toThrow('contradicting-props: egress is given with timeout; give it to the egress');
  });
});

describe('refuses, of the sidecar', () => {
  test.each<[string, () => TlsOrigination, Partial<HttpEgressProps>?]>([
    ['workload-not-given: the sidecar is to take the Secret "partner-client", and workloadSelector is not given', () => TlsOrigination.mutual({ clientCertificate: secret })],
    ['workload-not-given: the sidecar is to take the Secret "ca", and serviceAccount is not given',
      () => TlsOrigination.simple({ caCertificates: CaCertificates.fromSecret('ca'), workloadSelector: { a: 'b' } })],
    ['workload-not-given: workloadSelector is given, and exportTo names other namespaces than "bookinfo"',
      () => TlsOrigination.mutual({ clientCertificate: secret, ...WORKLOAD }), { exportTo: ['.', 'orders'] }],
    ['empty-list: workloadSelector is {}', () => TlsOrigination.simple({ workloadSelector: {} })],
    ['invalid-name: serviceAccount is "A"', () => TlsOrigination.simple({ serviceAccount: 'A' })],
    ['missing-value: clientCertificate is not given', () => TlsOrigination.mutual({} as any)],
    ['invalid-value: clientCertificate is another object', () => TlsOrigination.mutual({ clientCertificate: CaCertificates.system() as any })],
    ['invalid-value: caCertificates is "system"', () => TlsOrigination.simple({ caCertificates: 'system' as any })],
    ['invalid-value: tlsOrigination is another object', () => ({ mode: 'SIMPLE' }) as any],
    ['missing-value: privateKey is not given', () => TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromFiles({ ...FILES, privateKey: undefined as any }) })],
    ['missing-value: caCertificates is not given', () => TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromFiles({ ...FILES, caCertificates: undefined as any }) })],
    ['invalid-path: clientCertificate is "tls.crt"', () => TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromFiles({ ...FILES, clientCertificate: 'tls.crt' }) })],
    ['invalid-path: privateKey is "system"', () => TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromFiles({ ...FILES, privateKey: 'system' }) })],
    ['invalid-path: caCertificates is "/a~b"', () => TlsOrigination.simple({ caCertificates: CaCertificates.fromFile('/a~b') })],
    ['invalid-name: the Secret is called "Client"', () => TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromSecret('Client') })],
    ['invalid-name: the Secret is called "client-cacert"; Istio adds "-cacert" by itself: give "client"',
      () => TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromSecret('client-cacert') })],
    ['invalid-name: the ConfigMap is called "a/b"', () => TlsOrigination.simple({ caCertificates: CaCertificates.fromConfigMap('a/b') })],
    ['empty-list: subjectAltNames is []', () => TlsOrigination.simple({ subjectAltNames: [] })],
    ['invalid-subject-alt-name: subjectAltNames[0] is "*.example.com"', () => TlsOrigination.simple({ subjectAltNames: ['*.example.com'] })],
    ['invalid-subject-alt-name: subjectAltNames[0] is "a b"', () => TlsOrigination.simple({ subjectAltNames: ['a b'] })],
    ['invalid-subject-alt-name: subjectAltNames[0] is "300.0.0.1"', () => TlsOrigination.simple({ subjectAltNames: ['300.0.0.1'] })],
    ['wildcard-host: sni "*.example.com"', () => TlsOrigination.simple({ sni: '*.example.com' })],
    ['invalid-port: port of the TLS origination is 0', () => TlsOrigination.simple({ port: 0 })],
    ['contradicting-props: sni is given for 2 hosts', () => TlsOrigination.simple({ sni: 'x.example.com' }), { hosts: ['a.example.com', 'b.example.com'] }],
    ['contradicting-props: port of the TLS origination is given for 2 ports', () => TlsOrigination.simple({ port: 443 }), { ports: [80, 81] }],
    ['contradicting-props: insecureSkipVerify is true, and subjectAltNames is given', () => TlsOrigination.simple({ insecureSkipVerify: true, subjectAltNames: ['a.example.com'] })],
    ['contradicting-props: insecureSkipVerify is true, and caCertificates is given',
      () => TlsOrigination.simple({ insecureSkipVerify: true, caCertificates: CaCertificates.fromConfigMap('ca') })],
  ])('%s', (message, origination, props = {}) => {
    expect(() => atSidecar(origination(), props)).toThrow(`[bookinfo/api] ${message}`);
  });
});

test('refuses a workload where the gateway originates', () => {
  expect(() => atGateway(TlsOrigination.mutual({ clientCertificate: secret, ...WORKLOAD })))
    .toThrow('[bookinfo/route] contradicting-props: workloadSelector or serviceAccount is given, and the gateway originates');
});

describe('refuses at synth', () => {
  const tlsOrigination = TlsOrigination.simple();
  const forwardProxy = ForwardProxy.connect({ host: 'proxy.corp.example', port: 3128 });
  const http = (chart: ReturnType<typeof chartOf>, props: Partial<HttpEgressProps> = {}) => new HttpEgress(chart, 'e', { hosts: ['e.example.com'], ...props });

  test.each<[string, (chart: ReturnType<typeof chartOf>) => Partial<EgressGatewayRouteProps>]>([
    ['origination-of-tls: "bookinfo/e" is TLS, which the application speaks itself',
      chart => ({ egress: new TlsEgress(chart, 'e', { hosts: ['e.example.com'] }), tlsOrigination })],
    ['second-origination: "bookinfo/e" originates TLS at the sidecar, and the route at the gateway', chart => ({ egress: http(chart, { tlsOrigination }), tlsOrigination })],
    ['origination-before-gateway: "bookinfo/e" originates TLS at the sidecar, and the hop to the gateway is mutual-tls', chart => ({ egress: http(chart, { tlsOrigination }) })],
    ['tunnel-of-http: "bookinfo/e" is HTTP', chart => ({ egress: http(chart), forwardProxy })],
    ['contradicting-props: both forwardProxy and tlsOrigination are given', chart => ({
      egress: new TcpEgress(chart, 'e', { host: 'e.example.com', addresses: ['203.0.113.1'], port: 1 }), forwardProxy, tlsOrigination,
    })],
    ['tunnel-before-gateway: the sidecars of "bookinfo/e" go by the forward proxy proxy.corp.example',
      chart => ({ egress: new TlsEgress(chart, 'e', { hosts: ['e.example.com'], forwardProxy }) })],
    ['tunnel-to-gateway: the forward proxy e.example.com is the host itself',
      chart => ({ egress: new TlsEgress(chart, 'e', { hosts: ['e.example.com'] }), forwardProxy: ForwardProxy.connect({ host: 'e.example.com', port: 443 }) })],
  ])('%s', (message, props) => {
    const chart = chartOf();
    new EgressGatewayRoute(chart, 'route', { gateway: gatewayOf(chart), ...props(chart) } as EgressGatewayRouteProps);
    expect(() => Testing.synth(chart)).toThrow(`[bookinfo/route] ${message}`);
  });

  test('a Secret that the app writes elsewhere, and takes it where it is read', () => {
    const build = (namespace: string) => {
      const { chart } = atGateway(TlsOrigination.mutual({ clientCertificate: secret }));
      new ApiObject(chart, 'Secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'partner-client', namespace } });
      return () => Testing.synth(chart);
    };
    expect(build('bookinfo')).toThrow('[bookinfo/route] secret-elsewhere: the Secret "partner-client" is written into namespace "bookinfo", and is read from "istio-system"');
    expect(build('istio-system')).not.toThrow();
  });
});
