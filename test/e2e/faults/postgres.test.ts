/** The built daemon on a PostgreSQL that is killed under it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../support/postgres.js';
import { until } from '../../support/siteward.js';
import { onGround, PATIENCE_MS } from './ground.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, PATIENCE_MS);
afterAll(() => server.stop());

test(
  'PostgreSQL killed: what was open goes on, an attack is told once, and all is written down when it is back',
  {
    timeout: 3 * PATIENCE_MS,
  },
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
