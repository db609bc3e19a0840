/** The tables as Kysely sees them, and the border: what is read back passes a schema before anybody trusts it. */
import type { Generated } from 'kysely';
import * as z from 'zod';
import {
  DIAGNOSES,
  type DivergingTarget,
  type Failure,
  type Incident,
  SEVERITIES,
  type SeenFinding,
  STATES,
  type Transition,
  type Verdict,
} from '../core/model.js';
import { StoreError } from './store.js';

/** Columns are named as in SQL; texts that hold JSON say so. Times are epoch milliseconds. */
export interface Tables {
  verdicts: {
    id: Generated<number>;
    target_id: string;
    site_id: string;
    kind: string;
    at: number;
    took_ms: number;
    /** JSON of a Verdict, without the bytes of proof: those are in the evidence folder. */
    verdict: string;
    evidence: string | null;
    /** 1 for the newest of its target. */
    newest: number;
  };
  incidents: {
    id: string;
    site_id: string;
    cause: string;
    status: string;
    since: number;
    resolved_at: number | null;
    seq: number;
    /** JSON of an Incident. */
    incident: string;
  };
  transitions: {
    incident_id: string;
    seq: number;
    change: string;
    at: number;
    because: string;
    /** JSON of the Incident as it was then. */
    incident: string;
    evidence: string | null;
    /** The verdict that shows it; null once that is pruned. */
    verdict_id: number | null;
  };
  deliveries: {
    key: string;
    incident_id: string;
    seq: number;
    receiver: string;
    reason: string;
    state: 'pending' | 'delivered' | 'given-up';
    attempts: number;
    created_at: number;
    due_at: number;
    settled_at: number | null;
    error: string | null;
    /** JSON of string[]. */
    accepted: string;
  };
}

const severity = z.enum(SEVERITIES);
const diagnosis = z.enum(DIAGNOSES);
const scope = z.enum(['global', 'regional', 'single']);
const change = z.enum(['opened', 'worsened', 'reminder', 'resolved']);

const failure: z.ZodType<Failure> = z.object({
  blame: z.enum(['target', 'resolver', 'monitor']),
  code: z.string(),
  detail: z.string(),
  diagnosis: diagnosis.exactOptional(),
});

const finding: z.ZodType<SeenFinding> = z.object({
  code: z.string(),
  severity,
  confidence: z.number(),
  summary: z.string(),
  diagnosis,
  expected: z.string().exactOptional(),
  actual: z.string().exactOptional(),
  where: z.string().exactOptional(),
  vantage: z.string(),
});

const verdict: z.ZodType<Verdict> = z.object({
  state: z.enum(STATES),
  severity: severity.nullable(),
  diagnosis: diagnosis.nullable(),
  scope: scope.nullable(),
  confidence: z.number().nullable(),
  findings: z.array(finding),
  failures: z.array(failure),
  seenBy: z.array(z.string()),
  notSeenBy: z.array(z.string()),
  summary: z.string(),
});

const divergingTarget: z.ZodType<DivergingTarget> = z.object({
  severity,
  diagnosis,
  confidence: z.number().nullable(),
  scope: scope.nullable(),
  summary: z.string(),
  codes: z.array(z.string()),
});

const incident: z.ZodType<Incident> = z.object({
  id: z.string(),
  siteId: z.string(),
  cause: z.enum(['integrity', 'availability']),
  status: z.enum(['open', 'resolved']),
  diagnosis,
  severity,
  confidence: z.number().nullable(),
  scope: scope.nullable(),
  summary: z.string(),
  diverging: z.record(z.string(), divergingTarget),
  since: z.number(),
  updatedAt: z.number(),
  resolvedAt: z.number().nullable(),
  remindedAt: z.number().nullable(),
  seq: z.int().nonnegative(),
});

/** @param row how an error names the row. */
export function parseVerdict(json: string, row: string): Verdict {
  return parsed(verdict, json, row);
}

export function parseIncident(json: string, row: string): Incident {
  return parsed(incident, json, row);
}

export function parseTransition(
  row: Pick<Tables['transitions'], 'incident_id' | 'seq' | 'change' | 'at' | 'because' | 'incident'>,
): Transition {
  const name = `transition ${row.seq} of incident ${row.incident_id}`;
  return {
    incident: parseIncident(row.incident, name),
    change: parsed(change, JSON.stringify(row.change), name),
    at: row.at,
    because: row.because,
  };
}

export function parseAccepted(json: string, key: string): readonly string[] {
  return parsed(z.array(z.string()), json, `delivery ${key}`);
}

/** JSON of a verdict as it is kept: findings without the bytes that prove them. */
export function verdictJson(value: Verdict): string {
  return JSON.stringify({ ...value, findings: value.findings.map(({ proof: _kept, ...rest }) => rest) });
}

function parsed<T>(schema: z.ZodType<T>, json: string, row: string): T {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    throw new StoreError(
      `The store's ${row} cannot be read: it was changed by other hands or the disk is failing. Restore a backup.`,
      { cause },
    );
  }
}
