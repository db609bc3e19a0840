/**
 * What signatures say of one resolver's answer, for the ladder: validated, tampered with, or nothing at all. Pure.
 *
 * Most resolvers do not validate and some drop signatures altogether. An answer counts as tampered with only where the
 * zone is proven to be signed and the same resolver shows, by its answer for a signed name, that it passes signatures on.
 */

import type { Question } from '../dnssec/response.js';
import { readResponse } from '../dnssec/rrsets.js';
import type { ReasonCode } from '../dnssec/status.js';
import { canonicalName } from '../names.js';
import { type TraceValidation, validateResolverAnswer } from './validation.js';

/**
 * `validated`: signed by the owner, whatever it says. `tampered`: the owner's signatures are missing or do not fit.
 * `stripped`: so they are, but this resolver drops all signatures. `open`: nothing can be said.
 */
export interface SignedWord {
  readonly word: 'validated' | 'tampered' | 'stripped' | 'open';
  /** The reason that decided, for a person. */
  readonly why: string;
}

/**
 * Not among them: signatures that expired or are by keys no longer published. Caches and careless roll-overs make those
 * by themselves.
 */
const TAMPERED: ReadonlySet<ReasonCode> = new Set([
  'no-signature',
  'foreign-signer',
  'signature-wrong',
  'denial-unproven',
  'wildcard-unproven',
  'alias-forged',
]);

/**
 * @param answer the resolver's message for the question, asked with DO.
 * @param canary its message for a name known to be signed, such as the root's SOA, asked with DO; null: none came.
 * @param validation of a trace of the same name and type.
 * @param now milliseconds since 1970, of the answer.
 */
export function signedWord(
  question: Question,
  answer: Uint8Array,
  canary: Uint8Array | null,
  validation: TraceValidation,
  now: number,
): SignedWord {
  const { status, reasons } = validateResolverAnswer(question, answer, validation, now);
  const deciding = reasons.find((reason) => reason.status === status);
  const why = deciding ? `${deciding.subject}: ${deciding.text}` : 'nothing was signed';
  if (status === 'SECURE') return { word: 'validated', why };
  const isMissing = status === 'BOGUS' && deciding !== undefined && TAMPERED.has(deciding.code);
  // Where not even the servers' own answers validate, the owner's signing is broken and proves nothing against others.
  if (!isMissing || !isSecureAt(question.name, validation)) return { word: 'open', why };
  return { word: canary !== null && carriesSignature(canary) ? 'tampered' : 'stripped', why };
}

function isSecureAt(name: string, { legs }: TraceValidation): boolean {
  return legs.find((leg) => leg.name === canonicalName(name))?.status === 'SECURE';
}

function carriesSignature(bytes: Uint8Array): boolean {
  const response = readResponse(bytes);
  return [...(response?.answer ?? []), ...(response?.authority ?? [])].some(({ signatures }) => signatures.length > 0);
}
