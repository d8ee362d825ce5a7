import fc from 'fast-check';
import * as names from '../../src/plan/names';

const LONG = 'a-rather-long-name-of-a-host.in-a-department.of-a-company.example.com';
const [A, B, C] = ['bookinfo/sa/*', 'orders/sa/*', 'orders/sa/checkout'].map(of => `spiffe://cluster.local/ns/${of}`);
const TEAMS = Array.from({ length: 9 }, (_, i) => `spiffe://cluster.local/ns/team-${i + 1}/sa/*`);
const KEY: names.CrossingKey = { namespace: 'bookinfo', host: 'mongo.example.com', port: 27018, service: 'gateway', shape: ['mutual-tls', 'd'] };

/** Objects in clusters have these names: a row may be added, and none may change. */
const KEPT: [(...args: any[]) => string, any[], string][] = [
  [names.label, [['bookinfo', 'mongo']], 'bookinfo-mongo-b9459e21'],
  [names.label, [['bookinfo', 'bookinfo', 'mongo']], 'bookinfo-mongo-a4ed7e5d'],
  [names.label, [['bookinfo', 'mongo'], ['x']], 'bookinfo-mongo-be92b685'],
  [names.label, [['Book_Info', 'a.b']], 'book-info-a-b-af398017'],
  [names.label, [['é']], '0b657be3'],
  [names.clientName, ['mongo.example.com'], 'mongo-example-com-83203b22'],
  [names.clientName, ['*.example.com'], 'example-com-57eadaaa'],
  [names.clientName, ['example.com'], 'example-com-c3c82cd0'],
  [names.clientName, [LONG], 'ame-of-a-host-in-a-department-of-a-company-example-com-42f31abb'],
  [names.clientName, [`*.${LONG}`], 'ame-of-a-host-in-a-department-of-a-company-example-com-a7a8179d'],
  [names.othersName, ['api.example.com', 80], 'api-example-com-80-others-29fa01fe'],
  [names.othersName, [LONG, 8080], 't-in-a-department-of-a-company-example-com-8080-others-47b67a15'],
  [names.securedName, ['api.example.com', 80], 'api-example-com-80-secured-85bc667f'],
  [names.securedName, [LONG, 8080], 'in-a-department-of-a-company-example-com-8080-secured-aefffb36'],
  [names.shareName, ['api.example.com', 80], 'api-example-com-80-share-776e0fee'],
  [names.shareName, [LONG, 8080], 'st-in-a-department-of-a-company-example-com-8080-share-4af860a3'],
  [names.secretReaderName, ['api.example.com'], 'api-example-com-secret-74b00a71'],
  [names.crossingName, [KEY], 'bookinfo-mongo-example-com-27018-6d013c2c'],
  [names.crossingName, [{ ...KEY, host: '*.example.com', port: 443 }], 'bookinfo-example-com-443-5cfce131'],
  [names.crossingName, [{ ...KEY, host: LONG, port: 443 }], 'of-a-host-in-a-department-of-a-company-example-com-443-c37a71ed'],
  [names.crossingName, [{ ...KEY, service: 'other' }], 'bookinfo-mongo-example-com-27018-3b07f81e'],
  [names.crossingName, [{ ...KEY, shape: ['passthrough', 'd'] }], 'bookinfo-mongo-example-com-27018-5dd62c94'],
  [names.callersName, ['all', 'bytes'], 's-all'],
  [names.callersName, ['all', 'http'], 'h-all'],
  [names.callersName, [[A], 'bytes'], 's-0ab33718'],
  [names.callersName, [[A], 'http'], 'h-0ab33718'],
  [names.callersName, [[A, B, C], 'bytes'], 's-d0400d34'],
  [names.callersName, [TEAMS, 'bytes'], 's-cec091f7'],
  [names.namespaceDomain, ['bookinfo'], 'bookinfo.ns-egress.internal'],
  [names.appDomain, ['shop'], 'shop.egress.internal'],
  [names.ownName, ['s-all', 'crossing', 'shop.egress.internal'], 's-all.crossing.shop.egress.internal'],
  [names.admissionName, ['doors', 'gateways', 'platform'], 'egress-doors-gateways-platform-628fc6fd'],
  [names.appFenceName, ['shop', 'istio-egressgateway'], 'shop-4bac3e2f'],
  [names.appFenceName, [LONG, 'gateway'], 'ame-of-a-host-in-a-department-of-a-company-example-com-f75404be'],
  [names.lockdownName, ['bookinfo'], 'egress-lockdown-bookinfo-55cf2d35'],
  [names.sidecarName, ['bookinfo'], 'egress-bookinfo-cd590e99'],
  [names.leftAloneName, ['managed.example.com'], 'managed-example-com-left-alone-c426bac3'],
  [names.exceptionName, [{ addresses: ['169.254.170.23', 'fd00:ec2::23'], ports: [80] }], 'egress-lockdown-169-254-170-23-80-56c7c2ae'],
  [names.gatewayLockdownName, ['gateway', 'bookinfo'], 'egress-lockdown-bookinfo-gateway-070a7f00'],
  [names.gatewayNetworkName, ['shop', 'istio-egressgateway'], 'egress-network-shop-c3979345'],
  [names.nodesName, ['example.com/egress', undefined], 'egress-nodes-example-com-egress-5307eb31'],
  [names.nodesName, ['example.com/egress', 'true'], 'egress-nodes-example-com-egress-true-37f942d6'],
  [names.auditName, ['istio-egressgateway'], 'egress-audit-istio-egressgateway-d5ff2422'],
  [names.externalName, ['trusted', '192.0.2.7', 9000], 'trusted-192-0-2-7-9000-1686ea2f'],
  [names.externalName, ['trusted', '2001:db8::7', 9000], 'trusted-2001-db8-7-9000-ed5d4678'],
];

