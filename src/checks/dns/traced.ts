/**
 * What the authoritative servers said in one look and what their signatures came to: validated once per look, for
 * whoever judges answers or delegations. Pure.
 */
import { canonicalAddress } from './addresses.js';
import { type AuthorityEvidence, type DnsEvidence, distinct } from './evidence.js';
import { parseAnchors } from './root-anchors.js';
import { delegationsOf, type ZoneStanding } from './trace/delegation-facts.js';
import type { Trace } from './trace/facts.js';
import { messageOf } from './trace/statements.js';
import { type LegValidation, type TraceValidation, validateTrace } from './trace/validation.js';

export interface Validated {
  readonly trace: Trace;
  readonly validation: TraceValidation;
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
  const validated = finished.map((trace) => ({ trace, validation: validateTrace(trace, parsed.anchors, at) }));
  return {
    at,
    traces: validated,
    addresses: distinct(validated.flatMap(addressesIn)),
    zones: standingsOf(validated),
  };
}

/** It came to its end, and somebody answered. */
function wasHeard({ unfinished, legs }: Trace): boolean {
  return unfinished === null && legs.some(({ replies }) => replies.some((reply) => messageOf(reply) !== null));
}

function addressesIn({ trace, validation }: Validated): string[] {
  return trace.legs.flatMap((leg, at) => {
    const outcomes: LegValidation['replies'] = validation.legs[at]?.replies ?? [];
    const trusted = leg.replies.filter((_, index) => outcomes[index]?.status !== 'BOGUS');
    return trusted.flatMap((reply) =>
      (messageOf(reply)?.message.answers ?? []).flatMap(({ data }) =>
        data.kind === 'address' ? (canonicalAddress(data.address) ?? []) : [],
      ),
    );
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
