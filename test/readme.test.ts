import { readFileSync } from 'fs';
import { join } from 'path';
import { Testing } from 'cdk8s';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import * as library from '../src';

const README = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
const blocks = [...README.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);

/** Runs a block as an app and returns it with what its charts write. */
function run(code: string): { app: any; documents: any[] } {
  const modules: Record<string, any> = { 'cdk8s-istio-egress': library, 'cdk8s': jest.requireActual('cdk8s'), 'constructs': jest.requireActual('constructs') };
  const { outputText } = transpileModule(`${code}\nexports.app = app;`, { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } });
  const exported: any = {};
  const outdir = Testing.app().outdir;
  process.env.CDK8S_OUTDIR = outdir;
  new Function('require', 'exports', outputText)((name: string) => modules[name], exported);
  delete process.env.CDK8S_OUTDIR;
  return { app: exported.app, documents: exported.app.charts.flatMap((chart: any) => Testing.synth(chart)) };
}

test('the first app does what it says', () => {
  const { app, documents } = run(blocks[0]);
  expect(documents.map(({ kind }) => kind).sort()).toEqual([
    'AuthorizationPolicy', 'DestinationRule', 'DestinationRule', 'Gateway', 'ServiceEntry', 'ServiceEntry', 'ServiceEntry', 'VirtualService', 'VirtualService',
  ]);
  expect(documents.every(({ metadata }) => metadata.labels['app.kubernetes.io/part-of'] === 'bookinfo')).toBe(true);
  expect(README).toContain(library.EgressWays.describe(app));
});

test('the company\'s construct carries its defaults, shares one policy, and is patched by host', () => {
  const { documents } = run(blocks[1]);
  const of = (wanted: string) => documents.filter(({ kind }) => kind === wanted);
  expect(of('ServiceEntry').map(({ metadata }) => metadata.labels['example.com/cost-centre']).sort()).toEqual(['0815', '0815', '4711', '4711', '4711', '4711']);
  expect(of('Gateway')).toHaveLength(3);
  expect(of('AuthorizationPolicy')).toHaveLength(1);
  expect(of('DestinationRule').filter(({ spec }) => spec.trafficPolicy.portLevelSettings[0].connectionPool).map(({ spec }) => spec.host)).toEqual(['stock.example.com']);
});

test('the whole domain leaves through the proxy\'s socket', () => {
  const { documents } = run(blocks[2]);
  expect(documents.filter(({ kind }) => kind === 'ServiceEntry').map(({ spec }) => spec.endpoints[0].address).sort())
    .toEqual(['sni.egress.svc.cluster.local', expect.stringMatching(/^unix:\/\/\/var\/run\/sni\/.*\.sock$/)]);
});

test('every example is told of', () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const names = require('fs').readdirSync(join(__dirname, '..', 'examples')).filter((file: string) => file.endsWith('.ts'));
  expect(names.filter((file: string) => !README.includes(`(examples/${file})`))).toEqual([]);
});

test('the objects that can be patched are methods', () => {
  const classes: { [name: string]: { readonly prototype: object } } = {
    egress: library.Egress, route: library.EgressGatewayRoute, lockdown: library.EgressLockdown, audit: library.EgressAudit,
  };
  const found = [...README.matchAll(/`(egress|route|lockdown|audit)\.([a-zA-Z]+)\((?!\{)/g)];
  expect(found.length).toBeGreaterThanOrEqual(4);
  for (const [, of, method] of found) {
    expect(Object.getOwnPropertyNames(classes[of].prototype)).toContain(method);
  }
});

test('the Roles of a team\'s pipeline stand in the docs as the lab tries them', () => {
  const read = (...path: string[]) => readFileSync(join(__dirname, '..', ...path), 'utf8');
  expect(read('docs', 'platform.md')).toContain(read('examples', 'team.roles.yaml'));
});
