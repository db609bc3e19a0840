/**
 * The tables, and every step by which a database of an older Siteward becomes one of this. A step that was released is
 * never edited: the next change is a new step.
 */
import {
  type CreateTableBuilder,
  type Kysely,
  type Migration,
  type MigrationProvider,
  PostgresAdapter,
  sql,
} from 'kysely';

// A migration sees the tables of its own time, so it cannot have today's types.
type AnyTables = Kysely<unknown>;

function isPostgres(db: AnyTables): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/** Numbers given by the database. In PostgreSQL 32 bits would last a large installation for some years only. */
function withId<T extends string>(table: CreateTableBuilder<T>, db: AnyTables): CreateTableBuilder<T | 'id'> {
  return isPostgres(db)
    ? table.addColumn('id', 'bigserial', (column) => column.primaryKey())
    : table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement());
}

const firstTables: Migration = {
  async up(db: AnyTables) {
    await createVerdicts(db);
    await createIncidents(db);
    await createDeliveries(db);
  },
};

async function createVerdicts(db: AnyTables): Promise<void> {
  await withId(db.schema.createTable('verdicts'), db)
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('site_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('took_ms', 'bigint', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('evidence', 'text')
    .addColumn('newest', 'integer', (column) => column.notNull())
    .execute();
  // "The newest of every target" must not cost more with every day of history.
  await sql`create unique index verdicts_newest on verdicts (target_id) where newest = 1`.execute(db);
  await db.schema.createIndex('verdicts_at').on('verdicts').column('at').execute();
}

async function createIncidents(db: AnyTables): Promise<void> {
  await db.schema
    .createTable('incidents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('site_id', 'text', (column) => column.notNull())
    .addColumn('cause', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('resolved_at', 'bigint')
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('incident', 'text', (column) => column.notNull())
    .execute();
  // Two runs that open the same incident at once: the second is refused instead of paging twice.
  await sql`create unique index incidents_open on incidents (site_id, cause) where status = 'open'`.execute(db);
  await db.schema.createIndex('incidents_since').on('incidents').column('since').execute();

  await db.schema
    .createTable('transitions')
    .addColumn('incident_id', 'text', (column) => column.notNull().references('incidents.id').onDelete('cascade'))
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('change', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('because', 'text', (column) => column.notNull())
    .addColumn('incident', 'text', (column) => column.notNull())
    .addColumn('evidence', 'text')
    .addColumn('verdict_id', isPostgres(db) ? 'bigint' : 'integer', (column) =>
      column.references('verdicts.id').onDelete('set null'),
    )
    .addPrimaryKeyConstraint('transitions_key', ['incident_id', 'seq'])
    .execute();
  // Pruning a verdict looks for the transitions that point to it.
  await db.schema.createIndex('transitions_verdict').on('transitions').column('verdict_id').execute();
}

async function createDeliveries(db: AnyTables): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('incident_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('receiver', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('error', 'text')
    .addColumn('accepted', 'text', (column) => column.notNull())
    .addForeignKeyConstraint(
      'deliveries_transition',
      ['incident_id', 'seq'],
      'transitions',
      ['incident_id', 'seq'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createIndex('deliveries_order')
    .on('deliveries')
    .columns(['incident_id', 'receiver', 'seq'])
    .execute();
  await sql`create index deliveries_pending on deliveries (due_at) where state = 'pending'`.execute(db);
}

/** What people and rules kept back, what one message replaced, and the few facts that are no rows of anything. */
const keptBack: Migration = {
  async up(db: AnyTables) {
    await db.schema.alterTable('deliveries').addColumn('superseded_by', 'text').execute();
    await db.schema.createIndex('deliveries_superseded').on('deliveries').column('superseded_by').execute();
    await withId(db.schema.createTable('suppressions'), db)
      .addColumn('incident_id', 'text', (column) => column.notNull().references('incidents.id').onDelete('cascade'))
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint')
      .execute();
    await db.schema.createIndex('suppressions_at').on('suppressions').column('at').execute();
    await db.schema.createIndex('suppressions_incident').on('suppressions').column('incident_id').execute();
    await db.schema
      .createTable('silences')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('site_id', 'text')
      .addColumn('cause', 'text')
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('from', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('facts')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  },
};

/** What was decided, each record bound to the one before. */
const auditTrail: Migration = {
  async up(db: AnyTables) {
    await db.schema
      .createTable('audit')
      .addColumn('seq', 'integer', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addColumn('previous', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('audit_subject').on('audit').columns(['action', 'subject', 'seq']).execute();
  },
};

/** Who belongs to an incident of many sites, so that it can be asked for without reading them all. */
const groupMembers: Migration = {
  async up(db: AnyTables) {
    await db.schema.alterTable('incidents').addColumn('parent', 'text').execute();
    const open = await sql<{ id: string; incident: string }>`
      select id, incident from incidents where status = 'open'`.execute(db);
    for (const { id, incident } of open.rows) {
      const parent = parentIn(incident);
      if (parent !== null) await sql`update incidents set parent = ${parent} where id = ${id}`.execute(db);
    }
    // Of a storm's open incidents nearly all have a parent; those without are asked for at every transition.
    await sql`create index incidents_leading on incidents (since) where status = 'open' and parent is null`.execute(db);
    await sql`create index incidents_members on incidents (parent) where status = 'open'`.execute(db);
  },
};

/** A row that cannot be read has none: whoever reads it says so. */
function parentIn(json: string): string | null {
  try {
    const incident: unknown = JSON.parse(json);
    if (typeof incident !== 'object' || incident === null || !('parent' in incident)) return null;
    return typeof incident.parent === 'string' ? incident.parent : null;
  } catch {
    return null;
  }
}

/** By name, in the order they are run. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-kept-back': keptBack,
  '0003-audit-trail': auditTrail,
  '0004-group-members': groupMembers,
};

export const migrations: MigrationProvider = { getMigrations: async () => ({ ...MIGRATIONS }) };
