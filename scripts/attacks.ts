/*
 * Writes attacks/: an app with every kind of egress over every hop, the same a change later, what neighbours write beside it, and the calls
 * by which the lab judges what becomes of it: npx projen attacks.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Chart } from 'cdk8s';
import { parseAllDocuments, stringify } from 'yaml';
import { ATTACKS, Door, EVIL, Gateway, LOCKED, NEIGHBOUR, Victim } from './neighbours';
import { Build, Caller, server, State, stateOf, Target, waysOf } from './ways';
import {
  AdmissionSubject, ClientCertificate, Egress, EgressAdmission, EgressGateway, EgressMesh, EgressSidecar, EgressWay, GatewayHop, HttpEgress,
  IEgressGateway, RouteOptions, SniProxy, SniProxyGateway, TcpEgress, TlsEgress, TlsOrigination, WildcardResolution,
} from '../src';

const APP = 'shop';
const FOLDER = join(__dirname, '..', 'attacks');

/* ---- the world ---- */

const GATEWAYS = {
  plain: { namespace: 'egress', service: 'egress', labels: { istio: 'egress' }, serviceAccount: 'egress' },
  nginx: { namespace: 'egress', service: 'sni-nginx', labels: {}, serviceAccount: 'sni-nginx' },
  envoy: { namespace: 'egress', service: 'sni-envoy', labels: {}, serviceAccount: 'sni-envoy' },
};
type Gateways = { [name in keyof typeof GATEWAYS]: IEgressGateway };

const PLAINTEXT = { tcp: 7777, http: 7778 };

const RATINGS = { namespace: LOCKED, serviceAccount: 'ratings' };
const CHECKOUT = { namespace: 'orders', serviceAccount: 'checkout' };

/* ---- what is attacked ---- */

type Speaks = Victim['speaks'];

interface Subject {
  readonly title: string;
  readonly speaks: Speaks;
  readonly port: number;

  /** First label of the host, and what stands before its domain where whole domains are declared. */
  readonly name: string;
  readonly wildcard?: true;
  readonly egress?: object;
  readonly through?: keyof Gateways;
  readonly route?: RouteOptions;
  readonly shared?: true;
}

const SECRET = 'partner-client';
const mutual = TlsOrigination.mutual({ clientCertificate: ClientCertificate.fromSecret(SECRET) });

