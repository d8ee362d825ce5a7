/*
 * Measures the constructs against the same objects made with the raw generated types, in the same run and process:
 * npm run bench [-- ROUTES...]. Ratios are medians of paired runs; the times beside them depend on the machine.
 */
import { deepEqual } from 'assert/strict';
import { execFileSync } from 'child_process';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import * as istio from '../imports/networking.istio.io';
import * as security from '../imports/security.istio.io';
import { EgressApp, EgressGateway, EgressGatewayRoute, EgressLockdown, GatewayHop, HttpEgress, IEgressGateway, TlsEgress, WorkloadIdentity } from '../src';

const ROOT = join(__dirname, '..');
const sizes = process.argv.slice(2).map(Number);

const GATEWAY = {
  namespace: 'istio-system', service: 'istio-egressgateway', selector: { istio: 'egressgateway' }, serviceAccount: 'istio-egressgateway',
};

/** An app with a gateway and nothing that leaves. */
function withGateway() {
  const app = new App();
  EgressApp.configure(app, { name: 'bench' });
  const chart = new Chart(app, 'bench', { namespace: 'bench' });
  return { app, chart, gateway: EgressGateway.fromService(chart, 'gateway', GATEWAY) };
}

function ours(routes: number): App {
  const { app, chart, gateway } = withGateway();
  for (let i = 0; i < routes; i++) {
    const egress = new TlsEgress(chart, `host${i}`, { hosts: [`host${i}.example.com`] });
    new EgressGatewayRoute(chart, `route${i}`, { egress, gateway });
  }
  return app;
}

const RULES: { [rules: string]: (route: EgressGatewayRoute) => void } = {
  'no rules': () => undefined,
  'service accounts': route => route.allowFrom(WorkloadIdentity.serviceAccount('bench', 'client')),
  'whole namespaces': route => route.allowFrom(WorkloadIdentity.namespace('orders')),
  'methods and paths': route => route.allowRequests({ methods: ['GET'], paths: ['/v1/*'] }),
};

/** Routes that each let only some in. */
function ruled(routes: number, rules: string): App {
  const { app, chart, gateway } = withGateway();
  for (let i = 0; i < routes; i++) {
    const egress = new HttpEgress(chart, `host${i}`, { hosts: [`host${i}.example.com`], exportTo: ['.', 'orders'] });
    RULES[rules](new EgressGatewayRoute(chart, `route${i}`, { egress, gateway, hop: GatewayHop.http() }));
  }
  return app;
}

/** Routes of which each lets two of many namespaces in. */
function ofSets(routes: number, sets: number): App {
  const { app, chart, gateway } = withGateway();
  const exportTo = ['.', ...Array.from({ length: sets }, (_, i) => `ns${i}`)];
  for (let i = 0; i < routes; i++) {
    const allowFrom = [WorkloadIdentity.namespace('bench'), WorkloadIdentity.namespace(`ns${i % sets}`)];
    new TlsEgress(chart, `host${i}`, { hosts: [`host${i}.example.com`], exportTo }).through(gateway, { allowFrom });
  }
  return app;
}

