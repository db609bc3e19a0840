/** Time limits on top of the signals callers give. */
import { setMaxListeners } from 'node:events';

/** Calls back once when the signal aborts, at once if it has. @returns takes the listener away again. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  // One look gives its one signal to every exchange it makes: many listeners are no leak here.
  setMaxListeners(0, signal);
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

/** @param reason what `signal.reason` becomes when the time is up. */
export function startDeadline(ms: number, parent: AbortSignal, reason: Error): Deadline {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(reason), ms);
  const forget = onAbort(parent, () => controller.abort(new DOMException('stopped by the caller', 'AbortError')));
  return {
    signal: controller.signal,
    passed: () => controller.signal.reason === reason,
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
