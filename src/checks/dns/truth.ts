/**
 * What may be taken for true about a name in one look: the references' answers, what the authoritative servers gave, what
 * a person approved, and what the watchlist allows. Pure.
 *
 * Signed data of the authority stands by itself. Unsigned data came over a path that may be raced like any other: a
 * server's answer counts where it shares an address with what is known otherwise (docs/decisions/006).
 */
import { type ChangeTicket, openTickets, ticketFor } from '../changes.js';
import { bogonRange, canonicalAddress, embeddedIpv4, isWithin } from './addresses.js';
import { assess } from './authority/assessment.js';
import { type Answer, addressesOf, type DnsEvidence, distinct, isDefinite, trustedAnswers } from './evidence.js';
import { type QueryType, TYPE } from './names.js';
import type { DnsSettings } from './settings.js';
import { type Authority, authorityOf, isInQuestion, type TracedReply } from './traced.js';

export interface Truth {
  /** Something definite is known; otherwise there is nothing to compare an answer with. */
  readonly known: boolean;
  /** The references, or where they are silent the signed data, say that the name has no address at all. */
  readonly absent: boolean;
  /** Addresses by reference, then by authoritative server, then approved ones. */
  readonly addresses: readonly string[];
  /** Contents of the records of a type. */
  readonly records: (type: QueryType) => readonly string[];
  /** Why the address is genuine, in words; null when nothing says so. */
  readonly explain: (address: string) => string | null;
  /** Number of the autonomous system the address is in; null when unknown, which equals nothing. */
  readonly asnOf: (address: string) => number | null;
  /** Autonomous systems that genuine addresses are in, each with such an address. */
  readonly networks: ReadonlyMap<number, string>;
  /** Special ranges that genuine addresses are in: an owner may publish private addresses. */
  readonly bogonRanges: ReadonlySet<string>;
  /** What the authoritative servers said; null where they were not heard, or are in question themselves. */
  readonly authority: Authority | null;
  /** The authority's data for the type are proven by signatures. */
  readonly isSigned: (type: QueryType) => boolean;
  /** Addresses that only an authority gives which is in question itself. */
  readonly disputed: readonly string[];
  /** The authority was taken over: honest resolvers pass on what the hijacker says. */
  readonly seized: boolean;
}

/** @param accepted evidence a person approved. */
export function truthOf(evidence: DnsEvidence, accepted: readonly DnsEvidence[], settings: DnsSettings): Truth {
  const referenced = referenceAnswers(evidence);
  const approved = approvedAddresses(accepted);
  const heard = authorityOf(evidence);
  // Who took the domain over answers every resolver, and signs what he likes: only what was approved is true then.
  const seized = assess(evidence, accepted, settings)?.class === 'hijacked';
  const given = seized
    ? []
    : addressesOf(referenced).filter((address) => !isContradicted(address, referenced, evidence));
  const authority = heard && !seized && !isInQuestion(heard, accepted) ? heard : null;
  const replies = (authority?.traces ?? []).flatMap((traced) => traced.replies);
  const signed = replies.filter(({ status }) => status === 'SECURE');
  const vouched = replies.filter((reply) =>
    isVouchedFor(reply, { evidence, settings, known: [...given, ...approved] }),
  );
  const explain = explainer(
    [
      ['the reference resolvers give it too', given],
      ['the authoritative servers give it, signed', addressesIn(signed)],
      ['the authoritative servers give it', addressesIn(vouched.filter(({ subnet }) => subnet === null))],
      ['the authoritative servers give it to visitors of another network', addressesIn(vouched)],
      ['it is in the approved baseline', approved],
      ['it proved to be the site within the last day', authority ? stillSilent(evidence) : []],
    ],
    settings,
    openTickets(settings.changes, evidence.at ?? null),
  );
  const addresses = distinct([...given, ...addressesIn([...signed, ...vouched]), ...approved]);
  const definite = referenced.some((answer) => answer.replies.some(isDefinite));
  const isSigned = (type: QueryType): boolean =>
    authority?.traces.some(({ trace, validation }) => trace.type === TYPE[type] && validation.status === 'SECURE') ??
    false;
  const proven = isSigned('A') || isSigned('AAAA');
  const asns = new Map([...accepted, evidence].flatMap((one) => Object.entries(one.asns ?? {})));
  const asnOf = (address: string): number | null => asns.get(address) || null;
  return {
    known: definite || proven || approved.length > 0,
    absent: !seized && given.length + signed.length === 0 && (definite || (isSigned('A') && isSigned('AAAA'))),
    addresses,
    records: (type) =>
      distinct([
        ...referenced
          .filter((answer) => answer.type === type)
          .flatMap((answer) => answer.replies.flatMap((reply) => reply.records)),
        ...signed.filter((reply) => reply.type === TYPE[type]).flatMap((reply) => reply.records),
      ]),
    explain,
    asnOf,
    networks: networksOf(addresses, asnOf),
    bogonRanges: new Set([...addresses, ...allowedBases(settings)].flatMap((address) => bogonRange(address) ?? [])),
    authority,
    isSigned,
    disputed: disputedBy(heard, authority, seized ? referenced : []),
    seized,
  };
}

