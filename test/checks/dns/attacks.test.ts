/** Every attack is told, and by its right name. Real nsd, unbound and web servers; dials 127.0.0.0/8 only. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTACKS } from './attack-rows.js';
import { Drama } from './drama.js';
import { alarmsIn, findingsIn, verdictsIn } from './rounds.js';

let drama: Drama | undefined;
beforeAll(async () => {
  drama = await Drama.play(Object.values(ATTACKS));
});
afterAll(async () => {
  await drama?.end();
});

describe('is told within two rounds:', () => {
  test.each(Object.entries(ATTACKS))('%s', (_what, attack) => {
    const checks = drama?.played.get(attack)?.checks ?? [];
    expect(checks).toHaveLength(3);
    // What a cache still holds hides it from the first look.
    for (const seen of checks.slice(1)) {
      expect(findingsIn(seen)).toEqual(expect.arrayContaining([...attack.tells]));
      if (attack.calm) expect(alarmsIn(seen)).toEqual([]);
    }
    expect(checks.flatMap(verdictsIn)).toEqual(expect.arrayContaining([...attack.shows]));
  });
});
