/**
 * What the new words say, where the amount of text tells nothing: accusations, threats, boasts of an intrusion and
 * spam, in words this site never used. A site that writes about such things itself needs many more of them.
 */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import type { Pair } from './layers.js';
import { type Stem, stemsIn } from './lexicon.js';
import { forgedWordsIn, readings } from './lookalikes.js';
import type { PageSettings } from './settings.js';
import { newlySpoken, spokenBy, strangenessOf } from './spoken.js';
import { jaccard, multiset, quote, quoteList, wordsOf } from './words.js';

export const hostility = perLayer('hostility', (pair, settings) => {
  const tirade = pair.same ? null : tiradeIn(pair);
  return tirade === null ? [] : [hostileFinding(tirade, pair, settings)];
});

/** New words that speak against somebody, or of other things than the site does. */
export interface Tirade {
  /** The line with most of them. */
  readonly line: string;
  readonly words: readonly string[];
  readonly weight: number;
  /** By the words themselves; else only because they stand in a passage strange to the site, which proves less. */
  readonly outright: boolean;
}

const measured = new WeakMap<Pair, Tirade | null>();

/** Null where the new text is not hostile, or the site's own text is as full of such words. */
export function tiradeIn(pair: Pair): Tirade | null {
  const known = measured.get(pair);
  if (known !== undefined) return known;
  const tirade = measure(pair);
  measured.set(pair, tirade);
  return tirade;
}

const MAX_LINES = 2000;
const MAX_LINE = 5000;
/** From this weight on, all the new lines together tell what no single one does. */
const TOGETHER = 7;
/** What the site's own use of such words takes off, at most: a text may be full of them in any place. */
const MOST_RESERVE = 6;

function measure(pair: Pair): Tirade | null {
  const said = newlySpoken(pair)
    .slice(0, MAX_LINES)
    .map((line) => ({ line, stems: hostileIn(line) }))
    .filter(({ stems }) => stems.length > 0);
  if (said.length === 0) return null;
  const own = new Set(spokenBy(pair.accepted).flatMap(hostileIn));
  const reserve = Math.min(MOST_RESERVE, weightOf([...own]) / 2 + [...own].filter(({ grave }) => grave).length);
  const lines = said.map(({ line, stems }) => ({ line, stems: stems.filter((stem) => !own.has(stem)) }));
  const all = [...new Set(lines.flatMap(({ stems }) => stems))];
  const shouted = lines.filter(({ line, stems }) => isTelling(line, weightOf(stems) - reserve, stems, pair));
  const outright = shouted.length > 0 || weightOf(all) >= TOGETHER + reserve;
  const telling = outright
    ? shouted
    : lines.filter(({ line, stems }) => isForeign(line, weightOf(stems) - reserve, pair));
  if (!outright && telling.length === 0) return null;
  const chosen = telling.length > 0 ? telling : lines;
  const worst = chosen.reduce((a, b) => (weightOf(b.stems) > weightOf(a.stems) ? b : a));
  return { line: worst.line, words: all.map(({ text }) => text), weight: weightOf(all), outright };
}

function hostileIn(line: string): Stem[] {
  const text = line.slice(0, MAX_LINE);
  const meant = forgedWordsIn(text).flatMap(readings);
  return stemsIn(wordsOf([text.normalize('NFKC'), ...meant].join(' ')));
}

function weightOf(stems: readonly Stem[]): number {
  return stems.reduce((sum, { grave }) => sum + (grave ? 2 : 1), 0);
}

/** Lines with more common words than this are one line mended. */
const MENDED_ABOVE = 0.5;

/**
 * A line more, be it a heading or an item, needs more than one word of the kind, for editors report of crimes; a word put
 * into a line that was left as it was need only be a grave one.
 */
function isTelling(line: string, weight: number, stems: readonly Stem[], pair: Pair): boolean {
  const grave = stems.some((stem) => stem.grave);
  return (grave && weight >= 3) || weight >= 4 || (grave && weight >= 2 && isMended(line, pair));
}

/**
 * Fewer such words suffice in a line in which the site hardly finds a word of its own: how many, of how many telling
 * words, and how strange those are to the site. Of 568 honest edits these two told none that was not told without them.
 */
const FOREIGN = [
  { weight: 2, telling: 5, strange: 0.7 },
  { weight: 1, telling: 8, strange: 0.85 },
];

function isForeign(line: string, weight: number, pair: Pair): boolean {
  if (weight < 1) return false;
  const { words, share } = strangenessOf([line], pair);
  return FOREIGN.some((least) => weight >= least.weight && words >= least.telling && share >= least.strange);
}

function isMended(line: string, { accepted, actual }: Pair): boolean {
  const words = multiset(wordsOf(line));
  if (words.size < 4) return false;
  const still = new Set(actual.lines);
  return accepted.lines.some((old) => !still.has(old) && jaccard(words, multiset(wordsOf(old))) >= MENDED_ABOVE);
}

function hostileFinding({ line, words, weight }: Tirade, { layer }: Pair, settings: PageSettings): Finding {
  return finding('page/hostile-words', settings, {
    summary: `New words on the page accuse, threaten, boast or sell what the site never spoke of: “${quote(line, 120)}”.`,
    expected: '(no such words)',
    actual: quoteList(words, 8),
    where: layer,
    confidence: Math.min(0.9, 0.5 + weight * 0.03),
  });
}
