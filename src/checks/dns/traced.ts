/**
 * What the authoritative servers said in one look and what their signatures came to: validated once per look, for
 * whoever judges answers or delegations. Pure.
 */
import { canonicalAddress } from './addresses.js';
import { labelsOf } from './dnssec/canonical-name.js';
import { type Status, weakest } from './dnssec/status.js';
import { type AuthorityEvidence, type DnsEvidence, distinct } from './evidence.js';
import { canonicalName } from './names.js';
import { addressesIn, recordText } from './rdata.js';
import { parseAnchors } from './root-anchors.js';
import { delegationsOf, type ZoneStanding } from './trace/delegation-facts.js';
import type { Trace } from './trace/facts.js';
import { messageOf } from './trace/statements.js';
import { type TraceValidation, validateTrace } from './trace/validation.js';

/** The trace of one type. */
export interface Validated {
  readonly trace: Trace;
  readonly validation: TraceValidation;
  /** What each server of the name, or of what it is an alias of, gave for it. */
  readonly replies: readonly TracedReply[];
}

export interface TracedReply {
  readonly type: number;
  /** Of the reply with all aliases on the way to it. */
  readonly status: Status;
  /** Canonical; of address records, and hints of HTTPS records. */
  readonly addresses: readonly string[];
  /** Content of the records, in a line each. */
  readonly records: readonly string[];
  /** For visitors of which network; null: for whoever asks from here. */
  readonly subnet: string | null;
}

export interface Authority {
  /** When it was asked, milliseconds since 1970. */
  readonly at: number;
  /** Traces that came to their end, one per type; none of a baseline. */
  readonly traces: readonly Validated[];
  /** Addresses given by servers whose answers are not BOGUS. */
  readonly addresses: readonly string[];
  /** Of every zone on the way but the root, parents first. */
  readonly zones: readonly ZoneStanding[];
}

const KNOWN = new WeakMap<AuthorityEvidence, Authority>();

/** Null where the authority could not be asked, or said nothing at all. Same evidence, same result. */
export function authorityOf({ authority }: Pick<DnsEvidence, 'authority'>): Authority | null {
  if (!authority) return null;
  const known = KNOWN.get(authority) ?? read(authority);
  KNOWN.set(authority, known);
  return known.traces.length > 0 || known.zones.length > 0 ? known : null;
}

function read({ at, anchors, traces, settled }: AuthorityEvidence): Authority {
  const parsed = parseAnchors(anchors);
  const finished = traces.filter(wasHeard);
  if (!parsed.ok || finished.length === 0) {
    return { at, traces: [], addresses: settled?.addresses ?? [], zones: settled?.zones ?? [] };
  }
  const validated = finished.map((trace): Validated => {
    const validation = validateTrace(trace, parsed.anchors, at);
    return { trace, validation, replies: repliesOf(trace, validation) };
  });
  const believable = validated.flatMap(({ replies }) => replies).filter(({ status }) => status !== 'BOGUS');
  return {
    at,
    traces: validated,
    addresses: distinct(believable.flatMap(({ addresses }) => addresses)),
    zones: standingsOf(validated),
  };
}

/** It came to its end, and somebody answered. */
function wasHeard({ unfinished, legs }: Trace): boolean {
  return unfinished === null && legs.some(({ replies }) => replies.some((reply) => messageOf(reply) !== null));
}

function repliesOf(trace: Trace, validation: TraceValidation): TracedReply[] {
  return trace.legs.flatMap((leg, at) => {
    const judged = validation.legs[at];
    const outcomes = [...(judged?.replies ?? []), ...(judged?.regions ?? [])];
    return [...leg.replies, ...(leg.regions ?? [])].flatMap((reply, index) => {
      const message = messageOf(reply)?.message;
      const status = outcomes[index]?.status ?? 'INDETERMINATE';
      const own = message?.answers.filter(({ name, type }) => type === trace.type && canonicalName(name) === leg.name);
      if (!own || own.length === 0) return [];
      const addresses = own.flatMap(({ data }) => addressesIn(data).flatMap((text) => canonicalAddress(text) ?? []));
      const records = own.map(({ data }) => recordText(data));
      const subnet = reply.question.subnet ?? null;
      return [{ type: trace.type, status: weakest([status, validation.status]), addresses, records, subnet }];
    });
  });
}

