/** Silences, what was kept back, and single facts. */
import type { Kysely } from 'kysely';
import type { Silence, Suppression } from '../core/model.js';
import { parseSuppression, type Tables } from './tables.js';

type Database = Kysely<Tables>;

export async function suppressionsSince(db: Database, since: number): Promise<readonly Suppression[]> {
  const rows = db.selectFrom('suppressions').selectAll().where('at', '>=', since).orderBy('at').orderBy('id');
  return (await rows.execute()).map(parseSuppression);
}

export async function silencesAfter(db: Database, endingAfter: number): Promise<readonly Silence[]> {
  const rows = db.selectFrom('silences').selectAll().where('until', '>', endingAfter).orderBy('from').orderBy('id');
  return (await rows.execute()).map(({ site_id, ...rest }) => ({ ...rest, siteId: site_id }));
}

export async function upsertSilence(db: Database, { siteId, ...rest }: Silence): Promise<void> {
  const { id: _id, ...changing } = rest;
  await db
    .insertInto('silences')
    .values({ ...rest, site_id: siteId })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...changing, site_id: siteId }))
    .execute();
}

export async function readFact(db: Database, name: string): Promise<string | null> {
  const row = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? null;
}

/** Of two at once one is first. */
export async function claimFact(db: Database, name: string, value: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('facts')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
