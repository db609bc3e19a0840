import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../../src/checks/dns/dnssec/algorithms.js';
import {
  commonAncestor,
  compareNames,
  isWithin,
  labelsOf,
  signedLabelCount,
  wireName,
} from '../../../../src/checks/dns/dnssec/canonical-name.js';
import { base32hex, nsec3Hash } from '../../../../src/checks/dns/dnssec/nsec3.js';
import { validateResponse } from '../../../../src/checks/dns/dnssec/response.js';
import { readResponse } from '../../../../src/checks/dns/dnssec/rrsets.js';
import {
  keyTagOf,
  readDs,
  readNsec,
  readNsec3,
  readRrsig,
} from '../../../../src/checks/dns/dnssec/security-records.js';
import { canonicalName } from '../../../../src/checks/dns/names.js';
import { decode } from '../../../../src/checks/dns/wire.js';
import { context, trusted } from './judging.js';
import { a, message, NOW, rr, S, soa, T, wire, Zone } from './signer.js';

/** Any name at all, by its wire form, as the decoder writes it. */
const label = fc.uint8Array({ minLength: 1, maxLength: 4 });
const name = fc.array(label, { maxLength: 5 }).map((labels) => {
  const bytes = [...labels.flatMap((one) => [one.length, ...one]), 0];
  const decoded = decode(Uint8Array.from([0, 7, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...bytes, 0, 1, 0, 1]));
  if (!decoded.ok) throw new Error(decoded.problem);
  return { text: canonicalName(decoded.message.question.name), labels: labels.map((one) => one.map(lowered)) };
});

function lowered(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Another road to the same order: one key per name, labels from the right, each ended by a zero below every byte. */
function sortKey(labels: readonly Uint8Array[]): Buffer {
  return Buffer.from(labels.toReversed().flatMap((one) => [...[...one].flatMap((byte) => [1, byte]), 0]));
}

describe('names', () => {
  test('in any bytes sort as RFC 4034 6.1 says', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const expected = Buffer.compare(sortKey(one.labels), sortKey(other.labels));
        expect(Math.sign(compareNames(one.text, other.text))).toBe(expected);
        expect(Math.sign(compareNames(other.text, one.text))).toBe(-expected || 0);
      }),
    );
  });

  test('in the example of RFC 4034 6.1 are in order', () => {
    const names = [
      ...['example', 'a.example', 'yljkjljk.a.example', 'Z.a.example', 'zABC.a.EXAMPLE', 'z.example'],
      ...['\\001.z.example', '*.z.example', '\\200.z.example'],
    ].map(canonicalName);
    expect(names.toReversed().toSorted(compareNames)).toEqual(names);
  });

  test('go back to the bytes they came from', () => {
    fc.assert(
      fc.property(name, ({ text, labels }) => {
        expect([...wireName(text)]).toEqual([...labels.flatMap((one) => [one.length, ...one]), 0]);
        expect(labelsOf(text).length).toBe(labels.length);
      }),
    );
  });

  test('are within each other by whole labels, not by how they end', () => {
    expect(isWithin('a.example.org', 'example.org')).toBe(true);
    expect(isWithin('anexample.org', 'example.org')).toBe(false);
    expect(isWithin('a\\.example.org', 'example.org')).toBe(false);
    expect(isWithin('org', '.')).toBe(true);
    expect(commonAncestor('a.b.org', 'x.b.org')).toBe('b.org');
    expect(signedLabelCount('*.example.org')).toBe(2);
    expect(signedLabelCount('.')).toBe(0);
  });
});

