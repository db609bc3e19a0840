/** Work that can be heavy and needs nothing but its arguments: it is done the same wherever it is done. Pure. */
import { judge } from './checks/check.js';
import { checkOf } from './checks/index.js';
import { exhibitHere } from './checks/judging.js';
import type { Baseline, Exhibits, Observation, Reading, Target } from './core/model.js';
import { compose } from './notify/message.js';

export const JOBS = {
  judge: (target: Target, observation: Observation, baseline: Baseline | null): Reading =>
    judge(checkOf(target.kind), target, observation, baseline),
  exhibit: (target: Target, observation: Observation | null, baseline: Baseline | null): Exhibits =>
    exhibitHere(target, observation, baseline),
  compose,
};

export type Jobs = typeof JOBS;
