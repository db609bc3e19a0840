/** What the daemon forgets, and by which clock. */
import { expect, test } from 'vitest';
import { prune } from '../../src/cli/watch-daemon.js';
import type { Desk } from '../../src/cli/watch-desk.js';
import { T0 } from '../contracts/samples.js';

const DAY = 86_400_000;

async function prunedBefore(lookedAt: readonly number[], driftMs = 0): Promise<readonly number[]> {
  const pruned: number[] = [];
  await prune({
    place: { observatory: { now: () => T0 } },
    store: {
      lookedAt: async () => new Map(lookedAt.map((at, index) => [`${index}`, at])),
      prune: async (before: number) => pruned.push(before),
    },
    self: { driftMs },
  } as unknown as Desk);
  return pruned;
}

test('what is old is forgotten by a clock that is as it was', async () => {
  expect(await prunedBefore([T0 - 90 * DAY, T0 - 60_000])).toEqual([T0 - 30 * DAY]);
  expect(await prunedBefore([])).toEqual([T0 - 30 * DAY]);
});

test('nothing is by one that was set, or that a machine may just have started with', async () => {
  expect(await prunedBefore([T0 - 60_000], 2 * DAY)).toEqual([]);
  expect(await prunedBefore([T0 - 60_000], -2 * DAY)).toEqual([]);
  // Ten years on: either nobody watched for so long, or this clock is wrong.
  expect(await prunedBefore([T0 - 3_650 * DAY])).toEqual([]);
});