describe('rdata', () => {
  const asSigned = (type: number, ...rdata: number[]): number[] => {
    const response = readResponse(message('example.org', type, { answer: [rr('example.org', type, rdata)] }));
    return [...(response?.answer[0]?.rdatas[0] ?? [])];
  };

  test.each<[string, number, number[], number[]]>([
    ['NS', 2, wire('A.B'), wire('a.b')],
    [
      'SOA',
      6,
      [...wire('A'), ...wire('B'), ...new Array<number>(20).fill(65)],
      [...wire('a'), ...wire('b'), ...new Array<number>(20).fill(65)],
    ],
    ['PTR', 12, wire('A'), wire('a')],
    ['MX', 15, [65, 65, ...wire('A')], [65, 65, ...wire('a')]],
    ['SRV', 33, [65, 65, 65, 65, 65, 65, ...wire('A')], [65, 65, 65, 65, 65, 65, ...wire('a')]],
    ['NAPTR', 35, [0, 1, 0, 2, 1, 65, 1, 65, 1, 65, ...wire('A')], [0, 1, 0, 2, 1, 65, 1, 65, 1, 65, ...wire('a')]],
    ['DNAME', 39, wire('A'), wire('a')],
    ['RP', 17, [...wire('A'), ...wire('B')], [...wire('a'), ...wire('b')]],
    ['NSEC, off the list since RFC 6840', S.NSEC, [...wire('A'), 0, 1, 64], [...wire('A'), 0, 1, 64]],
    ['TXT', 16, [1, 65], [1, 65]],
    ['a type nobody knows', 65_400, wire('A'), wire('A')],
    ['SRV that is none', 33, [65, 65], [65, 65]],
  ])('of %s has its names in lower case where that was signed', (_what, type, received, signed) => {
    expect(asSigned(type, ...received)).toEqual(signed);
  });

  test('has its names uncompressed', () => {
    const [question, answer] = [
      message('example.org', T.NS, {}),
      [0xc0, 12, 0, 2, 0, 1, 0, 0, 1, 44, 0, 5, 2, 110, 115, 0xc0, 12],
    ];
    const bytes = Uint8Array.from([...question, ...answer]);
    bytes[7] = 1;
    expect([...(readResponse(bytes)?.answer[0]?.rdatas[0] ?? [])]).toEqual(wire('ns.example.org'));
  });
});

describe('known values', () => {
  test('of key tag and DS digest are those of RFC 8080 6', () => {
    const rdata = Uint8Array.from([
      1,
      1,
      3,
      15,
      ...Buffer.from('l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=', 'base64'),
    ]);
    expect(keyTagOf(rdata)).toBe(3613);
    const digest = digestOf(2, Uint8Array.from([...wire('example.com'), ...rdata]));
    expect(Buffer.from(digest ?? []).toString('hex')).toBe(
      '3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b',
    );
  });

  test.each([
    ['example', '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom'],
    ['a.example', '35mthgpgcu1qg68fab165klnsnk3dpvl'],
    ['ai.example', 'gjeqe526plbf1g8mklp59enfd789njgi'],
    ['x.y.w.example', '2vptu5timamqttgl4luu9kg21e0aor3s'],
    ['*.w.example', 'r53bq7cc2uvmubfu5ocmm6pers9tk9en'],
  ])('of hashed names are those of RFC 5155 appendix A: %s', (plain, hashed) => {
    expect(base32hex(nsec3Hash(plain, Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd), 12))).toBe(hashed);
  });
});

describe('hostile bytes', () => {
  test('are no list of types where its windows are out of order, empty or too long', () => {
    const nsec = (...types: number[]) => readNsec(Uint8Array.from([0, ...types]));
    const types = nsec(0, 1, 0x40, 1, 1, 0x40)?.types;
    expect([0, 1, 2, 256, 257, 258, 513].filter((type) => types?.has(type))).toEqual([1, 257]);
    expect(nsec(1, 1, 0x40, 0, 1, 0x40)).toBeNull();
    expect(nsec(0, 1, 0x40, 0, 1, 0x40)).toBeNull();
    expect(nsec(0, 0)).toBeNull();
    expect(nsec(0, 33, ...new Array<number>(33).fill(1))).toBeNull();
    expect(nsec(0, 2, 1)).toBeNull();
  });

  test('make a record or none, and never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const readRecord of [readDs, readRrsig, readNsec, readNsec3]) readRecord(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('anywhere in a signed message make a judgement, and never an error', () => {
    const zone = new Zone('example.org');
    const authority = [
      ...zone.signed([soa('example.org')]),
      ...zone.nsec3Over('w.example.org'),
      ...zone.nsec('a.example.org', 'z.example.org', [1]),
    ];
    const bytes = message('x.w.example.org', T.A, {
      answer: zone.signed([a('x.w.example.org')], { labels: 3 }),
      authority,
    });
    const trust = trusted(zone);
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const mutated = Uint8Array.from(bytes);
        for (const { at, to } of changes) mutated[at] = to;
        const response = readResponse(mutated);
        if (!response) return;
        const { status, reasons } = validateResponse(
          { name: 'x.w.example.org', type: T.A },
          response,
          trust,
          context(NOW),
        );
        expect(reasons.length).toBeGreaterThan(0);
        expect(['SECURE', 'INSECURE', 'BOGUS', 'INDETERMINATE']).toContain(status);
      }),
      { numRuns: 300 },
    );
  });
});
