/** The shape of the page: which elements stand in which, counted, whatever they say. */
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { differenceOf, fixedPaths } from './difference.js';
import type { Pair } from './layers.js';

/** Below this share of common tag paths the page has another structure; honest edits measured stay above 0.79. */
export const REPLACED_BELOW = 0.4;

export const structure = perLayer('structure', (pair, settings) => {
  const { actual, accepted } = pair;
  if (!actual.document || !accepted.document) return [];
  const { abnormal } = actual.document;
  if (abnormal && !accepted.document.abnormal) {
    return [
      finding('page/markup-abnormal', settings, { summary: `The page ${abnormal}; only its beginning could be read.` }),
    ];
  }
  if (pair.same || actual.document.hash === accepted.document.hash) return [];
  const { structureSimilarity, added, removed, addedItems, removedItems } = differenceOf(pair);
  const percent = Math.round(structureSimilarity * 100);
  const facts = { where: pair.layer, ...changedPaths(pair) };
  if (structureSimilarity < REPLACED_BELOW) {
    const summary = `The structure of the page was replaced: ${percent} % of it is as accepted.`;
    return [finding('page/structure-replaced', settings, { ...facts, summary })];
  }
  if (structureSimilarity < 1) {
    const summary = `Elements were added or taken away: ${percent} % of the structure is as accepted.`;
    return [finding('page/structure-changed', settings, { ...facts, summary })];
  }
  if (added.length + removed.length + addedItems.length + removedItems.length > 0 || movesByItself(pair)) return [];
  return [
    finding('page/markup-changed', settings, { summary: 'Only attributes or hidden text differ.', where: pair.layer }),
  ];
});

/** Where something is known to rotate, the canonical forms never agree and say nothing. */
function movesByItself({ accepted: { volatility } }: Pair): boolean {
  return volatility !== null && volatility.text.length + volatility.items.length + volatility.code.length > 0;
}

function changedPaths(pair: Pair): { expected?: string; actual?: string } {
  const before = fixedPaths(pair.accepted, pair);
  const after = fixedPaths(pair.actual, pair);
  const more = [...after].find(([path, count]) => count > (before.get(path) ?? 0));
  const fewer = [...before].find(([path, count]) => count > (after.get(path) ?? 0));
  return {
    ...(fewer ? { expected: `${fewer[1]} × ${fewer[0]}, now ${after.get(fewer[0]) ?? 0}` } : {}),
    ...(more ? { actual: `${more[1]} × ${more[0]}, was ${before.get(more[0]) ?? 0}` } : {}),
  };
}
