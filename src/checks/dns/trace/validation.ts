/** The DNSSEC status of everything a trace saw: each zone cut, each server's answer, the name as a whole. Pure. */
import { type Introduction, inherit, introduce, trustKeys, type ZoneTrust } from '../dnssec/delegation.js';
import type { Explained } from '../dnssec/explanation.js';
import { type Question, validateAnswer, validateResponse } from '../dnssec/response.js';
import { findSet, type Response, readResponse } from '../dnssec/rrsets.js';
import { type Ds, SECURITY_TYPE } from '../dnssec/security-records.js';
import type { ValidationContext } from '../dnssec/signatures.js';
import { type Outcome, outcome, type Reason, reason, type Status, strongest, weakest } from '../dnssec/status.js';
import { Work } from '../dnssec/work.js';
import { canonicalName } from '../names.js';
import type { Leg, Server, ServerReply, Trace, ZoneFacts } from './facts.js';

export interface TraceValidation {
  /** Of the name with all its aliases. */
  readonly status: Status;
  /** The chain that decides, from the root down, then along the aliases. */
  readonly reasons: readonly Reason[];
  readonly zones: readonly ZoneValidation[];
  readonly legs: readonly LegValidation[];
}

export interface ZoneValidation {
  readonly zone: string;
  readonly trust: ZoneTrust;
}

export interface LegValidation {
  readonly name: string;
  /** The zone the name stands in. */
  readonly zone: string;
  /** Of the best reply: a resolver asks the next server where one's answer does not validate. */
  readonly status: Status;
  readonly reasons: readonly Reason[];
  readonly replies: readonly (Outcome & { readonly server: Server })[];
  /** Of answers made for visitors of other networks. */
  readonly regions: readonly Outcome[];
}

/**
 * @param anchors DS records of the root.
 * @param now milliseconds since 1970.
 */
export function validateTrace(trace: Trace, anchors: readonly Ds[], now: number): TraceValidation {
  const context = contextAt(now);
  const zones = trustZones(trace.zones, anchors, context);
  const trustOf = (zone: string): ZoneTrust | null => zones.find((entry) => entry.zone === zone)?.trust ?? null;
  const legs = trace.legs.map((leg) => validateLeg(leg, trace.type, trustOf, context));
  const status = legs.length === 0 ? 'INDETERMINATE' : weakest(legs.map((leg) => leg.status));
  const onTheWay = new Set(trace.legs.flatMap((leg) => leg.zones));
  const chain = zones.filter(({ zone }) => onTheWay.has(zone)).flatMap(({ trust }) => trust.reasons);
  return { status, reasons: [...chain, ...legs.flatMap(({ reasons }) => reasons)], zones, legs };
}

function contextAt(now: number): ValidationContext {
  return { now: Math.floor(now / 1000), work: new Work() };
}

/** @param zones parents before children. */
function trustZones(zones: readonly ZoneFacts[], anchors: readonly Ds[], context: ValidationContext): ZoneValidation[] {
  const trusted = new Map<string, ZoneTrust>();
  for (const facts of zones) {
    const trust =
      facts.parent === null ? trustRoot(facts, anchors, context) : trustChild(facts, facts.parent, trusted, context);
    trusted.set(facts.zone, trust);
  }
  return [...trusted].map(([zone, trust]) => ({ zone, trust }));
}

function trustRoot(facts: ZoneFacts, anchors: readonly Ds[], context: ValidationContext): ZoneTrust {
  const keys = responseTo(facts.keys);
  return keys ? trustKeys(facts.zone, anchors, 'trust-anchor', keySet(keys, facts.zone), context) : unheard(facts);
}

function trustChild(
  facts: ZoneFacts,
  parent: string,
  trusted: ReadonlyMap<string, ZoneTrust>,
  context: ValidationContext,
): ZoneTrust {
  const parentTrust = trusted.get(parent);
  if (!parentTrust || parentTrust.keys === null) {
    return inherit(facts.zone, { zone: parent, status: parentTrust?.status ?? 'INDETERMINATE' });
  }
  const introduction = bestIntroduction(facts, (response) =>
    introduce(facts.zone, [...response.answer, ...response.authority], parentTrust.keys, context),
  );
  if (introduction.status !== 'SECURE') return introduction;
  const keys = responseTo(facts.keys);
  const trust = keys
    ? trustKeys(facts.zone, introduction.ds, 'parent', keySet(keys, facts.zone), context)
    : unheard(facts);
  return { ...trust, reasons: [...introduction.reasons, ...trust.reasons] };
}