/** What was approved or is allowed, whatever this look saw. */
export function approvedTruth(look: DnsEvidence, accepted: readonly DnsEvidence[], settings: DnsSettings): Truth {
  const { authority: _seen, ...others } = look;
  return truthOf({ ...others, answers: [] }, accepted, settings);
}

/** Of what proved itself lately, that which shows nothing now: a certificate or a page speaks for itself. */
function stillSilent({ recent = [], tls, victims }: DnsEvidence): string[] {
  return recent.filter(
    (address) =>
      !tls.some((at) => at.address === address && at.chain.length > 0) &&
      !victims.some((page) => page.address === address && page.status !== null),
  );
}

function disputedBy(heard: Authority | null, believed: Authority | null, followers: readonly Answer[]): string[] {
  return distinct([...(believed === null ? (heard?.addresses ?? []) : []), ...addressesOf(followers)]);
}

function approvedAddresses(accepted: readonly DnsEvidence[]): string[] {
  return distinct(
    accepted.flatMap((one) => [...addressesOf(trustedAnswers(one, 'name')), ...(authorityOf(one)?.addresses ?? [])]),
  );
}

/** @param sources what is said of an address, and the addresses it is said of; the first that has it speaks. */
function explainer(
  sources: readonly (readonly [string, readonly string[]])[],
  { allow }: DnsSettings,
  tickets: readonly ChangeTicket[],
): Truth['explain'] {
  return (address) => {
    const source = sources.find(([, addresses]) => addresses.includes(address));
    if (source) return source[0];
    if (allow.addresses.some((range) => isWithin(address, range))) return 'the watchlist allows it';
    const ticket = ticketFor(tickets, 'addresses', [address]);
    if (ticket) return `it is expected by ticket ${ticket.id}`;
    const embedded = embeddedIpv4(address);
    const known = embedded !== null && sources.some(([, addresses]) => addresses.includes(embedded));
    return known ? `it stands for ${embedded} (DNS64)` : null;
  };
}

interface Vouching {
  readonly evidence: DnsEvidence;
  readonly settings: DnsSettings;
  readonly known: readonly string[];
}

/** An unsigned answer that shares an address with what is known, and none of whose addresses shows a foreign certificate. */
function isVouchedFor({ status, addresses }: TracedReply, { evidence, settings, known }: Vouching): boolean {
  if (status !== 'INSECURE') return false;
  const tlsAt = (address: string) => evidence.tls.find((at) => at.address === address);
  if (addresses.some((address) => tlsAt(address)?.problem && (tlsAt(address)?.chain.length ?? 0) > 0)) return false;
  return addresses.some(
    (address) =>
      known.includes(address) ||
      tlsAt(address)?.problem === null ||
      settings.allow.addresses.some((range) => isWithin(address, range)),
  );
}

/**
 * Given by no more than half of the references, and it shows a certificate that is none for the name, while what others
 * give shows one: a single path that is poisoned, though trusted, must not speak for itself.
 */
function isContradicted(address: string, referenced: readonly Answer[], { tls }: DnsEvidence): boolean {
  const shown = tls.find((at) => at.address === address);
  if (!shown || shown.problem === null || shown.chain.length === 0) return false;
  const type = address.includes(':') ? 'AAAA' : 'A';
  const definite = referenced.filter((answer) => answer.type === type && answer.replies.some(isDefinite));
  const [givers, others] = [true, false].map((gives) =>
    definite.filter((answer) => addressesOf([answer]).includes(address) === gives),
  );
  const isProven = (other: string): boolean => tls.some((at) => at.address === other && at.problem === null);
  return (givers ?? []).length <= (others ?? []).length && addressesOf(others ?? []).some(isProven);
}

function addressesIn(replies: readonly TracedReply[]): string[] {
  return distinct(replies.flatMap(({ addresses }) => addresses));
}

/** Answers of references only: where there is none, witnesses are not made the judges of themselves. */
function referenceAnswers(evidence: DnsEvidence): Answer[] {
  return evidence.answers.filter((answer) => answer.asked === 'name' && answer.resolver.role === 'reference');
}

/** The address named first stands for its network. */
function networksOf(addresses: readonly string[], asnOf: Truth['asnOf']): Map<number, string> {
  const networks = new Map<number, string>();
  for (const address of addresses) {
    const asn = asnOf(address);
    if (asn !== null && !networks.has(asn)) networks.set(asn, address);
  }
  return networks;
}

function allowedBases({ allow }: DnsSettings): string[] {
  return allow.addresses.flatMap((range) => canonicalAddress(range.replace(/\/\d+$/u, '')) ?? []);
}
