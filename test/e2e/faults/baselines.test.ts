/** What was approved is changed by other hands: one message about all of it, none about each site, and no heartbeat. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../../support/siteward.js';
import { onGround, PATIENCE_MS } from './ground.js';

test('baselines that are not believed are one incident of ours, and never green', { timeout: 3 * PATIENCE_MS }, () =>
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
