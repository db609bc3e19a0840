/** Two texts as a difference: word by word for a value, line by line for a page. Pure; the work is bounded. */
import { diffArrays, diffLines } from 'diff';

export interface Piece {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** A line of a text difference; `gap` stands for lines left out because nothing changed there. */
export interface Line {
  readonly kind: 'same' | 'removed' | 'added' | 'gap';
  readonly text: string;
}

/** Beyond this many edits two texts have little to do with each other, and finding the shortest way takes long. */
const MOST_EDITS = 2000;
/** Characters. */
const LONGEST = 20_000;
/** With less in common than this, marking words makes confetti. */
const LEAST_IN_COMMON = 0.2;

const words = new Intl.Segmenter('und', { granularity: 'word' });

/** What was taken from `before` and what came in `after`; null where so little is common that marks say nothing. */
export function wordDifference(before: string, after: string): readonly Piece[] | null {
  if (before.length > LONGEST || after.length > LONGEST) return null;
  // Words as each script has them: an ordinary word pattern takes Persian and Chinese apart letter by letter.
  const changes = diffArrays(wordsOf(before), wordsOf(after), { maxEditLength: MOST_EDITS });
  if (changes === undefined) return null;
  const pieces = changes.map(
    ({ added, removed, value }): Piece => ({
      kind: added ? 'added' : removed ? 'removed' : 'same',
      text: value.join(''),
    }),
  );
  const common = pieces.filter(({ kind }) => kind === 'same').reduce((sum, { text }) => sum + lettersIn(text), 0);
  return common < LEAST_IN_COMMON * Math.min(lettersIn(before), lettersIn(after)) ? null : pieces;
}

function wordsOf(text: string): string[] {
  return Array.from(words.segment(text), ({ segment }) => segment);
}

function lettersIn(text: string): number {
  return text.replace(/[^\p{L}\p{N}]/gu, '').length;
}

/** Lines with `context` unchanged ones around each change; at most `most` lines, ended by a gap when cut. */
export function lineDifference(before: string, after: string, context = 2, most = 400): readonly Line[] {
  const changes = diffLines(ended(before), ended(after), { maxEditLength: MOST_EDITS });
  const all: Line[] = newFirst(
    changes ?? [
      { added: false, removed: true, value: ended(before) },
      { added: true, removed: false, value: ended(after) },
    ],
  ).flatMap(({ added, removed, value }) => {
    const kind = added ? 'added' : removed ? 'removed' : 'same';
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((text) => ({ kind, text }) as const);
  });
  const near = all.map((_, index) =>
    all.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== 'same'),
  );
  const lines: Line[] = [];
  all.forEach((line, index) => {
    if (near[index]) lines.push(line);
    else if (lines.at(-1)?.kind !== 'gap') lines.push({ kind: 'gap', text: '' });
  });
  return lines.length <= most ? lines : [...lines.slice(0, most), { kind: 'gap', text: '' }];
}

/** Of more lines than this that are gone, a reader does not look for what came in their place at their end. */
const LONG_LOSS = 12;

interface Change {
  readonly added: boolean;
  readonly removed: boolean;
  readonly value: string;
}

/** What came in place of much comes before it. */
function newFirst(changes: readonly Change[]): readonly Change[] {
  const ordered = [...changes];
  for (let at = 0; at + 1 < ordered.length; at += 1) {
    const [gone, come] = [ordered[at], ordered[at + 1]];
    if (!gone?.removed || !come?.added || gone.value.split('\n').length <= LONG_LOSS) continue;
    ordered.splice(at, 2, come, gone);
    at += 1;
  }
  return ordered;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
