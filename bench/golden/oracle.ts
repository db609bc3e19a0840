/** What a timeline must produce, held against what came: every sentence is kept with what was measured. */
import type { Heard, Receiver } from './sinks.js';

export interface Finding {
  readonly timeline: string;
  readonly what: string;
  readonly came: string;
  readonly holds: boolean;
}

export class Oracle {
  readonly findings: Finding[] = [];
  readonly #timeline: string;

  constructor(timeline: string) {
    this.#timeline = timeline;
  }

  holds(what: string, came: string, holds: boolean): void {
    this.findings.push({ timeline: this.#timeline, what, came, holds });
  }

  /** @param ms of performance.now() less the beginning; NaN when it never came. */
  within(what: string, ms: number, most: number, least = 0): void {
    const limits = least > 0 ? `${least / 1000} to ${most / 1000} s` : `${most / 1000} s`;
    this.holds(`${what}, within ${limits}`, `${(ms / 1000).toFixed(1)} s`, ms >= least && ms <= most);
  }

  /** Each receiver was sent exactly these, in this order. */
  exactly(heard: readonly Heard[], wanted: Partial<Record<Receiver, string>>): void {
    const receivers = new Set([...Object.keys(wanted), ...heard.map(({ receiver }) => receiver)]);
    for (const receiver of [...receivers].sort() as Receiver[]) {
      const came = changesTo(heard, receiver).join(', ');
      const want = wanted[receiver] ?? '';
      this.holds(`${receiver}: ${want === '' ? 'nothing' : want}`, came === '' ? 'nothing' : came, came === want);
    }
  }
}

export function changesTo(heard: readonly Heard[], receiver: Receiver): readonly string[] {
  return heard.filter((one) => one.receiver === receiver).map(({ change }) => change);
}

/** When that came to that receiver; NaN: never. */
export function cameAt(heard: readonly Heard[], receiver: Receiver, change: string, which = 0): number {
  return heard.filter((one) => one.receiver === receiver && one.change === change)[which]?.at ?? Number.NaN;
}
