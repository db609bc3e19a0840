/**
 * What a browser may use up of the machine. The kernel holds each of its processes to its own share from the start; what
 * all of them come to together is watched, and a browser that goes past it is ended. Neither needs any right or any
 * control group: those are the operator's, who has one around the whole of Siteward (docs/deploy.md).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Of one browser with all its processes. */
export interface Limits {
  /** Memory that is its own: no files, no programs. */
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly tasks: number;
}

export type Usage = Limits;

const MIB = 1024 * 1024;
/** Two pages of a hundred pictures at a time take 450 MiB, and a hundred processes and threads. */
const BASE_BYTES = 1_024 * MIB;
const PAGE_BYTES = 512 * MIB;
/** The rest is for us and for the machine. */
const MOST_OF_ALL = 0.75;
const BASE_TASKS = 400;
const PAGE_TASKS = 100;
const EVERY_MS = 1_000;

/** A script that asks for more is told no by the kernel, and goes on without or dies of it. */
const PROCESS_BYTES = 2_048 * MIB;
/** No file, in memory or on disk, is longer. */
const FILE_BYTES = 1_024 * MIB;
/** Of the user the browser runs as, whatever else he runs: between two looks of the watch nothing multiplies past this. */
const USER_TASKS = 8_192;

/**
 * A shell's line before the one that starts the browser. A machine short of memory ends the browser first, and none of
 * it leaves a core dump. One that is held tighter already stays so: no limit can be raised.
 */
export const CONFINE = [
  'echo 500 >/proc/self/oom_score_adj',
  'ulimit -c 0',
  `ulimit -f ${FILE_BYTES / 512}`,
  `ulimit -d ${PROCESS_BYTES / 1024}`,
  // Dash and BusyBox call it so; Bash has another meaning for it, which refuses the number.
  `ulimit -p ${USER_TASKS} || ulimit -u ${USER_TASKS}`,
]
  .map((line) => `{ ${line}; } 2>/dev/null`)
  .join('; ');

/** @param pages shown at a time */
export function limitsFor(pages: number): Limits {
  // What the operator's control group leaves us, where there is one.
  const machine = process.constrainedMemory() || totalmem();
  return {
    memoryBytes: Math.min(BASE_BYTES + pages * PAGE_BYTES, MOST_OF_ALL * Math.min(machine, totalmem())),
    tasks: BASE_TASKS + pages * PAGE_TASKS,
  };
}

/** Looks every second. @param spent is told once, in words that follow “the browser”. @returns ends the watch */
export function watchUsage(pid: number, limits: Limits, spent: (what: string) => void): () => void {
  const timer = setInterval(() => {
    const what = excess(usageOf(pid, limits.tasks), limits);
    if (what === null) return;
    clearInterval(timer);
    spent(what);
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function excess(usage: Usage, limits: Limits): string | null {
  const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
  if (usage.memoryBytes > limits.memoryBytes)
    return `came to ${mib(usage.memoryBytes)} of memory, of ${mib(limits.memoryBytes)} it may have`;
  if (usage.tasks > limits.tasks) return `came to more than ${limits.tasks} processes and threads`;
  return null;
}

/** Of the process and everything it started. @param enough stops counting tasks there */
export function usageOf(pid: number, enough = Number.POSITIVE_INFINITY): Usage {
  let [memoryBytes, tasks] = [0, 0];
  const left = [String(pid)];
  for (let one = left.pop(); one !== undefined && tasks <= enough; one = left.pop()) {
    const threads = lines(() => readdirSync(`/proc/${one}/task`));
    tasks += threads.length;
    memoryBytes += ownMemory(one);
    for (const thread of threads) left.push(...childrenOf(one, thread));
  }
  return { memoryBytes, tasks };
}

/** What it wrote, and what it shares with others of its kind; proc(5). */
function ownMemory(pid: string): number {
  const status = text(`/proc/${pid}/status`);
  const of = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return (of('RssAnon') + of('RssShmem')) * 1024;
}

function childrenOf(pid: string, thread: string): string[] {
  return text(`/proc/${pid}/task/${thread}/children`)
    .split(' ')
    .filter((child) => child !== '');
}

function text(path: string): string {
  return lines(() => [readFileSync(path, 'utf8')])[0] ?? '';
}

/** Nothing of a process that ended meanwhile. */
function lines(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
