/* Synthesizes one example app, or all of them, and prints what may leave and which way: npm run example [-- NAME] [--golden]. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { planYaml } from './plan-yaml';
import { EgressWays } from '../src';

const examples = join(__dirname, '..', 'examples');
const names = readdirSync(examples).filter(file => file.endsWith('.ts')).map(file => basename(file, '.ts'));
const args = process.argv.slice(2);
const golden = args.includes('--golden');
const wanted = args.filter(arg => !arg.startsWith('--'));
const unknown = wanted.filter(name => !names.includes(name));

if (unknown.length > 0) {
  console.error(`no example "${unknown.join('", "')}"; there are: ${names.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : names) {
  const outdir = golden ? mkdtempSync(join(tmpdir(), `${name}-`)) : join(examples, 'dist', name);
  process.env.CDK8S_OUTDIR = outdir;
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { app, meshConfig, istiodValues } = require(join(examples, name));
  const files = readdirSync(outdir).filter(file => file.endsWith('.k8s.yaml')).sort();
  if (golden) {
    writeFileSync(join(examples, `${name}.k8s.yaml`), files.map(file => readFileSync(join(outdir, file), 'utf8')).join('---\n'));
    writeFileSync(join(examples, `${name}.plan.yaml`), planYaml(app));
    const reports = join(outdir, 'reports');
    for (const report of existsSync(reports) ? readdirSync(reports).filter(file => file.endsWith('.report.txt')) : []) {
      copyFileSync(join(reports, report), join(examples, `${name}.report.txt`));
    }
    if (meshConfig !== undefined) {
      writeFileSync(join(examples, `${name}.meshconfig.yaml`), meshConfig);
    }
    if (istiodValues !== undefined) {
      writeFileSync(join(examples, `${name}.istiod-values.yaml`), istiodValues);
    }
  } else {
    console.log(`# ${name}\n\n${EgressWays.describe(app)}\nwritten: ${files.map(file => join('examples', 'dist', name, file)).join(', ')}\n`);
  }
}
