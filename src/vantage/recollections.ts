/** What the last full look at each target left for lesser ones. Bounded, and lost at any time without harm. */
import type { Known } from '../checks/check.js';
import { checkOf } from '../checks/index.js';
import { isGrave } from '../core/corroborate.js';
import type { Baseline, Observation, Reading, Target } from '../core/model.js';

/** More targets than one process watches: the least recently kept goes first. */
const MOST = 20_000;

interface Judged {
  readonly observation: Observation;
  readonly reading: Reading;
}

interface Kept extends Known {
  /** The very object: in an event window a target is another one. */
  readonly target: Target;
  readonly approvals: string;
}

export class Recollections {
  readonly #kept = new Map<string, Kept>();
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** Undefined unless it is about this target as it is configured now, held against what is approved now. */
  recall(vantage: string, target: Target, baseline: Baseline | null): Known | undefined {
    const kept = this.#kept.get(keyOf(vantage, target));
    if (!kept || kept.target !== target || kept.approvals !== approvalsOf(baseline)) return undefined;
    return { at: kept.at, value: kept.value };
  }

  /**
   * What came of the looks that made one judgement. Only a look that saw everything and found nothing may be leant on;
   * whatever else came, the next look is a full one.
   */
  take(vantage: string, target: Target, baseline: Baseline | null, looks: readonly Judged[]): void {
    const clear = looks.every(({ reading }) => reading.failures.length === 0 && !reading.findings.some(isGrave));
    const last = looks.at(-1)?.observation;
    if (!clear || baseline === null || !last?.outcome.ok) {
      this.#kept.delete(keyOf(vantage, target));
      return;
    }
    const accepted = baseline.accepted.map((entry) => entry.evidence);
    const value = checkOf(target.kind).remember?.(last.outcome.evidence, accepted, target.settings) ?? null;
    // A spared look leaves nothing: what it leant on goes on ageing.
    if (value !== null) this.keep(vantage, target, baseline, { at: last.at, value });
  }

  keep(vantage: string, target: Target, baseline: Baseline | null, known: Known): void {
    const key = keyOf(vantage, target);
    this.#kept.delete(key);
    this.#kept.set(key, { ...known, target, approvals: approvalsOf(baseline) });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function keyOf(vantage: string, { id }: Target): string {
  return `${vantage} ${id}`;
}

function approvalsOf(baseline: Baseline | null): string {
  return JSON.stringify((baseline?.accepted ?? []).map(({ version, at, by, note }) => [version, at, by, note]));
}
