import { describe, expect, test } from 'vitest';
import { type Eve, shortcomings, unreadiness } from '../../src/core/readiness.js';
import { T0 } from '../contracts/samples.js';

const DAY = 86_400_000;
const ready: Eve = {
  eventId: 'summit',
  from: T0 + 60_000,
  targets: [{ targetId: 'live/page', state: 'intact' }],
  provenAt: T0 - 1_000,
  drilledAt: T0 - 1_000,
};

describe('before an event', () => {
  test('nothing is said of one that is ready', () => {
    expect(shortcomings(ready, T0)).toEqual([]);
    expect(unreadiness([ready], T0)).toBeNull();
  });

  test.each([
    ['altered', 'live/page altered'],
    ['unreachable', 'live/page unreachable'],
    ['unverified', 'live/page unverified'],
    [null, 'live/page never looked at'],
  ] as const)('a target that is %s is named, with the command', (state, words) => {
    const said = unreadiness([{ ...ready, targets: [{ targetId: 'live/page', state }] }], T0);
    expect(said).toContain(words);
    expect(said).toContain('siteward check --event summit');
  });

  test('of many that are not green five are named', () => {
    const targets = Array.from({ length: 8 }, (_, index) => ({ targetId: `t${index}`, state: 'unverified' as const }));
    expect(shortcomings({ ...ready, targets }, T0)).toEqual([expect.stringContaining('t4 unverified, 3 more (')]);
  });

  test.each(['provenAt', 'drilledAt'] as const)('%s counts for 24 hours before it begins', (what) => {
    expect(shortcomings({ ...ready, [what]: ready.from - DAY }, T0)).toEqual([]);
    expect(shortcomings({ ...ready, [what]: ready.from - DAY - 1 }, T0)).toHaveLength(1);
    expect(shortcomings({ ...ready, [what]: null }, T0)).toHaveLength(1);
    // However long it lasts: what was proven before it began does not grow old while it goes on.
    expect(shortcomings(ready, T0 + 3 * DAY)).toEqual([]);
  });
});

test('once it has begun an attack has an incident of its own, and what nobody can verify has not', () => {
  const states = (state: 'altered' | 'unverified'): Eve => ({ ...ready, targets: [{ targetId: 'live/page', state }] });
  expect(shortcomings(states('altered'), ready.from)).toEqual([]);
  expect(shortcomings(states('unverified'), ready.from)).toHaveLength(1);
});

test('two events are one sentence each, with when they begin or began', () => {
  const said = unreadiness(
    [
      { ...ready, drilledAt: null },
      { ...ready, eventId: 'b', from: T0, provenAt: null },
    ],
    T0,
  );
  expect(said).toMatch(/^Event summit begins at .*: no drill .*\. Event b began at .*: no receiver .*\.$/);
});
