/**
 * Addresses that proved to be a site within the last day, for the looks after: of a rotation or of servers that answer by
 * region each look sees a part, and one that was taken out of service lives on in caches. Bounded, and lost at any time
 * without harm.
 */
const KEPT_MS = 24 * 3_600_000;
const MOST_NAMES = 5_000;
const MOST_ADDRESSES = 512;

interface Known {
  /** What the parents said when the addresses proved themselves: under another delegation nothing of it counts. */
  readonly delegation: string;
  /** By address the last time, milliseconds since 1970, oldest first. */
  readonly proved: Map<string, number>;
}

export class AddressMemory {
  readonly #names = new Map<string, Known>();

  /** Those that proved themselves under this very delegation. */
  recall(name: string, delegation: string, now: number): string[] {
    const known = this.#names.get(name);
    if (known?.delegation !== delegation) return [];
    return [...known.proved].filter(([, at]) => now >= at && now - at < KEPT_MS).map(([address]) => address);
  }

  /** What was learnt under another delegation is forgotten for good: who had the domain for an hour leaves nothing behind. */
  keep(name: string, delegation: string, proven: readonly string[], now: number): void {
    const known = this.#names.get(name);
    const proved = known?.delegation === delegation ? known.proved : new Map<string, number>();
    for (const address of proven) {
      proved.delete(address);
      proved.set(address, now);
    }
    for (const [address, at] of proved) {
      if (proved.size > MOST_ADDRESSES || now - at >= KEPT_MS) proved.delete(address);
    }
    this.#names.delete(name);
    this.#names.set(name, { delegation, proved });
    const [oldest] = this.#names.keys();
    if (this.#names.size > MOST_NAMES && oldest !== undefined) this.#names.delete(oldest);
  }
}
