/** Memory in an SQL database: the Store over Kysely. Which database is behind it is the dialect's business. */
import { resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Dialect, Kysely, Migrator } from 'kysely';
import type { Incident, Transition } from '../core/model.js';
import { writeEntry } from './entry.js';
import { migrations } from './migrations.js';
import { sqliteDialect } from './sqlite.js';
import { type Delivery, type Entry, type Store, StoreError, type VerdictRecord } from './store.js';
import { parseAccepted, parseIncident, parseTransition, parseVerdict, type Tables } from './tables.js';

/** Rows pruned before others get their turn. */
const SLICE = 500;
/** Longest error kept of a failed delivery. */
const MAX_ERROR_LENGTH = 1_000;

/**
 * The store that `store.url` of settings.yaml names; nothing is opened yet.
 * @param url `sqlite:<file>`, relative to the data folder.
 */
export function openStore(url: string, dataDir: string): Store {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    const path = resolve(dataDir, url.slice('sqlite:'.length));
    return new SqlStore(sqliteDialect(path), path);
  }
  const known = /^postgres(ql)?:/.test(url)
    ? 'PostgreSQL comes later; this version keeps its memory in one file.'
    : 'The address is not one this version knows.';
  // The address may hold a password: only its scheme is shown.
  throw new StoreError(
    `store.url "${/^[a-z]*:?/i.exec(url)?.[0]}..." cannot be used. ${known} Write sqlite:siteward.db.`,
  );
}

class SqlStore implements Store {
  readonly #db: Kysely<Tables>;
  readonly #name: string;

  /** @param name what messages call the database. */
  constructor(dialect: Dialect, name: string) {
    this.#db = new Kysely<Tables>({ dialect });
    this.#name = name;
  }

  async open(): Promise<void> {
    await this.#attempt('opened', async () => {
      const { error } = await new Migrator({ db: this.#db, provider: migrations }).migrateToLatest();
      if (error) throw error;
    });
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }

  async record(entry: Entry): Promise<void> {
    await this.#attempt('written', () => this.#db.transaction().execute((tx) => writeEntry(tx, entry)));
  }

