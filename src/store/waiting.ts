/** How long what is grave waits in the outbox, and what is less. */
import type { Kysely } from 'kysely';
import { SEVERITIES, type Severity } from '../core/model.js';
import { UnreadableRow } from './store.js';
import { parseIncident, type Tables } from './tables.js';

/** Transitions that wait and are looked into: more than a storm leaves. */
const MOST_WAITING = 1_000;

/** Since when the message that waits longest is owed, by how grave its incident is. */
export async function oldestOwed(db: Kysely<Tables>): Promise<ReadonlyMap<Severity, number>> {
  const waiting = await db
    .selectFrom('deliveries as delivery')
    .innerJoin('transitions as transition', (join) =>
      join.onRef('transition.incident_id', '=', 'delivery.incident_id').onRef('transition.seq', '=', 'delivery.seq'),
    )
    .select(({ fn }) => ['transition.incident', fn.min<number>('delivery.created_at').as('since')])
    .where('delivery.state', '=', 'pending')
    .groupBy(['delivery.incident_id', 'delivery.seq', 'transition.incident'])
    .orderBy('since')
    .limit(MOST_WAITING)
    .execute();
  const oldest = new Map<Severity, number>();
  for (const { incident, since } of waiting) {
    const severity = severityIn(incident);
    if (!oldest.has(severity)) oldest.set(severity, since);
  }
  // Behind so many others anything may wait, and no longer than the last of them.
  const last = waiting.length === MOST_WAITING ? waiting.at(-1) : undefined;
  if (last) for (const severity of SEVERITIES) if (!oldest.has(severity)) oldest.set(severity, last.since);
  return oldest;
}

/** What cannot be read is told of where it is to be written, and waits as the gravest. */
function severityIn(incident: string): Severity {
  try {
    return parseIncident(incident, 'transition').severity;
  } catch (error) {
    if (error instanceof UnreadableRow) return 'critical';
    throw error;
  }
}