test.each(KEPT.map(([of, args, name]) => [of.name, args, name, of] as const))('%s of %j is %s, for ever', (_, args, name, of) => {
  expect(of(...args)).toBe(name);
});

test('every function has a row', () => {
  const made = Object.values(names).filter(value => typeof value === 'function');
  expect(made.filter(of => !KEPT.some(([known]) => known === of))).toEqual([]);
});

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const text = fc.oneof(fc.string(), fc.stringMatching(/^[-.a-z0-9*]{0,80}$/), fc.constantFrom('a', 'a-b', 'a.b', 'A', '', '-', 'all', LONG));
const port = fc.integer({ min: 1, max: 65535 });
const account = fc.tuple(fc.stringMatching(/^[a-z]([-a-z]{0,20}[a-z])?$/), fc.constantFrom('*', 'a', 'b'))
  .map(([of, name]) => `spiffe://cluster.local/ns/${of}/sa/${name}`);
const callers = fc.oneof(fc.constant('all' as const), fc.uniqueArray(account, { minLength: 1, maxLength: 8 }).map(all => all.sort()));
const namespace = fc.stringMatching(/^[a-z]([-a-z]{0,5}[a-z])?$/);
const reads = fc.constantFrom('bytes' as const, 'http' as const);
const crossing = fc.record({ namespace: text, host: text, port, service: text, shape: fc.array(text, { maxLength: 3 }) });

