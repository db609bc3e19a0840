/** The daemon held up, stopped in the middle of a message, short of descriptors, with a log nobody reads, with rows others changed. */
import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { booksOf, pendingIn } from '../../../bench/torture/ledger.js';
import { sqliteDialect } from '../../../src/store/sqlite.js';
import { until } from '../../support/siteward.js';
import { cannot, type Ground, onGround, PATIENCE_MS } from './ground.js';

const PATIENCE = { timeout: 3 * PATIENCE_MS };
const databaseOf = (ground: Ground): string => ground.place.path('data', 'siteward.db');

/** Runs SQL past the store. */
async function aside(database: string, statement: string): Promise<void> {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(database) });
  await sql`${sql.raw(statement)}`.execute(db);
  await db.destroy();
}

test.concurrent(
  'SIGTERM in the middle of a message: ends within ten seconds, and the next start tells it once',
  PATIENCE,
  () =>
    onGround(async (ground) => {
      const first = await ground.watch();
      const held: ServerResponse[] = [];
      ground.answer((response) => void held.push(response));
      ground.attack(true);
      await until('the message is under way', () => held.length > 0, PATIENCE_MS);
      const { code, tookMs } = await first.stop();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(10_000);
      expect(await pendingIn(databaseOf(ground))).toBe(1);
      ground.answer(null);
      const second = await ground.watch();
      await until('it is told', () => ground.ofSite().length > 0, PATIENCE_MS);
      await second.looked();
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
      await second.stop();
    }),
);

test.concurrent(
  'stopped for half a minute (SIGSTOP): one look catches up, nobody is told of the site, the gap is',
  PATIENCE,
  () =>
    onGround(async (ground) => {
      const daemon = await ground.watch();
      await daemon.looked();
      const looks = await daemon.metric('siteward_looks_total');
      const beats = ground.beats.length;
      daemon.running.kill('SIGSTOP');
      await pause(30_000);
      expect(ground.beats.length).toBe(beats);
      const at = performance.now();
      daemon.running.kill('SIGCONT');
      await daemon.looked();
      const seconds = (performance.now() - at) / 1_000;
      // Six were missed; one makes up for them, and the cadence of five seconds goes on.
      expect((await daemon.metric('siteward_looks_total')) - looks).toBeLessThanOrEqual(2 + Math.ceil(seconds / 4));
      await until('the gap is told', () => ground.ofSite('_siteward').length > 0, PATIENCE_MS);
      expect(ground.ofSite('_siteward')[0]?.headline).toMatch(/Nothing was done for \d+ s/);
      expect(ground.ofSite()).toEqual([]);
      await until('the heartbeat is back', () => ground.beats.length > beats, PATIENCE_MS);
      await daemon.stop();
    }),
);

test.concurrent(
  'the watchlist changed while an attack is open: SIGHUP ends nothing, the next start tells who heard of it, and nobody twice',
  PATIENCE,
  () =>
    onGround(async (ground) => {
      const first = await ground.watch();
      ground.attack(true);
      await until('both are told', () => ground.ofSite().length + ground.ofSite('site-2').length === 2, PATIENCE_MS);
      first.running.kill('SIGHUP');
      await first.looked();
      expect(first.running.stderr()).toMatch(/configuration is read at the start only/);
      await first.stop();
      const watchlist = readFileSync(ground.place.path('config', 'watchlist.yaml'), 'utf8').split('\n');
      ground.place.watchlist(watchlist.filter((line) => !line.includes('id: site-2')).join('\n'));
      const second = await ground.watch();
      await until('its end is told', () => ground.ofSite('site-2').length === 2, PATIENCE_MS);
      expect(ground.ofSite('site-2')[1]).toMatchObject({
        change: 'resolved',
        headline: expect.stringMatching(/^\[CLOSED\] site-2: no longer watched/),
      });
      await until('it looks', async () => (await second.health()).lastLookAt !== null, PATIENCE_MS);
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
      await second.stop();
      expect(await booksOf(databaseOf(ground), [])).toMatchObject({ torn: [], unsound: [] });
    }, 2),
);

