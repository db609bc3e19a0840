/**
 * When: every target at its own cadence with jitter, one run of a target at a time, at most `concurrency` together.
 *
 * Intervals run on one timer over a heap of due times, cron expressions on node-cron. Both only mark a target as due; a
 * target that is still running when it falls due again is not started twice and not made up for in a burst.
 */
import { createTask, type ScheduledTask } from 'node-cron';
import pLimit from 'p-limit';
import type { Schedule } from './core/model.js';
import { DueHeap } from './due-heap.js';

export interface Job {
  readonly id: string;
  /** In force at this time: an event changes the cadence. */
  readonly scheduleAt: (at: number) => Schedule;
  /** Whose machine is looked at: a few looks at one host at a time, so that a slow one holds up nobody else. */
  readonly host: string;
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
  readonly concurrency: number;
}

/** Share of the interval by which a run may come early or late: an adversary must not know the second. */
const JITTER = 0.1;
/** Looks at one host at a time. */
const PER_HOST = 2;
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
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #hosts = new Map<string, ReturnType<typeof pLimit>>();
  readonly #due = new DueHeap<Turn>();
  /** The turn in force per job; one that was taken out of force stays in the heap and is passed over. */
  readonly #turns = new Map<string, Turn>();
  /** Changes of schedule still to come, soonest first. */
  readonly #changes: { readonly at: number; readonly job: Job }[];
  readonly #running = new Map<string, Promise<void>>();
  /** Monotonic due time of jobs that wait for their host or for a free place. */
  readonly #waiting = new Map<string, number>();
  readonly #crons = new Map<string, ScheduledTask>();
  #timer: NodeJS.Timeout | null = null;
  #lagMs = 0;
  #stopped = false;

  constructor(jobs: readonly Job[], io: SchedulerIo) {
    this.#jobs = jobs;
    this.#io = io;
    this.#limit = pLimit(io.concurrency);
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
    const now = this.#io.monotonic();
    const longest = Math.max(0, ...[...this.#waiting.values()].map((due) => now - due));
    return Math.max(this.#lagMs, longest);
  }

  get runningCount(): number {
    return this.#limit.activeCount;
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
    let leave = await this.#place(job.host);
    this.#waiting.delete(job.id);
    try {
      if (this.#stopped) return;
      this.#lagMs = this.#io.monotonic() - due;
      let resting = 0;
      // Hundreds of sites hit at once must not hold every place while each waits to look again.
      await job.run(async (wait) => {
        if (resting++ === 0) leave();
        await wait();
        if (--resting === 0) leave = await this.#place(job.host);
      });
    } finally {
      leave();
    }
  }

  /** Waits for a place at the host, then for one of all. @returns gives both back. */
  async #place(name: string): Promise<() => void> {
    const host = this.#hosts.get(name) ?? pLimit(PER_HOST);
    this.#hosts.set(name, host);
    const leaveHost = await taken(host);
    const leaveAll = await taken(this.#limit);
    return () => {
      leaveAll();
      leaveHost();
    };
  }
}

/** Resolves when it is one's turn. @returns ends it. */
function taken(limit: ReturnType<typeof pLimit>): Promise<() => void> {
  return new Promise((resolve) => void limit(() => new Promise<void>((leave) => resolve(leave))));
}
