/** The text a visitor reads: what of it is gone, what is new, and whether it is still in the same script. */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { type Difference, differenceOf } from './difference.js';
import { emptiedLists } from './emptied-lists.js';
import { type Pair, RAW } from './layers.js';
import type { PageSettings } from './settings.js';
import { type Swap, swapIn } from './swapped.js';
import { quote } from './words.js';

/** Below this share of common word pairs and kept characters the text counts as another one. */
export const REPLACED_BELOW = 0.2;
/** Living pages: below this share of kept text an edit is large enough to tell somebody; one passage alone may be more. */
const LARGE_BELOW = 0.6;
const LARGE_ALONE_BELOW = 0.4;

export const text = perLayer('text', (pair, settings) => {
  if (pair.same || (!pair.actual.document && !pair.actual.shown)) return [];
  const difference = differenceOf(pair);
  const emptied = emptiedFindings(pair, settings);
  if (difference.added.length + difference.removed.length === 0) return emptied;
  return [...emptied, ...amountFindings(pair, difference, settings), ...scriptFindings(pair, difference, settings)];
});

/** Is almost nothing of the accepted text left? */
export function isTextReplaced({ textSimilarity, textKept }: Difference): boolean {
  return textSimilarity < REPLACED_BELOW && textKept < REPLACED_BELOW;
}

function amountFindings(pair: Pair, difference: Difference, settings: PageSettings): Finding[] {
  const { added, removed, textKept, numbersOnly } = difference;
  const facts = {
    expected: removed.join(' / ') || '(nothing)',
    actual: added.join(' / ') || '(nothing)',
    where: placeOf(pair, added[0]),
  };
  if (pair.actual.lines.length === 0) return []; // `page/emptied` says it better
  if (isTextReplaced(difference)) {
    const summary = `The text was replaced; it now says “${quote(added.join(' '), 120)}”.`;
    return [finding('page/text-replaced', settings, { ...facts, summary })];
  }
  if (numbersOnly && settings.content === 'living') {
    return [finding('page/text-changed', settings, { ...facts, summary: 'Only numbers in the text changed.' })];
  }
  const swap = swapIn(pair);
  const large = textKept < (removed.length > 1 ? LARGE_BELOW : LARGE_ALONE_BELOW) || swap !== null;
  const summary = swap ? swapSummary(swap, added) : changeSummary(difference);
  return [finding('page/text-changed', settings, { ...facts, summary, living: large ? 'warning' : 'notice' })];
}

function emptiedFindings(pair: Pair, settings: PageSettings): Finding[] {
  const [worst] = emptiedLists(pair).sort((a, b) => b.had - a.had);
  if (!worst) return [];
  const { list, had, has } = worst;
  const summary = `A list whose entries rotate ${has === 0 ? 'is empty' : 'is far shorter than it ever was'}: at least ${had} characters in every sample, now ${has}.`;
  // What only scripts fill stays empty when a third party fails them, which is nothing to wake anybody for.
  const living = pair.layer === RAW ? 'warning' : 'notice';
  return [finding('page/list-emptied', settings, { summary, where: `${pair.layer}: ${list}`, living })];
}

function swapSummary({ gone, strange }: Swap, added: readonly string[]): string {
  return `${percent(gone)} of the running text was exchanged for other text, in words of which the site never used ${percent(strange)}: “${quote(added.join(' '), 120)}”.`;
}

function changeSummary({ added, removed, textKept }: Difference): string {
  if (added.length === 0) return `Text was removed: “${quote(removed.join(' '), 120)}”.`;
  const gone = percent(1 - textKept);
  return `Text was changed: “${quote(added.join(' '), 120)}” is new${gone === '0 %' ? '' : `, ${gone} of the accepted text is gone`}.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function placeOf({ actual, layer }: Pair, line: string | undefined): string {
  const block = actual.document?.blocks.find((candidate) => candidate.text === line);
  return block ? `${layer}: ${block.where}` : layer;
}

const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Arabic',
  'Han',
  'Hiragana',
  'Hangul',
  'Greek',
  'Hebrew',
  'Devanagari',
  'Thai',
] as const;
const OF_SCRIPT = SCRIPTS.map((script) => ({ script, letters: new RegExp(`\\p{Script=${script}}`, 'gu') }));
const ENOUGH_LETTERS = 30;

/** From this share of the accepted letters on, a script is one the page is written in, though not the first. */
const AT_HOME = 0.1;

/** The writing system most letters belong to; null where there is too little text to say. */
export function scriptSystemOf(lines: readonly string[]): string | null {
  const counts = lettersOf(lines);
  const most = counts.reduce((best, entry) => (entry.count > best.count ? entry : best));
  return most.count >= ENOUGH_LETTERS ? most.script : null;
}

function lettersOf(lines: readonly string[]) {
  const sample = lines.join(' ').slice(0, 20_000);
  return OF_SCRIPT.map(({ script, letters }) => ({ script, count: sample.match(letters)?.length ?? 0 }));
}

/** Pages in two languages have text of one replaced by text of the other: the script is not new there. */
function isAtHome(script: string, accepted: readonly string[]): boolean {
  const counts = lettersOf(accepted);
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  const own = counts.find((entry) => entry.script === script)?.count ?? 0;
  return own >= ENOUGH_LETTERS && own >= all * AT_HOME;
}

function scriptFindings({ accepted }: Pair, { added, removed }: Difference, settings: PageSettings): Finding[] {
  const before = scriptSystemOf(removed);
  const after = scriptSystemOf(added);
  if (before === null || after === null || before === after || isAtHome(after, accepted.lines)) return [];
  return [
    finding('page/script-system-changed', settings, {
      summary: `Text in ${before} script was replaced by text in ${after} script.`,
      expected: before,
      actual: after,
    }),
  ];
}
