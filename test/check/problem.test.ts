import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { Problem } from '../../src/intent/problem';

const ROOT = join(__dirname, '..', '..');
const names = Object.values(Problem);

test('every problem has a row in the documentation, and every row a problem', () => {
  const rows = [...readFileSync(join(ROOT, 'docs', 'problems.md'), 'utf8').matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, name]) => name).sort()).toEqual([...names].sort());
});

test('every problem is provoked by a test', () => {
  const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.test.ts') && !file.endsWith('problem.test.ts'))
    .map(file => readFileSync(join(ROOT, 'test', file), 'utf8')).join('\n');
  expect(names.filter(name => !tests.includes(`${name}: `))).toEqual([]);
});
