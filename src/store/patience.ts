/**
 * Waits for a lock that another program holds on an SQLite file. SQLite's own waiting (`busy_timeout`) would stop
 * everything of this process meanwhile: looks, messages, heartbeats.
 */
import { type CompiledQuery, type DatabaseConnection, type QueryResult, SqliteDriver } from 'kysely';

/** Five seconds in all: as long as a copy or a second process of ours may take, and short beside what people notice. */
const TRY_EVERY_MS = 25;
const TRIES = 200;

/** SQLITE_BUSY, in the words of both drivers. */
const BUSY = /database is locked/;

/**
 * A driver whose statements are tried again until the file is free. That is safe for each of them: one that is refused for
 * a lock has done nothing (SQLite, result code SQLITE_BUSY), and inside our transactions none is, as they take the lock first.
 */
export class PatientDriver extends SqliteDriver {
  override async init(): Promise<void> {
    await patiently(() => super.init());
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      executeQuery: <R>(query: CompiledQuery): Promise<QueryResult<R>> =>
        patiently(() => connection.executeQuery<R>(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }
}

/** Rejects with the last refusal. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= TRIES || !(error instanceof Error && BUSY.test(error.message))) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
  }
}