/** The same objects as somebody would write them with the raw types, in a construct for each host and each route. */
function raw(routes: number, names: (i: number) => { entry: string; crossing: string; own: string }, policy: any): App {
  const app = new App();
  const chart = new Chart(app, 'bench', { namespace: 'bench' });
  new security.AuthorizationPolicy(chart, 'policy', policy);
  for (let i = 0; i < routes; i++) {
    const host = `host${i}.example.com`;
    const { entry, crossing, own } = names(i);
    const managed = { 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress', 'app.kubernetes.io/part-of': 'bench' };
    const labels = { ...managed, 'networking.istio.io/enable-autoallocate-ip': 'false' };
    const near = { name: entry, namespace: 'bench', labels: managed };
    const far = { name: crossing, namespace: 'istio-system', labels: managed };
    const client = new Construct(chart, `host${i}`);
    new istio.ServiceEntry(client, 'ServiceEntry', {
      metadata: { ...near, labels },
      spec: {
        hosts: [host],
        ports: [{ number: 443, name: 'tls-443', protocol: 'TLS' }],
        location: istio.ServiceEntrySpecLocation.MESH_UNDERSCORE_EXTERNAL,
        exportTo: ['.'],
        resolution: istio.ServiceEntrySpecResolution.DNS,
        endpoints: [{ address: 'istio-egressgateway.istio-system.svc.cluster.local' }],
      },
    });
    new istio.DestinationRule(client, 'DestinationRule', {
      metadata: near,
      spec: {
        host,
        exportTo: ['.'],
        trafficPolicy: {
          tls: {
            mode: istio.DestinationRuleSpecTrafficPolicyTlsMode.ISTIO_UNDERSCORE_MUTUAL,
            sni: 'egress.internal',
            subjectAltNames: ['spiffe://cluster.local/ns/istio-system/sa/istio-egressgateway'],
          },
          portLevelSettings: [{
            port: { number: 443 },
            tls: {
              mode: istio.DestinationRuleSpecTrafficPolicyPortLevelSettingsTlsMode.ISTIO_UNDERSCORE_MUTUAL,
              sni: own,
              subjectAltNames: ['spiffe://cluster.local/ns/istio-system/sa/istio-egressgateway'],
            },
          }],
        },
      },
    });
    const door = new Construct(chart, `route${i}`);
    new istio.Gateway(door, 'Gateway', {
      metadata: far,
      spec: {
        selector: { istio: 'egressgateway' },
        servers: [{
          port: { number: 443, name: crossing, protocol: 'TLS' },
          hosts: [`./${own}`],
          tls: { mode: istio.GatewaySpecServersTlsMode.ISTIO_UNDERSCORE_MUTUAL },
        }],
      },
    });
    new istio.VirtualService(door, 'VirtualService', {
      metadata: far,
      spec: {
        hosts: [own],
        exportTo: ['.'],
        gateways: [crossing],
        tcp: [{ match: [{ port: 443 }], route: [{ destination: { host: own, port: { number: 443 } } }] }],
      },
    });
    new istio.ServiceEntry(door, 'ServiceEntry', {
      metadata: { ...far, labels },
      spec: {
        hosts: [own],
        ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
        location: istio.ServiceEntrySpecLocation.MESH_UNDERSCORE_EXTERNAL,
        exportTo: ['.'],
        resolution: istio.ServiceEntrySpecResolution.DNS,
        endpoints: [{ address: host }],
      },
    });
  }
  return app;
}

/** The raw app of the same size, with the names that ours has; refuses to measure if the two do not write the same documents. */
function rawOf(routes: number): () => App {
  const documents: any[] = ours(routes).charts.flatMap(chart => chart.toJson());
  const entry = new Map(documents.filter(({ kind }) => kind === 'DestinationRule').map(({ metadata, spec }) => [spec.host, metadata.name]));
  const crossing = new Map(documents.filter(({ kind, metadata }) => kind === 'ServiceEntry' && metadata.namespace === 'istio-system')
    .map(({ metadata, spec }) => [spec.endpoints[0].address, { crossing: metadata.name, own: spec.hosts[0] }]));
  const { metadata, spec } = documents.find(({ kind }) => kind === 'AuthorizationPolicy');
  const build = () => raw(routes, i => ({ entry: entry.get(`host${i}.example.com`)!, ...crossing.get(`host${i}.example.com`)! }), { metadata, spec });
  const sorted = (all: any[]) => all.map(document => JSON.stringify(document, Object.keys(flat(document)).sort())).sort();
  deepEqual(sorted(build().charts.flatMap(chart => chart.toJson())), sorted(documents));
  return build;
}

/** Every key that occurs in a document. */
function flat(value: any): Record<string, true> {
  return Object.assign({}, ...Object.entries(Object(value)).map(([key, inner]) => ({ [key]: true, ...(typeof inner === 'object' ? flat(inner) : {}) })));
}

/** Seconds by the clock, and of the processor, which other work on the machine moves less. */
function seconds(work: () => unknown): { readonly clock: number; readonly cpu: number } {
  (globalThis as any).gc?.();
  const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(used);
  return { clock: Number(process.hrtime.bigint() - start) / 1e9, cpu: (user + system) / 1e6 };
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const perRoute: number[] = [];
for (const routes of sizes.length > 0 ? sizes : [1000, 10000]) {
  const build = rawOf(routes);
  const pairs = Array.from({ length: routes > 5000 ? 3 : 7 }, (_, i) => {
    const one = () => seconds(() => ours(routes).synthYaml());
    const other = () => seconds(() => build().synthYaml());
    const [a, b] = i % 2 === 0 ? [one(), other()] : [other(), one()].reverse();
    return { a: a.clock, b: b.clock, ratio: a.clock / b.clock, cpu: a.cpu / b.cpu };
  }).slice(1);
  perRoute.push(median(pairs.map(({ a }) => a)) / routes);
  console.log(`${routes} routes: ${median(pairs.map(({ a }) => a)).toFixed(2)} s, `
    + `raw ${median(pairs.map(({ b }) => b)).toFixed(2)} s, ratio ${median(pairs.map(({ ratio }) => ratio)).toFixed(2)}, of processor time ${median(pairs.map(({ cpu }) => cpu)).toFixed(2)} (aim: at most 1.15)`);
}
console.log(`growth: a route of the largest app costs ${(perRoute[perRoute.length - 1] / perRoute[0]).toFixed(2)} of one of the smallest`);

/** What an app costs in processor time to declare and to synthesize, and what comes of it. */
function measure(what: string, aim: string, build: (chart: Chart, gateway: IEgressGateway) => void, counted?: string): void {
  const times = Array.from({ length: 3 }, () => seconds(() => {
    const { app, chart, gateway } = withGateway();
    build(chart, gateway);
    const count = app.charts.flatMap(one => one.toJson()).filter(({ kind }) => kind === counted).length;
    if (counted !== undefined) what = `${what.split(':')[0]}: ${count} ${counted}`;
  }).cpu);
  console.log(`${what}, ${median(times).toFixed(2)} s of the processor without writing YAML (aim: ${aim})`);
}

measure('1,000 references to one gateway, a route each', 'one policy', chart => {
  for (let i = 0; i < 1000; i++) {
    new TlsEgress(chart, `host${i}`, { hosts: [`host${i}.example.com`] }).through(EgressGateway.fromService(chart, `gateway${i}`, GATEWAY));
  }
}, 'AuthorizationPolicy');
measure('400 allowRequests of one route', 'at most 0.2 s', (chart, gateway) => {
  const route = new HttpEgress(chart, 'host', { hosts: ['host.example.com'] }).through(gateway, { hop: GatewayHop.http() });
  for (let i = 0; i < 400; i++) {
    route.allowRequests({ from: [WorkloadIdentity.serviceAccount('bench', `account${i}`)], methods: ['GET'], paths: [`/v${i}/*`] });
  }
});
measure('2,000 locked namespaces with 100 egresses', 'at most 1 s', (chart, gateway) => {
  new EgressLockdown(chart, 'lockdown', { namespaces: Array.from({ length: 2000 }, (_, i) => `ns${i}`), gateways: [gateway] });
  for (let i = 0; i < 100; i++) {
    new TlsEgress(chart, `host${i}`, { hosts: [`host${i}.example.com`], addresses: ['203.0.113.1'], exportTo: [`ns${i}`] });
  }
});

const library = join(ROOT, 'lib', 'src', 'index.js');
if (!existsSync(library)) {
  console.log('NOT MEASURED: time to require, .jsii, API.md: run "npx projen compile" and "npx projen docgen" first');
} else {
  const load = () => Number(execFileSync(process.execPath, ['-e',
    `require('cdk8s'); const start = process.hrtime.bigint(); require(${JSON.stringify(library)}); console.log(Number(process.hrtime.bigint() - start) / 1e6)`], { cwd: ROOT }).toString());
  console.log(`require, over require('cdk8s'): ${median(Array.from({ length: 9 }, load)).toFixed(0)} ms (aim: at most 50)`);
  console.log(`.jsii: ${Math.round(statSync(join(ROOT, '.jsii')).size / 1024)} KB (aim: at most 300)`);
  console.log(`API.md: ${readFileSync(join(ROOT, 'API.md'), 'utf8').split('\n').length} lines (aim: at most 1,500)`);
}

const lab = join(ROOT, 'conformance', 'bin', 'conformance');
if (!existsSync(lab)) {
  console.log('NOT MEASURED: what proxies get: build the lab first, by: cd conformance && go build -o bin/conformance .');
} else {
  const manifests = join(mkdtempSync(join(tmpdir(), 'bench-')), 'manifests.yaml');
  writeFileSync(manifests, ours(1000).synthYaml());
  console.log('what proxies get, 1,000 TLS hosts over mutual TLS, against the documents\' recipe (aim: at most 0.57, 0.52, 0.005):');
  console.log(execFileSync(lab, ['xds-size', '--manifests', manifests, '--namespace', 'bench,elsewhere', '--compare']).toString());
  writeFileSync(manifests, ofSets(500, 20).synthYaml());
  console.log('what the gateway gets, 500 TLS hosts with 20 different sets of callers (aim: at most 3 MB):');
  console.log(execFileSync(lab, ['xds-size', '--manifests', manifests, '--namespace', 'bench']).toString());
  for (const rules of Object.keys(RULES)) {
    writeFileSync(manifests, ruled(500, rules).synthYaml());
    console.log(`what the gateway gets, 500 HTTP hosts that it reads, ${rules}:`);
    console.log(execFileSync(lab, ['xds-size', '--manifests', manifests, '--namespace', 'bench']).toString());
  }
}
