/** A notice as the plain text part of a mail: complete on its own. Pure. */
import type { ResolverRow, SeenFinding } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { agrees, sureness } from '../core/words.js';
import type { Notice } from './notice.js';

const LONGEST_VALUE = 500;

export function mailText(notice: Notice): string {
  const sections = [
    [`${notice.badge} | ${notice.kicker}`, `${line(notice.name)}: ${notice.state}`],
    [line(notice.sentence), ...(notice.certainty === '' ? [] : [notice.certainty])],
    aligned(notice.facts.map(({ label, value }) => [label, line(value)])),
    notice.links.map(({ label, href }) => `${label}: ${line(href)}`),
    headed('WHAT WAS FOUND', notice.findings.flatMap(findingLines)),
    headed('RESOLVERS', resolverLines(notice.resolvers)),
    headed(
      'WHAT TO DO NOW',
      notice.advice.flatMap(({ text, command }, index) => [
        `${index + 1}. ${text}`,
        ...(command === undefined ? [] : [`   ${line(command)}`]),
      ]),
    ),
    notice.evidence === null ? [] : headed('EVIDENCE', [line(notice.evidence), ...pictureLines(notice)]),
    ['-- ', `${notice.imprint} Sent by Siteward because a watched site is not as approved, or is again.`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function line(text: string): string {
  return oneLine(text, LONGEST_VALUE);
}

function headed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows.map(([label, value]) => `${(label === '' ? '' : `${label}:`).padEnd(width)}${value}`);
}

function findingLines({
  severity,
  summary,
  code,
  confidence,
  vantage,
  expected,
  actual,
  where,
}: SeenFinding): string[] {
  return [
    `* ${severity.toUpperCase()}: ${line(summary)}`,
    ...(expected === undefined ? [] : [`    expected: ${line(expected) || '(empty)'}`]),
    ...(actual === undefined ? [] : [`    found:    ${line(actual) || '(empty)'}`]),
    ...(where === undefined ? [] : [`    where:    ${line(where)}`]),
    `    ${line(code)}, ${sureness(confidence)}, seen from ${line(vantage)}`,
  ];
}

function resolverLines(rows: readonly ResolverRow[]): string[] {
  return rows.map((row) => {
    const answers = row.answers.length > 0 ? row.answers.join(', ') : (row.rcode ?? 'no answer');
    const mark = agrees(row) ? '  ' : '! ';
    return line(`${mark}${row.resolver} (${row.role}) ${row.type}: ${answers} [${row.verdict}]`).replace(
      /^(?!!)/,
      '  ',
    );
  });
}

function pictureLines({ illustrations }: Notice): string[] {
  if (illustrations.length === 0) return [];
  return [`Attached: ${illustrations.map(({ label, caption }) => `${label} (${line(caption)})`).join(', ')}.`];
}
