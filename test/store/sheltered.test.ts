/** A daemon's store whose database fails: told all the same, once, and written down when the database is back. */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lostIn } from '../../src/store/lost.js';
import { nameOfStore, openSheltered, openStore } from '../../src/store/open.js';
import { ShelteredStore } from '../../src/store/sheltered.js';
import { openNative } from '../../src/store/sqlite.js';
import { type Store, StoreError, StoreUnfit } from '../../src/store/store.js';
import { witness } from '../../src/store/witness.js';
import { anAlert, anEntry, aRecord, aTransition, intactVerdict, T0 } from '../contracts/samples.js';
import { storeContract } from '../contracts/store.js';

const URL = 'sqlite:siteward.db';
let dataDir: string;
let warned: string[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'siteward-sheltered-'));
  warned = [];
});
afterEach(() => rm(dataDir, { recursive: true }));

const io = { now: () => T0, warn: (_fields: unknown, message: string): void => void warned.push(message) };
const opened = (): Promise<ShelteredStore> => openSheltered(URL, dataDir, io);

storeContract('a sheltered store whose database works', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'siteward-sheltered-'));
  return { open: () => openSheltered(URL, folder, io), discard: () => rm(folder, { recursive: true }) };
});

/** A database that refuses everything while `down` says why. */
function failing(disk: Store): Store & { down: string | null } {
  const state = { down: null as string | null };
  return new Proxy(disk, {
    get(target, name) {
      if (name === 'down') return state.down;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        if (state.down !== null && name !== 'close') throw new StoreError(state.down);
        return member.apply(target, args);
      };
    },
    set(_target, name, value) {
      if (name === 'down') state.down = value;
      return name === 'down';
    },
  }) as Store & { down: string | null };
}

