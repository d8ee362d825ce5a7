import { ApiObject, Testing } from 'cdk8s';
import { istio } from '../../src/emit/istio/backend';
import { matchesOf } from '../../src/emit/istio/request-rules';
import { securedName } from '../../src/plan/names';
import { Door, Fence, GatewayPlan, Leg, Plan, RequestRule, Security, Way } from '../../src/plan/plan';
import { SILENT } from '../support';

const META = { namespace: 'bookinfo', labels: {}, annotations: {} };
const OWN = 's-1.x.bookinfo.ns-egress.internal';
const TLS: Security = { by: 'tls', sni: 'sni.example.com', names: ['api.example.com'], mutual: false, certificates: { from: 'files', caCertificates: 'system' } };
const STRAIGHT: Leg = { from: 'sidecar', name: 'api.example.com', reach: { to: 'name', name: 'api.example.com', port: 443 }, security: { by: 'nothing' } };
const WAY: Way = {
  egress: 'e', namespace: 'bookinfo', clients: ['bookinfo'], host: 'api.example.com', port: 443, spoken: 'tls', taken: { by: 'name' }, legs: [STRAIGHT],
};
const DOOR: Door = { gateway: 'out/gw', name: 'x', port: 8443, opensTo: { by: 'own-name', name: OWN }, reads: 'bytes', admits: { set: 's-1' } };
const TO_GATEWAY: Leg = {
  ...STRAIGHT, reach: { to: 'name', name: 'gw.out.svc.cluster.local', port: 8443 }, security: { by: 'mesh', sni: OWN, identity: 'spiffe://cluster.local/ns/out/sa/gw' }, door: DOOR,
};
const ON: Leg = { from: 'gateway', name: OWN, reach: { to: 'name', name: 'api.example.com', port: 443 }, security: { by: 'nothing' } };
const GATEWAY: GatewayPlan = {
  name: 'out/gw', namespace: 'out', service: 'gw', selector: { app: 'gw' }, doors: [DOOR], clients: ['bookinfo'], ports: [8443], callers: [], sniListeners: [],
};

const direct = (leg: Partial<Leg> = {}, way: Partial<Way> = {}): Way => ({ ...WAY, ...way, legs: [{ ...STRAIGHT, ...leg }] });
const routed = (on: Partial<Leg> = {}, door: Partial<Door> = {}, to: Partial<Leg> = {}): Way =>
  ({ ...WAY, route: 'r', legs: [{ ...TO_GATEWAY, ...to, door: { ...DOOR, ...door } }, { ...ON, ...on }] });

const specs = (objects: readonly ApiObject[]): Record<string, any> => Object.fromEntries(objects.map(object => [object.node.id.split('-')[0], object.toJson().spec]));
const client = (ways: readonly Way[], shape = {}) =>
  specs(istio.client(Testing.chart(), META, { host: ways[0].host, addressed: false, led: true, others: false, ...shape }, () => ways));
const steering = (...ways: Way[]) => [client(ways).VirtualService];
const origination = (way: Way, others = false) =>
  specs(istio.origination(Testing.chart(), META, { host: way.host, port: way.port, others }, () => way));
function crossing(way: Way, shape = {}) {
  const { host, port } = way;
  return specs(istio.crossing(Testing.chart(), META, { host, port, secured: false, sniProxy: false, ...shape }, () => way, () => GATEWAY));
}

const rule = (leg: Partial<Leg>) => client([direct(leg)]).DestinationRule;

