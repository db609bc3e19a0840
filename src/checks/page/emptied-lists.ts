/** Lists that rotate are masked, whatever stands in them; that nothing stands in them any more is told. Pure. */
import type { Pair, Side } from './layers.js';
import { listsOf } from './siblings.js';
import { sizeOf } from './words.js';

/** Fewer moving entries are a banner or a quotation, which come and go. */
const ENTRIES = 3;
/** Characters below which a list is not worth telling. */
const ENOUGH = 40;
/** Share of the shortest texts its places had in the samples. */
const LEFT = 0.3;

export interface EmptiedList {
  /** CSS path with `*` for the number of the entry. */
  readonly list: string;
  /** Characters at least there in the samples, and now. */
  readonly had: number;
  readonly has: number;
}

/** Lists of which the places were learned to move, and which are empty or far shorter than any sample. */
export function emptiedLists({ actual, accepted }: Pair): EmptiedList[] {
  const { document, volatility } = accepted;
  if (!document || !actual.document || !volatility) return [];
  const shortest = shortestOf(volatility.text);
  const places = new Set(document.blocks.map(({ where }) => where).filter((where) => shortest.has(where)));
  const lists = new Map<string, string[]>();
  for (const where of places) for (const list of listsOf(where)) lists.set(list, [...(lists.get(list) ?? []), where]);
  // Where the number of elements varies, so may that of the entries: then only nothing is too few.
  const left = volatility.paths.length > 0 ? 0 : LEFT;
  return [...lists]
    .filter(([, entries]) => entries.length >= ENTRIES)
    .map(([list, entries]) => ({
      list,
      had: entries.reduce((sum, where) => sum + (shortest.get(where) ?? 0), 0),
      has: sizeOf(textsIn(actual, list)),
    }))
    .filter(({ had, has }) => had >= ENOUGH && has <= had * left);
}

/** By place, the length of the shortest text any sample had there. */
function shortestOf(moving: readonly { readonly where: string; readonly examples: readonly string[] }[]) {
  const shortest = new Map<string, number>();
  for (const { where, examples } of moving) {
    for (const { length } of examples) shortest.set(where, Math.min(shortest.get(where) ?? length, length));
  }
  return shortest;
}

function textsIn({ document }: Side, list: string): string[] {
  return (document?.blocks ?? []).filter(({ where }) => listsOf(where).includes(list)).map(({ text }) => text);
}
