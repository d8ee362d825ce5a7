import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { planYaml } from '../../scripts/plan-yaml';
import { AppIndex } from '../../src/app/app-index';
import { Plan } from '../../src/plan/plan';
import { planProblems } from '../../src/plan/validate';

const DIR = join(__dirname, '..', '..', 'examples');
const examples = readdirSync(DIR).filter(file => file.endsWith('.ts')).map(file => basename(file, '.ts'));

function appOf(name: string) {
  const outdir = mkdtempSync(join(tmpdir(), `${name}-`));
  process.env.CDK8S_OUTDIR = outdir;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(join(DIR, name)).app;
  } finally {
    delete process.env.CDK8S_OUTDIR;
    rmSync(outdir, { recursive: true });
  }
}

test('each example has its plan beside it, and each plan its example', () => {
  expect(readdirSync(DIR).filter(file => file.endsWith('.plan.yaml')).sort()).toEqual(examples.map(name => `${name}.plan.yaml`).sort());
});

describe.each(examples)('%s', name => {
  const app = appOf(name);
  const plan: Plan = AppIndex.of(app).plan();

  test('has the plan that stands beside it', () => {
    expect(planYaml(app)).toBe(readFileSync(join(DIR, `${name}.plan.yaml`), 'utf8'));
  });

  test('has a plan that does not contradict itself, and holds no hole', () => {
    expect(planProblems(plan)).toEqual([]);
    expect(planYaml(app)).not.toMatch(/undefined|null|\[object/);
  });

  test('has every door of a way at its gateway, and no other', () => {
    const doors = plan.ways.flatMap(({ legs }) => legs.flatMap(({ door }) => door ?? []));
    expect(plan.gateways.flatMap(gateway => gateway.doors).map(door => `${door.gateway} ${door.name}`).sort())
      .toEqual(doors.map(door => `${door.gateway} ${door.name}`).sort());
  });
});
