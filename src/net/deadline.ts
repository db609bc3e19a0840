/** Time limits on top of the signals callers give. */
import { setMaxListeners } from 'node:events';

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
  // One look listens to one signal with every exchange it makes: many listeners are no leak here.
  setMaxListeners(0, controller.signal, parent);
  const stop = (): void => controller.abort(new DOMException('stopped by the caller', 'AbortError'));
  const timer = setTimeout(() => controller.abort(reason), ms);
  parent.addEventListener('abort', stop);
  if (parent.aborted) stop();
  return {
    signal: controller.signal,
    passed: () => controller.signal.reason === reason,
    clear: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', stop);
    },
  };
}

/** The promise's outcome, or the signal's reason as soon as it aborts; the promise's late outcome is dropped. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
  });
}
