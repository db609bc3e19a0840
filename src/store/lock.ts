/**
 * One daemon per data folder. The lock is SQLite's on a file of its own: the operating system gives it back when the
 * process ends, however it ends, so nothing stale is ever left behind.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openNative } from './sqlite.js';
import { StoreError, StoreTaken } from './store.js';

export interface Lock {
  release(): void;
}

/** Throws StoreTaken when another process holds it, naming that process; StoreError or what the file system throws. */
export function lockFolder(dataDir: string, pid: number): Lock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const owner = join(dataDir, 'watch.pid');
  const database = exclusively(join(dataDir, 'watch.lock'), (cause) => {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return /locked|busy/i.test(detail)
      ? new StoreTaken(
          `Another siteward watch${ownerOf(owner)} works on ${dataDir} already, and two would send everything twice. Stop it first, or give this one a folder of its own with --data.`,
          { cause },
        )
      : new StoreError(
          `The lock of ${dataDir} could not be taken: ${detail}. Is the disk full or failing, or the folder not ours to write?`,
          { cause },
        );
  });
  sayWho(owner, pid);
  return { release: () => void database.close() };
}

function exclusively(path: string, failure: (cause: unknown) => StoreError): ReturnType<typeof openNative> {
  let database: ReturnType<typeof openNative> | null = null;
  try {
    database = openNative(path);
    // Nothing is ever written there, and on a full disk no journal could be.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    throw failure(cause);
  }
}

function sayWho(file: string, pid: number): void {
  try {
    writeFileSync(file, `${pid}\n`, { mode: 0o600 });
  } catch {
    // A full disk: the lock holds all the same, only the one who is refused does not read by whom.
  }
}

function ownerOf(file: string): string {
  try {
    const [pid] = /^[0-9]{1,10}/.exec(readFileSync(file, 'utf8')) ?? [];
    return pid === undefined ? '' : ` (process ${pid})`;
  } catch {
    return ''; // it holds the lock and has not said who it is yet
  }
}
