/**
 * How long everything of an incident takes, everyday and inside an event window. The numbers are proposals that the
 * golden timelines were made with; sources are named where somebody else chose them.
 */
import type { Policy } from './model.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export interface Timing {
  /** Looks in a row from every witness without the divergence before it may be over. */
  readonly clearLooks: number;
  /** Two transients of a site within this time are an intermittent divergence. */
  readonly intermittentMs: number;
  /** A suspicion whose next look has not come by then is told as an incident. */
  readonly overdueMs: number;
  readonly acknowledgedMs: number;
  /** Critical and nobody's: repeated this often for the first half hour, then less. */
  readonly remindMs: number;
  /** Somebody has it, or it is recovering. */
  readonly remindQuietMs: number;
  /** The steps of the escalation ladder come after this share of the time that settings.yaml gives them. */
  readonly ladderShare: number;
}

const EVERYDAY: Timing = {
  clearLooks: 3,
  intermittentMs: 30 * MINUTE,
  overdueMs: 30 * SECOND,
  acknowledgedMs: 60 * MINUTE,
  remindMs: 5 * MINUTE,
  remindQuietMs: 60 * MINUTE,
  ladderShare: 1,
};

const EVENT: Timing = {
  clearLooks: 5,
  intermittentMs: 15 * MINUTE,
  overdueMs: 10 * SECOND,
  acknowledgedMs: 20 * MINUTE,
  remindMs: 2 * MINUTE,
  remindQuietMs: 30 * MINUTE,
  ladderShare: 0.4,
};

export function timingOf({ inEvent }: Pick<Policy, 'inEvent'>): Timing {
  return inEvent ? EVENT : EVERYDAY;
}

/** An incident of the same site and cause that ended less than this ago is taken up again. */
export const REOPEN_MS = 30 * MINUTE;
/** After the first half hour a critical incident that is nobody's is repeated this often. */
export const REMIND_LATER_MS = 15 * MINUTE;
export const REMIND_OFTEN_FOR_MS = 30 * MINUTE;
/** News of what flaps or comes and goes is folded into one message in this time. */
export const FOLD_MS = 10 * MINUTE;
/** Further news of a fault of our own, none of it graver, is told together after this time. */
export const MONITOR_FOLD_MS = MINUTE;
/** Flapping ends no sooner than after this time without divergence. */
export const CALM_MS = 10 * MINUTE;
