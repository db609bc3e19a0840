/** Evidence that is kept: of all that is news, and of what stays as it is now and then. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canaries } from '../../src/cli/drill-canary.js';
import { memoryOf } from '../../src/cli/watch-desk.js';
import type { Workplace } from '../../src/cli/workplace.js';
import type { Observation } from '../../src/core/model.js';
import { type Memory, watch } from '../../src/memory.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { aSite, T0 } from '../contracts/samples.js';

let dataDir: string;
let store: Store;
let now: number;
let ids = 0;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'siteward-desk-'));
  store = openStore('sqlite:siteward.db', dataDir);
  await store.open();
  now = T0;
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

function memory(): Memory {
  return memoryOf(store, {
    options: { data: dataDir },
    config: { settings: { receivers: [], routes: [], escalation: [] }, sites: [], maintenance: [] },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    observatory: { now: () => now },
    newId: (at: number) => `${at}-${++ids}`,
    stamps: { add: () => undefined },
    crash: () => undefined,
  } as unknown as Workplace);
}

const kept = async (): Promise<number> =>
  (await readdir(join(dataDir, 'evidence'), { recursive: true })).filter((name) => name.endsWith('manifest.json'))
    .length;

test('a page that stays as it was found does not fill the disk; what is news is kept at once', async () => {
  const { target: canary, baseline, attacked, genuine } = canaries(T0).page;
  const target = { ...canary, siteId: 'live' };
  const desk = memory();
  const look = async (evidence: unknown): Promise<void> => {
    const seen: Observation = {
      ...{ targetId: target.id, kind: target.kind, version: 1, vantage: 'local', at: now, tookMs: 0 },
      outcome: { ok: true, evidence },
    };
    const observatory = {
      vantages: [{ name: 'local', observe: async () => seen }] as const,
      ...{ now: () => now, pause: async () => undefined },
    };
    const site = aSite({ id: target.siteId, receivers: [] });
    await watch(site, target, { baseline, findings: [] }, observatory, desk, new AbortController().signal);
    now += 15_000;
  };
  for (let index = 0; index < 30; index++) await look(attacked);
  expect(await kept()).toBe(1);
  now += 600_000;
  await look(attacked);
  expect(await kept()).toBe(2);
  // It was over, and is back: that is news, however soon.
  for (let index = 0; index < 3; index++) await look(genuine);
  await look(attacked);
  expect(await kept()).toBe(3);
});