describe('a database that fails', () => {
  let disk: ReturnType<typeof failing>;
  let store: ShelteredStore;
  const memory = async (): Promise<Store> => {
    const folder = await mkdtemp(join(dataDir, 'memory-'));
    const made = openStore(URL, folder);
    await made.open();
    return made;
  };
  beforeEach(async () => {
    disk = failing(openStore(URL, dataDir));
    store = new ShelteredStore(disk, { ...io, memory });
  });
  afterEach(() => store.close());

  it('hides nothing: what is open goes on, is told once, and all of it is written down afterwards', async () => {
    await store.open();
    await store.record(anEntry());
    await store.delivered(anAlert().key, T0);
    disk.down = 'disk full';
    const worse = aTransition('worsened', { seq: 2, updatedAt: T0 + 1_000 });
    await store.record(anEntry(worse));
    expect(store.trouble).toEqual({ reason: 'disk full', since: T0 });
    expect(await store.openIncidents()).toEqual([worse.incident]);
    expect(await store.receiversTold('incident-1')).toEqual(['ops-mail']);
    expect((await store.dueDeliveries(T0 + 1_000, 10)).map(({ alert }) => alert.key)).toEqual([anAlert(worse).key]);
    await store.delivered(anAlert(worse).key, T0 + 2_000);
    const look = aRecord({ targetId: 'live/dns', verdict: intactVerdict(), at: T0 + 3_000 });
    await store.record({ verdict: look, incidents: [], transitions: [], alerts: [] });
    expect((await store.lookedAt()).get('live/dns')).toBe(T0 + 3_000);
    expect(await store.dueDeliveries(T0 + 9_000, 10)).toEqual([]);
    await store.proveWritable(T0 + 4_000);
    expect(store.trouble).toEqual({ reason: 'disk full', since: T0 });

    disk.down = null;
    await store.proveWritable(T0 + 5_000);
    expect(store.trouble).toBeNull();
    expect((await disk.transitions('incident-1')).map(({ change }) => change)).toEqual(['opened', 'worsened']);
    expect(await disk.outbox()).toMatchObject({ pending: 0 });
    expect((await disk.latest()).map(({ targetId }) => targetId)).toContain('live/dns');
    expect(await store.openIncidents()).toEqual([worse.incident]);
    expect((await disk.trail()).map(({ action }) => action)).toEqual(['opened', 'worsened']);
  });

  it('nor who belongs to a storm, which no transition of theirs tells', async () => {
    await store.open();
    await store.record(anEntry(aTransition('opened', { id: 'group', siteId: '_group-1' })));
    const opened = aTransition('opened', { id: 'member', siteId: 'shop' });
    await store.record({ ...anEntry(opened), incidents: [{ ...opened.incident, parent: 'group' }] });
    await store.close();
    disk = failing(openStore(URL, dataDir));
    store = new ShelteredStore(disk, { ...io, memory });
    await store.open();
    disk.down = 'disk full';
    expect((await store.leadingIncidents()).map(({ id }) => id)).toEqual(['group']);
    expect(await store.hasOpenMembers('group', [])).toBe(true);
  });

  it('already when it is opened: what is seen is told, and kept when the database comes', async () => {
    disk.down = 'connection refused';
    await store.open();
    expect(store.trouble?.reason).toBe('connection refused');
    await store.record(anEntry());
    expect(await store.claim('secret', 'a')).toBe(true);
    expect(await store.claim('secret', 'b')).toBe(false);
    expect(await store.dueDeliveries(T0, 10)).toHaveLength(1);
    disk.down = null;
    await store.proveWritable(T0);
    expect(await disk.openIncidents()).toEqual([aTransition().incident]);
    expect(await disk.dueDeliveries(T0, 10)).toHaveLength(1);
    expect(await disk.fact('secret')).toBe('a');
  });

  it('knows after a restart who was told and who is owed what', async () => {
    await store.open();
    const two = [anAlert(), anAlert(aTransition(), 'pager')];
    await store.record(anEntry(aTransition(), { alerts: two }));
    await store.delivered(anAlert().key, T0);
    await store.close();
    disk = failing(openStore(URL, dataDir));
    store = new ShelteredStore(disk, { ...io, memory });
    await store.open();
    disk.down = 'connection refused';
    expect(await store.openIncidents()).toEqual([aTransition().incident]);
    expect((await store.dueDeliveries(T0, 10)).map(({ alert }) => alert.receiver)).toEqual(['pager']);
    expect(await store.receiversTold('incident-1')).toEqual(['ops-mail', 'pager']);
  });

  it('is tried once more at the end, and what is lost is said', async () => {
    await store.open();
    disk.down = 'disk full';
    await store.record(anEntry());
    await store.close();
    expect(warned).toContain('What was decided lately is not written down');
    disk = failing(openStore(URL, dataDir));
    store = new ShelteredStore(disk, { ...io, memory });
    disk.down = 'disk full';
    await store.open();
    await store.record(anEntry());
    disk.down = null;
    await store.close();
    disk = failing(openStore(URL, dataDir));
    expect(await disk.openIncidents()).toHaveLength(1);
    await disk.close();
    store = new ShelteredStore(openStore(URL, dataDir), { ...io, memory });
  });

  it('counts what somebody else wrote meanwhile', async () => {
    await store.open();
    await store.record(anEntry());
    disk.down = 'locked';
    const worse = aTransition('worsened', { seq: 2, updatedAt: T0 + 1_000 });
    await store.record(anEntry(worse));
    disk.down = null;
    const taken = aTransition('acknowledged', { seq: 2, acknowledged: { by: 'Ada', at: T0, until: T0 + 1 } });
    await disk.record(anEntry(taken, { alerts: [] }));
    await store.proveWritable(T0);
    expect(store.trouble).toBeNull();
    expect(await store.openIncidents()).toEqual([taken.incident]);
    expect(warned).toContain('Something decided while the database failed is not written down');
  });

  it('that only a person can mend is refused at the start', async () => {
    const unfit = { ...disk, open: () => Promise.reject(new StoreUnfit('a newer Siteward wrote it')) };
    await expect(new ShelteredStore(unfit, { ...io, memory }).open()).rejects.toThrow(/newer Siteward/);
  });
});

