import { gatewayProblems } from '../../src/check/gateways';
import { GatewayIntent } from '../../src/intent/gateway';

const GATEWAY: GatewayIntent = {
  path: 'a',
  namespace: 'out',
  service: 'out',
  host: 'out.out.svc.cluster.local',
  selector: { app: 'out', tier: 'edge' },
  identity: 'spiffe://cluster.local/ns/out/sa/out',
  port: 443,
  labels: {},
  annotations: {},
};
const OWN: GatewayIntent = { ...GATEWAY, path: 'own', labels: { team: 'net' }, annotations: { note: 'x' }, workload: {} as any };

const problems = (gateways: GatewayIntent[], used = gateways) =>
  gatewayProblems(gateways, used).map(({ path, text }) => `${path} ${text}`);

describe('two that name one Service', () => {
  test.each<[string, Partial<GatewayIntent>, string]>([
    ['its pods', { selector: { app: 'out' } }, 'b gateway-conflict: its selector is {"app":"out"}, and "a" says {"app":"out","tier":"edge"} of the same gateway "out/out"; '],
    ['its service account', { identity: 'spiffe://cluster.local/ns/out/sa/other' }, 'b gateway-conflict: its service account or trust domain is "spiffe://cluster.local/ns/out/sa/other", and "a" says'],
    ['its trust domain', { identity: 'spiffe://corp/ns/out/sa/out' }, 'b gateway-conflict: its service account or trust domain is "spiffe://corp/ns/out/sa/out", and "a" says'],
    ['its port', { port: 8443 }, 'b gateway-conflict: its port is 8443, and "a" says 443 of the same gateway "out/out"'],
    ['the cluster domain', { host: 'out.out.svc.k8s.corp' }, 'b gateway-conflict: its cluster domain is "out.out.svc.k8s.corp", and "a" says'],
    ['labels', { labels: { team: 'x' } }, 'b gateway-conflict: its labels is {"team":"x"}, and "a" says {} of the same gateway'],
    ['annotations', { annotations: { note: 'x' } }, 'b gateway-conflict: its annotations is {"note":"x"}, and "a" says {} of the same gateway'],
  ])('contradict each other about %s', (_, props, message) => {
    expect(problems([GATEWAY, { ...GATEWAY, path: 'b', ...props }], [])).toEqual([expect.stringContaining(message)]);
  });

  test('may say the same, in any order of keys', () => {
    expect(problems([GATEWAY, { ...GATEWAY, path: 'b', selector: { tier: 'edge', app: 'out' } }])).toEqual([]);
  });

  test('may be the one that the app runs and a reference to it, whose labels are for other objects', () => {
    expect(problems([GATEWAY, OWN])).toEqual([]);
    expect(problems([OWN, { ...GATEWAY, path: 'z', port: 8443 }])).toEqual([expect.stringContaining('z gateway-conflict: its port is 8443, and "own" says 443')]);
    expect(problems([{ ...GATEWAY, port: 8443 }, OWN])).toEqual([expect.stringContaining('a gateway-conflict: its port is 8443, and "own" says 443')]);
  });

  test('are not both run by the app', () => {
    expect(problems([OWN, { ...OWN, path: 'twin' }])).toEqual([expect.stringContaining('twin gateway-conflict: "own" is the gateway "out/out" already; one would overwrite the other')]);
  });
});

describe('two Services before the same pods', () => {
  const alias: GatewayIntent = { ...GATEWAY, path: 'b', service: 'alias', host: 'alias.out.svc.cluster.local', selector: { tier: 'edge', app: 'out' } };

  test('are not both used', () => {
    expect(problems([GATEWAY, alias])).toEqual([expect.stringContaining('b gateway-conflict: gateway "out/alias" has the pods of gateway "out/out": both select ')]);
  });

  test.each<[string, GatewayIntent[], GatewayIntent[]]>([
    ['one of them is not used', [GATEWAY, alias], [GATEWAY]],
    ['they are of two namespaces', [GATEWAY, { ...alias, namespace: 'other' }], [GATEWAY, { ...alias, namespace: 'other' }]],
    ['they select other pods', [GATEWAY, { ...alias, selector: { app: 'alias' } }], [GATEWAY, { ...alias, selector: { app: 'alias' } }]],
  ])('are no problem where %s', (_, gateways, used) => {
    expect(problems(gateways, used)).toEqual([]);
  });
});
