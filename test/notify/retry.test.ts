import { describe, expect, test } from 'vitest';
import { SendError } from '../../src/notify/notifier.js';
import { retryAt } from '../../src/notify/retry.js';
import type { Delivery } from '../../src/store/store.js';
import { anAlert, aTransition, T0 } from '../contracts/samples.js';

const MINUTE = 60_000;
const down = new SendError('connection refused', true);

function owed(attempts: number, over: Parameters<typeof aTransition>[1] = {}): Delivery {
  const alert = anAlert({ ...aTransition('opened', over), at: T0 });
  return { alert, evidence: [], findings: [], attempts, dueAt: T0, accepted: [] };
}

/** Seconds until the next attempt. */
const pause = (delivery: Delivery, at = T0, error: Error = down, random = 0.5): number =>
  ((retryAt(delivery, error, at, () => random) ?? Number.NaN) - at) / 1_000;

describe('an alert that was not taken', () => {
  test('is tried again soon while it is critical and news, so that whoever is back hears within a minute', () => {
    expect([0, 1, 2, 3, 6, 40].map((attempts) => pause(owed(attempts)))).toEqual([5, 15, 20, 20, 20, 20]);
    expect(pause(owed(6), T0, down, 1)).toBe(24);
  });

  test('is tried less and less often when it is old or not grave', () => {
    expect(pause(owed(6), T0 + 30 * MINUTE)).toBe(900);
    const warning = { severity: 'warning' as const };
    expect([0, 1, 2, 3, 4, 5, 6, 40].map((attempts) => pause(owed(attempts, warning)))).toEqual([
      5, 15, 45, 120, 300, 600, 900, 900,
    ]);
  });

  test('is tried when the receiver asks for it, at most five minutes later', () => {
    const asking = (ms: number): Error => new SendError('too many', true, [], ms);
    expect(pause(owed(0), T0, asking(60_000))).toBe(60);
    expect(pause(owed(0), T0, asking(3_600_000))).toBe(300);
  });

  test('is given up where the receiver refuses for good', () => {
    expect(retryAt(owed(0), new SendError('no such user', false), T0, () => 0.5)).toBeNull();
  });
});
