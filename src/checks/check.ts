/**
 * The shelf of checks: what a kind of check is, what it may reach, and the two functions that use it.
 *
 * A probe returns evidence and judges nothing. Comparers are pure. Whatever a probe reaches it reaches through
 * `ProbeIo`, which `src/net/` implements: no check opens a socket, resolves a name or starts a browser itself.
 */
import type * as z from 'zod';
import type {
  Baseline,
  Content,
  Diagnosis,
  Exhibits,
  Failure,
  Finding,
  Observation,
  Reading,
  Severity,
  Target,
} from '../core/model.js';
import type { Explained } from './explained.js';
import type { AuthorityAccess, Network, PathProbes, RegistryAccess, Resolver, Sampling } from './network.js';

export type * from './network.js';

/** What the watchlist says of one site, after defaults; a kind reads its own options from it. */
export interface SiteFacts {
  readonly id: string;
  readonly url: string | null;
  readonly name: string;
  readonly content: Content;
  /** The site's entry as parsed by the watchlist schema, with every kind's `options`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A finding code with what it means and what to do: docs/findings.md is generated from these. */
export interface FindingCode {
  readonly code: string;
  readonly diagnosis: Diagnosis;
  /** The worst it is raised at. */
  readonly severity: Severity;
  /** Where the table knows them: severity by the site's content, and how sure the code's statement is, 0..1. */
  readonly weights?: { readonly living: Severity; readonly frozen: Severity; readonly confidence: number };
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * One kind of check. Generic inside its own folder, `Check` (unknown) on the shelf: method syntax lets the
 * list type-check.
 */
export interface Check<S = unknown, E = unknown> {
  readonly kind: string;
  /** Raised when the evidence changes shape; stored evidence of older versions is upgraded by `evidence`. */
  readonly version: number;
  /** Keys this kind adds to a site in watchlist.yaml. */
  readonly options: Readonly<Record<string, z.ZodType>>;
  /** The shape of the evidence. Stored baselines and (later) agents' replies pass it. */
  readonly evidence: z.ZodType<E>;
  readonly codes: readonly FindingCode[];
  readonly comparers: readonly Comparer<S, E>[];
  /** By name of comparer: what it asks and measured, for `check --explain`. */
  readonly explained?: Readonly<Record<string, Explained<S, E>>>;
  /** The site's settings for this kind, or why the kind does not apply to the site. */
  configure(site: SiteFacts): { settings: S } | { notApplicable: string };
  /** Looks once. Throws ProbeFailure when there is nothing worth keeping; anything else thrown is our own bug. */
  probe(settings: S, io: ProbeIo): Promise<E>;
  /** Several looks at a healthy target made into the evidence to approve, with what moves by itself marked in it. */
  combine(samples: readonly [E, ...E[]]): E;
  /** What `combine` found to move by itself, one plain line each: shown to the person who approves. */
  learned?(evidence: E): readonly string[];
  /** What this evidence could not show, and whose fault that is. */
  failures(evidence: E): readonly Failure[];
  /** Would judging this take longer than other sites should wait? It is then done on a thread of its own. Pure, quick. */
  isHeavy?(actual: E, accepted: readonly E[]): boolean;
  /** What a person is shown of this look beside what was accepted. `actual` null: there is only the baseline. */
  exhibit(actual: E | null, accepted: readonly E[], settings: S): Exhibits;
  /** Sees all findings of one look together: drops effects of a cause, raises what only together is grave. Pure. */
  weigh?(findings: readonly Finding[], actual: E, accepted: readonly E[], settings: S): readonly Finding[];
  /**
   * What a later look may lean on once this one was judged intact, so as to look less closely. Small. Null: nothing, the
   * next look is a full one. Pure.
   */
  remember?(evidence: E, accepted: readonly E[], settings: S): unknown;
  /** The rule `weigh` goes by for the same arguments; null when each finding stands for itself. Pure. */
  weighedBy?(findings: readonly Finding[], actual: E, accepted: readonly E[], settings: S): Rule | null;
}

/** What several findings mean together, and why that holds. */
export interface Rule {
  readonly name: string;
  readonly because: string;
}

/** Pure. `accepted` is empty where nothing was approved yet: only what is wrong in itself is reported then. */
export interface Comparer<S, E> {
  readonly name: string;
  compare(actual: E, accepted: readonly E[], settings: S): readonly Finding[];
}

/** Thrown by a probe: the target, a resolver or our machine failed. `observe` turns it into data. */
export class ProbeFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.detail, options);
    this.name = 'ProbeFailure';
    this.failure = failure;
  }
}

