/** What a trace and its validation say of one name and type, for the views and the JSON of `dns`. Pure. */
import { type ExplainedLeg, type ExplainedZone, explain, type Line } from '../../checks/dns/dnssec/explanation.js';
import type { Status } from '../../checks/dns/dnssec/status.js';
import { type Difference, delegationsOf, differencesIn } from '../../checks/dns/trace/delegation-facts.js';
import type { Trace } from '../../checks/dns/trace/facts.js';
import { explainable, type TraceValidation } from '../../checks/dns/trace/validation.js';
import { type TraceStep, traceSteps, typeName } from './dns-trace-steps.js';
import type { ExitCode } from './exit-code.js';
import type { Tone } from './words.js';

export interface AuthorityReport {
  readonly name: string;
  readonly type: string;
  readonly status: Status;
  readonly tookMs: number;
  readonly queries: number;
  readonly referrals: number;
  /** What cut the trace short; null when it came to its end. */
  readonly unfinished: string | null;
  readonly steps: readonly TraceStep[];
  readonly differences: readonly Difference[];
  /** Did any zone name its own servers, so that there was something to compare? */
  readonly compared: boolean;
  readonly zones: readonly ExplainedZone[];
  readonly legs: readonly ExplainedLeg[];
  readonly explanation: readonly Line[];
}

export function authorityReport(trace: Trace, validation: TraceValidation, tookMs: number): AuthorityReport {
  const delegations = delegationsOf(trace);
  const told = explainable(validation);
  return {
    name: trace.name,
    type: typeName(trace.type),
    status: validation.status,
    tookMs,
    queries: trace.queries,
    referrals: trace.referrals,
    unfinished: trace.unfinished,
    steps: traceSteps(trace, validation),
    differences: differencesIn(delegations),
    compared: delegations.some(({ child }) => child !== null),
    zones: told.zones,
    legs: told.legs,
    explanation: explain(told),
  };
}

/** What it all comes to, and the advice. */
export function conclusionOf({ explanation }: Pick<AuthorityReport, 'explanation'>): readonly Line[] {
  return explanation.slice(explanation.findLastIndex(({ status }) => status !== null));
}

export const STATUS_TONE = {
  SECURE: 'good',
  INSECURE: 'warning',
  BOGUS: 'bad',
  INDETERMINATE: 'unsure',
} as const satisfies Record<Status, Tone>;

/** Of the survey and what was seen at the authority together: a name that is BOGUS is gone for all who validate. */
export function withAuthority(survey: ExitCode, authorities: readonly Pick<AuthorityReport, 'status'>[]): ExitCode {
  if (survey === 2 || authorities.some(({ status }) => status === 'BOGUS')) return 2;
  return authorities.some(({ status }) => status === 'INDETERMINATE') ? 3 : survey;
}
