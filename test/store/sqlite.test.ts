import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lostIn } from '../../src/store/lost.js';
import { MIGRATIONS } from '../../src/store/migrations.js';
import { openStore } from '../../src/store/open.js';
import { openNative, sqliteDialect } from '../../src/store/sqlite.js';
import { StoreError } from '../../src/store/store.js';
import { anEntry, aTransition, T0 } from '../contracts/samples.js';
import { storeContract } from '../contracts/store.js';

storeContract('an SQLite file', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'siteward-store-'));
  return {
    open: async () => {
      const store = openStore('sqlite:siteward.db', dataDir);
      await store.open();
      return store;
    },
    discard: () => rm(dataDir, { recursive: true }),
  };
});

describe('an SQLite file', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'siteward-store-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  /** Runs one statement past the store. */
  const aside = async (statement: string): Promise<readonly Record<string, unknown>[]> => {
    const db = new Kysely<unknown>({ dialect: sqliteDialect(join(dataDir, 'siteward.db')) });
    try {
      return (await sql<Record<string, unknown>>`${sql.raw(statement)}`.execute(db)).rows;
    } finally {
      await db.destroy();
    }
  };
  const opened = async (url = 'sqlite:siteward.db', dir = dataDir) => {
    const store = openStore(url, dir);
    await store.open();
    return store;
  };

  it('is readable by its owner only, in a folder of its owner only', async () => {
    const store = await opened('sqlite:siteward.db', join(dataDir, 'new', 'data'));
    await store.record(anEntry());
    const mode = async (path: string) => ((await stat(join(dataDir, 'new', path))).mode & 0o777).toString(8);
    expect(await mode('data')).toBe('700');
    expect(await mode('data/siteward.db')).toBe('600');
    expect(await mode('data/siteward.db-wal')).toBe('600');
    await store.close();
  });

  it('is durable at every commit and does not block its readers', async () => {
    await (await opened()).close();
    expect(await aside('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await aside('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await aside('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
  });

  it('waits for another program that writes, and holds up nothing else meanwhile', async () => {
    const store = await opened();
    const other = openNative(join(dataDir, 'siteward.db'));
    other.exec('BEGIN IMMEDIATE');
    const [written, claimed] = [store.record(anEntry()), store.claim('name', 'value')];
    for (let round = 0; round < 10; round++) await turn();
    // Only this very process can give the lock back: had it been stopped, it never would.
    other.exec('ROLLBACK');
    await written;
    expect(await claimed).toBe(true);
    expect(await store.openIncidents()).toHaveLength(1);
    other.close();
    await store.close();
  });

  it('waits with opening too, and leaves no descriptor behind where it fails', async () => {
    const other = openNative(join(dataDir, 'siteward.db'));
    other.exec('BEGIN EXCLUSIVE');
    const store = opened();
    for (let round = 0; round < 10; round++) await turn();
    other.exec('ROLLBACK');
    other.close();
    await (await store).close();

    await writeFile(join(dataDir, 'siteward.db'), 'not a database, not a database, not a database'.repeat(40));
    const broken = openStore('sqlite:siteward.db', dataDir);
    await expect(broken.open()).rejects.toThrow(/damaged/);
    const before = await descriptors();
    for (let round = 0; round < 5; round++) await expect(broken.open()).rejects.toThrow(/damaged/);
    expect(await descriptors()).toBe(before);
    await broken.close();
  });

  it('upgrades once and opens again without touching anything', async () => {
    await (await opened()).close();
    const before = await aside('select name from kysely_migration');
    await (await opened()).close();
    expect(await aside('select name from kysely_migration')).toEqual(before);
    expect(before).toEqual(Object.keys(MIGRATIONS).map((name) => ({ name })));
  });

  it('leaves nothing behind when an upgrade fails half way, and succeeds once the cause is gone', async () => {
    await aside('create table transitions (in_the_way integer)');
    await expect(opened()).rejects.toThrow(/could not be opened/);
    expect(await aside("select name from sqlite_master where name = 'verdicts'")).toEqual([]);
    await aside('drop table transitions');
    await (await opened()).close();
  });

  it('opened twice in one process keeps its lock: another process that ends takes nothing from it', async () => {
    const first = await opened();
    const second = await opened();
    // As `siteward incidents` does beside a daemon: it reads and ends.
    const program = `const Native = process.getBuiltinModule('node:sqlite')?.DatabaseSync ?? require('libsql');
      const db = new Native(process.argv[1]);
      console.log(db.prepare('select count(*) as many from incidents').all()[0].many);
      db.close();`;
    const count = async () => {
      const file = join(dataDir, 'siteward.db');
      return (await promisify(execFile)(process.execPath, ['-e', program, file])).stdout.trim();
    };
    await second.record(anEntry());
    expect(await count()).toBe('1');
    await second.record(anEntry(aTransition('opened', { id: 'another', siteId: 'shop' })));
    expect(await count()).toBe('2');
    await first.close();
    await second.close();
  });

  it('of an older Siteward knows after the upgrade who belongs to a storm', async () => {
    const store = await opened();
    await store.record(anEntry(aTransition('opened', { id: 'group', siteId: '_group-1' })));
    await store.record(anEntry(aTransition('opened', { id: 'member', siteId: 'shop', parent: 'group' })));
    await store.close();
    for (const index of ['incidents_leading', 'incidents_members']) await aside(`drop index ${index}`);
    await aside('alter table incidents drop column parent');
    await aside("delete from kysely_migration where name = '0004-group-members'");
    await aside(`insert into incidents values ('damaged', 'x', 'integrity', 'open', 1, null, 1, 'no JSON')`);
    const upgraded = await opened();
    expect(await upgraded.hasOpenMembers('group', [])).toBe(true);
    expect((await upgraded.leadingIncidents()).map(({ id }) => id)).toEqual(['group']);
    await upgraded.close();
  });

  it('refuses a database that a newer Siteward wrote, and says so', async () => {
    await (await opened()).close();
    await aside("insert into kysely_migration values ('9999-of-the-future', '2030-01-01')");
    await expect(opened()).rejects.toThrow(/newer Siteward/);
  });

  describe('with a row that other hands changed', () => {
    const lost = (): Promise<readonly string[]> => lostIn(dataDir);
    const note = (name: string): Promise<string> => readFile(join(dataDir, 'lost', name, 'note.txt'), 'utf8');

    it('sets an incident aside, reads the others, and lets its site open a new one', async () => {
      const store = await opened();
      await store.record(anEntry());
      const other = aTransition('opened', { id: 'incident-2', siteId: 'other' });
      await store.record(anEntry(other));
      await aside(`update incidents set incident = '{"id":"incident-1"}' where id = 'incident-1'`);
      expect(await store.openIncidents()).toEqual([other.incident]);
      expect(await store.knownIncidents('live', 0)).toEqual([]);
      expect(await store.incidents(10)).toEqual([other.incident]);
      expect(await lost()).toEqual(['incident_incident-1']);
      expect(await note('incident_incident-1')).toMatch(/incident incident-1 cannot be read.*about live.*\{"id"/s);
      const again = aTransition('opened', { id: 'incident-3' });
      await store.record(anEntry(again));
      expect(await store.openIncidents('live')).toEqual([again.incident]);
      await store.close();
    });

    it('gives up a message nobody can write, says so, and sends the others', async () => {
      const store = await opened();
      await store.record(anEntry());
      await store.record(anEntry(aTransition('opened', { id: 'incident-2', siteId: 'other' })));
      await aside(`update transitions set incident = 'x' where incident_id = 'incident-1'`);
      const due = await store.dueDeliveries(T0, 10);
      expect(due.map(({ alert }) => alert.transition.incident.id)).toEqual(['incident-2']);
      expect(await store.unheard(0, T0)).toHaveLength(1);
      expect(await store.outbox()).toMatchObject({ pending: 1, failing: [] });
      const [name = ''] = await lost();
      expect(await note(name)).toMatch(/ops-mail is owed a message \(opened\) about incident incident-1/);
      await store.close();
    });

    it('sends a message without findings that cannot be read', async () => {
      const store = await opened();
      await store.record(anEntry());
      await aside(`update verdicts set verdict = '[]'`);
      expect(await store.dueDeliveries(T0, 10)).toMatchObject([{ findings: [], alert: { receiver: 'ops-mail' } }]);
      expect(await lost()).toEqual([]);
      await store.close();
    });
  });

  it('says what is wrong with a file that is no database', async () => {
    await writeFile(join(dataDir, 'siteward.db'), 'not a database, not a database, not a database'.repeat(40));
    await expect(opened()).rejects.toThrow(/siteward\.db could not be opened: .*damaged/s);
  });

  it.each(['postgres://user:hunter2@db', 'mysql://x:hunter2@db/d', 'siteward.db', 'sqlite:'])(
    'refuses %s clearly',
    (url) => {
      const refused = () => openStore(url, dataDir);
      expect(refused).toThrow(StoreError);
      expect(refused).toThrow(/sqlite:siteward\.db/);
      expect(refused).not.toThrow(/hunter2/);
    },
  );

  it('loses nothing it acknowledged and tears nothing when the process is killed', { timeout: 60_000 }, async () => {
    const writer = await compiledWriter();
    const acknowledged: string[] = [];
    for (let run = 0; run < 6; run++) acknowledged.push(...(await writeUntilKilled(writer, dataDir, run, 3 + run * 7)));

    const store = await opened();
    const incidents = await store.incidents(100_000);
    const ids = new Set(incidents.map((incident) => incident.id));
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(6 * 3);
    for (const id of ids) {
      expect(await store.transitions(id)).toHaveLength(1);
      expect(await store.receiversTold(id)).toEqual(['ops-mail', 'pager']);
    }
    expect(await store.latest()).toHaveLength(ids.size);
    await store.close();
    expect(await aside('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    await rm(resolve(writer, '../../..'), { recursive: true });
  });
});

async function descriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

/** The writer as plain JavaScript, below node_modules so that it finds its libraries. */
async function compiledWriter(): Promise<string> {
  const root = resolve(import.meta.dirname, '../..');
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
  const outDir = await mkdtemp(join(root, 'node_modules/.cache/siteward-crash-'));
  await writeFile(
    join(outDir, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        rootDir: root,
        outDir,
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: [join(root, 'test/store/crash-writer.ts')],
      include: [],
    }),
  );
  await writeFile(join(outDir, 'package.json'), '{"type":"module"}');
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', outDir]);
  return join(outDir, 'test/store/crash-writer.js');
}

/** Kills the writer with SIGKILL once it has acknowledged so many entries; gives what it acknowledged. */
async function writeUntilKilled(writer: string, dataDir: string, run: number, entries: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, dataDir, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === entries) child.kill('SIGKILL');
  }
  await exited;
  return acknowledged;
}
