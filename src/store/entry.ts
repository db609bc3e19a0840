/** Writes one entry: a verdict and all that follows from it, inside the transaction it is given. */
import { sql, type Transaction } from 'kysely';
import type { Act } from '../core/audit.js';
import type { Alert, Incident, Suppression, Transition } from '../core/model.js';
import { appendAct } from './audit.js';
import { type Entry, StoreConflict, type VerdictRecord } from './store.js';
import { type Tables, verdictJson } from './tables.js';

export async function writeEntry(tx: Transaction<Tables>, entry: Entry): Promise<void> {
  const shown = entry.verdict
    ? { verdictId: await insertVerdict(tx, entry.verdict), evidence: entry.verdict.evidence }
    : null;
  for (const incident of entry.incidents) await upsertIncident(tx, incident);
  for (const transition of entry.transitions) {
    await insertTransition(tx, transition, shown);
    await appendAct(tx, actOf(transition));
  }
  await absorb(tx, entry);
  for (const alert of entry.alerts) await insertDelivery(tx, alert);
  for (const one of entry.suppressions ?? []) {
    await insertSuppression(tx, one);
    const { at, actor, kind, incidentId, reason } = one;
    await appendAct(tx, { at, actor, action: `kept-back/${kind}`, subject: incidentId, detail: reason });
  }
}

function actOf({ incident, change, at, because }: Transition): Act {
  const { id, siteId, severity, diagnosis } = incident;
  return {
    at,
    actor: (change === 'acknowledged' && incident.acknowledged?.by) || 'siteward',
    action: change,
    subject: id,
    detail: `${siteId}: ${severity} ${diagnosis}; ${because}`,
  };
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
  const { id, siteId, cause, since, status, resolvedAt, seq, parent } = incident;
  // One column says over or not, for the index that allows one open incident of a cause; the rest is in the JSON.
  const column = status === 'resolved' ? 'resolved' : 'open';
  const changing = { status: column, resolved_at: resolvedAt, seq, parent, incident: JSON.stringify(incident) };
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('incidents')
    .values({ id, site_id: siteId, cause, since, ...changing })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changing).where('incidents.seq', '<=', seq))
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) {
    throw new StoreConflict(`Incident ${id} has moved on since it was read: read it again and decide anew.`);
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

/** The page of many sites tells what was not sent yet of each of them. */
async function absorb(tx: Transaction<Tables>, { absorbed = [], alerts }: Entry): Promise<void> {
  if (absorbed.length === 0) return;
  await tx
    .updateTable('deliveries')
    .set({ state: 'superseded', settled_at: alerts[0]?.transition.at ?? 0 })
    .where('incident_id', 'in', absorbed)
    .where('state', '=', 'pending')
    .execute();
}

/**
 * Of one incident a receiver is owed one message at a time: the newest, which tells the unsent ones before it too, and what
 * was given up before anything else was taken. An end that reaches somebody is never told without its beginning.
 */
async function insertDelivery(tx: Transaction<Tables>, alert: Alert): Promise<void> {
  const { incident, at } = alert.transition;
  const untold = await tx
    .selectFrom('deliveries')
    .select(['key', 'state', 'created_at'])
    .where('incident_id', '=', incident.id)
    .where('receiver', '=', alert.receiver)
    .where('state', 'in', ['pending', 'given-up'])
    .where('superseded_by', 'is', null)
    .where('seq', '<', incident.seq)
    .execute();
  const unsent = untold.filter(({ state }) => state === 'pending');
  if (untold.length > 0) {
    const keys = untold.map(({ key }) => key);
    await tx
      .updateTable('deliveries')
      .set({ superseded_by: alert.key })
      .where(({ or, eb }) => or([eb('key', 'in', keys), eb('superseded_by', 'in', keys)]))
      .execute();
  }
  if (unsent.length > 0) {
    const keys = unsent.map(({ key }) => key);
    await tx.updateTable('deliveries').set({ state: 'superseded', settled_at: at }).where('key', 'in', keys).execute();
  }
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
      // Owed since the first of them: how long somebody waits must not begin anew with each news.
      created_at: Math.min(at, ...unsent.map((row) => row.created_at)),
      due_at: at,
      accepted: '[]',
    })
    .execute();
}

async function insertSuppression(tx: Transaction<Tables>, one: Suppression): Promise<void> {
  const { incidentId, ...rest } = one;
  await tx
    .insertInto('suppressions')
    .values({ incident_id: incidentId, ...rest })
    .execute();
}
