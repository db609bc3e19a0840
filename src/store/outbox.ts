/** The outbox: what is due to whom, what became of it, and how it fares. */
import type { Kysely } from 'kysely';
import { worstFirst } from '../core/corroborate.js';
import type { Load } from '../core/grouping.js';
import type { Change, SeenFinding } from '../core/model.js';
import type { SetAside } from './incidents.js';
import { type Delivery, type DeliveryState, type Outbox, UnreadableRow } from './store.js';
import { parseAccepted, parseChange, parseTransition, parseVerdict, type Tables } from './tables.js';

type Database = Kysely<Tables>;

/** Longest error kept of a failed delivery. */
const MAX_ERROR_LENGTH = 1_000;

/** Of one receiver: one that hangs has all of its own in hand, and those of the others are still among the due. */
const MOST_PER_RECEIVER = 200;

function inTurn(db: Database, now: number) {
  const ranked = db
    .selectFrom('deliveries')
    .select('key')
    .select(({ fn }) =>
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('receiver').orderBy('created_at').orderBy('key'))
        .as('turn'),
    )
    .where('state', '=', 'pending')
    .where(({ or, eb }) => or([eb('due_at', '<=', now), eb('due_at', '>', now + LONGEST_WAIT_MS)]));
  return db.selectFrom(ranked.as('ranked')).select('key').where('turn', '<=', MOST_PER_RECEIVER);
}

/** No retry waits so long: what is due later than this was written before the clock was set back. */
const LONGEST_WAIT_MS = 20 * 60_000;

/**
 * @returns unsettled deliveries due by `now`, oldest first; of one receiver and incident only the oldest, and of one
 * receiver no more than 200.
 */
export async function dueDeliveries(
  db: Database,
  aside: SetAside,
  now: number,
  limit: number,
): Promise<readonly Delivery[]> {
  const rows = await db
    .selectFrom('deliveries as delivery')
    .innerJoin('transitions as transition', (join) =>
      join.onRef('transition.incident_id', '=', 'delivery.incident_id').onRef('transition.seq', '=', 'delivery.seq'),
    )
    .selectAll('transition')
    .select(['delivery.key', 'delivery.receiver', 'delivery.reason', 'delivery.attempts', 'delivery.due_at'])
    .select('delivery.accepted')
    .leftJoin('verdicts as verdict', 'verdict.id', 'transition.verdict_id')
    .select('verdict.verdict as verdict')
    .where('delivery.key', 'in', inTurn(db, now))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries as earlier')
            .select('earlier.key')
            .where('earlier.state', '=', 'pending')
            .whereRef('earlier.incident_id', '=', 'delivery.incident_id')
            .whereRef('earlier.receiver', '=', 'delivery.receiver')
            .whereRef('earlier.seq', '<', 'delivery.seq'),
        ),
      ),
    )
    .orderBy('delivery.created_at')
    .orderBy('delivery.key')
    .limit(limit)
    .execute();
  const replaced = await supersededBy(
    db,
    rows.map((row) => row.key),
  );
  const due: Delivery[] = [];
  for (const row of rows) {
    try {
      due.push(deliveryOf(row, replaced.get(row.key) ?? []));
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      await giveUp(db, aside, row, error.message);
    }
  }
  return due;
}

type DueRow = Parameters<typeof parseTransition>[0] &
  Told &
  Pick<Tables['deliveries'], 'key' | 'receiver' | 'reason' | 'attempts' | 'due_at' | 'accepted'>;

function deliveryOf(row: DueRow, earlier: readonly Superseded[]): Delivery {
  const told = [row, ...earlier];
  return {
    alert: {
      key: row.key,
      receiver: row.receiver,
      reason: row.reason,
      transition: parseTransition(row),
      ...(earlier.length > 0 ? { supersedes: earlier.map(({ change }) => change) } : {}),
    },
    evidence: [...new Set(told.flatMap(({ evidence }) => evidence ?? []))],
    findings: findingsOf(told, row.key),
    attempts: row.attempts,
    dueAt: row.due_at,
    accepted: parseAccepted(row.accepted, row.key),
  };
}

/** A message nobody can write any more must not hold back the others; that it was owed is said. */
async function giveUp(db: Database, aside: SetAside, row: DueRow, why: string): Promise<void> {
  const owed = `${row.receiver} is owed a message (${row.change}) about incident ${row.incident_id} that cannot be written.`;
  aside(`message ${row.key}`, `${why} ${owed} Tell them yourself what siteward incidents shows.`, JSON.stringify(row));
  // Long ago: what we cannot read is no refusal of the receiver's, and counts as none.
  await settleFailed(db, row.key, 0, why, null, []);
}

/** Of everything the message tells, each once, worst first. */
function findingsOf(told: readonly Told[], key: string): readonly SeenFinding[] {
  const all = told.flatMap(({ verdict }) => (verdict === null ? [] : findingsIn(verdict, key)));
  const distinct = new Map(
    all.map((finding) => [`${finding.code} ${finding.where ?? ''} ${finding.summary}`, finding]),
  );
  return [...distinct.values()].sort(worstFirst);
}

