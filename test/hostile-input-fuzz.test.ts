/** A twentieth of what `npm run bench:hostile fuzz` tries. */
import { describe, expect, it } from 'vitest';
import { Random } from '../bench/detection/random.js';
import { type Fuzzed, fuzzAddresses, fuzzTexts } from '../bench/hostile/address-fuzz.js';
import { fuzzConfigured, fuzzRedirects } from '../bench/hostile/url-fuzz.js';

const FUZZERS: Readonly<Record<string, (random: Random, count: number) => Fuzzed>> = {
  'addresses: each is public by the registries or not dialled': fuzzAddresses,
  'damaged addresses: what is none is never dialled': fuzzTexts,
  'redirects: each leads to the address it is built around, or nowhere': fuzzRedirects,
  'URLs of the watchlist: refused, or read the same by everybody': fuzzConfigured,
};

describe('fuzzed', () => {
  it.each(Object.entries(FUZZERS))('%s', (name, fuzz) => {
    const { wrong, open, tried } = fuzz(new Random(name), 50_000);
    expect(wrong).toEqual([]);
    // Neither all refused nor all let through: else nothing was tried.
    expect(open / tried).toBeGreaterThan(0.01);
    expect(open / tried).toBeLessThan(0.99);
  });

  it('addresses with a classifier that forgets what IPv6 carries are found out', () => {
    const forgetful = (address: string): boolean => !/^(127|10|0|169\.254|192\.168)\./.test(address);
    expect(fuzzAddresses(new Random('forgetful'), 50_000, forgetful).wrong.length).toBeGreaterThan(0);
    expect(fuzzTexts(new Random('forgetful'), 50_000, forgetful).wrong.length).toBeGreaterThan(0);
    expect(fuzzRedirects(new Random('forgetful'), 50_000, forgetful).wrong.length).toBeGreaterThan(0);
  });
});
