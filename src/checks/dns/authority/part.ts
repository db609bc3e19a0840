/** One difference at the authority, what it counts, and the scene it is found in. Pure. */
import { type ChangeTicket, openTickets } from '../../changes.js';
import { areNeighbours, isWithin } from '../addresses.js';
import { type DnsEvidence, distinct } from '../evidence.js';
import type { DnsSettings } from '../settings.js';
import { domainOf } from './domain.js';
import type { Domain, Registry } from './facts.js';
import { MINORITY_SHARE, type PartKind, WEIGHTS } from './weights.js';

/** Everything a part is found in. */
export interface Scene {
  readonly evidence: DnsEvidence;
  readonly accepted: readonly DnsEvidence[];
  readonly settings: DnsSettings;
  readonly domain: Domain;
  /** What was approved; at least one. */
  readonly approved: readonly [Domain, ...Domain[]];
  readonly registry: Registry | null;
  readonly approvedRegistries: readonly Registry[];
  /** Windows that are open at the time of the look. */
  readonly tickets: readonly ChangeTicket[];
}

/** One difference. */
export interface Part {
  readonly kind: PartKind;
  /** 0 where a ticket expects it. */
  readonly points: number;
  /** One clause, which follows "what changed:". */
  readonly says: string;
  readonly expected: string;
  readonly actual: string;
  /** Id of the ticket that expects it. */
  readonly ticket: string | null;
}

/** Null where nothing was approved, or the name has no domain of its own: then there is nothing to hold against. */
export function sceneOf(evidence: DnsEvidence, accepted: readonly DnsEvidence[], settings: DnsSettings): Scene | null {
  const domain = domainOf(evidence);
  const [first, ...others] = accepted.flatMap((one) => domainOf(one) ?? []);
  if (!domain || !first) return null;
  return {
    ...{ evidence, accepted, settings, domain },
    approved: [first, ...others],
    registry: evidence.registry ?? null,
    approvedRegistries: accepted.flatMap((one) => one.registry ?? []),
    tickets: openTickets(settings.changes, evidence.at ?? evidence.authority?.at ?? null),
  };
}

/** Values side by side; `none` for nothing. */
export interface Sides {
  readonly expected: readonly string[];
  readonly actual: readonly string[];
  readonly ticket?: ChangeTicket | null;
  /** Of the parent's servers, 0..1. */
  readonly share?: number;
}

export function part(kind: PartKind, says: string, { expected, actual, ticket = null, share = 1 }: Sides): Part {
  const { points } = WEIGHTS[kind];
  const seen = share < MINORITY_SHARE ? Math.round(points / 2) : points;
  return {
    kind,
    points: ticket ? 0 : seen,
    says,
    expected: listed(expected),
    actual: listed(actual),
    ticket: ticket?.id ?? null,
  };
}

function listed(values: readonly string[]): string {
  return values.join(', ') || 'none';
}

/** Is an address where approved ones are: the same, a neighbour, in a network announced by the same operator? */
export function standsWith(address: string, approved: readonly string[], scene: Scene): boolean {
  const asnOf = asnsIn(scene);
  const asn = asnOf(address);
  return approved.some(
    (known) => known === address || areNeighbours(known, address) || (asn !== null && asnOf(known) === asn),
  );
}

/** Is it known who announces the address? */
export function hasNetwork(address: string, scene: Scene): boolean {
  return asnsIn(scene)(address) !== null;
}

export function isAllowed(address: string, { settings }: Scene): boolean {
  return settings.allow.addresses.some((range) => isWithin(address, range));
}

/** 0 is no number of a network: it equals nothing. */
function asnsIn({ domain, approved }: Scene): (address: string) => number | null {
  const asns = Object.assign({}, ...approved.map((one) => one.asns), domain.asns) as Domain['asns'];
  return (address) => asns[address] || null;
}

/** Of all that was approved. */
export function everyApproved(scene: Scene, pick: (domain: Domain) => readonly string[] | null): string[] {
  return distinct(scene.approved.flatMap((domain) => pick(domain) ?? []));
}
