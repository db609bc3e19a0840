/**
 * What the owner's signatures say of a resolver's answer, and whether the owner takes care of them. Pure.
 *
 * RFC 4035 5. What may be held against a resolver is in trace/signed-answer.ts.
 */
import { canonicalAddress } from './addresses.js';
import { labelsOf } from './dnssec/canonical-name.js';
import { nextName, statementOf } from './dnssec/response.js';
import { readResponse } from './dnssec/rrsets.js';
import type { Reason, ReasonCode } from './dnssec/status.js';
import { type Answer, type DnsEvidence, isDefinite, type Reply } from './evidence.js';
import { canonicalName, TYPE } from './names.js';
import { addressesIn } from './rdata.js';
import { type SignedWord, signedWord } from './trace/signed-answer.js';
import type { Authority } from './traced.js';
import { decode } from './wire.js';

export interface SignedReply extends SignedWord {
  /** Addresses in the records the word is about; an answer may bring others along. */
  readonly addresses: readonly string[];
}

/** Null where nothing can be said: not traced, or signatures were not asked for. */
export function signedReplyOf(
  reply: Reply,
  answer: Answer,
  evidence: DnsEvidence,
  authority: Authority,
): SignedReply | null {
  const question = { name: canonicalName(answer.name), type: TYPE[answer.type] };
  const traced = authority.traces.find(({ trace }) => trace.type === question.type);
  if (!traced || !answer.signaturesAsked || !reply.raw) return null;
  const { bytes } = reply.raw;
  const word = signedWord(question, bytes, canaryOf(answer, evidence), traced.validation, authority.at);
  return { ...word, addresses: addressesAtEnd(question, bytes) };
}

/** The same resolver's answer for the root, which is signed. */
function canaryOf({ resolver }: Answer, { answers }: DnsEvidence): Uint8Array | null {
  const control = answers.find(({ asked, resolver: { name } }) => asked === 'control' && name === resolver.name);
  return (control?.signaturesAsked && control.replies[0]?.raw?.bytes) || null;
}

const MOST_LINKS = 8;

/** Those of the name that the question's aliases lead to. */
function addressesAtEnd({ name, type }: { readonly name: string; readonly type: number }, bytes: Uint8Array): string[] {
  const response = readResponse(bytes);
  const decoded = decode(bytes);
  if (!response || !decoded.ok) return [];
  let end = name;
  for (let link = 0; link < MOST_LINKS; link++) end = nextName(statementOf({ name: end, type }, response)) ?? end;
  return decoded.message.answers
    .filter((record) => canonicalName(record.name) === end)
    .flatMap(({ data }) => addressesIn(data).flatMap((text) => canonicalAddress(text) ?? []));
}

/** What owners do to themselves: signatures not renewed, keys rolled over at one end only. */
const CARELESS: ReadonlySet<ReasonCode> = new Set([
  'signature-expired',
  'signature-not-yet-valid',
  'keys-unmatched',
  'keys-missing',
  'no-such-key',
]);

/**
 * Why everybody who checks signatures is refused the name by its owner's own fault; null where that is not so.
 *
 * Records that look forged count only where the references cannot resolve the name either: otherwise they were changed
 * on the way to this machine. A fault of the root or a top-level domain is our clock's.
 *
 * @param authority not in question: who takes over a delegation breaks its signatures as well.
 */
export function operatorsFault(evidence: DnsEvidence, authority: Authority | null): Reason | null {
  const broken = authority?.traces.find(({ validation }) => validation.status === 'BOGUS');
  const reason = broken?.validation.reasons.find(({ status, code }) => status === 'BOGUS' && code !== 'parent-bogus');
  if (!reason || labelsOf(reason.subject.split(' ', 1)[0] ?? '.').length < 2) return null;
  return CARELESS.has(reason.code) || !referencesResolve(evidence) ? reason : null;
}

/** A clock that is wrong, or a zone that nobody signs anew: no sign of a forger. */
const BY_TIME: ReadonlySet<ReasonCode> = new Set(['signature-expired', 'signature-not-yet-valid']);

/**
 * Why what the name servers said cannot be genuine, where the references resolve the name all the same: it was changed on
 * the way to this machine, or signed wrongly by an owner whom no reference holds to it. Null where it is not so.
 */
export function changedOnTheWay(evidence: DnsEvidence, authority: Authority | null): Reason | null {
  const broken = authority?.traces.find(({ validation }) => validation.status === 'BOGUS');
  const reason = broken?.validation.reasons.find(({ status, code }) => status === 'BOGUS' && code !== 'parent-bogus');
  if (!reason || BY_TIME.has(reason.code) || !referencesResolve(evidence)) return null;
  return operatorsFault(evidence, authority) === null ? reason : null;
}

function referencesResolve({ answers }: DnsEvidence): boolean {
  return answers.some(
    ({ asked, resolver, replies }) => asked === 'name' && resolver.role === 'reference' && replies.some(isDefinite),
  );
}
