/** How far one layer is from the accepted one, measured once for every comparer: text, structure, inventory. */
import { siteOf } from './address.js';
import { timeless } from './greetings.js';
import { type Item, type ItemKind, isProgramLink } from './inventory.js';
import type { Pair, Side } from './layers.js';
import { goneFrom, type Mended } from './mending.js';
import { jaccard, linesOf, multiset, shapeOf, sizeOf, without, wordPairs, wordsOf } from './words.js';

export interface Difference {
  /** Lines only this side has; what was learned to rotate is left out. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The lines differ, but only in their numbers. */
  readonly numbersOnly: boolean;
  /** 0..1, by pairs of words. */
  readonly textSimilarity: number;
  /** Share of the accepted text's characters still there: whole lines, and the kept words of lines that were mended. */
  readonly textKept: number;
  /** 0..1, by tag paths. */
  readonly structureSimilarity: number;
  readonly addedItems: readonly Item[];
  readonly removedItems: readonly Item[];
  /** Share of the accepted page's own links, scripts, styles, forms and pictures that are still there. */
  readonly itemsKept: number;
}

const measured = new WeakMap<Pair, Difference>();

export function differenceOf(pair: Pair): Difference {
  const known = measured.get(pair);
  if (known) return known;
  const difference = pair.same ? NONE : measure(pair);
  measured.set(pair, difference);
  return difference;
}

const NONE: Difference = {
  added: [],
  removed: [],
  numbersOnly: false,
  textSimilarity: 1,
  textKept: 1,
  structureSimilarity: 1,
  addedItems: [],
  removedItems: [],
  itemsKept: 1,
};

function measure(pair: Pair): Difference {
  const { actual, accepted } = pair;
  const rotating = rotatingText(pair);
  const fixed = (line: string): boolean => !rotating.has(shapeOf(line));
  // What lies under something is not gone: that it is covered is told of what covers it.
  const [now, before] = [
    [...actual.lines, ...actual.covered],
    [...accepted.lines, ...accepted.covered],
  ];
  const added = without(actual.lines, before, timeless).filter(fixed);
  const removed = without(accepted.lines, now, timeless).filter(fixed);
  const shaped = { added: without(added, removed, shapeOf), removed: without(removed, added, shapeOf) };
  const numbersOnly = added.length + removed.length > 0 && shaped.added.length + shaped.removed.length === 0;
  return {
    added,
    removed,
    numbersOnly,
    ...textMeasures(before.filter(fixed), now.filter(fixed), shaped),
    structureSimilarity: jaccard(fixedPaths(actual, pair), fixedPaths(accepted, pair)),
    ...itemMeasures(pair),
  };
}

/** The tag paths of one side that were the same in every sample. */
export function fixedPaths(side: Side, { accepted }: Pair): Map<string, number> {
  const paths = new Map(side.document?.paths ?? []);
  for (const path of accepted.volatility?.paths ?? []) paths.delete(path);
  return paths;
}

function textMeasures(before: readonly string[], after: readonly string[], shaped: Mended) {
  const total = sizeOf(before);
  return {
    textSimilarity: jaccard(pairsIn(before), pairsIn(after)),
    textKept: total === 0 ? 1 : 1 - goneFrom(shaped) / total,
  };
}

function pairsIn(lines: readonly string[]): Map<string, number> {
  return wordPairs(wordsOf(lines.join('\n')));
}

/** Shapes of lines that stand where the samples already differed, on either side, and of those seen in samples. */
function rotatingText({ actual, accepted }: Pair): Set<string> {
  const learned = accepted.volatility?.text ?? [];
  if (learned.length === 0) return new Set();
  const places = new Set(learned.map((entry) => entry.where));
  const standing = (side: Side): string[] =>
    (side.document?.blocks ?? []).filter((block) => places.has(block.where)).map((block) => block.text);
  const lines = [...learned.flatMap((entry) => entry.examples), ...standing(actual), ...standing(accepted)];
  return new Set(lines.flatMap(linesOf).map(shapeOf));
}

// ----------------------------------------------------------- inventory

/** Kinds whose entries may be learned to rotate, while they stay with hosts already known. */
export const MAY_ROTATE: ReadonlySet<ItemKind> = new Set(['image', 'stylesheet', 'preload', 'icon', 'request', 'link']);

function itemMeasures({ actual, accepted }: Pair) {
  const learned = new Set((accepted.volatility?.items ?? []).map((entry) => entry.where));
  const known = sitesOf(accepted);
  const standing = new Set(actual.items.map(queryPlace));
  const fixed = (item: Item): boolean =>
    (isProgramLink(item) || !(learned.has(rotationPlace(item)) && MAY_ROTATE.has(item.kind) && known.has(item.site))) &&
    !(item.kind === 'link' && learned.has(queryPlace(item)) && standing.has(queryPlace(item)));
  const own = accepted.items.filter((item) => item.kind !== 'request');
  const there = new Set(actual.items.map(keyOf));
  const kept = own.filter((item) => there.has(keyOf(item)));
  return {
    addedItems: onlyIn(actual.items, accepted.items).filter(fixed),
    removedItems: onlyIn(accepted.items, actual.items).filter((item) => fixed(item) && !isStillThere(item, actual)),
    itemsKept: own.length === 0 ? 1 : kept.length / own.length,
  };
}

/** Code with other values in it is still the same code: what is new about it is told of the new entry. */
function isStillThere({ code }: Item, { items }: Side): boolean {
  return code !== undefined && items.some((item) => item.code?.skeleton === code.skeleton);
}

/** Where a rotating entry stands, as volatility names it. */
export function rotationPlace(item: Item): string {
  return item.kind === 'request' ? `request ${item.label} ${item.site}` : `${item.kind} ${item.where}`;
}

/** Where a link stands of which only the query rotates: host and path are part of the name, and so stay guarded. */
export function queryPlace({ where, target, hidden }: Item): string {
  return `link query ${hidden ? 'hidden ' : ''}${where} ${target.replace(/\?.*$/, '')}`;
}

/** What makes two entries the same entry. Hidden is another entry: a link no visitor sees is not the one approved. */
export function keyOf(item: Item): string {
  return `${item.kind} ${item.hidden ? 'hidden ' : ''}${item.target}`;
}

/** First entry of each key that only `items` has. */
function onlyIn(items: readonly Item[], others: readonly Item[]): Item[] {
  const known = new Set(others.map(keyOf));
  return items.filter((item) => {
    const key = keyOf(item);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** Every registrable domain an accepted layer refers to, its own among them. */
export function sitesOf(side: Side): Set<string> {
  const sites = new Set(side.items.map((item) => item.site).filter((site) => site !== ''));
  sites.add(siteOf(side.url));
  return sites;
}

/** The words a site uses of itself: text, title, headings and host. */
export function vocabularyOf(side: Side): Set<string> {
  const { document } = side;
  const parts = [document?.title ?? '', ...(document?.meta.values() ?? []), ...side.lines, siteOf(side.url)];
  return new Set(multiset(wordsOf(parts.join('\n'))).keys());
}
