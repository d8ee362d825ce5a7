import fc from 'fast-check';
import { label, ownName, routeDomain } from '../../src/plan/names';

test.each([
  [['bookinfo', 'mongo'], /^bookinfo-mongo-[0-9a-f]{8}$/],
  [['bookinfo', 'bookinfo', 'mongo'], /^bookinfo-mongo-[0-9a-f]{8}$/],
  [['Book_Info', 'a.b'], /^book-info-a-b-[0-9a-f]{8}$/],
  [['é'], /^[0-9a-f]{8}$/],
])('%j is named %s', (parts, name) => {
  expect(label(...parts)).toMatch(name);
});

test('other parts give another name', () => {
  const names = [['a-b', 'c'], ['a', 'b-c'], ['a', 'b', 'c'], ['a', 'a', 'b'], ['a', 'b'], ['A', 'b']].map(parts => label(...parts));
  expect(new Set(names).size).toBe(names.length);
});

test('any parts give a DNS label', () => {
  fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), parts => {
    expect(label(...parts)).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  }));
});

test('clients beyond the own namespace have a domain of their own', () => {
  expect(routeDomain('bookinfo', ['bookinfo'])).toBe('bookinfo.egress.internal');
  expect(routeDomain('bookinfo', ['orders'])).toMatch(/^orders-[0-9a-f]{8}\.shared-egress\.internal$/);
  expect(routeDomain('bookinfo', ['*'])).toBe('all.shared-egress.internal');
  expect(ownName('mongo', 'bookinfo', ['bookinfo'])).toBe('mongo.bookinfo.egress.internal');
  expect(ownName('mongo', 'bookinfo', ['*'])).toBe('mongo.bookinfo.all.shared-egress.internal');
});

test('a name of one set of clients is never under the domain of another', () => {
  const namespace = fc.stringMatching(/^[a-z]([-a-z]{0,5}[a-z])?$/);
  const clients = fc.uniqueArray(namespace, { minLength: 1, maxLength: 3 }).map(names => names.sort());
  fc.assert(fc.property(namespace, clients, namespace, clients, (ns, one, otherNs, other) => {
    const domain = routeDomain(otherNs, other);
    expect(ownName('r', ns, one).endsWith(`.${domain}`)).toBe(routeDomain(ns, one) === domain);
  }));
});