/** Each zone once, by the first trace that came through it. */
function standingsOf(validated: readonly Validated[]): ZoneStanding[] {
  const standings = new Map<string, ZoneStanding>();
  for (const { trace, validation } of validated) {
    for (const delegation of delegationsOf(trace)) {
      const trust = validation.zones.find(({ zone }) => zone === delegation.zone)?.trust;
      if (standings.has(delegation.zone)) continue;
      standings.set(delegation.zone, { ...delegation, status: trust?.status ?? 'INDETERMINATE' });
    }
  }
  return [...standings.values()];
}

/** Proven by signatures from the root down. */
export function signedAddresses({ traces }: Authority): string[] {
  const replies = traces.flatMap((traced) => traced.replies).filter(({ status }) => status === 'SECURE');
  return distinct(replies.flatMap(({ addresses }) => addresses));
}

/** All that parents say of the domain, to be told from any other; null where they were not heard. */
export function delegationText(authority: Authority): string | null {
  const below = authority.zones.filter(({ zone }) => labelsOf(zone).length > 1);
  if (below.length === 0) return null;
  const said = below.map(({ zone, parent, ds }) => {
    const lines = parent.flatMap(({ nameservers, glue }) => [...nameservers, ...glue]);
    return [zone, distinct([...lines, ...ds]).sort()];
  });
  return JSON.stringify(said);
}

/** Given in answers that fail the owner's signatures, or those of a zone above. */
export function bogusAddresses({ traces }: Authority): string[] {
  const replies = traces.flatMap((traced) => traced.replies).filter(({ status }) => status === 'BOGUS');
  return distinct(replies.flatMap(({ addresses }) => addresses));
}

/**
 * The authority itself is in question: its delegation is another than the one approved, or the parent's servers disagree
 * about it. What it says is then no measure for what resolvers say. Of top-level domains nothing is asked here.
 */
export function isInQuestion(authority: Authority, accepted: readonly DnsEvidence[]): boolean {
  const approved = accepted.flatMap((one) => authorityOf(one)?.zones ?? []);
  return authority.zones.some((zone) => {
    if (labelsOf(zone.zone).length < 2) return false;
    const known = approved.filter((other) => other.zone === zone.zone);
    return disagrees(zone) || (known.length > 0 && !known.some((other) => isSameDelegation(zone, other)));
  });
}

/**
 * Signatures from the root down prove what the name has: no reference is needed to tell a resolver's lie. That it has
 * nothing is left to the references, who would call it down.
 */
export function settlesByItself({ traces }: Authority): boolean {
  const replies = traces.flatMap((traced) => traced.replies);
  return (
    traces.every(({ validation }) => validation.status === 'SECURE') &&
    replies.some(({ status, addresses }) => status === 'SECURE' && addresses.length > 0)
  );
}

/** Names only: how much glue fits into a referral each server decides for itself. */
function disagrees({ parent: [first, ...others] }: ZoneStanding): boolean {
  return others.some(({ nameservers }) => nameservers.join() !== first?.nameservers.join());
}

function isSameDelegation(zone: ZoneStanding, known: ZoneStanding): boolean {
  const [now] = zone.parent;
  const [then] = known.parent;
  if (now?.nameservers.join() !== then?.nameservers.join()) return false;
  const named = new Set(then?.glue.map(serverOf));
  if (now?.glue.some((line) => named.has(serverOf(line)) && !then?.glue.includes(line))) return false;
  // A roll-over keeps one of them; none in common is a break, and so is going unsigned.
  return known.ds.length === 0 ? zone.ds.length === 0 : known.ds.some((line) => zone.ds.includes(line));
}

/** Of `ns1.example.org 192.0.2.1`. */
function serverOf(line: string): string {
  return line.split(' ', 1)[0] ?? '';
}

/** What a baseline keeps of the traces: every address given in any look, and the delegations as last seen. No packets. */
export function settledAuthority(looks: readonly DnsEvidence[]): Pick<DnsEvidence, 'authority'> {
  const heard = looks.flatMap((look) => {
    const authority = authorityOf(look);
    return authority && look.authority ? [{ ...authority, anchors: look.authority.anchors }] : [];
  });
  const last = heard.at(-1);
  if (!last) return {};
  const addresses = distinct(heard.flatMap((one) => one.addresses)).sort();
  const { at, anchors, zones } = last;
  return { authority: { at, anchors, traces: [], settled: { addresses, zones: [...zones] } } };
}
