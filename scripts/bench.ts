/*
 * Measures the constructs against the same objects made with the raw generated types, in the same run and process:
 * npm run bench [-- ROUTES...]. Ratios are medians of paired runs; the times beside them depend on the machine.
 */
import { execFileSync } from 'child_process';
import { existsSync, readFileSync, statSync } from 'fs';
import { join } from 'path';
import { App, Chart } from 'cdk8s';
import * as istio from '../imports/networking.istio.io';
import * as security from '../imports/security.istio.io';
import { EgressGateway, EgressGatewayRoute, TlsEgress } from '../src';

const ROOT = join(__dirname, '..');
const sizes = process.argv.slice(2).map(Number);
const KINDS: Record<string, any> = { ...istio, ...security };

function ours(routes: number): App {
  const app = new App();
  const chart = new Chart(app, 'bench', { namespace: 'bench' });
  const gateway = EgressGateway.fromService(chart, 'gateway', {
    namespace: 'istio-system', service: 'istio-egressgateway', labels: { istio: 'egressgateway' }, serviceAccount: 'istio-egressgateway',
  });
  for (let i = 0; i < routes; i++) {
    const egress = new TlsEgress(chart, `host${i}`, { hosts: [`host${i}.example.com`] });
    new EgressGatewayRoute(chart, `route${i}`, { egress, gateway });
  }
  return app;
}

/** What somebody would write by hand, with the specs made in place as the constructs make theirs. */
function raw(documents: any[]): App {
  const app = new App();
  const chart = new Chart(app, 'bench', { namespace: 'bench' });
  documents.forEach(({ kind, metadata, spec }, i) => new KINDS[kind](chart, `${kind}${i}`, { metadata: structuredClone(metadata), spec: structuredClone(spec) }));
  return app;
}

function seconds(work: () => unknown): number {
  (globalThis as any).gc?.();
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const perRoute: number[] = [];
for (const routes of sizes.length > 0 ? sizes : [1000, 10000]) {
  const documents = ours(routes).charts.flatMap(chart => chart.toJson());
  const pairs = Array.from({ length: routes > 5000 ? 3 : 7 }, (_, i) => {
    const one = () => seconds(() => ours(routes).synthYaml());
    const other = () => seconds(() => raw(documents).synthYaml());
    const [a, b] = i % 2 === 0 ? [one(), other()] : [other(), one()].reverse();
    return { a, b, ratio: a / b };
  }).slice(1);
  perRoute.push(median(pairs.map(({ a }) => a)) / routes);
  console.log(`${routes} routes, ${documents.length} objects: ${median(pairs.map(({ a }) => a)).toFixed(2)} s, `
    + `raw ${median(pairs.map(({ b }) => b)).toFixed(2)} s, ratio ${median(pairs.map(({ ratio }) => ratio)).toFixed(2)} (aim: at most 1.15)`);
}
console.log(`growth: a route of the largest app costs ${(perRoute[perRoute.length - 1] / perRoute[0]).toFixed(2)} of one of the smallest`);

const library = join(ROOT, 'lib', 'src', 'index.js');
if (!existsSync(library)) {
  console.log('NOT MEASURED: time to require, .jsii, API.md: run "npx projen compile" and "npx projen docgen" first');
} else {
  const load = () => Number(execFileSync(process.execPath, ['-e',
    `require('cdk8s'); const start = process.hrtime.bigint(); require(${JSON.stringify(library)}); console.log(Number(process.hrtime.bigint() - start) / 1e6)`,
  ], { cwd: ROOT }).toString());
  console.log(`require, over require('cdk8s'): ${median(Array.from({ length: 9 }, load)).toFixed(0)} ms (aim: at most 50)`);
  console.log(`.jsii: ${Math.round(statSync(join(ROOT, '.jsii')).size / 1024)} KB (aim: at most 300)`);
  console.log(`API.md: ${readFileSync(join(ROOT, 'API.md'), 'utf8').split('\n').length} lines (aim: at most 1,500)`);
}
