/** When somebody was reached last, for whoever watches the watcher. */
import { expect, test } from 'vitest';
import { until } from '../../support/siteward.js';
import { onGround, PATIENCE_MS } from './ground.js';

test(
  'a drill that reached a receiver is dated in the metrics',
  {
    timeout: 3 * PATIENCE_MS,
  },
  () =>
    onGround(async (ground) => {
      expect(await ground.place.siteward('drill')).toMatchObject({ code: 0 });
      const daemon = await ground.watch();
      const drilled = (): Promise<number> => daemon.metric('siteward_drill_last_success_timestamp');
      await until(
        'the drill is dated',
        async () => Math.abs((await drilled()) - Date.now() / 1_000) < 300,
        PATIENCE_MS,
      );
      await until('the heart beats', () => ground.beats.length > 0, PATIENCE_MS);
      await daemon.stop();
    }),
);