/** The incident's own words are in the transition: a message goes without its findings rather than not at all. */
function findingsIn(verdict: string, key: string): readonly SeenFinding[] {
  try {
    return parseVerdict(verdict, `verdict behind delivery ${key}`).findings;
  } catch (error) {
    if (error instanceof UnreadableRow) return [];
    throw error;
  }
}

/** What a message tells of. */
interface Told {
  readonly evidence: string | null;
  readonly verdict: string | null;
}

/** What the receiver was owed before and was not told of. */
interface Superseded extends Told {
  readonly change: Change;
}

/** By the key of the delivery that tells it now; oldest first. */
async function supersededBy(
  db: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly Superseded[]>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom('deliveries as delivery')
    .innerJoin('transitions as transition', (join) =>
      join.onRef('transition.incident_id', '=', 'delivery.incident_id').onRef('transition.seq', '=', 'delivery.seq'),
    )
    .leftJoin('verdicts as verdict', 'verdict.id', 'transition.verdict_id')
    .select(['delivery.superseded_by as by', 'transition.change', 'transition.evidence', 'verdict.verdict as verdict'])
    .where('delivery.superseded_by', 'in', keys)
    .orderBy('delivery.seq')
    .execute();
  const superseded = new Map<string, Superseded[]>();
  for (const { by, change, evidence, verdict } of rows) {
    if (by === null) continue;
    const one = { change: parseChange(change, `delivery replaced by ${by}`), evidence, verdict };
    superseded.set(by, [...(superseded.get(by) ?? []), one]);
  }
  return superseded;
}

export async function deliveriesOf(db: Database, incidentId: string): Promise<readonly DeliveryState[]> {
  const rows = await db
    .selectFrom('deliveries as delivery')
    .innerJoin('transitions as transition', (join) =>
      join.onRef('transition.incident_id', '=', 'delivery.incident_id').onRef('transition.seq', '=', 'delivery.seq'),
    )
    .select(['delivery.receiver', 'delivery.state', 'delivery.attempts', 'delivery.error', 'transition.change'])
    .where('delivery.incident_id', '=', incidentId)
    .orderBy('delivery.seq')
    .orderBy('delivery.receiver')
    .execute();
  return rows.map((row) => ({ ...row, change: parseChange(row.change, `delivery of incident ${incidentId}`) }));
}

/** Also where a newer message was to tell it meanwhile: who was told once is not told again, and hears of the end. */
export async function settleDelivered(db: Database, key: string, at: number): Promise<void> {
  await db
    .updateTable('deliveries')
    .set((eb) => ({ state: 'delivered', settled_at: at, error: null, attempts: eb('attempts', '+', 1) }))
    .set({ superseded_by: null })
    .where('key', '=', key)
    .where('state', 'in', ['pending', 'superseded'])
    .execute();
}

export async function settleFailed(
  db: Database,
  key: string,
  at: number,
  error: string,
  retryAt: number | null,
  accepted: readonly string[],
): Promise<void> {
  const outcome =
    retryAt === null ? { state: 'given-up' as const, settled_at: at } : { state: 'pending' as const, due_at: retryAt };
  await db
    .updateTable('deliveries')
    .set(outcome)
    .set((eb) => ({
      error: error.slice(0, MAX_ERROR_LENGTH),
      accepted: JSON.stringify(accepted),
      attempts: eb('attempts', '+', 1),
    }))
    .where('key', '=', key)
    .where('state', '=', 'pending')
    .execute();
}

export async function outboxState(db: Database): Promise<Outbox> {
  const pending = await db
    .selectFrom('deliveries')
    .select((eb) => [eb.fn.countAll<number>().as('many'), eb.fn.min<number | null>('created_at').as('oldest')])
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
  const settled = await db
    .selectFrom('deliveries')
    .select((eb) => [
      'receiver',
      'state',
      eb.fn.max<number>('settled_at').as('newest'),
      eb.fn.countAll<number>().as('many'),
    ])
    .where('state', 'in', ['delivered', 'given-up'])
    .groupBy(['receiver', 'state'])
    .execute();
  const accepted = new Map(settled.filter((row) => row.state === 'delivered').map((row) => [row.receiver, row.newest]));
  const failing = settled.filter((row) => row.state === 'given-up' && row.newest > (accepted.get(row.receiver) ?? 0));
  return {
    pending: pending.many,
    oldestAt: pending.oldest,
    givenUp: failing.reduce((sum, row) => sum + row.many, 0),
    failing: failing.map((row) => row.receiver).sort(),
    provenAt: accepted.size > 0 ? Math.max(...accepted.values()) : null,
  };
}

/** Messages since that time to the receiver that got most, and when the newest of all was made. */
export async function loadSince(db: Database, since: number): Promise<Load> {
  const rows = await db
    .selectFrom('deliveries')
    .select((eb) => [eb.fn.countAll<number>().as('many'), eb.fn.max<number>('created_at').as('newest')])
    .where('created_at', '>=', since)
    .where('state', '!=', 'superseded')
    .groupBy('receiver')
    .execute();
  const newest = rows.map((row) => row.newest);
  return {
    pages: Math.max(0, ...rows.map((row) => row.many)),
    newestAt: newest.length > 0 ? Math.max(...newest) : null,
  };
}
