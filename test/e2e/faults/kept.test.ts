/** What is kept, under the built daemon: baselines that other hands changed, a backup, a PostgreSQL that is killed, when somebody was reached. */
import { appendFileSync, copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../support/postgres.js';
import { until } from '../../support/siteward.js';
import { onGround, PATIENCE_MS } from './ground.js';

const PATIENCE = { timeout: 3 * PATIENCE_MS };

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, PATIENCE_MS);
afterAll(() => server.stop());

test.concurrent(
  'PostgreSQL killed: what was open goes on, an attack is told once, and all is written down when it is back',
  PATIENCE,
  () =>
    onGround(async (ground) => {
      const url = await server.create();
      ground.settings(`store: { url: "${url}" }`);
      const daemon = await ground.watch();
      await daemon.looked();
      const at = performance.now();
      await server.crash();
      ground.attack(true);
      await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
      await until('we are told of the store', () => ground.ofSite('_siteward').length > 0, PATIENCE_MS);
      await daemon.looked();
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
      const beats = ground.beats.filter((beat) => beat > at + 15_000);
      expect(beats).toEqual([]);
      await server.restart();
      await until('it is healthy again', async () => (await daemon.health()).ok, PATIENCE_MS);
      ground.attack(false);
      await until('its end is told', () => ground.ofSite().length > 1, PATIENCE_MS);
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened', 'resolved']);
      expect((await daemon.stop()).code).toBe(0);
      const written = await server.run(
        url,
        `select change from transitions t join incidents i on i.id = t.incident_id
      where i.site_id = 'site-1' order by t.seq`,
      );
      expect(written.split('\n')).toEqual(['opened', 'resolved']);
      expect(await server.run(url, `select count(*) from deliveries where state = 'pending'`)).toBe('0');
    }),
);

test.concurrent('baselines that are not believed are one incident of ours, and never green', PATIENCE, () =>
  onGround(async (ground) => {
    const daemon = await ground.watch();
    await daemon.looked();
    const files = ['site-1', 'site-2', 'site-3', 'site-4'].map((id) =>
      ground.place.path('baselines', id, 'baseline.json'),
    );
    const genuine = files.map((file) => readFileSync(file));
    for (const file of files) appendFileSync(file, ' ');
    for (const file of files) writeFileSync(file, readFileSync(file, 'utf8').replace('Ada', 'Eve'));
    await until('it is told', () => ground.ofSite('_siteward').length > 0, PATIENCE_MS);
    const at = performance.now();
    for (let look = 0; look < 3; look++) await daemon.looked();
    expect(ground.told.map(({ site, change }) => `${site} ${change}`)).toEqual(['_siteward opened']);
    expect(ground.told[0]?.headline).toMatch(/site-1.* is not believed/);
    expect((await daemon.health()).problems.join()).toMatch(/not believed/);
    expect(ground.beats.filter((beat) => beat > at + 1_000)).toEqual([]);
    for (const [index, file] of files.entries()) writeFileSync(file, genuine[index] ?? '');
    await until('its end is told', () => ground.told.some(({ change }) => change === 'resolved'), PATIENCE_MS);
    expect(ground.told.every(({ site }) => site === '_siteward')).toBe(true);
    await daemon.stop();
  }, 4),
);

test.concurrent('a backup taken while the daemon works is sound, and a daemon goes on from it', PATIENCE, () =>
  onGround(async (ground) => {
    const { place } = ground;
    expect(await place.siteward('backup', 'early.db')).toMatchObject({ code: 3 });
    const daemon = await ground.watch();
    ground.attack(true);
    await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
    await daemon.looked();
    const { code, stdout, stderr } = await place.siteward('--json', 'backup', 'copy.db');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'siteward/backup/1',
      auditHead: expect.stringMatching(/^\d+:/),
    });
    expect((statSync(place.path('copy.db')).mode & 0o777).toString(8)).toBe('600');
    expect((await place.siteward('backup', 'copy.db')).stderr).toMatch(/exists already/);
    await daemon.stop();
    for (const ending of ['', '-wal', '-shm']) rmSync(place.path('data', `siteward.db${ending}`), { force: true });
    copyFileSync(place.path('copy.db'), place.path('data', 'siteward.db'));
    const second = await ground.watch();
    await second.looked();
    await second.looked();
    expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
    ground.attack(false);
    await until('its end is told', () => ground.ofSite().length > 1, PATIENCE_MS);
    await second.stop();
  }),
);

test.concurrent('a drill that reached a receiver is dated in the metrics', PATIENCE, () =>
  onGround(async (ground) => {
    expect(await ground.place.siteward('drill')).toMatchObject({ code: 0 });
    const daemon = await ground.watch();
    const drilled = (): Promise<number> => daemon.metric('siteward_drill_last_success_timestamp');
    await until('the drill is dated', async () => Math.abs((await drilled()) - Date.now() / 1_000) < 300, PATIENCE_MS);
    await until('the heart beats', () => ground.beats.length > 0, PATIENCE_MS);
    await daemon.stop();
  }),
);
