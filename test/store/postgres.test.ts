/** The same memory in a real PostgreSQL, reached through the guarded door. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.js';
import { WATCHER } from '../../src/store/postgres.js';
import { StoreConflict, StoreError } from '../../src/store/store.js';
import { anEntry, aTransition, T0 } from '../contracts/samples.js';
import { storeContract } from '../contracts/store.js';
import { notifyNetwork } from '../support/notify.js';
import { PASSWORD, type PostgresServer, startPostgres } from '../support/postgres.js';
import { until } from '../support/siteward.js';

const HELD = `select count(*) from pg_locks where locktype = 'advisory' and granted`;

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const network = notifyNetwork();
const opened = async (url: string, door = network.database) => {
  const store = openStore(url, '/nowhere', { door });
  await store.open();
  return store;
};

storeContract('a PostgreSQL database', async () => {
  const url = await server.create();
  return { open: () => opened(url), discard: async () => undefined };
});

describe('a PostgreSQL database', () => {
  it('keeps text with NUL as the picture of one, and the audit trail stays whole', async () => {
    const store = await opened(await server.create());
    const because = 'seen: \u0000 هک شد \u202e';
    await store.record(anEntry({ ...aTransition(), because }));
    expect((await store.transitions('incident-1'))[0]?.because).toBe('seen: \u2400 هک شد \u202e');
    await store.audit({ at: T0, actor: 'a\u0000b', action: 'x', subject: 's', detail: '\u0000' });
    const { brokenAt } = await import('../../src/core/audit.js');
    expect(brokenAt(await store.trail(), null)).toBeNull();
    await store.failed('nobody', T0, 'refused: \u0000', null, ['a\u0000@x']);
    await store.close();
  });

  it('lets writers of several processes take turns: of two entries from one state the second is refused', async () => {
    const url = await server.create();
    const stores = await Promise.all([opened(url), opened(url), opened(url)]);
    const acts = stores.flatMap((store, who) =>
      Array.from({ length: 10 }, (_, n) =>
        store.audit({ at: T0 + n, actor: `writer ${who}`, action: 'wrote', subject: `${n}`, detail: '' }),
      ),
    );
    await Promise.all(acts);
    expect((await stores[0]?.trail())?.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    const outcomes = await Promise.allSettled(
      stores.map((store, n) => store.record(anEntry(aTransition('opened', { id: `incident-${n}` })))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused.every((reason) => reason instanceof StoreConflict)).toBe(true);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('goes on by itself after the server cut its connections', async () => {
    const url = await server.create();
    const store = await opened(url);
    await store.record(anEntry());
    await server.run(url, 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()');
    await store.openIncidents().catch((error: unknown) => expect(error).toBeInstanceOf(StoreError));
    expect(await store.openIncidents()).toHaveLength(1);
    await store.close();
  });

  it('refuses what a connection was cut under, and the process lives', async () => {
    const url = await server.create();
    const store = await opened(url);
    // Whoever writes waits for this session, which cuts everybody else off.
    const cut = server.run(
      url,
      `select pg_advisory_lock(${WATCHER - 1}); select pg_sleep(1);
       select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()`,
    );
    await until('it holds the turn', async () => (await server.run(url, HELD)) === '1');
    await expect(store.record(anEntry())).rejects.toThrow(StoreError);
    await cut.catch(() => undefined);
    await store.record(anEntry());
    expect(await store.openIncidents()).toHaveLength(1);
    await store.close();
  });

  it('of an older Siteward knows after the upgrade who belongs to a storm', async () => {
    const url = await server.create();
    const store = await opened(url);
    await store.record(anEntry(aTransition('opened', { id: 'group', siteId: '_group-1' })));
    const hostile = { id: 'member', siteId: 'shop', parent: 'group', summary: '\u0000 "parent":null' };
    await store.record(anEntry(aTransition('opened', hostile)));
    await store.close();
    await server.run(url, 'alter table incidents drop column parent');
    await server.run(url, `delete from kysely_migration where name = '0004-group-members'`);
    const upgraded = await opened(url);
    expect(await upgraded.hasOpenMembers('group', [])).toBe(true);
    expect((await upgraded.leadingIncidents()).map(({ id }) => id)).toEqual(['group']);
    await upgraded.close();
  });

  it('refuses a database that a newer Siteward wrote, and says so', async () => {
    const url = await server.create();
    await (await opened(url)).close();
    await server.run(url, `insert into kysely_migration values ('9999-of-the-future', '2030-01-01')`);
    await expect(opened(url)).rejects.toThrow(/newer Siteward/);
  });

  it.each([
    ['a wrong password', () => server.create('hunter3'), /Check user, password and database/],
    ['nobody there', async () => `postgres://siteward:hunter3@127.0.0.1:1/x`, /Does the database run/],
    ['a database that does not exist', async () => (await server.create()).replace(/\w+$/, 'gone'), /Check user/],
    ['a server without the TLS it was asked for', async () => `${await server.create()}?sslmode=verify-full`, /SSL/],
  ])('says what is wrong and never the password: %s', async (_what, url, words) => {
    const refused = await opened(await url()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    const { message } = refused as StoreError;
    expect(message).toMatch(words);
    expect(message).toMatch(/PostgreSQL database "\w+" of siteward at 127\.0\.0\.1:\d+/);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'hunter']) expect(message).not.toContain(secret);
  });

  it('is not dialled where settings.yaml allows no dialling', async () => {
    const url = await server.create();
    const elsewhere = notifyNetwork({ policy: { allow: [], only: ['192.0.2.0/24'] } });
    await expect(opened(url, elsewhere.database)).rejects.toThrow(/outside network\.only/);
  });
});
