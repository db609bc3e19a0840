/** Forgetting what is old, a slice at a time. */
import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

type Database = Kysely<Tables>;

/** Rows pruned before others get their turn: some milliseconds each. A transition takes its deliveries with it. */
const VERDICTS = 250;
const TRANSITIONS = 50;
const INCIDENTS = 25;

/**
 * Forgets verdicts before that time but the newest of each target, and incidents that ended before it and of which nobody
 * is owed a message. @returns how many of either went, slice by slice: give others their turn between.
 */
export async function* forgetting(db: Database, before: number): AsyncGenerator<number> {
  for (let gone = VERDICTS; gone === VERDICTS; ) {
    gone = await pruneVerdicts(db, before);
    yield gone;
  }
  for (let ids = await over(db, before); ids.length > 0; ids = await over(db, before)) {
    // Before their incidents: one that went on for weeks has thousands, and would take them with it at one stroke.
    while ((await pruneTransitions(db, ids)) === TRANSITIONS) yield 0;
    yield 0;
    await db.deleteFrom('incidents').where('id', 'in', ids).execute();
    yield ids.length;
  }
}

async function pruneVerdicts(db: Database, before: number): Promise<number> {
  const old = db.selectFrom('verdicts').select('id').where('at', '<', before).where('newest', '=', 0).limit(VERDICTS);
  const { numDeletedRows } = await db.deleteFrom('verdicts').where('id', 'in', old).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function pruneTransitions(db: Database, ids: readonly string[]): Promise<number> {
  const some = db
    .selectFrom('transitions as old')
    .select(['old.incident_id', 'old.seq'])
    .where('old.incident_id', 'in', ids)
    .limit(TRANSITIONS)
    .$asTuple('incident_id', 'seq');
  const { numDeletedRows } = await db
    .deleteFrom('transitions')
    .where(({ eb, refTuple }) => eb(refTuple('transitions.incident_id', 'transitions.seq'), 'in', some))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function over(db: Database, before: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('incidents')
    .select('id')
    .where('resolved_at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries')
            .select('key')
            .whereRef('deliveries.incident_id', '=', 'incidents.id')
            .where('deliveries.state', '=', 'pending'),
        ),
      ),
    )
    .limit(INCIDENTS)
    .execute();
  return rows.map(({ id }) => id);
}
