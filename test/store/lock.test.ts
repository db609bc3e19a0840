import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder } from '../../src/store/lock.js';
import { StoreError } from '../../src/store/store.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'siteward-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('belongs to one at a time, and names who has it', () => {
  const first = lockFolder(join(folder, 'data'), 4242);
  const second = (): unknown => lockFolder(join(folder, 'data'), 4343);
  expect(second).toThrow(StoreError);
  expect(second).toThrow(/Another siteward watch \(process 4242\).*Stop it first/);
  lockFolder(join(folder, 'elsewhere'), 1).release();
  first.release();
  lockFolder(join(folder, 'data'), 4343).release();
});