const SUBJECTS: readonly Subject[] = [
  { title: 'TCP, direct', speaks: 'tcp', name: 'ledger', port: 5432 },
  { title: 'TLS, direct', speaks: 'tls', name: 'mongo', port: 27018 },
  { title: 'TLS domain, direct', speaks: 'tls', name: 'wiki', port: 443, wildcard: true },
  { title: 'TLS domain, direct by DNS', speaks: 'tls', name: 'maps', port: 8443, wildcard: true, egress: { resolution: WildcardResolution.dynamicDns() } },
  { title: 'HTTP, direct', speaks: 'http', name: 'api', port: 80 },
  { title: 'HTTP, TLS of the sidecar', speaks: 'http', name: 'bank', port: 80, egress: { tlsOrigination: TlsOrigination.simple() } },
  { title: 'TCP, mutual TLS', speaks: 'tcp', name: 'ldap', port: 5433, through: 'plain' },
  { title: 'TLS, mutual TLS', speaks: 'tls', name: 'stock', port: 443, through: 'plain' },
  { title: 'TLS domain, mutual TLS', speaks: 'tls', name: 'news', port: 443, wildcard: true, through: 'plain', route: { hostingServer: 'news.news.example.org' } },
  { title: 'TLS, half by mutual TLS', speaks: 'tls', name: 'canary', port: 443, through: 'plain', route: { weight: 50 } },
  { title: 'HTTP, mutual TLS', speaks: 'http', name: 'parcels', port: 80, through: 'plain' },
  { title: 'HTTP, client certificate of the gateway', speaks: 'http', name: 'partner', port: 80, through: 'plain', route: { tlsOrigination: mutual } },
  { title: 'HTTP, read by the gateway', speaks: 'http', name: 'books', port: 80, through: 'plain', route: { hop: GatewayHop.http() } },
  { title: 'TLS, passthrough', speaks: 'tls', name: 'atlas', port: 443, through: 'plain', route: { hop: GatewayHop.passthrough() } },
  {
    title: 'TLS domain, passthrough',
    speaks: 'tls',
    name: 'files',
    port: 443,
    wildcard: true,
    through: 'plain',
    route: { hop: GatewayHop.passthrough(), hostingServer: 'files.files.example.org' },
  },
  { title: 'TCP, plaintext', speaks: 'tcp', name: 'redis', port: 6379, through: 'plain', route: { hop: GatewayHop.plaintext(PLAINTEXT.tcp) } },
  { title: 'HTTP, plaintext', speaks: 'http', name: 'feed', port: 80, through: 'plain', route: { hop: GatewayHop.plaintext(PLAINTEXT.http) } },
  { title: 'TLS domain, nginx, mutual TLS', speaks: 'tls', name: 'cdn', port: 443, wildcard: true, through: 'nginx' },
  { title: 'TLS domain, nginx, passthrough', speaks: 'tls', name: 'pkg', port: 443, wildcard: true, through: 'nginx', route: { hop: GatewayHop.passthrough() } },
  { title: 'TLS domain, Envoy, mutual TLS', speaks: 'tls', name: 'git', port: 443, wildcard: true, through: 'envoy' },
  { title: 'shared TCP, direct', speaks: 'tcp', name: 'smtp', port: 587, shared: true },
  { title: 'shared TLS, direct', speaks: 'tls', name: 'idp', port: 443, shared: true },
  { title: 'shared TLS domain, direct', speaks: 'tls', name: 'logs', port: 443, wildcard: true, shared: true },
  { title: 'shared HTTP, direct', speaks: 'http', name: 'crl', port: 80, shared: true },
  { title: 'shared TLS, mutual TLS', speaks: 'tls', name: 'vault', port: 443, shared: true, through: 'plain' },
  { title: 'shared HTTP, read by the gateway', speaks: 'http', name: 'rates', port: 80, shared: true, through: 'plain', route: { hop: GatewayHop.http() } },
];

/** What comes with the later change, under a domain that nothing is aimed at. */
const LATER: Subject = { title: 'later', speaks: 'tls', name: 'later', port: 443, through: 'plain' };

const domainOf = (subject: Subject) => subject === LATER ? 'example.net' : subject.wildcard ? `${subject.name}.example.org` : 'example.com';
const hostOf = (subject: Subject) => `${subject.name}.${domainOf(subject)}`;
const declaredOf = (subject: Subject) => subject.wildcard ? `*.${domainOf(subject)}` : hostOf(subject);
const addressOf = (subject: Subject) => `203.0.113.${subject === LATER ? 99 : 100 + SUBJECTS.indexOf(subject)}`;
const clientsOf = ({ shared }: Subject): readonly Caller[] => shared ? [RATINGS, CHECKOUT] : [RATINGS];
const targetOf = (subject: Subject): Target => ({ host: hostOf(subject), port: subject.port, protocol: subject.speaks });

/* ---- the app ---- */

function egressOf(chart: Chart, subject: Subject): Egress {
  const { name, speaks, port, egress = {}, shared } = subject;
  const props = { port, ...egress, ...(shared ? { exportTo: clientsOf(subject).map(({ namespace }) => namespace) } : {}) };
  switch (speaks) {
    case 'tcp': return new TcpEgress(chart, name, { host: hostOf(subject), addresses: [addressOf(subject)], ...props });
    case 'tls': return new TlsEgress(chart, name, { hosts: [declaredOf(subject)], ...props });
    case 'http': return new HttpEgress(chart, name, { hosts: [hostOf(subject)], ...props });
  }
}

