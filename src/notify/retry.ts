/** When a failed alert is tried again, and when never. Pure. */
import { isEnding } from '../core/change-words.js';
import type { Alert } from '../core/model.js';
import type { Delivery } from '../store/store.js';
import { SendError } from './notifier.js';

/** Pause after the first failure, the second and so on; the last one repeats. */
const BACK_OFF_MS = [5_000, 15_000, 45_000, 120_000, 300_000, 600_000, 900_000];
const JITTER = 0.2;
/** Longest pause a receiver may ask for: an alert is worth asking again. */
const MOST_ASKED_MS = 300_000;
/** While a critical incident is news, whoever is back must hear of it within a minute: the next attempt is never far. */
const URGENT_PAUSE_MS = 20_000;
const URGENT_FOR_MS = 30 * 60_000;
const LEAST_ATTEMPTS = BACK_OFF_MS.length;
/** After its end an incident is told for another day. */
const AFTER_END_MS = 24 * 3_600_000;
/** Without an end nobody is helped by news this old. */
const AT_MOST_MS = 7 * AFTER_END_MS;

/** Whoever took a receiver out of settings.yaml by mistake puts it back by then. */
const FORMER_FOR_MS = 3_600_000;

/** Why nothing is sent: for an hour that may be a mistake, then it is meant so, and no heartbeat may wait for it. */
export function formerReceiver({ receiver, transition }: Alert, now: number): SendError {
  const isPatient = now - transition.at < FORMER_FOR_MS;
  return new SendError(`settings.yaml has no receiver "${receiver}" any more; put it back within an hour`, isPatient);
}

/** @returns null: never again. @param random 0..1 */
export function retryAt(delivery: Delivery, error: unknown, now: number, random: () => number): number | null {
  // What is not a SendError is a bug of ours: trying again costs little, losing the alert may cost much.
  const isFinal = error instanceof SendError && !error.retryable;
  if (isFinal || isTooOld(delivery, now)) return null;
  const asked = error instanceof SendError ? (error.retryAfterMs ?? 0) : 0;
  return now + Math.max(backOff(delivery, now, random), Math.min(asked, MOST_ASKED_MS));
}

function isTooOld({ alert: { transition }, attempts }: Delivery, now: number): boolean {
  const patience = isEnding(transition.change) ? AFTER_END_MS : AT_MOST_MS;
  return now - transition.at >= patience && attempts + 1 >= LEAST_ATTEMPTS;
}

function backOff({ alert: { transition }, attempts }: Delivery, now: number, random: () => number): number {
  const pause = BACK_OFF_MS[Math.min(attempts, BACK_OFF_MS.length - 1)] ?? 0;
  const isUrgent = transition.incident.severity === 'critical' && now - transition.at < URGENT_FOR_MS;
  const most = isUrgent ? Math.min(pause, URGENT_PAUSE_MS) : pause;
  return Math.round(most * (1 + JITTER * (2 * random() - 1)));
}
