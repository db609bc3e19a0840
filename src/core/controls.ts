/** Whether a vantage sees: from controls that answer as long as its own network works. Pure. */
import type { Reading } from './model.js';

/** `degraded`: less than three in five controls answer. `blind`: none does. */
export type Sight = 'sighted' | 'degraded' | 'blind';

const HEALTHY_SHARE = 3 / 5;

/** @param answered per control whether it answered; none configured means that nobody doubts. */
export function sightBy(answered: readonly boolean[]): Sight {
  const healthy = answered.filter(Boolean).length;
  if (answered.length === 0 || healthy / answered.length >= HEALTHY_SHARE) return 'sighted';
  return healthy === 0 ? 'blind' : 'degraded';
}

/**
 * The reading, where its own network is in doubt: that nothing answered is then our failure and says nothing about the
 * target. What did answer, and answered falsely, is believed as always: an adversary must not be able to switch us off
 * by holding back a control.
 */
export function asSeenBy(sight: Sight, reading: Reading): Reading {
  if (sight === 'sighted') return reading;
  const failures = reading.failures.map((failure) =>
    failure.blame === 'monitor'
      ? failure
      : {
          ...failure,
          blame: 'monitor' as const,
          code: `vantage-${sight}`,
          detail: `Vantage ${reading.vantage} is ${sight}: its own network is in doubt. ${failure.detail}`,
        },
  );
  return { ...reading, failures };
}
