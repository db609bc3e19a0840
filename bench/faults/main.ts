/**
 * The faults of a network, made with nftables in a network namespace of the bench's own: nothing leaves loopback.
 *
 *   npm run bench:faults -- [--minutes 5] [--only WORDS]     needs root and nftables; exit code 1: a promise was not kept
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onGround } from '../../test/e2e/faults/ground.js';
import { prepare } from './net.js';
import { ROWS } from './rows.js';

const INSIDE = 'SITEWARD_FAULTS_INSIDE';
const args = process.argv.slice(2);
const option = (name: string): string | undefined => args[args.indexOf(name) + 1 || args.length];

async function main(): Promise<number> {
  const minutes = Number(option('--minutes') ?? 5);
  const chosen = ROWS.filter(({ name }) => name.includes(option('--only') ?? ''));
  if (chosen.length === 0 || !(minutes > 0)) throw new Error('Nothing to do: see the head of bench/faults/main.ts.');
  prepare();
  const kept = await Promise.all(
    chosen.map(async ({ name, run }) => {
      let seen = '';
      try {
        await onGround(async (ground) => {
          seen = await run(ground, minutes);
        });
        process.stdout.write(`kept      ${name}: ${seen}\n`);
        return true;
      } catch (error) {
        process.stdout.write(`NOT KEPT  ${name}: ${error instanceof Error ? error.message : error}\n`);
        return false;
      }
    }),
  );
  return kept.every(Boolean) ? 0 : 1;
}

if (process.env[INSIDE]) process.exit(await main());
const inside = spawnSync('unshare', ['--net', process.execPath, fileURLToPath(import.meta.url), ...args], {
  stdio: 'inherit',
  env: { ...process.env, [INSIDE]: '1' },
});
if (inside.error) process.stderr.write(`faults: no network namespace can be made: ${inside.error.message}\n`);
process.exit(inside.status ?? 1);
