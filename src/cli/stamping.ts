/** Has an authority that is not ours witness when evidence existed. It waits for nobody, and nobody waits for it. */
import { oneLine } from '../core/plain-text.js';
import { readStamp, stampRequest } from '../core/timestamp.js';
import { keepTimestamp, manifestIn } from '../store/evidence.js';
import type { Log } from './log.js';

export interface Stamping {
  /** Begins. @param folder of evidence that stands. */
  add(folder: string): void;
  /** Ends waiting for another try; requests under way are finished. */
  close(): Promise<void>;
}

export interface StampingIo {
  /** As `GuardedNetwork.post`. */
  readonly post: (request: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
    readonly signal: AbortSignal;
  }) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>;
  readonly nonce: () => Uint8Array;
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: Pick<Log, 'warn'>;
}

/** Before each further try. */
const WAITS_MS = [10_000, 60_000, 600_000];
const MEDIA_TYPE = 'application/timestamp-query';

/** @param url of the authority; null: nobody is asked */
export function stamping(url: string | null, io: StampingIo): Stamping {
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  return {
    add(folder) {
      if (url === null) return;
      const work = stamped(url, folder, io, closing.signal);
      underWay.add(work);
      work.finally(() => underWay.delete(work));
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

/** Never rejects. */
async function stamped(url: string, folder: string, io: StampingIo, closing: AbortSignal): Promise<void> {
  for (const wait of [...WAITS_MS, null]) {
    const problem = await tryOnce(url, folder, io).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (problem === null) return;
    if (wait === null || closing.aborted) {
      io.log.warn({ folder }, `The evidence in ${folder} has no time stamp by ${url}: ${oneLine(problem, 300)}`);
      return;
    }
    await io.pause(wait, closing);
  }
}

/** Null: it is kept. Else why not. */
async function tryOnce(url: string, folder: string, io: StampingIo): Promise<string | null> {
  const manifest = await manifestIn(folder);
  // What was cleared away needs no witness.
  if (manifest === null) return null;
  const nonce = io.nonce();
  const { status, bytes } = await io.post({
    url,
    headers: { 'content-type': MEDIA_TYPE, accept: 'application/timestamp-reply' },
    body: stampRequest(manifest, nonce),
    signal: new AbortController().signal,
  });
  if (status !== 200) return `it answers with status ${status}.`;
  const stamp = readStamp(bytes, manifest, [], nonce);
  if ('wrong' in stamp) return `what it sent ${stamp.wrong}.`;
  await keepTimestamp(folder, bytes);
  return null;
}
