/** The tables as Kysely sees them, and the border: what is read back passes a schema before anybody trusts it. */
import type { Generated } from 'kysely';
import * as z from 'zod';
import type { AuditRecord } from '../core/audit.js';
import {
  CAUSES,
  CHANGES,
  type Change,
  DIAGNOSES,
  type DivergingTarget,
  type Failure,
  INCIDENT_STATUSES,
  type Incident,
  PATTERNS,
  SEVERITIES,
  type SeenFinding,
  STATES,
  type Suppression,
  type Transition,
  type Verdict,
} from '../core/model.js';
import { UnreadableRow } from './store.js';

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
    /** Id of the incident of many sites that speaks for it. */
    parent: string | null;
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
    /** `superseded`: a later message to the same receiver tells it too. */
    state: 'pending' | 'delivered' | 'given-up' | 'superseded';
    attempts: number;
    created_at: number;
    due_at: number;
    settled_at: number | null;
    error: string | null;
    /** JSON of string[]. */
    accepted: string;
    /** Key of the delivery that tells it; null where a message of many sites does. */
    superseded_by: string | null;
  };
  suppressions: {
    id: Generated<number>;
    incident_id: string;
    seq: number;
    kind: string;
    actor: string;
    reason: string;
    at: number;
    until: number | null;
  };
  silences: {
    id: string;
    site_id: string | null;
    cause: string | null;
    by: string;
    reason: string;
    from: number;
    until: number;
  };
  audit: AuditRecord;
  /** Secrets made once, tokens used, days told of. */
  facts: {
    name: string;
    value: string;
  };
}

const severity = z.enum(SEVERITIES);
const diagnosis = z.enum(DIAGNOSES);
const scope = z.enum(['global', 'regional', 'single']);
const change = z.enum(CHANGES);

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

// Every default below is what a database of a Siteward before that field means.
const divergingTarget: z.ZodType<DivergingTarget> = z.object({
  severity,
  diagnosis,
  confidence: z.number().nullable(),
  scope: scope.nullable(),
  summary: z.string(),
  codes: z.array(z.string()),
  keys: z.array(z.string()).default([]),
  witnesses: z.record(z.string(), z.int().nonnegative()).default({}),
  clearSince: z.number().nullable().default(null),
  looks: z.array(z.boolean()).default([]),
});

const plainIncident = z.object({
  id: z.string(),
  siteId: z.string(),
  cause: z.enum(CAUSES),
  status: z.enum(INCIDENT_STATUSES),
  pattern: z.enum(PATTERNS).default('steady'),
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
  acknowledged: z.object({ by: z.string(), at: z.number(), until: z.number() }).nullable().default(null),
  ladder: z.object({ from: z.number(), level: z.int().nonnegative() }).optional(),
  relapses: z.int().nonnegative().default(0),
  reopenCount: z.int().nonnegative().default(0),
  alarms: z.int().nonnegative().default(0),
  flapping: z.boolean().default(false),
  muted: z.boolean().default(false),
  parent: z.string().nullable().default(null),
  membersTold: z.int().nonnegative().default(0),
  lines: z.array(z.string()).default([]),
  drill: z.boolean().default(false),
  seq: z.int().nonnegative(),
});

const incident: z.ZodType<Incident> = plainIncident.transform(({ ladder, ...rest }) => ({
  ...rest,
  ladder: ladder ?? { from: rest.since, level: 0 },
}));

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

const SUPPRESSIONS = ['silence', 'maintenance', 'grouped', 'inhibited', 'flapping', 'cap'] as const;

export function parseSuppression(row: Omit<Tables['suppressions'], 'id'>): Suppression {
  const { incident_id, kind, ...rest } = row;
  const name = `suppression of incident ${incident_id}`;
  return {
    incidentId: incident_id,
    kind: parsed(z.enum(SUPPRESSIONS), JSON.stringify(kind), name),
    seq: rest.seq,
    actor: rest.actor,
    reason: rest.reason,
    at: rest.at,
    until: rest.until,
  };
}

export function parseChange(text: string, row: string): Change {
  return parsed(change, JSON.stringify(text), row);
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
    throw new UnreadableRow(row, { cause });
  }
}
