/**
 * A few threads for heavy work, so that timers, connections and other sites never wait for it. A job that takes
 * too long or more memory than it may ends its thread and not the monitor: what a page can do to us, it does there.
 */
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import type { Judging } from './checks/judging.js';
import type { Failure } from './core/model.js';
import type { Jobs } from './jobs.js';

export interface ThreadsOptions {
  /** At most this many at once; each is started when first needed. */
  readonly size: number;
  /** Of one job. */
  readonly timeoutMs: number;
  /** Heap of one thread, without pictures. */
  readonly maxHeapMb: number;
  /** The compiled thread.ts. */
  readonly entry?: URL;
}

export interface Threads {
  /** Rejects when the job throws, takes too long, or ends its thread. */
  run<J extends keyof Jobs>(job: J, ...args: Parameters<Jobs[J]>): Promise<ReturnType<Jobs[J]>>;
  close(): Promise<void>;
}

export function createThreads(options: ThreadsOptions): Threads {
  const { size, maxHeapMb, entry = new URL('./thread.js', import.meta.url) } = options;
  const limit = pLimit(size);
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const start = (): Worker => {
    const worker = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } });
    all.add(worker);
    // What comes after an answer is nobody's: an unheard `error` would end the process.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      all.delete(worker);
      idle.splice(0, idle.length, ...idle.filter((other) => other !== worker));
    });
    return worker;
  };
  const work = async <R>(job: string, args: readonly unknown[]): Promise<R> => {
    const worker = idle.pop() ?? start();
    worker.ref();
    const answer = await ask<R>(worker, { job, args }, options.timeoutMs).catch(async (error: unknown) => {
      await worker.terminate();
      throw error;
    });
    // A thread with nothing to do keeps nobody from ending.
    worker.unref();
    idle.push(worker);
    if ('error' in answer) throw new Error(answer.error);
    return answer.result;
  };
  return {
    run: (job, ...args) => limit(() => work(job, args)),
    close: async () => void (await Promise.all([...all].map((worker) => worker.terminate()))),
  };
}

type Answer<R> = { readonly result: R } | { readonly error: string };

function ask<R>(worker: Worker, message: unknown, timeoutMs: number): Promise<Answer<R>> {
  return new Promise((resolve, reject) => {
    const settle = (work: () => void): void => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      work();
    };
    const onMessage = (answer: Answer<R>): void => settle(() => resolve(answer));
    const onError = (error: unknown): void => settle(() => reject(error));
    const onExit = (): void => settle(() => reject(new Error('the thread ended before it answered')));
    const late = (): void => settle(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)));
    const timer = setTimeout(late, timeoutMs);
    worker.once('message', onMessage).once('error', onError).once('exit', onExit);
    worker.postMessage(message);
  });
}

/** Judging on threads. What cannot be judged is told as such: it must never pass for a page that was found intact. */
export function judgingOn(threads: Threads): Judging {
  return {
    judge: (target, observation, baseline) =>
      threads.run('judge', target, observation, baseline).catch((error: unknown) => ({
        vantage: observation.vantage,
        findings: [],
        failures: [unjudged(target.id, error)],
      })),
    exhibit: (target, observation, baseline) =>
      threads
        .run('exhibit', target, observation, baseline)
        .catch(() => ({ pictures: [], resolvers: [], texts: [], members: [] })),
  };
}

function unjudged(targetId: string, error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  const detail = `What ${targetId} showed could not be judged (${why}): look at the page yourself, and report this with the page if it stays.`;
  return { blame: 'monitor', code: 'judging-failed', detail };
}
