/** From where: a vantage looks at a target. The local one here; remote ones speak the same interface. */
import { type Known, observe, type ProbeIo } from '../checks/check.js';
import { checkOf } from '../checks/index.js';
import type { Observation, Target } from '../core/model.js';

export interface Vantage {
  readonly name: string;
  /** Never rejects. @param known what a full look left, where this one may lean on it */
  observe(target: Target, signal: AbortSignal, known?: Known): Promise<Observation>;
}

/** Longest one look at one target may take, whatever the target does. */
const LOOK_DEADLINE_MS = 60_000;

/** This machine, with its own network and resolvers. */
export function localVantage(io: Omit<ProbeIo, 'signal'>): Vantage {
  return {
    name: io.vantage,
    observe: (target, signal, known) =>
      observe(checkOf(target.kind), target, {
        ...io,
        ...(known ? { known } : {}),
        signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_DEADLINE_MS)]),
      }),
  };
}
