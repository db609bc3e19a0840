/**
 * Faults that take longer than a test may: of the network (nftables, in a network namespace of the bench's own: nothing
 * leaves loopback), of the disk (strace), of memory and processes (control groups), of time.
 *
 *   npm run bench:faults -- [--minutes 5] [--only WORDS]     needs root and what a row is made with; exit code 1: a
 *                                                             promise was not kept
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Ground, onGround } from '../../test/e2e/faults/ground.js';
import { DISK_ROWS } from './disk.js';
import { GROWTH_ROWS } from './growth.js';
import { MACHINE_ROWS } from './machine.js';
import { prepare } from './net.js';
import type { Row } from './row.js';
import { ROWS } from './rows.js';
import { SLOW_ROWS } from './slow.js';
import { TIME_ROWS } from './time.js';

const INSIDE = 'SITEWARD_FAULTS_INSIDE';
const args = process.argv.slice(2);
const option = (name: string): string | undefined => args[args.indexOf(name) + 1 || args.length];

async function main(): Promise<number> {
  const minutes = Number(option('--minutes') ?? 5);
  const chosen = [...ROWS, ...DISK_ROWS, ...MACHINE_ROWS, ...SLOW_ROWS, ...TIME_ROWS, ...GROWTH_ROWS].filter(
    ({ name }) => name.includes(option('--only') ?? ''),
  );
  if (chosen.length === 0 || !(minutes > 0)) throw new Error('Nothing to do: see the head of bench/faults/main.ts.');
  prepare();
  const kept = await Promise.all(chosen.filter(({ alone }) => !alone).map((row) => isKept(row, minutes)));
  for (const row of chosen) if (row.alone) kept.push(await isKept(row, minutes));
  return kept.every(Boolean) ? 0 : 1;
}

async function isKept({ name, page, run }: Row, minutes: number): Promise<boolean> {
  try {
    let seen = '';
    const work = async (ground: Ground): Promise<void> => {
      seen = await run(ground, minutes);
    };
    await onGround(work, 1, page);
    process.stdout.write(`kept      ${name}: ${seen}\n`);
    return true;
  } catch (error) {
    process.stdout.write(`NOT KEPT  ${name}: ${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}

if (process.env[INSIDE]) process.exit(await main());
const inside = spawnSync('unshare', ['--net', process.execPath, fileURLToPath(import.meta.url), ...args], {
  stdio: 'inherit',
  env: { ...process.env, [INSIDE]: '1' },
});
if (inside.error) process.stderr.write(`faults: no network namespace can be made: ${inside.error.message}\n`);
process.exit(inside.status ?? 1);
