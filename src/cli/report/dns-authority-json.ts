/** The `trace` and `dnssec` parts of `siteward/dns/1`: one entry per record type asked for. Pure. */
import * as z from 'zod';
import type { AuthorityReport } from './dns-authority.js';
import type { AskedServer } from './dns-trace-steps.js';

const statusSchema = z.enum(['SECURE', 'INSECURE', 'BOGUS', 'INDETERMINATE']);
const question = { name: z.string(), type: z.string(), status: statusSchema };

const serverSchema = z.strictObject({
  name: z.string(),
  address: z.string(),
  source: z.enum(['configured', 'glue', 'resolved']),
  transport: z.enum(['udp', 'tcp']).nullable(),
  /** Milliseconds. */
  rtt: z.number().nullable(),
  says: z.enum(['referral', 'answer', 'nothing']),
  referredTo: z.string().nullable(),
  /** By this server's word; null where it does not say. */
  signed: z.boolean().nullable(),
  rcode: z.string().nullable(),
  answers: z.array(z.string()),
  failure: z.string().nullable(),
});

export const traceEntrySchema = z.strictObject({
  ...question,
  tookMs: z.number(),
  queries: z.number(),
  referrals: z.number(),
  unfinished: z.string().nullable(),
  steps: z.array(
    z.strictObject({
      asked: z.string(),
      zone: z.string(),
      status: statusSchema,
      ds: z.array(z.string()),
      keys: z.array(z.string()),
      servers: z.array(serverSchema),
      unasked: z.array(z.string()),
      alsoServes: z.string().nullable(),
      /** For visitors of other networks (`dns.client_subnets`), by servers that tell networks apart. */
      regions: z.array(z.strictObject({ subnet: z.string(), answers: z.array(z.string()) })),
    }),
  ),
  differences: z.array(z.strictObject({ zone: z.string(), kind: z.string(), detail: z.string() })),
});

const reasonsSchema = z.array(
  z.strictObject({ subject: z.string(), status: statusSchema, code: z.string(), text: z.string() }),
);

export const dnssecEntrySchema = z.strictObject({
  ...question,
  /** From the root down. */
  zones: z.array(z.strictObject({ zone: z.string(), status: statusSchema, reasons: reasonsSchema })),
  /** The name, then what it is an alias of. */
  names: z.array(
    z.strictObject({
      name: z.string(),
      zone: z.string(),
      status: statusSchema,
      reasons: reasonsSchema,
      servers: z.array(z.strictObject({ server: z.string(), status: statusSchema })),
    }),
  ),
  /** The view for people, line by line. */
  explanation: z.array(z.strictObject({ depth: z.number(), status: statusSchema.nullable(), text: z.string() })),
});

export function traceEntry(report: AuthorityReport): z.infer<typeof traceEntrySchema> {
  const { name, type, status, queries, referrals, unfinished, differences } = report;
  return {
    ...{ name, type, status, tookMs: Math.round(report.tookMs), queries, referrals, unfinished },
    steps: report.steps.map((step) => ({
      ...step,
      ds: [...step.ds],
      keys: [...step.keys],
      servers: step.servers.map(serverEntry),
      unasked: [...step.unasked],
      regions: step.regions.map(({ subnet, answers }) => ({ subnet, answers: [...answers] })),
    })),
    differences: differences.map((difference) => ({ ...difference })),
  };
}

function serverEntry({ rttMs, ...server }: AskedServer): z.infer<typeof serverSchema> {
  return { ...server, answers: [...server.answers], rtt: rttMs === null ? null : Math.round(rttMs * 10) / 10 };
}

export function dnssecEntry({ name, type, status, zones, legs, explanation }: AuthorityReport) {
  return {
    ...{ name, type, status },
    zones: zones.map(({ zone, status: itsStatus, reasons }) => ({
      zone,
      status: itsStatus,
      reasons: reasons.map((reason) => ({ ...reason })),
    })),
    names: legs.map((leg) => ({
      ...{ name: leg.name, zone: leg.zone, status: leg.status },
      reasons: leg.reasons.map((reason) => ({ ...reason })),
      servers: leg.replies.map(({ server, status: itsStatus }) => ({ server, status: itsStatus })),
    })),
    explanation: explanation.map((line) => ({ ...line })),
  } satisfies z.infer<typeof dnssecEntrySchema>;
}
