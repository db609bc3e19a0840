/** Words defacers sign with, where they are new. Looked for inside masks too: noise is no place to hide in. */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import type { Pair, Side } from './layers.js';
import { readings } from './lookalikes.js';
import { meansThisSite, type Signing, signingIn } from './phrases.js';
import type { PageSettings } from './settings.js';
import { spokenBy } from './spoken.js';
import { quote, without, wordsOf } from './words.js';

/** A signature stands in a line of its own; the same words inside a long paragraph are more likely about somebody else. */
const SHORT_LINE = 160;
/** A name and `was here` are the whole line. */
const SIGNED_WORDS = 9;
const MAX_LINES = 5000;
const MAX_LINE = 5000;

export const signatures = perLayer('signatures', (pair, settings) => {
  if (pair.same && !pair.actual.shown?.dialogs.length) return [];
  const [worst] = signaturesIn(pair)
    // Where nothing may change, new text is told as such; in what rotates there one telling word alone says nothing.
    .filter(({ confidence }) => settings.content === 'living' || confidence > HINTED)
    .sort((a, b) => b.confidence - a.confidence);
  return [...(worst ? [phraseFinding(worst, pair, settings)] : []), ...hiddenFindings(pair, settings)];
});

/** A signature in text that no visitor sees: search engines read it, and it is a mark of who has been there. */
function hiddenFindings(pair: Pair, settings: PageSettings): Finding[] {
  const { actual, accepted, layer } = pair;
  const known = [...(accepted.document?.hidden ?? []), ...spokenBy(accepted)];
  const [line] = without(actual.document?.hidden ?? [], known)
    .slice(0, MAX_LINES)
    .filter((text) => confidenceOf(text, pair) === SIGNED);
  if (line === undefined) return [];
  const summary = `New hidden text reads like a defacer’s: “${quote(line, 120)}”.`;
  return [finding('page/hidden-signature', settings, { summary, actual: line, where: layer })];
}

interface Signature {
  readonly line: string;
  readonly where: string;
  readonly confidence: number;
}

/** New lines that carry a phrase, how likely they are meant as a signature. */
function signaturesIn(pair: Pair): Signature[] {
  const { actual, accepted } = pair;
  const places = new Map(actual.document?.blocks.map((block) => [block.text, block.where]));
  return without(spokenBy(actual), spokenBy(accepted))
    .slice(0, MAX_LINES)
    .flatMap((line) => {
      const confidence = confidenceOf(line.slice(0, MAX_LINE), pair);
      return confidence === 0 ? [] : [{ line, where: places.get(line) ?? placeIn(actual, line), confidence }];
    });
}

const SIGNED = 0.95;
const REPORTED = 0.6;
const HINTED = 0.5;

/** How sure it is that a line is a signature; 0 where nothing in it reads like one. */
function confidenceOf(line: string, pair: Pair): number {
  return Math.max(
    0,
    ...readings(line).map((reading) => {
      const signing = signingIn(reading);
      if (!signing) return 0;
      if (signing.strength === 'weak') return HINTED;
      return isAboutThisSite(line, signing, pair) ? SIGNED : REPORTED;
    }),
  );
}

/** Said of this site, of nobody, or by a name that stands alone with it; not of somebody the news are about. */
function isAboutThisSite(line: string, { before, signed }: Signing, pair: Pair): boolean {
  const prominent = line === pair.actual.document?.title;
  if (!prominent && line.length > SHORT_LINE) return false;
  if (signed) return prominent || wordsOf(line).length <= SIGNED_WORDS;
  const own = new Set(wordsOf(`${pair.accepted.document?.title ?? ''} ${pair.accepted.url}`));
  return wordsOf(before).every((word) => meansThisSite(word) || own.has(word));
}

function placeIn({ document, shown }: Side, line: string): string {
  if (document?.title === line) return 'title';
  if (document?.headings.includes(line)) return 'heading';
  return shown?.dialogs.includes(line) ? 'message box' : 'text';
}

function phraseFinding({ line, where, confidence }: Signature, pair: Pair, settings: PageSettings): Finding {
  return finding('page/defacement-phrase', settings, {
    summary: `New words on the page read like a defacer’s: “${quote(line, 120)}”.`,
    actual: line,
    where: `${pair.layer}: ${where}`,
    confidence,
  });
}
