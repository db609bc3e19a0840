/** What is wrong with one site, as the terminal shows it below the table: findings, resolvers, evidence, advice. Pure. */
import { worstFirst } from '../../core/corroborate.js';
import type { ResolverRow, Severity } from '../../core/model.js';
import { oneLine } from '../../core/plain-text.js';
import { agrees, sureness } from '../../core/words.js';
import type { SiteInspection } from '../../monitor.js';
import { nextSteps } from './next-steps.js';
import { isolated, type Paint, padded, widthOf, wrapped } from './text.js';
import { failuresOf } from './words.js';

/** More findings than this are counted, not shown: the report and the JSON have them all. */
const SHOWN = 8;
const INDENT = '  ';
/** Where values stand, right of their labels. */
const LABEL = 10;

const SEVERITY_STYLE = { critical: 'red', warning: 'yellow', notice: 'cyan' } as const satisfies Record<
  Severity,
  string
>;

/** Lines of one site's block, without a blank line at either end. */
export function details(inspected: SiteInspection, width: number, style: Paint): readonly string[] {
  const { site } = inspected;
  const url = isolated(oneLine(site.url ?? site.name, 200));
  const findings = inspected.findings.toSorted(worstFirst);
  const groups = [
    [`${INDENT}${style('bold', oneLine(site.id, 60))}  ${style('dim', url)}`],
    ...findings.slice(0, SHOWN).map((finding) => findingLines(finding, width, style)),
    more(findings.length - SHOWN, style),
    failureLines(inspected, width, style),
    resolverLines(inspected, style),
    lastLines(inspected, width, style),
  ];
  return groups
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
    .split('\n');
}

function findingLines(finding: SiteInspection['findings'][number], width: number, style: Paint): string[] {
  const label = padded(finding.severity, LABEL);
  const [first = '', ...rest] = wrapped(isolated(oneLine(finding.summary)), width - LABEL - 2);
  const indent = ' '.repeat(LABEL + 2);
  const facts = [finding.code, sureness(finding.confidence), `seen from ${oneLine(finding.vantage, 40)}`].join(' · ');
  return [
    `${INDENT}${style([SEVERITY_STYLE[finding.severity], 'bold'], label)}${style('bold', first)}`,
    ...rest.map((line) => indent + style('bold', line)),
    ...wrapped(facts, width - LABEL - 2).map((line) => indent + style('dim', line)),
    ...value('expected', finding.expected, width, (line) => style('green', line), style),
    ...value('actual', finding.actual, width, (line) => style('red', line), style),
    ...value('where', finding.where, width, (line) => line, style),
  ];
}

/** A value of a stranger: at most three lines, each isolated so that it cannot reorder its neighbours. */
function value(
  label: string,
  text: string | undefined,
  width: number,
  tint: (line: string) => string,
  style: Paint,
): string[] {
  if (text === undefined) return [];
  const shown = oneLine(text, 240);
  const lines = wrapped(shown === '' ? '(empty)' : shown, width - LABEL - 2);
  const kept = lines.length > 3 ? [...lines.slice(0, 2), `${lines[2] ?? ''} …`] : lines;
  return kept.map((line, index) => {
    const head = index === 0 ? style('dim', padded(label, LABEL)) : ' '.repeat(LABEL);
    return `${INDENT}${head}${tint(isolated(line))}`;
  });
}

function more(count: number, style: Paint): string[] {
  if (count <= 0) return [];
  return [style('dim', `${' '.repeat(LABEL + 2)}and ${count} more, in --json and --html`)];
}

function failureLines(inspected: SiteInspection, width: number, style: Paint): string[] {
  return failuresOf(inspected).flatMap(({ kind, detail }) => {
    const [first = '', ...rest] = wrapped(isolated(oneLine(detail, 600)), width - LABEL - 2);
    const head = style('magenta', padded(`? ${kind}`, LABEL));
    return [`${INDENT}${head}${first}`, ...rest.map((line) => ' '.repeat(LABEL + 2) + line)];
  });
}

/** Only the rows that disagree; that others agree is said in one number. */
function resolverLines(inspected: SiteInspection, style: Paint): string[] {
  const rows = inspected.inspections.flatMap(({ exhibits }) => exhibits.resolvers);
  const divergent = rows.filter((row) => !agrees(row));
  if (divergent.length === 0) return [];
  const cells = divergent.map(resolverCells);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  const title = `${divergent.length} of ${rows.length} resolver answers disagree`;
  return [
    `${INDENT}${title}`,
    ...cells.map((row) => {
      const [name, transport, type, verdict] = row.map((cell, column) => padded(cell, widths[column] ?? 0));
      const quiet = style('dim', `${transport}  ${type}`);
      return `${INDENT}  ${style('bold', name ?? '')}  ${quiet}  ${style('red', verdict ?? '')}  ${row[4] ?? ''}`;
    }),
  ];
}

function resolverCells(row: ResolverRow): string[] {
  const answers = row.answers.length === 0 ? (row.rcode ?? 'no answer') : row.answers.join(' ');
  return [
    isolated(oneLine(row.resolver, 24)),
    row.transport,
    row.type,
    `${row.verdict} ${Math.round(row.confidence * 100)} %`,
    isolated(oneLine(answers, 80)),
  ];
}

function lastLines(inspected: SiteInspection, width: number, style: Paint): string[] {
  const lines: string[] = [];
  if (inspected.evidence !== null) {
    lines.push(`${INDENT}${style('dim', padded('evidence', LABEL))}${oneLine(inspected.evidence, 300)}`);
  }
  nextSteps(inspected).forEach(({ text, command }, index) => {
    const head = style('dim', padded(index === 0 ? 'next' : '', LABEL));
    const [first = '', ...rest] = wrapped(text, width - LABEL - 2);
    lines.push(`${INDENT}${head}${first}`, ...rest.map((line) => ' '.repeat(LABEL + 2) + line));
    // A command stays on one line, however long: it is there to be copied.
    if (command !== undefined) lines.push(`${' '.repeat(LABEL + 4)}${style('cyan', oneLine(command))}`);
  });
  return lines;
}
