/** Memory in an SQL database: the Store over Kysely. Which database is behind it is the dialect's business. */
import { setImmediate as turn } from 'node:timers/promises';
import { type Dialect, Kysely, type KyselyPlugin, type LogEvent, Migrator, type Transaction } from 'kysely';
import type { Act, AuditRecord } from '../core/audit.js';
import { type Crash, noCrash, pointAfter } from '../core/crash-points.js';
import type { Load } from '../core/grouping.js';
import type { Incident, Severity, Silence, Suppression, Transition } from '../core/model.js';
import { storeFailure } from './advice.js';
import { actOf, appendAct, lastAct, trailOf } from './audit.js';
import { writeEntry } from './entry.js';
import {
  hasOpenMembers,
  incidentOf,
  knownIncidents,
  leadingIncidents,
  newestIncidents,
  openIncidents,
  type SetAside,
  transitionsOf,
} from './incidents.js';
import { migrations } from './migrations.js';
import { claimFact, readFact, silencesAfter, suppressionsSince, upsertSilence, writeAndReadBack } from './notes.js';
import { deliveriesOf, dueDeliveries, loadSince, outboxState, settleDelivered, settleFailed } from './outbox.js';
import { forgetting } from './prune.js';
import {
  type Delivery,
  type DeliveryState,
  type Entry,
  type Outbox,
  type Store,
  StoreError,
  type Unheard,
  type VerdictRecord,
} from './store.js';
import { parseVerdict, type Tables } from './tables.js';
import { unheardBetween } from './unheard.js';
import { oldestOwed } from './waiting.js';

/** Which database, and what is special about it. */
export interface Backend {
  readonly dialect: Dialect;
  readonly plugins?: KyselyPlugin[];
  /** What messages call the database. */
  readonly name: string;
  /** Run first in every transaction that writes. */
  readonly takeTurn?: (tx: Kysely<Tables>) => Promise<void>;
  /** Rejects where the file is not sound; absent: the server sees to that. */
  readonly examine?: (db: Kysely<Tables>) => Promise<void>;
  readonly setAside?: SetAside;
}

export class SqlStore implements Store {
  readonly #db: Kysely<Tables>;
  readonly #backend: Backend;
  readonly #crash: Crash;

  constructor(backend: Backend, crash: Crash = noCrash) {
    const { dialect, plugins = [] } = backend;
    this.#db = new Kysely<Tables>({ dialect, plugins, ...(crash !== noCrash && { log: afterStatements(crash) }) });
    this.#backend = backend;
    this.#crash = crash;
  }

  async open(): Promise<void> {
    await this.#attempt('opened', async () => {
      this.#crash('migrate/begin');
      const { error } = await new Migrator({ db: this.#db, provider: migrations }).migrateToLatest();
      if (error) throw error;
      this.#crash('migrate/end');
    });
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }

