/** The first half of the pipeline: `inspect` looks and judges. memory.ts remembers and tells. */

import type { Known } from './checks/check.js';
import { type Judging, judgingHere } from './checks/judging.js';
import { confirmed, nextLookAfter } from './core/confirm.js';
import { asSeenBy, type Sight } from './core/controls.js';
import { corroborate, isGrave, type SiteVerdict, summarizeSite, worstFirst } from './core/corroborate.js';
import type {
  Baseline,
  Exhibits,
  Finding,
  Observation,
  Reading,
  SeenFinding,
  Site,
  Target,
  Verdict,
} from './core/model.js';
import { RECORD } from './core/reserved.js';
import type { Recollections } from './vantage/recollections.js';
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
  /** What full looks left for lesser ones; absent: every look is a full one. */
  readonly recollections?: Recollections;
  /** Absent: everything is judged here. */
  readonly judging?: Judging;
  /** Whether the vantage sees anything at all now; absent: it does. */
  readonly sightOf?: (vantage: string) => Sight;
}

/**
 * Is told of a first look that must be confirmed, while the confirming look is awaited.
 * @param shown what a person would be shown of it; made when it is asked for, as most doubts concern nobody.
 */
export type OnDoubt = (verdict: Verdict, shown: () => Promise<Inspection>) => Promise<void>;

/** `full`: everything there is to see. `sparing`: less where an earlier full look was intact and little can differ. */
export type Thoroughness = 'full' | 'sparing';

/** Looks at one target from every vantage, judges it against what was approved, confirms a divergence. */
export async function inspect(
  target: Target,
  approved: ApprovedBaseline,
  observatory: Observatory,
  signal: AbortSignal,
  onDoubt: OnDoubt = async () => undefined,
  thoroughness: Thoroughness = 'full',
): Promise<Inspection> {
  const { vantages, now, judging = judgingHere } = observatory;
  const startedAt = now();
  const { baseline } = approved;
  const inspectionOf = async (verdict: Verdict, vantage: string, observation: Observation | null, looks: number) => ({
    target,
    verdict,
    exhibits: await judging.exhibit(target, observation, baseline),
    vantage,
    startedAt,
    tookMs: now() - startedAt,
    looks,
    observation,
    baseline,
  });
  const confirmations = await Promise.all(
    vantages.map((vantage) => {
      const inDoubt = ({ reading, observation }: Look): Promise<void> => {
        const doubt = corroborate([reading], baseline !== null);
        return onDoubt(doubt, () => inspectionOf(doubt, vantage.name, observation, 1));
      };
      return lookUntilSure(target, baseline, vantage, observatory, signal, inDoubt, thoroughness);
    }),
  );
  const readings = confirmations.map((confirmation) => confirmation.reading);
  const withRecord = approved.findings.length > 0 ? [...readings, recordReading(approved.findings)] : readings;
  const shown = confirmations.find((c) => c.reading.findings.some(isGrave)) ?? confirmations[0];
  return inspectionOf(
    corroborate(withRecord, baseline !== null),
    shown?.reading.vantage ?? vantages[0].name,
    shown?.observation ?? null,
    Math.max(...confirmations.map((confirmation) => confirmation.looks)),
  );
}

/** The record of what was approved is itself a witness: what is wrong with it is a finding beside the others. */
function recordReading(findings: readonly Finding[]): Reading {
  return { vantage: RECORD, findings, failures: [] };
}

interface Look {
  readonly observation: Observation;
  readonly reading: Reading;
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
  { pause, sightOf, recollections, judging = judgingHere }: Observatory,
  signal: AbortSignal,
  inDoubt: (first: Look) => Promise<void>,
  thoroughness: Thoroughness,
): Promise<Confirmation> {
  const look = async (known?: Known): Promise<Look> => {
    const observation = await vantage.observe(target, signal, known && { known });
    const reading = await judging.judge(target, observation, baseline);
    return { observation, reading: asSeenBy(sightOf?.(vantage.name) ?? 'sighted', reading) };
  };
  // Only the first look may spare anything: one that confirms or clears sees everything.
  const first = await look(thoroughness === 'full' ? undefined : recollections?.recall(vantage.name, target, baseline));
  const all = [first];
  const readings: [Reading, ...Reading[]] = [first.reading];
  for (;;) {
    const waitMs = nextLookAfter(readings, target.policy);
    if (waitMs === null || signal.aborted) break;
    // Whoever must be told now is told while the next look is waited for.
    await Promise.all([pause(waitMs, signal), readings.length === 1 ? inDoubt(first) : undefined]);
    const next = await look();
    all.push(next);
    readings.push(next.reading);
  }
  recollections?.take(vantage.name, target, baseline, all);
  const telling = all.findLast(({ reading }) => reading.findings.some(isGrave)) ?? all.at(-1) ?? first;
  return { reading: confirmed(readings, target.kind), observation: telling.observation, looks: all.length };
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
