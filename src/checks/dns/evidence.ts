/** What a survey of one name saw. Facts only; the schema is also what stored evidence must pass. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Artifact } from '../../core/model.js';
import type { ProbeIo } from '../check.js';
import { domainSchema, registrySchema } from './authority/facts.js';
import { QUERY_TYPES } from './names.js';
import { zoneStandingSchema } from './trace/delegation-facts.js';
import { traceSchema } from './trace/facts.js';

const artifactSchema: z.ZodType<Artifact> = z.object({
  sha256: z.string(),
  mime: z.string(),
  bytes: z.instanceof(Uint8Array),
});

export function artifactOf(bytes: Uint8Array, mime: string): Artifact {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mime, bytes };
}

const failureSchema = z.object({
  blame: z.enum(['target', 'resolver', 'monitor']),
  code: z.string(),
  detail: z.string(),
});

/** One message that answered our question. */
const replySchema = z.object({
  /** `NOERROR`, `NXDOMAIN`. */
  rcode: z.string(),
  /**
   * Every address in the answer section, hints of HTTPS records too, whoever it is said to belong to: resolvers' clients
   * differ in what they take.
   */
  addresses: z.array(z.string()),
  /** None of them belongs to the name asked for, or to one it is an alias of: most clients see an empty answer. */
  stray: z.literal(true).optional(),
  /** Targets of the aliases followed, in order. */
  cnames: z.array(z.string()),
  /** Content of the records of the type asked for, in a line each. */
  records: z.array(z.string()),
  /** Extended DNS errors: `EDE 6: signature expired`. */
  errors: z.array(z.string()),
  /** Which machine behind the address answered, by its own word (NSID, RFC 5001). */
  server: z.string().optional(),
  rttMs: z.number().nullable(),
  /** Null in a baseline: there the reading is kept, not the packet. */
  raw: artifactSchema.nullable(),
});
export type Reply = z.infer<typeof replySchema>;

/** One resolver asked one question. */
const answerSchema = z.object({
  resolver: z.object({
    name: z.string(),
    role: z.enum(['reference', 'witness']),
    transport: z.enum(['udp', 'tcp', 'tls', 'https', 'system']),
    network: z.string().nullable(),
  }),
  /**
   * `name`: the name watched. `absent`: a made-up name in its zone. `control`: the root, which every resolver that
   * works at all knows. `zone`: name servers and other records of its registrable domain.
   * `nobody`: the name, asked of an address where no DNS server runs. `whoami`: a name that tells who asked for it.
   * `identity`: the server's own name or version (RFC 4892, class CH). `plain`: the name, as ordinary machines ask for it.
   */
  asked: z.enum(['name', 'absent', 'control', 'zone', 'nobody', 'whoami', 'identity', 'plain']),
  name: z.string(),
  type: z.enum(QUERY_TYPES),
  /** The question that brought the replies asked for signatures. */
  signaturesAsked: z.boolean().optional(),
  /** In order of arrival; more than one when something else answers too. */
  replies: z.array(replySchema),
  /** Replies that echoed the question and could not be read, a few of them. */
  malformed: z.array(z.object({ problem: z.string(), raw: artifactSchema.nullable() })),
  /** One of them came to the very question that brought the replies. */
  garbled: z.literal(true).optional(),
  /** Datagrams that were no answer to the question. */
  ignored: z.number(),
  /** Why there is no reply. */
  failure: failureSchema.nullable(),
});
export type Answer = z.infer<typeof answerSchema>;

const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  notAfter: z.number(),
  fingerprint: z.string(),
  spki: z.string(),
});

/** What an address of an answer showed when spoken to by TLS with the watched name. */
const tlsAtSchema = z.object({
  address: z.string(),
  port: z.number(),
  /** Null: a trusted certificate for the name. */
  problem: z.string().nullable(),
  /** Leaf first. */
  chain: z.array(certificateSchema),
  chainPem: artifactSchema.nullable(),
  /** Set when there was no handshake at all. */
  failure: failureSchema.nullable(),
});
export type TlsAt = z.infer<typeof tlsAtSchema>;

/** What a visitor sent to this address sees. */
const pageAtSchema = z.object({
  address: z.string(),
  url: z.string(),
  status: z.number().nullable(),
  title: z.string(),
  /** Start of the text in the body. */
  text: z.string(),
  /** Title and start of the text on the rendered page; null where it was not rendered. */
  shown: z.string().nullable(),
  body: artifactSchema.nullable(),
  screenshot: artifactSchema.nullable(),
  failure: failureSchema.nullable(),
});
export type PageAt = z.infer<typeof pageAtSchema>;

