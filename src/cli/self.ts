/** What the daemon notices about itself between two pulses: whether it sees, what it verified, whether it was held up. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Sight, sightBy } from '../core/controls.js';
import type { Target, Verdict } from '../core/model.js';
import type { Attention } from '../core/watchdog.js';
import type { Workplace } from './workplace.js';

/** A control that has not answered by then does not answer. */
const CONTROL_DEADLINE_MS = 5_000;

export class SelfWatch {
  readonly #startedAt: number;
  readonly #verifiedAt = new Map<string, number>();
  readonly #delay = monitorEventLoopDelay({ resolution: 100 });
  #sight: Sight = 'sighted';

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
    this.#delay.enable();
  }

  /** Of the vantage that is this machine. */
  get sight(): Sight {
    return this.#sight;
  }

  verified(targetId: string, { state }: Verdict, at: number): void {
    if (state !== 'unverified') this.#verifiedAt.set(targetId, at);
  }

  /** Longest time in milliseconds that nothing was done since the last call. */
  takeBlockedMs(): number {
    const blocked = this.#delay.max / 1e6;
    this.#delay.reset();
    return Number.isFinite(blocked) ? blocked : 0;
  }

  attentions(targets: readonly Target[]): readonly Attention[] {
    return targets.map(({ id, schedule }) => ({
      targetId: id,
      verifiedAt: this.#verifiedAt.get(id) ?? this.#startedAt,
      everyMs: 'everyMs' in schedule ? schedule.everyMs : null,
    }));
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
