/** Text as people compare it: lines, words in any script, multisets of both, and short safe quotations. */

/** Longest text that is cut into words; what follows is compared line by line only. */
const MAX_SEGMENTED = 200_000;
const MAX_QUOTE = 200;

// Scripts that shape a word by the joiners in it: taking one out of Persian `شب‌پره` makes another word of it.
const JOINING = ['Arabic', 'Syriac', 'Mongolian', 'Nko', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati']
  .concat('Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala')
  .map((script) => `\\p{Script=${script}}`)
  .join('');
// Zero-width and direction marks that change nothing a reader sees, soft hyphens, and joiners where nothing is joined.
const INVISIBLE = new RegExp(
  `[\\u00ad\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff]|[\\u200c\\u200d](?<![${JOINING}]\\p{Mn}{0,3}[\\u200c\\u200d])`,
  'gu',
);
const JOINERS = /[\u200c\u200d]/g;
const CONTROL = /\p{Cc}+/gu;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
// Scripts written without spaces between words.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Without the joiners a script may need: words are written with and without them, and mean the same. */
export function unjoined(text: string): string {
  return text.replace(JOINERS, '');
}

/** One form for what reads the same: composed, without marks that show nothing, single spaces. */
export function normalized(text: string): string {
  return text.normalize('NFC').replace(INVISIBLE, '').replace(/\s+/g, ' ').trim();
}

/** Normalised lines with something on them. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map(normalized)
    .filter((line) => line !== '');
}

/** Characters in all of the lines. */
export function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

/** Lower case, one digit for every number: `1,204 watching` and `987 watching` are the same shape. */
export function shapeOf(line: string): string {
  return unjoined(line.toLowerCase()).replace(/\p{N}+(?:[.,:\u066b\u066c'\u2019\s]\p{N}+)*/gu, '0');
}

/** Words of a text, lower case, in order; scripts without spaces are cut by dictionary. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [run] of unjoined(text.slice(0, MAX_SEGMENTED).toLowerCase()).matchAll(WORD)) {
    if (!UNSPACED.test(run)) words.push(run);
    else
      for (const { segment, isWordLike } of segmenter.segment(run.slice(0, 10_000)))
        if (isWordLike) words.push(segment);
  }
  return words;
}

export type Multiset = ReadonlyMap<string, number>;

export function multiset(values: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Shared over all, counted with multiplicity: 1 for equal multisets, also for two empty ones. */
export function jaccard(a: Multiset, b: Multiset): number {
  let shared = 0;
  let all = 0;
  for (const [value, count] of a) {
    const other = b.get(value) ?? 0;
    shared += Math.min(count, other);
    all += Math.max(count, other);
  }
  for (const [value, count] of b) if (!a.has(value)) all += count;
  return all === 0 ? 1 : shared / all;
}

/** What `a` has more of than `b`, with multiplicity, in the order of `a`. */
export function without(
  a: readonly string[],
  b: readonly string[],
  key: (line: string) => string = (l) => l,
): string[] {
  const left = multiset(b.map(key));
  return a.filter((value) => {
    const id = key(value);
    const count = left.get(id) ?? 0;
    if (count > 0) left.set(id, count - 1);
    return count === 0;
  });
}

/** Pairs of neighbouring words: the same words in another order are another text. */
export function wordPairs(words: readonly string[]): Map<string, number> {
  if (words.length === 1) return multiset(words);
  return multiset(words.slice(1).map((word, index) => `${words[index]} ${word}`));
}

/** A site's words, safe to show in one line of a terminal or a mail: bounded, no control or direction marks. */
export function quote(text: string, limit = MAX_QUOTE): string {
  const clean = text
    .slice(0, limit * 4)
    .replace(CONTROL, ' ')
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...clean];
  return characters.length <= limit ? clean : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Several values as one bounded list. */
export function quoteList(values: Iterable<string>, shown = 3): string {
  const all = [...new Set(values)];
  const list = all.slice(0, shown).map((value) => quote(value, 60));
  return quote(all.length > shown ? `${list.join(', ')} and ${all.length - shown} more` : list.join(', '));
}
