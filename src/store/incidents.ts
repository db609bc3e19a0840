/** Reading incidents. One that cannot be read is set aside and holds back no other. */
import type { Kysely } from 'kysely';
import type { Incident, Transition } from '../core/model.js';
import { UnreadableRow } from './store.js';
import { parseIncident, parseTransition, type Tables } from './tables.js';

type Database = Kysely<Tables>;
type Row = Tables['incidents'];

/** Keeps what a row holds that cannot be read, and says so to the operator. @param row what it is, @param why in a sentence */
export type SetAside = (row: string, why: string, contents: string) => void;

/** No index knows this status, so the site's next divergence opens an incident of its own. */
const UNREADABLE = 'unreadable';

export async function openIncidents(db: Database, aside: SetAside, siteId?: string): Promise<readonly Incident[]> {
  const open = db.selectFrom('incidents').selectAll().where('status', '=', 'open').orderBy('since');
  return readable(db, aside, await (siteId === undefined ? open : open.where('site_id', '=', siteId)).execute());
}

export async function leadingIncidents(db: Database, aside: SetAside): Promise<readonly Incident[]> {
  const open = db.selectFrom('incidents').selectAll().where('status', '=', 'open');
  return readable(db, aside, await open.where('parent', 'is', null).orderBy('since').execute());
}

export async function hasOpenMembers(db: Database, groupId: string, but: readonly string[]): Promise<boolean> {
  const members = db.selectFrom('incidents').select('id').where('parent', '=', groupId).where('status', '=', 'open');
  const others = members.$if(but.length > 0, (query) => query.where('id', 'not in', but));
  return (await others.limit(1).executeTakeFirst()) !== undefined;
}

export async function knownIncidents(
  db: Database,
  aside: SetAside,
  siteId: string,
  endedAfter: number,
): Promise<readonly Incident[]> {
  const rows = await db
    .selectFrom('incidents')
    .selectAll()
    .where('site_id', '=', siteId)
    .where(({ or, and, eb }) =>
      or([eb('status', '=', 'open'), and([eb('status', '=', 'resolved'), eb('resolved_at', '>', endedAfter)])]),
    )
    .orderBy('since')
    .execute();
  return readable(db, aside, rows);
}

export async function newestIncidents(db: Database, aside: SetAside, limit: number): Promise<readonly Incident[]> {
  const known = db.selectFrom('incidents').selectAll().where('status', '!=', UNREADABLE);
  return readable(db, aside, await known.orderBy('since', 'desc').orderBy('id').limit(limit).execute());
}

export async function incidentOf(db: Database, id: string): Promise<Incident | null> {
  const row = await db.selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? parseIncident(row.incident, `incident ${row.id}`) : null;
}

export async function transitionsOf(db: Database, incidentId: string): Promise<readonly Transition[]> {
  const rows = db.selectFrom('transitions').selectAll().where('incident_id', '=', incidentId).orderBy('seq');
  return (await rows.execute()).map(parseTransition);
}

async function readable(db: Database, aside: SetAside, rows: readonly Row[]): Promise<readonly Incident[]> {
  const incidents: Incident[] = [];
  for (const row of rows) {
    try {
      incidents.push(parseIncident(row.incident, `incident ${row.id}`));
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      await leaveOut(db, aside, row, error.message);
    }
  }
  return incidents;
}

async function leaveOut(db: Database, aside: SetAside, row: Row, why: string): Promise<void> {
  aside(
    `incident ${row.id}`,
    `${why} It was about ${row.site_id}; if that still holds, it is told anew.`,
    row.incident,
  );
  await db
    .updateTable('incidents')
    .set({ status: UNREADABLE, resolved_at: row.since })
    .where('id', '=', row.id)
    .execute();
}