describe('a client leg is a ServiceEntry', () => {
  const COMMON = { hosts: ['api.example.com'], location: 'MESH_EXTERNAL', exportTo: ['.'] };
  const PORTS = [{ number: 443, name: 'tls-443', protocol: 'TLS' }];

  test.each<[string, Way[], object]>([
    ['of the host by DNS', [direct()], { ports: PORTS, resolution: 'DNS' }],
    ['of another name', [direct({ reach: { to: 'name', name: 'proxy.corp.example', port: 443 } })], { ports: PORTS, resolution: 'DNS', endpoints: [{ address: 'proxy.corp.example' }] }],
    ['of another name and port', [direct({ reach: { to: 'name', name: 'proxy.corp.example', port: 3128 } })],
      { ports: PORTS, resolution: 'DNS', endpoints: [{ address: 'proxy.corp.example', ports: { 'tls-443': 3128 } }] }],
    ['of the host at another port', [direct({ reach: { to: 'name', name: 'api.example.com', port: 8443 } })], { ports: [{ ...PORTS[0], targetPort: 8443 }], resolution: 'DNS' }],
    ['of addresses', [direct({ reach: { to: 'addresses', addresses: ['203.0.113.1', '2001:db8::1'], port: 443 } })],
      { ports: PORTS, resolution: 'STATIC', endpoints: [{ address: '203.0.113.1' }, { address: '2001:db8::1' }] }],
    ['of addresses and another port', [direct({ reach: { to: 'addresses', addresses: ['203.0.113.1'], port: 8443 } })],
      { ports: PORTS, resolution: 'STATIC', endpoints: [{ address: '203.0.113.1', ports: { 'tls-443': 8443 } }] }],
    ['where the application dialled', [direct({ reach: { to: 'dialled', port: 5432 } }, { port: 5432, spoken: 'tcp', taken: { by: 'addresses', addresses: ['203.0.113.0/24'] } })],
      { addresses: ['203.0.113.0/24'], ports: [{ number: 5432, name: 'tcp-5432', protocol: 'TCP' }], resolution: 'NONE' }],
    ['wherever a name leads', [direct({ reach: { to: 'sent-name', port: 443 } })], { ports: PORTS, resolution: 'DYNAMIC_DNS' }],
    ['of several ports, one of which moves', [direct({ reach: { to: 'name', name: 'gw', port: 443 } }), direct({ reach: { to: 'name', name: 'gw', port: 443 } }, { port: 8443 })],
      { ports: [...PORTS, { number: 8443, name: 'tls-8443', protocol: 'TLS' }], resolution: 'DNS', endpoints: [{ address: 'gw', ports: { 'tls-443': 443, 'tls-8443': 443 } }] }],
  ])('%s', (_, ways, wanted) => {
    expect(client(ways).ServiceEntry).toEqual({ ...COMMON, ...wanted });
  });

  test.each<[string, Way['clients'], string[]]>([
    ['its own namespace', ['bookinfo'], ['.']], ['others too', ['bookinfo', 'orders'], ['.', 'orders']], ['others alone', ['orders'], ['orders']], ['all', 'all', ['*']],
  ])('for %s', (_, clients, exportTo) => {
    const { ServiceEntry, DestinationRule } = client([direct({}, { clients })]);
    expect([ServiceEntry.exportTo, DestinationRule.exportTo]).toEqual([exportTo, exportTo]);
  });

  test('that the mesh gives no address, unless only an address tells the host apart', () => {
    const labelsOf = (addressed: boolean) => istio.client(Testing.chart(), META, { host: 'api.example.com', addressed, led: true, others: false }, () => [direct()])
      .map(object => object.toJson().metadata.labels['networking.istio.io/enable-autoallocate-ip']);
    expect(labelsOf(false)).toEqual(['false', undefined, undefined]);
    expect(labelsOf(true)).toEqual([undefined, undefined, undefined]);
  });
});