// ------------------------------------------------------------- ProbeIo

/** Everything a probe may use. The clock, randomness and network of one vantage, for one look. */
export interface ProbeIo {
  readonly vantage: string;
  readonly now: () => number;
  /** The look's total deadline, and the operator's ctrl-C. */
  readonly signal: AbortSignal;
  readonly network: Network;
  readonly resolvers: readonly Resolver[];
  /** Number of the autonomous system that announces the address; null when unknown. Absent: nobody can say. */
  readonly asnOf?: (address: string) => number | null;
  /** What is different on purpose in this sample of a baseline. Absent: a look like any other. */
  readonly sampling?: Sampling;
  /** What the last full look left, where this one may lean on it. Absent: look fully. */
  readonly known?: Known;
  /** Where a trace of the authoritative data begins, and whose signatures it believes. Absent: nothing is traced. */
  readonly authority?: AuthorityAccess;
  /** What is sent only to see whether somebody on the way answers. Absent: nothing is. */
  readonly pathProbes?: PathProbes;
  /** Registry and certificate logs. Absent: they are not asked. */
  readonly registry?: RegistryAccess;
}

/** What `Check.remember` gave of the last full look that was judged intact, and when that look began. */
export interface Known {
  readonly at: number;
  readonly value: unknown;
}

// ------------------------------------------------------ observe, judge

/** One look. Never rejects: what fails is an observation too. */
export async function observe(check: Check, target: Target, io: ProbeIo): Promise<Observation> {
  const at = io.now();
  const seen = (outcome: Observation['outcome']): Observation => ({
    targetId: target.id,
    kind: check.kind,
    version: check.version,
    vantage: io.vantage,
    at,
    tookMs: io.now() - at,
    outcome,
  });
  try {
    return seen({ ok: true, evidence: await check.probe(target.settings, io) });
  } catch (error) {
    return seen({ ok: false, failure: failureOf(error, io.signal) });
  }
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof ProbeFailure) return error.failure;
  if (signal.aborted) {
    return { blame: 'monitor', code: 'interrupted', detail: 'The look was stopped before it ended; run it again.' };
  }
  return ownBug(error);
}

function ownBug(error: unknown): Failure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { blame: 'monitor', code: 'internal-error', detail: `A bug in Siteward, please report it: ${detail}` };
}

/** What the observation means against what was approved. Pure. */
export function judge(check: Check, target: Target, observation: Observation, baseline: Baseline | null): Reading {
  const { vantage, outcome } = observation;
  if (!outcome.ok) return { vantage, findings: [], failures: [outcome.failure] };
  const { evidence } = outcome;
  const accepted = (baseline?.accepted ?? []).map((entry) => entry.evidence);
  const bugs: Failure[] = [];
  // A comparer that hostile evidence can crash must neither hide what the others saw nor leave the verdict green.
  const guarded = <T>(work: () => readonly T[], otherwise: readonly T[]): readonly T[] => {
    try {
      return work();
    } catch (error) {
      bugs.push(ownBug(error));
      return otherwise;
    }
  };
  const found = check.comparers.flatMap((comparer) =>
    guarded(() => comparer.compare(evidence, accepted, target.settings), []),
  );
  const findings = guarded(() => check.weigh?.(found, evidence, accepted, target.settings) ?? found, found);
  return { vantage, findings, failures: [...check.failures(evidence), ...bugs] };
}
