/**
 * What the daemon notices about itself between two pulses: whether it sees and could tell, what it verified, whether it was
 * held up, whether somebody set its clock.
 */
import { type Sight, sightBy } from '../core/controls.js';
import type { Target, Verdict } from '../core/model.js';
import type { Attention } from '../core/watchdog.js';
import type { Workplace } from './workplace.js';

/** A control that has not answered by then does not answer. */
const CONTROL_DEADLINE_MS = 5_000;

const TICK_MS = 100;

/** Milliseconds; only the second never jumps. */
interface Clocks {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

export class SelfWatch {
  readonly #startedAt: number;
  /** By the monotonic clock: a clock that is set must not make old news of what was verified just now. */
  readonly #verifiedAt = new Map<string, number>();
  /** Looks since then that could not tell; none where there is no entry. */
  readonly #looksInVain = new Map<string, number>();
  /** How often each is looked at, and since when. */
  readonly #cadences = new Map<string, { readonly everyMs: number | null; readonly since: number }>();
  readonly #unverifiable = new Set<string>();
  readonly #clocks: Clocks;
  /** When something was last done, and the longest that nothing was since the last pulse; monotonic milliseconds. */
  #doneAt: number;
  #blockedMs = 0;
  /** Wall clock less monotonic clock, at the last pulse. */
  #offset: number;
  #driftMs = 0;
  #sight: Sight = 'sighted';
  #provenAt: number | null = null;
  /** When a drill reached a receiver last, in epoch milliseconds. */
  drilledAt: number | null = null;
  /** When the last pulse was taken, monotonic. */
  #pulseAt: number;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#startedAt = clocks.monotonic();
    this.#offset = clocks.wall() - clocks.monotonic();
    this.#doneAt = this.#startedAt;
    this.#pulseAt = this.#startedAt;
    setInterval(() => this.#tick(), TICK_MS).unref();
  }

  #tick(): void {
    const at = this.#clocks.monotonic();
    this.#blockedMs = Math.max(this.#blockedMs, at - this.#doneAt - TICK_MS);
    this.#doneAt = at;
  }

  /** Milliseconds since the start. */
  get runningMs(): number {
    return this.#clocks.monotonic() - this.#startedAt;
  }

  /** A pulse was taken, to its end. */
  pulsed(): void {
    this.#pulseAt = this.#clocks.monotonic();
  }

  /** Milliseconds since the last one, or since the start. */
  get unwatchedMs(): number {
    return this.#clocks.monotonic() - this.#pulseAt;
  }

  /** By how much the clock was set since the start, all together. */
  get driftMs(): number {
    return this.#driftMs;
  }

  /** By how much the wall clock was set since the last call. */
  takeClockJumpMs(): number {
    const offset = this.#clocks.wall() - this.#clocks.monotonic();
    const jump = offset - this.#offset;
    this.#offset = offset;
    this.#driftMs += jump;
    // How long ago it was is no other than before.
    if (this.#provenAt !== null) this.#provenAt += jump;
    return jump;
  }

  /** The way to a receiver was found open, or one took a message: not in a time to come, which a clock since set back says. */
  proven(at: number): void {
    if (at > this.#clocks.wall()) return;
    this.#provenAt = Math.max(at, this.#provenAt ?? 0);
  }

  get provenAt(): number | null {
    return this.#provenAt;
  }

  /** Whether the record of what was approved for the site is believed, as of the last look. */
  believed(siteId: string, isBelieved: boolean): void {
    if (isBelieved) this.#unverifiable.delete(siteId);
    else this.#unverifiable.add(siteId);
  }

  get unverifiable(): readonly string[] {
    return [...this.#unverifiable].sort();
  }

  /** Of the vantage that is this machine. */
  get sight(): Sight {
    return this.#sight;
  }

  verified(targetId: string, { state }: Verdict): void {
    if (state === 'unverified') {
      this.#looksInVain.set(targetId, 1 + (this.#looksInVain.get(targetId) ?? 0));
      return;
    }
    this.#verifiedAt.set(targetId, this.#clocks.monotonic());
    this.#looksInVain.delete(targetId);
  }

  /** Longest time in milliseconds that nothing was done since the last call. */
  takeBlockedMs(): number {
    // After a stop the pulse may come before the tick: what was not noticed yet counts all the same.
    this.#tick();
    const blocked = this.#blockedMs;
    this.#blockedMs = 0;
    return blocked;
  }

  /** @param targets as they are watched now: an event looks more often. */
  attentions(targets: readonly Target[]): readonly Attention[] {
    const epoch = this.#clocks.wall() - this.#clocks.monotonic();
    return targets.map(({ id, schedule, policy }) => {
      const everyMs = 'everyMs' in schedule ? schedule.everyMs : null;
      return {
        targetId: id,
        verifiedAt: epoch + (this.#verifiedAt.get(id) ?? this.#startedAt),
        cadenceSince: epoch + this.#cadenceSince(id, everyMs),
        inEvent: policy.inEvent,
        everyMs,
        looksInVain: this.#looksInVain.get(id) ?? 0,
      };
    });
  }

  #cadenceSince(id: string, everyMs: number | null): number {
    const known = this.#cadences.get(id);
    if (known && known.everyMs === everyMs) return known.since;
    const since = known ? this.#clocks.monotonic() : this.#startedAt;
    this.#cadences.set(id, { everyMs, since });
    return since;
  }

  /** Asks the controls whether our own network works. */
  async look({ config, opens, signal }: Workplace): Promise<void> {
    const answered = await Promise.all(
      config.settings.controls.map((control) => {
        const { hostname, port } = new URL(`tcp://${control}`);
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(CONTROL_DEADLINE_MS)]);
        return opens(hostname.replace(/^\[|\]$/g, ''), Number(port), deadline);
      }),
    );
    if (!signal.aborted) this.#sight = sightBy(answered);
  }
}
