import { createHash } from 'crypto';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

const DIR = join(__dirname, '..', 'imports');

test('the generated types are as they were generated: scripts/import-istio.sh makes them again', () => {
  const sums = readFileSync(join(DIR, 'SHA256SUMS'), 'utf8').trim().split('\n').map(line => line.split(/\s+/));
  expect(sums.map(([, file]) => file)).toEqual(readdirSync(DIR).filter(file => file.endsWith('.ts')).sort());
  for (const [sum, file] of sums) {
    expect([file, createHash('sha256').update(readFileSync(join(DIR, file))).digest('hex')]).toEqual([file, sum]);
  }
});

test('they hold one API version a kind, and are no part of the public API', () => {
  const versions = readdirSync(DIR).filter(file => file.endsWith('.ts'))
    .flatMap(file => [...readFileSync(join(DIR, file), 'utf8').matchAll(/apiVersion: '(.*)',\n\s*kind: '(.*)'/g)].map(([, version, kind]) => `${kind} ${version}`));
  expect(versions.sort()).toEqual([
    'AuthorizationPolicy security.istio.io/v1', 'DestinationRule networking.istio.io/v1', 'EnvoyFilter networking.istio.io/v1alpha3',
    'Gateway networking.istio.io/v1', 'PeerAuthentication security.istio.io/v1', 'RequestAuthentication security.istio.io/v1',
    'ServiceEntry networking.istio.io/v1', 'Sidecar networking.istio.io/v1', 'Telemetry telemetry.istio.io/v1', 'VirtualService networking.istio.io/v1',
    'WorkloadEntry networking.istio.io/v1', 'WorkloadGroup networking.istio.io/v1',
  ]);
  expect(readFileSync(join(DIR, '..', 'src', 'index.ts'), 'utf8')).not.toContain('imports');
});
