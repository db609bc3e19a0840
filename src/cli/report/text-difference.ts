/** Two texts as a difference: word by word for a value, line by line for a page. Pure; the work is bounded. */
import { diffLines, diffWordsWithSpace } from 'diff';

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
const LONGEST = 20_000;
/** With less in common than this, marking words makes confetti. */
const LEAST_IN_COMMON = 0.2;

/** What was taken from `before` and what came in `after`; one removed and one added piece where little is common. */
export function wordDifference(before: string, after: string): readonly Piece[] {
  const [old, now] = [cut(before), cut(after)];
  const changes = diffWordsWithSpace(old, now, { maxEditLength: MOST_EDITS });
  const whole: readonly Piece[] = [
    { kind: 'removed', text: old },
    { kind: 'added', text: now },
  ];
  if (changes === undefined) return whole;
  const common = changes
    .filter(({ added, removed }) => !added && !removed)
    .reduce((sum, { value }) => sum + value.trim().length, 0);
  if (common < LEAST_IN_COMMON * Math.min(old.length, now.length)) return whole;
  return changes.map(({ added, removed, value }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}

/** Lines with `context` unchanged ones around each change; at most `most` lines, ended by a gap when cut. */
export function lineDifference(before: string, after: string, context = 2, most = 400): readonly Line[] {
  const changes = diffLines(ended(before), ended(after), { maxEditLength: MOST_EDITS });
  const all: Line[] = (
    changes ?? [
      { added: false, removed: true, value: ended(before) },
      { added: true, removed: false, value: ended(after) },
    ]
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

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
