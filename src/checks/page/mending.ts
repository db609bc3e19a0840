/**
 * How much of the text that differs is really gone. A line with one corrected letter is the same line mended: only the
 * words that went are gone, not the paragraph.
 */
import { jaccard, type Multiset, multiset, sizeOf, wordsOf } from './words.js';

/** Lines only one of the sides has. */
export interface Mended {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** From this share of common words on, a new line is the old one mended; below it is another line. */
const MENDED_ABOVE = 0.5;
/** Every removed line is held against every added one; a page that changed in more lines was not mended. */
const MAX_LINES = 150;

/** Characters of the removed lines that no mended line among the added ones has kept. */
export function goneFrom({ added, removed }: Mended): number {
  if (added.length > MAX_LINES || removed.length > MAX_LINES) return sizeOf(removed);
  const open = new Set(added.map((line) => multiset(wordsOf(line))));
  return removed.reduce((gone, line) => gone + line.length * (1 - keptOf(multiset(wordsOf(line)), open)), 0);
}

/** Share of words the nearest open line has kept; a line stands for one old line only. */
function keptOf(words: Multiset, open: Set<Multiset>): number {
  let kept = 0;
  let nearest: Multiset | null = null;
  for (const candidate of words.size > 0 ? open : []) {
    const share = jaccard(words, candidate);
    if (share > kept) [kept, nearest] = [share, candidate];
  }
  if (nearest === null || kept < MENDED_ABOVE) return 0;
  open.delete(nearest);
  return kept;
}
