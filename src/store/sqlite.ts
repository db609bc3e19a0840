/**
 * One SQLite file behind the interface Kysely wants, through whichever driver this Node has: the built-in
 * `node:sqlite`, else the prebuilt `libsql`. Their differences end here.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import {
  type Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDriver,
  type SqliteStatement,
  sql,
} from 'kysely';
import { PatientDriver } from './patience.js';
import type { Tables } from './tables.js';

/** What both drivers have in common, as far as we use it. */
interface NativeStatement {
  all(...parameters: readonly unknown[]): unknown[];
  run(...parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: readonly unknown[]): IterableIterator<unknown>;
  /** node:sqlite: empty for a statement that returns no rows. */
  columns(): readonly unknown[];
  /** libsql says it outright. */
  readonly reader?: boolean;
}
interface NativeDatabase {
  prepare(sql: string): NativeStatement;
  exec(sql: string): unknown;
  close(): unknown;
}
type NativeConstructor = new (path: string) => NativeDatabase;

/** Durable at commit, readable while written. Who waits for a second process (`siteward ack`) is patience.ts. */
const PRAGMAS = `
  PRAGMA busy_timeout = 0;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
`;

/** More different statements than the store has; a bound all the same. */
const MAX_CACHED_STATEMENTS = 200;

/** SQLite can roll back `CREATE TABLE`: an upgrade killed half way leaves nothing behind. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class TransactionalSqliteDialect extends SqliteDialect {
  readonly #database: () => Promise<SqliteDatabase>;

  constructor(database: () => Promise<SqliteDatabase>) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new PatientDriver({ database: this.#database });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** The file is opened, and made if need be, at the first query. @param path of the file; it holds what attackers must not read. */
export function sqliteDialect(path: string): SqliteDialect {
  return new TransactionalSqliteDialect(async () => openFile(path));
}

/** A database that is gone with the process. */
export function memoryDialect(): SqliteDialect {
  return new TransactionalSqliteDialect(async () => prepared(':memory:'));
}

/** The files of the database at that path. */
export function filesOf(path: string): readonly string[] {
  return [path, `${path}-wal`, `${path}-shm`];
}

/** Reads every page of it, without the indexes: seconds for a gigabyte. Rejects with the first thing that is wrong. */
export async function examineFile(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<Record<string, string>>`PRAGMA quick_check(1)`.execute(db);
  const said = Object.values(rows[0] ?? {})[0];
  if (said !== 'ok') throw new Error(`its integrity check says: ${said}`);
}

function openFile(path: string): SqliteDatabase {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives its journal files the mode of the main one, so that must be right before it is opened. A file that is
  // there is not opened for it: closing any descriptor of a file gives back every lock that this process has on it (POSIX),
  // those of another connection too, and then the next process to end takes itself for the last and deletes the log.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  return prepared(path);
}

function prepared(path: string): SqliteDatabase {
  const Native = nativeDriver();
  const database = new Native(path);
  try {
    database.exec(PRAGMAS);
  } catch (error) {
    // It is tried again, for ever where need be: no descriptor may be left of each time.
    database.close();
    throw error;
  }
  return adapted(database);
}

function adapted(database: NativeDatabase): SqliteDatabase {
  const cache = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      const known = cache.get(sql);
      if (known) return known;
      if (cache.size >= MAX_CACHED_STATEMENTS) cache.clear();
      // What reads before it writes would find the file changed under it by a second process, and fail at once; whoever
      // says beforehand that it will write waits its turn instead.
      const plain = adaptedStatement(database.prepare(sql === 'begin' ? 'begin immediate' : sql));
      const statement = sql === 'rollback' ? rollback(plain) : plain;
      cache.set(sql, statement);
      return statement;
    },
    close() {
      cache.clear();
      checkpoint(database);
      database.close();
    },
  };
}

/** Whoever copies the one file of a daemon that was stopped must have all of it. */
function checkpoint(database: NativeDatabase): void {
  try {
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // A full disk, a second process, a file that is no database: the log stays beside it, and is read at the next start.
  }
}

/** A full disk ends the transaction by itself; that there is none left to roll back must not hide why. */
function rollback(statement: SqliteStatement): SqliteStatement {
  return {
    ...statement,
    run: (parameters) => {
      try {
        return statement.run(parameters);
      } catch (error) {
        if (error instanceof Error && /no transaction is active/.test(error.message))
          return { changes: 0, lastInsertRowid: 0 };
        throw error;
      }
    },
  };
}

function adaptedStatement(statement: NativeStatement): SqliteStatement {
  return {
    reader: statement.reader ?? statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters),
    run: (parameters) => statement.run(...parameters),
    iterate: (parameters) => statement.iterate(...parameters),
  };
}

/** For what needs no tables. Throws what the driver throws. */
export function openNative(path: string): Pick<NativeDatabase, 'exec' | 'close'> {
  const Native = nativeDriver();
  return new Native(path);
}

/** `node:sqlite` is good enough once its statements have `columns()` (Node 22.16). */
function nativeDriver(): NativeConstructor {
  // The types of Node 20 do not know the module, and those of libsql are an optional package's: checked by use.
  const builtin = process.getBuiltinModule('node:sqlite') as
    | { DatabaseSync: NativeConstructor; StatementSync: { prototype: object } }
    | undefined;
  if (builtin && 'columns' in builtin.StatementSync.prototype) return builtin.DatabaseSync;
  return createRequire(import.meta.url)('libsql') as NativeConstructor;
}
