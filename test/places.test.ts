/** Who may look: hosts that hang, and all the others beside them, on a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Job, Scheduler } from '../src/scheduler.js';

const START = Date.UTC(2026, 6, 17, 15, 0, 0);

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

function scheduler(jobs: readonly Job[], concurrency: number): Scheduler {
  const clocks = { now: () => Date.now(), monotonic: () => Date.now() - START };
  return new Scheduler(jobs, { ...clocks, random: () => 0.5, concurrency });
}

function every(everyMs: number, run: () => Promise<void>, id: string): Job {
  return { id, host: id, scheduleAt: () => ({ everyMs }), changesAt: [], run };
}

describe('places', () => {
  test('a host that hangs holds up only itself, and that is no lateness of ours', async () => {
    const seen = new Set<string>();
    const hanging = Array.from({ length: 20 }, (_, index) => {
      return { ...every(1_000, () => new Promise<void>(() => undefined), `slow-${index}`), host: 'slow.example' };
    });
    const others = Array.from({ length: 5 }, (_, index) =>
      every(1_000, async () => void seen.add(`${index}`), `o${index}`),
    );
    const subject = scheduler([...hanging, ...others], 4);
    subject.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.size).toBe(5);
    expect(subject.runningCount).toBe(2);
    expect(subject.waitingCount).toBe(18);
    expect(subject.lagMs).toBeGreaterThan(55_000);
    expect(subject.ownLagMs).toBeLessThan(2_000);
  });

  describe('beside hosts that hang until the deadline of a look', () => {
    /** Runs beside eight places so many hosts that hang for a minute each time, and twenty that answer. */
    async function watched(hanging: number, hangs: (nth: number) => boolean) {
      const slow = new Map<string, number>();
      const starts = new Map<string, number[]>();
      const hung = Array.from({ length: hanging }, (_, index) => {
        const id = `slow-${index}`;
        return every(
          15_000,
          async () => {
            const nth = slow.get(id) ?? 0;
            slow.set(id, nth + 1);
            await new Promise((resolve) => setTimeout(resolve, hangs(nth) ? 60_000 : 500));
          },
          id,
        );
      });
      const quick = Array.from({ length: 20 }, (_, index) => {
        const own: number[] = [];
        starts.set(`quick-${index}`, own);
        return every(
          15_000,
          async () => {
            own.push(Date.now() - START);
            await new Promise((resolve) => setTimeout(resolve, 500));
          },
          `quick-${index}`,
        );
      });
      const subject = scheduler([...hung, ...quick], 8);
      subject.start();
      await vi.advanceTimersByTimeAsync(3_600_000);
      return { slow, starts, subject };
    }
    /** Longest time between two looks that began after that minute. */
    const longestGap = (starts: ReadonlyMap<string, readonly number[]>, after: number): number => {
      const gaps = [...starts.values()].flatMap((own) => {
        const later = own.filter((at) => at >= after);
        return later.slice(1).map((at, index) => at - (later[index] ?? 0));
      });
      return Math.max(...gaps);
    };

    test('as many as there are places cost the others no look, and each is still looked at', async () => {
      const { slow, starts, subject } = await watched(8, () => true);
      expect(longestGap(starts, 0)).toBeLessThanOrEqual(25_000);
      expect(longestGap(starts, 60_000)).toBeLessThanOrEqual(17_000);
      // Four at a time for a minute each: every one of the eight every two minutes.
      expect(Math.min(...slow.values())).toBeGreaterThanOrEqual(28);
      expect(subject.runningCount).toBeLessThanOrEqual(12);
    });

    test('many times as many disturb the others once, for a minute', async () => {
      const { slow, starts } = await watched(40, () => true);
      expect(longestGap(starts, 0)).toBeGreaterThan(17_000);
      expect(longestGap(starts, 7 * 60_000)).toBeLessThanOrEqual(17_000);
      expect(Math.min(...slow.values())).toBeGreaterThanOrEqual(5);
    });

    test('one that hangs every other time is not taken for quick in between', async () => {
      const { slow, starts } = await watched(40, (nth) => nth % 2 === 0);
      expect(longestGap(starts, 7 * 60_000)).toBeLessThanOrEqual(17_000);
      expect(Math.min(...slow.values())).toBeGreaterThanOrEqual(5);
    });
  });

  test('a host whose page hangs leaves a place to what is asked of others about it', async () => {
    const looks = { page: 0, tls: 0, dns: 0 };
    const job = (name: keyof typeof looks, ms: number): Job => {
      const run = async (): Promise<void> => {
        looks[name] += 1;
        await new Promise((resolve) => setTimeout(resolve, ms));
      };
      return { ...every(15_000, run, name), host: 'slow.example' };
    };
    const subject = scheduler([job('page', 60_000), job('tls', 60_000), job('dns', 200)], 8);
    subject.start();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(looks.dns).toBeGreaterThan(230);
    expect(looks.page + looks.tls).toBeGreaterThan(50);
    expect(Math.min(looks.page, looks.tls)).toBeGreaterThan(20);
  });
});
