/**
 * What earlier traces learned of the root and the top-level domains, for the next ones: a monitor that watches hundreds
 * of names must not ask the root servers about each of them every minute. What is below, where a domain can be stolen, is
 * asked anew each time: its delegation is in the answers of the top-level domain's servers.
 */
import { labelsOf } from '../dnssec/canonical-name.js';
import type { ZoneFacts } from './facts.js';
import { messageOf } from './statements.js';

const KEPT_MS = 3_600_000;
const MOST_ZONES = 200;

export class ZoneMemory {
  readonly #zones = new Map<string, { readonly facts: ZoneFacts; readonly at: number }>();

  /** Fresh at `now`, milliseconds since 1970; a top-level domain only beside its root. */
  fresh(now: number): ZoneFacts[] {
    const fresh = [...this.#zones.values()].filter(({ at }) => now >= at && now - at < KEPT_MS);
    const zones = fresh.map(({ facts }) => facts);
    return zones.some(({ parent }) => parent === null) ? zones : [];
  }

  /** Of these zones the root and the top-level domains that were fully heard. */
  keep(zones: readonly ZoneFacts[], now: number): void {
    for (const facts of zones) {
      if (labelsOf(facts.zone).length > 1 || !isWhole(facts)) continue;
      const known = this.#zones.get(facts.zone);
      if (known && now >= known.at && now - known.at < KEPT_MS) continue;
      if (this.#zones.size >= MOST_ZONES)
        this.#zones.delete([...this.#zones.keys()].find((zone) => zone !== '.') ?? '.');
      this.#zones.set(facts.zone, { facts, at: now });
    }
  }
}

/** Keys and name servers were given: otherwise a bad minute would be remembered for an hour. */
function isWhole({ keys, nameservers, servers }: ZoneFacts): boolean {
  return (
    [keys, nameservers].every((reply) => reply !== null && messageOf(reply)?.message.rcode === 0) && servers.length > 0
  );
}
