/** A trace of one name from the root down, asking every server of every zone on the way. Gathers facts, judges nothing. */
import { labelsOf } from '../dnssec/canonical-name.js';
import { canonicalName } from '../names.js';
import type { Leg, Trace, ZoneFacts } from './facts.js';
import { Allowance, TRACE_LIMITS } from './limits.js';
import { ROOT_SERVERS } from './root-servers.js';
import type { TraceIo } from './server-query.js';
import { aliasTargets } from './statements.js';
import { Walk } from './walk.js';

export interface TraceOptions {
  /** Addresses of root servers; empty: the real ones. */
  readonly roots: readonly string[];
  /** Port of every authoritative server. */
  readonly port: number;
  /** What is known of the root and top-level domains; absent: nothing. */
  readonly known?: readonly ZoneFacts[];
}

/** Resolves even when its time runs out (`io.signal`): then with what was seen until then. */
export async function traceName(name: string, type: number, options: TraceOptions, io: TraceIo): Promise<Trace> {
  const allowance = new Allowance();
  return await traceOne(canonicalName(name), type, walkFrom(options, allowance, io), allowance, io);
}

/** One trace per type, in one walk: the zones on the way are asked once. */
export async function traceTypes(
  name: string,
  types: readonly number[],
  options: TraceOptions,
  io: TraceIo,
): Promise<Trace[]> {
  const allowance = new Allowance();
  const walk = walkFrom(options, allowance, io);
  const traces: Trace[] = [];
  for (const type of types) traces.push(await traceOne(canonicalName(name), type, walk, allowance, io));
  return traces;
}

function walkFrom(options: TraceOptions, allowance: Allowance, io: TraceIo): Walk {
  const roots = options.roots.length > 0 ? options.roots : ROOT_SERVERS;
  return new Walk({ ...options, roots }, allowance, io);
}

async function traceOne(name: string, type: number, walk: Walk, allowance: Allowance, io: TraceIo): Promise<Trace> {
  const before = { queries: allowance.queries, referrals: allowance.referrals };
  const names = [name];
  const legs: Leg[] = [];
  for (let at = 0; at < names.length && !io.signal.aborted; at++) {
    const question = { name: names[at] ?? name, type };
    const { path, replies } = await walk.to(question);
    legs.push({ name: question.name, zones: path.map(({ zone }) => zone), replies });
    for (const target of aliasTargets(replies, question)) {
      if (names.includes(target)) continue;
      if (names.length <= TRACE_LIMITS.aliases) names.push(target);
      else allowance.note(`it met more than ${TRACE_LIMITS.aliases} aliases`);
    }
  }
  if (io.signal.aborted) allowance.note('its time was up');
  return {
    name,
    type,
    zones: zonesOf(legs, walk.zones),
    legs,
    queries: allowance.queries - before.queries,
    referrals: allowance.referrals - before.referrals,
    unfinished: allowance.exceeded,
  };
}

/** Parents before children. */
function zonesOf(legs: readonly Leg[], known: ReadonlyMap<string, ZoneFacts>): ZoneFacts[] {
  const names = new Set(legs.flatMap(({ zones }) => zones));
  return [...names]
    .flatMap((zone) => known.get(zone) ?? [])
    .toSorted((a, b) => labelsOf(a.zone).length - labelsOf(b.zone).length);
}
