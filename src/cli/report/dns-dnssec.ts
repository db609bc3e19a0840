/** `dns --dnssec` for people: why the answer can be believed, or where the chain of signatures breaks. Pure. */
import type { Line } from '../../checks/dns/dnssec/explanation.js';
import { oneLine } from '../../core/plain-text.js';
import { type AuthorityReport, STATUS_TONE } from './dns-authority.js';
import { isolated, lineWidth, type Paint, paint, type Screen, wrapped } from './text.js';
import { markOf, TONE_STYLE } from './words.js';

const MARGIN = '  ';
const STEP = '  ';
const MOST_STEPS = 12;

const INTRODUCTION =
  "Each zone signs its records with its own key and vouches for the key of the zone below; the root's is known beforehand. The chain is as strong as its weakest link.";

/** Ends with a newline. */
export function dnssecView(report: AuthorityReport, screen: Screen): string {
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const end = report.explanation.findLastIndex(({ status }) => status !== null);
  const lines = (part: readonly Line[]): string[] => part.flatMap((line) => statusLine(line, width, style));
  return `\n${[
    `${MARGIN}${style('bold', `The signatures of ${oneLine(report.name)} ${report.type}`)}`,
    ...wrapped(INTRODUCTION, width - 4).map((line) => MARGIN + style('dim', line)),
    '',
    ...lines(report.explanation.slice(0, end)),
    '',
    ...lines(report.explanation.slice(end)),
  ].join('\n')}\n`;
}

/** A line of the explanation with its status, wrapped under itself. */
export function statusLine({ depth, status, text }: Line, width: number, style: Paint): string[] {
  const indent = MARGIN + STEP.repeat(Math.min(depth, MOST_STEPS));
  const tone = status && STATUS_TONE[status];
  const label = tone ? `${markOf(tone)} ${status}  ` : '';
  const lines = wrapped(isolated(oneLine(text, 2_000)), Math.max(30, width - indent.length - label.length));
  const under = ' '.repeat(label.length);
  return lines.map((line, at) => {
    if (at > 0) return `${indent}${under}${line}`;
    return `${indent}${tone ? style(TONE_STYLE[tone], label) : ''}${line}`;
  });
}
