/** What a layer says to people, wherever it stands, and which of it was never said before: masks hide nothing here. */
import type { Pair, Side } from './layers.js';
import { linesOf, shapeOf, without, wordsOf } from './words.js';

/** Title, description, headings, visible lines and message boxes; hidden text is left out. */
export function spokenBy({ document, lines, shown }: Side): string[] {
  const meta = document?.meta.get('description') ?? '';
  return [document?.title ?? '', meta, ...(document?.headings ?? []), ...lines, ...(shown?.dialogs ?? [])].filter(
    (line) => line !== '',
  );
}

const spoken = new WeakMap<Pair, readonly string[]>();

/** Lines said now and not in the accepted page, nor in any sample of what rotates on it. */
export function newlySpoken(pair: Pair): readonly string[] {
  const known = spoken.get(pair);
  if (known) return known;
  const seen = new Set(examplesOf(pair.accepted).map(shapeOf));
  const lines = without(spokenBy(pair.actual), spokenBy(pair.accepted)).filter((line) => !seen.has(shapeOf(line)));
  spoken.set(pair, lines);
  return lines;
}

function examplesOf({ volatility }: Side): string[] {
  return (volatility?.text ?? []).flatMap((entry) => entry.examples).flatMap(linesOf);
}

const roots = new WeakMap<Side, ReadonlySet<string>>();

/** Beginnings of all words the site uses of itself: in its text, its labels, its addresses, and what rotates on it. */
function rootsOf(side: Side): ReadonlySet<string> {
  const known = roots.get(side);
  if (known) return known;
  const meta = [...(side.document?.meta.values() ?? [])];
  const labels = side.items.flatMap(({ label, target, code }) => (code ? [] : [label, target]));
  const all = [...spokenBy(side), ...meta, ...labels, ...examplesOf(side), side.url].join('\n');
  const made = new Set(wordsOf(all).map(rootOf));
  roots.set(side, made);
  return made;
}

// The article and the particles that Arabic writes together with the word that follows.
const JOINED = /^(?:[\u0648\u0641]?(?:\u0627\u0644|\u0628\u0627\u0644|\u0643\u0627\u0644|\u0644\u0644))(?=.{3})/;
const SHORTEST_ROOT = 4;

/** A word without its ending, roughly: the same word in another case, number or person has the same beginning. */
function rootOf(word: string): string {
  const bare = word.replace(JOINED, '');
  return bare.slice(0, Math.max(SHORTEST_ROOT, Math.ceil(bare.length * 0.6)));
}

/** Words of these lines that carry a meaning, as far as length tells, and the share of them the site never used. */
export interface Strangeness {
  readonly words: number;
  readonly share: number;
}

const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export function strangenessOf(lines: readonly string[], { accepted }: Pair): Strangeness {
  const own = rootsOf(accepted);
  const telling = new Set(wordsOf(lines.join('\n')).filter(isTelling));
  const strange = [...telling].filter((word) => !own.has(rootOf(word))).length;
  return { words: telling.size, share: telling.size === 0 ? 0 : strange / telling.size };
}

/** Short words are mostly those every text has. */
function isTelling(word: string): boolean {
  return /\p{L}/u.test(word) && word.length >= (IDEOGRAPHS.test(word) ? 2 : 4);
}

/** Does the site use this word, or one that begins like it? */
export function isOwnWord(word: string, { accepted }: Pair): boolean {
  return rootsOf(accepted).has(rootOf(word));
}
