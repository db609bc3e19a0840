/** The books: what the database says was owed and told, held against what the receivers accepted. */
import { Kysely, sql } from 'kysely';
import { brokenAt } from '../../src/core/audit.js';
import { trailOf } from '../../src/store/audit.js';
import { sqliteDialect } from '../../src/store/sqlite.js';
import type { Tables } from '../../src/store/tables.js';
import type { Accepted } from './sinks.js';

export interface Books {
  readonly incidents: number;
  readonly alerts: number;
  /** Sites of whose incidents a receiver accepted the beginning. */
  readonly told: readonly string[];
  /** Owed and never accepted by the receiver, whatever the database says of it. */
  readonly lost: readonly string[];
  /** Accepted more than once, by key: how often besides the first. */
  readonly repeated: ReadonlyMap<string, number>;
  /** Accepted under a key that no row has, or a repetition whose body carries another key. */
  readonly strangers: readonly string[];
  /** An incident without the transition that made it, or a beginning or an end that owes nobody anything. */
  readonly torn: readonly string[];
  /** What is wrong with the file itself or with the audit trail. */
  readonly unsound: readonly string[];
}

/** A line for everything that must not be. */
export function wrong(books: Books): string[] {
  return [...books.lost.map((one) => `LOST ${one}`), ...books.strangers.map((one) => `OTHER KEY ${one}`)]
    .concat(books.torn.map((one) => `TORN ${one}`))
    .concat(books.unsound.map((one) => `UNSOUND ${one}`));
}

export async function pendingIn(database: string): Promise<number> {
  return reading(database, async (db) => {
    const { many } = await db
      .selectFrom('deliveries')
      .select((eb) => eb.fn.countAll<number>().as('many'))
      .where('state', '=', 'pending')
      .executeTakeFirstOrThrow();
    return many;
  });
}

export async function booksOf(database: string, accepted: readonly Accepted[]): Promise<Books> {
  return reading(database, async (db) => {
    const deliveries = await db
      .selectFrom('deliveries as delivery')
      .innerJoin('transitions as transition', (join) =>
        join.onRef('transition.incident_id', '=', 'delivery.incident_id').onRef('transition.seq', '=', 'delivery.seq'),
      )
      .innerJoin('incidents as incident', 'incident.id', 'delivery.incident_id')
      .select(['delivery.key', 'delivery.receiver', 'delivery.state', 'transition.change', 'incident.site_id'])
      .execute();
    const heard = new Set(accepted.map(({ key }) => key));
    // PagerDuty is not told what needs nobody; a superseded row is told by a later one, which has a row of its own.
    const silent = (one: { receiver: string; change: string }): boolean =>
      one.receiver === 'pagerduty' && /^(announced|transient)$/.test(one.change);
    const lost = deliveries.filter((one) => one.state !== 'superseded' && !heard.has(one.key) && !silent(one));
    const keys = new Set(deliveries.map(({ key }) => key));
    const incidents = await db.selectFrom('incidents').select('id').execute();
    return {
      incidents: incidents.length,
      alerts: deliveries.length,
      told: deliveries.filter((one) => heard.has(one.key) && one.change === 'opened').map((one) => one.site_id),
      lost: lost.map(({ key, receiver, change, state }) => `${receiver} ${change} ${state} ${key.slice(0, 12)}`),
      repeated: repetitions(accepted),
      strangers: [
        ...accepted.filter(({ key }) => !keys.has(key)).map(({ channel, key }) => `${channel} ${key.slice(0, 12)}`),
        ...changed(accepted),
      ],
      torn: await tornPairs(db),
      unsound: await faults(db),
    };
  });
}

function repetitions(accepted: readonly Accepted[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { channel, key, second } of accepted) {
    const name = `${channel} ${key} ${second}`;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return new Map([...times].filter(([, count]) => count > 1).map(([name, count]) => [name, count - 1]));
}

/** One alert, two different keys in its body. */
function changed(accepted: readonly Accepted[]): string[] {
  const seconds = new Map<string, string>();
  return accepted.flatMap(({ channel, key, second }) => {
    const [name, value] = channel === 'pagerduty' ? [`${key} ${second.split(' ')[0]}`, second] : [key, second];
    const before = seconds.get(`${channel} ${name}`);
    seconds.set(`${channel} ${name}`, value);
    return before !== undefined && before !== value ? [`${channel} ${key.slice(0, 12)}: ${before}, then ${value}`] : [];
  });
}

async function tornPairs(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'incident ' || id || ' has no transition ' || seq as what from incidents
      where not exists (select 1 from transitions t where t.incident_id = incidents.id and t.seq = incidents.seq)
      and not exists (select 1 from transitions t where t.incident_id = incidents.id)
    union all
    select 'transition ' || t.incident_id || '/' || t.seq || ' (' || t.change || ') owes nobody anything' from transitions t
      where t.change in ('opened', 'resolved', 'reopened', 'worsened', 'relapsed')
      and not exists (select 1 from deliveries d where d.incident_id = t.incident_id and d.seq = t.seq)
      and not exists (select 1 from suppressions s where s.incident_id = t.incident_id and s.seq = t.seq)
      -- Whose beginning was told with other sites ends with them too: nobody is told of the end of what he never heard of.
      and not (t.change = 'resolved'
        and not exists (select 1 from deliveries d where d.incident_id = t.incident_id and d.state != 'superseded')
        and exists (select 1 from suppressions s where s.incident_id = t.incident_id and s.kind = 'grouped'))
    union all
    select 'transition ' || t.incident_id || '/' || t.seq || ' is not in the audit trail' from transitions t
      where not exists (select 1 from audit a where a.subject = t.incident_id and a.action = t.change and a.at = t.at)
  `.execute(db);
  return rows.map(({ what }) => what);
}

async function faults(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  const orphans = await sql`pragma foreign_key_check`.execute(db);
  const broken = brokenAt(await trailOf(db), null);
  return [
    ...rows.map((row) => row.integrity_check).filter((said) => said !== 'ok'),
    ...orphans.rows.map((row) => `orphan ${JSON.stringify(row)}`),
    ...(broken === null ? [] : [`audit record ${broken.seq} ${broken.wrong}`]),
  ];
}

async function reading<T>(database: string, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  const db = new Kysely<Tables>({ dialect: sqliteDialect(database) });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
