/** Judging as the pipeline asks for it: here where it is quick, elsewhere where it would hold up everything else. */
import type { Baseline, Exhibits, Observation, Reading, Target } from '../core/model.js';
import { judge } from './check.js';
import { checkOf } from './index.js';

export interface Judging {
  /** Never rejects: a judgement that could not be made is a failure in the reading. */
  judge(target: Target, observation: Observation, baseline: Baseline | null): Promise<Reading>;
  /** What a person is shown. `observation` null: there is only the baseline. */
  exhibit(target: Target, observation: Observation | null, baseline: Baseline | null): Promise<Exhibits>;
}

export const judgingHere: Judging = {
  judge: async (target, observation, baseline) => judge(checkOf(target.kind), target, observation, baseline),
  exhibit: async (target, observation, baseline) => exhibitHere(target, observation, baseline),
};

/** Pure. */
export function exhibitHere(target: Target, observation: Observation | null, baseline: Baseline | null): Exhibits {
  const evidence = observation?.outcome.ok ? observation.outcome.evidence : null;
  return checkOf(target.kind).exhibit(evidence, acceptedIn(baseline), target.settings);
}

/** Would it take longer than anything else should wait? */
export function isHeavy(target: Target, observation: Observation | null, baseline: Baseline | null): boolean {
  if (!observation?.outcome.ok) return false;
  return checkOf(target.kind).isHeavy?.(observation.outcome.evidence, acceptedIn(baseline)) ?? false;
}

/** @param elsewhere does the heavy ones. */
export function judgingWith(elsewhere: Judging): Judging {
  const by = (...asked: Parameters<typeof isHeavy>): Judging => (isHeavy(...asked) ? elsewhere : judgingHere);
  return {
    judge: (target, observation, baseline) => by(target, observation, baseline).judge(target, observation, baseline),
    exhibit: (target, observation, baseline) =>
      by(target, observation, baseline).exhibit(target, observation, baseline),
  };
}

function acceptedIn(baseline: Baseline | null): readonly unknown[] {
  return (baseline?.accepted ?? []).map((entry) => entry.evidence);
}
