/**
 * How much of the running text was exchanged, whatever menus, lists and tables round it stayed, and whether what
 * stands there now is about the things the site talks about. Share and strangeness together part an edit from a swap:
 * an editor writes one paragraph anew, or many about the same matters.
 */
import { differenceOf } from './difference.js';
import type { Pair } from './layers.js';
import { goneFrom } from './mending.js';
import { strangenessOf } from './spoken.js';
import { shapeOf, sizeOf, without, wordsOf } from './words.js';

export interface Swap {
  /** Share of the running text that is gone, 0..1. */
  readonly gone: number;
  /** Share of the telling words of the new running text the site never used, 0..1. */
  readonly strange: number;
}

/** A line is running text from so many words on; menus, prices and buttons have fewer. */
const PROSE_WORDS = 8;
/** A page with less running text than this has hardly any; a quotation of the day may be all of it. */
const LEAST_WORDS = 40;
/** New text shorter than this share of what went is a text shortened, not one exchanged. */
const FILLED = 0.3;
/**
 * From this share on nearly everything was exchanged, or a good part, or one passage; with how strange it must be, and
 * how many telling words say so. Of a passage hardly a word may be the site's: of 642 honest rewrites 4 were.
 */
const MOST = { gone: 0.5, strange: 0.6, telling: 12 };
const PART = { gone: 0.2, strange: 0.85, telling: 12 };
const PASSAGE = { gone: 0.05, strange: 0.95, telling: 7 };

/** Null where the running text was not exchanged, or for other words of the same matters. */
export function swapIn(pair: Pair): Swap | null {
  const { added, removed } = differenceOf(pair);
  const shaped = { added: without(added, removed, shapeOf), removed: without(removed, added, shapeOf) };
  const went = shaped.removed.filter(isProse);
  const came = shaped.added.filter(isProse);
  const running = pair.accepted.lines.filter(isProse);
  const before = sizeOf(running);
  // Where more moves than may be masked, text that is gone may be what moves.
  if (came.length === 0 || wordsOf(running.join(' ')).length < LEAST_WORDS || pair.accepted.volatility?.capped)
    return null;
  const lost = goneFrom({ added: shaped.added, removed: went });
  if (sizeOf(came) < lost * FILLED) return null;
  const { words, share } = strangenessOf(came, pair);
  const swap = { gone: lost / before, strange: share };
  const reached = [MOST, PART, PASSAGE].some(
    ({ gone, strange, telling }) => swap.gone >= gone && swap.strange >= strange && words >= telling,
  );
  return reached ? swap : null;
}

function isProse(line: string): boolean {
  return line.length >= 20 && wordsOf(line).length >= PROSE_WORDS;
}
