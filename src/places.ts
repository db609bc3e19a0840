/**
 * Who may look now. Looks that take long have places of their own, half as many: hosts that hang, be it by an attacker's
 * doing, neither keep the others from theirs nor are left out; each waits its turn among its like.
 */

/** A look that wants a place. */
export interface Comer {
  readonly id: string;
  /** Whose machine is looked at: a few looks at one host at a time, so that a slow one holds up nobody else. */
  readonly host: string;
}

/** Looks at one host at a time. */
const PER_HOST = 2;
/** Most looks take a second or two; one that takes longer than this waits for its host. */
const LONG_MS = 10_000;
/** Whoever hangs every other time must not come in among the quick ones each time between. */
const REMEMBERED_MS = 600_000;

interface Hold {
  readonly comer: Comer;
  readonly since: number;
  isLong: boolean;
}

type Give = (leave: () => void) => void;

export class Places {
  readonly #size: number;
  readonly #longSize: number;
  readonly #monotonic: () => number;
  readonly #held = new Set<Hold>();
  /** First come, first served, but for those whose host is busy. */
  readonly #waiting = { quick: new Map<Give, Comer>(), long: new Map<Give, Comer>() };
  /** When a look by that id took long last. */
  readonly #longAt = new Map<string, number>();

  /** @param size looks at a time, beside half as many long ones @param monotonic milliseconds of a clock that never jumps */
  constructor(size: number, monotonic: () => number) {
    this.#size = size;
    this.#longSize = Math.max(1, Math.floor(size / 2));
    this.#monotonic = monotonic;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  /** Whether its own host keeps it waiting, and not others. */
  isHostBusy(comer: Comer): boolean {
    const here = [...this.#held].filter((hold) => hold.comer.host === comer.host);
    // Of a host that hangs one place is left to what is asked of others about it: its name servers may still answer.
    return here.length >= PER_HOST || (this.#isLong(comer.id) && here.some(({ isLong }) => isLong));
  }

  /** Resolves when it is one's turn. @returns gives the place back. */
  take(comer: Comer): Promise<() => void> {
    return new Promise((give) => {
      this.#waiting[this.#isLong(comer.id) ? 'long' : 'quick'].set(give, comer);
      this.#serve();
    });
  }

  /** To be called every now and then: whoever has been at it for long makes room for the quick. */
  review(): void {
    const at = this.#monotonic();
    for (const hold of this.#held) {
      if (hold.isLong || at - hold.since <= LONG_MS) continue;
      this.#longAt.set(hold.comer.id, at);
      if (this.#count(true) < this.#longSize) hold.isLong = true;
    }
    this.#serve();
  }

  #isLong(id: string): boolean {
    const at = this.#longAt.get(id);
    return at !== undefined && this.#monotonic() - at < REMEMBERED_MS;
  }

  #count(isLong: boolean): number {
    return [...this.#held].filter((hold) => hold.isLong === isLong).length;
  }

  #serve(): void {
    this.#serveFrom(this.#waiting.quick, false, this.#size);
    this.#serveFrom(this.#waiting.long, true, this.#longSize);
  }

  #serveFrom(waiting: Map<Give, Comer>, isLong: boolean, size: number): void {
    let free = size - this.#count(isLong);
    for (const [give, comer] of waiting) {
      if (free <= 0) return;
      if (this.isHostBusy(comer)) continue;
      free -= 1;
      waiting.delete(give);
      const hold = { comer, since: this.#monotonic(), isLong };
      this.#held.add(hold);
      give(() => this.#leave(hold));
    }
  }

  #leave(hold: Hold): void {
    if (!this.#held.delete(hold)) return;
    const at = this.#monotonic();
    if (at - hold.since > LONG_MS) this.#longAt.set(hold.comer.id, at);
    this.#serve();
  }
}
