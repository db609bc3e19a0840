/** A trace as a traveller would tell it: which zone, who was asked there, what each said, where it led. Pure. */
import { SECURITY_TYPE } from '../../checks/dns/dnssec/security-records.js';
import type { Status } from '../../checks/dns/dnssec/status.js';
import { canonicalName, rcodeName, TYPE } from '../../checks/dns/names.js';
import { recordText } from '../../checks/dns/rdata.js';
import { delegationsOf, type ZoneDelegation } from '../../checks/dns/trace/delegation-facts.js';
import type { Leg, Server, ServerReply, Trace, ZoneFacts } from '../../checks/dns/trace/facts.js';
import { meaningOf, messageOf, tellsDs } from '../../checks/dns/trace/statements.js';
import type { TraceValidation } from '../../checks/dns/trace/validation.js';

/** All servers of one zone, asked for one name. Strings are as strangers sent them: escape before showing. */
export interface TraceStep {
  /** The name asked for. */
  readonly asked: string;
  readonly zone: string;
  readonly status: Status;
  /** `20326 8 2 e06d44b8...`: what the parent says of the zone's keys. */
  readonly ds: readonly string[];
  /** `257 13 40968`: flags, algorithm and tag. */
  readonly keys: readonly string[];
  readonly servers: readonly AskedServer[];
  /** Name servers that no address was found for or asked of. */
  readonly unasked: readonly string[];
  /** A zone that the same servers serve as well, so that they refer nobody to it; null otherwise. */
  readonly alsoServes: string | null;
  /** What its servers say to visitors of other networks, where they tell networks apart. */
  readonly regions: readonly Region[];
}

export interface Region {
  /** `203.0.113.0/24` */
  readonly subnet: string;
  /** As of a server, of all servers together. */
  readonly answers: readonly string[];
}

export interface AskedServer {
  readonly name: string;
  readonly address: string;
  readonly source: Server['source'];
  readonly transport: 'udp' | 'tcp' | null;
  readonly rttMs: number | null;
  /** `nothing`: silence, a refusal, or something that leads nowhere. */
  readonly says: 'referral' | 'answer' | 'nothing';
  readonly referredTo: string | null;
  /** Is the zone referred to signed, by this server's word? Null where it does not say. */
  readonly signed: boolean | null;
  readonly rcode: string | null;
  /** `www.example.org 3600 A 192.0.2.1` */
  readonly answers: readonly string[];
  /** Why nothing can be taken from it. */
  readonly failure: string | null;
}

/** In the order walked; a zone passed again for an alias is told once. */
export function traceSteps(trace: Trace, validation: TraceValidation): TraceStep[] {
  const delegations = delegationsOf(trace);
  const told = new Set<string>();
  return trace.legs.flatMap((leg) =>
    leg.zones.flatMap((name, at) => {
      const zone = trace.zones.find((facts) => facts.zone === name);
      const child = trace.zones.find((facts) => facts.zone === leg.zones[at + 1]);
      const key = `${name} ${child?.zone ?? `answers ${leg.name}`}`;
      if (!zone || told.has(key)) return [];
      told.add(key);
      const status = validation.zones.find((entry) => entry.zone === name)?.trust.status ?? 'INDETERMINATE';
      return [stepAt(zone, child ?? null, leg, status, delegations)];
    }),
  );
}

function stepAt(
  zone: ZoneFacts,
  child: ZoneFacts | null,
  leg: Leg,
  status: Status,
  delegations: readonly ZoneDelegation[],
): TraceStep {
  const delegation = delegations.find((entry) => entry.zone === zone.zone);
  const isShared = child !== null && child.referrals.length === 0;
  const replies = child === null ? leg.replies : child.referrals;
  return {
    asked: leg.name,
    zone: zone.zone,
    status,
    ds: delegation?.ds ?? [],
    keys: delegation?.keys ?? [],
    servers: isShared ? [] : zone.servers.map((server) => askedServer(server, zone.zone, child, replies)),
    unasked: zone.unasked,
    alsoServes: isShared ? child.zone : null,
    regions: child === null ? regionsOf(leg) : [],
  };
}

function regionsOf({ regions = [] }: Leg): Region[] {
  const subnets = new Set(regions.flatMap(({ question }) => question.subnet ?? []));
  return [...subnets].map((subnet) => {
    const told = regions.filter(({ question }) => question.subnet === subnet);
    return { subnet, answers: [...new Set(told.flatMap(answersIn))] };
  });
}

function askedServer(
  server: Server,
  zone: string,
  child: ZoneFacts | null,
  replies: readonly ServerReply[],
): AskedServer {
  const reply = replies.find((candidate) => candidate.server.address === server.address);
  const known = { name: server.name, address: server.address, source: server.source };
  if (!reply) return { ...known, ...SILENT, failure: child && `gave no referral to ${child.zone}` };
  const meaning = meaningOf(reply, zone);
  const message = messageOf(reply)?.message ?? null;
  return {
    ...known,
    transport: reply.transport,
    rttMs: reply.rttMs,
    says: meaning.kind,
    referredTo: meaning.kind === 'referral' ? meaning.referral.child : null,
    signed: meaning.kind === 'referral' ? saysSigned(reply) : null,
    rcode: message && rcodeName(message.rcode),
    answers: answersIn(reply),
    failure: reply.failure?.detail ?? null,
  };
}

const SILENT = {
  transport: null,
  rttMs: null,
  says: 'nothing',
  referredTo: null,
  signed: null,
  rcode: null,
  answers: [],
} as const;

function saysSigned(reply: ServerReply): boolean | null {
  const hasDs = messageOf(reply)?.message.authority.some(({ type }) => type === SECURITY_TYPE.DS) ?? false;
  return hasDs || (tellsDs(reply) ? false : null);
}

/** Signatures are the DNSSEC view's part. */
function answersIn(reply: ServerReply): string[] {
  const records = messageOf(reply)?.message.answers.filter(({ type }) => type !== SECURITY_TYPE.RRSIG) ?? [];
  return records.map(
    ({ name, ttl, type, data }) => `${canonicalName(name)} ${ttl} ${typeName(type)} ${recordText(data)}`,
  );
}

/** `A`, `TYPE99`. */
export function typeName(type: number): string {
  return Object.entries(TYPE).find(([, number]) => number === type)?.[0] ?? `TYPE${type}`;
}
