import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, classify, isInside, isNonPublicRange, parseRange } from '../../src/net/addresses.js';

/** [first, last, kind, kind just below, kind just above]; null: there is no address there. */
const RANGES: readonly (readonly [string, string, string, string | null, string | null])[] = [
  ['0.0.0.0', '0.255.255.255', 'this-network', null, 'public'],
  ['10.0.0.0', '10.255.255.255', 'private', 'public', 'public'],
  ['100.64.0.0', '100.127.255.255', 'carrier-grade NAT', 'public', 'public'],
  ['127.0.0.0', '127.255.255.255', 'loopback', 'public', 'public'],
  ['169.254.0.0', '169.254.255.255', 'link-local', 'public', 'public'],
  ['172.16.0.0', '172.31.255.255', 'private', 'public', 'public'],
  ['192.0.0.0', '192.0.0.8', 'protocol-assignment', 'public', 'public'],
  ['192.0.0.11', '192.0.0.255', 'protocol-assignment', 'public', 'public'],
  ['192.0.2.0', '192.0.2.255', 'documentation', 'public', 'public'],
  ['192.88.99.0', '192.88.99.255', '6to4-relay', 'public', 'public'],
  ['192.168.0.0', '192.168.255.255', 'private', 'public', 'public'],
  ['198.18.0.0', '198.19.255.255', 'benchmarking', 'public', 'public'],
  ['198.51.100.0', '198.51.100.255', 'documentation', 'public', 'public'],
  ['203.0.113.0', '203.0.113.255', 'documentation', 'public', 'public'],
  ['224.0.0.0', '239.255.255.255', 'multicast', 'public', 'reserved'],
  ['240.0.0.0', '255.255.255.254', 'reserved', 'multicast', 'broadcast'],
  ['255.255.255.255', '255.255.255.255', 'broadcast', 'reserved', null],
  ['::', '::', 'unspecified', null, 'loopback'],
  ['::1', '::1', 'loopback', 'unspecified', 'reserved'],
  ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'local-use translation', 'reserved', 'reserved'],
  ['100::', '100::ffff:ffff:ffff:ffff', 'discard-only', 'reserved', 'dummy-prefix'],
  ['100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff', 'dummy-prefix', 'discard-only', 'reserved'],
  ['2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff', 'benchmarking', 'protocol-assignment', 'protocol-assignment'],
  ['2001:3::', '2001:3:ffff:ffff:ffff:ffff:ffff:ffff', 'public', 'protocol-assignment', 'protocol-assignment'],
  ['2001:1::1', '2001:1::3', 'public', 'protocol-assignment', 'protocol-assignment'],
  ['2001:10::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff', 'ORCHID', 'protocol-assignment', 'drone-identifier'],
  ['2001:30::', '2001:3f:ffff:ffff:ffff:ffff:ffff:ffff', 'drone-identifier', 'ORCHID', 'protocol-assignment'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation', 'public', 'public'],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation', 'public', 'public'],
  ['2003::', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'public', null, 'documentation'],
  ['4000::', '5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'reserved', 'public', 'segment-routing'],
  ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'unique-local', 'reserved', 'reserved'],
  ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'link-local', 'reserved', 'site-local'],
  ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'site-local', 'link-local', 'multicast'],
  ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'multicast', 'site-local', null],
];

describe('the class of an address', () => {
  it.each(RANGES)(
    'from %s to %s is %s, and one address further on either side is not',
    (first, last, kind, below, above) => {
      expect([classify(first).kind, classify(last).kind]).toEqual([kind, kind]);
      if (below !== null) expect(classify(neighbour(first, -1)).kind).toBe(below);
      if (above !== null) expect(classify(neighbour(last, 1)).kind).toBe(above);
      expect(classify(first).public).toBe(kind === 'public');
    },
  );

  it.each([
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    // IPv4-compatible, deprecated: nobody's, whatever it carries.
    ['::127.0.0.1', 'reserved'],
    ['::8.8.8.8', 'reserved'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['::ffff:10.1.2.3', 'private'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:a0a:2224::1', 'private'],
    // Teredo: server 192.0.2.45, client 10.0.0.1 with its bits inverted.
    ['2001:0:c000:22d:8000:63bf:f5ff:fffe', 'private'],
    ['2001:0:4136:e378:8000:63bf:f7f7:f7f7', 'Teredo'],
  ])('sees through %s to what it carries: %s', (address, kind) => {
    expect(classify(address)).toEqual({ public: false, kind });
  });

  it.each(['8.8.8.8', '192.0.0.9', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'])(
    '%s is public',
    (address) => {
      expect(classify(address)).toEqual({ public: true, kind: 'public' });
    },
  );

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.1',
    '2130706433',
    '010.0.0.1',
    '[::1]',
    '127.0.0.1 ',
    '1.2.3.4/8',
    '１２７.0.0.1',
    '::ffff:0x7f.0.0.1',
    '::ffff:0177.0.0.1',
    '2000::08.8.8.8',
  ])('the text %j is no address', (text) => {
    expect(classify(text)).toEqual({ public: false, kind: 'invalid' });
    expect(canonicalAddress(text)).toBeNull();
  });

  it('says the same of an IPv4 address in every form that carries it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const form of [`::ffff:${address}`, `64:ff9b::${hex}`, `2002:${hex}::1`]) {
          expect(classify(form)).toEqual(classify(address));
        }
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV6()), (text) => classify(text).kind !== ''));
  });
});

describe('a range', () => {
  it.each([
    ['127.0.0.1', '127.0.0.0/8', true],
    ['::ffff:127.0.0.1', '127.0.0.0/8', true],
    ['128.0.0.0', '127.0.0.0/8', false],
    ['64:ff9b::7f00:1', '127.0.0.0/8', false],
    ['::1', '::1', true],
    ['::2', '::1', false],
    ['10.0.0.1', '::/0', false],
  ])('%s in %s: %s', (address, cidr, inside) => {
    const range = parseRange(cidr);
    expect(range !== null && isInside(address, range)).toBe(inside);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'ten/8', '::/129', '10.0.0.0/-1', '10/8'])(
    '%j is none',
    (text) => {
      expect(parseRange(text)).toBeNull();
    },
  );

  it.each([
    ['127.0.0.0/8', true],
    ['10.20.0.0/16', true],
    ['::1/128', true],
    ['0.0.0.0/0', false],
    ['126.0.0.0/7', false],
    ['::/0', false],
    ['1::/0', false],
    ['2000::/3', false],
    ['203.0.113.7', true],
    ['8.8.8.8/32', false],
  ])('%s is wholly non-public: %s', (cidr, expected) => {
    const range = parseRange(cidr);
    expect(range !== null && isNonPublicRange(range)).toBe(expected);
  });
});

function neighbour(address: string, step: 1 | -1): string {
  const bytes = ipaddr.parse(address).toByteArray();
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const value = (bytes[at] ?? 0) + step;
    bytes[at] = value & 0xff;
    if (value >= 0 && value <= 0xff) break;
  }
  return ipaddr.fromByteArray(bytes).toString();
}