describe('how a leg is secured is a DestinationRule', () => {
  test.each<[string, Partial<Leg>, object]>([
    ['nothing', {}, { tls: { mode: 'DISABLE' } }],
    ['mutual TLS of the mesh', { security: { by: 'mesh', sni: OWN, identity: 'spiffe://a' } }, { tls: { mode: 'ISTIO_MUTUAL', sni: OWN, subjectAltNames: ['spiffe://a'] } }],
    ['the mesh, to no door, where sidecars originate TLS under another name', { security: TLS }, {
      tls: { mode: 'ISTIO_MUTUAL', sni: 'egress.internal', subjectAltNames: ['spiffe://nobody.invalid/'] },
    }],
  ])('%s', (_, leg, trafficPolicy) => {
    expect(rule(leg)).toEqual({ host: 'api.example.com', exportTo: ['.'], trafficPolicy });
  });

  test.each<[string, Partial<Leg>, object]>([
    ['TLS', { security: TLS }, { tls: { mode: 'SIMPLE', caCertificates: 'system', sni: 'sni.example.com', subjectAltNames: ['api.example.com'] } }],
    ['TLS that is not checked', { security: { ...TLS, names: undefined, certificates: { from: 'files' } } }, { tls: { mode: 'SIMPLE', sni: 'sni.example.com', insecureSkipVerify: true } }],
    ['TLS with a certificate in a Secret', { security: { ...TLS, mutual: true, certificates: { from: 'secret', name: 'client' } } },
      { tls: { mode: 'MUTUAL', credentialName: 'client', sni: 'sni.example.com', subjectAltNames: ['api.example.com'] } }],
    ['TLS with authorities in a ConfigMap', { security: { ...TLS, certificates: { from: 'config-map', namespace: 'ns', name: 'ca' } } },
      { tls: { mode: 'SIMPLE', credentialName: 'configmap://ns/ca', sni: 'sni.example.com', subjectAltNames: ['api.example.com'] } }],
    ['TLS with files', { security: { ...TLS, mutual: true, certificates: { from: 'files', clientCertificate: '/c', privateKey: '/k', caCertificates: '/a' } } },
      { tls: { mode: 'MUTUAL', clientCertificate: '/c', privateKey: '/k', caCertificates: '/a', sni: 'sni.example.com', subjectAltNames: ['api.example.com'] } }],
  ])('%s', (_, leg, trafficPolicy) => {
    expect(origination(direct(leg)).SecuredDestinationRule).toMatchObject({ subsets: [{ name: 'secured' }], trafficPolicy });
  });

  test.each<[string, Partial<Leg>, object]>([
    ['a forward proxy', { tunnel: { proxy: 'p', host: 'api.example.com', port: 443 } }, { tls: { mode: 'DISABLE' }, tunnel: { protocol: 'CONNECT', targetHost: 'api.example.com', targetPort: 443 } }],
    ['limits', { connections: { maxConnections: 1, connectTimeout: 1500, maxRequests: 3 } },
      { tls: { mode: 'DISABLE' }, connectionPool: { tcp: { maxConnections: 1, connectTimeout: '1500ms' }, http: { http2MaxRequests: 3 } } }],
    ['addresses that are left out', { connections: { ejection: { errors: 2, interval: 1000, time: 60_000, maxPercent: 50 } } },
      { tls: { mode: 'DISABLE' }, outlierDetection: { consecutive5xxErrors: 2, interval: '1s', baseEjectionTime: '60s', maxEjectionPercent: 50 } }],
  ])('%s', (_, leg, trafficPolicy) => {
    expect(rule(leg)).toEqual({ host: 'api.example.com', exportTo: ['.'], trafficPolicy });
  });

  test.each([[['one']], [['one', 'two']]])('to the doors %j port by port, with the limits at each, and of any other port to none', snis => {
    const ways = snis.map((sni, i) => ({ ...routed({}, {}, { security: { by: 'mesh', sni, identity: 'spiffe://a' }, connections: { maxConnections: 5 } }), port: 443 + i }));
    const { DestinationRule } = client(ways);
    const tls = (sni: string) => ({ mode: 'ISTIO_MUTUAL', sni, subjectAltNames: ['spiffe://a'] });
    expect(DestinationRule.trafficPolicy).toEqual({
      tls: tls('egress.internal'),
      portLevelSettings: snis.map((sni, i) => ({ port: { number: 443 + i }, tls: tls(sni), connectionPool: { tcp: { maxConnections: 5 } } })),
    });
  });

  test('of some pods alone to a forward proxy, and of the others by another rule that every namespace could see', () => {
    const onlyPods = { labels: { app: 'a' }, others: { ...TLS, sni: 'others.example.com' } as Security };
    const tunnel = { proxy: 'p', host: 'api.example.com', port: 443 };
    const way = direct({ security: { ...TLS, mutual: true, certificates: { from: 'secret', name: 's' } }, tunnel, onlyPods });
    const { DestinationRule, OtherDestinationRule } = client([way], { others: true });
    expect([DestinationRule.workloadSelector, DestinationRule.trafficPolicy.tls.mode]).toEqual([{ matchLabels: { app: 'a' } }, 'MUTUAL']);
    expect(OtherDestinationRule).toEqual({
      host: 'api.example.com',
      exportTo: ['*'],
      trafficPolicy: {
        tls: { mode: 'SIMPLE', caCertificates: 'system', sni: 'others.example.com', subjectAltNames: ['api.example.com'] }, tunnel: DestinationRule.trafficPolicy.tunnel,
      },
    });
  });

  test('with what lets a service account read its Secret, where it takes one', () => {
    const kinds = istio.client(Testing.chart(), META, { host: 'api.example.com', addressed: false, led: true, others: false, secretReader: 'a' }, () => [direct()]).map(({ kind }) => kind);
    expect(kinds).toEqual(['ServiceEntry', 'DestinationRule', 'VirtualService', 'Role', 'RoleBinding']);
  });
});

