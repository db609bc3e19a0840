/** Disks that are full, read-only, out of inodes or failing, under the built daemon: told all the same, once, and never green. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { booksOf, pendingIn } from '../../../bench/torture/ledger.js';
import { until } from '../../support/siteward.js';
import { cannot, type Daemon, failing, type Ground, onGround, onSmallDisk, PATIENCE_MS, seenBy } from './ground.js';

const PATIENCE = { timeout: 3 * PATIENCE_MS };
/** Writes until nothing more fits. */
function fill(folder: string): void {
  for (const size of [64, 1]) {
    for (let part = 0; part < 10_000; part++) {
      try {
        writeFileSync(`${folder}/ballast-${size}-${part}`, Buffer.alloc(size * 1024));
      } catch {
        break; // full: that is what was wanted
      }
    }
  }
}

function free(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('ballast')) rmSync(`${folder}/${name}`);
}

async function deaf(daemon: Daemon): Promise<void> {
  await until(
    'health says so',
    async () => (await daemon.health()).problems.some((one) => one.includes('the store does not take verdicts')),
    PATIENCE_MS,
  );
}

/** An attack while the store takes nothing, its end, and the store's recovery: one message each, all of it written down. */
async function toldAllTheSame(ground: Ground, daemon: Daemon, recover: () => void): Promise<void> {
  await deaf(daemon);
  ground.attack(true);
  await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
  const at = performance.now();
  // A small disk is told of too, and before: one message does not stand for the other.
  const isOfStore = ({ headline }: { readonly headline: string }): boolean => /database takes nothing/.test(headline);
  await until('we are told of the store', () => ground.ofSite('_siteward').some(isOfStore), PATIENCE_MS);
  await daemon.looked();
  expect(ground.beats.filter((beat) => beat > at)).toEqual([]);
  expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
  recover();
  await until('it is healthy again', async () => (await daemon.health()).ok, PATIENCE_MS);
  await until('the heartbeat is back', () => ground.beats.some((beat) => beat > at), PATIENCE_MS);
  ground.attack(false);
  await until('its end is told', () => ground.ofSite().length > 1, PATIENCE_MS);
  expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened', 'resolved']);
}

const unable = cannot('root');
describe.skipIf(unable).concurrent(`a data folder on a small disk${unable ? ` (skipped: ${unable})` : ''}`, () => {
  test('that is full: the attack is told and later written down', PATIENCE, () =>
    onGround(async (ground) => {
      const data = dataOf(ground);
      const daemon = await ground.watch({ through: onSmallDisk(data, 'size=4m') });
      await daemon.looked();
      const disk = seenBy(daemon, data);
      fill(disk);
      await toldAllTheSame(ground, daemon, () => free(disk));
      const inside = ['nsenter', '--mount', `--target=${daemon.running.pid}`];
      const { stdout } = await ground.place.start(['--data', data, '--json', 'incidents'], { through: inside })
        .finished;
      const known = JSON.parse(stdout).incidents.map(({ siteId, status }: Record<string, string>) => [siteId, status]);
      expect(known).toContainEqual(['site-1', 'resolved']);
      expect((await daemon.stop()).code).toBe(0);
    }),
  );

  test('that is full before anything was written there: it watches and tells all the same', PATIENCE, () =>
    onGround(async (ground) => {
      const data = dataOf(ground);
      const full = `mount -t tmpfs -o size=1m siteward "$0" && head -c 2m /dev/zero > "$0/ballast" 2>/dev/null; exec "$@"`;
      const daemon = await ground.watch({ through: ['unshare', '--mount', 'sh', '-c', full, data] });
      await toldAllTheSame(ground, daemon, () => free(seenBy(daemon, data)));
      expect((await daemon.stop()).code).toBe(0);
    }),
  );

  test('without inodes left: the attack is told without its evidence', PATIENCE, () =>
    onGround(async (ground) => {
      const data = dataOf(ground);
      const daemon = await ground.watch({ through: onSmallDisk(data, 'size=64m,nr_inodes=40') });
      await daemon.looked();
      fill(seenBy(daemon, data));
      ground.attack(true);
      await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
      await daemon.looked();
      expect(ground.ofSite().map(({ change }) => change)).toEqual(['opened']);
      expect((await daemon.health()).problems).toEqual([]);
      const { code, stderr } = await daemon.stop();
      expect(code).toBe(0);
      expect(stderr).toMatch(/evidence.*ENOSPC|ENOSPC.*evidence/i);
    }),
  );

  test.concurrent('that holds the evidence alone, and is full: told without it, and all else goes on', PATIENCE, () =>
    onGround(async (ground) => {
      const evidence = ground.place.path('data', 'evidence');
      mkdirSync(evidence, { recursive: true });
      const daemon = await ground.watch({ through: onSmallDisk(evidence, 'size=64k') });
      await daemon.looked();
      fill(seenBy(daemon, evidence));
      ground.attack(true);
      await until('the attack is told', () => ground.ofSite().length > 0, PATIENCE_MS);
      await daemon.looked();
      expect(ground.ofSite()).toMatchObject([{ change: 'opened', evidence: null }]);
      expect((await daemon.health()).problems).toEqual([]);
      const { code, stderr } = await daemon.stop();
      expect(code).toBe(0);
      expect(stderr).toMatch(/evidence could not be kept.*the disk is full/);
      expect(await booksOf(ground.place.path('data', 'siteward.db'), [])).toMatchObject({ torn: [], unsound: [] });
    }),
  );
});

const untraceable = cannot('root', 'strace');
describe.skipIf(untraceable).concurrent(`a disk that fails${untraceable ? ` (skipped: ${untraceable})` : ''}`, () => {
  test.each([
    ['became read-only', ['pwrite64:error=EROFS']],
    ['loses what it is to keep', ['fsync,fdatasync:error=EIO']],
    ['fails at every second write', ['pwrite64:error=EIO:when=1+2']],
    ['is full in the middle of a commit', ['fsync,fdatasync:error=ENOSPC', 'pwrite64:error=ENOSPC:when=3+3']],
  ] as const)('because it %s', PATIENCE, (_what, faults) =>
    onGround(async (ground) => {
      const daemon = await ground.watch();
      await daemon.looked();
      const mend = await failing(daemon, ...faults);
      const mended: Promise<void>[] = [];
      await toldAllTheSame(ground, daemon, () => void mended.push(mend()));
      await Promise.all(mended);
      expect((await daemon.stop()).code).toBe(0);
      const database = ground.place.path('data', 'siteward.db');
      expect(await pendingIn(database)).toBe(0);
      expect(await booksOf(database, [])).toMatchObject({ torn: [], unsound: [] });
    }),
  );
});

function dataOf(ground: Ground): string {
  const data = ground.place.path('data');
  mkdirSync(data);
  return data;
}
