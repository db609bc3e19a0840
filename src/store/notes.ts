/** Silences, what was kept back, and single facts. */
import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Silence, Suppression } from '../core/model.js';
import { appendAct } from './audit.js';
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

/** @param tx must be a transaction: the silence and the record of it are one. */
export async function upsertSilence(tx: Database, { siteId, ...rest }: Silence, at: number): Promise<void> {
  const { id, ...changing } = rest;
  const what = siteId === null ? `cause ${rest.cause}` : `site ${siteId}`;
  const until = new Date(rest.until).toISOString();
  const action = rest.until > at ? 'silenced' : 'silence-ended';
  await appendAct(tx, { at, actor: rest.by, action, subject: id, detail: `${what} until ${until}; ${rest.reason}` });
  await tx
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

const WRITTEN_AT = 'written-at';

/** That a database reads is no proof that it takes anything. */
export async function writeAndReadBack(db: Database, at: number): Promise<void> {
  const value = `${at} ${randomBytes(4).toString('hex')}`;
  await db
    .insertInto('facts')
    .values({ name: WRITTEN_AT, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
  if ((await readFact(db, WRITTEN_AT)) !== value) throw new Error('what was written is not what is read');
}
