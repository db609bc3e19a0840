/** The database of the settings, opened when first needed, for a command or for a daemon. */
import type { Crash } from '../core/crash-points.js';
import type { DatabaseLock } from '../store/database-lock.js';
import type { DatabaseDoor } from '../store/postgres.js';
import type { ShelteredStore } from '../store/sheltered.js';
import type { Store } from '../store/store.js';
import type { Log } from './log.js';

export interface Stores {
  /** Rejects with StoreError where the database cannot be opened. */
  readonly store: () => Promise<Store>;
  /** For a daemon: it goes on when the database does not. */
  readonly shelteredStore: () => Promise<ShelteredStore>;
  /** For whoever works alone. Throws StoreTaken. */
  readonly lockStore: () => Promise<DatabaseLock>;
  readonly closeStores: () => Promise<void>;
}

interface StoresIo {
  readonly door: DatabaseDoor;
  readonly crash: Crash;
  readonly now: () => number;
  readonly log: Log;
}

export function storesOf(url: string, dataDir: string, { door, crash, now, log }: StoresIo): Stores {
  let plain: Promise<Store> | null = null;
  let sheltered: Promise<ShelteredStore> | null = null;
  const opened = async (): Promise<Store> => {
    const { openStore } = await import('../store/open.js');
    const store = openStore(url, dataDir, { door, crash });
    await store.open();
    return store;
  };
  const openedSheltered = async (): Promise<ShelteredStore> => {
    const { openSheltered } = await import('../store/open.js');
    return openSheltered(url, dataDir, { door, crash, now, warn: (fields, message) => log.error(fields, message) });
  };
  return {
    store: () => (plain ??= opened()),
    shelteredStore: () => (sheltered ??= openedSheltered()),
    async lockStore() {
      const { lockStore } = await import('../store/database-lock.js');
      return lockStore(url, dataDir, process.pid, door);
    },
    closeStores: async () =>
      void (await Promise.all([plain?.then((store) => store.close()), sheltered?.then((store) => store.close())])),
  };
}