it('goes on in memory while another program holds the file, and writes it down afterwards', {
  timeout: 60_000,
}, async () => {
  const store = await opened();
  const other = openNative(join(dataDir, 'siteward.db'));
  other.exec('BEGIN IMMEDIATE');
  await store.record(anEntry());
  expect(store.trouble?.reason).toMatch(/locked.*Another program holds the file/);
  expect(await store.openIncidents()).toEqual([aTransition().incident]);
  expect(await store.dueDeliveries(T0, 10)).toHaveLength(1);
  other.exec('ROLLBACK');
  other.close();
  await store.proveWritable(T0);
  expect(store.trouble).toBeNull();
  await store.close();
  const after = openStore(URL, dataDir);
  await after.open();
  expect(await after.openIncidents()).toEqual([aTransition().incident]);
  await after.close();
});

describe('a database file', () => {
  const file = (): string => join(dataDir, 'siteward.db');

  it.each([
    ['that is none', async () => writeFile(file(), 'this is no database'.repeat(1_000))],
    [
      'with flipped bytes',
      async () => {
        const bytes = await readFile(file());
        bytes.fill(0xff, 4096 * 3, 4096 * 12);
        await writeFile(file(), bytes);
      },
    ],
  ])('%s is set aside, never deleted, and a new one begun', async (_what, damage) => {
    const first = await opened();
    await first.record(anEntry());
    await witness(dataDir, nameOfStore(URL, dataDir), first);
    await first.close();
    await damage();
    const damaged = await readFile(file());
    const store = await opened();
    expect(store.trouble).toBeNull();
    expect(await store.openIncidents()).toEqual([]);
    await store.record(anEntry());
    await store.close();
    expect(await lostIn(dataDir)).toEqual([`database-${T0}`]);
    const folder = join(dataDir, 'lost', `database-${T0}`);
    expect(await readFile(join(folder, 'siteward.db'))).toEqual(damaged);
    expect(await readFile(join(folder, 'note.txt'), 'utf8')).toMatch(/damaged.*told anew.*backup/s);
    await (await opened()).close();
    expect(await lostIn(dataDir)).toHaveLength(1);
  });

  it.each([
    ['put back from an old copy', async () => copyFile(join(dataDir, 'copy'), file())],
    ['gone', async () => rm(file())],
  ])('%s is noticed, once', async (_what, harm) => {
    const store = await opened();
    await store.record(anEntry());
    await store.close();
    await copyFile(file(), join(dataDir, 'copy'));
    const second = await opened();
    await second.record(anEntry(aTransition('worsened', { seq: 2 })));
    await witness(dataDir, nameOfStore(URL, dataDir), second);
    await second.close();
    await (await opened()).close();
    expect(await lostIn(dataDir)).toEqual([]);
    await harm();
    const third = await opened();
    expect(await lostIn(dataDir)).toEqual([expect.stringMatching(/^trail-2-[0-9a-f]{16}$/)]);
    await witness(dataDir, nameOfStore(URL, dataDir), third);
    await third.close();
    await (await opened()).close();
    expect(await lostIn(dataDir)).toHaveLength(1);
    expect((await readdir(dataDir)).filter((name) => name.startsWith('trail-head'))).toEqual(['trail-head']);
  });

  it('of a newer Siteward is neither touched nor believed', async () => {
    const { Kysely, sql } = await import('kysely');
    const { sqliteDialect } = await import('../../src/store/sqlite.js');
    await (await opened()).close();
    const db = new Kysely<unknown>({ dialect: sqliteDialect(file()) });
    await sql`insert into kysely_migration values ('9999-of-the-future', '2030-01-01')`.execute(db);
    await db.destroy();
    await expect(opened()).rejects.toThrow(/newer Siteward/);
    expect(await lostIn(dataDir)).toEqual([]);
  });
});