/** What is built beside the egresses: the Sidecars of their clients, and the platform's policies. */
type Beside = (platform: Chart, gateways: Gateways) => void;

const sidecars: Beside = platform => new EgressSidecar(platform, 'sidecars', { namespaces: [RATINGS, CHECKOUT].map(({ namespace }) => namespace) });
const policies: Beside = (platform, gateways) => new EgressAdmission(platform, 'admission', {
  exempt: [AdmissionSubject.group('platform-engineers')],
  gateways: Object.values(gateways),
  teams: [
    { namespaces: [LOCKED], apps: [APP], hosts: ['*.example.com', '*.example.net', '*.example.org'], secrets: [SECRET] },
    { namespaces: [NEIGHBOUR], apps: [NEIGHBOUR], subjects: [writerOf('egress')], hosts: [`*.${NEIGHBOUR}.example`] },
  ],
  lockedNamespaces: [LOCKED],
});

/** By whom the lab has the objects of a namespace written. */
const writerOf = (namespace: string) => AdmissionSubject.serviceAccount(namespace, 'pipeline');

function built(subjects: readonly Subject[], beside?: Beside): Build {
  return app => {
    const egress = new Chart(app, 'egress', { namespace: 'egress' });
    const gateways: Gateways = {
      plain: EgressGateway.fromService(egress, 'egress', { ...GATEWAYS.plain, selector: GATEWAYS.plain.labels }),
      nginx: new SniProxyGateway(egress, 'nginx', { name: GATEWAYS.nginx.service, proxy: SniProxy.nginx() }),
      envoy: new SniProxyGateway(egress, 'envoy', { name: GATEWAYS.envoy.service, proxy: SniProxy.envoy() }),
    };
    const own = new Chart(app, LOCKED, { namespace: LOCKED });
    const platform = new Chart(app, 'platform', { namespace: 'platform' });
    for (const subject of subjects) {
      const led = egressOf(subject.shared ? platform : own, subject);
      if (subject.through) led.through(gateways[subject.through], subject.route);
    }
    beside?.(platform, gateways);
  };
}

const before = stateOf(APP, built(SUBJECTS));
const after = stateOf(APP, built([...SUBJECTS, LATER]));

/* ---- what neighbours know of it ---- */

interface Written { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace: string }; readonly spec: any }
const objectsOf = ({ yaml }: State): Written[] => parseAllDocuments(yaml).map(document => document.toJS());
const written = objectsOf(after);
const ofKind = (kind: string, objects = written) => objects.filter(one => one.kind === kind);

function gatewayOf(name: keyof Gateways): Gateway {
  const { namespace, service, labels } = GATEWAYS[name];
  const stated = ofKind('Service').find(({ metadata }) => metadata.name === service)?.spec.selector;
  return { namespace, service, labels: stated ?? labels };
}

