/** Shorthand: what the validator says of messages from made-up zones. */
import {
  type Introduction,
  introduce,
  trustKeys,
  type ZoneTrust,
} from '../../../../src/checks/dns/dnssec/delegation.js';
import { validateResponse } from '../../../../src/checks/dns/dnssec/response.js';
import { findSet, type Response, readResponse } from '../../../../src/checks/dns/dnssec/rrsets.js';
import { type Ds, readDs } from '../../../../src/checks/dns/dnssec/security-records.js';
import type { ValidationContext } from '../../../../src/checks/dns/dnssec/signatures.js';
import type { Outcome } from '../../../../src/checks/dns/dnssec/status.js';
import { Work } from '../../../../src/checks/dns/dnssec/work.js';
import { message, NOW, type Rr, S, type Sections, type Zone } from './signer.js';

export function context(now = NOW, work = new Work()): ValidationContext {
  return { now, work };
}

export function read(bytes: Uint8Array): Response {
  const response = readResponse(bytes);
  if (!response) throw new Error('the message cannot be read');
  return response;
}

export function dsOf(...records: readonly Rr[]): Ds[] {
  return records.flatMap(({ rdata }) => readDs(Uint8Array.from(rdata)) ?? []);
}

/** Trust in a zone by a DS of its own key. @param keySet what it answers for its DNSKEY. */
export function trusted(
  zone: Zone,
  { ds = [zone.ds()], keySet = zone.signed(zone.keySet()), at = context() } = {},
): ZoneTrust {
  const response = read(message(zone.name, S.DNSKEY, { answer: keySet }));
  return trustKeys(zone.name, dsOf(...ds), 'parent', findSet(response.answer, zone.name, S.DNSKEY), at);
}

export function judged(zone: Zone, name: string, type: number, sections: Sections, at = context()): Outcome {
  return validateResponse({ name, type }, read(message(name, type, sections)), trusted(zone, { at }), at);
}

/** `SECURE answer-signed`: of the last reason. */
export function verdict({ status, reasons }: Pick<Outcome, 'status' | 'reasons'>): string {
  return `${status} ${reasons.at(-1)?.code ?? 'without a reason'}`;
}

export function introduced(parent: Zone, child: string, authority: readonly Rr[], at = context()): Introduction {
  const trust = trusted(parent, { at });
  if (trust.keys === null) throw new Error('the parent is not trusted');
  return introduce(child, read(message(child, 1, { authority })).authority, trust.keys, at);
}
