/** Time limits on top of the signals callers give. */
import { setMaxListeners } from 'node:events';

const known = new WeakSet<AbortSignal>();

/** One look gives its one signal to every exchange it makes: many listeners are no leak here. */
function manyListeners(signal: AbortSignal): void {
  if (known.has(signal)) return;
  known.add(signal);
  setMaxListeners(0, signal);
}

/** Calls back once when the signal aborts, at once if it has. @returns takes the listener away again. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  manyListeners(signal);
  signal.addEventListener('abort', callback, { once: true });
  if (signal.aborted) callback();
  return () => signal.removeEventListener('abort', callback);
}

/** One limit on a whole operation, on top of the caller's own signal. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True once our own limit passed, and not the caller's signal. */
  readonly passed: () => boolean;
  /** Always call it: the timer and the listener go. */
  clear(): void;
}

/** @param late makes what `signal.reason` becomes when the time is up; seldom asked, as an error costs its stack. */
export function startDeadline(ms: number, parent: AbortSignal, late: () => Error): Deadline {
  const controller = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = !controller.signal.aborted;
    controller.abort(late());
  }, ms);
  const forget = onAbort(parent, () => controller.abort(new DOMException('stopped by the caller', 'AbortError')));
  return {
    signal: controller.signal,
    passed: () => isLate,
    clear: () => {
      clearTimeout(timer);
      forget();
    },
  };
}

/** The promise's outcome, or the signal's reason as soon as it aborts; the promise's late outcome is dropped. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(() => forget());
  });
}