/** The door of a subject's host: objects of a crossing are called by its namespace and host. */
function doorOf(subject: Subject, way: EgressWay): Door | undefined {
  if (!subject.through) return undefined;
  const gateway = gatewayOf(subject.through);
  const routes = ofKind('VirtualService');
  const [found] = ofKind('Gateway').filter(({ metadata: { name, namespace } }) => namespace === gateway.namespace && name.split('-')[1] === subject.name);
  const { servers: [{ hosts: [host], port, tls }] } = found.spec;
  const { spec } = routes.find(({ metadata }) => metadata.name === found.metadata.name)!;
  const [{ route: [{ destination }] }] = spec.tls ?? spec.tcp ?? spec.http;
  return {
    gateway,
    name: found.metadata.name,
    host: host.replace(/^.*\//, ''),
    port: port.number,
    hop: way.hop!,
    readsHttp: tls !== undefined && spec.http !== undefined,
    ownName: destination.host,
  };
}

function entryOf(subject: Subject): Victim['entry'] {
  const { metadata: { name, namespace } } = ofKind('ServiceEntry').find(({ spec }) => spec.hosts.includes(declaredOf(subject)))!;
  return { name, namespace };
}

function victimOf(subject: Subject): Victim {
  const way = before.ways.find(({ host, gateway }) => host === declaredOf(subject) && (gateway !== undefined) === (subject.through !== undefined))!;
  const aliases = ofKind('ServiceEntry').flatMap(({ spec }) => spec.hosts as string[])
    .filter(host => host.endsWith('.ns-egress.internal') && host.startsWith(hostOf(subject).replace(/\W/g, '-')));
  return {
    subject: subject.title,
    speaks: subject.speaks,
    clients: clientsOf(subject).map(({ namespace }) => namespace),
    host: hostOf(subject),
    declared: declaredOf(subject),
    port: subject.port,
    entry: entryOf(subject),
    server: addressOf(subject),
    ...(subject.route?.tlsOrigination === mutual ? { secret: SECRET } : {}),
    ...(subject.speaks === 'tcp' ? { address: addressOf(subject) } : {}),
    aliases,
    door: doorOf(subject, way),
  };
}

/* ---- files ---- */

/** Of an app with something beside it, the objects of some kinds. */
function only(kinds: readonly string[], beside: Beside, subjects = SUBJECTS): string {
  const { yaml } = stateOf(APP, built(subjects, beside));
  return parseAllDocuments(yaml).map(document => document.toJS()).filter(({ kind }) => kinds.includes(kind)).map(one => stringify(one)).join('---\n');
}

function callsOf(subject: Subject, { ways }: State): object[] {
  const { host, port, protocol } = targetOf(subject);
  return clientsOf(subject).map(from => {
    const taken = waysOf(ways, from, targetOf(subject));
    return {
      name: `${from.serviceAccount} to ${host}:${port}`,
      subject: subject.title,
      from,
      to: { host, port },
      how: { protocol },
      expect: taken.length === 1 ? { way: taken[0] } : { ways: taken },
    };
  });
}

function serverOf(subject: Subject): object {
  const { speaks, name, port, egress, route } = subject;
  const protocols: { [port: number]: string } = { [port]: speaks };
  const inside = (egress && 'tlsOrigination' in egress) || route?.tlsOrigination;
  if (inside) protocols[443] = 'https';
  const one = server(name, addressOf(subject), protocols, domainOf(subject));
  const demands = (listening: number) => route?.tlsOrigination === mutual && listening === 443;
  const demanding = one.ports.map(listening => demands(listening.port) ? { ...listening, clientCertificate: true } : listening);
  return { ...one, ports: demanding };
}

const evil = {
  name: 'evil',
  hosts: ['evil.example.net'],
  addresses: [EVIL.address],
  ports: Object.entries(EVIL.ports).map(([protocol, port]) => ({ port, protocol, certifies: ['evil.example.net', ...SUBJECTS.map(hostOf)] })),
};

/** The neighbour's server, as a Service whose endpoint is anywhere; and a route, so that Istio looks at the Kubernetes Gateway API. */
const neighbours = `apiVersion: v1
kind: Service
metadata: { name: ${EVIL.service}, namespace: ${NEIGHBOUR} }
spec:
  ports:
${Object.entries(EVIL.ports).map(([protocol, port]) => `    - { name: ${protocol}, port: ${port}, protocol: TCP }`).join('\n')}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${EVIL.service}-1, namespace: ${NEIGHBOUR}, labels: { kubernetes.io/service-name: ${EVIL.service} } }
addressType: IPv4
endpoints: [{ addresses: [${EVIL.address}], conditions: { ready: true } }]
ports:
${Object.entries(EVIL.ports).map(([protocol, port]) => `  - { name: ${protocol}, port: ${port}, protocol: TCP }`).join('\n')}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${EVIL.service}, namespace: ${NEIGHBOUR} }
spec: { parentRefs: [{ name: none }], rules: [{ backendRefs: [{ name: ${EVIL.service}, port: ${EVIL.ports.http} }] }] }
`;

const victims = SUBJECTS.map(victimOf);
const gateways = (Object.keys(GATEWAYS) as (keyof Gateways)[]).map(gatewayOf);

let mesh: { [key: string]: any } = {};
stateOf(APP, app => {
  built(SUBJECTS)(app);
  mesh = EgressMesh.helmValues(app);
});
const { PILOT_SCOPE_GATEWAY_TO_NAMESPACE } = mesh.env;
const istiod = { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: PILOT_SCOPE_GATEWAY_TO_NAMESPACE === 'true' };
const { serviceEntryVisibility } = mesh.meshConfig;
const meshConfig = { serviceEntryVisibility };

const CASES = ['attacks.json', 'outside.json'];
mkdirSync(FOLDER, { recursive: true });
for (const file of readdirSync(FOLDER)) {
  if (file.endsWith('.k8s.yaml') || CASES.includes(file)) rmSync(join(FOLDER, file));
}
const write = (file: string, text: string) => writeFileSync(join(FOLDER, file), text);
write('ours.k8s.yaml', before.yaml);
write('ours.later.k8s.yaml', after.yaml);
write('sidecars.k8s.yaml', only(['Sidecar'], sidecars));
write('sidecars.later.k8s.yaml', only(['Sidecar'], sidecars, [...SUBJECTS, LATER]));
write('policies.k8s.yaml', only(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'], policies));
write('neighbours.k8s.yaml', neighbours);
write('attacks.json', `${JSON.stringify({
  $schema: './attacks.schema.json',
  ours: 'ours',
  oursLater: 'ours.later',
  neighbours: 'neighbours',
  title: 'Every kind of egress over every hop, beside those who may write Istio objects in a namespace of their own',
  world: {
    outboundTrafficPolicy: 'REGISTRY_ONLY',
    servers: [...[...SUBJECTS, LATER].map(serverOf), evil],
    gateways: [{
      ...GATEWAYS.plain,
      ports: [
        { port: 443, targetPort: 8443 }, { port: 80, targetPort: 8080 }, ...Object.values(PLAINTEXT).map(port => ({ port, targetPort: port })),
      ],
    }],
  },
  subjects: SUBJECTS.map(({ title }) => title),
  calls: SUBJECTS.flatMap(subject => callsOf(subject, before)),
  later: callsOf(LATER, after),
  defences: [
    { name: 'nothing', title: 'what the app writes, in a mesh of REGISTRY_ONLY' },
    { name: 'switch', title: 'istiod with PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true', istiod },
    { name: 'visibility', title: 'MeshConfig with serviceEntryVisibility as EgressMesh states it, public for the platform alone', meshConfig },
    { name: 'Sidecar', title: 'an EgressSidecar of each client namespace', adds: 'sidecars' },
    { name: 'policies', title: 'an EgressAdmission of the gateways, the teams and the locked namespace', policies: 'policies' },
    { name: 'all', title: 'all of them', adds: 'sidecars', policies: 'policies', istiod, meshConfig },
  ],
  attacks: Object.entries(ATTACKS).map(([name, { title, parts }]) => ({ name, title, parts: parts(victims, gateways) })),
}, undefined, 2)}\n`);

/* ---- what a host outside resolves to ---- */

const INSIDE = { private: '10.8.0.66', metadata: '169.254.169.254' };

/** Where the names of hosts lead. */
const LEADS: { readonly [name: string]: { readonly title: string; readonly to: (gateway: string) => object } } = {
  loopback: { title: '127.0.0.1', to: () => ({ addresses: ['127.0.0.1'] }) },
  unspecified: { title: '0.0.0.0', to: () => ({ addresses: ['0.0.0.0'] }) },
  pod: { title: 'the gateway\'s own pod', to: gateway => ({ podsOf: gateway }) },
  service: { title: 'the gateway\'s own Service', to: gateway => ({ service: gateway }) },
  private: { title: 'a private address', to: () => ({ addresses: [INSIDE.private] }) },
  metadata: { title: 'the address of the nodes\' metadata, 169.254.169.254', to: () => ({ addresses: [INSIDE.metadata] }) },
};

interface Crossing {
  readonly title: string;
  readonly name: string;
  readonly speaks: Speaks;
  readonly gateway: 'plain' | 'own' | 'nginx' | 'envoy';
  readonly wildcard?: true;

  /** Port of the hosts; that of the pods of a gateway which runs already. At a gateway of its own the app does not synthesize with it. */
  readonly port?: number;
  readonly route?: (port: number) => RouteOptions;
}

const PODS_PORT = 8443;
const passthrough = () => ({ hop: GatewayHop.passthrough() });
const plaintext = (port: number) => ({ hop: GatewayHop.plaintext(port) });
const CROSSINGS: readonly Crossing[] = [
  { title: 'TLS, mutual TLS', name: 'tls', speaks: 'tls', gateway: 'plain' },
  { title: 'TLS, passthrough', name: 'through', speaks: 'tls', gateway: 'plain', route: passthrough },
  { title: 'HTTP, read by the gateway', name: 'read', speaks: 'http', gateway: 'plain', route: () => ({ hop: GatewayHop.http() }) },
  { title: 'HTTP, plaintext', name: 'clear', speaks: 'http', gateway: 'plain', route: plaintext },
  { title: 'TLS, passthrough, port of the gateway\'s pods', name: 'loop', speaks: 'tls', gateway: 'plain', port: PODS_PORT, route: passthrough },
  { title: 'TLS, mutual TLS, gateway of one\'s own', name: 'own', speaks: 'tls', gateway: 'own' },
  { title: 'TLS, passthrough, gateway of one\'s own', name: 'own-through', speaks: 'tls', gateway: 'own', route: passthrough },
  {
    title: 'TLS, passthrough, the same port, gateway of one\'s own', name: 'own-loop', speaks: 'tls', gateway: 'own', port: PODS_PORT, route: passthrough,
  },
  { title: 'HTTP, plaintext, gateway of one\'s own', name: 'own-clear', speaks: 'http', gateway: 'own', route: plaintext },
  { title: 'TLS domain, nginx, mutual TLS', name: 'nginx', speaks: 'tls', gateway: 'nginx', wildcard: true },
  { title: 'TLS domain, nginx, passthrough', name: 'nginx-through', speaks: 'tls', gateway: 'nginx', wildcard: true, route: passthrough },
  { title: 'TLS domain, Envoy, mutual TLS', name: 'envoy', speaks: 'tls', gateway: 'envoy', wildcard: true },
  { title: 'TLS domain, Envoy, passthrough', name: 'envoy-through', speaks: 'tls', gateway: 'envoy', wildcard: true, route: passthrough },
];
const SERVICES = { plain: 'egress/egress', own: 'egress/own', nginx: 'egress/sni-nginx', envoy: 'egress/sni-envoy' };
const PORTS = { tcp: 0, tls: 443, http: 80 };
const leading = ({ name }: Crossing, lead: string) => `${lead}.${name}.example.org`;
const portOf = (crossing: Crossing, lead: string) => 7000 + 10 * CROSSINGS.indexOf(crossing) + Object.keys(LEADS).indexOf(lead);

const outside = stateOf(APP, app => {
  const egress = new Chart(app, 'egress', { namespace: 'egress' });
  const made = {
    plain: EgressGateway.fromService(egress, 'egress', { ...GATEWAYS.plain, selector: GATEWAYS.plain.labels }),
    own: new EgressGateway(egress, 'own', { name: 'own' }),
    nginx: new SniProxyGateway(egress, 'nginx', { name: GATEWAYS.nginx.service, proxy: SniProxy.nginx() }),
    envoy: new SniProxyGateway(egress, 'envoy', { name: GATEWAYS.envoy.service, proxy: SniProxy.envoy() }),
  };
  const own = new Chart(app, LOCKED, { namespace: LOCKED });
  for (const crossing of CROSSINGS) {
    const { name, speaks, gateway, wildcard, port, route } = crossing;
    const hosts = wildcard ? [[`*.${name}.example.org`]] : Object.keys(LEADS).map(lead => [leading(crossing, lead)]);
    hosts.forEach(([host], i) => {
      const led = speaks === 'http' ? new HttpEgress(own, `${name}-${i}`, { hosts: [host] }) : new TlsEgress(own, `${name}-${i}`, { hosts: [host], port });
      led.through(made[gateway], route?.(portOf(crossing, Object.keys(LEADS)[i])));
    });
  }
  // hosts that lead where they should, one a gateway
  for (const [name, gateway] of Object.entries(made)) {
    new TlsEgress(own, `sound-${name}`, { hosts: [`sound-${name}.example.com`] }).through(gateway);
  }
});

const sounds = Object.keys(SERVICES).map((name, i) => ({ host: `sound-${name}.example.com`, address: `203.0.113.${10 + i}` }));
write('outside.k8s.yaml', outside.yaml);
write('outside.neighbours.k8s.yaml', '');
write('outside.json', `${JSON.stringify({
  $schema: './attacks.schema.json',
  title: 'Hosts outside that resolve to what they should not',
  ours: 'outside',
  oursLater: 'outside',
  neighbours: 'outside.neighbours',
  world: {
    outboundTrafficPolicy: 'REGISTRY_ONLY',
    servers: [
      ...sounds.map(({ host, address }) => server(host.split('.')[0], address, { 443: 'tls' })),
      {
        name: 'inside',
        addresses: Object.values(INSIDE),
        ports: [
          ...[443, PODS_PORT].map(port =>
            ({ port, protocol: 'tls', certifies: CROSSINGS.flatMap(crossing => Object.keys(LEADS).map(lead => leading(crossing, lead))) })),
          { port: 80, protocol: 'http' },
        ],
      },
    ],
    names: CROSSINGS.flatMap(crossing => Object.entries(LEADS).map(([lead, { to }]) =>
      ({ host: leading(crossing, lead), ...to(SERVICES[crossing.gateway]) }))),
    gateways: [{
      ...GATEWAYS.plain,
      ports: [
        { port: 443, targetPort: PODS_PORT },
        ...CROSSINGS.filter(({ gateway, route }) => gateway === 'plain' && route === plaintext)
          .flatMap(crossing => Object.keys(LEADS).map(lead => ({ port: portOf(crossing, lead) }))),
      ],
    }],
  },
  subjects: CROSSINGS.map(({ title }) => title),
  calls: sounds.map(({ host }) => {
    const target = { host, port: 443, protocol: 'tls' };
    return {
      name: `ratings to ${host}`,
      subject: '',
      from: RATINGS,
      to: { host, port: 443 },
      how: { protocol: 'tls' },
      expect: { way: waysOf(outside.ways, RATINGS, target)[0] },
    };
  }),
  later: [],
  defences: [{ name: 'what the app writes', title: 'what the app writes, and the gateways\' NetworkPolicies' }],
  attacks: Object.entries(LEADS).map(([lead, { title }]) => ({
    name: `resolves-to-${lead}`,
    title: `a host that resolves to ${title}`,
    parts: CROSSINGS.map(crossing => ({
      subject: crossing.title,
      objects: [],
      calls: [{
        name: `ratings to ${leading(crossing, lead)}`,
        from: RATINGS,
        to: { host: leading(crossing, lead), address: '203.0.113.200', port: crossing.port ?? PORTS[crossing.speaks] },
        how: { protocol: crossing.speaks },
      }],
    })),
  })),
}, undefined, 2)}\n`);
