/** What the daemon takes for a fault of its own at a pulse. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Desk } from '../../src/cli/watch-desk.js';
import { watchSelf } from '../../src/cli/watch-self.js';
import { T0 } from '../contracts/samples.js';

async function faultsWhile(failing: readonly string[]): Promise<readonly string[]> {
  const settings = { receivers: [{ id: 'ops' }, { id: 'pager' }] };
  const self = {
    ...{ takeClockJumpMs: () => 0, takeBlockedMs: () => 0, unverifiable: [], sight: 'sighted', attentions: () => [] },
    ...{ look: async () => undefined, proven: () => undefined, pulsed: () => undefined },
  };
  const outbox = { pending: 0, oldestAt: null, givenUp: failing.length, failing, provenAt: T0 };
  const desk = {
    place: {
      observatory: { now: () => T0 },
      config: { sites: [], settings },
      options: { data: join(tmpdir(), 'siteward-there-is-none') },
    },
    // In trouble for a moment: then the trail is not noted outside, which is no matter here.
    store: {
      trouble: { reason: 'busy', since: T0 },
      proveWritable: async () => undefined,
      outbox: async () => outbox,
      openIncidents: async () => [],
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
  expect(await faultsWhile(['former', 'pager'])).toEqual(['receiver-failing', 'pager']);
  expect(await faultsWhile(['former'])).toEqual([]);
});
