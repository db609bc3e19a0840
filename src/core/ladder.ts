/** What time does to an incident: suspicions fall due, people are reminded, the next ones are asked, silences end. Pure. */
import { resolved } from './incident.js';
import type { Incident, Policy, Severity } from './model.js';
import { changed, isOver, lastTold, NOTHING, nobodys, reminded, type Step, told } from './step.js';
import { REMIND_LATER_MS, REMIND_OFTEN_FOR_MS, timingOf } from './timing.js';

/** Who is told besides when an incident was nobody's for this long. */
export interface LadderStep {
  readonly severity: Severity;
  readonly afterMs: number;
  readonly to: readonly string[];
}

/**
 * What is due for one incident at this time; nothing most of the time. One thing at a time: the next call does the next.
 * @param isKeptBack a silence or a maintenance window covers it now.
 */
export function tick(
  incident: Incident,
  policy: Policy,
  ladder: readonly LadderStep[],
  isKeptBack: boolean,
  at: number,
): Step {
  if (isOver(incident)) return NOTHING;
  if (isAhead(incident, at)) return changed(countedFrom(incident, at));
  const { acknowledged } = incident;
  const now: Incident = { ...incident, updatedAt: at };
  if (incident.drill) return unfinished(now, at);
  if (incident.status === 'suspected') return overdue(now, policy, at);
  if (incident.muted && !isKeptBack) {
    const open = { ...now, muted: false, remindedAt: at, ladder: { from: at, level: 0 } };
    return told(open, 'unmuted', at, 'what kept its messages back is over, and it is not');
  }
  if (acknowledged && acknowledged.until <= at) {
    return told(
      reminded(nobodys(now, at), at),
      'unacknowledged',
      at,
      `${acknowledged.by} took it, but not for longer than this`,
    );
  }
  const step = stepDue(incident, policy, ladder, at);
  if (step) {
    const higher = { ...now, remindedAt: at, ladder: { ...incident.ladder, level: incident.ladder.level + 1 } };
    return told(higher, 'escalated', at, `nobody took it for ${Math.round((at - incident.ladder.from) / 60_000)} min`);
  }
  if (!isReminderDue(incident, policy, at)) return NOTHING;
  const last = Math.round((at - lastTold(incident)) / 60_000);
  return told({ ...now, remindedAt: at }, 'reminder', at, `still open, last told ${last} min ago`);
}

/** Two that decide at once do not agree to the millisecond; a clock that was set back disagrees by more. */
const SET_BACK_MS = 60_000;

/** What was last done lies in the time to come: the clock was set back since, and nothing would be due until then. */
function isAhead(incident: Incident, at: number): boolean {
  const { ladder, acknowledged } = incident;
  return Math.max(lastTold(incident), ladder.from, acknowledged?.at ?? 0) > at + SET_BACK_MS;
}

/** What would wait for a time to come waits from now on. */
function countedFrom(incident: Incident, at: number): Incident {
  const { ladder, acknowledged } = incident;
  const isTakenAhead = acknowledged !== null && acknowledged.at > at;
  return {
    ...incident,
    remindedAt: Math.min(lastTold(incident), at),
    ladder: { ...ladder, from: Math.min(ladder.from, at) },
    acknowledged: isTakenAhead
      ? { ...acknowledged, at, until: at + acknowledged.until - acknowledged.at }
      : acknowledged,
    updatedAt: at,
  };
}

/** A drill that was killed half way is not left to remind anybody. */
const LONGEST_DRILL_MS = 600_000;

function unfinished(incident: Incident, at: number): Step {
  return at - incident.since < LONGEST_DRILL_MS ? NOTHING : resolved(incident, at, 'the drill was not finished');
}

function overdue(incident: Incident, policy: Policy, at: number): Step {
  if (at - incident.since < timingOf(policy).overdueMs) return NOTHING;
  return told(
    { ...incident, status: 'open' },
    'opened',
    at,
    'the look that should have confirmed or cleared it is overdue',
  );
}

function stepDue(
  { acknowledged, severity, status, parent, ladder: at0 }: Incident,
  policy: Policy,
  ladder: readonly LadderStep[],
  at: number,
): LadderStep | null {
  if (acknowledged || status !== 'open' || parent !== null) return null;
  const next = stepsFor(severity, ladder)[at0.level];
  return next && at - at0.from >= next.afterMs * timingOf(policy).ladderShare ? next : null;
}

/** The steps for incidents of this severity, soonest first. */
export function stepsFor(severity: Severity, ladder: readonly LadderStep[]): readonly LadderStep[] {
  return ladder.filter((step) => step.severity === severity).sort((a, b) => a.afterMs - b.afterMs);
}

function isReminderDue(incident: Incident, policy: Policy, at: number): boolean {
  if (incident.severity !== 'critical' || incident.parent !== null) return false;
  return at - lastTold(incident) >= remindEvery(incident, policy, at);
}

function remindEvery({ acknowledged, status, ladder }: Incident, policy: Policy, at: number): number {
  const timing = timingOf(policy);
  if (acknowledged || status === 'recovering') return timing.remindQuietMs;
  if (policy.remindEveryMs !== null) return policy.remindEveryMs;
  return at - ladder.from < REMIND_OFTEN_FOR_MS ? timing.remindMs : REMIND_LATER_MS;
}

/** Somebody takes it. Again by the same or another person: theirs from now on. */
export function acknowledge(incident: Incident, by: string, policy: Pick<Policy, 'inEvent'>, at: number): Step {
  if (isOver(incident)) return NOTHING;
  const until = at + timingOf(policy).acknowledgedMs;
  return told({ ...incident, acknowledged: { by, at, until }, updatedAt: at }, 'acknowledged', at, `${by} takes it`);
}

/** A person ends it although not every witness saw it gone: a vantage that is no more, a finding that was wrong. */
export function close(incident: Incident, by: string, reason: string, at: number): Step {
  return isOver(incident) ? NOTHING : resolved(incident, at, `${by} closed it: ${reason}`);
}

/** A page was kept back: it goes out when that ends and the incident does not. */
export function muted(incident: Incident): Step {
  return incident.muted ? NOTHING : changed({ ...incident, muted: true });
}
