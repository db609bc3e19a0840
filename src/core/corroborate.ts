/**
 * Readings into one verdict per target, and verdicts into one per site. Pure.
 *
 * One vantage is enough to alert: a regional hijack is seen from one place only. Scope is a label, never a gate.
 */
import type { Diagnosis, Failure, Finding, Reading, Scope, SeenFinding, Severity, State, Verdict } from './model.js';
import { DIAGNOSES, SEVERITIES, STATES } from './model.js';
import { RECORD } from './reserved.js';

/** Orders by severity, then by how specific the cause is, then by confidence: the first names the incident. */
export function worstFirst(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    DIAGNOSES.indexOf(a.diagnosis) - DIAGNOSES.indexOf(b.diagnosis) ||
    b.confidence - a.confidence
  );
}

/** Somebody is told of it. */
export function isGrave(finding: Pick<Finding, 'severity'>): boolean {
  return finding.severity !== 'notice';
}

export function worstSeverity(severities: Iterable<Severity | null>): Severity | null {
  const seen = new Set(severities);
  return SEVERITIES.find((severity) => seen.has(severity)) ?? null;
}

/** Not a failure of anything that runs, but as little green as one. */
export const NO_BASELINE: Failure = {
  blame: 'monitor',
  code: 'no-baseline',
  detail: 'There is no approved baseline to compare with: capture one, review it and approve it.',
};

/** @param readings one per vantage that was asked; none means nobody looked. */
export function corroborate(readings: readonly Reading[], hasBaseline: boolean): Verdict {
  const findings = readings
    .flatMap(({ vantage, findings }) => findings.map((finding): SeenFinding => ({ ...finding, vantage })))
    .sort(worstFirst);
  const seen = readings.flatMap((reading) => reading.failures);
  const failures = hasBaseline ? seen : [...seen, NO_BASELINE];
  const state = stateOf(readings, hasBaseline);
  const divergent = (reading: Reading): boolean =>
    state === 'unreachable' ? reading.failures.some(isTargets) : reading.findings.some(isGrave);
  const seenBy = readings.filter(divergent).map((reading) => reading.vantage);
  const notSeenBy = readings.filter((r) => !divergent(r) && r.failures.length === 0).map((r) => r.vantage);
  return {
    state,
    severity: state === 'unreachable' ? 'critical' : state === 'unverified' ? null : (findings[0]?.severity ?? null),
    diagnosis: diagnosisOf(state, findings, failures),
    scope: state === 'altered' || state === 'unreachable' ? scopeOf(seenBy, notSeenBy) : null,
    confidence: state === 'altered' ? Math.max(...findings.filter(isWorstOf(findings)).map((f) => f.confidence)) : null,
    findings,
    failures,
    seenBy,
    notSeenBy,
    summary: summaryOf(state, findings, failures),
  };
}

function stateOf(readings: readonly Reading[], hasBaseline: boolean): State {
  if (readings.some((reading) => reading.findings.some(isGrave))) return 'altered';
  if (readings.some((reading) => reading.failures.some(isTargets))) return 'unreachable';
  // One blind vantage does not hide what the others verified; with none left nothing was verified.
  if (!readings.some((reading) => reading.failures.length === 0)) return 'unverified';
  return hasBaseline ? 'intact' : 'unverified';
}

function isTargets(failure: Failure): boolean {
  return failure.blame === 'target';
}

function isWorstOf(findings: readonly Finding[]): (finding: Finding) => boolean {
  const [first] = findings;
  return (finding) => finding.severity === first?.severity && finding.diagnosis === first.diagnosis;
}

function diagnosisOf(state: State, findings: readonly Finding[], failures: readonly Failure[]): Diagnosis | null {
  switch (state) {
    case 'altered':
      return findings[0]?.diagnosis ?? null;
    case 'unreachable':
      return failures.find((failure) => isTargets(failure) && failure.diagnosis)?.diagnosis ?? 'down';
    case 'unverified':
      if (failures.every((failure) => failure === NO_BASELINE)) return null;
      return failures.find((failure) => failure.diagnosis)?.diagnosis ?? 'monitor-fault';
    case 'intact':
      return null;
  }
}

function scopeOf(seenBy: readonly string[], notSeenBy: readonly string[]): Scope {
  if (notSeenBy.length > 0) return 'regional';
  // The record of what was approved sees from nowhere.
  return seenBy.filter((vantage) => vantage !== RECORD).length > 1 ? 'global' : 'single';
}

function summaryOf(state: State, findings: readonly Finding[], failures: readonly Failure[]): string {
  switch (state) {
    case 'altered':
      return findings[0]?.summary ?? '';
    case 'unreachable':
      return failures.find(isTargets)?.detail ?? '';
    case 'unverified':
      return failures[0]?.detail ?? 'Nobody could look.';
    case 'intact':
      return 'As approved.';
  }
}

/** What the operator is told about a site: the worst of its targets, `altered` before `unreachable` before `unverified`. */
export interface SiteVerdict {
  readonly state: State;
  readonly severity: Severity | null;
  readonly diagnosis: Diagnosis | null;
  readonly scope: Scope | null;
  readonly confidence: number | null;
  readonly summary: string;
}

export function summarizeSite(verdicts: readonly Verdict[]): SiteVerdict {
  const [worst] = [...verdicts].sort(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      SEVERITIES.indexOf(a.severity ?? 'notice') - SEVERITIES.indexOf(b.severity ?? 'notice') ||
      rank(a.diagnosis) - rank(b.diagnosis),
  );
  if (!worst) {
    return { state: 'unverified', severity: null, diagnosis: null, scope: null, confidence: null, summary: NOTHING };
  }
  const { state, diagnosis, scope, confidence, summary } = worst;
  return { state, diagnosis, scope, confidence, summary, severity: worstSeverity(verdicts.map((v) => v.severity)) };
}

const NOTHING = 'Nothing is checked on this site: give it at least one check.';

function rank(diagnosis: Diagnosis | null): number {
  return diagnosis === null ? DIAGNOSES.length : DIAGNOSES.indexOf(diagnosis);
}
