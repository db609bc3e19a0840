/** From `store.url` of settings.yaml to the store. */
import { resolve } from 'node:path';
import type { Crash } from '../core/crash-points.js';
import { readStoreAddress, storeName } from '../core/store-address.js';
import { SqlStore } from './database.js';
import { type DatabaseDoor, postgresDialect, storableText, takeTurn } from './postgres.js';
import { sqliteDialect } from './sqlite.js';
import { type Store, StoreError } from './store.js';

export interface OpenOptions {
  readonly door?: DatabaseDoor;
  readonly crash?: Crash;
}

/**
 * The store at that address; nothing is opened yet. Throws StoreError.
 * @param dataDir where a relative `sqlite:<file>` is.
 */
export function openStore(url: string, dataDir: string, { door, crash }: OpenOptions = {}): Store {
  const read = readStoreAddress(url);
  // The address may hold a password: only its scheme is shown.
  if ('wrong' in read) throw new StoreError(`store.url "${/^[a-z]*:?/i.exec(url)?.[0]}..." ${read.wrong}.`);
  const address = read.value;
  if (address.kind === 'sqlite') {
    const path = resolve(dataDir, address.file);
    return new SqlStore({ dialect: sqliteDialect(path), name: path }, crash);
  }
  if (!door) throw new StoreError(`${storeName(address)} cannot be reached from here: this command has no network.`);
  return new SqlStore(
    { dialect: postgresDialect(address, door), plugins: [storableText], name: storeName(address), takeTurn },
    crash,
  );
}