/** Servers of the parent may differ, one may be stale: the first SECURE word is taken, else the best there is. */
function bestIntroduction(facts: ZoneFacts, introduceBy: (response: Response) => Introduction): Introduction {
  let best: Introduction | null = null;
  for (const reply of [...(facts.ds ? [facts.ds] : []), ...facts.referrals]) {
    const response = responseTo(reply);
    if (!response) continue;
    const introduction = introduceBy(response);
    if (introduction.status === 'SECURE') return introduction;
    if (best === null || strongest([best.status, introduction.status]) !== best.status) best = introduction;
  }
  const text = `no server of ${facts.parent ?? 'its parent'} said anything about its keys`;
  return (
    best ?? {
      status: 'INDETERMINATE',
      reasons: [reason(`${facts.zone} DS`, 'INDETERMINATE', 'nothing-received', text)],
      keys: null,
    }
  );
}

function unheard({ zone }: ZoneFacts): ZoneTrust {
  const text = `no server of ${zone} gave its keys`;
  return {
    status: 'INDETERMINATE',
    reasons: [reason(`${zone} DNSKEY`, 'INDETERMINATE', 'nothing-received', text)],
    keys: null,
  };
}

/** A refusal is as good as silence. */
function responseTo(reply: ServerReply | null): Response | null {
  const response = reply?.raw ? readResponse(reply.raw.bytes) : null;
  return response && response.rcode === 0 ? response : null;
}

function keySet(response: Response, zone: string) {
  return findSet(response.answer, zone, SECURITY_TYPE.DNSKEY);
}

function validateLeg(
  leg: Leg,
  type: number,
  trustOf: (zone: string) => ZoneTrust | null,
  context: ValidationContext,
): LegValidation {
  const zone = leg.zones.at(-1) ?? '.';
  const trust = trustOf(zone);
  const question: Question = { name: leg.name, type };
  const validated = (reply: ServerReply): Outcome & { server: Server } => {
    const response = reply.raw ? readResponse(reply.raw.bytes) : null;
    if (!response || !trust) return { ...nothing(leg.name, reply), server: reply.server };
    return { ...validateResponse(question, response, trust, context), server: reply.server };
  };
  const replies = leg.replies.map(validated);
  const status = strongest(replies.map((reply) => reply.status));
  const deciding = replies.find((reply) => reply.status === status) ?? nothing(leg.name, null);
  return {
    name: leg.name,
    zone,
    status,
    reasons: deciding.reasons,
    replies,
    regions: (leg.regions ?? []).map(validated),
  };
}

function nothing(name: string, reply: ServerReply | null): Outcome {
  const why = reply?.failure?.detail ?? 'no server of its zone could be asked';
  return outcome(name, 'INDETERMINATE', 'nothing-received', why);
}

/** The validation as `explain` tells it. */
export function explainable({ status, zones, legs }: TraceValidation): Explained {
  return {
    status,
    zones: zones.map(({ zone, trust }) => ({ zone, status: trust.status, reasons: trust.reasons })),
    legs: legs.map(({ regions: _regions, ...leg }) => ({
      ...leg,
      replies: leg.replies.map(({ server, status: itsStatus }) => ({
        server: `${server.name} (${server.address})`,
        status: itsStatus,
      })),
    })),
  };
}

/**
 * A resolver's own answer (asked with DO) judged by the keys a trace found: is what it says signed by the owner?
 *
 * @param bytes the resolver's message.
 * @param validation of a trace of the same name and type. A name the trace did not come by is INDETERMINATE.
 * @param now milliseconds since 1970.
 */
export function validateResolverAnswer(
  question: Question,
  bytes: Uint8Array,
  validation: TraceValidation,
  now: number,
): Outcome {
  const name = canonicalName(question.name);
  const response = readResponse(bytes);
  if (!response)
    return outcome(name, 'INDETERMINATE', 'nothing-received', 'was answered by something that is no DNS message');
  const zoneOf = (asked: string): ZoneTrust | null => {
    const zone = validation.legs.find((leg) => leg.name === asked)?.zone;
    return validation.zones.find((entry) => entry.zone === zone)?.trust ?? null;
  };
  return validateAnswer({ name, type: question.type }, response, zoneOf, contextAt(now));
}