  async openIncidents(siteId?: string): Promise<readonly Incident[]> {
    return this.#attempt('read', async () => {
      const open = this.#db.selectFrom('incidents').selectAll().where('status', '=', 'open').orderBy('since');
      const rows = await (siteId === undefined ? open : open.where('site_id', '=', siteId)).execute();
      return rows.map((row) => parseIncident(row.incident, `incident ${row.id}`));
    });
  }

  async incidents(limit: number): Promise<readonly Incident[]> {
    return this.#attempt('read', async () => {
      const newest = this.#db.selectFrom('incidents').selectAll().orderBy('since', 'desc').orderBy('id').limit(limit);
      return (await newest.execute()).map((row) => parseIncident(row.incident, `incident ${row.id}`));
    });
  }

  async transitions(incidentId: string): Promise<readonly Transition[]> {
    return this.#attempt('read', async () => {
      const rows = this.#db.selectFrom('transitions').selectAll().where('incident_id', '=', incidentId).orderBy('seq');
      return (await rows.execute()).map(parseTransition);
    });
  }

  async receiversTold(incidentId: string): Promise<readonly string[]> {
    return this.#attempt('read', async () => {
      const rows = this.#db.selectFrom('deliveries').select('receiver').distinct();
      return (await rows.where('incident_id', '=', incidentId).orderBy('receiver').execute()).map((r) => r.receiver);
    });
  }

  async latest(): Promise<readonly VerdictRecord[]> {
    return this.#attempt('read', async () => {
      const rows = this.#db.selectFrom('verdicts').selectAll().where('newest', '=', 1).orderBy('target_id');
      return (await rows.execute()).map((row) => ({
        targetId: row.target_id,
        siteId: row.site_id,
        kind: row.kind,
        at: row.at,
        tookMs: row.took_ms,
        verdict: parseVerdict(row.verdict, `newest verdict of ${row.target_id}`),
        evidence: row.evidence,
      }));
    });
  }

  async dueDeliveries(now: number, limit: number): Promise<readonly Delivery[]> {
    return this.#attempt('read', async () => {
      const rows = await this.#db
        .selectFrom('deliveries as delivery')
        .innerJoin('transitions as transition', (join) =>
          join
            .onRef('transition.incident_id', '=', 'delivery.incident_id')
            .onRef('transition.seq', '=', 'delivery.seq'),
        )
        .selectAll('transition')
        .select(['delivery.key', 'delivery.receiver', 'delivery.reason', 'delivery.attempts', 'delivery.due_at'])
        .select('delivery.accepted')
        .leftJoin('verdicts as verdict', 'verdict.id', 'transition.verdict_id')
        .select('verdict.verdict as verdict')
        .where('delivery.state', '=', 'pending')
        .where('delivery.due_at', '<=', now)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('deliveries as earlier')
                .select('earlier.key')
                .where('earlier.state', '=', 'pending')
                .whereRef('earlier.incident_id', '=', 'delivery.incident_id')
                .whereRef('earlier.receiver', '=', 'delivery.receiver')
                .whereRef('earlier.seq', '<', 'delivery.seq'),
            ),
          ),
        )
        .orderBy('delivery.created_at')
        .orderBy('delivery.key')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        alert: { key: row.key, receiver: row.receiver, reason: row.reason, transition: parseTransition(row) },
        evidence: row.evidence,
        findings: row.verdict === null ? [] : parseVerdict(row.verdict, `verdict behind delivery ${row.key}`).findings,
        attempts: row.attempts,
        dueAt: row.due_at,
        accepted: parseAccepted(row.accepted, row.key),
      }));
    });
  }

  async delivered(key: string, at: number): Promise<void> {
    await this.#attempt('written', () =>
      this.#db
        .updateTable('deliveries')
        .set((eb) => ({ state: 'delivered', settled_at: at, error: null, attempts: eb('attempts', '+', 1) }))
        .where('key', '=', key)
        .where('state', '=', 'pending')
        .execute(),
    );
  }

  async failed(
    key: string,
    at: number,
    error: string,
    retryAt: number | null,
    accepted: readonly string[],
  ): Promise<void> {
    const outcome =
      retryAt === null
        ? { state: 'given-up' as const, settled_at: at }
        : { state: 'pending' as const, due_at: retryAt };
    await this.#attempt('written', () =>
      this.#db
        .updateTable('deliveries')
        .set(outcome)
        .set((eb) => ({
          error: error.slice(0, MAX_ERROR_LENGTH),
          accepted: JSON.stringify(accepted),
          attempts: eb('attempts', '+', 1),
        }))
        .where('key', '=', key)
        .where('state', '=', 'pending')
        .execute(),
    );
  }

  async outbox(): Promise<{ readonly pending: number; readonly oldestAt: number | null; readonly givenUp: number }> {
    return this.#attempt('read', async () => {
      const count = (state: Tables['deliveries']['state']) =>
        this.#db
          .selectFrom('deliveries')
          .select((eb) => [eb.fn.countAll<number>().as('many'), eb.fn.min<number | null>('created_at').as('oldest')])
          .where('state', '=', state)
          .executeTakeFirstOrThrow();
      const pending = await count('pending');
      return { pending: pending.many, oldestAt: pending.oldest, givenUp: (await count('given-up')).many };
    });
  }

  async prune(before: number): Promise<number> {
    let pruned = 0;
    for (const slice of [() => this.#pruneVerdicts(before), () => this.#pruneIncidents(before)]) {
      let gone: number;
      do {
        gone = await this.#attempt('pruned', slice);
        pruned += gone;
        await turn();
      } while (gone === SLICE);
    }
    return pruned;
  }

  async #pruneVerdicts(before: number): Promise<number> {
    const old = this.#db
      .selectFrom('verdicts')
      .select('id')
      .where('at', '<', before)
      .where('newest', '=', 0)
      .limit(SLICE);
    const { numDeletedRows } = await this.#db.deleteFrom('verdicts').where('id', 'in', old).executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }

  async #pruneIncidents(before: number): Promise<number> {
    const old = this.#db
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
    const { numDeletedRows } = await this.#db.deleteFrom('incidents').where('id', 'in', old).executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }

  /** Runs it, and says in the operator's words what could not be done. */
  async #attempt<T>(what: 'opened' | 'read' | 'written' | 'pruned', work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof StoreError) throw cause;
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError(`The store ${this.#name} could not be ${what}: ${detail}. ${adviceFor(detail)}`, { cause });
    }
  }
}

function adviceFor(detail: string): string {
  if (/previously executed migration/.test(detail))
    return 'A newer Siteward wrote it: run that one, or restore a backup.';
  if (/UNIQUE constraint/.test(detail)) return 'Another run was faster: look at its incidents and try again.';
  if (/not a database|malformed/.test(detail)) return 'The file is damaged: move it away or restore a backup.';
  return 'Is the disk full or failing, or the file not ours to write?';
}
