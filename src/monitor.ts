/** The pipeline. `inspect` looks and judges; `watch` also remembers and tells. */

import { judge } from './checks/check.js';
import { checkOf } from './checks/index.js';
import { dueAlerts, type SeverityRoute } from './core/alerting.js';
import { confirmed, needsAnotherLook } from './core/confirm.js';
import { corroborate, isGrave, type SiteVerdict, summarizeSite, worstFirst } from './core/corroborate.js';
import { advance, remind, type Step } from './core/incident.js';
import type {
  Baseline,
  Exhibits,
  Finding,
  Observation,
  Policy,
  Reading,
  SeenFinding,
  Site,
  Target,
  Verdict,
} from './core/model.js';
import type { Store, VerdictRecord } from './store/store.js';
import type { Vantage } from './vantage/vantage.js';

/** One target looked at and judged, with what a person is shown of it. */
export interface Inspection {
  readonly target: Target;
  readonly verdict: Verdict;
  readonly exhibits: Exhibits;
  readonly vantage: string;
  readonly startedAt: number;
  readonly tookMs: number;
  /** Looks it took: 1, or more when a divergence was confirmed. */
  readonly looks: number;
  /** The look that shows it best, and what it was held against: for whoever asks why. */
  readonly observation: Observation | null;
  readonly baseline: Baseline | null;
}

/** All of a site's targets together: what the operator is told about the site. */
export interface SiteInspection extends SiteVerdict {
  readonly site: Site;
  readonly findings: readonly (SeenFinding & { readonly check: string })[];
  readonly inspections: readonly Inspection[];
  /** Folder with the evidence, as the operator would type it; null when it could not be written. */
  readonly evidence: string | null;
}

/** What was approved for a target, and what is wrong with the record of it (`baseline/tampered`). */
export interface ApprovedBaseline {
  readonly baseline: Baseline | null;
  readonly findings: readonly Finding[];
}