  async record(entry: Entry): Promise<void> {
    this.#crash('record/begin');
    await this.#written(async (tx) => {
      this.#crash('record/transaction');
      await writeEntry(tx, entry);
      this.#crash('record/committing');
    });
    this.#crash('record/committed');
  }

  async openIncidents(siteId?: string): Promise<readonly Incident[]> {
    return this.#attempt('read', () => openIncidents(this.#db, this.#aside, siteId));
  }

  async leadingIncidents(): Promise<readonly Incident[]> {
    return this.#attempt('read', () => leadingIncidents(this.#db, this.#aside));
  }

  async hasOpenMembers(groupId: string, but: readonly string[]): Promise<boolean> {
    return this.#attempt('read', () => hasOpenMembers(this.#db, groupId, but));
  }

  async knownIncidents(siteId: string, endedAfter: number): Promise<readonly Incident[]> {
    return this.#attempt('read', () => knownIncidents(this.#db, this.#aside, siteId, endedAfter));
  }

  async incident(id: string): Promise<Incident | null> {
    return this.#attempt('read', () => incidentOf(this.#db, id));
  }

  async incidents(limit: number): Promise<readonly Incident[]> {
    return this.#attempt('read', () => newestIncidents(this.#db, this.#aside, limit));
  }

  async transitions(incidentId: string): Promise<readonly Transition[]> {
    return this.#attempt('read', () => transitionsOf(this.#db, incidentId));
  }

  async receiversTold(incidentId: string): Promise<readonly string[]> {
    return this.#attempt('read', async () => {
      const rows = this.#db.selectFrom('deliveries').select('receiver').distinct();
      const owed = rows.where('incident_id', '=', incidentId).where('state', '!=', 'superseded');
      return (await owed.orderBy('receiver').execute()).map((row) => row.receiver);
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
    return this.#attempt('read', () => dueDeliveries(this.#db, this.#aside, now, limit));
  }

  async deliveriesOf(incidentId: string): Promise<readonly DeliveryState[]> {
    return this.#attempt('read', () => deliveriesOf(this.#db, incidentId));
  }

  async delivered(key: string, at: number): Promise<void> {
    await this.#attempt('written', () => settleDelivered(this.#db, key, at));
  }

  async failed(
    key: string,
    at: number,
    error: string,
    retryAt: number | null,
    accepted: readonly string[],
  ): Promise<void> {
    await this.#attempt('written', () => settleFailed(this.#db, key, at, error, retryAt, accepted));
  }

  async unheard(from: number, by: number): Promise<readonly Unheard[]> {
    return this.#attempt('read', () => unheardBetween(this.#db, from, by));
  }

  async outbox(): Promise<Outbox> {
    return this.#attempt('read', () => outboxState(this.#db));
  }

  async oldestOwed(): Promise<ReadonlyMap<Severity, number>> {
    return this.#attempt('read', () => oldestOwed(this.#db));
  }

  async load(since: number): Promise<Load> {
    return this.#attempt('read', () => loadSince(this.#db, since));
  }

  async lookedAt(): Promise<ReadonlyMap<string, number>> {
    return this.#attempt('read', async () => {
      const newest = this.#db.selectFrom('verdicts').select(['target_id', 'at']).where('newest', '=', 1);
      return new Map((await newest.execute()).map((row) => [row.target_id, row.at]));
    });
  }

  async suppressions(since: number): Promise<readonly Suppression[]> {
    return this.#attempt('read', () => suppressionsSince(this.#db, since));
  }

  async silences(endingAfter: number): Promise<readonly Silence[]> {
    return this.#attempt('read', () => silencesAfter(this.#db, endingAfter));
  }

  async keepSilence(silence: Silence, at: number): Promise<void> {
    await this.#written((tx) => upsertSilence(tx, silence, at));
  }

  async fact(name: string): Promise<string | null> {
    return this.#attempt('read', () => readFact(this.#db, name));
  }

  async claim(name: string, value: string): Promise<boolean> {
    return this.#attempt('written', () => claimFact(this.#db, name, value));
  }

  async audit(act: Act): Promise<void> {
    await this.#written((tx) => appendAct(tx, act));
  }

  async lastAct(about?: { readonly action: string; readonly subject: string }): Promise<AuditRecord | null> {
    return this.#attempt('read', () => lastAct(this.#db, about));
  }

  async act(seq: number): Promise<AuditRecord | null> {
    return this.#attempt('read', () => actOf(this.#db, seq));
  }

  async trail(): Promise<readonly AuditRecord[]> {
    return this.#attempt('read', () => trailOf(this.#db));
  }

  async prune(before: number): Promise<number> {
    let pruned = 0;
    this.#crash('prune/begin');
    await this.#attempt('pruned', async () => {
      for await (const gone of forgetting(this.#db, before)) {
        pruned += gone;
        await turn();
      }
    });
    this.#crash('prune/end');
    return pruned;
  }

  async proveWritable(at: number): Promise<void> {
    await this.#attempt('written', () => writeAndReadBack(this.#db, at));
  }

  /** Throws StoreDamaged where the file itself is not sound. */
  async examine(): Promise<void> {
    await this.#attempt('opened', async () => this.#backend.examine?.(this.#db));
  }

  get #aside(): SetAside {
    return this.#backend.setAside ?? (() => undefined);
  }

  async #written(work: (tx: Transaction<Tables>) => Promise<void>): Promise<void> {
    const { takeTurn } = this.#backend;
    await this.#attempt('written', () =>
      this.#db.transaction().execute(async (tx) => {
        await takeTurn?.(tx);
        await work(tx);
      }),
    );
  }

  /** Runs it, and says in the operator's words what could not be done. */
  async #attempt<T>(what: 'opened' | 'read' | 'written' | 'pruned', work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof StoreError ? cause : storeFailure(this.#backend.name, what, cause);
    }
  }
}

/** Between the statements of a transaction is where a torn one would come from. */
function afterStatements(crash: Crash): (event: LogEvent) => void {
  return ({ level, query }) => {
    const point = level === 'query' ? pointAfter(query.sql) : null;
    if (point !== null) crash(point);
  };
}
