/**
 * The server's answer beside what a browser makes of it. Where the answer is as accepted and the browser shows something
 * else, a script did it, or a server that tells browsers from other clients: both are worth knowing, and neither is to
 * be found in the files of the site. What exactly differs is told by the comparers of the rendered layers.
 */
import { finding } from './codes.js';
import type { PageComparer } from './comparer.js';
import { differenceOf } from './difference.js';
import { type Pair, pairsOf, RAW } from './layers.js';
import { quote } from './words.js';

export const rendering: PageComparer = {
  name: 'rendering',
  compare: (actual, accepted, settings) => {
    const pairs = pairsOf(actual, accepted, settings);
    const raw = pairs.find(({ layer }) => layer === RAW);
    if (!raw?.actual.document || !isAsAccepted(raw)) return [];
    const changed = pairs.filter((pair) => pair.layer !== RAW && !isAsAccepted(pair));
    const [first] = changed;
    if (!first) return [];
    const { added, addedItems } = differenceOf(first);
    const shown = added[0] ?? addedItems[0]?.target ?? 'less than accepted';
    const summary = `The server’s answer is as accepted, but a browser shows something else: “${quote(shown, 120)}”. A script changed the page, or the server gives browsers another one.`;
    const where = changed.map(({ layer }) => layer).join(', ');
    return [finding('page/changed-by-script', settings, { summary, expected: 'as the answer', actual: shown, where })];
  },
};

/** In text, structure and references, but for what was learned to move. */
export function isAsAccepted(pair: Pair): boolean {
  if (pair.same) return true;
  const { added, removed, addedItems, removedItems, structureSimilarity } = differenceOf(pair);
  // What is asked of the network is not what is shown, and is told for itself.
  const items = [...addedItems, ...removedItems].filter(({ kind }) => kind !== 'request');
  return structureSimilarity === 1 && added.length + removed.length + items.length === 0;
}
