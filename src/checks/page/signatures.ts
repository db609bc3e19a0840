/** Words defacers sign with, where they are new. Looked for inside masks too: noise is no place to hide in. */
import type { Finding } from '../../core/model.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import type { Pair, Side } from './layers.js';
import { PHRASES, readings } from './phrases.js';
import type { PageSettings } from './settings.js';
import { quote, without } from './words.js';

/** A signature stands in a line of its own; the same words inside a long paragraph are more likely about somebody else. */
const SHORT_LINE = 160;
const MAX_LINES = 5000;
const MAX_LINE = 5000;

export const signatures = perLayer('signatures', (pair, settings) => {
  if (pair.same && !pair.actual.shown?.dialogs.length) return [];
  const [worst] = signaturesIn(pair).sort((a, b) => b.confidence - a.confidence);
  return [...(worst ? [phraseFinding(worst, pair, settings)] : []), ...hiddenFindings(pair, settings)];
});

/** A signature in text that no visitor sees: search engines read it, and it is a mark of who has been there. */
function hiddenFindings({ actual, accepted, layer }: Pair, settings: PageSettings): Finding[] {
  const known = [...(accepted.document?.hidden ?? []), ...spokenBy(accepted)];
  const [line] = without(actual.document?.hidden ?? [], known)
    .slice(0, MAX_LINES)
    .filter((text) => text.length <= SHORT_LINE && strengthOf(text) === 'strong');
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
function signaturesIn({ actual, accepted }: Pair): Signature[] {
  const prominent = new Set([actual.document?.title ?? '', ...(actual.document?.headings ?? [])]);
  const places = new Map(actual.document?.blocks.map((block) => [block.text, block.where]));
  return without(spokenBy(actual), spokenBy(accepted))
    .slice(0, MAX_LINES)
    .flatMap((line) => {
      const strength = strengthOf(line.slice(0, MAX_LINE));
      if (strength === null) return [];
      const stands = prominent.has(line) || line.length <= SHORT_LINE;
      const confidence = strength === 'strong' ? (stands ? 0.95 : 0.6) : 0.5;
      return [{ line, where: places.get(line) ?? placeIn(actual, line), confidence }];
    });
}

function placeIn({ document, shown }: Side, line: string): string {
  if (document?.title === line) return 'title';
  if (document?.headings.includes(line)) return 'heading';
  return shown?.dialogs.includes(line) ? 'message box' : 'text';
}

/** Everything a layer says, hidden things left out. */
function spokenBy({ document, lines, shown }: Side): string[] {
  const meta = document?.meta.get('description') ?? '';
  return [document?.title ?? '', meta, ...(document?.headings ?? []), ...lines, ...(shown?.dialogs ?? [])];
}

function strengthOf(line: string): 'strong' | 'weak' | null {
  const texts = readings(line);
  const found = PHRASES.filter(({ pattern }) => texts.some((text) => pattern.test(text)));
  if (found.some((phrase) => phrase.strength === 'strong')) return 'strong';
  // Two different weak ones in one line are as telling as a strong one.
  return found.length > 1 ? 'strong' : found.length === 1 ? 'weak' : null;
}

function phraseFinding({ line, where, confidence }: Signature, pair: Pair, settings: PageSettings): Finding {
  return finding('page/defacement-phrase', settings, {
    summary: `New words on the page read like a defacer’s: “${quote(line, 120)}”.`,
    actual: line,
    where: `${pair.layer}: ${where}`,
    confidence,
  });
}
