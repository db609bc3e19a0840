/** The results as Markdown: the same text goes to the terminal and into docs/detection.md. */
import type { Row } from '../cases.js';
import type { Quiet } from '../raw-run.js';
import {
  type ClassScore,
  calibration,
  isWrong,
  median,
  roc,
  type Scores,
  type Share,
  scoresByClass,
  scoresOf,
} from './score.js';

export interface Results {
  readonly half: string;
  readonly rows: readonly Row[];
  readonly quiet: { readonly living: Quiet; readonly frozen: Quiet } | null;
}

const percent = ({ hits, of }: Share): string => (of === 0 ? '–' : `${decimal((100 * hits) / of)} % (${hits}/${of})`);

function decimal(value: number): string {
  return value === 0 || value === 100 ? String(value) : value.toFixed(value > 99 || value < 1 ? 2 : 1);
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row)].join('\n');
}

export function render({ half, rows, quiet }: Results): string {
  const classes = scoresByClass(rows);
  return [
    `### Summary, ${half} half`,
    summary(rows),
    ...(quiet ? ['### Unchanged pages with noise, raw, one look each', quietTable(quiet)] : []),
    '### Attacks, class by class',
    'Told = warning or critical. `rendered` in the second column: nothing of it shows in the answer of the server.',
    attackTable(classes.filter((entry) => entry.family === 'attack')),
    '### Honest changes, class by class',
    honestTable(classes.filter((entry) => entry.family === 'edit' || entry.family === 'noise')),
    '### Redesigns, and additions somebody has to approve',
    redesignTable(classes.filter((entry) => entry.family === 'redesign' || entry.family === 'approval')),
    '### Confidence of alarms',
    calibrationTable(rows),
    '### Operating points',
    rocTable(rows),
    '### Cost of a check',
    costTable(rows),
  ].join('\n\n');
}

function summary(rows: readonly Row[]): string {
  const groups: readonly (readonly [string, (row: Row) => boolean, (scores: Scores) => Share])[] = [
    ['takeovers, critical', (row) => row.aim === 'takeover', (scores) => scores.critical],
    ['takeovers, told', (row) => row.aim === 'takeover', (scores) => scores.told],
    ['injections and swaps, told', (row) => row.aim === 'injection', (scores) => scores.told],
    ['hostile words, told, living', (row) => row.aim === 'text', (scores) => scores.told],
    ['hostile words, told, frozen', (row) => row.aim === 'text', (scores) => scores.frozen],
    ['same-length text swap, told, living', (row) => row.name === 'paragraph-same-length', (scores) => scores.told],
    ['same-length text swap, told, frozen', (row) => row.name === 'paragraph-same-length', (scores) => scores.frozen],
    ['other alterations and pictures, told', (row) => row.aim === 'other', (scores) => scores.told],
    ['honest edits, told', (row) => row.family === 'edit', (scores) => scores.told],
    ['honest edits, critical', (row) => row.family === 'edit', (scores) => scores.critical],
    ['noise of one kind, told', (row) => row.family === 'noise', (scores) => scores.told],
    ['redesigns, `changed` and no worse', (row) => row.family === 'redesign', (scores) => scores.changed],
    ['redesigns, critical', (row) => row.family === 'redesign', (scores) => scores.critical],
  ];
  const lines = groups.map(([name, test, pick]) => {
    const among = rows.filter(test);
    const raw = scoresOf(among.filter((row) => row.mode === 'raw' && row.seenIn === 'raw'));
    const rendered = scoresOf(among.filter((row) => row.mode === 'rendered'));
    const all = scoresOf(among);
    return [name, share(raw, pick), share(rendered, pick), ...rivals(all)];
  });
  return table(['what', 'Siteward, raw', 'Siteward, rendered', 'hash', 'pixel 0.1 %', 'urlwatch'], lines);
}

const share = (scores: Scores | null, pick: (scores: Scores) => Share): string =>
  scores ? percent(pick(scores)) : '–';

function rivals(scores: Scores | null): string[] {
  return scores ? [percent(scores.hash), percent(scores.pixel), percent(scores.urlwatch)] : ['–', '–', '–'];
}

function both(entry: ClassScore): Scores | null {
  const parts = [entry.raw, entry.rendered].flatMap((scores) => (scores ? [scores] : []));
  const sum = (pick: (scores: Scores) => Share): Share => ({
    hits: parts.reduce((total, scores) => total + pick(scores).hits, 0),
    of: parts.reduce((total, scores) => total + pick(scores).of, 0),
  });
  const [first] = parts;
  return first
    ? { ...first, hash: sum((s) => s.hash), pixel: sum((s) => s.pixel), urlwatch: sum((s) => s.urlwatch) }
    : null;
}

