/** Who carries what is owed when a command ends that owes it: the daemon, where one watches; else the command itself. */
import { type Store, StoreTaken } from '../store/store.js';
import type { Workplace } from './workplace.js';

/** Longest a daemon is waited for. */
const PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 250;

/** Two that carry would send everything twice, so whoever does holds the daemon's lock meanwhile. */
export async function carried(
  deliver: () => Promise<unknown>,
  store: Pick<Store, 'outbox'>,
  place: Pick<Workplace, 'lockStore' | 'observatory' | 'signal' | 'log'>,
): Promise<void> {
  const { now, pause } = place.observatory;
  for (const end = now() + PATIENCE_MS; ; ) {
    const taken = await whileAlone(deliver, place);
    if (taken === null) return;
    if ((await store.outbox()).pending === 0) return;
    if (now() >= end || place.signal.aborted) {
      place.log.warn({ because: taken.message }, 'What is owed is left to the one that watches already');
      return;
    }
    await pause(ASK_EVERY_MS, place.signal);
  }
}

/** @returns who has the lock, where it was not done for that. A lock that cannot be had at all keeps no alert back. */
async function whileAlone(
  deliver: () => Promise<unknown>,
  { lockStore, log }: Pick<Workplace, 'lockStore' | 'log'>,
): Promise<StoreTaken | null> {
  const lock = await lockStore().catch((error: unknown) => {
    if (error instanceof StoreTaken) return error;
    log.warn({ error: String(error) }, 'The lock cannot be taken: alerts may come twice');
    return null;
  });
  if (lock instanceof StoreTaken) return lock;
  try {
    await deliver();
  } finally {
    await lock?.release();
  }
  return null;
}
