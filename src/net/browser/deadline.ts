/** Every step against a page a stranger wrote has a deadline of its own. */

export class TimedOut extends Error {
  constructor(step: string, ms: number) {
    super(`${step} took longer than ${ms} ms`);
    this.name = 'TimedOut';
  }
}

/** The promise's value, or TimedOut. A promise given up is still listened to: its late rejection is nobody's. */
export async function within<T>(promise: Promise<T>, ms: number, step: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(step, ms)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for it, however it ends: for steps whose failure changes nothing. */
export async function regardless(step: Promise<unknown>): Promise<void> {
  await Promise.allSettled([step]);
}

/** A promise that rejects with the signal's reason when it fires, and a way to stop listening. */
export function rejectionOf(signal: AbortSignal): { readonly promise: Promise<never>; release(): void } {
  const listening = new AbortController();
  const promise = new Promise<never>((_, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true, signal: listening.signal });
    if (signal.aborted) stop();
  });
  void regardless(promise); // Raced by some, awaited by nobody alone.
  return { promise, release: () => listening.abort() };
}

/** The process that showed the page is no more. */
export class RendererGone extends Error {
  override readonly name: string = 'RendererGone';
}

/** It was ended since it used up more than it may; the message says of what, after “the browser”. */
export class BrowserSpent extends RendererGone {
  override readonly name = 'BrowserSpent';
}
