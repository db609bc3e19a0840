/** `backup` while the daemon works: the copy opens, holds what was decided, and a daemon goes on from it without paging anew. */
import { copyFileSync, rmSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../../support/siteward.js';
import { onGround, PATIENCE_MS } from './ground.js';

test('a backup taken while the daemon works is sound, and a daemon goes on from it', { timeout: 3 * PATIENCE_MS }, () =>
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
