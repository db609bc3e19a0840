/** Nobody is told of what looks like a hijack and is none. Real nsd, unbound and web servers; dials 127.0.0.0/8 only. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROWS } from './benign-rows.js';
import { Drama } from './drama.js';
import { alarmsIn, verdictsIn } from './rounds.js';

let drama: Drama | undefined;
beforeAll(async () => {
  drama = await Drama.play(Object.values(ROWS));
});
afterAll(async () => {
  await drama?.end();
});

describe('of a page that is frozen for an event nobody is told of', () => {
  test.each(Object.entries(ROWS))('%s', (_what, row) => {
    expect(drama?.played.get(row)?.frozen).toEqual([]);
  });
});

describe('nobody is told of', () => {
  test.each(Object.entries(ROWS))('%s', (_what, row) => {
    const checks = drama?.played.get(row)?.checks ?? [];
    expect(checks.flatMap((seen, at) => alarmsIn(seen).map((alarm) => `check ${at + 1}: ${alarm}`))).toEqual([]);
    expect(checks.flatMap(verdictsIn)).toEqual(expect.arrayContaining([...row.shows]));
  });
});
