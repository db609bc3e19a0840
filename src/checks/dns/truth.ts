/**
 * What may be taken for true about a name in one look: the references' answers, what a person approved, and what the
 * watchlist allows. Pure.
 *
 * A trace of the delegation and validated signatures will add to this; the ladder asks nothing else.
 */
import { bogonRange, canonicalAddress, embeddedIpv4, isWithin } from './addresses.js';
import { addressesOf, type DnsEvidence, distinct, isDefinite, trustedAnswers } from './evidence.js';
import type { QueryType } from './names.js';
import type { DnsSettings } from './settings.js';

export interface Truth {
  /** Something definite is known; otherwise there is nothing to compare an answer with. */
  readonly known: boolean;
  /** The references agree that the name has no address at all. */
  readonly absent: boolean;
  /** Addresses by reference, then approved ones. */
  readonly addresses: readonly string[];
  /** Contents of the records of a type, as the references gave them. */
  readonly records: (type: QueryType) => readonly string[];
  /** Why the address is genuine, in words; null when nothing says so. */
  readonly explain: (address: string) => string | null;
  /** Number of the autonomous system the address is in; null when unknown, which equals nothing. */
  readonly asnOf: (address: string) => number | null;
  /** Autonomous systems that genuine addresses are in, each with such an address. */
  readonly networks: ReadonlyMap<number, string>;
  /** Special ranges that genuine addresses are in: an owner may publish private addresses. */
  readonly bogonRanges: ReadonlySet<string>;
}

/** @param accepted evidence a person approved. */
export function truthOf(evidence: DnsEvidence, accepted: readonly DnsEvidence[], settings: DnsSettings): Truth {
  const referenced = referenceAnswers(evidence);
  const given = addressesOf(referenced);
  const approved = distinct(accepted.flatMap((one) => addressesOf(trustedAnswers(one, 'name'))));
  const addresses = distinct([...given, ...approved]);
  const definite = referenced.some((answer) => answer.replies.some(isDefinite));
  const explain = (address: string): string | null => {
    if (given.includes(address)) return 'the reference resolvers give it too';
    if (approved.includes(address)) return 'it is in the approved baseline';
    if (settings.allow.addresses.some((range) => isWithin(address, range))) return 'the watchlist allows it';
    const embedded = embeddedIpv4(address);
    return embedded !== null && addresses.includes(embedded) ? `it stands for ${embedded} (DNS64)` : null;
  };
  const asns = new Map([...accepted, evidence].flatMap((one) => Object.entries(one.asns ?? {})));
  const asnOf = (address: string): number | null => asns.get(address) || null;
  return {
    known: definite || approved.length > 0,
    absent: definite && given.length === 0,
    addresses,
    records: (type) =>
      distinct(
        referenced
          .filter((answer) => answer.type === type)
          .flatMap((answer) => answer.replies.flatMap((reply) => reply.records)),
      ),
    explain,
    asnOf,
    networks: networksOf(addresses, asnOf),
    bogonRanges: new Set([...addresses, ...allowedBases(settings)].flatMap((address) => bogonRange(address) ?? [])),
  };
}

/** Answers of references only: where there is none, witnesses are not made the judges of themselves. */
function referenceAnswers(evidence: DnsEvidence) {
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