function attackTable(classes: readonly ClassScore[]): string {
  const lines = classes.map((entry) => [
    entry.name,
    entry.seenIn,
    share(entry.raw, (s) => s.told),
    share(entry.raw, (s) => s.critical),
    share(entry.raw, (s) => s.frozen),
    share(entry.rendered, (s) => s.told),
    share(entry.rendered, (s) => s.critical),
    ...rivals(both(entry)),
  ]);
  const head = [
    'class',
    'seen in',
    'raw: told',
    'raw: critical',
    'raw: frozen',
    'rendered: told',
    'rendered: critical',
  ];
  return table([...head, 'hash', 'pixel 0.1 %', 'urlwatch'], lines);
}

function honestTable(classes: readonly ClassScore[]): string {
  const lines = classes.map((entry) => [
    entry.name,
    share(entry.raw, (s) => s.told),
    share(entry.raw, (s) => s.critical),
    entry.family === 'noise' ? share(entry.raw, (s) => s.frozen) : '–',
    share(entry.rendered, (s) => s.told),
    share(entry.rendered, (s) => s.critical),
    ...rivals(both(entry)),
  ]);
  return table(
    [
      'class',
      'raw: told',
      'raw: critical',
      'raw: frozen',
      'rendered: told',
      'rendered: critical',
      'hash',
      'pixel 0.1 %',
      'urlwatch',
    ],
    lines,
  );
}

function redesignTable(classes: readonly ClassScore[]): string {
  const lines = classes.map((entry) => [
    entry.name,
    share(entry.raw, (s) => s.changed),
    share(entry.raw, (s) => s.told),
    share(entry.raw, (s) => s.critical),
    share(entry.rendered, (s) => s.changed),
    share(entry.rendered, (s) => s.critical),
  ]);
  return table(
    ['class', 'raw: changed', 'raw: told', 'raw: critical', 'rendered: changed', 'rendered: critical'],
    lines,
  );
}

function quietTable({ living, frozen }: NonNullable<Results['quiet']>): string {
  const lines = Object.entries({ living, frozen }).map(([name, quiet]) => [
    name,
    String(quiet.checks),
    String(quiet.warnings),
    String(quiet.criticals),
    String(quiet.hashAlarms),
    `${quiet.medianMs.toFixed(2)} ms`,
  ]);
  return table(['content', 'checks', 'warnings', 'critical', 'hash alarms', 'median to judge'], lines);
}

function calibrationTable(rows: readonly Row[]): string {
  const lines = calibration(rows)
    .filter((bin) => bin.alarms > 0)
    .map(({ from, to, alarms, attacks }) => [
      `${from.toFixed(2)}–${to.toFixed(2)}`,
      String(alarms),
      percent({ hits: attacks, of: alarms }),
    ]);
  return table(['confidence', 'alarms', 'of them attacks'], lines);
}

function rocTable(rows: readonly Row[]): string {
  const lines = roc(rows.filter((row) => row.mode === 'rendered' || row.seenIn === 'raw')).map(
    ({ severity, confidence, found, falseAlarms }) => [
      `${severity}${confidence > 0 ? `, confidence ≥ ${confidence}` : ''}`,
      percent(found),
      percent(falseAlarms),
    ],
  );
  return table(['alarm from', 'attacks found', 'honest changes and noise alarmed at'], lines);
}

function costTable(rows: readonly Row[]): string {
  const times = (mode: Row['mode']): number[] => rows.filter((row) => row.mode === mode).map((row) => row.ms);
  const lines = (['raw', 'rendered'] as const)
    .filter((mode) => times(mode).length > 0)
    .map((mode) => [
      mode === 'raw' ? 'judging a changed raw answer' : 'a whole rendered look, judged, two at a time',
      String(times(mode).length),
      `${median(times(mode)).toFixed(1)} ms`,
    ]);
  return table(['what', 'checks', 'median'], lines);
}

/** Concrete wrong answers, a few of each class: what to mend. */
export function failures(rows: readonly Row[], each: number): string {
  const wrong = rows.filter(isWrong);
  const names = [...new Set(wrong.map((row) => `${row.mode} ${row.family} ${row.name}`))];
  const lines = names.flatMap((key) => {
    const own = wrong.filter((row) => `${row.mode} ${row.family} ${row.name}` === key);
    const shown = own
      .slice(0, each)
      .map(
        (row) =>
          `    ${row.page}: ${row.severity ?? 'nothing'} ${row.diagnosis ?? ''} [${row.codes.join(' ')}${row.failures.length > 0 ? ` failures ${row.failures.join(' ')}` : ''}] ${row.summary.slice(0, 160)}`,
      );
    return [`  ${key}: ${own.length} wrong`, ...shown];
  });
  return lines.join('\n');
}
