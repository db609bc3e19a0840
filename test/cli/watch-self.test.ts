/** What the daemon takes for a fault of its own at a pulse. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Desk } from '../../src/cli/watch-desk.js';
import { watchSelf } from '../../src/cli/watch-self.js';
import { T0 } from '../contracts/samples.js';

interface Moment {
  readonly failing?: readonly string[];
  /** Events by when they begin; each lasts an hour. */
  readonly begins?: readonly number[];
  readonly runningMs?: number;
}

const HOUR = 3_600_000;

async function faultsWhile({ failing = [], begins = [], runningMs = HOUR }: Moment): Promise<readonly string[]> {
  const events = begins.map((from, index) => ({ id: `event-${index}`, from, to: from + HOUR, sites: [] }));
  const settings = { receivers: [{ id: 'ops' }, { id: 'pager' }] };
  const self = {
    ...{ takeClockJumpMs: () => 0, takeBlockedMs: () => 0, unverifiable: [], sight: 'sighted', attentions: () => [] },
    ...{ look: async () => undefined, proven: () => undefined, pulsed: () => undefined },
    ...{ runningMs, provenAt: T0, drilledAt: null },
  };
  const outbox = { pending: 0, oldestAt: null, givenUp: failing.length, failing, provenAt: T0 };
  const desk = {
    place: {
      observatory: { now: () => T0 },
      config: { sites: [], events, settings },
      options: { data: join(tmpdir(), 'siteward-there-is-none') },
    },
    // In trouble for a moment: then the trail is not noted outside, which is no matter here.
    store: {
      trouble: { reason: 'busy', since: T0 },
      proveWritable: async () => undefined,
      outbox: async () => outbox,
      openIncidents: async () => [],
      latest: async () => [],
    },
    metrics: { blocked: () => undefined, sighted: () => undefined },
    memory: { inTurn: async () => ({ incidents: [], transitions: [] }) },
    self,
    faults: [],
  } as unknown as Desk;
  await watchSelf(desk, { ownLagMs: 0 });
  return desk.faults.flatMap(({ code, which }) => [code, ...which]);
}

test('a receiver that refuses for good, but not one that settings.yaml names no more', async () => {
  expect(await faultsWhile({ failing: ['former', 'pager'] })).toEqual(['receiver-failing', 'pager']);
  expect(await faultsWhile({ failing: ['former'] })).toEqual([]);
});

test.each([
  ['begins within the hour', { begins: [T0 + HOUR] }, ['event-not-ready']],
  ['began while we watched', { begins: [T0 - 60_000] }, ['event-not-ready']],
  ['begins later', { begins: [T0 + HOUR + 1] }, []],
  ['began before we did', { begins: [T0 - 60_000], runningMs: 30_000 }, []],
  ['begins soon, and we began just now', { begins: [T0 + 60_000], runningMs: 119_000 }, []],
  ['is over', { begins: [T0 - HOUR], runningMs: 3 * HOUR }, []],
])('an event without a drill before it: %s', async (_, moment, expected) => {
  expect(await faultsWhile(moment)).toEqual(expected);
});
