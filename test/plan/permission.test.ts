import { IdentityIntent } from '../../src/intent/identity';
import { denials, PermissionIntent } from '../../src/plan/permission';

const A: IdentityIntent = { namespace: 'shop', serviceAccount: 'a', anotherTrustDomain: false };
const B: IdentityIntent = { ...A, serviceAccount: 'b' };
const ALL: IdentityIntent = { namespace: 'shop', anotherTrustDomain: false };
const [a, b, all] = ['a', 'b', '*'].map(name => `cluster.local/ns/shop/sa/${name}`);

const denied = (...permissions: PermissionIntent[]) => denials(
  { hop: { security: 'mutual-tls', port: 443, http: true }, gateway: { identity: 'spiffe://cluster.local/ns/out/sa/out' } } as any, permissions);

describe('what is left to refuse', () => {
  test.each<[string, PermissionIntent[], object[]]>([
    ['other methods and paths of anybody', [{ methods: ['GET'], paths: ['/v1/*'] }], [{ notMethods: ['GET'] }, { methods: ['GET'], notPaths: ['/v1/*'] }]],
    ['other paths under every method', [{ paths: ['/v1/*'] }], [{ notPaths: ['/v1/*'] }]],
    ['paths by method, where one has all of them', [{ methods: ['GET'] }, { methods: ['POST', 'PUT'], paths: ['/a'] }, { methods: ['PUT'], paths: ['/b'] }], [
      { notMethods: ['GET', 'POST', 'PUT'] }, { methods: ['POST'], notPaths: ['/a'] }, { methods: ['PUT'], notPaths: ['/a', '/b'] },
    ]],
    ['paths of a method beside those of all', [{ paths: ['/open'] }, { methods: ['PUT'], paths: ['/a'] }], [
      { notMethods: ['PUT'], notPaths: ['/open'] }, { methods: ['PUT'], notPaths: ['/a', '/open'] },
    ]],
    ['of exact identities nothing but their requests: the door refuses everybody else', [{ identities: [A, B], methods: ['GET'] }, { identities: [B], methods: ['PUT'] }], [
      { principals: [a], notMethods: ['GET'] }, { principals: [b], notMethods: ['GET', 'PUT'] },
    ]],
    ['nothing of those who may everything', [{ identities: [A], methods: ['GET'] }, { identities: [A, B] }], []],
    ['of everybody else what anybody may not', [{ methods: ['GET'] }, { identities: [A] }], [{ notPrincipals: [a], notMethods: ['GET'] }]],
    ['everything of everybody else, where a namespace is named', [{ identities: [ALL], methods: ['GET'] }], [
      { notPrincipals: [all] }, { principals: [all], notMethods: ['GET'] },
    ]],
    ['of a namespace without those who may more', [{ identities: [ALL], methods: ['GET'] }, { identities: [A], methods: ['PUT'] }], [
      { notPrincipals: [all, a] }, { principals: [all], notPrincipals: [a], notMethods: ['GET'] }, { principals: [a], notMethods: ['GET', 'PUT'] },
    ]],
    ['whole namespaces without requests', [{ identities: [ALL, { ...B, namespace: 'other' }] }], [{ notPrincipals: ['cluster.local/ns/other/sa/b', all] }]],
  ])('%s', (_, permissions, expected) => {
    expect(denied(...permissions)).toEqual(expected);
    expect(denied(...[...permissions].reverse())).toEqual(expected);
  });

  /** What a DENY policy of these rules leaves, for one request. */
  const passes = (rules: ReturnType<typeof denied>, who: string, method: string, path: string) => {
    const matches = (patterns: readonly string[], value: string) =>
      patterns.some(pattern => pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : pattern === value);
    const meets = (one: readonly string[] | undefined, not: readonly string[] | undefined, value: string) =>
      (!one || matches(one, value)) && !(not && matches(not, value));
    return !rules.some(({ principals, notPrincipals, methods, notMethods, notPaths }) =>
      meets(principals, notPrincipals, who) && meets(methods, notMethods, method) && meets(undefined, notPaths, path));
  };

  test('is exactly what no permission is for, whatever is permitted', () => {
    const choices: PermissionIntent[] = [undefined, [A], [B], [ALL], [A, B]].flatMap(identities => [undefined, ['GET'], ['GET', 'PUT']].flatMap(methods =>
      [undefined, ['/x/*'], ['/x/y', '/z']].map(paths => ({ ...(identities ? { identities } : {}), ...(methods ? { methods } : {}), ...(paths ? { paths } : {}) }))));
    let tried = 0;
    for (let seed = 1; seed < 3000; seed += 7) {
      const permissions = [seed, seed * 31, seed * 101].slice(seed % 3).map(number => choices[number % choices.length]);
      const rules = denied(...permissions);
      for (const who of [a, b, 'cluster.local/ns/shop/sa/c']) {
        // exact identities alone are demanded by the door: others do not come so far
        if (permissions.every(({ identities }) => identities && !identities.includes(ALL)) && !permissions.some(({ identities }) => identities!.some(({ serviceAccount }) => who.endsWith(`/${serviceAccount}`)))) continue;
        for (const method of ['GET', 'PUT', 'DELETE']) {
          for (const path of ['/x/y', '/x/w', '/z', '/other']) {
            const permitted = permissions.some(permission =>
              (!permission.identities || permission.identities.some(({ serviceAccount }) => serviceAccount === undefined || who.endsWith(`/${serviceAccount}`)))
              && (!permission.methods || permission.methods.includes(method))
              && (!permission.paths || permission.paths.some(pattern => pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path)));
            expect([permissions, who, method, path, passes(rules, who, method, path)]).toEqual([permissions, who, method, path, permitted]);
            tried++;
          }
        }
      }
    }
    expect(tried).toBeGreaterThan(8000);
  });
});
