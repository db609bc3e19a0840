import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Schedule } from '../src/core/model.js';
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
  return { id, scheduleAt: () => ({ everyMs }), changesAt: [], run };
}

describe('Scheduler', () => {
  test('runs a target at its cadence, without drift', async () => {
    const starts: number[] = [];
    const job = every(60_000, async () => void starts.push(Date.now() - START));
    scheduler([job]).start();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(starts).toHaveLength(10);
    expect(starts.map((at, i) => at - (starts[0] ?? 0) - i * 60_000).every((drift) => drift === 0)).toBe(true);
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
});
