/** What a disk does to the built daemon: every single call that fails, and evidence that finds no room. */
import { strict as assert } from 'node:assert';
import { readFileSync, rmSync } from 'node:fs';
import type { Ground } from '../../test/e2e/faults/ground.js';
import { booksOf, pendingIn } from '../torture/ledger.js';
import type { Row } from './row.js';

const CALLS = ['fsync,fdatasync', 'pwrite64'] as const;
/** A pass has fewer: which of them make a difference is not known beforehand. */
const MOST = 60;

/** One pass over an attacked site whose n-th call fails, and one with a sound disk after it. */
async function passWith(ground: Ground, calls: string, n: number): Promise<{ failed: boolean; repeated: number }> {
  const data = ground.place.path('data');
  rmSync(data, { recursive: true, force: true });
  const before = ground.told.length;
  const trace = ground.place.path('trace');
  const strace = ['strace', '-f', '-q', '-o', trace, `--trace=${calls}`, `--inject=${calls}:error=EIO:when=${n}`];
  const first = await ground.place.start(['watch', '--once'], { through: strace }).finished;
  const failed = readFileSync(trace, 'utf8').includes('(INJECTED)');
  const ofFirst = ground.told.slice(before).filter(({ site }) => site === 'site-1').length;
  assert.equal(ofFirst, 1, `${calls} ${n}: told ${ofFirst} times while the disk failed: ${first.stderr}`);
  const second = await ground.place.start(['watch', '--once']).finished;
  const where = `${calls} ${n}: ${first.stderr}\n${second.stderr}`;
  assert.ok(
    [2, 3].includes(first.code ?? -1) && second.code === 2,
    `ended with ${first.code}, ${second.code}, ${where}`,
  );
  const keys = ground.told.slice(before).filter(({ site }) => site === 'site-1');
  assert.deepEqual(new Set(keys.map(({ change }) => change)), new Set(['opened']), where);
  const repeated = keys.length - 1;
  assert.ok(repeated <= 1 && new Set(keys.map(({ key }) => key)).size === 1, `${JSON.stringify(keys)} ${where}`);
  const database = ground.place.path('data', 'siteward.db');
  assert.equal(await pendingIn(database), 0, where);
  const { torn, unsound } = await booksOf(database, []);
  assert.deepEqual({ torn, unsound }, { torn: [], unsound: [] }, where);
  return { failed, repeated };
}

export const DISK_ROWS: readonly Row[] = [
  {
    name: 'EIO at the n-th fsync, fdatasync or write, n from 1 on',
    alone: true,
    async run(ground) {
      ground.attack(true);
      const seen: string[] = [];
      for (const calls of CALLS) {
        let [met, repeated] = [0, 0];
        for (let n = 1; n <= MOST; n++) {
          const pass = await passWith(ground, calls, n);
          if (!pass.failed) break;
          met += 1;
          repeated += pass.repeated;
        }
        seen.push(`${calls}: ${met} single faults, ${repeated} messages told again under their key`);
      }
      return `${seen.join('; ')}; none lost, none torn, every file sound`;
    },
  },
];
