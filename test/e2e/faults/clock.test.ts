/** A wall clock that is set, under the built daemon: cadence, reminders, silences and messages go by what time really passed. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/siteward.js';
import { cannot, clockOf, onGround, PATIENCE_MS } from './ground.js';

const PATIENCE = { timeout: 3 * PATIENCE_MS };
const unable = cannot('faketime');
describe.skipIf(unable)(`the wall clock${unable ? ` (skipped: ${unable})` : ''}`, () => {
  test.concurrent.each(['+1h', '-1h', '+1d', '-1d'])(
    'set by %s: told once, no site is blamed, looks go on',
    PATIENCE,
    (offset) =>
      onGround(async (ground) => {
        const clock = clockOf(ground);
        const daemon = await ground.watch({ env: clock.env });
        await daemon.looked();
        clock.set(offset);
        for (let look = 0; look < 2; look++) await daemon.looked();
        await until('it is told', () => ground.ofSite('_siteward').length > 0, PATIENCE_MS);
        const way = offset.startsWith('+') ? 'forward' : 'back';
        expect(ground.ofSite('_siteward')[0]?.headline).toMatch(new RegExp(`clock was set ${way}`));
        expect(ground.ofSite()).toEqual([]);
        // An attack is told as ever, and so is its end.
        ground.attack(true);
        await until('the attack is told', () => ground.ofSite().length === 1, PATIENCE_MS);
        ground.attack(false);
        await until('its end is told', () => ground.ofSite().length === 2, PATIENCE_MS);
        expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened', 'resolved']);
        expect(
          ground
            .ofSite('_siteward')
            .map(({ headline }) => headline)
            .filter((one) => /could not be verified/.test(one)),
        ).toEqual([]);
        await daemon.stop();
      }),
  );

  test.concurrent('set back while a message waits for its next attempt: it does not wait a day', PATIENCE, () =>
    onGround(async (ground) => {
      const clock = clockOf(ground);
      const daemon = await ground.watch({ env: clock.env });
      await daemon.looked();
      let refused = 0;
      ground.answer((response) => {
        refused++;
        response.writeHead(503).end();
      });
      ground.attack(true);
      await until('it is refused', () => refused > 0, PATIENCE_MS);
      clock.set('-1d');
      ground.answer(null);
      await until('it is told all the same', () => ground.ofSite().length > 0, PATIENCE_MS);
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
      await daemon.stop();
    }),
  );
});

test.concurrent.each(['Pacific/Kiritimati', 'right/UTC', 'America/St_Johns'])(
  'the time zone of the machine (%s) changes nothing that is stored or told',
  PATIENCE,
  (zone) =>
    onGround(async (ground) => {
      const daemon = await ground.watch({ env: { TZ: zone } });
      ground.attack(true);
      await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
      await pause(1_000);
      await daemon.stop();
      const { stdout } = await ground.place.siteward('--json', 'incidents');
      const [incident] = JSON.parse(stdout).incidents;
      const age = Date.now() - Date.parse(incident.since);
      expect(age).toBeGreaterThan(0);
      expect(age).toBeLessThan(3_600_000);
    }),
);
