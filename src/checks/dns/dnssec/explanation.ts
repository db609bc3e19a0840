/**
 * A validation told as a good teacher would: from the anchor down, one zone after the other, then the answer, and what
 * it all comes to. Lines of text as data; pure.
 */
import { isWithin } from './canonical-name.js';
import type { Reason, Status } from './status.js';

export interface ExplainedZone {
  readonly zone: string;
  readonly status: Status;
  readonly reasons: readonly Reason[];
}

export interface ExplainedLeg {
  readonly name: string;
  readonly zone: string;
  readonly status: Status;
  readonly reasons: readonly Reason[];
  /** How each server's answer was judged. */
  readonly replies: readonly { readonly server: string; readonly status: Status }[];
}

export interface Explained {
  readonly status: Status;
  readonly zones: readonly ExplainedZone[];
  readonly legs: readonly ExplainedLeg[];
}

export interface Line {
  /** Steps from the margin. */
  readonly depth: number;
  /** What the line shows the state of; null for a line of explanation. */
  readonly status: Status | null;
  readonly text: string;
}

/** Texts hold names that strangers chose: whoever prints them to a terminal needs no further care, they are ASCII. */
export function explain(validation: Explained): Line[] {
  return [
    ...validation.zones.flatMap((zone) => zoneLines(zone, validation.zones)),
    ...validation.legs.flatMap((leg) => legLines(leg, validation.zones)),
    line(0, validation.status, CONCLUSIONS[validation.status]),
    ...adviceFor(validation),
  ];
}

function zoneLines(zone: ExplainedZone, zones: readonly ExplainedZone[]): Line[] {
  const depth = depthOf(zone.zone, zones);
  const title = zone.zone === '.' ? 'the root zone' : `zone ${zone.zone}`;
  return [line(depth, zone.status, title), ...zone.reasons.map((reason) => reasonLine(depth + 1, reason))];
}

function legLines(leg: ExplainedLeg, zones: readonly ExplainedZone[]): Line[] {
  const depth = depthOf(leg.zone, zones) + 1;
  const worse = leg.replies.filter(({ status }) => status !== leg.status);
  return [
    line(depth, leg.status, leg.name),
    ...leg.reasons.map((reason) => reasonLine(depth + 1, reason)),
    ...worse.map(({ server, status }) => line(depth + 1, status, `but the answer of ${server} is ${status}`)),
  ];
}

/** Zones above it on the way. */
function depthOf(zone: string, zones: readonly ExplainedZone[]): number {
  return zones.filter((other) => other.zone !== zone && isWithin(zone, other.zone)).length;
}

function reasonLine(depth: number, { subject, status, text }: Reason): Line {
  return line(depth, status, `${subject}: ${text}`);
}

function line(depth: number, status: Status | null, text: string): Line {
  return { depth, status, text };
}

const CONCLUSIONS: Readonly<Record<Status, string>> = {
  SECURE: 'an unbroken chain of signatures leads from the root to this answer; nobody on the way can have changed it',
  INSECURE: 'the chain ends, provably, at a zone that is not signed; this answer could be changed on the way unseen',
  BOGUS: 'a signature that must be there is missing or wrong; resolvers that validate refuse this answer',
  INDETERMINATE: 'too little was heard to say anything',
};

/** What the break is usually due to, by the first reason of the decisive kind. */
function adviceFor({ status, zones, legs }: Explained): Line[] {
  const reasons = [...zones, ...legs].flatMap((part) => part.reasons);
  const first = reasons.find((reason) => reason.status === status);
  const advice = first && ADVICE[first.code];
  return status === 'SECURE' || !advice ? [] : [line(1, null, advice)];
}

const ADVICE: Partial<Record<Reason['code'], string>> = {
  'signature-expired':
    "Most often the owner forgot to sign again: look at the signer of the zone, then at this machine's clock.",
  'signature-not-yet-valid': "Look at this machine's clock first, then at the clock of the zone's signer.",
  'keys-unmatched':
    'The registrar has the DS record of another key: a roll-over gone wrong, or somebody replaced the keys.',
  'keys-missing':
    'The parent says the zone is signed and the zone gives no keys: signing was turned off too early, or a stranger answers for it.',
  'no-such-key':
    "The zone was signed by a key it does not publish: a roll-over under way too fast, or not the zone's own signer.",
  'signature-wrong': 'The records are not those that were signed: changed on the way, or by a signer that is broken.',
  'no-signature':
    'Signatures were left out: by a server that does not know DNSSEC, a middlebox, or whoever forged the answer.',
  'no-delegation-proof':
    "The parent's proof is missing: a server that does not know DNSSEC, or a delegation forged on the way.",
  'delegation-unsigned':
    'To have it signed, sign the zone and give its DS record to the registrar. If it used to be signed, ask who removed it.',
  'denial-unproven':
    'That something does not exist has to be proven too, and was not: a forged denial looks like this.',
  'wildcard-unproven': 'A wildcard record was used for a name without proof that it was its turn.',
  'nothing-received': 'Look at whether this machine reaches the servers named above over UDP and TCP.',
};
