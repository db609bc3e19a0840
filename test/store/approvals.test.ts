import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rolledBack } from '../../src/store/approvals.js';
import type { RecordHead } from '../../src/store/baselines.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';

const record = (letter: string, at: number): RecordHead => ({ sha256: letter.repeat(64), at, by: 'Ada' });
const FIRST = record('a', Date.UTC(2026, 6, 17));
const SECOND = record('b', Date.UTC(2026, 6, 18));

let dir: string;
let store: Store;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siteward-approvals-'));
  store = openStore('sqlite:siteward.db', dir);
  await store.open();
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

const look = (head: RecordHead | null, enforced = true, site = 'live') => rolledBack(store, site, head, enforced, 5);

describe('the record the daemon goes by', () => {
  it('is noted once, with who approved it', async () => {
    for (let count = 0; count < 3; count++) expect(await look(FIRST)).toBeNull();
    const trail = await store.trail();
    expect(trail).toHaveLength(1);
    expect(trail[0]).toMatchObject({ actor: 'Ada', subject: 'live', detail: expect.stringContaining(FIRST.sha256) });
  });

  it('may become a newer one, and not an older one again', async () => {
    expect(await look(FIRST)).toBeNull();
    expect(await look(SECOND)).toBeNull();
    expect(await look(FIRST)).toMatchObject({ code: 'baseline/rolled-back', severity: 'critical' });
    expect(await look(FIRST, false)).toMatchObject({ severity: 'warning' });
    expect(await look(SECOND)).toBeNull();
  });

  it('may not be another of the same time', async () => {
    expect(await look(FIRST)).toBeNull();
    expect(await look(record('c', FIRST.at))).toMatchObject({ code: 'baseline/rolled-back' });
  });

  it('is remembered by site, and for longer than the process lives', async () => {
    expect(await look(SECOND)).toBeNull();
    expect(await look(FIRST, true, 'shop')).toBeNull();
    await store.close();
    store = openStore('sqlite:siteward.db', dir);
    await store.open();
    expect(await look(FIRST)).not.toBeNull();
  });

  it('is not missed while there is none: a look without a baseline is never green by itself', async () => {
    expect(await look(SECOND)).toBeNull();
    expect(await look(null)).toBeNull();
    expect(await look(FIRST)).not.toBeNull();
  });
});
