import { describe, expect, it } from 'vitest';
import { DIAGNOSES } from '../../src/core/model.js';
import { adviceFor, agrees, certificateFault, duration, moment, sureness } from '../../src/core/words.js';

describe('a duration', () => {
  it.each([
    [-5_000, '0 ms'],
    [0, '0 ms'],
    [380.4, '380 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [4_230, '4.2 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [40_400, '40 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [72_000, '1 min 12 s'],
    [599_000, '9 min 59 s'],
    [725_000, '12 min'],
    [3_599_999, '1 h'],
    [11_100_000, '3 h 5 min'],
    [187_200_000, '2 d 4 h'],
    [172_800_000, '2 d'],
  ])('of %d ms is %j', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});

it('a moment is the same for every reader', () => {
  expect(moment(Date.UTC(2026, 6, 17, 15, 30, 0, 999))).toBe('2026-07-17 15:30:00 UTC');
});

it('certainty is never rounded up', () => {
  expect([0.5, 0.994, 0.999, 1].map(sureness)).toEqual(['50 % sure', '99 % sure', '99 % sure', '100 % sure']);
});

it('only what the ladder calls consistent agrees', () => {
  const verdicts = ['CONSISTENT_IP', 'CONSISTENT_TLS', 'INCONSISTENT', 'REDIRECT', 'UNMEASURABLE'];
  expect(verdicts.filter((verdict) => agrees({ verdict }))).toEqual(['CONSISTENT_IP', 'CONSISTENT_TLS']);
});

it('what is wrong with a certificate is said without a code', () => {
  const said = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'HOSTNAME_MISMATCH', 'A_CODE_OF_TOMORROW'];
  expect(said.map(certificateFault)).toEqual([
    'is self-signed',
    'has expired',
    'is for another name',
    'is not trusted',
  ]);
});

describe('advice', () => {
  it.each(DIAGNOSES)('is given for a site that is %s: a few steps, and one of them to be typed', (diagnosis) => {
    const steps = adviceFor(diagnosis, { id: 'live', name: 'live.example.org' });
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.length).toBeLessThanOrEqual(4);
    expect(steps.some(({ command }) => command?.startsWith('siteward '))).toBe(true);
    // A colon announces a command, and nothing else ends in one.
    for (const { text, command } of steps) expect(text.endsWith(':'), text).toBe(command !== undefined);
  });
});
