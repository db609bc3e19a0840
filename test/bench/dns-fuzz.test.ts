/** A short form of the DNS bench's fuzzing, and the oracle. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../bench/detection/random.js';
import { capturedPackets, capturedRdata } from '../../bench/dns/corpus.js';
import { everyType, extremes } from '../../bench/dns/extremes.js';
import { compare, DECODERS, fuzz, RDATA_TYPES } from '../../bench/dns/fuzz.js';
import { mutant } from '../../bench/dns/mutate.js';
import { readNsec } from '../../src/checks/dns/dnssec/security-records.js';
import { decode } from '../../src/checks/dns/wire.js';

const corpus = capturedPackets();

describe('a decoder that hostile packets are put through', () => {
  test.each(Object.entries(DECODERS))('neither throws nor strays nor lingers: %s', (name, decoder) => {
    const random = new Random(name);
    const packets = name === 'message' ? 50_000 : 10_000;
    const type = RDATA_TYPES[name];
    const from = type === undefined ? corpus : capturedRdata(corpus, type);
    const { thrown, strayed, slow, accepted } = fuzz(decoder, () => mutant(from, () => random.next()), packets);
    expect({ thrown, strayed, slow }).toEqual({ thrown: [], strayed: 0, slow: [] });
    expect(accepted, 'mutants that are still read prove that they go deep').toBeGreaterThan(name === 'echo' ? 0 : 100);
  });

  test.each(Object.entries(extremes()))('reads the largest message there is within the limit: %s', (_what, bytes) => {
    expect(bytes.length).toBeLessThan(65_536);
    const { slow, thrown } = fuzz(
      (packet) => decode(packet).ok || null,
      () => bytes,
      3,
    );
    expect({ slow: slow.length, thrown }).toEqual({ slow: 0, thrown: [] });
  });

  test('reads a list of all 65,536 types within the limit', () => {
    expect(readNsec(everyType())?.types.has(65_535)).toBe(true);
    expect(fuzz((rdata) => readNsec(rdata)?.next ?? null, everyType, 20).slow).toEqual([]);
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
