/** `dns --json`: the document other people's scripts read, `siteward/dns/1`. Pure. */
import * as z from 'zod';
import type { Assessment } from '../../checks/dns/authority/assessment.js';
import { VERDICTS } from '../../checks/dns/judgement.js';
import type { AuthorityReport } from './dns-authority.js';
import { dnssecEntry, dnssecEntrySchema, traceEntry, traceEntrySchema } from './dns-authority-json.js';
import { integrityEntry, integritySchema } from './dns-integrity.js';
import { type DnsLine, type DnsReport, worstLines } from './dns-report.js';

const judged = {
  verdict: z.enum(VERDICTS),
  /** 0..1; 0 where nothing could be measured. */
  confidence: z.number().min(0).max(1),
  why: z.string(),
  answers: z.array(z.string()),
  cnames: z.array(z.string()),
  rcode: z.string().nullable(),
  /** Extended DNS errors (RFC 8914). */
  errors: z.array(z.string()),
  /** Which machine behind the resolver's address answered, by its own word (NSID, RFC 5001). */
  server: z.string().nullable(),
  /** Milliseconds. */
  rtt: z.number().nullable(),
};

/** The shape of the document. Keys may be added, never renamed or removed. */
export const dnsReportSchema = z.strictObject({
  schema: z.literal('siteward/dns/1'),
  name: z.string(),
  startedAt: z.iso.datetime(),
  tookMs: z.number(),
  truth: z.strictObject({
    known: z.boolean(),
    addresses: z.array(z.string()),
    records: z.array(z.string()),
    cnames: z.array(z.string()),
    nameservers: z.array(z.string()),
    sources: z.array(z.string()),
  }),
  /** Of the name's own data, from the root down; null where its name servers could not be asked. */
  signed: z.enum(['SECURE', 'INSECURE', 'BOGUS', 'INDETERMINATE']).nullable(),
  /** Why whoever checks signatures is refused the name, by the fault of its owner. */
  brokenSigning: z.string().nullable(),
  /** One entry per resolver, with the worst of its verdicts; `types` has each. */
  resolvers: z.array(
    z.strictObject({
      name: z.string(),
      transport: z.string(),
      role: z.enum(['reference', 'witness']),
      network: z.string().nullable(),
      ...judged,
      rewritesNxdomain: z.boolean(),
      /** What it calls itself: `id.server`, `version.bind` (RFC 4892) and NSID (RFC 5001). Null where it says nothing. */
      identity: z
        .strictObject({ id: z.string().nullable(), version: z.string().nullable(), nsid: z.string().nullable() })
        .nullable(),
      types: z.array(z.strictObject({ type: z.string(), ...judged })),
    }),
  ),
  /** Autonomous systems of the addresses in the answers, where known. */
  asns: z.record(z.string(), z.int()),
  /** With `--trace` and `--dnssec` only. */
  trace: z.array(traceEntrySchema).optional(),
  dnssec: z.array(dnssecEntrySchema).optional(),
  /** With `--trace` only: the domain against its approved baseline; null where nothing is approved. */
  integrity: integritySchema.nullable().optional(),
});
export type DnsDocument = z.infer<typeof dnsReportSchema>;

/** What else the command was asked to show. */
export interface Views {
  readonly trace: boolean;
  readonly dnssec: boolean;
}

export function dnsDocument(
  report: DnsReport,
  authorities: readonly AuthorityReport[] = [],
  views: Views = { trace: false, dnssec: false },
  integrity: Assessment | null = null,
): DnsDocument {
  const { addresses, records, cnames, nameservers, sources, known } = report.truth;
  return {
    schema: 'siteward/dns/1',
    name: report.name,
    startedAt: new Date(report.startedAt).toISOString(),
    tookMs: Math.round(report.tookMs),
    truth: {
      known,
      addresses: [...addresses],
      records: [...records],
      cnames: [...cnames],
      nameservers: [...nameservers],
      sources: [...sources],
    },
    signed: report.signed,
    brokenSigning: report.brokenSigning,
    resolvers: worstLines(report).map((worst) => resolverEntry(worst, report)),
    asns: Object.fromEntries(report.asns),
    ...(views.trace ? { trace: authorities.map(traceEntry), integrity: integrity && integrityEntry(integrity) } : {}),
    ...(views.dnssec ? { dnssec: authorities.map(dnssecEntry) } : {}),
  };
}

function resolverEntry(worst: DnsLine, { lines, rewriters, identities }: DnsReport): DnsDocument['resolvers'][number] {
  const own = lines.filter((line) => line.resolver === worst.resolver);
  return {
    name: worst.resolver,
    transport: worst.transport,
    role: worst.role,
    network: worst.network,
    ...judgedPart(worst),
    answers: [...new Set(own.flatMap((line) => line.answers))],
    rewritesNxdomain: rewriters.includes(worst.resolver),
    identity: identities.get(worst.resolver) ?? null,
    types: own.map((line) => ({ type: line.type, ...judgedPart(line) })),
  };
}

function judgedPart({ judgement, answers, cnames, rcode, errors, server, rttMs }: DnsLine) {
  return {
    verdict: judgement.verdict,
    confidence: judgement.confidence,
    why: judgement.why,
    answers: [...answers],
    cnames: [...cnames],
    rcode,
    errors: [...errors],
    server,
    rtt: rttMs === null ? null : Math.round(rttMs * 10) / 10,
  };
}
