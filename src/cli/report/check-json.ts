/** `check --json`: the document other people's scripts read, `siteward/check/1`. Pure. */
import * as z from 'zod';
import { DIAGNOSES, SEVERITIES, STATES } from '../../core/model.js';
import { inertJson } from '../../core/plain-text.js';
import type { SiteInspection } from '../../monitor.js';
import { exitCodeOf, worstSite } from './exit-code.js';

/** One run of `check`: what every report is made from. Times in epoch and plain milliseconds. */
export interface Run {
  readonly version: string;
  readonly startedAt: number;
  readonly tookMs: number;
  readonly sites: readonly SiteInspection[];
  /** Chromium's own; absent: required. */
  readonly sandbox?: 'required' | 'off';
  /** To whom the numbers of networks are owed; absent: to the bundled table's sources. */
  readonly asnCredit?: string;
}

/** Said in every report of a run that did without. */
export const UNSANDBOXED =
  "Chromium's sandbox is off (settings.yaml): a page that takes the browser over is on this machine.";

const state = z.enum(STATES);
const severity = z.enum(SEVERITIES);
const confidence = z.number().min(0).max(1);
const tookMs = z.int().min(0);

const finding = z.strictObject({
  check: z.string(),
  code: z.string(),
  severity,
  confidence,
  vantage: z.string(),
  summary: z.string(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  where: z.string().nullable(),
});

const measure = z.strictObject({ where: z.string(), what: z.string(), value: z.string() });
const said = z.strictObject({
  code: z.string(),
  severity,
  confidence,
  summary: z.string(),
  where: z.string().nullable(),
});
const comparer = z.strictObject({
  name: z.string(),
  asks: z.string(),
  speaks: z.string(),
  measures: z.array(measure).readonly(),
  findings: z.array(said),
});
const weight = z.strictObject({
  code: z.string(),
  diagnosis: z.enum(DIAGNOSES),
  severity,
  living: severity.nullable(),
  frozen: severity.nullable(),
  confidence: confidence.nullable(),
});
/** One check of a site under `--explain`: what every comparer went by, and how the verdict came of it. */
const explanation = z.strictObject({
  check: z.string(),
  vantage: z.string(),
  looks: z.int().min(1),
  reason: z.string(),
  rule: z.strictObject({ name: z.string(), because: z.string() }).nullable(),
  comparers: z.array(comparer),
  dropped: z.array(z.string()),
  weights: z.array(weight),
});

const site = z.strictObject({
  id: z.string(),
  url: z.string().nullable(),
  state,
  severity: severity.nullable(),
  diagnosis: z.enum(DIAGNOSES).nullable(),
  scope: z.enum(['global', 'regional', 'single']).nullable(),
  confidence: confidence.nullable(),
  summary: z.string(),
  findings: z.array(finding),
  checks: z.array(z.strictObject({ kind: z.string(), vantage: z.string(), state, tookMs })),
  evidence: z.string().nullable(),
  /** Only with `--explain`. */
  explanation: z.array(explanation).optional(),
});

/** The shape of the document. Keys may be added, never renamed or removed. */
export const checkReportSchema = z.strictObject({
  schema: z.literal('siteward/check/1'),
  version: z.string(),
  startedAt: z.iso.datetime(),
  tookMs,
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  state,
  severity: severity.nullable(),
  sandbox: z.enum(['required', 'off']),
  sites: z.array(site),
});
export type CheckReport = z.infer<typeof checkReportSchema>;
type Explanation = z.infer<typeof explanation>;

/** @param explained one site's `explanation`, where it was asked for. The document of one run. Its state and severity are those of the site that decides the exit code. */
export function checkReport(run: Run, explained?: (site: SiteInspection) => Explanation[]): CheckReport {
  const worst = worstSite(run.sites);
  return {
    schema: 'siteward/check/1',
    version: run.version,
    startedAt: new Date(run.startedAt).toISOString(),
    tookMs: Math.round(run.tookMs),
    exitCode: exitCodeOf(run.sites),
    state: worst?.state ?? 'unverified',
    severity: worst?.severity ?? null,
    sandbox: run.sandbox ?? 'required',
    sites: run.sites.map((inspected) => ({
      ...siteReport(inspected),
      ...(explained ? { explanation: explained(inspected) } : {}),
    })),
  };
}

function siteReport(inspected: SiteInspection): CheckReport['sites'][number] {
  return {
    id: inspected.site.id,
    url: inspected.site.url,
    state: inspected.state,
    severity: inspected.severity,
    diagnosis: inspected.diagnosis,
    scope: inspected.scope,
    confidence: inspected.confidence,
    summary: inspected.summary,
    findings: inspected.findings.map((found) => ({
      check: found.check,
      code: found.code,
      severity: found.severity,
      confidence: found.confidence,
      vantage: found.vantage,
      summary: found.summary,
      expected: found.expected ?? null,
      actual: found.actual ?? null,
      where: found.where ?? null,
    })),
    checks: inspected.inspections.map(({ target, verdict, vantage, tookMs: took }) => ({
      kind: target.kind,
      vantage,
      state: verdict.state,
      tookMs: Math.round(took),
    })),
    evidence: inspected.evidence,
  };
}

/** A document as text: the value unchanged, and nothing in it that a terminal obeys. */
export function jsonText(document: unknown): string {
  return `${inertJson(JSON.stringify(document, null, 2))}\n`;
}
