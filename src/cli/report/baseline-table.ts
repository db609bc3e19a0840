/** `baseline status`: what is approved, what waits and what was tampered with, a line per site. Pure. */
import { oneLine } from '../../core/plain-text.js';
import { moment } from '../../core/words.js';
import { fitted, isolated, lineWidth, padded, paint, type Screen, widthOf, wrapped } from './text.js';
import { markOf, TONE_STYLE, type Tone } from './words.js';

export interface BaselineStatus {
  readonly site: string;
  /** Kinds of check with approved evidence. */
  readonly kinds: readonly string[];
  /** Accepted looks of each kind. */
  readonly looks: Readonly<Record<string, number>>;
  readonly approved: { readonly by: string; readonly at: number; readonly note: string } | null;
  /** What waits for approval, or null. */
  readonly candidate: { readonly at: number; readonly kinds: readonly string[] } | null;
  /** Files that do not match their hash, one sentence each. */
  readonly tampered: readonly string[];
}

/** For the terminal. Ends with a newline. */
export function baselineTable(rows: readonly BaselineStatus[], screen: Screen): string {
  if (rows.length === 0) return '\n  No site is configured; add one with: siteward add URL\n';
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const idWidth = Math.min(28, Math.max(...rows.map(({ site }) => widthOf(oneLine(site, 60)))));
  const lines = rows.flatMap((row) => {
    const [first = '', ...rest] = sentences(row);
    const tone = toneOf(row);
    const mark = style([TONE_STYLE[tone], 'bold'], markOf(tone));
    const id = style('bold', padded(fitted(oneLine(row.site, 60), idWidth), idWidth));
    const indent = ' '.repeat(idWidth + 6);
    const body = [first, ...rest].flatMap((sentence) => wrapped(sentence, width - idWidth - 6));
    return body.map((line, index) =>
      index === 0 ? `  ${mark} ${id}  ${isolated(line)}` : `${indent}${isolated(line)}`,
    );
  });
  return `\n${lines.join('\n')}\n`;
}

function toneOf({ approved, candidate, tampered }: BaselineStatus): Tone {
  if (tampered.length > 0) return 'bad';
  if (approved === null) return 'unsure';
  return candidate === null ? 'good' : 'warning';
}

function sentences({ site, kinds, looks, approved, candidate, tampered }: BaselineStatus): readonly string[] {
  const id = oneLine(site, 60);
  const lines = tampered.map((sentence) => `tampered: ${oneLine(sentence)}`);
  if (approved !== null) {
    lines.push(
      `approved: ${kinds.map((kind) => kindWords(kind, looks[kind] ?? 1)).join(', ')} · ${moment(approved.at)} by ${oneLine(approved.by, 80)}`,
    );
    if (approved.note !== '') lines.push(`note: ${oneLine(approved.note, 200)}`);
  }
  if (candidate !== null) {
    lines.push(
      `waiting: ${candidate.kinds.join(', ')}, taken ${moment(candidate.at)}`,
      `review with: siteward baseline diff ${id}`,
    );
  }
  if (approved === null && candidate === null)
    lines.push('nothing approved', `start with: siteward baseline capture ${id}`);
  return lines;
}

/** `page`, or `page (2 looks)` where more than one is accepted. */
function kindWords(kind: string, looks: number): string {
  return looks === 1 ? kind : `${kind} (${looks} looks)`;
}

/** `baseline status --json`. Times as ISO 8601. */
export function baselineReport(rows: readonly BaselineStatus[]): object {
  return {
    schema: 'siteward/baselines/1',
    sites: rows.map(({ site, kinds, looks, approved, candidate, tampered }) => ({
      id: site,
      kinds,
      looks,
      approved: approved && { by: approved.by, at: new Date(approved.at).toISOString(), note: approved.note },
      candidate: candidate && { at: new Date(candidate.at).toISOString(), kinds: candidate.kinds },
      tampered,
    })),
  };
}
