/** What the daemon knows of itself, by two clocks that a test moves. */
import { beforeEach, describe, expect, test } from 'vitest';
import { SelfWatch } from '../../src/cli/self.js';
import { aVerdict, intactVerdict } from '../contracts/samples.js';

const T0 = 1_784_302_200_000;
let [wall, monotonic] = [T0, 1_000];
beforeEach(() => {
  [wall, monotonic] = [T0, 1_000];
});
const pass = (ms: number): void => {
  wall += ms;
  monotonic += ms;
};
const aSelf = (): SelfWatch => new SelfWatch({ wall: () => wall, monotonic: () => monotonic });
const TARGET = {
  ...{ id: 'live/tls', siteId: 'live', kind: 'tls', settings: {}, schedule: { everyMs: 60_000 } },
  policy: { content: 'frozen', confirmAfterMs: 0, remindEveryMs: null, resolveAfterMs: 0, inEvent: false },
} as const;

describe('the clock', () => {
  test.each([3_600_000, -3_600_000, 86_400_000])('set by %i ms is noticed once, and makes nothing old', (jump) => {
    const self = aSelf();
    pass(10_000);
    expect(self.takeClockJumpMs()).toBe(0);
    self.verified(TARGET.id, intactVerdict());
    wall += jump;
    pass(5_000);
    expect(self.attentions([TARGET])[0]?.verifiedAt).toBe(wall - 5_000);
    expect(self.takeClockJumpMs()).toBe(jump);
    expect(self.takeClockJumpMs()).toBe(0);
    expect(self.driftMs).toBe(jump);
    expect(self.attentions([TARGET])[0]?.verifiedAt).toBe(wall - 5_000);
    expect(self.runningMs).toBe(15_000);
  });
});

test('a stop is told by the first pulse after it, also where that comes before anything else', () => {
  const self = aSelf();
  expect(self.takeBlockedMs()).toBe(0);
  pass(30_000);
  expect(self.takeBlockedMs()).toBeGreaterThan(29_000);
  expect(self.takeBlockedMs()).toBe(0);
});

test('a target that could not be verified counts from when it last was', () => {
  const self = aSelf();
  pass(60_000);
  self.verified(TARGET.id, aVerdict({ state: 'unverified' }));
  expect(self.attentions([TARGET])[0]).toMatchObject({ verifiedAt: T0, looksInVain: 1 });
  self.verified(TARGET.id, aVerdict({ state: 'unverified' }));
  expect(self.attentions([TARGET])[0]).toMatchObject({ verifiedAt: T0, looksInVain: 2 });
  self.verified(TARGET.id, intactVerdict());
  expect(self.attentions([TARGET])[0]).toMatchObject({ verifiedAt: T0 + 60_000, looksInVain: 0 });
});

test('a target that an event begins to look at more often is given time from then on', () => {
  const self = aSelf();
  expect(self.attentions([TARGET])[0]).toMatchObject({ cadenceSince: T0, inEvent: false });
  pass(3_600_000);
  const event = { ...TARGET, schedule: { everyMs: 15_000 }, policy: { ...TARGET.policy, inEvent: true } };
  expect(self.attentions([event])[0]).toMatchObject({ cadenceSince: T0 + 3_600_000, inEvent: true });
  pass(5_000);
  expect(self.attentions([event])[0]).toMatchObject({ cadenceSince: T0 + 3_600_000 });
});

test('a site whose baseline is believed again is forgotten', () => {
  const self = aSelf();
  for (const site of ['b', 'a', 'b']) self.believed(site, false);
  expect(self.unverifiable).toEqual(['a', 'b']);
  self.believed('b', true);
  expect(self.unverifiable).toEqual(['a']);
});

test('how long nobody took the pulse counts from the last one, or from the start', () => {
  const self = aSelf();
  pass(30_000);
  expect(self.unwatchedMs).toBe(30_000);
  self.pulsed();
  pass(5_000);
  expect(self.unwatchedMs).toBe(5_000);
});

test('a proof is as old after the clock was set as before, and none comes from a time to come', () => {
  const self = aSelf();
  self.takeClockJumpMs();
  pass(1_000);
  self.proven(wall);
  pass(9_000);
  for (const jump of [-7_200_000, 86_400_000]) {
    wall += jump;
    self.takeClockJumpMs();
    expect(wall - (self.provenAt ?? 0)).toBe(9_000);
  }
  self.proven(wall + 1);
  expect(wall - (self.provenAt ?? 0)).toBe(9_000);
});

test('the newest proof counts', () => {
  const self = aSelf();
  expect(self.provenAt).toBeNull();
  pass(10);
  self.proven(T0 + 5);
  self.proven(T0);
  expect(self.provenAt).toBe(T0 + 5);
});
