/** Writes one entry: a verdict and all that follows from it, inside the transaction it is given. */
import { sql, type Transaction } from 'kysely';
import type { Alert, Incident, Transition } from '../core/model.js';
import { type Entry, StoreError, type VerdictRecord } from './store.js';
import { type Tables, verdictJson } from './tables.js';

export async function writeEntry(tx: Transaction<Tables>, entry: Entry): Promise<void> {
  const shown = entry.verdict
    ? { verdictId: await insertVerdict(tx, entry.verdict), evidence: entry.verdict.evidence }
    : null;
  for (const incident of entry.incidents) await upsertIncident(tx, incident);
  for (const transition of entry.transitions) await insertTransition(tx, transition, shown);
  for (const alert of entry.alerts) await insertDelivery(tx, alert);
}

/** Gives the row's id. */
async function insertVerdict(tx: Transaction<Tables>, record: VerdictRecord): Promise<number> {
  await tx
    .updateTable('verdicts')
    .set({ newest: 0 })
    .where('target_id', '=', record.targetId)
    .where('newest', '=', 1)
    .execute();
  const { id } = await tx
    .insertInto('verdicts')
    .values({
      target_id: record.targetId,
      site_id: record.siteId,
      kind: record.kind,
      at: record.at,
      took_ms: record.tookMs,
      verdict: verdictJson(record.verdict),
      evidence: record.evidence,
      newest: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function upsertIncident(tx: Transaction<Tables>, incident: Incident): Promise<void> {
  const { id, siteId, cause, since, status, resolvedAt, seq } = incident;
  const changing = { status, resolved_at: resolvedAt, seq, incident: JSON.stringify(incident) };
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('incidents')
    .values({ id, site_id: siteId, cause, since, ...changing })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changing).where('incidents.seq', '<=', seq))
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) {
    throw new StoreError(`Incident ${id} has moved on since it was read: read it again and decide anew.`);
  }
}

/** What proves a transition. */
interface Shown {
  readonly verdictId: number;
  readonly evidence: string | null;
}

async function insertTransition(tx: Transaction<Tables>, transition: Transition, shown: Shown | null): Promise<void> {
  const { incident, change, at, because } = transition;
  // What no look of its own shows (a reminder), or whose evidence could not be kept, points to what was seen last.
  const earlier = (column: 'evidence' | 'verdict_id') =>
    tx
      .selectFrom('transitions')
      .select(column)
      .where('incident_id', '=', incident.id)
      .where(column, 'is not', null)
      .orderBy('seq', 'desc')
      .limit(1);
  await tx
    .insertInto('transitions')
    .values({
      incident_id: incident.id,
      seq: incident.seq,
      change,
      at,
      because,
      incident: JSON.stringify(incident),
      evidence: shown?.evidence ?? sql<string | null>`(${earlier('evidence')})`,
      verdict_id: shown?.verdictId ?? sql<number | null>`(${earlier('verdict_id')})`,
    })
    .execute();
}

async function insertDelivery(tx: Transaction<Tables>, alert: Alert): Promise<void> {
  const { incident, at } = alert.transition;
  await tx
    .insertInto('deliveries')
    .values({
      key: alert.key,
      incident_id: incident.id,
      seq: incident.seq,
      receiver: alert.receiver,
      reason: alert.reason,
      state: 'pending',
      attempts: 0,
      created_at: at,
      due_at: at,
      accepted: '[]',
    })
    .execute();
}
