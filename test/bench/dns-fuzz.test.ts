/** A short form of the DNS bench's fuzzing, and the oracle. What packets cost is counted here and timed there. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../bench/detection/random.js';
import { capturedPackets, capturedRdata } from '../../bench/dns/corpus.js';
import { everyType, extremes } from '../../bench/dns/extremes.js';
import { compare, DECODERS, fuzz, RDATA_TYPES, workOf } from '../../bench/dns/fuzz.js';
import { mutant } from '../../bench/dns/mutate.js';
import { readNsec } from '../../src/checks/dns/dnssec/security-records.js';

const corpus = capturedPackets();

/** Looks at a byte. Reading each once is what it takes; names that point to names take a few more. */
const MOST_WORK_A_BYTE = 2;
/** What becomes of an alias is written out at full length, to be compared in canonical form. */
const MOST_WORK_OF_ALIASES = 32;

describe('a decoder that hostile packets are put through', () => {
  test.each(Object.entries(DECODERS))('neither throws nor strays nor toils: %s', (name, decoder) => {
    const random = new Random(name);
    const type = RDATA_TYPES[name];
    const from = type === undefined ? corpus : capturedRdata(corpus, type);
    const hostile = (): Uint8Array => mutant(from, () => random.next());
    const { thrown, strayed, accepted } = fuzz(decoder, hostile, name === 'message' ? 20_000 : 5_000);
    expect({ thrown, strayed }).toEqual({ thrown: [], strayed: 0 });
    expect(accepted, 'mutants that are still read prove that they go deep').toBeGreaterThan(name === 'echo' ? 0 : 100);
    for (let count = 0; count < 1_000; count++) {
      const bytes = hostile();
      expect(workOf(decoder, bytes)).toBeLessThanOrEqual(MOST_WORK_A_BYTE * (bytes.length + 1));
    }
  });

  test.each(Object.entries(extremes()))('reads the largest message there is without toil: %s', (_what, bytes) => {
    expect(bytes.length).toBeLessThan(65_536);
    const messages = ['message', 'message as text', 'signed sets', 'echo'].flatMap((name) => DECODERS[name] ?? []);
    expect(messages).toHaveLength(4);
    for (const decoder of messages) {
      const most = decoder === DECODERS['signed sets'] ? MOST_WORK_OF_ALIASES : MOST_WORK_A_BYTE;
      expect(workOf(decoder, bytes)).toBeLessThanOrEqual(most * bytes.length);
    }
  });

  test('reads a list of all 65,536 types', () => {
    expect(readNsec(everyType())?.types.has(65_535)).toBe(true);
  });
});

describe('dns-packet', () => {
  test('reads every captured packet as we do', () => {
    const [...packets] = corpus;
    const seen = compare(() => packets.pop()?.bytes ?? new Uint8Array(), corpus.length);
    expect(seen).toMatchObject({ differing: [], laxer: 0, stricter: 0, both: corpus.length });
  });

  test('reads what we accept of damaged ones as we do', () => {
    const random = new Random('oracle');
    const seen = compare(() => mutant(corpus, () => random.next()), 4_000);
    expect(seen.differing).toEqual([]);
    expect(seen.both).toBeGreaterThan(300);
  });
});
