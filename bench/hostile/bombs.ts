/** How much memory an answer made to fill it costs: peak of the process above what it held before. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fetchPage } from '../../src/net/fetch.js';
import { FETCH_LIMITS } from '../../src/net/fetch-limits.js';
import { trustIn } from '../../src/net/trust.js';

export interface Exploded {
  readonly name: string;
  /** Code of the failure; null: the answer was taken. */
  readonly code: string | null;
  readonly grewMiB: number;
  readonly tookMs: number;
}

interface Ready {
  readonly port: number;
  readonly names: readonly string[];
}

/** Through the product, with its own limits; last of all one of them through Node's `fetch`, which has none. */
export async function explode(): Promise<{ readonly ours: readonly Exploded[]; readonly bare: Exploded }> {
  const child = fork(new URL('./bomb-server.js', import.meta.url));
  const [ready]: unknown[] = await once(child, 'message');
  if (!isReady(ready)) throw new Error('The server of bombs did not start.');
  const url = (at: number): string => `http://127.0.0.1:${ready.port}/${at}`;
  const io = {
    policy: { allow: ['127.0.0.0/8'], only: ['127.0.0.0/8'] },
    trust: trustIn([]),
    resolve: async () => ['127.0.0.1'],
    limits: FETCH_LIMITS,
  };
  const ours: Exploded[] = [];
  // The first fetch pays for what all share.
  await fetchPage({ url: url(6), signal: AbortSignal.timeout(60_000) }, io);
  for (const [at, name] of ready.names.entries()) {
    ours.push(
      await measured(name, async () => {
        const { failure } = await fetchPage({ url: url(at), signal: AbortSignal.timeout(60_000) }, io);
        return failure?.diagnosis === 'denied' ? failure.code : null;
      }),
    );
  }
  const bare = await measured('gzip, by fetch()', async () => {
    await (await fetch(url(0))).arrayBuffer();
    return null;
  });
  child.disconnect();
  return { ours, bare };
}

async function measured(name: string, run: () => Promise<string | null>): Promise<Exploded> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const sample = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 1);
  const startedAt = performance.now();
  const code = await run();
  sample();
  clearInterval(timer);
  return { name, code, grewMiB: (peak - before) / 1024 / 1024, tookMs: performance.now() - startedAt };
}

function isReady(message: unknown): message is Ready {
  return typeof message === 'object' && message !== null && 'port' in message && 'names' in message;
}
