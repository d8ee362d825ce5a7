import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import Ajv from 'ajv/dist/2020';
import { parseAllDocuments } from 'yaml';
import { EgressWays } from '../src';

const DIR = join(__dirname, '..', 'examples');
const read = (file: string) => readFileSync(join(DIR, file), 'utf8');
const examples = readdirSync(DIR).filter(file => file.endsWith('.ts')).map(file => basename(file, '.ts'));
const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(read('calls.schema.json')));

const matches = (wanted: string | null, seen: string | null) => wanted?.startsWith('*.') ? seen?.endsWith(wanted.slice(1)) : seen === wanted;

/** The ways that a call may take. */
const waysOf = ({ expect: { way, ways } }: any): any[][] => ways ?? (way ? [way] : []);

/** What an example app writes, and what it says of its ways. */
function synthesized(name: string) {
  const outdir = mkdtempSync(join(tmpdir(), `${name}-`));
  process.env.CDK8S_OUTDIR = outdir;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { app, istiodValues } = require(join(DIR, name));
    const yaml = readdirSync(outdir).filter(file => file.endsWith('.k8s.yaml')).sort().map(file => readFileSync(join(outdir, file), 'utf8')).join('---\n');
    const folder = join(outdir, 'reports');
    const texts = existsSync(folder) ? readdirSync(folder).filter(file => file.endsWith('.report.txt')) : [];
    const reports = texts.map(file => readFileSync(join(folder, file), 'utf8'));
    return { yaml, reports, istiodValues, ways: EgressWays.of(app) };
  } finally {
    delete process.env.CDK8S_OUTDIR;
    rmSync(outdir, { recursive: true });
  }
}

test('there are examples, and each has its golden and its calls', () => {
  expect(examples.length).toBeGreaterThanOrEqual(8);
  expect(readdirSync(DIR).filter(file => /\.(k8s\.yaml|calls\.json)$/.test(file)).sort())
    .toEqual(examples.flatMap(name => [`${name}.calls.json`, `${name}.k8s.yaml`]).sort());
});

describe.each(examples)('%s', name => {
  const { yaml, reports, istiodValues, ways } = synthesized(name);
  const documents = parseAllDocuments(yaml).map(document => document.toJS());
  const { world, calls } = JSON.parse(read(`${name}.calls.json`));

  test('writes its golden', () => {
    expect(yaml).toBe(read(`${name}.k8s.yaml`));
  });

  test('writes its report, if it has one', () => {
    expect(reports).toEqual(existsSync(join(DIR, `${name}.report.txt`)) ? [read(`${name}.report.txt`)] : []);
  });

  test('tells what the mesh must be told, if it does', () => {
    expect(istiodValues).toBe(existsSync(join(DIR, `${name}.istiod-values.yaml`)) ? read(`${name}.istiod-values.yaml`) : undefined);
  });

  test('writes no hole and no name twice', () => {
    expect(yaml).not.toMatch(/undefined|null|\[object/);
    const ids = documents.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { metadata } of documents) {
      expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }
  });

  test('what pods and bindings use stands before them', () => {
    const id = (kind: string, object: string, namespace?: string) => `${kind} ${namespace}/${object}`;
    const ids = documents.map(({ kind, metadata }) => id(kind, metadata.name, metadata.namespace));
    const late = documents.flatMap(({ metadata: { namespace }, spec, roleRef }, index) => {
      const pods = spec?.template?.spec;
      const used = [
        ...(pods ? [id('ServiceAccount', pods.serviceAccountName, namespace)] : []),
        ...(pods?.volumes ?? []).flatMap(({ configMap }: any) => configMap ? [id('ConfigMap', configMap.name, namespace)] : []),
        ...(roleRef ? [id(roleRef.kind, roleRef.name, namespace)] : []),
        ...(spec?.policyName ? [id('ValidatingAdmissionPolicy', spec.policyName)] : []),
      ];
      return used.filter(what => ids.indexOf(what) > index).map(what => `${ids[index]} stands before ${what}`);
    });
    expect(late).toEqual([]);
  });

  test('its calls have the format, and some pass and some are refused', () => {
    expect(validate({ world, calls, title: name }) ? [] : validate.errors).toEqual([]);
    expect(new Set(calls.map((call: any) => call.name)).size).toBe(calls.length);
    expect(calls.some((call: any) => waysOf(call).length > 0)).toBe(true);
    expect(calls.some((call: any) => call.expect.refused)).toBe(true);
  });

  test('each way that the app explains is taken by a call', () => {
    for (const way of ways) {
      if (/^limits-|-(refused|impostor)$/.test(name) && calls.some(({ to, expect: { refused } }: any) => refused && to.host === way.host)) continue;
      // the imposter of an example
      if (way.externalProxy && calls.some(({ to, expect: { refused } }: any) => refused === 'untrusted-server' && to.host === way.host)) continue;
      const taken = calls.flatMap((call: any) => waysOf(call).map(hops => ({ ...call, hops }))).filter(({ from, to, hops }: any) =>
        way.clients.includes(from.namespace)
        && to.port === way.port
        && (way.externalProxy ? matches(way.host, to.host) : hops[hops.length - 1].port === (way.targetPort ?? way.port))
        && (way.externalProxy !== undefined || (way.forwardProxy !== undefined) === hops.some((hop: any) => hop.proxy))
        && hops[0].sidecar !== undefined && (hops[1].gateway !== undefined) === (way.gateway !== undefined)
        && (way.gateway === undefined || (hops[1].gateway === way.gateway && hops[1].port === way.gatewayPort
          && hops[1].hop === way.hop && matches(way.sni ?? null, hops[1].sni))));
      expect(taken.map((call: any) => call.name)).not.toEqual([]);
    }
  });

  test('each gateway of the world has the ports that the app says it must have', () => {
    const written = documents.filter(({ kind }) => kind === 'Service')
      .map(({ metadata: { name: service, namespace }, spec: { ports } }) => ({ namespace, service, ports }));
    for (const { gateway, gatewayPort } of ways.filter(way => way.gateway !== undefined)) {
      const known = [...world.gateways ?? [], ...written].find(({ namespace, service }: any) => `${namespace}/${service}` === gateway);
      expect(known.ports.map(({ port }: any) => port)).toContain(gatewayPort);
    }
  });
});
