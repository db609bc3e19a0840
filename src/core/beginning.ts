/** An incident at the moment it begins, or begins again. Pure. */
import { headlineOf, type Shown, type Sighting } from './divergence.js';
import type { Cause, Incident, Target } from './model.js';
import { sighted } from './recovery.js';
import { DRILL } from './reserved.js';

/** One look at one target of a site whose incidents are known. */
export interface Look {
  readonly known: readonly Incident[];
  readonly target: Target;
  readonly at: number;
  readonly newId: () => string;
}

/** Nothing happened yet, and it is over. */
export function blank(id: string, siteId: string, at: number): Incident {
  return {
    id,
    siteId,
    cause: 'monitor',
    status: 'resolved',
    pattern: 'steady',
    diagnosis: 'monitor-fault',
    severity: 'notice',
    confidence: null,
    scope: null,
    summary: '',
    diverging: {},
    since: at,
    updatedAt: at,
    resolvedAt: at,
    remindedAt: null,
    acknowledged: null,
    ladder: { from: at, level: 0 },
    relapses: 0,
    reopenCount: 0,
    alarms: 0,
    flapping: false,
    muted: false,
    parent: null,
    membersTold: 0,
    lines: [],
    drill: siteId === DRILL,
    seq: 0,
  };
}

/** The incident at its first sight. */
export function opening(
  cause: Cause,
  shown: Shown,
  { seenBy, clearBy }: Sighting,
  { target, at, newId }: Look,
): Incident {
  return {
    ...blank(newId(), target.siteId, at),
    ...headlineOf(shown, []),
    cause,
    status: 'open',
    diverging: { [target.id]: { ...shown, ...sighted(undefined, seenBy, clearBy) } },
    resolvedAt: null,
  };
}

/** The same incident again. What else diverged before its end was seen gone, so it starts from this target alone. */
export function reopened(last: Incident, shown: Shown, { seenBy, clearBy }: Sighting, { target, at }: Look): Incident {
  const before = last.diverging[target.id];
  return {
    ...last,
    status: 'open',
    ...headlineOf(shown, []),
    diverging: { [target.id]: { ...shown, ...sighted(before, seenBy, clearBy) } },
    updatedAt: at,
    resolvedAt: null,
    acknowledged: null,
    ladder: { from: at, level: 0 },
    parent: null,
    muted: false,
    reopenCount: last.reopenCount + 1,
  };
}
