/**
 * When: every target at its own cadence with jitter, one run of a target at a time, at most `concurrency` together.
 *
 * Intervals run on one timer over the earliest due time, cron expressions on node-cron. Both only mark a target as
 * due; a target that is still running when it falls due again is not started twice and not made up for in a burst.
 */
import { createTask, type ScheduledTask } from 'node-cron';
import pLimit from 'p-limit';
import type { Schedule } from './core/model.js';

export interface Job {
  readonly id: string;
  /** In force at this time: an event changes the cadence. */
  readonly scheduleAt: (at: number) => Schedule;
  /** Times at which the schedule in force changes; the job falls due then. */
  readonly changesAt: readonly number[];
  /** Never rejects. */
  readonly run: () => Promise<void>;
}

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
/** Longest sleep of the timer, so that a window's start or a clock that jumped is noticed soon. */
const MAX_SLEEP_MS = 1_000;

export class Scheduler {
  readonly #jobs: readonly Job[];
  readonly #io: SchedulerIo;
  readonly #limit: ReturnType<typeof pLimit>;
  /** Monotonic due time per job on an interval. */
  readonly #due = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #crons = new Map<string, ScheduledTask>();
  #lastTickAt: number;
  #timer: NodeJS.Timeout | null = null;
  #lagMs = 0;
  #stopped = false;

  constructor(jobs: readonly Job[], io: SchedulerIo) {
    this.#jobs = jobs;
    this.#io = io;
    this.#limit = pLimit(io.concurrency);
    this.#lastTickAt = io.now();
  }

  /** Starts with every interval job spread over its first interval, at most ten seconds. */
  start(): void {
    const at = this.#io.monotonic();
    for (const job of this.#jobs) {
      const schedule = job.scheduleAt(this.#io.now());
      if ('everyMs' in schedule) this.#due.set(job.id, at + this.#io.random() * Math.min(schedule.everyMs, 10_000));
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

  /** Milliseconds by which the latest run started after it was due. */
  get lagMs(): number {
    return this.#lagMs;
  }

  get runningCount(): number {
    return this.#limit.activeCount;
  }

  #sleep(): void {
    if (this.#stopped) return;
    const earliest = Math.min(...this.#due.values(), Number.POSITIVE_INFINITY);
    const ms = Math.min(MAX_SLEEP_MS, Math.max(0, earliest - this.#io.monotonic()));
    this.#timer = setTimeout(() => this.#tick(), ms);
  }

  #tick(): void {
    const wall = this.#io.now();
    const at = this.#io.monotonic();
    for (const job of this.#jobs) {
      if (job.changesAt.some((change) => change > this.#lastTickAt && change <= wall)) this.#reschedule(job, wall, at);
      const due = this.#due.get(job.id);
      if (due !== undefined && due <= at) this.#start(job, due);
    }
    this.#lastTickAt = wall;
    this.#sleep();
  }

  #reschedule(job: Job, wall: number, at: number): void {
    const schedule = job.scheduleAt(wall);
    void this.#crons.get(job.id)?.destroy();
    this.#crons.delete(job.id);
    this.#due.delete(job.id);
    if ('everyMs' in schedule) this.#due.set(job.id, at);
    else this.#startCron(job, schedule);
  }

  #startCron(job: Job, { cron, timezone }: Extract<Schedule, { cron: string }>): void {
    const task = createTask(cron, () => this.#start(job, this.#io.monotonic()), { timezone, name: job.id });
    this.#crons.set(job.id, task);
    void task.start();
  }

  #start(job: Job, due: number): void {
    const schedule = job.scheduleAt(this.#io.now());
    if ('everyMs' in schedule) {
      const at = this.#io.monotonic();
      const next = due + this.#jittered(schedule.everyMs);
      // After a pause of the machine one run catches up; the missed ones are not made up for.
      this.#due.set(job.id, next > at ? next : at + this.#jittered(schedule.everyMs));
    }
    if (this.#running.has(job.id)) return;
    const run = this.#limit(async () => {
      if (this.#stopped) return;
      this.#lagMs = this.#io.monotonic() - due;
      await job.run();
    }).finally(() => this.#running.delete(job.id));
    this.#running.set(job.id, run);
  }

  #jittered(everyMs: number): number {
    return everyMs * (1 + JITTER * (2 * this.#io.random() - 1));
  }
}
