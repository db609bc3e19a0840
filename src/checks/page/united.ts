/** What moves by itself, put together from every evidence that was accepted: each of them was approved as genuine. */
import type { LayerVolatility } from './evidence.js';

const MAX_ENTRIES = 2000;

/**
 * The volatility of the evidence a look is compared with, and what the other accepted ones saw move in the same layer.
 * Parts of the picture stay its own: another picture has other places.
 */
export function united(
  own: LayerVolatility | null,
  others: readonly (LayerVolatility | null)[],
): LayerVolatility | null {
  const known = [own, ...others].flatMap((entry) => (entry ? [entry] : []));
  const [first] = known;
  if (!first || known.length === 1) return own ?? (first ? { ...first, boxes: [], area: 0 } : null);
  const all = [...new Set(known)];
  return {
    layer: first.layer,
    text: all.flatMap(({ text }) => text).slice(0, MAX_ENTRIES),
    items: all.flatMap(({ items }) => items).slice(0, MAX_ENTRIES),
    code: [...new Set(all.flatMap(({ code }) => code))].slice(0, MAX_ENTRIES),
    paths: [...new Set(all.flatMap(({ paths }) => paths))].slice(0, MAX_ENTRIES),
    boxes: own?.boxes ?? [],
    area: own?.area ?? 0,
    textShare: Math.max(...all.map(({ textShare }) => textShare)),
    capped: all.some(({ capped }) => capped),
  };
}
