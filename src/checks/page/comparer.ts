/** What the comparers of a page have in common: they look at one layer at a time, beside the accepted one. */
import type { Finding } from '../../core/model.js';
import type { Comparer } from '../check.js';
import type { PageEvidence } from './evidence.js';
import { type Pair, pairsOf } from './layers.js';
import type { PageSettings } from './settings.js';

export type PageComparer = Comparer<PageSettings, PageEvidence>;

/** A comparer that asks the same question of every layer. Findings of several layers are folded by `weigh`. */
export function perLayer(
  name: string,
  compare: (pair: Pair, settings: PageSettings, accepted: readonly PageEvidence[]) => readonly Finding[],
): PageComparer {
  return {
    name,
    compare: (actual, accepted, settings) =>
      pairsOf(actual, accepted, settings).flatMap((pair) => compare(pair, settings, accepted)),
  };
}

/** ` in the mobile view`; nothing for the first layers, where it goes without saying. */
export function inLayer({ layer }: Pair): string {
  return layer === 'raw' ? ' in the answer of the server' : ` in the ${layer} view`;
}
