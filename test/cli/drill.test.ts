/** A drill is green only where an attack would be told now: neither by an earlier drill nor by half of this one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { CHECKS } from '../../src/checks/index.js';
import { runDrill } from '../../src/cli/drill.js';
import type { Workplace } from '../../src/cli/workplace.js';
import { Courier } from '../../src/notify/deliver.js';
import { type Notifier, SendError } from '../../src/notify/notifier.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { T0 } from '../contracts/samples.js';
import { notifyIo } from '../support/notify.js';

let dataDir: string;
let store: Store;
let now: number;
/** Receivers that refuse everything. */
let dead: readonly string[];
let drills = 0;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'siteward-drill-'));
  store = openStore('sqlite:siteward.db', dataDir);
  await store.open();
  [now, dead] = [T0, []];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  await rm(dataDir, { recursive: true });
});

const notifier: Notifier = {
  kind: 'test',
  settings: z.unknown(),
  examine: async () => 'reached',
  async send({ receiver }) {
    if (dead.includes(receiver)) throw new SendError('no such user', false);
  },
};
const receivers = ['ops', 'pager'].map((id) => ({ id, kind: 'test', settings: null }));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function workplace(): Workplace {
  const settings = {
    ...{ receivers, escalation: [], routes: [{ severity: 'critical', to: ['ops', 'pager'] }] },
    baselines: { signers: [] },
  };
  const post = {
    ...{ notifiers: [notifier], receivers, random: () => 0.5, log: silent },
    siteOf: () => undefined,
    readProof: async (folder: string | null) => ({ folder, pictures: [], resolvers: [] }),
    io: notifyIo({ now: () => now }),
  };
  return {
    options: { data: dataDir },
    config: { settings, sites: [], events: [], maintenance: [] },
    terminal: { out: () => undefined, json: true },
    log: silent,
    observatory: { now: () => now, pause: async () => undefined },
    newId: (at: number) => `${at}-${++drills}`,
    store: async () => store,
    courier: async () => new Courier(store, post),
    lockStore: async () => ({ onLost: () => undefined, release: async () => undefined }),
    stamps: { add: () => undefined },
    signal: new AbortController().signal,
    crash: () => undefined,
  } as unknown as Workplace;
}

async function drilled(): Promise<number> {
  now += 60_000;
  return runDrill(undefined, workplace());
}

test('what an earlier drill brought there proves nothing of this one', async () => {
  expect(await drilled()).toBe(0);
  dead = ['ops', 'pager'];
  expect(await drilled()).toBe(3);
  now += 3_600_000;
  expect(await drilled()).toBe(3);
  dead = [];
  expect(await drilled()).toBe(0);
});

test('a receiver that refuses is not made good by another that accepts', async () => {
  dead = ['pager'];
  expect(await drilled()).toBe(3);
});

test.each(['page', 'dns'])('an attack on the %s that is not recognised is no drill that was passed', async (kind) => {
  expect(await drilled()).toBe(0);
  const check = CHECKS.find((one) => one.kind === kind);
  if (!check) throw new Error(`no check of kind ${kind}`);
  for (const comparer of check.comparers) vi.spyOn(comparer, 'compare').mockReturnValue([]);
  if (check.weigh) vi.spyOn(check, 'weigh').mockReturnValue([]);
  await expect(drilled()).rejects.toThrow(/not recognised/);
});
