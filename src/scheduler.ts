/**
 * When: every target at its own cadence with jitter, one run of a target at a time, as many together as there are places.
 *
 * Intervals run on one timer over a heap of due times, cron expressions on node-cron. Both only mark a target as due; a
 * target that is still running when it falls due again is not started twice and not made up for in a burst.
 */
import { createTask, type ScheduledTask } from 'node-cron';
import type { Schedule } from './core/model.js';
import { DueHeap } from './due-heap.js';
import { type Comer, Places } from './places.js';

export interface Job extends Comer {
  /** In force at this time: an event changes the cadence. */
  readonly scheduleAt: (at: number) => Schedule;
  /** Times at which the schedule in force changes; the job falls due then. */
  readonly changesAt: readonly number[];
  /** Never rejects. @param rest waits without keeping others from the place that the run has. */
  readonly run: (rest: Rest) => Promise<void>;
}

/** Gives the place back, waits, and takes one again. Several rests of one run at once count as one. */
export type Rest = (wait: () => Promise<void>) => Promise<void>;

export interface SchedulerIo {
  /** Epoch milliseconds, for cron and windows. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps, for intervals. */
  readonly monotonic: () => number;
  /** 0..1. */
  readonly random: () => number;
  /** Runs at a time, beside half as many that take long. */
  readonly concurrency: number;
}

/** Share of the interval by which a run may come early or late: an adversary must not know the second. */
const JITTER = 0.1;
/** Nobody waits longer than this for the first run after a start. */
const FIRST_RUN_MS = 10_000;
/** Longest sleep of the timer, so that a window's start or a clock that jumped is noticed soon. */
const MAX_SLEEP_MS = 1_000;

/** An interval job's place in time: `slot` moves by whole intervals, so that jitter never adds up to drift. */
interface Turn {
  readonly job: Job;
  readonly slot: number;
}

export class Scheduler {
  readonly #jobs: readonly Job[];
  readonly #io: SchedulerIo;
  readonly #places: Places;
  readonly #due = new DueHeap<Turn>();
  /** The turn in force per job; one that was taken out of force stays in the heap and is passed over. */
  readonly #turns = new Map<string, Turn>();
  /** Changes of schedule still to come, soonest first. */
  readonly #changes: { readonly at: number; readonly job: Job }[];
  readonly #running = new Map<string, Promise<void>>();
  /** Monotonic due time of jobs that wait for a place. */
  readonly #waiting = new Map<string, number>();
  /** Those of them whose host was busy when they fell due. */
  readonly #kept = new Set<string>();
  readonly #crons = new Map<string, ScheduledTask>();
  #timer: NodeJS.Timeout | null = null;
  #lagMs = 0;
  #ownLagMs = 0;
  #stopped = false;

  constructor(jobs: readonly Job[], io: SchedulerIo) {
    this.#jobs = jobs;
    this.#io = io;
    this.#places = new Places(io.concurrency, io.monotonic);
    const now = io.now();
    this.#changes = jobs
      .flatMap((job) => job.changesAt.map((at) => ({ at, job })))
      .filter(({ at }) => at > now)
      .sort((a, b) => a.at - b.at);
  }

