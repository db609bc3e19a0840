/** `baseline capture`: several looks at a site thought healthy, made into the candidate a person reviews. */

import { judge } from '../checks/check.js';
import { checkOf } from '../checks/index.js';
import { isGrave } from '../core/corroborate.js';
import type { Failure, Finding, Observation, Target } from '../core/model.js';
import type { Workplace } from './workplace.js';

/** Looks per target: enough to see what moves by itself from one to the next. */
const SAMPLES = 3;
/** Clocks and rotations get a chance to move between two looks. */
const BETWEEN_SAMPLES_MS = 400;

/** What came of capturing one target. */
export interface Captured {
  readonly target: Target;
  /** Null when no look succeeded: then `failures` says why. */
  readonly evidence: unknown;
  readonly version: number;
  readonly samples: number;
  readonly failures: readonly Failure[];
  /** What is wrong with the candidate in itself, before any comparison: do not approve it unread. */
  readonly suspicions: readonly Finding[];
}

export async function captureTarget(target: Target, { observatory, signal }: Workplace): Promise<Captured> {
  const check = checkOf(target.kind);
  const [vantage] = observatory.vantages;
  const looks: Observation[] = [];
  while (looks.length < SAMPLES && !signal.aborted) {
    if (looks.length > 0) await observatory.pause(BETWEEN_SAMPLES_MS, signal);
    looks.push(await vantage.observe(target, signal));
    if (looks.length === 1 && readingOf(looks[0], target).failures.length > 0) break;
  }
  const good = looks.filter((look) => readingOf(look, target).failures.length === 0);
  const [first, ...rest] = good.flatMap((look) => (look.outcome.ok ? [look.outcome.evidence] : []));
  return {
    target,
    evidence: first === undefined ? null : check.combine([first, ...rest]),
    version: check.version,
    samples: good.length,
    failures: first === undefined ? (looks.map((look) => readingOf(look, target).failures)[0] ?? []) : [],
    suspicions: good.flatMap((look) => readingOf(look, target).findings.filter(isGrave)).slice(0, 5),
  };
}

function readingOf(look: Observation | undefined, target: Target): ReturnType<typeof judge> {
  if (!look) return { vantage: '', findings: [], failures: [] };
  return judge(checkOf(target.kind), target, look, null);
}
