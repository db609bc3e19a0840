/** A copy of the database, taken while the daemon works, and read back before anybody relies on it. */
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Kysely, sql } from 'kysely';
import { type AuditHead, brokenAt } from '../core/audit.js';
import { readStoreAddress, storeName } from '../core/store-address.js';
import { storeFailure } from './advice.js';
import { SqlStore } from './database.js';
import { exists } from './folder.js';
import { examineFile, filesOf, sqliteDialect } from './sqlite.js';
import { StoreError } from './store.js';

export interface Backup {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  /** Where its audit trail stands; null before anything was decided. */
  readonly head: AuditHead | null;
}

/**
 * Copies the database at that address as it stands at one moment; who writes meanwhile does not wait.
 * @param target must not exist. Throws StoreError, and what the file system throws.
 */
export async function backUp(url: string, dataDir: string, target: string): Promise<Backup> {
  const read = readStoreAddress(url);
  if ('wrong' in read) throw new StoreError(`store.url ${read.wrong}.`);
  if (read.value.kind !== 'sqlite') {
    throw new StoreError(`${storeName(read.value)} is backed up by its own tools: pg_dump --format=custom.`);
  }
  const source = resolve(dataDir, read.value.file);
  const file = resolve(target);
  if (!(await exists(source))) throw new StoreError(`There is no database at ${source} yet: siteward watch makes it.`);
  if (await exists(file)) throw new StoreError(`${file} exists already: a backup replaces nothing. Name another file.`);
  const part = `${file}.part`;
  try {
    // An empty file of our own mode: the copy holds what attackers must not read.
    await writeFile(part, '', { mode: 0o600, flag: 'wx' });
    await copied(source, part);
    const head = await verified(part);
    await synced(part);
    await rename(part, file);
    return { file, bytes: (await stat(file)).size, head };
  } finally {
    for (const left of filesOf(part)) await rm(left, { force: true });
  }
}

async function copied(source: string, target: string): Promise<void> {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(source) });
  try {
    await sql`VACUUM INTO ${target}`.execute(db);
  } catch (cause) {
    throw storeFailure(source, `copied to ${target}`, cause);
  } finally {
    await db.destroy();
  }
}

/** Every page of it is read, and the whole audit trail. */
async function verified(file: string): Promise<AuditHead | null> {
  const copy = new SqlStore({ dialect: sqliteDialect(file), name: file, examine: examineFile });
  try {
    await copy.examine();
    const trail = await copy.trail();
    const broken = brokenAt(trail, null);
    if (broken) throw new StoreError(`The copy ${file} is of no use: audit record ${broken.seq} ${broken.wrong}.`);
    return trail.at(-1) ?? null;
  } finally {
    await copy.close();
  }
}

async function synced(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
