/** A PostgreSQL database behind the interface Kysely wants: its numbers are numbers, and it takes any text. */
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import {
  type Dialect,
  type Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  PostgresDialect,
  type PrimitiveValueListNode,
  sql,
  type ValueNode,
} from 'kysely';
import type { Client } from 'pg';
import type { StoreAddress } from '../core/store-address.js';
import type { Tables } from './tables.js';

type PostgresAddress = Extract<StoreAddress, { kind: 'postgres' }>;

/** How the database is reached: through the guarded door of net/, with its trust. */
export interface DatabaseDoor {
  /** A stream that connects when it is told to. */
  readonly streamTo: (host: string, port: number) => Duplex;
  readonly trust: SecureContext;
}

/** More than one, so that who reads waits for no transaction; few, because PostgreSQL pays for each. */
const CONNECTIONS = 4;
const CONNECT_MS = 10_000;
/** Longest one statement may take: ours are short, and a lock nobody lets go of must not hold the daemon. */
const STATEMENT_MS = 15_000;

/** One connection of one's own, not opened yet. Its `error` must be listened to. */
export async function postgresClient(address: PostgresAddress, door: DatabaseDoor): Promise<Client> {
  const { default: pg } = await import('pg');
  return new pg.Client(connectionOf(address, door));
}

function connectionOf({ host, port, user, password, database, tls }: PostgresAddress, door: DatabaseDoor) {
  return {
    ...{ host, port, user, password, database },
    stream: () => door.streamTo(host, port),
    ssl: tls ? { secureContext: door.trust, servername: host } : false,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 5_000,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    application_name: 'siteward',
  };
}

/** The driver is loaded, and the database dialled, at the first query. */
export function postgresDialect(address: PostgresAddress, door: DatabaseDoor): Dialect {
  return new PostgresDialect({
    pool: async () => {
      const { default: pg } = await import('pg');
      const numbers: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];
      const pool = new pg.Pool({
        ...connectionOf(address, door),
        max: CONNECTIONS,
        types: {
          // Times in milliseconds and counts: all far below 2^53.
          getTypeParser: (oid: number, format?: 'text' | 'binary') =>
            numbers.includes(oid) ? Number : pg.types.getTypeParser(oid, format ?? 'text'),
        },
      });
      // A connection that ends while nobody uses it is replaced at the next query, which fails or not by itself.
      pool.on('error', () => undefined);
      // One that ends under a query fails that query; its own error, unheard, would end the process.
      pool.on('connect', (client) => void client.on('error', () => undefined));
      return pool;
    },
  });
}

/** Numbers that no other program on the database is likely to use for a lock: of who writes now, and of who watches. */
const WRITERS = 0x51_7e_3a_2d;
export const WATCHER = WRITERS + 1;

/** As in SQLite one transaction writes at a time: of two that append to the audit trail the second sees the first. */
export async function takeTurn(tx: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(WRITERS)})`.execute(tx);
}

/** PostgreSQL refuses NUL in text; hostile text must cost no verdict, so it is kept as the picture of one (U+2400). */
export function withoutNul<T>(value: T): T | string {
  return typeof value === 'string' ? value.replaceAll('\u0000', '\u2400') : value;
}

class StorableText extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    return { ...super.transformValue(node), value: withoutNul(node.value) };
  }

  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    return { ...super.transformPrimitiveValueList(node), values: node.values.map(withoutNul) };
  }
}

const transformer = new StorableText();

export const storableText: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
};