export interface Observatory {
  readonly vantages: readonly [Vantage, ...Vantage[]];
  readonly now: () => number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Looks at one target from every vantage, judges it against what was approved, confirms a divergence. */
export async function inspect(
  target: Target,
  approved: ApprovedBaseline,
  { vantages, now, pause }: Observatory,
  signal: AbortSignal,
): Promise<Inspection> {
  const startedAt = now();
  const confirmations = await Promise.all(
    vantages.map((vantage) => lookUntilSure(target, approved.baseline, vantage, pause, signal)),
  );
  const readings = confirmations.map((confirmation) => confirmation.reading);
  const withRecord = approved.findings.length > 0 ? [...readings, recordReading(approved.findings)] : readings;
  const shown = confirmations.find((c) => c.reading.findings.some(isGrave)) ?? confirmations[0];
  return {
    target,
    verdict: corroborate(withRecord, approved.baseline !== null),
    exhibits: exhibitsOf(target, shown?.observation, approved.baseline),
    vantage: shown?.reading.vantage ?? vantages[0].name,
    startedAt,
    tookMs: now() - startedAt,
    looks: Math.max(...confirmations.map((confirmation) => confirmation.looks)),
    observation: shown?.observation ?? null,
    baseline: approved.baseline,
  };
}

/** The record of what was approved is itself a witness: what is wrong with it is a finding beside the others. */
function recordReading(findings: readonly Finding[]): Reading {
  return { vantage: 'baseline', findings, failures: [] };
}

interface Confirmation {
  readonly reading: Reading;
  /** The look that shows it best. */
  readonly observation: Observation;
  readonly looks: number;
}

async function lookUntilSure(
  target: Target,
  baseline: Baseline | null,
  vantage: Vantage,
  pause: Observatory['pause'],
  signal: AbortSignal,
): Promise<Confirmation> {
  const check = checkOf(target.kind);
  const look = async (): Promise<{ observation: Observation; reading: Reading }> => {
    const observation = await vantage.observe(target, signal);
    return { observation, reading: judge(check, target, observation, baseline) };
  };
  const first = await look();
  const all = [first];
  const readings: [Reading, ...Reading[]] = [first.reading];
  while (needsAnotherLook(readings) && !signal.aborted) {
    await pause(target.policy.confirmAfterMs, signal);
    const next = await look();
    all.push(next);
    readings.push(next.reading);
  }
  const telling = all.findLast(({ reading }) => reading.findings.some(isGrave)) ?? all.at(-1) ?? first;
  return { reading: confirmed(readings, target.kind), observation: telling.observation, looks: all.length };
}

function exhibitsOf(target: Target, observation: Observation | undefined, baseline: Baseline | null): Exhibits {
  const accepted = (baseline?.accepted ?? []).map((entry) => entry.evidence);
  const evidence = observation?.outcome.ok ? observation.outcome.evidence : null;
  return checkOf(target.kind).exhibit(evidence, accepted, target.settings);
}

/** The site's inspections as one. `evidence` is where its files were written. */
export function siteInspection(
  site: Site,
  inspections: readonly Inspection[],
  evidence: string | null,
): SiteInspection {
  return {
    ...summarizeSite(inspections.map((inspection) => inspection.verdict)),
    site,
    findings: distinct(
      inspections.flatMap(({ target, verdict }) =>
        verdict.findings.map((finding) => ({ ...finding, check: target.kind })),
      ),
    ).sort(worstFirst),
    inspections,
    evidence,
  };
}

/** A damaged record concerns every target; a person reads it once. */
function distinct<F extends Finding>(findings: readonly F[]): F[] {
  return [
    ...new Map(
      findings.map((finding) => [`${finding.code} ${finding.where ?? ''} ${finding.summary}`, finding]),
    ).values(),
  ];
}

// --------------------------------------------------------------- watch

/** What watching needs beside looking: memory, and who is told. */
export interface Memory {
  readonly store: Pick<Store, 'openIncidents' | 'record' | 'receiversTold'>;
  readonly routes: readonly SeverityRoute[];
  readonly newIncidentId: (at: number) => string;
  /** Keeps what was seen; the folder below `data/`, or null when it could not be written. Never rejects. */
  readonly keepEvidence: (inspection: Inspection) => Promise<string | null>;
  /** Runs the works of one site one after the other: two targets may not both open its incident. */
  readonly inTurn: <T>(siteId: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * Inspects one target and remembers what follows from it: verdict, incident and the alerts due, in one transaction.
 * Rejects only when that could not be made durable.
 */
export async function watch(
  site: Site,
  target: Target,
  approved: ApprovedBaseline,
  observatory: Observatory,
  memory: Memory,
  signal: AbortSignal,
): Promise<Inspection> {
  const inspection = await inspect(target, approved, observatory, signal);
  const evidence = inspection.verdict.state === 'intact' ? null : await memory.keepEvidence(inspection);
  await memory.inTurn(site.id, async () => {
    const at = observatory.now();
    const open = await memory.store.openIncidents(site.id);
    const step = advance(open, inspection.verdict, target, at, () => memory.newIncidentId(at));
    await remember(step, site, memory, {
      targetId: target.id,
      siteId: site.id,
      kind: target.kind,
      at,
      tookMs: inspection.tookMs,
      verdict: inspection.verdict,
      evidence,
    });
  });
  return inspection;
}

/** Repeats what is still open and critical, when it is due. */
export async function remindOf(site: Site, policy: Policy, at: number, memory: Memory): Promise<void> {
  await memory.inTurn(site.id, async () => {
    for (const incident of await memory.store.openIncidents(site.id)) {
      const step = remind(incident, policy, at);
      if (step.transitions.length > 0) await remember(step, site, memory, null);
    }
  });
}

async function remember(step: Step, site: Site, memory: Memory, verdict: VerdictRecord | null): Promise<void> {
  const ids = step.transitions.map((transition) => transition.incident.id);
  const told = new Map(await Promise.all(ids.map(async (id) => [id, await memory.store.receiversTold(id)] as const)));
  const alerts = dueAlerts(step, site, memory.routes, told);
  await memory.store.record({ verdict, incidents: step.incidents, transitions: step.transitions, alerts });
}
