/** What one look, or a baseline, says of the domain as a whole: read from traces and references' answers. Pure. */
import { canonicalAddress } from '../addresses.js';
import { type Answer, addressesOf, type DnsEvidence, distinct, trustedAnswers } from '../evidence.js';
import { canonicalName, TYPE } from '../names.js';
import type { Trace, ZoneFacts } from '../trace/facts.js';
import { meaningOf, messageOf } from '../trace/statements.js';
import { type Authority, authorityOf } from '../traced.js';
import type { ResourceRecord } from '../wire.js';
import { cutsOf } from './cuts.js';
import { type Domain, settledDomain } from './facts.js';

const KNOWN = new WeakMap<DnsEvidence, Domain>();

/** Null for a name that has no registrable domain. Same evidence, same result. */
export function domainOf(evidence: DnsEvidence): Domain | null {
  if (evidence.zone === null) return null;
  const known = evidence.domain ?? KNOWN.get(evidence) ?? read(evidence, evidence.zone);
  KNOWN.set(evidence, known);
  return known;
}

/** What a baseline keeps of several looks. */
export function approvedDomain(looks: readonly DnsEvidence[]): Pick<DnsEvidence, 'domain'> {
  const domain = settledDomain(looks.flatMap((look) => domainOf(look) ?? []));
  return domain ? { domain } : {};
}

function read(evidence: DnsEvidence, zone: string): Domain {
  const authority = authorityOf(evidence);
  const [first] = authority?.traces ?? [];
  const zoneRecords = (type: Answer['type']) => recordsOf(evidence, type);
  return {
    zone,
    cuts: first && authority ? cutsOf(first.trace, first.validation, zone, authority.at) : [],
    ...givenFor(evidence, authority),
    nameservers: zoneRecords('NS'),
    mx: zoneRecords('MX')?.map(mailServer) ?? null,
    caa: zoneRecords('CAA'),
    ttl: {
      nameservers: nameserverTtl(first?.trace.zones.find((facts) => facts.zone === zone) ?? null),
      address: addressTtl(authority?.traces.map(({ trace }) => trace) ?? []),
    },
    asns: evidence.asns ?? {},
  };
}

/** `10 mail.example.org` to the server: its preference may move. */
export function mailServer(record: string): string {
  return record.slice(record.indexOf(' ') + 1);
}

function givenFor(evidence: DnsEvidence, authority: Authority | null): Pick<Domain, 'addresses' | 'cnames'> {
  const trusted = trustedAnswers(evidence, 'name');
  const traced = authority?.addresses ?? [];
  const addresses = traced.length > 0 ? traced : addressesOf(trusted);
  const aliases = authority?.traces.flatMap(({ trace }) => trace.legs.slice(1).map(({ name }) => name)) ?? [];
  const cnames = trusted.flatMap((answer) => answer.replies.flatMap((reply) => reply.cnames));
  const heard = (authority?.traces.length ?? 0) > 0 || trusted.some((answer) => answer.replies.length > 0);
  return {
    addresses: heard ? distinct(addresses.map((address) => canonicalAddress(address) ?? address)).sort() : null,
    cnames: distinct(traced.length > 0 ? aliases : cnames),
  };
}

/** Of the domain, by the references that answered; null where none did. */
function recordsOf(evidence: DnsEvidence, type: Answer['type']): string[] | null {
  const answers = trustedAnswers(evidence, 'zone').filter((answer) => answer.type === type);
  const replies = answers.flatMap((answer) => answer.replies.filter(({ rcode }) => rcode === 'NOERROR'));
  return replies.length > 0 ? distinct(replies.flatMap(({ records }) => records)).sort() : null;
}

/** Seconds, as the zone's own servers give them: a resolver counts them down. */
function nameserverTtl(apex: ZoneFacts | null): number | null {
  const message = apex?.nameservers ? messageOf(apex.nameservers)?.message : null;
  return shortest(message?.answers.filter(({ type }) => type === TYPE.NS) ?? []);
}

function addressTtl(traces: readonly Trace[]): number | null {
  const records = traces.flatMap(({ name, legs: [leg] }) =>
    (leg?.replies ?? [])
      .filter((reply) => meaningOf(reply, leg?.zones.at(-1) ?? '.').kind === 'answer')
      .flatMap((reply) => messageOf(reply)?.message.answers ?? [])
      .filter((record) => canonicalName(record.name) === name && ADDRESSING.includes(record.type)),
  );
  return shortest(records);
}

const ADDRESSING: readonly number[] = [TYPE.A, TYPE.AAAA, TYPE.CNAME];

function shortest(records: readonly ResourceRecord[]): number | null {
  return records.length > 0 ? Math.min(...records.map(({ ttl }) => ttl)) : null;
}