/** What the authoritative servers said when asked from the root down. */
const authoritySchema = z.object({
  /** When the look began, milliseconds since 1970: signatures are judged by this time. */
  at: z.number(),
  /** Milliseconds. */
  tookMs: z.number().optional(),
  /** DS records of the root that were believed: `20326 8 2 e06d44b8...`. */
  anchors: z.array(z.string()),
  /** One per type; raw messages and all. Empty in a baseline. */
  traces: z.array(traceSchema),
  /** What a baseline keeps of the traces; null in a look, where it follows from them (`authorityOf` in traced.ts). */
  settled: z
    .object({
      /** Given for the name, and not by a zone whose signatures are broken. */
      addresses: z.array(z.string()),
      /** Of every zone on the way but the root, parents first. */
      zones: z.array(zoneStandingSchema),
    })
    .nullable(),
});
export type AuthorityEvidence = z.infer<typeof authoritySchema>;

export const evidenceSchema = z.object({
  name: z.string(),
  /** Registrable domain, or null for a name that has none. */
  zone: z.string().nullable(),
  answers: z.array(answerSchema),
  /** Absent where no authoritative server could be asked: `network.only`, no way out on port 53, or too slow. */
  authority: authoritySchema.optional(),
  /** When the look began, epoch milliseconds: announced changes hold for a time. */
  at: z.number().optional(),
  /** Of a baseline: what parent and zone said of the domain as a whole. A look's follows from it (authority/domain.ts). */
  domain: domainSchema.optional(),
  /** What registry and certificate logs said, where they are asked. */
  registry: registrySchema.optional(),
  /** Autonomous systems of the addresses answered, where known on that day. Absent where nobody could say. */
  asns: z.record(z.string(), z.int().nonnegative()).optional(),
  /** Addresses that proved to be the site in looks of the last 24 hours, under the delegation of this one. */
  recent: z.array(z.string()).optional(),
  tls: z.array(tlsAtSchema),
  /** Addresses that only a witness gave and that did not prove themselves, a few of them. */
  victims: z.array(pageAtSchema),
  /** The same page from an address a reference gave, where a victim's was fetched. */
  genuine: pageAtSchema.nullable(),
});
export type DnsEvidence = z.infer<typeof evidenceSchema>;

/**
 * The answers we go by: those of the reference resolvers, or everybody's where none is configured (then only TLS and
 * the baseline can tell a lie).
 */
export function trustedAnswers(evidence: DnsEvidence, asked: Answer['asked']): Answer[] {
  const answers = evidence.answers.filter((answer) => answer.asked === asked);
  const references = answers.filter((answer) => answer.resolver.role === 'reference');
  return hasReferences(evidence) ? references : answers;
}

export function hasReferences(evidence: DnsEvidence): boolean {
  return evidence.answers.some((answer) => answer.resolver.role === 'reference');
}

export function distinct(values: Iterable<string>): string[] {
  return [...new Set(values)];
}

export function addressesOf(answers: readonly Answer[]): string[] {
  return distinct(answers.flatMap((answer) => answer.replies.flatMap((reply) => reply.addresses)));
}

/** What the look knew of the autonomous systems of these addresses; nothing where it could not say. */
export function asnsOf(addresses: readonly string[], asnOf: ProbeIo['asnOf']): Pick<DnsEvidence, 'asns'> {
  if (!asnOf) return {};
  const known = addresses.flatMap((address) => {
    const asn = asnOf(address);
    return asn === null ? [] : [[address, asn] as const];
  });
  return { asns: Object.fromEntries(known) };
}

/** It said something definite about the name: an answer, or that there is none. */
export function isDefinite(reply: Reply): boolean {
  return reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN';
}

/** For whoever looks closer: ` (CERT_HAS_EXPIRED, issued by CN=x)`; empty where no certificate failed. */
export function certificateAt(address: string, { tls }: Pick<DnsEvidence, 'tls'>): string {
  const at = tls.find((one) => one.address === address);
  const [leaf] = at?.chain ?? [];
  return at && leaf && at.problem !== null ? ` (${at.problem}, issued by ${leaf.issuer})` : '';
}
