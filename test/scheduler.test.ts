import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Schedule } from '../src/core/model.js';
import { DueHeap } from '../src/due-heap.js';
import { type Job, Scheduler } from '../src/scheduler.js';

const START = Date.UTC(2026, 6, 17, 15, 0, 0);

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

function scheduler(jobs: readonly Job[], concurrency = 4): Scheduler {
  return new Scheduler(jobs, {
    now: () => Date.now(),
    monotonic: () => Date.now() - START,
    random: () => 0.5,
    concurrency,
  });
}

function every(everyMs: number, run: () => Promise<void>, id = 'live/page'): Job {
  return { id, host: id, scheduleAt: () => ({ everyMs }), changesAt: [], run };
}

describe('Scheduler', () => {
  test('runs a target at its cadence, without drift', async () => {
    const starts: number[] = [];
    const job = every(60_000, async () => void starts.push(Date.now() - START));
    scheduler([job]).start();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    const [first = Number.NaN, ...others] = starts;
    expect(first).toBeLessThanOrEqual(10_000);
    expect(others).toHaveLength(10);
    expect(others.map((at, i) => at - (others[0] ?? 0) - i * 60_000)).toEqual(others.map(() => 0));
  });

  test('never runs one target twice at a time, and makes up for nothing in a burst', async () => {
    let running = 0;
    let runs = 0;
    const slow = every(1_000, async () => {
      running += 1;
      runs += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      running -= 1;
    });
    scheduler([slow]).start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(runs).toBe(5);
  });

  test('keeps to its concurrency', async () => {
    let most = 0;
    let running = 0;
    const jobs = Array.from({ length: 10 }, (_, index) =>
      every(
        1_000,
        async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 500));
          running -= 1;
        },
        `site-${index}/page`,
      ),
    );
    scheduler(jobs, 3).start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(most).toBe(3);
  });

  test('an event window changes the cadence the moment it opens and closes', async () => {
    const opens = START + 120_000;
    const closes = START + 180_000;
    const starts: number[] = [];
    const job: Job = {
      id: 'live/page',
      host: 'live',
      scheduleAt: (at): Schedule => ({ everyMs: at >= opens && at < closes ? 5_000 : 3_600_000 }),
      changesAt: [opens, closes],
      run: async () => void starts.push(Date.now()),
    };
    scheduler([job]).start();
    await vi.advanceTimersByTimeAsync(300_000);
    const inside = starts.filter((at) => at >= opens && at < closes);
    expect(inside.length).toBeGreaterThanOrEqual(12);
    expect((inside[0] ?? 0) - opens).toBeLessThan(2_000);
    expect(starts.filter((at) => at >= closes + 2_000)).toHaveLength(0);
  });

  test('a cron expression says when, in its own timezone', async () => {
    const starts: string[] = [];
    const job: Job = {
      id: 'live/page',
      host: 'live',
      scheduleAt: () => ({ cron: '30 18 * * *', timezone: 'Europe/Zurich' }),
      changesAt: [],
      run: async () => void starts.push(new Date().toISOString()),
    };
    const subject = scheduler([job]);
    subject.start();
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(starts).toHaveLength(1);
    expect(starts[0]).toMatch(/^2026-07-17T16:30:0/);
    await subject.stop();
  });

  test.each<[string, Schedule]>([
    ['an hour', { everyMs: 3_600_000 }],
    ['a calendar', { cron: '0 3 * * *', timezone: 'Europe/Zurich' }],
  ])('an event opens although the clock was set back over its beginning; else there is %s', async (_, otherwise) => {
    const opens = START - 60_000;
    const starts: number[] = [];
    const job: Job = {
      ...{ id: 'live/page', host: 'live', changesAt: [opens, opens + 3_600_000] },
      scheduleAt: (at): Schedule => (at >= opens && at < opens + 3_600_000 ? { everyMs: 5_000 } : otherwise),
      run: async () => void starts.push(Date.now()),
    };
    const subject = new Scheduler([job], {
      ...{ now: () => Date.now(), random: () => 0.5, concurrency: 4 },
      monotonic: () => performance.now(),
    });
    subject.start();
    await vi.advanceTimersByTimeAsync(30_000);
    vi.setSystemTime(opens - 600_000);
    await vi.advanceTimersByTimeAsync(600_000);
    starts.length = 0;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(starts.length).toBeGreaterThanOrEqual(11);
    await subject.stop();
  });

  test.each([
    ['a clock put forward over it', '30 18 * * *', 89 * 60_000 + 58_000, 5_000],
    ['a machine that slept', '30 18 * * *', 3_600_000, 2 * 3_600_000],
    ['a machine that slept over many', '*/10 16-18 * * *', 5 * 60_000, 2.5 * 3_600_000],
  ])('a calendar look missed by %s is caught up with, once', async (_, cron, after, jump) => {
    const starts: number[] = [];
    const job: Job = {
      ...{ id: 'live/page', host: 'live', changesAt: [] },
      scheduleAt: () => ({ cron, timezone: 'Europe/Zurich' }),
      run: async () => void starts.push(Date.now()),
    };
    const subject = scheduler([job]);
    subject.start();
    await vi.advanceTimersByTimeAsync(after);
    vi.setSystemTime(Date.now() + jump);
    const woken = Date.now();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(starts.filter((at) => at >= woken)).toHaveLength(1);
    await subject.stop();
  });

  test('stop waits for the runs under way and starts no other', async () => {
    let finished = 0;
    let started = 0;
    const jobs = ['a', 'b', 'c'].map((id) =>
      every(
        1_000,
        async () => {
          started += 1;
          await new Promise((resolve) => setTimeout(resolve, 700));
          finished += 1;
        },
        id,
      ),
    );
    const subject = scheduler(jobs, 1);
    subject.start();
    await vi.advanceTimersByTimeAsync(600);
    const stopped = subject.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await stopped;
    expect(started).toBe(1);
    expect(finished).toBe(1);
  });

  test('ten thousand targets keep their cadence, without drift and without a rush', async () => {
    const runs = new Map<string, number[]>();
    let dice = 1;
    const random = (): number => {
      dice = (dice * 48_271) % 2_147_483_647;
      return dice / 2_147_483_647;
    };
    const jobs = Array.from({ length: 10_000 }, (_, index) => {
      const id = `site-${index}/dns`;
      const own: number[] = [];
      runs.set(id, own);
      return every(300_000, async () => void own.push(Date.now() - START), id);
    });
    const io = { now: () => Date.now(), monotonic: () => Date.now() - START, random, concurrency: 100 };
    const subject = new Scheduler(jobs, io);
    subject.start();
    await vi.advanceTimersByTimeAsync(3_600_000);
    for (const [soon = Number.NaN, ...own] of runs.values()) {
      expect(soon).toBeLessThanOrEqual(11_000);
      expect(own.length).toBeGreaterThanOrEqual(11);
      expect(own.length).toBeLessThanOrEqual(13);
      const [first = 0] = own;
      // Jitter moves one run by a tenth of the interval at most, and never the next one.
      const off = own.map((at, index) => Math.abs(at - first - index * 300_000));
      expect(Math.max(...off)).toBeLessThanOrEqual(62_000);
    }
    // After the first run never twice as many in ten seconds as their share.
    const inTenSeconds = new Map<number, number>();
    for (const at of [...runs.values()].flatMap((own) => own.slice(1).map((one) => Math.floor(one / 10_000))))
      inTenSeconds.set(at, (inTenSeconds.get(at) ?? 0) + 1);
    expect(Math.max(...inTenSeconds.values())).toBeLessThan((2 * 10_000 * 10) / 300);
    expect(subject.lagMs).toBeLessThan(2_000);
    // An hour's sleep of the machine: one run of each catches up, and all go on at their places in the interval.
    const before = new Map([...runs].map(([id, own]) => [id, own.length]));
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(20_000);
    const caughtUp = [...runs].map(([id, own]) => own.length - (before.get(id) ?? 0));
    expect(Math.min(...caughtUp)).toBe(1);
    // Whose next turn falls into these seconds anyway has that too.
    expect(caughtUp.filter((more) => more > 1).length).toBeLessThan((3 * 10_000 * 20) / 300);
    const resumed = Date.now() - START;
    await vi.advanceTimersByTimeAsync(1_200_000);
    for (const [, ...own] of runs.values()) {
      const [first = 0] = own;
      const later = own.filter((at) => at > resumed).map((at) => at - first);
      expect(later.length).toBeGreaterThanOrEqual(3);
      expect(Math.max(...later.map((at) => Math.abs(at - 300_000 * Math.round(at / 300_000))))).toBeLessThanOrEqual(
        62_000,
      );
    }
    await subject.stop();
  }, 120_000);

  test('after the machine slept one run catches up, and the cadence goes on where it was', async () => {
    let clock = 0;
    const starts: number[] = [];
    const io = { now: () => START + clock, monotonic: () => clock, random: () => 0.5, concurrency: 4 };
    const subject = new Scheduler([every(60_000, async () => void starts.push(clock))], io);
    subject.start();
    const pass = async (ms: number): Promise<void> => {
      clock += ms;
      await vi.advanceTimersByTimeAsync(1_000);
    };
    for (let second = 0; second < 70; second++) await pass(1_000);
    expect(starts).toHaveLength(2);
    await pass(3_600_000);
    expect(starts).toHaveLength(3);
    for (let second = 0; second < 120; second++) await pass(1_000);
    expect(starts).toHaveLength(5);
    await subject.stop();
  });

  test('whoever waits to look again holds up nobody, and takes a place again before it does', async () => {
    let running = 0;
    let most = 0;
    const look = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
    };
    const seen = new Map<string, number>();
    const jobs = Array.from({ length: 40 }, (_, index): Job => {
      const id = `site-${index}`;
      const run: Job['run'] = async (rest) => {
        await look();
        seen.set(id, Math.min(seen.get(id) ?? Number.POSITIVE_INFINITY, Date.now() - START));
        const pause = (): Promise<void> => rest(() => new Promise((resolve) => setTimeout(resolve, 10_000)));
        await Promise.all([pause(), pause()]);
        await look();
      };
      return { ...every(60_000, async () => undefined, id), run };
    });
    const subject = scheduler(jobs, 4);
    subject.start();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(seen.size).toBe(40);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([most, running, subject.runningCount]).toEqual([4, 0, 0]);
    const stopped = subject.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    await stopped;
  });
});

describe('DueHeap', () => {
  test('gives back whatever was put in, earliest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), (times) => {
        const heap = new DueHeap<number>();
        for (const at of times) heap.push({ at, what: at });
        const out = times.map(() => heap.pop()?.at);
        expect(out).toEqual([...times].sort((a, b) => a - b));
        expect([heap.size, heap.pop()]).toEqual([0, undefined]);
      }),
    );
  });
});