describe('TLS that sidecars originate', () => {
  const ALIAS = `${securedName('api.example.com', 80)}.bookinfo.ns-egress.internal`;
  const leg: Partial<Leg> = { security: TLS, reach: { to: 'name', name: 'api.example.com', port: 443 } };
  const plain: Partial<Way> = { port: 80, spoken: 'http' };

  test('leaves the host\'s own entry nowhere to lead', () => {
    const { ServiceEntry } = client([direct(leg, plain)]);
    expect(ServiceEntry).toEqual({
      hosts: ['api.example.com'], ports: [{ number: 80, name: 'http-80', protocol: 'HTTP' }], location: 'MESH_EXTERNAL', exportTo: ['.'], resolution: 'STATIC',
    });
  });

  test('is of another name, by a subset that only the rule with the TLS declares', () => {
    const { SecuredDestinationRule, SecuredServiceEntry, ...more } = origination(direct(leg, plain));
    expect(more).toEqual({});
    expect(SecuredDestinationRule).toEqual({
      host: ALIAS,
      exportTo: ['.'],
      subsets: [{ name: 'secured' }],
      trafficPolicy: { tls: { mode: 'SIMPLE', caCertificates: 'system', sni: 'sni.example.com', subjectAltNames: ['api.example.com'] } },
    });
    expect(SecuredServiceEntry).toEqual({
      hosts: [ALIAS],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      location: 'MESH_EXTERNAL',
      exportTo: ['.'],
      resolution: 'DNS',
      endpoints: [{ address: 'api.example.com', ports: { http: 443 } }],
    });
    const [{ http }] = steering(direct(leg, plain));
    expect(http).toEqual([{ match: [{ port: 80 }], ...SILENT, route: [{ destination: { host: ALIAS, port: { number: 80 }, subset: 'secured' } }] }]);
  });

  test('of bytes is led there as bytes, from each port to a name of its own', () => {
    const tcp: Partial<Way> = { spoken: 'tcp', taken: { by: 'addresses', addresses: ['203.0.113.1'] } };
    const ways = [1883, 1884].map(port => direct({ ...leg, reach: { to: 'addresses', addresses: ['203.0.113.1'], port: 8883 } }, { ...tcp, port }));
    const aliases = ways.map(way => origination(way).SecuredServiceEntry.hosts[0]);
    expect(new Set(aliases).size).toBe(2);
    expect(steering(...ways)).toEqual([{
      hosts: ['api.example.com'],
      exportTo: ['.'],
      tcp: [1883, 1884].map((port, i) => ({ match: [{ port }], route: [{ destination: { host: aliases[i], port: { number: 443 }, subset: 'secured' } }] })),
    }]);
    expect(origination(ways[0]).SecuredServiceEntry).toMatchObject({
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }], resolution: 'STATIC', endpoints: [{ address: '203.0.113.1', ports: { tls: 8883 } }],
    });
    expect(client(ways).ServiceEntry).toMatchObject({ addresses: ['203.0.113.1'], resolution: 'STATIC' });
    expect(client(ways).ServiceEntry).not.toHaveProperty('endpoints');
  });

  test('of some pods alone is never left out by the others', () => {
    const onlyPods = { labels: { app: 'a' }, others: { ...TLS, sni: 'others.example.com' } as Security };
    const { SecuredDestinationRule, OtherDestinationRule } = origination(direct({ ...leg, onlyPods }, plain), true);
    expect(SecuredDestinationRule).toMatchObject({ host: ALIAS, workloadSelector: { matchLabels: { app: 'a' } }, subsets: [{ name: 'secured' }] });
    expect(OtherDestinationRule).toEqual({
      host: ALIAS,
      exportTo: ['*'],
      subsets: [{ name: 'secured' }],
      trafficPolicy: { tls: { mode: 'SIMPLE', caCertificates: 'system', sni: 'others.example.com', subjectAltNames: ['api.example.com'] } },
    });
  });
});

