/** `baseline capture`: several looks at a site thought healthy, made into the candidate a person reviews. */

import { judge, type Sampling } from '../checks/check.js';
import { checkOf } from '../checks/index.js';
import { isGrave } from '../core/corroborate.js';
import type { Failure, Finding, Observation, Target } from '../core/model.js';
import type { Workplace } from './workplace.js';

/**
 * Looks per target, each different on purpose, so that what moves by itself is seen before it moves: as every later look
 * will be; with other random numbers and a warm cache; on another day, every digit and the weekday of its time another.
 */
const SAMPLES: readonly (Sampling | null)[] = [
  null,
  { seed: 0x0b5e, clockMs: 0, warm: true },
  { seed: 0xface, clockMs: 30 * 3_600_000 + 71 * 61_000, warm: false },
  { seed: 0x7a11, clockMs: 13 * 3_600_000, warm: true },
  { seed: 0x2bad, clockMs: 9 * 24 * 3_600_000 - 7 * 3_600_000, warm: false },
];
/** Enough where they agree: the others are looks at pages that were seen to move, and may move more than that. */
const FEWEST = 3;
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

export async function captureTarget(
  target: Target,
  { observatory, signal }: Pick<Workplace, 'observatory' | 'signal'>,
): Promise<Captured> {
  const check = checkOf(target.kind);
  const [vantage] = observatory.vantages;
  const looks: Observation[] = [];
  while (looks.length < (isMoving(target, looks) ? SAMPLES.length : FEWEST) && !signal.aborted) {
    if (looks.length > 0) await observatory.pause(BETWEEN_SAMPLES_MS, signal);
    const sampling = SAMPLES[looks.length] ?? null;
    looks.push(await vantage.observe(target, signal, sampling === null ? {} : { sampling }));
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

/** Would anything be said of one sample, if another were the baseline? */
function isMoving(target: Target, looks: readonly Observation[]): boolean {
  const check = checkOf(target.kind);
  const [first, ...rest] = looks;
  if (looks.length < FEWEST || !first?.outcome.ok) return false;
  const accepted = [{ version: check.version, evidence: first.outcome.evidence, at: 0, by: '', note: '' }];
  return rest.some((look) => judge(check, target, look, { targetId: target.id, accepted }).findings.length > 0);
}

function readingOf(look: Observation | undefined, target: Target): ReturnType<typeof judge> {
  if (!look) return { vantage: '', findings: [], failures: [] };
  return judge(checkOf(target.kind), target, look, null);
}
