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
