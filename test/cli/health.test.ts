/** When the daemon is not healthy, and therefore silent towards its dead man's switch. */
import { describe, expect, test } from 'vitest';
import type { Desk } from '../../src/cli/watch-desk.js';
import { healthOf } from '../../src/cli/watch-health.js';
import type { Outbox } from '../../src/store/store.js';
import { T0 } from '../contracts/samples.js';

const QUIET: Outbox = { pending: 0, oldestAt: null, givenUp: 0, failing: [], provenAt: T0 - 1_000 };
const DAY = 86_400_000;

interface Moment {
  readonly outbox?: Partial<Outbox>;
  readonly trouble?: { readonly reason: string; readonly since: number };
  readonly faults?: readonly string[];
  readonly provenAt?: number;
  readonly runningMs?: number;
  readonly unwatchedMs?: number;
  readonly receivers?: readonly { readonly id: string }[];
}

async function problems(moment: Moment): Promise<readonly string[]> {
  const {
    outbox,
    trouble = null,
    faults = [],
    provenAt = null,
    runningMs = 2 * DAY,
    unwatchedMs = 10_000,
    receivers = [{ id: 'ops' }],
  } = moment;
  const settings = { receivers, heartbeat: { provenWithinMs: DAY }, browser: { sandbox: 'required' } };
  const desk = {
    place: { observatory: { now: () => T0 }, config: { sites: [], events: [], settings } },
    store: { outbox: async () => ({ ...QUIET, ...outbox }), trouble },
    self: { provenAt, runningMs, unwatchedMs },
    faults: faults.map((code) => ({ code, summary: code })),
    unrecorded: null,
    lastLookAt: T0,
  };
  return (await healthOf(desk as unknown as Desk)).problems;
}

describe('the daemon could alert nobody', () => {
  test.each<[string, Moment, readonly RegExp[]]>([
    ['when all is well: no', {}, []],
    ['an alert waits for two minutes', { outbox: { oldestAt: T0 - 120_001 } }, [/alerts wait/]],
    ['an alert waits since a time to come', { outbox: { oldestAt: T0 + 1 } }, [/alerts wait/]],
    ['the database takes nothing, from the first moment', { trouble: { reason: 'full', since: T0 } }, [/store.*full/]],
    [
      'no receiver was reached for a day',
      { outbox: { provenAt: T0 - DAY - 1 } },
      [/no receiver took a message or a look since 2/],
    ],
    ['but one answered when it was looked at: no', { outbox: { provenAt: null }, provenAt: T0 - 1 }, []],
    ['one was in a time to come: the clock was set back', { outbox: { provenAt: T0 + 1 } }, [/since the start/]],
    ['none was ever reached', { outbox: { provenAt: null } }, [/since the start/]],
    ['just started: not yet', { outbox: { provenAt: null }, runningMs: 60_000 }, []],
    ['there are no receivers: nobody is promised anything', { outbox: { provenAt: null }, receivers: [] }, []],
    ['the only receiver refuses for good', { outbox: { givenUp: 1, failing: ['ops'] } }, [/ops were refused for good/]],
    [
      'one of two does: the other is told',
      { outbox: { givenUp: 1, failing: ['ops'] }, receivers: [{ id: 'ops' }, { id: 'pager' }] },
      [],
    ],
    ['one that settings.yaml names no more did: no', { outbox: { givenUp: 1, failing: ['former'] } }, []],
    ['it did not look at itself for a minute', { unwatchedMs: 60_001 }, [/itself/]],
    ['it is blind', { faults: ['blind'] }, [/blind/]],
    ['its baselines are not believed', { faults: ['baselines-unverifiable'] }, [/baselines/]],
    ['something was lost, and it watches on: no', { faults: ['memory-lost', 'clock-jumped', 'not-observed'] }, []],
  ])('%s', async (_when, moment, words) => {
    const found = await problems(moment);
    expect(found).toHaveLength(words.length);
    for (const [index, one] of words.entries()) expect(found[index]).toMatch(one);
  });
});
