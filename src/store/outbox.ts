/** The outbox: what is due to whom, what became of it, and how it fares. */
import type { Kysely } from 'kysely';
import { worstFirst } from '../core/corroborate.js';
import type { Load } from '../core/grouping.js';
import type { Change, SeenFinding } from '../core/model.js';
import type { Delivery, DeliveryState, Outbox } from './store.js';
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
    .where('due_at', '<=', now);
  return db.selectFrom(ranked.as('ranked')).select('key').where('turn', '<=', MOST_PER_RECEIVER);
}

/**
 * @returns unsettled deliveries due by `now`, oldest first; of one receiver and incident only the oldest, and of one
 * receiver no more than 200.
 */
export async function dueDeliveries(db: Database, now: number, limit: number): Promise<readonly Delivery[]> {
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
  return rows.map((row) => {
    const earlier = replaced.get(row.key) ?? [];
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
  });
}

/** Of everything the message tells, each once, worst first. */
function findingsOf(told: readonly { readonly verdict: string | null }[], key: string): readonly SeenFinding[] {
  const all = told.flatMap(({ verdict }) =>
    verdict === null ? [] : parseVerdict(verdict, `verdict behind delivery ${key}`).findings,
  );
  const distinct = new Map(
    all.map((finding) => [`${finding.code} ${finding.where ?? ''} ${finding.summary}`, finding]),
  );
  return [...distinct.values()].sort(worstFirst);
}

/** What the receiver was owed before and was not told of. */
interface Superseded {
  readonly change: Change;
  readonly evidence: string | null;
  readonly verdict: string | null;
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

export async function settleDelivered(db: Database, key: string, at: number): Promise<void> {
  await db
    .updateTable('deliveries')
    .set((eb) => ({ state: 'delivered', settled_at: at, error: null, attempts: eb('attempts', '+', 1) }))
    .where('key', '=', key)
    .where('state', '=', 'pending')
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
