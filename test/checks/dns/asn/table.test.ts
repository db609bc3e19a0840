/** Looks addresses up as data; nothing is dialled. */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type AsnRange, asnIn, decodeTable, encodeTable } from '../../../../src/checks/dns/asn/table.js';

const SOURCE = { source: 'made for a test', asOf: '2026-01-02', licence: 'none', attribution: 'nobody' };

const v4 = (first: string, last: string, asn: number): AsnRange => ({
  first: number4(first),
  last: number4(last),
  asn,
});
const number4 = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
/** Three groups: the first 48 bits. */
const v6 = (first: string, last: string, asn: number): AsnRange => ({
  first: number6(first),
  last: number6(last),
  asn,
});
const number6 = (text: string): number =>
  text.split(':').reduce((sum, part) => sum * 65_536 + Number.parseInt(part, 16), 0);

const IPV4 = [
  v4('1.0.0.0', '1.0.0.255', 64_500),
  v4('1.0.1.0', '1.0.3.255', 4_200_000_000),
  v4('8.8.8.0', '8.8.8.255', 64_501),
  v4('9.9.9.9', '9.9.9.9', 64_502),
  v4('223.0.0.0', '223.255.255.255', 64_503),
];
const IPV6 = [v6('2600:0:0', '2600:0:ff', 64_501), v6('2a02:dead:1', '2a02:dead:1', 64_500)];

const bytes = encodeTable(SOURCE, IPV4, IPV6);
const table = decodeTable(bytes);

describe('a packed table', () => {
  test('says where it is from', () => {
    expect(table.header).toEqual({ format: 'siteward/asn/1', ...SOURCE, asns: 5, ipv4: 5, ipv6: 2 });
  });

  test.each<[address: string, asn: number | null]>([
    ['0.255.255.255', null],
    ['1.0.0.0', 64_500],
    ['1.0.0.255', 64_500],
    ['1.0.1.0', 4_200_000_000],
    ['1.0.3.255', 4_200_000_000],
    ['1.0.4.0', null],
    ['8.8.7.255', null],
    ['8.8.8.0', 64_501],
    ['8.8.8.255', 64_501],
    ['8.8.9.0', null],
    ['9.9.9.8', null],
    ['9.9.9.9', 64_502],
    ['9.9.9.10', null],
    ['222.255.255.255', null],
    ['223.0.0.0', 64_503],
    ['223.255.255.255', 64_503],
    ['224.0.0.0', null],
    ['25ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null],
    ['2600::', 64_501],
    ['2600:0:ff:ffff:ffff:ffff:ffff:ffff', 64_501],
    ['2600:0:100::', null],
    ['2a02:dead:0:ffff:ffff:ffff:ffff:ffff', null],
    ['2a02:dead:1::1', 64_500],
    ['2a02:dead:2::', null],
  ])('knows the edges of its ranges: %s is in %s', (address, asn) => {
    expect(asnIn(table, address)).toBe(asn);
  });

  test('takes an IPv4 address written as IPv6 for what it is', () => {
    expect(asnIn(table, '::ffff:8.8.8.8')).toBe(64_501);
  });

  test('knows nothing of what is no address', () => {
    expect(['', 'example.org', '8.8.8', '8.8.8.8/24'].map((text) => asnIn(table, text))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test('of nothing knows nothing', () => {
    const empty = decodeTable(encodeTable(SOURCE, [], []));
    expect([asnIn(empty, '8.8.8.8'), asnIn(empty, '2600::1')]).toEqual([null, null]);
  });

  test('gives addresses the Internet cannot reach to nobody, whoever claims them', () => {
    const claimed = decodeTable(encodeTable(SOURCE, [v4('0.0.0.0', '255.255.255.255', 64_500)], []));
    expect(['8.8.8.8', '10.0.0.1', '127.0.0.1', '203.0.113.7'].map((address) => asnIn(claimed, address))).toEqual([
      64_500,
      null,
      null,
      null,
    ]);
  });

  test('keeps AS 0 out: it means nobody', () => {
    const nobody = decodeTable(encodeTable(SOURCE, [v4('8.8.8.0', '8.8.8.255', 0)], []));
    expect(asnIn(nobody, '8.8.8.8')).toBeNull();
  });

  test('gives what two ranges claim to neither', () => {
    const overlapping = [v4('8.8.0.0', '8.8.9.255', 64_500), v4('8.8.9.0', '8.8.20.255', 64_501)];
    const disputed = decodeTable(encodeTable(SOURCE, overlapping, []));
    const found = ['8.8.8.255', '8.8.9.0', '8.8.9.255', '8.8.10.0'].map((address) => asnIn(disputed, address));
    expect(found).toEqual([64_500, null, null, 64_501]);
  });

  test('is refused when cut short at any byte', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeTable(bytes.subarray(0, length)), `${length} bytes`).toThrow();
    }
  });

  test('is refused when its header promises more than there is', () => {
    const text = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0x0a) + 1));
    const boast = new TextEncoder().encode(text.replace('"ipv4":5', '"ipv4":4000000000'));
    expect(() => decodeTable(boast)).toThrow('cut short');
  });
});

describe('the bundled table', () => {
  const bundled = decodeTable(
    brotliDecompressSync(readFileSync(new URL('../../../../assets/asn.bin.br', import.meta.url))),
  );

  test.each([
    ['8.8.8.8', 15_169],
    ['1.1.1.1', 13_335],
    ['2001:4860:4860::8888', 15_169],
    ['2606:4700:4700::1111', 13_335],
  ])('knows that %s is in AS%s', (address, asn) => {
    expect(asnIn(bundled, address)).toBe(asn);
  });

  test('is whole, dated and says whom to credit', () => {
    const { header } = bundled;
    expect(header.ipv4).toBeGreaterThan(300_000);
    expect(header.ipv6).toBeGreaterThan(80_000);
    expect(header.licence).toContain('CC BY 4.0');
    for (const name of ['RouteViews', 'DB-IP', 'NRO']) expect(header.attribution).toContain(name);
  });
});
