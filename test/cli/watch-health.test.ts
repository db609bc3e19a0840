import { expect, test } from 'vitest';
import type { Desk } from '../../src/cli/watch-desk.js';
import { healthOf } from '../../src/cli/watch-health.js';

const NOW = Date.UTC(2026, 6, 17, 15, 30);

/** A daemon with one alert that waits for so long, inside an event or not. */
function waiting(forMs: number, inEvent: boolean): Desk {
  const settings = { receivers: [], heartbeat: { provenWithinMs: 60_000 }, browser: { sandbox: 'required' } };
  const event = { from: NOW - 1, to: NOW + 1 };
  const outbox = { pending: 1, oldestAt: NOW - forMs, givenUp: 0, failing: [], provenAt: NOW };
  return {
    place: { observatory: { now: () => NOW }, config: { sites: [], events: inEvent ? [event] : [], settings } },
    store: { trouble: null, outbox: async () => outbox },
    ...{ faults: [], unrecorded: null, lastLookAt: null, self: {} },
  } as unknown as Desk;
}

test('whoever waits for our heartbeat must alarm in our place sooner inside an event', async () => {
  const problems = async (forMs: number, inEvent: boolean) => (await healthOf(waiting(forMs, inEvent))).problems.length;
  expect(await Promise.all([problems(61_000, false), problems(121_000, false)])).toEqual([0, 1]);
  expect(await Promise.all([problems(59_000, true), problems(61_000, true)])).toEqual([0, 1]);
});