describe('a door is a Gateway and a VirtualService', () => {
  const ROUTE = [{ destination: { host: OWN, port: { number: 443 } } }];

  test.each<[string, Way, object, object]>([
    ['of an own name', routed(), { hosts: [`./${OWN}`], port: { number: 8443, name: 'x', protocol: 'TLS' }, tls: { mode: 'ISTIO_MUTUAL' } },
      { hosts: [OWN], tcp: [{ match: [{ port: 8443 }], route: ROUTE }] }],
    ['of an own name, for callers', routed({}, { admits: { handshake: ['spiffe://a', 'spiffe://b'] } }),
      { hosts: [`./${OWN}`], port: { number: 8443, name: 'x', protocol: 'TLS' }, tls: { mode: 'ISTIO_MUTUAL', subjectAltNames: ['spiffe://a', 'spiffe://b'] } },
      { hosts: [OWN], tcp: [{ match: [{ port: 8443 }], route: ROUTE }] }],
    ['of the application\'s TLS', routed({}, { opensTo: { by: 'sni', name: 'api.example.com' }, admits: {} }),
      { hosts: ['./api.example.com'], port: { number: 8443, name: 'x', protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' } },
      { hosts: ['api.example.com'], tls: [{ match: [{ port: 8443, sniHosts: ['api.example.com'] }], route: ROUTE }] }],
    ['of a port', routed({}, { opensTo: { by: 'port' }, admits: {} }), { hosts: [`./${OWN}`], port: { number: 8443, name: 'x', protocol: 'TCP' } },
      { hosts: [OWN], tcp: [{ match: [{ port: 8443 }], route: ROUTE }] }],
  ])('%s', (_, way, server, service) => {
    const { Gateway, VirtualService } = crossing(way);
    expect(Gateway).toEqual({ selector: { app: 'gw' }, servers: [server] });
    expect(VirtualService).toEqual({ exportTo: ['.'], gateways: ['x'], ...service });
  });

  test('called after the door, in the namespace that it is told', () => {
    const objects = istio.crossing(Testing.chart(), { ...META, namespace: 'out' }, { host: 'api.example.com', port: 443, secured: true, sniProxy: false }, () => routed(), () => GATEWAY);
    expect(objects.map(object => object.toJson()).map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`))
      .toEqual(['Gateway', 'VirtualService', 'ServiceEntry', 'DestinationRule'].map(kind => `${kind} out/x`));
  });

  describe('that reads HTTP', () => {
    const read = (requestRules?: RequestRule[], on: Partial<Leg> = {}) =>
      routed({ authority: 'api.example.com', ...on }, { reads: 'http', admits: { ...(requestRules ? { requests: requestRules } : {}) } }, { authority: OWN });
    const led = (match?: object[]) => ({
      ...(match ? { match } : {}),
      headers: { request: { remove: expect.arrayContaining(['x-forwarded-client-cert', 'x-forwarded-for', 'x-envoy-peer-metadata']) } },
      route: [50, 50].map(weight => ({ destination: { host: OWN, port: { number: 80 } }, weight, headers: { request: { set: { ':authority': 'api.example.com' } } } })),
    });
    const refusal = { directResponse: { status: 403, body: { string: 'egress: not allowed' } } };

    test.each<[string, Way, object[]]>([
      ['leads everything on', read(), [led()]],
      ['leads on what is allowed, and answers 403 to the rest', read([{ methods: ['GET'] }, { paths: ['/a', '/b/*'] }]),
        [led([{ method: { exact: 'GET' } }, { uri: { exact: '/a' } }, { uri: { prefix: '/b/' } }]), refusal]],
      ['answers 403 where nobody may do anything', read([{ callers: [], methods: ['GET'] }]), [refusal]],
      ['tries again as it is told', read(undefined, { requests: { retries: { attempts: 3, perTryTimeout: 1000, on: 'reset' } } }),
        [{ ...led(), retries: { attempts: 3, perTryTimeout: '1s', retryOn: 'reset' } }]],
    ])('%s', (_, way, http) => {
      const { Gateway, VirtualService } = crossing(way);
      expect(Gateway.servers[0].port).toEqual({ number: 8443, name: 'x', protocol: 'HTTPS' });
      expect(VirtualService).toEqual({ hosts: [OWN], exportTo: ['.'], gateways: ['x'], http });
    });
  });
});

describe('an outer leg is a ServiceEntry of the own name, for its namespace alone', () => {
  test.each<[string, Partial<Leg>, object]>([
    ['to a name', {}, { resolution: 'DNS', endpoints: [{ address: 'api.example.com' }] }],
    ['to a name at another port', { reach: { to: 'name', name: 'api.example.com', port: 5432 } }, { resolution: 'DNS', endpoints: [{ address: 'api.example.com', ports: { tls: 5432 } }] }],
    ['to addresses', { reach: { to: 'addresses', addresses: ['203.0.113.1'], port: 443 } }, { resolution: 'STATIC', endpoints: [{ address: '203.0.113.1' }] }],
    ['to an SNI proxy in the pod', { reach: { to: 'sni-proxy', socket: '/var/run/x.sock', port: 443 } }, { resolution: 'STATIC', endpoints: [{ address: 'unix:///var/run/x.sock' }] }],
  ])('%s', (_, on, wanted) => {
    expect(crossing(routed(on)).ServiceEntry)
      .toEqual({ hosts: [OWN], ports: [{ number: 443, name: 'tls', protocol: 'TLS' }], location: 'MESH_EXTERNAL', exportTo: ['.'], ...wanted });
  });

  test('of HTTP that the gateway reads has a port of what is spoken', () => {
    const way = { ...routed({ reach: { to: 'name', name: 'api.example.com', port: 8080 }, authority: 'a' }, { reads: 'http' }), spoken: 'grpc' as const };
    expect(crossing(way).ServiceEntry).toMatchObject({ ports: [{ number: 80, name: 'http', protocol: 'GRPC' }], endpoints: [{ address: 'api.example.com', ports: { http: 8080 } }] });
  });

  test('has a DestinationRule only where something is to be said', () => {
    expect(crossing(routed()).DestinationRule).toBeUndefined();
    expect(crossing(routed({ connections: { maxConnections: 1 } }), { secured: true }).DestinationRule)
      .toEqual({ host: OWN, exportTo: ['.'], trafficPolicy: { tls: { mode: 'DISABLE' }, connectionPool: { tcp: { maxConnections: 1 } } } });
    expect(crossing(routed({ tellsCaller: true }), { secured: true }).DestinationRule.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' }, proxyProtocol: { version: 'V2' } });
  });

  test.each<[string, Partial<Leg>]>([['TLS', { security: TLS }], ['a tunnel', { tunnel: { proxy: 'p', host: 'api.example.com', port: 443 } }]])(
    'with %s is led to by a subset that only its rule declares, so that nothing leaves without the rule', (_, on) => {
      const { DestinationRule, VirtualService } = crossing(routed(on), { secured: true });
      expect(VirtualService.tcp[0].route).toEqual([{ destination: { host: OWN, port: { number: 443 }, subset: 'secured' } }]);
      expect(DestinationRule.subsets).toEqual([{ name: 'secured', ...(on.tunnel ? { trafficPolicy: { tunnel: DestinationRule.trafficPolicy.tunnel } } : {}) }]);
      expect(DestinationRule.trafficPolicy.tls.mode).toBe(on.tunnel ? 'DISABLE' : 'SIMPLE');
    });
});

describe('what steers clients is a VirtualService', () => {
  test('unless it is a wildcard, or the application itself speaks TLS on all ports', () => {
    expect(Object.keys(client([direct({}, { host: '*.example.com' })]))).toEqual(['ServiceEntry', 'DestinationRule']);
    expect(Object.keys(client([direct()], { led: false }))).toEqual(['ServiceEntry', 'DestinationRule']);
  });

  test('that says nothing of TLS beside HTTP, unless it is divided: a wildcard above it would lose its own', () => {
    const both = (share?: number) => steering(direct({}, { port: 80, spoken: 'http' }), direct({}, share === undefined ? {} : { share, rest: STRAIGHT }))[0];
    expect(Object.keys(both()).sort()).toEqual(['exportTo', 'hosts', 'http']);
    expect(Object.keys(both(0)).sort()).toEqual(['exportTo', 'hosts', 'http', 'tls']);
  });

  test.each<[string, Partial<Leg>, object]>([
    ['and nothing else', {}, {}],
    ['with limits', { requests: { timeout: 1500, retries: { attempts: 2, on: '5xx' } } }, { timeout: '1500ms', retries: { attempts: 2, retryOn: '5xx' } }],
    ['with no retries', { requests: { retries: { attempts: 0 } } }, { retries: { attempts: 0 } }],
    ['with a name for the gateway', { authority: OWN }, { rewrite: { authority: OWN } }],
  ])('%s', (_, leg, wanted) => {
    expect(steering(direct(leg, { port: 80, spoken: 'http' }))).toEqual([{
      hosts: ['api.example.com'],
      exportTo: ['.'],
      http: [{ match: [{ port: 80 }], ...SILENT, route: [{ destination: { host: 'api.example.com', port: { number: 80 } } }], ...wanted }],
    }]);
  });

  test('that takes off what tells of the caller, unless the gateway reads it, and takes it off', () => {
    const headers = (...ways: Way[]) => steering(...ways)[0].http.map((route: any) => route.headers);
    const http: Partial<Way> = { port: 80, spoken: 'http' };
    expect(headers({ ...routed(), ...http })).toEqual([SILENT.headers]);
    expect(headers({ ...routed({}, { reads: 'http' }), ...http })).toEqual([undefined]);
  });

  test('with a rule for each port', () => {
    const [{ http }] = steering(direct({ authority: 'one' }, { port: 80, spoken: 'http' }), direct({ authority: 'two' }, { port: 8080, spoken: 'http' }));
    expect(http.map(({ match, rewrite }: any) => [match[0].port, rewrite.authority])).toEqual([[80, 'one'], [8080, 'two']]);
  });
});

describe('a rule of requests is matches', () => {
  const CALLER = /^By=spiffe:\/\/\[\^;"\]\*;Hash=/;
  const expression = (rules: RequestRule) => matchesOf(rules).map(({ headers }: any) => headers['x-forwarded-client-cert'].regex.split(';URI=')[1]);

  test.each<[string, RequestRule, object[]]>([
    ['of one method', { methods: ['GET'] }, [{ method: { exact: 'GET' } }]],
    ['of methods', { methods: ['GET', 'PUT'] }, [{ method: { regex: 'GET|PUT' } }]],
    ['one a path', { methods: ['GET'], paths: ['/a.b', '/c*'] }, [{ method: { exact: 'GET' }, uri: { exact: '/a.b' } }, { method: { exact: 'GET' }, uri: { prefix: '/c' } }]],
    ['none for nobody', { callers: [], paths: ['/a'] }, []],
  ])('%s', (_, rules, matches) => {
    expect(matchesOf(rules)).toEqual(matches);
  });

  test.each<[string, string[], string[]]>([
    ['/v1/{*}/price', ['/v1/7/price', '/v1/a%2Fb/price'], ['/v1//price', '/v1/7/8/price', '/v1/7/price/', '/v1/7/pricey', '/x/v1/7/price']],
    ['/a.b/{**}', ['/a.b/', '/a.b/c', '/a.b/c/d'], ['/aXb/c', '/a.b', '/a.b/c d']],
    ['/{*}/{**}/end', ['/a/b/c/end', '/a//end'], ['/a/end', '//b/end', '/a/b/endless']],
  ])('of the template %s', (path, taken, left) => {
    const [{ uri }] = matchesOf({ paths: [path] }) as any[];
    const takes = (text: string) => new RegExp(`^(?:${uri.regex})$`).test(text);
    expect(taken.filter(text => !takes(text))).toEqual([]);
    expect(left.filter(takes)).toEqual([]);
  });

  test('of callers, by the URI of their certificate', () => {
    expect(expression({ callers: ['spiffe://td.example/ns/a/sa/b'] })).toEqual(['spiffe://td\\.example/ns/a/sa/b']);
    expect(expression({ callers: ['spiffe://td/ns/a/sa/*', 'spiffe://td/ns/a/sa/b'] })).toEqual(['(spiffe://td/ns/a/sa/[^/;"]+|spiffe://td/ns/a/sa/b)']);
    const [{ headers }] = matchesOf({ callers: ['spiffe://td/ns/a/sa/b'] }) as any[];
    expect(headers['x-forwarded-client-cert'].regex).toMatch(CALLER);
  });
});

describe('whom a gateway refuses is an AuthorizationPolicy', () => {
  const CALLERS: GatewayPlan['callers'] = [
    { who: 'all', sets: ['s-all'] },
    { who: ['spiffe://td/ns/a/sa/*', 'spiffe://td/ns/b/sa/c'], sets: ['h-1', 's-1'] },
    { who: ['spiffe://td/ns/b/sa/*'], sets: ['s-2'] },
  ];
  const policies = (plan: Partial<Plan>, callers = CALLERS) => istio
    .gateway(Testing.chart(), { ...META, namespace: 'out' }, { ways: [], gateways: [], fences: [], ...plan }, { ...GATEWAY, callers })
    .map(object => object.toJson().spec);
  const rules = [
    { from: [{ source: { notPrincipals: ['td/ns/a/*', 'td/ns/b/sa/c'] } }], when: [{ key: 'connection.sni', values: ['h-1.*', 's-1.*'] }] },
    { from: [{ source: { notPrincipals: ['td/ns/b/*'] } }], when: [{ key: 'connection.sni', values: ['s-2.*'] }] },
  ];
  const common = { selector: { matchLabels: { app: 'gw' } }, action: 'DENY' };

  test('one, which refuses too under names of the app whose callers it does not know', () => {
    const unknown = { when: [{ key: 'connection.sni', values: ['*.shop.egress.internal'], notValues: ['s-all.*', 'h-1.*', 's-1.*', 's-2.*'] }] };
    expect(policies({ app: 'shop' })).toEqual([{ ...common, rules: [...rules, unknown] }]);
    expect(policies({ app: 'shop' }, CALLERS.slice(0, 1))).toEqual([{ ...common, rules: [{ when: [{ ...unknown.when[0], notValues: ['s-all.*'] }] }] }]);
    expect(policies({ app: 'shop' }, [])).toEqual([{ ...common, rules: [{ when: [{ key: 'connection.sni', values: ['*.shop.egress.internal'] }] }] }]);
    expect(policies({}, [])).toEqual([]);
  });
});

test('what sidecars know is a Sidecar with those hosts alone', () => {
  const fence: Fence = {
    lockdown: 'l',
    namespace: 'bookinfo',
    gateways: [],
    inside: ['bookinfo', 'shared'],
    addresses: [],
    hosts: [
      { namespace: 'bookinfo', host: 'b.example.com', aliased: false }, { namespace: 'web', host: 'a.example.com', aliased: true },
      { namespace: 'web', host: 'c.example.com', aliased: true },
    ],
    others: [],
    dns: [],
    istiod: [],
    exceptions: [],
  };
  const written = (given: Fence) => istio.view(Testing.chart(), META, { namespace: 'bookinfo', clusterDomain: 'k8s.corp', exceptions: given.exceptions }, () => given)
    .map(object => object.toJson());
  const spec = (given: Fence) => written(given)[0].spec;
  expect(spec(fence)).toEqual({
    egress: [{ hosts: ['./*.bookinfo.svc.k8s.corp', './b.example.com', 'shared/*.shared.svc.k8s.corp', 'web/*.web.ns-egress.internal', 'web/a.example.com', 'web/c.example.com'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  });
  expect(istio.view(Testing.chart(), META, { namespace: 'bookinfo', clusterDomain: 'k8s.corp', exceptions: [] }, () => ({ ...fence, inside: 'all' }))[0].toJson().spec.egress)
    .toEqual([{ hosts: ['*/*.svc.k8s.corp', './b.example.com', 'web/*.web.ns-egress.internal', 'web/a.example.com', 'web/c.example.com'] }]);
  expect(spec({ ...fence, inside: [], hosts: [], others: [{ namespace: '.', host: '*' }, { namespace: 'web', host: 'd.example.com' }] }).egress).toEqual([{ hosts: ['./*', 'web/d.example.com'] }]);
  const nothing = { ...fence, inside: [], hosts: [] };
  expect(spec(nothing).egress).toEqual([{ hosts: ['~/*'] }]);

  const exceptions = [
    { reason: 'traces', places: [{ at: { namespace: 'shared', labels: { app: 'otel' } }, tcpPorts: [4317], udpPorts: [] }] },
    { reason: 'the API', places: [{ at: { addresses: ['192.0.2.1'] }, tcpPorts: [6443], udpPorts: [] }], service: { namespace: 'default', name: 'kubernetes' } },
    { reason: 'an agent', places: [{ at: { addresses: ['169.254.170.23', 'fd00:ec2::23'] }, tcpPorts: [80, 81], udpPorts: [] }] },
  ];
  const [{ spec: { egress } }, entry, ...others] = written({ ...nothing, exceptions });
  expect(egress).toEqual([{ hosts: [`./${entry.spec.hosts}`, 'default/kubernetes.default.svc.k8s.corp', 'shared/*.shared.svc.k8s.corp'] }]);
  expect(entry).toMatchObject({
    kind: 'ServiceEntry',
    metadata: { namespace: 'bookinfo', name: entry.spec.hosts[0].split('.')[0] },
    spec: {
      addresses: ['169.254.170.23', 'fd00:ec2::23'],
      ports: [{ number: 80, name: 'tcp-80', protocol: 'TCP' }, { number: 81, name: 'tcp-81', protocol: 'TCP' }],
      location: 'MESH_EXTERNAL',
      exportTo: ['.'],
      resolution: 'NONE',
    },
  });
  expect(others).toEqual([]);
});

describe('what Istio cannot say', () => {
  const plan = (over: Partial<Plan>): Plan => ({ ways: [], gateways: [], fences: [], ...over });
  const sets = (count: number) => Array.from({ length: count }, (_, i) => ({ who: [`spiffe://td/ns/n${i}/sa/*`], sets: [`s-${i}`] }));
  const ports = (count: number, reach = 1) => Array.from({ length: count }, (_, i) => direct({ reach: { to: 'name', name: 'gw', port: reach } }, { port: 1000 + i }));

  test.each<[string, Plan, string[]]>([
    ['512 sets of callers', plan({ gateways: [{ ...GATEWAY, callers: sets(512) }] }),
      ['out/gw too-many: 512 different sets of callers use gateway "out/gw", and one AuthorizationPolicy of Istio takes 511 of them']],
    ['511 of them', plan({ gateways: [{ ...GATEWAY, callers: sets(511) }] }), []],
    ['129 ports of a host that lead to others', plan({ ways: ports(129) }), ['e too-many: "api.example.com" has 129 ports that lead to another one, and an endpoint of Istio takes 128']],
    ['128 of them', plan({ ways: ports(128) }), []],
    ['any number that lead to themselves', plan({ ways: ports(200).map(way => direct({ reach: { to: 'name', name: 'gw', port: way.port } }, { port: way.port })) }), []],
  ])('%s: %#', (_, given, wanted) => {
    expect(istio.unsupported(given).map(({ path, text }) => `${path} ${text}`)).toEqual(wanted.map(text => expect.stringContaining(text)));
  });
});

test('more ports than an endpoint of Istio takes are a problem where one of them is led to another port', () => {
  const ports = Array.from({ length: 129 }, (_, i) => i === 0 ? 443 : 1000 + i);
  const ways = ports.map(() => routed({}, {}, { reach: { to: 'name', name: 'gateway.example.com', port: 443 } })).map((way, i) => ({ ...way, port: ports[i] }));
  expect(istio.unsupported({ ways, gateways: [], fences: [] }).map(({ text }) => text)).toEqual([expect.stringContaining('too-many: ')]);
  expect(istio.unsupported({ ways: ways.slice(1), gateways: [], fences: [] })).toEqual([]);
});