/** Every function that makes a label, and what it is made of. */
const LABELS: [(...args: any[]) => string, fc.Arbitrary<unknown[]>][] = [
  [names.label, fc.tuple(fc.array(text, { minLength: 1, maxLength: 4 }), fc.array(text, { maxLength: 2 }))],
  [names.clientName, fc.tuple(text)],
  [names.othersName, fc.tuple(text, fc.integer({ min: 1, max: 65535 }))],
  [names.securedName, fc.tuple(text, fc.integer({ min: 1, max: 65535 }))],
  [names.shareName, fc.tuple(text, fc.integer({ min: 1, max: 65535 }))],
  [names.secretReaderName, fc.tuple(text)],
  [names.crossingName, fc.tuple(crossing)],
  [names.callersName, fc.tuple(callers, reads)],
  [names.admissionName, fc.tuple(text, text, text)],
  [names.appFenceName, fc.tuple(text, text)],
  [names.lockdownName, fc.tuple(text)],
  [names.sidecarName, fc.tuple(text)],
  [names.gatewayLockdownName, fc.tuple(text, text)],
  [names.gatewayNetworkName, fc.tuple(text, text)],
  [names.leftAloneName, fc.tuple(text)],
  [names.exceptionName, fc.tuple(fc.record({
    addresses: fc.array(text, { minLength: 1, maxLength: 3 }), ports: fc.array(port, { minLength: 1, maxLength: 3 }),
  }))],
  [names.nodesName, fc.tuple(text, fc.option(text, { nil: undefined }))],
  [names.auditName, fc.tuple(text)],
  [names.externalName, fc.tuple(text, text, port)],
];

describe.each(LABELS.map(([of, args]) => [of.name, of, args] as const))('%s', (_, of, args) => {
  test('is a DNS label of at most 63 characters, whatever it is made of', () => {
    fc.assert(fc.property(args, given => {
      expect(of(...given)).toMatch(LABEL);
    }), { numRuns: 200 });
  });

  test('is another of other parts, and the same of the same', () => {
    fc.assert(fc.property(args, args, (one, other) => {
      expect(of(...one) === of(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      expect(of(...structuredClone(one))).toBe(of(...one));
    }), { numRuns: 200 });
  });
});

test('parts that are joined alike have other names', () => {
  const all = [['a-b', 'c'], ['a', 'b-c'], ['a', 'b', 'c'], ['a', 'a', 'b'], ['a', 'b'], ['A', 'b'], ['a.b'], ['a-b'], ['*.a', 'b']].map(parts => names.label(parts));
  expect(new Set(all).size).toBe(all.length);
  expect(names.label(['a', 'b'])).not.toBe(names.label(['a'], ['b']));
});

test('where it is cut, the front goes, and the end stays', () => {
  fc.assert(fc.property(fc.stringMatching(/^[a-z]{60,80}$/), host => {
    const name = names.crossingName({ ...KEY, host: `${host}.example.com` });
    expect(name).toHaveLength(63);
    expect(name).toMatch(/-example-com-27018-[0-9a-f]{8}$/);
  }));
});

describe('an own name', () => {
  const nameOf = (who: 'all' | string[], read: 'bytes' | 'http', crossed: string, app: string) => names.ownName(names.callersName(who, read), crossed, names.appDomain(app));

  test('is a DNS name of at most 253 characters, of one label for who calls, one for the crossing, and the domain of the app', () => {
    fc.assert(fc.property(callers, reads, crossing, namespace, (who, read, key, app) => {
      const own = nameOf(who, read, names.crossingName(key), app);
      const [set, crossed, owner, ...rest] = own.split('.');
      expect(own.length).toBeLessThan(254);
      expect([set, crossed, owner].filter(part => !LABEL.test(part))).toEqual([]);
      expect(set.endsWith('-all')).toBe(who === 'all');
      expect([owner, rest.join('.')]).toEqual([app, 'egress.internal']);
    }));
  });

  test('begins with the callers of its own set and of no other', () => {
    fc.assert(fc.property(fc.tuple(callers, reads), namespace, fc.tuple(callers, reads), ([who, read], app, others) => {
      expect(nameOf(who, read, 'crossing', app).startsWith(`${names.callersName(...others)}.`)).toBe(JSON.stringify([who, read]) === JSON.stringify(others));
    }), { numRuns: 300 });
  });

  test('is under the domain of its own app, and of no other', () => {
    fc.assert(fc.property(callers, reads, namespace, namespace, (who, read, app, another) => {
      expect(nameOf(who, read, 'crossing', app).endsWith(`.${names.appDomain(another)}`)).toBe(app === another);
    }));
  });
});
