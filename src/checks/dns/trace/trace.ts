/** A trace of one name from the root down, asking every server of every zone on the way. Gathers facts, judges nothing. */
import { labelsOf } from '../dnssec/canonical-name.js';
import type { Question } from '../dnssec/response.js';
import { canonicalName } from '../names.js';
import type { Leg, Trace, ZoneFacts } from './facts.js';
import { Allowance, TRACE_LIMITS } from './limits.js';
import { ROOT_SERVERS } from './root-servers.js';
import type { TraceIo } from './server-query.js';
import { aliasTargets } from './statements.js';
import { Sweep } from './sweep.js';
import { Walk } from './walk.js';

export interface TraceOptions {
  /** Addresses of root servers; empty: the real ones. */
  readonly roots: readonly string[];
  /** Port of every authoritative server. */
  readonly port: number;
  /** What is known of the root and top-level domains; absent: nothing. */
  readonly known?: readonly ZoneFacts[];
  /** Networks on whose behalf the name's own servers are asked as well; absent: none. */
  readonly subnets?: readonly string[];
}

/** Resolves even when its time runs out (`io.signal`): then with what was seen until then. */
export async function traceName(name: string, type: number, options: TraceOptions, io: TraceIo): Promise<Trace> {
  const [trace] = await traceTypes(name, [type], options, io);
  if (!trace) throw new Error('One type makes one trace.');
  return trace;
}

/** One trace per type, in one walk: the zones on the way are asked once. */
export async function traceTypes(
  name: string,
  types: readonly number[],
  options: TraceOptions,
  io: TraceIo,
): Promise<Trace[]> {
  const allowance = new Allowance();
  const roots = options.roots.length > 0 ? options.roots : ROOT_SERVERS;
  const walk = new Walk({ ...options, roots }, allowance, io);
  const sweep = new Sweep({ port: options.port, subnets: options.subnets ?? [] });
  const traces: Trace[] = [];
  for (const type of types) {
    traces.push(await traceOne({ name: canonicalName(name), type }, { walk, sweep, allowance }, io));
  }
  return traces;
}

interface Means {
  readonly walk: Walk;
  readonly sweep: Sweep;
  readonly allowance: Allowance;
}

async function traceOne({ name, type }: Question, { walk, sweep, allowance }: Means, io: TraceIo): Promise<Trace> {
  const before = { queries: allowance.queries, referrals: allowance.referrals };
  const names = [name];
  const legs: Leg[] = [];
  for (let at = 0; at < names.length && !io.signal.aborted; at++) {
    const question = { name: names[at] ?? name, type };
    const { path, replies } = await walk.to(question);
    const regions = await sweep.of(replies, question, io);
    const swept = regions.length > 0 ? { regions } : {};
    legs.push({ name: question.name, zones: path.map(({ zone }) => zone), replies, ...swept });
    for (const target of aliasTargets([...replies, ...regions], question)) {
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
