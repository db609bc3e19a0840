/** Rows into rates. Nothing is judged here. */
import type { Row } from '../cases.js';
import type { Family, Variant } from '../variants/variant.js';

export interface Share {
  readonly hits: number;
  readonly of: number;
}

export interface ClassScore {
  readonly name: string;
  readonly family: Family;
  readonly aim: Variant['aim'] | null;
  readonly seenIn: 'raw' | 'rendered';
  readonly raw: Scores | null;
  readonly rendered: Scores | null;
}

export interface Scores {
  /** Somebody is told: warning or critical. */
  readonly told: Share;
  readonly critical: Share;
  /** Anything is said, notices included. */
  readonly noted: Share;
  /** Told where the page is frozen. */
  readonly frozen: Share;
  /** Told as `changed` and no worse than a warning. */
  readonly changed: Share;
  readonly hash: Share;
  readonly pixel: Share;
  readonly urlwatch: Share;
}

export function scoresByClass(rows: readonly Row[]): ClassScore[] {
  const names = [...new Set(rows.map((row) => row.name))];
  return names.flatMap((name) => {
    const own = rows.filter((row) => row.name === name);
    const [first] = own;
    if (!first) return [];
    const { family, aim, seenIn } = first;
    const raw = own.filter((row) => row.mode === 'raw');
    const rendered = own.filter((row) => row.mode === 'rendered');
    return [{ name, family, aim, seenIn, raw: scoresOf(raw), rendered: scoresOf(rendered) }];
  });
}

export function scoresOf(rows: readonly Row[]): Scores | null {
  if (rows.length === 0) return null;
  const share = (test: (row: Row) => boolean, among: readonly Row[] = rows): Share => ({
    hits: among.filter(test).length,
    of: among.length,
  });
  return {
    told: share(isTold),
    critical: share((row) => row.severity === 'critical'),
    noted: share((row) => row.severity !== null),
    frozen: share((row) => row.frozen === 'warning' || row.frozen === 'critical'),
    changed: share((row) => row.diagnosis === 'changed' && row.severity === 'warning'),
    hash: share((row) => row.hash),
    pixel: share(
      (row) => row.pixel === true,
      rows.filter((row) => row.pixel !== null),
    ),
    urlwatch: share(
      (row) => row.urlwatch === true,
      rows.filter((row) => row.urlwatch !== null),
    ),
  };
}

export function isTold({ severity }: Pick<Row, 'severity'>): boolean {
  return severity === 'warning' || severity === 'critical';
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly alarms: number;
  readonly attacks: number;
}

/** Of the alarms that claimed so much confidence, how many were attacks. Redesigns and approvals are no alarms gone wrong. */
export function calibration(rows: readonly Row[]): Bin[] {
  const edges = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01];
  const judgedRows = rows.filter((row) => isTold(row) && ['attack', 'edit', 'noise'].includes(row.family));
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1] ?? 1;
    const inside = judgedRows.filter((row) => row.confidence >= from && row.confidence < to);
    return {
      from,
      to: Math.min(to, 1),
      alarms: inside.length,
      attacks: inside.filter((row) => row.family === 'attack').length,
    };
  });
}

export interface RocPoint {
  readonly severity: 'notice' | 'warning' | 'critical';
  readonly confidence: number;
  readonly found: Share;
  readonly falseAlarms: Share;
}

/** What alarming only at this severity and confidence, or worse, would find and would cost. */
export function roc(rows: readonly Row[]): RocPoint[] {
  const attacks = rows.filter((row) => row.family === 'attack');
  const honest = rows.filter((row) => row.family === 'edit' || row.family === 'noise');
  const rank = { notice: 0, warning: 1, critical: 2 };
  return (['notice', 'warning', 'critical'] as const).flatMap((severity) =>
    [0, 0.6, 0.8, 0.9]
      .map((confidence) => {
        const fires = (row: Row): boolean => {
          if (row.severity === null || rank[row.severity] < rank[severity]) return false;
          // Notices carry no confidence of a verdict.
          return rank[row.severity] > rank[severity] || severity === 'notice' || row.confidence >= confidence;
        };
        return {
          severity,
          confidence,
          found: { hits: attacks.filter(fires).length, of: attacks.length },
          falseAlarms: { hits: honest.filter(fires).length, of: honest.length },
        };
      })
      .filter((point) => point.severity !== 'notice' || point.confidence === 0),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** What is kept of a run: the figures, and every case that was answered wrongly. */
export function figures<T extends { readonly rows: readonly Row[] }>({ rows, ...rest }: T) {
  const wrong = rows.filter(isWrong);
  return {
    ...rest,
    cases: rows.length,
    classes: scoresByClass(rows),
    calibration: calibration(rows),
    roc: roc(rows),
    wrong,
  };
}

/** Told too little or too much. A raw answer is not blamed for what only a browser can see. */
export function isWrong(row: Row): boolean {
  if (row.mode === 'raw' && row.seenIn === 'rendered') return false;
  switch (row.family) {
    case 'attack':
      return row.aim === 'takeover' ? row.severity !== 'critical' : !isTold(row);
    case 'redesign':
      return !(row.diagnosis === 'changed' && row.severity === 'warning');
    case 'approval':
      return !isTold(row);
    default:
      return isTold(row);
  }
}
