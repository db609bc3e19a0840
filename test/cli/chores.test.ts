import { describe, expect, test, vi } from 'vitest';
import type { FetchRequest } from '../../src/checks/check.js';
import { heartbeat, repeat } from '../../src/cli/chores.js';
import type { Health } from '../../src/web/server.js';

const HEALTHY: Health = { problems: [], targets: 1, lastLookAt: 0, outboxPending: 0, sandbox: 'required' };
const SECRET = 'https://beats.example.org/ping/0f3c-secret';

async function beat(health: Health, status: number): Promise<{ sent: unknown[]; logged: string }> {
  const sent: unknown[] = [];
  const logged: unknown[] = [];
  const note = (fields: unknown, message: string): void => void logged.push([fields, message]);
  const network = {
    fetch: async ({ url, beat }: FetchRequest) => {
      sent.push({ url, beat });
      return { hops: [{ url, status, headers: [], address: '127.0.0.1' }], body: null, failure: null };
    },
  };
  const log = { info: note, warn: note, error: note };
  await heartbeat(
    [SECRET],
    async () => health,
    async () => ({ trail: '12:3fa9c1d2e4b5a697', beats: 7 }),
    network,
    log,
    new AbortController().signal,
  );
  return { sent, logged: JSON.stringify(logged) };
}

describe('a chore', () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const HOUR_MS = 3_600_000;

  test('is done at once when asked for, and once more when asked for while it is under way', async () => {
    let done = 0;
    let end: () => void = () => undefined;
    const chore = repeat(HOUR_MS, log, async () => {
      done += 1;
      if (done === 2) await new Promise<void>((resolve) => (end = resolve));
    });
    await vi.waitUntil(() => done === 1);
    chore.soon();
    await vi.waitUntil(() => done === 2);
    chore.soon();
    chore.soon();
    expect(done).toBe(2);
    end();
    await vi.waitUntil(() => done === 3);
    await chore.stop();
    chore.soon();
    expect(done).toBe(3);
  });

  test('is not done without end where its interval is longer than any timer', async () => {
    vi.useFakeTimers();
    let done = 0;
    const chore = repeat(100 * 24 * HOUR_MS, log, async () => {
      done += 1;
    });
    await vi.advanceTimersByTimeAsync(HOUR_MS / 60);
    expect(done).toBe(1);
    vi.useRealTimers();
    await chore.stop();
  });

  test('told to stop while it is under way ends with it, not an interval later', async () => {
    let end: () => void = () => undefined;
    const chore = repeat(HOUR_MS, log, () => new Promise<void>((resolve) => (end = resolve)));
    const stopped = chore.stop();
    end();
    await stopped;
  });

  test('that fails is done again, and that it failed is said', async () => {
    let done = 0;
    const said: string[] = [];
    const chore = repeat(1, { ...log, error: (fields) => void said.push(String(fields['error'])) }, async () => {
      done += 1;
      throw new Error('the disk is full');
    });
    await vi.waitUntil(() => done > 1);
    await chore.stop();
    expect(said).toContain('Error: the disk is full');
  });
});

describe('heartbeat', () => {
  test('tells every receiver while we can see and tell, with where the audit trail stands', async () => {
    const beat7 = { 'siteward-audit': '12:3fa9c1d2e4b5a697', 'siteward-seq': '7' };
    expect((await beat(HEALTHY, 200)).sent).toEqual([{ url: SECRET, beat: beat7 }]);
  });

  test('stops when we could not alert anybody, and says so', async () => {
    const { sent, logged } = await beat({ ...HEALTHY, problems: ['no receiver takes alerts'] }, 200);
    expect(sent).toEqual([]);
    expect(logged).toContain('withheld');
  });

  test('one receiver that is down keeps no beat from the others', async () => {
    const reached: string[] = [];
    const logged: string[] = [];
    const note = (_fields: unknown, message: string): void => void logged.push(message);
    const network = {
      fetch: async ({ url }: FetchRequest) => {
        if (url.includes('down')) {
          const failure = { blame: 'target' as const, code: 'connect-refused', detail: 'Nobody listens.' };
          return { hops: [], body: null, failure };
        }
        reached.push(url);
        return { hops: [{ url, status: 200, headers: [], address: '127.0.0.1' }], body: null, failure: null };
      },
    };
    const urls = ['https://down.example/1', 'https://up.example/2', 'https://up.example/3'];
    const log = { info: note, warn: note, error: note };
    const standing = async () => ({ trail: '0', beats: 1 });
    await heartbeat(urls, async () => HEALTHY, standing, network, log, new AbortController().signal);
    expect(reached).toEqual(urls.slice(1));
    expect(logged).toEqual(['The heartbeat did not arrive']);
  });

  test('a refusal is logged without the secret in the path', async () => {
    const { logged } = await beat(HEALTHY, 404);
    expect(logged).toContain('beats.example.org');
    expect(logged).not.toContain('0f3c-secret');
  });
});
