/** From where: a vantage looks at a target. The local one here; remote ones speak the same interface. */
import { observe, type ProbeIo } from '../checks/check.js';
import { checkOf } from '../checks/index.js';
import type { Observation, Target } from '../core/model.js';

/** An earlier full look this one may lean on, or what is different on purpose in a sample of a baseline. */
export type Special = Pick<ProbeIo, 'known' | 'sampling'>;

export interface Vantage {
  readonly name: string;
  /** Never rejects. @param how what is special about this look */
  observe(target: Target, signal: AbortSignal, how?: Special): Promise<Observation>;
}

/** Longest one look at one target may take, whatever the target does. */
const LOOK_DEADLINE_MS = 60_000;

/** This machine, with its own network and resolvers. */
export function localVantage(io: Omit<ProbeIo, 'signal'>): Vantage {
  return {
    name: io.vantage,
    observe: (target, signal, how) =>
      observe(checkOf(target.kind), target, {
        ...io,
        ...how,
        signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_DEADLINE_MS)]),
      }),
  };
}
