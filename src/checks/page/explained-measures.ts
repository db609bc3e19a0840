/** How measures of a page are put into words, for explained.ts. */
import type { Explained, Measure } from '../explained.js';
import type { PageEvidence } from './evidence.js';
import { type Pair, pairsOf } from './layers.js';
import type { PageSettings } from './settings.js';

export type PageExplained = Explained<PageSettings, PageEvidence>;

/** One measure of every layer that has an accepted one beside it. */
export function each(measure: (pair: Pair, settings: PageSettings) => Omit<Measure, 'where'> | null) {
  return (actual: PageEvidence, accepted: readonly PageEvidence[], settings: PageSettings): Measure[] =>
    pairsOf(actual, accepted, settings).flatMap((pair) => {
      const measured = measure(pair, settings);
      return measured ? [{ where: pair.layer, ...measured }] : [];
    });
}

export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function fromTo(before: string, after: string): string {
  return before === after ? before : `${before} → ${after}`;
}
