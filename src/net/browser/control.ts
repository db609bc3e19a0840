/**
 * Whose fault it is that a page could not be shown: ours, if a page of our own is not shown either, or takes many times
 * as long as it should. A machine that is overloaded for a while is no incident of the site.
 */

/** Milliseconds a control page may take whatever it took before; idle machines need about a tenth. */
const AT_ONCE_MS = 1_500;
/** As many times the fastest ever seen here, so that a slow machine has its own measure. */
const TIMES_FASTEST = 5;

export type Pace = 'at once' | 'slowly' | 'not at all';

export class Control {
  readonly #now: () => number;
  #fastest: number | null = null;

  /** @param now milliseconds; a clock that is never set */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How the control page was shown. @param show resolves to whether it was */
  async pace(show: () => Promise<boolean>): Promise<Pace> {
    const began = this.#now();
    if (!(await show())) return 'not at all';
    const took = this.#now() - began;
    if (took > Math.max(AT_ONCE_MS, (this.#fastest ?? 0) * TIMES_FASTEST)) return 'slowly';
    this.#fastest = Math.min(this.#fastest ?? took, took);
    return 'at once';
  }
}
