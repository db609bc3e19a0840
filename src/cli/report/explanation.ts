/** `check --explain`: every comparer's answer, quiet ones too, and how the verdict came of them. Pure. */

import { type ComparerAnswer, type Explanation, explain } from '../../checks/explain.js';
import { checkOf } from '../../checks/index.js';
import { isGrave } from '../../core/corroborate.js';
import type { Finding } from '../../core/model.js';
import { oneLine } from '../../core/plain-text.js';
import type { Inspection, SiteInspection } from '../../monitor.js';
import { isolated, lineWidth, type Paint, padded, paint, type Screen, wrapped } from './text.js';
import { counted, markOf, stateWords, TONE_STYLE, toneOf } from './words.js';

/** Of every check of the site that could look. */
export function explanationsOf({ inspections }: SiteInspection): readonly [Inspection, Explanation][] {
  return inspections.flatMap((inspection): [Inspection, Explanation][] => {
    const { target, observation, baseline } = inspection;
    if (observation === null) return [];
    return [[inspection, explain(checkOf(target.kind), target, observation, baseline)]];
  });
}

/** How the state follows from findings and failures, in the words of the rule that made it. */
export function reasonOf({ verdict, looks }: Pick<Inspection, 'verdict' | 'looks'>): string {
  const after = `after ${counted(looks, 'look')}`;
  const grave = verdict.findings.find(isGrave);
  switch (verdict.state) {
    case 'altered':
      return `altered ${after}: ${grave?.code ?? 'a finding'} is ${grave?.severity ?? 'grave'}, and somebody is told of every warning and critical finding`;
    case 'unreachable':
      return `unreachable ${after}: ${verdict.failures.find(({ blame }) => blame === 'target')?.code ?? 'a failure'} is the target’s own failure`;
    case 'unverified':
      return `not verified ${after}: ${verdict.failures.map(({ code }) => code).join(', ') || 'nobody could look'}, which is not the target’s fault and never green`;
    case 'intact':
      return `intact ${after}: everything was seen, and no finding is above a notice`;
  }
}

// ------------------------------------------------------------------ JSON

/** The added key `explanation` of a site in `check --explain --json`. */
export function explanationReport(site: SiteInspection) {
  return explanationsOf(site).map(([inspection, { kind, vantage, comparers, rule, dropped, weights }]) => ({
    check: kind,
    vantage,
    looks: inspection.looks,
    reason: reasonOf(inspection),
    rule,
    comparers: comparers.map(({ findings, ...comparer }) => ({ ...comparer, findings: findings.map(brief) })),
    dropped: dropped.map(({ code }) => code),
    weights: weights.map(({ code, diagnosis, severity, weights: row }) => ({
      code,
      diagnosis,
      severity,
      living: row?.living ?? null,
      frozen: row?.frozen ?? null,
      confidence: row?.confidence ?? null,
    })),
  }));
}

function brief({ code, severity, confidence, summary, where }: Finding) {
  return { code, severity, confidence, summary, where: where ?? null };
}

// -------------------------------------------------------------- terminal

const INDENT = '  ';
/** Where answers stand, right of the comparers' names. */
const NAME = 18;

/** What `check --explain` prints below the report. Ends with a newline. */
export function explanationText(sites: readonly SiteInspection[], screen: Screen): string {
  const style = paint(screen.color);
  const width = lineWidth(screen);
  const blocks = sites.flatMap((site) =>
    explanationsOf(site).map(([inspection, explanation]) => {
      const tone = toneOf(inspection.verdict);
      const mark = style([TONE_STYLE[tone], 'bold'], markOf(tone));
      const title = `${style('bold', oneLine(site.site.id, 60))}  ${explanation.kind}, seen from ${oneLine(explanation.vantage, 40)}: ${stateWords(inspection.verdict.state)}`;
      return [
        `${INDENT}${mark} ${title}`,
        ...explanation.comparers.flatMap((comparer) => comparerLines(comparer, width, style)),
        ...judgementLines(inspection, explanation, width, style),
      ].join('\n');
    }),
  );
  return `\n${blocks.join('\n\n')}\n`;
}

function comparerLines(comparer: ComparerAnswer, width: number, style: Paint): string[] {
  const { name, asks, speaks, measures, findings } = comparer;
  const quiet = findings.length === 0;
  const mark = quiet ? style('dim', '·') : style('yellow', '!');
  // One answer to every layer is read once.
  const said = new Set(
    findings.map(
      ({ code, severity, confidence, summary }) =>
        `${code}, ${severity}, ${Math.round(confidence * 100)} % sure: ${oneLine(summary, 300)}`,
    ),
  );
  const measured = measures.map(
    ({ where, what, value }) =>
      `${where === '' ? '' : `${oneLine(where, 80)}: `}${oneLine(what, 80)}: ${oneLine(value, 400)}`,
  );
  return [
    ...labelled(`${mark} `, name, asks, width, (line) => style('bold', line)),
    ...measured.flatMap((line) => labelled('  ', '', line, width, (text) => text)),
    ...[...said].flatMap((line) => labelled('  ', '', line, width, (text) => style('yellow', text))),
    ...(quiet ? labelled('  ', '', `quiet; it speaks when ${speaks}`, width, (line) => style('dim', line)) : []),
  ];
}

function judgementLines(
  inspection: Inspection,
  { rule, dropped, weights, findings }: Explanation,
  width: number,
  style: Paint,
): string[] {
  const plain = (line: string): string => line;
  const line = (label: string, text: string): string[] => labelled('= ', label, text, width, plain);
  return [
    ...(rule ? line('weighed', `by the rule “${rule.name}”: ${rule.because}`) : []),
    ...(dropped.length > 0 ? line('left out', `explained by what is told: ${codesOf(dropped)}`) : []),
    ...(findings.length > 0 ? line('told', codesOf(findings)) : []),
    ...weights.flatMap(({ code, diagnosis, severity, weights: row }) => {
      const grave = row
        ? `living ${row.living}, frozen ${row.frozen}, ${Math.round(row.confidence * 100)} % sure`
        : `up to ${severity}`;
      return line('weight', `${code}: ${diagnosis}, ${grave}`);
    }),
    ...labelled('= ', 'verdict', reasonOf(inspection), width, (text) => style('bold', text)),
  ];
}

function codesOf(findings: readonly Finding[]): string {
  return [...new Set(findings.map(({ code, severity }) => `${code} (${severity})`))].join(', ');
}

/** @param mark two cells @param label shown once, before the first line */
function labelled(mark: string, label: string, text: string, width: number, tint: (line: string) => string): string[] {
  return wrapped(text, width - NAME - 4).map((line, index) => {
    const head = index === 0 ? `${mark}${padded(label, NAME - 2)}` : ' '.repeat(NAME);
    return `${INDENT}${INDENT}${head}${tint(isolated(line))}`;
  });
}
