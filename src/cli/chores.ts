/** What a daemon does again and again beside its work: deliver, remind, prune, say that it lives. */
import type { Network } from '../checks/check.js';
import type { Health } from '../web/server.js';
import type { Log } from './log.js';

export interface Chore {
  /** Does it now, or as soon as it has ended where it is under way. */
  soon(): void;
  /** Waits for the one under way and does it no more. */
  stop(): Promise<void>;
}

/** Timers of Node know no longer time, and take one that is longer for none at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs a chore again and again, never two at a time. */
export function repeat(everyMs: number, log: Log, chore: () => Promise<void>): Chore {
  let stopped = false;
  let isWanted = false;
  let wake: () => void = () => undefined;
  const loop = (async () => {
    while (!stopped) {
      isWanted = false;
      await chore().catch((error: unknown) => log.error({ error: String(error) }, 'A chore of the daemon failed'));
      if (isWanted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(everyMs, LONGEST_TIMER_MS));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    soon() {
      isWanted = true;
      wake();
    },
    async stop() {
      stopped = true;
      isWanted = true;
      wake();
      await loop;
    },
  };
}

export interface Standing {
  /** As `shortHead` writes it; `0` before anything was decided. */
  readonly trail: string;
  /** Which beat since the start. */
  readonly beats: number;
}

/**
 * Tells outside receivers that we can see and can tell. It stops by design when we cannot: a receiver that misses the
 * beat alarms in our place (a dead man's switch). Each says where the audit trail stands and which beat it is, so that
 * whoever keeps them sees a trail that was cut and a daemon that was started anew.
 */
export async function heartbeat(
  urls: readonly string[],
  health: () => Promise<Health>,
  standing: () => Promise<Standing>,
  network: Pick<Network, 'fetch'>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (urls.length === 0) return;
  const { problems } = await health();
  if (problems.length > 0) {
    log.error({ problems }, 'The heartbeat is withheld: we could not alert anybody');
    return;
  }
  const { trail, beats } = await standing();
  const beat = { 'siteward-audit': trail, 'siteward-seq': String(beats) };
  await Promise.all(
    urls.map(async (url) => {
      const { failure, hops } = await network.fetch({ url, beat, signal });
      const status = hops.at(-1)?.status ?? 0;
      // The path of a heartbeat URL is its secret: only its host is said.
      const receiver = new URL(url).host;
      if (failure) log.warn({ receiver, failure: failure.code }, 'The heartbeat did not arrive');
      else if (status >= 400) log.warn({ receiver, status }, 'The heartbeat was refused');
    }),
  );
}
