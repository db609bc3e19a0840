import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { FetchRequest } from '../../src/checks/check.js';
import { clockBy, roomIn } from '../../src/cli/doctor-machine.js';

const NOW = Date.parse('2026-07-17T15:30:00Z');
const { signal } = new AbortController();

/** Sites by what their Date header says; null: none answers. */
const told = (dates: Readonly<Record<string, string | null>>) => ({
  fetch: async ({ url }: FetchRequest) => {
    const date = dates[url] ?? null;
    const headers: [string, string][] = date === null ? [] : [['Date', date]];
    return { hops: [{ url, status: 200, headers, address: '127.0.0.1' }], body: null, failure: null };
  },
});
const clock = (...dates: (string | null)[]): Promise<string> => {
  const sites = Object.fromEntries(dates.map((date, index) => [`https://${index}.test/`, date]));
  return clockBy(Object.keys(sites), told(sites), () => NOW, signal);
};
const RIGHT = 'Fri, 17 Jul 2026 15:29:59 GMT';
const HOUR_LATER = 'Fri, 17 Jul 2026 16:30:00 GMT';

describe('the clock', () => {
  test('that agrees with what watched sites say is right', async () => {
    expect(await clock(RIGHT)).toBe('agrees with 1 watched site');
  });

  test('that is an hour behind or ahead is said to be, with what to do', async () => {
    await expect(clock(HOUR_LATER)).rejects.toThrow(/1 h behind what 1 watched site say.*NTP/);
    await expect(clock('Fri, 17 Jul 2026 14:30:00 GMT')).rejects.toThrow(/1 h ahead of/);
  });

  test('is accused by no single site, nor by what is no date', async () => {
    expect(await clock(HOUR_LATER, RIGHT, RIGHT)).toBe('agrees with 3 watched sites');
    expect(await clock('tomorrow', RIGHT, null)).toBe('agrees with 1 watched site');
  });

  test('that nothing can be held against is not called right', async () => {
    await expect(clock(null)).rejects.toThrow(/not compared/);
    expect(await clock()).toMatch(/not compared: no site is watched/);
  });
});

test('a disk says how much room it has', async () => {
  expect(await roomIn(tmpdir())).toMatch(/^[\d.]+ GiB and \d+ % of the inodes are free/);
});
