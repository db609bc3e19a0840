/** Forgetting what is old, a slice at a time. */
import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

/** Rows pruned before others get their turn. */
export const SLICE = 500;

/** @returns how many went; fewer than SLICE: that was all. */
export async function pruneVerdicts(db: Kysely<Tables>, before: number): Promise<number> {
  const old = db.selectFrom('verdicts').select('id').where('at', '<', before).where('newest', '=', 0).limit(SLICE);
  const { numDeletedRows } = await db.deleteFrom('verdicts').where('id', 'in', old).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Those that ended before that time and of which nobody is owed a message. @returns as pruneVerdicts */
export async function pruneIncidents(db: Kysely<Tables>, before: number): Promise<number> {
  const old = db
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
    .limit(SLICE);
  const { numDeletedRows } = await db.deleteFrom('incidents').where('id', 'in', old).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
