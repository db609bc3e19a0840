/** The audit trail in the database. A record is written in the transaction of what it tells. */
import type { Kysely } from 'kysely';
import { type Act, type AuditRecord, follows } from '../core/audit.js';
import { withoutNul } from './postgres.js';
import type { Tables } from './tables.js';

/** Records read at once. */
const SLICE = 1000;

/** @param tx must be a transaction, or two records could follow the same one */
export async function appendAct(tx: Kysely<Tables>, act: Act): Promise<void> {
  const last = await tx.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  await tx
    .insertInto('audit')
    .values(follows(stored(act), last ?? null))
    .execute();
}

/** As every database gives it back: the hash must be of what is read later. */
function stored({ at, ...texts }: Act): Act {
  const { actor, action, subject, detail } = texts;
  return {
    at,
    actor: withoutNul(actor),
    action: withoutNul(action),
    subject: withoutNul(subject),
    detail: withoutNul(detail),
  };
}

export async function actOf(db: Kysely<Tables>, seq: number): Promise<AuditRecord | null> {
  return (await db.selectFrom('audit').selectAll().where('seq', '=', seq).executeTakeFirst()) ?? null;
}

/** The newest record, or the newest of that action on that subject. */
export async function lastAct(
  db: Kysely<Tables>,
  about?: { readonly action: string; readonly subject: string },
): Promise<AuditRecord | null> {
  const newest = db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(1);
  const found = about ? newest.where('action', '=', about.action).where('subject', '=', about.subject) : newest;
  return (await found.executeTakeFirst()) ?? null;
}

/** The whole trail, oldest first. */
export async function trailOf(db: Kysely<Tables>): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  for (;;) {
    const after = records.at(-1)?.seq ?? 0;
    const slice = db.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(SLICE);
    const found = await slice.execute();
    records.push(...found);
    if (found.length < SLICE) return records;
  }
}
