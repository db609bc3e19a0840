import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/checks/dns/dnssec/algorithms.js';
import { keyTagOf } from '../../../src/checks/dns/dnssec/security-records.js';
import {
  anchorsAt,
  parseAnchors,
  parseRootAnchorsXml,
  ROOT_ANCHORS,
  rootKeysFile,
} from '../../../src/checks/dns/root-anchors.js';
import { realRecords } from './dnssec/real-zone.js';

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<TrustAnchor id="380DC50D-484E-40D0-A3AE-68F2B18F61C7" source="http://data.iana.org/root-anchors/root-anchors.xml">
  <Zone>.</Zone>
  <KeyDigest id="Kjqmt7v" validFrom="2010-07-15T00:00:00+00:00" validUntil="2019-01-11T00:00:00+00:00">
    <KeyTag>19036</KeyTag>
    <Algorithm>8</Algorithm>
    <DigestType>2</DigestType>
    <Digest>49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5</Digest>
  </KeyDigest>
  <KeyDigest id="Klajeyz" validFrom="2017-02-02T00:00:00+00:00">
    <KeyTag>20326</KeyTag>
    <Algorithm>8</Algorithm>
    <DigestType>2</DigestType>
    <Digest>E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D</Digest>
    <PublicKey>AwEAAaz/</PublicKey>
    <Flags>257</Flags>
  </KeyDigest>
  <KeyDigest id="Kmyv6jo" validFrom="2024-07-18T00:00:00+00:00">
    <KeyTag>38696</KeyTag>
    <Algorithm>8</Algorithm>
    <DigestType>2</DigestType>
    <Digest>683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16</Digest>
  </KeyDigest>
</TrustAnchor>`;

describe('the bundled anchors', () => {
  test('are the digests of the keys the root really has', () => {
    const keys = realRecords('.', 'DNSKEY').filter(({ type, rdata }) => type === 48 && rdata[1] === 1);
    const digests = keys.map(({ rdata }) => {
      const bytes = Uint8Array.from(rdata);
      return [keyTagOf(bytes), digestOf(2, Uint8Array.from([0, ...bytes]))] as const;
    });
    expect(ROOT_ANCHORS.anchors.map(({ keyTag, digest }) => [keyTag, digest])).toEqual(digests.toReversed());
  });

  test("are those of IANA's list, as far as they are in force", () => {
    const parsed = parseRootAnchorsXml(XML);
    expect(parsed.ok && anchorsAt(parsed.anchors, Date.parse(ROOT_ANCHORS.asOf))).toEqual(ROOT_ANCHORS.anchors);
  });
});

describe("IANA's list", () => {
  test('tells from when to when a key counts', () => {
    const parsed = parseRootAnchorsXml(XML);
    if (!parsed.ok) throw new Error(parsed.problem);
    const tagsAt = (date: string) => anchorsAt(parsed.anchors, Date.parse(date)).map(({ keyTag }) => keyTag);
    expect(tagsAt('2009-01-01')).toEqual([]);
    expect(tagsAt('2018-01-01')).toEqual([19_036, 20_326]);
    expect(tagsAt('2020-01-01')).toEqual([20_326]);
    expect(tagsAt('2026-01-01')).toEqual([20_326, 38_696]);
  });

  test.each([
    ['of another zone', XML.replace('<Zone>.</Zone>', '<Zone>org</Zone>')],
    ['of no zone', XML.replace('<Zone>.</Zone>', '')],
    ['without keys', XML.replace(/<KeyDigest[\s\S]*<\/KeyDigest>/u, '')],
    ['with a digest cut short', XML.replace('8EC8D</Digest>', '8E</Digest>')],
    ['with a digest that is none', XML.replace('E06D44', 'XYZ')],
    ['with a tag out of range', XML.replace('<KeyTag>20326', '<KeyTag>70326')],
    ['with a date that is none', XML.replace('2017-02-02T00:00:00+00:00', 'soon')],
    ['with code behind a date', XML.replace('2017-02-02T00:00:00+00:00', "2017-02-02 (');process.exit(')")],
    ['that is no XML', 'not found'],
    ['too long to be one', `${XML}${' '.repeat(70_000)}`],
  ])('%s is refused', (_what, xml) => {
    expect(parseRootAnchorsXml(xml).ok).toBe(false);
  });
});

describe("the file of the root's keys", () => {
  const now = Date.parse(`${ROOT_ANCHORS.asOf}T12:00:00Z`);

  test("is what IANA's list makes it, to the letter", () => {
    const written = rootKeysFile(XML, now);
    expect(written.ok && written.text).toBe(
      readFileSync(new URL('../../../src/checks/dns/root-keys.ts', import.meta.url), 'utf8'),
    );
  });

  test('keeps what a new list brings, with its dates, and drops what is over', () => {
    const rolled = XML.replace('<KeyTag>38696', '<KeyTag>12345').replace(
      'validFrom="2024-07-18',
      'validUntil="2030-01-01T00:00:00Z" validFrom="2027-07-18',
    );
    const written = rootKeysFile(rolled, now);
    expect(written.ok && written.lines.map((line) => line.split(' ')[0])).toEqual(['20326', '12345']);
    expect(written.ok && written.text).toContain("'2027-07-18T00:00:00+00:00', '2030-01-01T00:00:00Z'],");
  });

  test('is not written from a list without any key known so far, nor from one that is none', () => {
    const strange = XML.replaceAll(/<KeyTag>\d+/gu, '<KeyTag>12345');
    expect(rootKeysFile(strange, now)).toMatchObject({ ok: false, problem: expect.stringContaining('by hand') });
    expect(rootKeysFile('not found', now).ok).toBe(false);
  });
});

describe('anchors from the settings', () => {
  const digest = ROOT_ANCHORS.anchors[0]?.digest;

  test.each([
    '20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D',
    '. IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d',
    '. 172800 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E88040 9BBC683457104237C7F8EC8D',
    '.\tDS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D',
  ])('are read as zone files write them: %s', (line) => {
    const parsed = parseAnchors([line]);
    expect(parsed.ok && parsed.anchors).toEqual([
      { keyTag: 20_326, algorithm: 8, digestType: 2, digest, validFrom: null, validUntil: null },
    ]);
  });

  test.each([
    '',
    'example.org. IN DS 1 8 1 00',
    '20326 8 2 E06D',
    '20326 8 2',
    '99999 8 2 00',
    'DNSKEY 257 3 8 AwEA',
    'org. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D',
  ])('are refused with what was expected: "%s"', (line) => {
    const parsed = parseAnchors([line]);
    expect(parsed.ok ? '' : parsed.problem).toMatch(/DS record/u);
  });
});
