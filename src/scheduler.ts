/**
 * When: every target at its own cadence with jitter, one run of a target at a time, as many together as there are places.
 *
 * One timer looks at a heap of due times for intervals, by a clock that never jumps, and at the calendar, which node-cron
 * reads, for cron expressions. Both only mark a target as due; a target that is still running when it falls due again is
 * not started twice and not made up for in a burst.
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
  /** Epoch milliseconds, for windows and cron: the clock that node-cron reads too. */
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

/** A calendar job's next run, in epoch milliseconds. */
interface Appointment {
  readonly job: Job;
  readonly task: ScheduledTask;
  at: number;
}

export class Scheduler {
  readonly #jobs: readonly Job[];
  readonly #io: SchedulerIo;
  readonly #places: Places;
  readonly #due = new DueHeap<Turn>();
  /** The turn in force per job; one that was taken out of force stays in the heap and is passed over. */
  readonly #turns = new Map<string, Turn>();
  /** When any schedule changes. */
  readonly #changes: readonly number[];
  readonly #running = new Map<string, Promise<void>>();
  /** Monotonic due time of jobs that wait for a place. */
  readonly #waiting = new Map<string, number>();
  /** Those of them whose host was busy when they fell due. */
  readonly #kept = new Set<string>();
  readonly #calendar = new Map<string, Appointment>();
  /** The wall clock at the last tick. */
  #wall: number;
  #timer: NodeJS.Timeout | null = null;
  #lagMs = 0;
  #ownLagMs = 0;
  #stopped = false;

  constructor(jobs: readonly Job[], io: SchedulerIo) {
    this.#jobs = jobs;
    this.#io = io;
    this.#places = new Places(io.concurrency, io.monotonic);
    this.#changes = [...new Set(jobs.flatMap(({ changesAt }) => changesAt))];
    this.#wall = io.now();
  }

  /** Starts with a first run of every interval job, within its first interval and ten seconds. */
  start(): void {
    const at = this.#io.monotonic();
    for (const job of this.#jobs) {
      const schedule = job.scheduleAt(this.#io.now());
      if ('everyMs' in schedule)
        this.#spread(job, schedule.everyMs, at, this.#io.random() * Math.min(schedule.everyMs, FIRST_RUN_MS));
      else this.#appoint(job, schedule);
    }
    this.#sleep();
  }

  /** Takes no new run and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const { task } of this.#calendar.values()) await task.destroy();
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
    this.#heed(wall, at);
    for (let next = this.#due.peek(); next && next.at <= at; next = this.#due.peek()) {
      this.#due.pop();
      if (this.#turns.get(next.what.job.id) === next.what) this.#begin(next.what, next.at, at);
    }
    this.#places.review();
    this.#sleep();
  }

  /** What the wall clock says: schedules that change, appointments that are due. It may have been set either way. */
  #heed(wall: number, at: number): void {
    const before = this.#wall;
    this.#wall = wall;
    if (passed(this.#changes, wall) !== passed(this.#changes, before)) {
      for (const job of this.#jobs)
        if (passed(job.changesAt, wall) !== passed(job.changesAt, before)) this.#reschedule(job, wall, at);
    }
    for (const appointment of this.#calendar.values()) {
      // Missed by hours or by a second, one run catches up.
      if (wall >= appointment.at) this.#start(appointment.job, at);
      if (wall >= appointment.at || wall < before) appointment.at = nextOf(appointment.task);
    }
  }

  #reschedule(job: Job, wall: number, at: number): void {
    const schedule = job.scheduleAt(wall);
    void this.#calendar.get(job.id)?.task.destroy();
    this.#calendar.delete(job.id);
    this.#turns.delete(job.id);
    if ('everyMs' in schedule) this.#spread(job, schedule.everyMs, at, 0);
    else this.#appoint(job, schedule);
  }

  #appoint(job: Job, { cron, timezone }: Extract<Schedule, { cron: string }>): void {
    // Never started: its own timer would miss a second over which the machine slept or the clock was set.
    const task = createTask(cron, () => undefined, { timezone, name: job.id });
    this.#calendar.set(job.id, { job, task, at: nextOf(task) });
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

function passed(times: readonly number[], at: number): number {
  return times.filter((time) => time <= at).length;
}

/** A date that never comes (the 30th of February) is never. */
function nextOf(task: ScheduledTask): number {
  return task.getNextRuns(1)[0]?.getTime() ?? Number.POSITIVE_INFINITY;
}