  /** Starts with a first run of every interval job, within its first interval and ten seconds. */
  start(): void {
    const at = this.#io.monotonic();
    for (const job of this.#jobs) {
      const schedule = job.scheduleAt(this.#io.now());
      if ('everyMs' in schedule)
        this.#spread(job, schedule.everyMs, at, this.#io.random() * Math.min(schedule.everyMs, FIRST_RUN_MS));
      else this.#startCron(job, schedule);
    }
    this.#sleep();
  }

  /** Takes no new run and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const task of this.#crons.values()) await task.destroy();
    await Promise.all(this.#running.values());
  }

  /** Milliseconds by which the latest run started after it was due, or by which the one that waits longest is late. */
  get lagMs(): number {
    return this.#longest(this.#lagMs, () => true);
  }

  /** As lagMs, but of runs that had no other of their own host to wait for: one that hangs is no fault of ours. */
  get ownLagMs(): number {
    return this.#longest(this.#ownLagMs, (id) => !this.#kept.has(id));
  }

  #longest(latest: number, counts: (id: string) => boolean): number {
    const now = this.#io.monotonic();
    let longest = latest;
    for (const [id, due] of this.#waiting) if (counts(id)) longest = Math.max(longest, now - due);
    return longest;
  }

  get runningCount(): number {
    return this.#places.heldCount;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  #plan(job: Job, slot: number, jitter: number): void {
    const turn = { job, slot };
    this.#turns.set(job.id, turn);
    this.#due.push({ at: slot + jitter, what: turn });
  }

  /** A first run so soon after `at`; those that follow lie anywhere in the interval, or all jobs would come in one rush. */
  #spread(job: Job, everyMs: number, at: number, soon: number): void {
    const slot = at - this.#io.random() * everyMs;
    this.#plan(job, slot, at + soon - slot);
  }

  #sleep(): void {
    if (this.#stopped) return;
    const earliest = this.#due.peek()?.at ?? Number.POSITIVE_INFINITY;
    const ms = Math.min(MAX_SLEEP_MS, Math.max(0, earliest - this.#io.monotonic()));
    this.#timer = setTimeout(() => this.#tick(), ms);
  }

  #tick(): void {
    const wall = this.#io.now();
    const at = this.#io.monotonic();
    for (let next = this.#changes[0]; next && next.at <= wall; next = this.#changes[0]) {
      this.#changes.shift();
      this.#reschedule(next.job, wall, at);
    }
    for (let next = this.#due.peek(); next && next.at <= at; next = this.#due.peek()) {
      this.#due.pop();
      if (this.#turns.get(next.what.job.id) === next.what) this.#begin(next.what, next.at, at);
    }
    this.#places.review();
    this.#sleep();
  }

  #reschedule(job: Job, wall: number, at: number): void {
    const schedule = job.scheduleAt(wall);
    void this.#crons.get(job.id)?.destroy();
    this.#crons.delete(job.id);
    this.#turns.delete(job.id);
    if ('everyMs' in schedule) this.#spread(job, schedule.everyMs, at, 0);
    else this.#startCron(job, schedule);
  }

  #startCron(job: Job, { cron, timezone }: Extract<Schedule, { cron: string }>): void {
    const task = createTask(cron, () => this.#start(job, this.#io.monotonic()), { timezone, name: job.id });
    this.#crons.set(job.id, task);
    void task.start();
  }

  #begin({ job, slot }: Turn, due: number, at: number): void {
    const schedule = job.scheduleAt(this.#io.now());
    if ('everyMs' in schedule) {
      const { everyMs } = schedule;
      // After a pause of the machine one run catches up; the missed ones are not made up for.
      const missed = Math.max(0, Math.floor((at - slot) / everyMs));
      this.#plan(job, slot + (missed + 1) * everyMs, everyMs * JITTER * (2 * this.#io.random() - 1));
    }
    this.#start(job, due);
  }

  #start(job: Job, due: number): void {
    if (this.#running.has(job.id)) return;
    this.#waiting.set(job.id, due);
    this.#running.set(
      job.id,
      this.#run(job, due).finally(() => this.#running.delete(job.id)),
    );
  }

  async #run(job: Job, due: number): Promise<void> {
    if (this.#places.isHostBusy(job)) this.#kept.add(job.id);
    let place = this.#places.take(job);
    await place;
    this.#waiting.delete(job.id);
    const late = this.#io.monotonic() - due;
    this.#lagMs = late;
    if (!this.#kept.delete(job.id)) this.#ownLagMs = late;
    try {
      if (this.#stopped) return;
      let resting = 0;
      // Hundreds of sites hit at once must not hold every place while each waits to look again.
      await job.run(async (wait) => {
        if (resting++ === 0) (await place)();
        await wait();
        if (--resting === 0) place = this.#places.take(job);
        await place;
      });
    } finally {
      (await place)();
    }
  }
}
