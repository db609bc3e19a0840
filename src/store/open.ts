/** From `store.url` of settings.yaml to the store. */
import { resolve } from 'node:path';
import type { Crash } from '../core/crash-points.js';
import { readStoreAddress, type StoreAddress, storeName } from '../core/store-address.js';
import { SqlStore } from './database.js';
import type { SetAside } from './incidents.js';
import { setAside } from './lost.js';
import { type DatabaseDoor, postgresDialect, storableText, takeTurn } from './postgres.js';
import { ShelteredStore, type ShelterIo } from './sheltered.js';
import { examineFile, filesOf, memoryDialect, sqliteDialect } from './sqlite.js';
import { type Store, StoreDamaged, StoreError } from './store.js';
import { missingHead, witnessFile } from './witness.js';

export interface OpenOptions {
  readonly door?: DatabaseDoor;
  readonly crash?: Crash;
}

/**
 * The store at that address; nothing is opened yet. Throws StoreError.
 * @param dataDir where a relative `sqlite:<file>` is.
 */
export function openStore(url: string, dataDir: string, options: OpenOptions = {}): Store {
  return databaseAt(addressOf(url), dataDir, options);
}

/** What messages call the database at that address. */
export function nameOfStore(url: string, dataDir: string): string {
  return nameOf(addressOf(url), dataDir);
}

/**
 * The store of a daemon: it is open when this resolves, whatever its database does. A damaged file is set aside and a new
 * one begun; a database that is older than what was noted of it is taken, and said. Throws StoreError only where a person
 * must change something first.
 */
export async function openSheltered(
  url: string,
  dataDir: string,
  { now, warn, ...options }: OpenOptions & Pick<ShelterIo, 'now' | 'warn'>,
): Promise<ShelteredStore> {
  const address = addressOf(url);
  if (address.kind === 'sqlite') await setDamagedAside(address, dataDir, now());
  const disk = databaseAt(address, dataDir, options);
  const store = new ShelteredStore(disk, { now, warn, memory });
  await store.open();
  if (store.trouble === null) await noticeRollback(nameOf(address, dataDir), dataDir, store, now());
  return store;
}

async function memory(): Promise<Store> {
  const store = new SqlStore({ dialect: memoryDialect(), name: 'in memory' });
  await store.open();
  return store;
}

function addressOf(url: string): StoreAddress {
  const read = readStoreAddress(url);
  // The address may hold a password: only its scheme is shown.
  if ('wrong' in read) throw new StoreError(`store.url "${/^[a-z]*:?/i.exec(url)?.[0]}..." ${read.wrong}.`);
  return read.value;
}

function nameOf(address: StoreAddress, dataDir: string): string {
  return address.kind === 'sqlite' ? resolve(dataDir, address.file) : storeName(address);
}

function databaseAt(address: StoreAddress, dataDir: string, { door, crash }: OpenOptions): SqlStore {
  const name = nameOf(address, dataDir);
  const aside: SetAside = (row, why, contents) => void setAside(dataDir, { name: row, note: `${why}\n\n${contents}` });
  if (address.kind === 'sqlite') {
    return new SqlStore({ dialect: sqliteDialect(name), name, examine: examineFile, setAside: aside }, crash);
  }
  if (!door) throw new StoreError(`${name} cannot be reached from here: this command has no network.`);
  const dialect = postgresDialect(address, door);
  return new SqlStore({ dialect, plugins: [storableText], name, takeTurn, setAside: aside }, crash);
}

/** Never deletes: whoever damaged it may be found in it. */
async function setDamagedAside(address: StoreAddress, dataDir: string, at: number): Promise<void> {
  const store = databaseAt(address, dataDir, {});
  const damage = await store.examine().then(
    () => null,
    (error: unknown) => error,
  );
  await store.close();
  if (!(damage instanceof StoreDamaged)) return;
  const path = nameOf(address, dataDir);
  setAside(dataDir, {
    name: `database-${at}`,
    note: `${damage.message}

Siteward moved it here at ${new Date(at).toISOString()} and went on with an empty database. What was open before is not known any
more: what still holds is told anew, and what is over is never told as over, so look at your pagers and close it there. Messages
that were owed and silences are gone too.

To go back: stop siteward watch, put a backup (siteward backup) in the place of ${path}, start it again. Then, or if you go on
without: take this folder away, and Siteward stops reminding you of it.`,
    // What was noted of it goes with it, or the new one would be taken for an old copy.
    files: [...filesOf(path), witnessFile(dataDir)],
  });
}

async function noticeRollback(name: string, dataDir: string, store: Store, at: number): Promise<void> {
  const head = await missingHead(dataDir, name, store);
  if (head === null) return;
  setAside(dataDir, {
    name: `trail-${head.replace(':', '-')}`,
    note: `The store ${name} is older than it was, or another: its audit trail stood at ${head} once, and ${new Date(at).toISOString()} that
record is not in it. An old copy was put back, its write-ahead log was deleted, or the database is gone. What was decided since is not
known any more: what still holds is told anew, and what is over is never told as over, so look at your pagers and close it there.

If you did not do this yourself, find out who did. Then take this folder away, and Siteward stops reminding you of it.`,
  });
}
