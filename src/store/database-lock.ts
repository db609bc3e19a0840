/**
 * One daemon per data folder, and one per database, wherever it runs: of a file its folder is locked; in PostgreSQL a lock of the session, which the server gives back when the
 * connection ends. A daemon whose connection was cut takes it again; where another was faster it must end.
 */
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { readStoreAddress, type StoreAddress, storeName } from '../core/store-address.js';
import { type Lock, lockFolder } from './lock.js';
import { type DatabaseDoor, postgresClient, WATCHER } from './postgres.js';
import { StoreTaken } from './store.js';

type PostgresAddress = Extract<StoreAddress, { kind: 'postgres' }>;

export interface DatabaseLock {
  /** Told once, when somebody else has it by now. */
  onLost(told: (taken: StoreTaken) => void): void;
  release(): Promise<void>;
}

/** Throws StoreTaken where somebody else watches with this data folder or this database. */
export async function lockStore(url: string, dataDir: string, pid: number, door: DatabaseDoor): Promise<DatabaseLock> {
  const read = readStoreAddress(url);
  const folders = [resolve(dataDir)];
  const { value: address } = 'value' in read ? read : { value: null };
  if (address?.kind === 'sqlite') folders.push(dirname(resolve(dataDir, address.file)));
  const locks: Lock[] = [];
  const release = (): void => {
    for (const lock of locks) lock.release();
  };
  try {
    for (const folder of new Set(folders)) locks.push(lockFolder(folder, pid));
    const database = address?.kind === 'postgres' ? await lockPostgres(address, door) : null;
    return {
      onLost: (told) => database?.onLost(told),
      async release() {
        await database?.release();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

const RETRY_MS = 5_000;

/** A server that cannot be reached now is asked again later. Throws StoreTaken when somebody else has it. */
async function lockPostgres(address: PostgresAddress, door: DatabaseDoor): Promise<DatabaseLock> {
  const lock = new PostgresLock(address, door);
  await lock.take();
  return lock;
}

class PostgresLock implements DatabaseLock {
  readonly #address: PostgresAddress;
  readonly #door: DatabaseDoor;
  readonly #released = new AbortController();
  #client: Client | null = null;
  #told: ((taken: StoreTaken) => void) | null = null;
  #taken: StoreTaken | null = null;

  constructor(address: PostgresAddress, door: DatabaseDoor) {
    this.#address = address;
    this.#door = door;
  }

  async take(): Promise<void> {
    const client = await postgresClient(this.#address, this.#door);
    const gone = (): void => {
      if (this.#client === client) this.#again();
    };
    client.on('error', gone).on('end', gone);
    try {
      await client.connect();
      const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [WATCHER]);
      if (!rows[0]?.held) throw new StoreTaken(takenWords(storeName(this.#address), await holderOf(client)));
      if (this.#released.signal.aborted) await client.end();
      else this.#client = client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (error instanceof StoreTaken) throw error;
      this.#again();
    }
  }

  onLost(told: (taken: StoreTaken) => void): void {
    this.#told = told;
    if (this.#taken) told(this.#taken);
  }

  async release(): Promise<void> {
    this.#released.abort();
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  #again(): void {
    this.#client = null;
    const { signal } = this.#released;
    void sleep(RETRY_MS, undefined, { signal, ref: false })
      .then(() => this.take())
      .catch((error: unknown) => {
        if (!(error instanceof StoreTaken)) return;
        this.#taken = error;
        this.#told?.(error);
      });
  }
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ address: string | null; since: string }>(
    `select host(activity.client_addr) as address, to_char(activity.backend_start, 'YYYY-MM-DD HH24:MI TZ') as since
     from pg_locks locks join pg_stat_activity activity using (pid)
     where locks.locktype = 'advisory' and locks.granted and locks.objid = $1 limit 1`,
    [WATCHER],
  );
  const [holder] = rows;
  return holder ? ` (from ${holder.address ?? 'the server itself'}, connected since ${holder.since})` : '';
}

function takenWords(name: string, holder: string): string {
  return `Another siteward watch${holder} works with the ${name} already, and two would send everything twice. Stop it first, or give this one a database of its own with store.url in settings.yaml.`;
}
