/** What a server's reply means to a trace: an answer, a referral to a child zone, or nothing. Pure. */
import { bogonRange, canonicalAddress } from '../addresses.js';
import { isBelow, isWithin } from '../dnssec/canonical-name.js';
import { nextName, type Question, statementOf } from '../dnssec/response.js';
import { responseOf } from '../dnssec/rrsets.js';
import { readRrsig, SECURITY_TYPE } from '../dnssec/security-records.js';
import { canonicalName, TYPE } from '../names.js';
import { decode, type Message, type ResourceRecord } from '../wire.js';
import type { ServerReply, ZoneFacts } from './facts.js';

/** The message of a reply, with its bytes; null where there is none. */
export function messageOf(reply: ServerReply): { readonly bytes: Uint8Array; readonly message: Message } | null {
  const bytes = reply.raw?.bytes;
  const decoded = bytes && decode(bytes);
  return bytes && decoded?.ok ? { bytes, message: decoded.message } : null;
}

/** Name servers and addresses a parent gives for a child. */
export interface Referral {
  readonly child: string;
  readonly targets: readonly string[];
  /** Addresses by target, only of names the asked zone may speak for. */
  readonly glue: ReadonlyMap<string, readonly string[]>;
}

export type Meaning =
  | { readonly kind: 'answer' }
  | { readonly kind: 'referral'; readonly referral: Referral }
  /** Refusals, failures, referrals upwards: nothing to go on. */
  | { readonly kind: 'nothing' };

const NOERROR = 0;
const NXDOMAIN = 3;

/** @param zone that was asked. */
export function meaningOf(reply: ServerReply, zone: string): Meaning {
  const read = messageOf(reply);
  if (!read) return { kind: 'nothing' };
  const { message } = read;
  if (message.rcode === NXDOMAIN) return { kind: 'answer' };
  if (message.rcode !== NOERROR) return { kind: 'nothing' };
  if (message.answers.length > 0) return { kind: 'answer' };
  const referral = message.authoritative ? null : referralIn(message, zone, reply.question.name);
  if (referral) return { kind: 'referral', referral };
  const denies = message.authority.some(({ type }) => type === TYPE.SOA);
  return message.authoritative || denies ? { kind: 'answer' } : { kind: 'nothing' };
}

function referralIn(message: Message, zone: string, name: string): Referral | null {
  const delegating = message.authority.filter(
    (record) =>
      record.type === TYPE.NS &&
      isBelow(canonicalName(record.name), zone) &&
      isWithin(name, canonicalName(record.name)),
  );
  const [first] = delegating;
  if (!first) return null;
  const child = canonicalName(first.name);
  const targets = targetsIn(delegating.filter((record) => canonicalName(record.name) === child));
  return { child, targets, glue: glueIn(message, targets, zone) };
}

export function targetsIn(records: readonly ResourceRecord[]): string[] {
  return [...new Set(records.flatMap(({ data }) => (data.kind === 'name' ? canonicalName(data.target) : [])))].sort();
}

/** @param zone what stands outside of it is not its to say. */
export function glueIn(message: Message, targets: readonly string[], zone: string): Map<string, string[]> {
  const glue = new Map<string, string[]>();
  for (const { name, data } of message.additional) {
    const owner = canonicalName(name);
    const address = data.kind === 'address' ? canonicalAddress(data.address) : null;
    if (address === null || !targets.includes(owner) || !isWithin(owner, zone)) continue;
    glue.set(owner, [...new Set([...(glue.get(owner) ?? []), address])].sort());
  }
  return glue;
}

/** The referral most servers gave; of equally frequent ones the first. Null when none refers. */
export function commonReferral(replies: readonly ServerReply[], zone: string): Referral | null {
  const meanings = replies.map((reply) => meaningOf(reply, zone));
  const referrals = meanings.flatMap((meaning) => (meaning.kind === 'referral' ? [meaning.referral] : []));
  const answers = meanings.filter(({ kind }) => kind === 'answer').length;
  if (referrals.length === 0 || answers > referrals.length) return null;
  const keys = referrals.map(referralKey);
  const votes = (key: string): number => keys.filter((other) => other === key).length;
  const [best] = referrals.toSorted((a, b) => votes(referralKey(b)) - votes(referralKey(a)));
  return best ?? null;
}

/** Equal for two referrals that say the same. */
export function referralKey({ child, targets, glue }: Referral): string {
  const addresses = targets.map((target) => `${target}=${(glue.get(target) ?? []).join(',')}`);
  return [child, ...addresses].join(' ');
}

/** Where the answers send the asker next, each once. */
export function aliasTargets(replies: readonly ServerReply[], question: Question): string[] {
  const targets = replies.flatMap((reply) => {
    const read = messageOf(reply);
    return (read && nextName(statementOf(question, responseOf(read.bytes, read.message)))) ?? [];
  });
  return [...new Set(targets)];
}

/**
 * The apex of a zone below the one asked, where the same server serves both and so never referred to it: it shows in who
 * signed, or in whose SOA denies. The deepest of them.
 */
export function hiddenApex(reply: ServerReply, zone: string): string | null {
  const read = messageOf(reply);
  if (!read) return null;
  const records = [...read.message.answers, ...read.message.authority];
  const apexes = records.flatMap((record) => {
    if (record.type === TYPE.SOA) return [canonicalName(record.name)];
    const signature =
      record.type === SECURITY_TYPE.RRSIG ? readRrsig(read.bytes.slice(record.rdata.start, record.rdata.end)) : null;
    return signature ? [signature.signer] : [];
  });
  const hidden = apexes.filter((apex) => isBelow(apex, zone) && isWithin(reply.question.name, apex));
  return hidden.toSorted((a, b) => (isBelow(a, b) ? -1 : 1))[0] ?? null;
}

export function carriesSignatures(reply: ServerReply): boolean {
  const message = messageOf(reply)?.message;
  return [...(message?.answers ?? []), ...(message?.authority ?? [])].some(({ type }) => type === SECURITY_TYPE.RRSIG);
}

export function isSigned(zone: ZoneFacts): boolean {
  const message = zone.keys && messageOf(zone.keys)?.message;
  return message?.answers.some(({ type }) => type === SECURITY_TYPE.DNSKEY) ?? false;
}

/** Does the referral itself say which keys the child has, or that it has none? */
export function tellsDs(reply: ServerReply): boolean {
  const { DS, NSEC, NSEC3 } = SECURITY_TYPE;
  const telling: readonly number[] = [DS, NSEC, NSEC3];
  return messageOf(reply)?.message.authority.some(({ type }) => telling.includes(type)) ?? false;
}

/**
 * May a server found on the way be asked at this address? Strangers' data must not send us into private networks, except
 * where the operator's own roots stand in such a range too.
 */
export function maySend(address: string, roots: readonly string[]): boolean {
  const range = bogonRange(address);
  return range === null || roots.some((root) => bogonRange(root) === range);
}
