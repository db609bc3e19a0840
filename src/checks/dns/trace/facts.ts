/** What a trace of one name saw, from the root down. Facts only; the schema is also what stored evidence must pass. */
import * as z from 'zod';
import type { Artifact } from '../../../core/model.js';

const artifactSchema: z.ZodType<Artifact> = z.object({
  sha256: z.string(),
  mime: z.string(),
  bytes: z.instanceof(Uint8Array),
});

/** One address of one name server. */
const serverSchema = z.object({
  /** Canonical; of a root server its address. */
  name: z.string(),
  address: z.string(),
  /** `glue`: the parent gave the address along; `resolved`: found by a trace of its own. */
  source: z.enum(['configured', 'glue', 'resolved']),
});
export type Server = z.infer<typeof serverSchema>;

/** One question to one server, and the whole message that answered it: signatures and all. */
const serverReplySchema = z.object({
  server: serverSchema,
  question: z.object({
    name: z.string(),
    type: z.number(),
    /** On behalf of whose network (EDNS client subnet): `203.0.113.0/24`. */
    subnet: z.string().optional(),
  }),
  /** The one that brought the answer, or was tried last. */
  transport: z.enum(['udp', 'tcp']),
  /** Queries sent until it came. */
  sent: z.number(),
  rttMs: z.number().nullable(),
  /** Null where nothing came that could be read, or the raw messages were dropped from a baseline. */
  raw: artifactSchema.nullable(),
  failure: z
    .object({ blame: z.enum(['target', 'resolver', 'monitor']), code: z.string(), detail: z.string() })
    .nullable(),
});
export type ServerReply = z.infer<typeof serverReplySchema>;

const zoneFactsSchema = z.object({
  zone: z.string(),
  /** The zone that delegates it; null for the root. */
  parent: z.string().nullable(),
  /** What each server of the parent said that delegates this zone, whichever was followed. */
  referrals: z.array(serverReplySchema),
  /** The parent's answer about DS, where the referral followed has neither DS nor proof of none. */
  ds: serverReplySchema.nullable(),
  servers: z.array(serverSchema),
  /** Name servers of the delegation that no address was found for or asked of. */
  unasked: z.array(z.string()),
  keys: serverReplySchema.nullable(),
  /** The zone's own NS set, by the first of its servers that gave one. */
  nameservers: serverReplySchema.nullable(),
});
export type ZoneFacts = z.infer<typeof zoneFactsSchema>;

/** The name, or one it is an alias of, asked of every server of its zone. */
const legSchema = z.object({
  name: z.string(),
  /** From the root to the zone the name stands in. */
  zones: z.array(z.string()),
  replies: z.array(serverReplySchema),
  /** The same on behalf of other networks, by servers that answer by network. */
  regions: z.array(serverReplySchema).optional(),
});
export type Leg = z.infer<typeof legSchema>;

export const traceSchema = z.object({
  name: z.string(),
  type: z.number(),
  /** Every zone on the way, parents before children. */
  zones: z.array(zoneFactsSchema),
  /** The name itself first, then its aliases in the order met. */
  legs: z.array(legSchema),
  queries: z.number(),
  referrals: z.number(),
  /** What cut the trace short, in words; null when it came to its end. */
  unfinished: z.string().nullable(),
});
export type Trace = z.infer<typeof traceSchema>;
