import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as cheerio from 'cheerio';
import { afterAll, describe, expect, test } from 'vitest';
import { type AsnOf, asnsFrom, bundledAsns } from '../../src/cli/asns.js';
import { htmlReport } from '../../src/cli/report/html.js';
import { ASN_CREDIT } from '../../src/cli/report/words.js';
import { sampleRun } from './report/sample.js';

const folder = mkdtempSync(join(tmpdir(), 'siteward-asns-'));
afterAll(() => rmSync(folder, { recursive: true }));

const warned: string[] = [];
const log = { warn: (_fields: unknown, message: string) => void warned.push(message) };

describe('the bundled table', () => {
  test('is found where it is installed', () => {
    const asnOf = bundledAsns(log);
    expect([asnOf('8.8.8.8'), asnOf('127.0.0.1')]).toEqual([15_169, null]);
    expect(warned).toEqual([]);
  });

  test.each(['missing', 'damaged'])('that is %s leaves every network unknown and is told of once', (what) => {
    const file = join(folder, what);
    if (what === 'damaged') writeFileSync(file, 'not a table');
    warned.length = 0;
    const asnOf = bundledAsns(log, pathToFileURL(file));
    expect([asnOf('8.8.8.8'), asnOf('1.1.1.1')]).toEqual([null, null]);
    expect(warned).toHaveLength(1);
  });
});

describe("the operator's own database", () => {
  const file = join(folder, 'asn.mmdb');
  const from = (record: Buffer, database = file, type = 'Test-ASN'): AsnOf => {
    warned.length = 0;
    writeFileSync(file, mmdb(record, type));
    return asnsFrom(database, log);
  };

  test.each<[string, Buffer, number | null]>([
    ['as GeoLite2 and DB-IP write it', map(['autonomous_system_number', uint32(64_500)]), 64_500],
    ['as IPinfo writes it', map(['asn', text('AS64500')]), 64_500],
    ['0, which is no network', map(['autonomous_system_number', uint32(0)]), null],
    ['not there', map(['country', text('SE')]), null],
    ['no number', map(['asn', text('AS')]), null],
  ])('has the number %s', (_, record, expected) => {
    const asnOf = from(record);
    expect([asnOf('198.51.100.7'), asnOf('8.8.8.8')], 'the file is asked alone').toEqual([expected, null]);
    expect(asnOf('2001:db8::1'), 'IPv6 in a file of IPv4').toBeNull();
  });

  test.each([
    ['GeoLite2-ASN', /MaxMind.*https:\/\/www\.maxmind\.com/u],
    ['DBIP-ASN-Lite (compat=GeoLite2-ASN)', /DB-IP.*https:\/\/db-ip\.com/u],
    ['ipinfo standard_asn.mmdb', /IPinfo.*https:\/\/ipinfo\.io/u],
    ['Own \u001b[2J', /^IP to ASN: Own .*\(dns\.asn_database\)$/u],
  ])('is named where what it says is shown: %s', (type, expected) => {
    const credit = from(map(), file, type).credit();
    expect(credit).toMatch(expected);
    expect(credit).not.toMatch(/\p{Cc}/u);
    const page = htmlReport({ ...sampleRun(), asnCredit: credit });
    expect(cheerio.load(page)('footer').text()).toContain(credit);
    expect(page).not.toContain('NRO');
  });

  test('that cannot be read leaves the credit with those whose table is used', () => {
    expect(asnsFrom(join(folder, 'none.mmdb'), log).credit()).toBe(ASN_CREDIT);
    expect(asnsFrom(null, log).credit()).toBe(ASN_CREDIT);
  });

  test('that is missing or damaged is told of once, and the bundled table is used', () => {
    for (const database of [join(folder, 'none.mmdb'), file]) {
      const asnOf = from(map(), database);
      if (database === file) writeFileSync(file, 'no database');
      expect([asnOf('8.8.8.8'), asnOf('1.1.1.1')]).toEqual([15_169, 13_335]);
      expect(warned).toEqual([expect.stringContaining('dns.asn_database')]);
    }
  });
});

// ------------------------------------------------- an MMDB file by hand, after MaxMind's specification 2.0

function text(value: string): Buffer {
  return Buffer.from([0x40 | value.length, ...Buffer.from(value)]);
}

/** Of 29 bytes or more. */
function longText(value: string): Buffer {
  const bytes = Buffer.from(value);
  return bytes.length < 29 ? text(value) : Buffer.concat([Buffer.from([0x40 | 29, bytes.length - 29]), bytes]);
}

function uint32(value: number): Buffer {
  return Buffer.from([0xc4, value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
}

function uint16(value: number): Buffer {
  return Buffer.from([0xa2, value >> 8, value & 255]);
}

function map(...pairs: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([Buffer.from([0xe0 | pairs.length]), ...pairs.flatMap(([key, value]) => [text(key), value])]);
}

/** A tree of 24 nodes that leads 198.51.100.0/24 to the record, and everything else nowhere. */
function mmdb(record: Buffer, type: string): Buffer {
  const bits = [198, 51, 100].flatMap((octet) => Array.from({ length: 8 }, (_, at) => (octet >> (7 - at)) & 1));
  const nodes = bits.map((bit, at) => {
    const next = at === 23 ? 24 + 16 : at + 1;
    return bit === 0 ? [next, 24] : [24, next];
  });
  const tree = Buffer.from(nodes.flat().flatMap((to) => [to >> 16, (to >> 8) & 255, to & 255]));
  const metadata = map(
    ...([
      ['binary_format_major_version', uint16(2)],
      ['binary_format_minor_version', uint16(0)],
      ['build_epoch', uint32(1)],
      ['database_type', longText(type)],
      ['description', map()],
      ['ip_version', uint16(4)],
      ['languages', Buffer.from([0x00, 0x04])],
      ['node_count', uint32(24)],
      ['record_size', uint16(24)],
    ] as const),
  );
  const marker = Buffer.from([0xab, 0xcd, 0xef, ...Buffer.from('MaxMind.com')]);
  return Buffer.concat([tree, Buffer.alloc(16), record, marker, metadata]);
}