const unlimited = cannot('prlimit');
test
  .skipIf(unlimited)
  .concurrent('with no descriptor left: an attack already seen is told, and no site is called down', PATIENCE, () =>
    onGround(async (ground) => {
      const daemon = await ground.watch();
      await daemon.looked();
      let refused = 0;
      ground.answer((response) => {
        refused += 1;
        response.writeHead(503).end();
      });
      ground.attack(true);
      await until('the alert waits', () => refused > 0, PATIENCE_MS);
      const open = new Set(readdirSync(`/proc/${daemon.running.pid}/fd`).map(Number));
      let lowestFree = 0;
      while (open.has(lowestFree)) lowestFree += 1;
      const limit = (soft: number): Promise<unknown> =>
        new Promise((done) =>
          spawn('prlimit', ['--pid', String(daemon.running.pid), `--nofile=${soft}:`]).once('exit', done),
        );
      // The next descriptor would get that number, which must be below the limit: from here on there is none.
      await limit(lowestFree);
      ground.answer(null);
      const beats = ground.beats.length;
      await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
      // What sees nothing must not be thought well; one may have been under way.
      expect(ground.beats.length).toBeLessThanOrEqual(beats + 1);
      await limit(1024);
      await daemon.looked();
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
      await daemon.stop();
    }),
  );

/** Its stderr is a pipe of one page (1031 is F_SETPIPE_SZ, fcntl(2)) that somebody reads until it listens, and then holds open. */
const SMALL_PIPE = `pipe R, W; fcntl(W, 1031, 4096) or die; if (!fork) { close W; while (<R>) { print STDERR; last if /healthz/ }
sleep 1 while getppid() != 1; exit } close R; open STDERR, '>&', W; exec @ARGV`;
const unpiped = cannot('perl');
test.skipIf(unpiped).concurrent('a log that nobody reads holds nothing up', PATIENCE, () =>
  onGround(async (ground) => {
    const daemon = await ground.watch({ through: ['perl', '-e', SMALL_PIPE] });
    // Ten lines a round of more than a hundred characters each: the pipe is full after four.
    for (let round = 0; round < 8; round++) await daemon.looked();
    ground.attack(true);
    await until('the attack is told', () => ground.told.length > 0, PATIENCE_MS);
    await daemon.looked();
    expect(ground.told.some(({ change }) => change === 'opened')).toBe(true);
    const at = performance.now();
    await until('the heartbeat goes on', () => ground.beats.some((beat) => beat > at), PATIENCE_MS);
  }, 10),
);

test.concurrent('a poisoned row is set aside and told of; another site is watched and told of as ever', PATIENCE, () =>
  onGround(async (ground) => {
    const first = await ground.watch();
    ground.attack(true);
    await until('both are told', () => ground.ofSite().length + ground.ofSite('site-2').length === 2, PATIENCE_MS);
    await first.stop();
    await aside(databaseOf(ground), `update incidents set incident = '{' where site_id = 'site-1'`);
    const before = ground.told.length;
    const second = await ground.watch();
    await until('the row is told of', () => ground.ofSite('_siteward').length > 0, PATIENCE_MS);
    expect(ground.ofSite('_siteward')[0]?.headline).toMatch(/kept aside: incident_/);
    await until('its site is told of anew', () => ground.ofSite().length === 2, PATIENCE_MS);
    expect(ground.told.slice(before).filter(({ site }) => site === 'site-2')).toEqual([]);
    for (const name of readdirSync(ground.place.path('data', 'lost')))
      rmSync(ground.place.path('data', 'lost', name), { recursive: true });
    const ended = (): boolean => ground.ofSite('_siteward').some(({ change }) => change === 'resolved');
    await until('once the folder is taken away that is over', ended, PATIENCE_MS);
    await second.stop();
  }, 2),
);

test.concurrent(
  'an old copy of the database put back is told of, and what is still so is not told as over',
  PATIENCE,
  () =>
    onGround(async (ground) => {
      const first = await ground.watch();
      await first.looked();
      await first.stop();
      copyFileSync(databaseOf(ground), ground.place.path('copy'));
      const second = await ground.watch();
      ground.attack(true);
      await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
      // The head is noted at the next pulse.
      await pause(12_000);
      expect((await second.stop()).code).toBe(0);
      for (const ending of ['', '-wal', '-shm']) rmSync(`${databaseOf(ground)}${ending}`, { force: true });
      copyFileSync(ground.place.path('copy'), databaseOf(ground));
      const third = await ground.watch();
      await until('it is told of', () => ground.ofSite('_siteward').length > 0, PATIENCE_MS);
      expect(ground.ofSite('_siteward')[0]?.headline).toMatch(/kept aside: trail-/);
      await until('the attack is told anew', () => ground.ofSite().length === 2, PATIENCE_MS);
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened', 'opened']);
      await third.stop();
    }),
);
