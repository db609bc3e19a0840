/** The short form of bench/torture: the built daemon killed where it would hurt most, and at a few random moments. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Arena, openArena } from '../../bench/torture/arena.js';
import { dieAt } from '../../bench/torture/point.js';
import { killAtRandom } from '../../bench/torture/random.js';
import { CRASH_POINTS } from '../../src/core/crash-points.js';
import { newWorkplace } from '../support/siteward.js';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');

/** Each is a matter of seconds; a machine that does other things may take long over starting Node twice. */
const PATIENCE = { timeout: 240_000 };

let arena: Arena;
beforeAll(async () => {
  arena = await openArena(PROGRAM, 1);
});
afterAll(() => arena.close());

const SOUND = { lost: [], strangers: [], torn: [], unsound: [] };

describe('a daemon killed', () => {
  test.concurrent.each([
    'create table "deliveries"',
    'insert into "transitions"',
    'record/committed',
    'send/connected',
    'send/accepted',
    'settle/end',
  ] as const)('at %s loses nothing and tells nothing under another key', PATIENCE, async (point) => {
    arena.attack(true);
    const { died, untold, books } = await dieAt(point, 'webhook', arena);
    expect({ died, untold }).toEqual({ died: true, untold: [] });
    expect(books).toMatchObject(SOUND);
    expect([...books.repeated.values()]).toEqual(point === 'send/accepted' ? [1] : []);
  });

  test('at random moments loses nothing and repeats no message more than once a kill', PATIENCE, async () => {
    const { books, mostOfOneMessage } = await killAtRandom(5, Math.random, arena, () => undefined);
    expect(books).toMatchObject(SOUND);
    expect(books.told.length).toBeGreaterThan(0);
    expect(mostOfOneMessage).toBeLessThanOrEqual(1);
  });
});

test('there are at least forty named points, and no other name is taken', async () => {
  expect(new Set(CRASH_POINTS).size).toBe(CRASH_POINTS.length);
  expect(CRASH_POINTS.length).toBeGreaterThanOrEqual(40);
  const place = newWorkplace();
  const { code, stderr } = await place.start(['doctor'], { env: { SITEWARD_CRASH_AT: 'send/acepted' } }).finished;
  expect([code, stderr]).toEqual([64, expect.stringMatching(/names no crash point.*crash-points\.ts/)]);
  await place.remove();
});
