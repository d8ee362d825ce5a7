import fc from 'fast-check';
import { canonicalAddress, isSingle, rangeOf } from '../../src/intent/addresses';

test.each([
  ['203.0.113.10', '203.0.113.10'],
  ['203.0.113.10/32', '203.0.113.10'],
  ['203.0.113.0/24', '203.0.113.0/24'],
  ['169.254.169.254', '169.254.169.254'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['2001:db8::1/128', '2001:db8::1'],
  ['2001:db8::/32', '2001:db8::/32'],
])('%s is %s', (text, canonical) => {
  expect(canonicalAddress(text)).toBe(canonical);
});

test.each([
  ['', 'is no IPv4 or IPv6 address'],
  ['203.0.113', 'is no IPv4 or IPv6 address'],
  ['203.0.113.256', 'is no IPv4 or IPv6 address'],
  ['0x7f.1', 'is no IPv4 or IPv6 address'],
  ['010.0.0.1', 'is no IPv4 or IPv6 address'],
  ['ledger.example.com', 'is no IPv4 or IPv6 address'],
  ['203.0.113.10:5432', 'is no IPv4 or IPv6 address'],
  ['fe80::1%eth0', 'is no IPv4 or IPv6 address'],
  ['203.0.113.0/24/8', 'is no IPv4 or IPv6 address'],
  ['203.0.113.0/', 'has the mask "/"; a mask of IPv4 is a number from 1 to 32'],
  ['203.0.113.0/33', 'has the mask "/33"'],
  ['203.0.113.0/255.255.255.0', 'has the mask "/255.255.255.0"'],
  ['203.0.113.0/+8', 'has the mask "/+8"'],
  ['2001:db8::/129', 'has the mask "/129"; a mask of IPv6 is a number from 1 to 128'],
  ['203.0.113.10/24', 'has host bits set; did you mean "203.0.113.0/24", or the single address "203.0.113.10"?'],
  ['2001:db8::1/64', 'has host bits set; did you mean "2001:db8::/64"'],
  ['0.0.0.0/0', 'takes the traffic of every address'],
  ['::/0', 'takes the traffic of every address'],
  ['0.0.0.0', 'is no address of a host outside (unspecified)'],
  ['127.0.0.1', 'is no address of a host outside (loopback)'],
  ['::1', 'is no address of a host outside (loopback)'],
  ['224.0.0.1', 'is no address of a host outside (multicast)'],
  ['::ffff:203.0.113.10', 'is an IPv4 address in IPv6 form; write "203.0.113.10"'],
])('%s %s', (text, message) => {
  expect(() => canonicalAddress(text)).toThrow(message);
});

test('the range of a CIDR begins at its address, and holds each address that has its bits', () => {
  const ipv4 = fc.tuple(fc.integer({ min: 11, max: 99 }), fc.nat(255), fc.nat(255), fc.nat(255));
  fc.assert(fc.property(ipv4, ipv4, fc.integer({ min: 1, max: 32 }), (network, probe, bits) => {
    const number = (octets: number[]) => octets.reduce((sum, octet) => sum * 256 + octet, 0);
    const size = 2 ** (32 - bits);
    const base = Math.floor(number(network) / size) * size;
    const text = [24, 16, 8, 0].map(shift => Math.floor(base / 2 ** shift) % 256).join('.');
    fc.pre(text.split('.')[0] !== '0');
    const range = rangeOf(canonicalAddress(`${text}/${bits}`));
    const { first } = rangeOf(canonicalAddress(probe.join('.')));
    expect(range.first <= first && first <= range.last).toBe(number(probe) >= base && number(probe) < base + size);
  }));
});

test('only a single address is single', () => {
  expect(isSingle(canonicalAddress('203.0.113.10/32'))).toBe(true);
  expect(isSingle(canonicalAddress('203.0.113.10/31'))).toBe(false);
});
