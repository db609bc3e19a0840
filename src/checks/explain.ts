/**
 * Why a look was judged as it was: what every comparer asked, measured and answered, quiet ones too, and what was made
 * of the answers together. Says what `judge` does with the same functions; nothing here decides anything. Pure.
 */
import type { Baseline, Failure, Finding, Observation, Target } from '../core/model.js';
import { type Check, type FindingCode, judge, type Rule } from './check.js';
import type { Measure } from './explained.js';

/** One comparer of one look. */
export interface ComparerAnswer {
  readonly name: string;
  readonly asks: string;
  readonly speaks: string;
  readonly measures: readonly Measure[];
  /** What it said of this look by itself; empty: it was quiet. */
  readonly findings: readonly Finding[];
}

export interface Explanation {
  readonly kind: string;
  readonly vantage: string;
  /** In the order they are asked. Empty when there was no evidence to compare. */
  readonly comparers: readonly ComparerAnswer[];
  /** The rule that weighed the answers together; null where each stands for itself. */
  readonly rule: Rule | null;
  /** What this look came to: after the rule, before other looks confirm it or do not. */
  readonly findings: readonly Finding[];
  /** What comparers said and the rule took for an effect of something else. */
  readonly dropped: readonly Finding[];
  /** Rows of the table of codes that the findings above go by. */
  readonly weights: readonly FindingCode[];
  readonly failures: readonly Failure[];
}

export function explain(check: Check, target: Target, look: Observation, baseline: Baseline | null): Explanation {
  const { vantage, findings, failures } = judge(check, target, look, baseline);
  const accepted = (baseline?.accepted ?? []).map((entry) => entry.evidence);
  const { outcome } = look;
  const comparers = outcome.ok ? answersOf(check, outcome.evidence, accepted, target.settings) : [];
  const raised = comparers.flatMap((comparer) => comparer.findings);
  const told = new Set(findings.map(({ code }) => code));
  const used = new Set([...raised, ...findings].map(({ code }) => code));
  return {
    kind: check.kind,
    vantage,
    comparers,
    rule: outcome.ok ? ruleOf(check, raised, outcome.evidence, accepted, target.settings) : null,
    findings,
    dropped: raised.filter(({ code }) => !told.has(code)),
    weights: check.codes.filter(({ code }) => used.has(code)),
    failures,
  };
}

function answersOf(check: Check, actual: unknown, accepted: readonly unknown[], settings: unknown): ComparerAnswer[] {
  return check.comparers.map((comparer) => {
    const own = check.explained?.[comparer.name];
    return {
      name: comparer.name,
      asks: own?.asks ?? '',
      speaks: own?.speaks ?? '',
      measures: unlessBroken(() => own?.measures(actual, accepted, settings) ?? [], [UNMEASURED]),
      // What hostile evidence breaks here it broke in `judge` too, which tells it among the failures.
      findings: unlessBroken(() => comparer.compare(actual, accepted, settings), []),
    };
  });
}

const UNMEASURED: Measure = { where: '', what: 'measuring', value: 'failed; please report it' };

function unlessBroken<T>(work: () => readonly T[], otherwise: readonly T[]): readonly T[] {
  try {
    return work();
  } catch {
    return otherwise; // The explanation of one comparer must not hide those of the others.
  }
}

function ruleOf(
  check: Check,
  findings: readonly Finding[],
  actual: unknown,
  accepted: readonly unknown[],
  settings: unknown,
): Explanation['rule'] {
  const [rule] = unlessBroken(() => [check.weighedBy?.(findings, actual, accepted, settings) ?? null], []);
  return rule ? { name: rule.name, because: rule.because } : null;
}
