/**
 * `npm run bench:torture`: kills the built daemon at every named point and at random moments, and counts what was lost,
 * told twice or torn. Exit code 1 when anything was. Everything is on loopback.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CRASH_POINTS } from '../../src/core/crash-points.js';
import { openArena } from './arena.js';
import { wrong } from './ledger.js';
import { dieAt, type PointResult } from './point.js';
import { type KillsResult, killAtRandom } from './random.js';
import { CHANNELS } from './sinks.js';

const PROGRAM = join(fileURLToPath(new URL('../../../', import.meta.url)), 'dist/main.js');

const USAGE = `npm run bench:torture -- [options]
  --kills N      random kills under load (1000); 0: none
  --points TEXT  only named points that contain it (all); none: "-"
  --channel C    only this channel: ${CHANNELS.join(', ')}
  --jobs N       daemons at a time (2)
`;

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    points: { type: 'string', default: '' },
    channel: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function namedPoints(): Promise<boolean> {
  const points = CRASH_POINTS.filter((point) => options.points !== '-' && point.includes(options.points));
  const channels = CHANNELS.filter((channel) => channel.includes(options.channel));
  const cases = points.flatMap((point) => channels.map((channel) => ({ point, channel })));
  if (cases.length === 0) return true;
  const arena = await openArena(PROGRAM, 1);
  arena.attack(true);
  const results: PointResult[] = [];
  const worker = async (): Promise<void> => {
    for (let next = cases.shift(); next; next = cases.shift()) {
      const result = await dieAt(next.point, next.channel, arena);
      results.push(result);
      const faults = [...(result.died ? [] : ['NOT REACHED']), ...result.untold.map((id) => `UNTOLD ${id}`)];
      const repeated = [...result.books.repeated.values()].reduce((sum, times) => sum + times, 0);
      const all = [...faults, ...wrong(result.books), ...(repeated > 1 ? ['TOLD TOO OFTEN'] : [])];
      say(
        `  ${all.length === 0 ? 'ok ' : 'BAD'} ${next.point} x ${next.channel}: ${repeated} told again ${all.join('; ')}`,
      );
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
  await arena.close();
  return summary(results, points.length);
}

function summary(results: readonly PointResult[], points: number): boolean {
  const sum = (of: (result: PointResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const repeats = (result: PointResult): number => [...result.books.repeated.values()].reduce((a, b) => a + b, 0);
  const bad = {
    'points not reached': sum((one) => Number(!one.died)),
    'notifications lost': sum((one) => one.books.lost.length + one.untold.length),
    'under another key': sum((one) => one.books.strangers.length),
    'torn pairs': sum((one) => one.books.torn.length),
    'databases unsound': sum((one) => Number(one.books.unsound.length > 0)),
    'kills after which more than one came again': sum((one) => Number(repeats(one) > 1)),
  };
  say(
    `\nNamed points: ${points} points, ${results.length} kills (point x channel), ${sum((one) => one.books.alerts)} alerts owed`,
  );
  for (const [what, count] of Object.entries(bad)) say(`  ${String(count).padStart(6)}  ${what}`);
  say(`  ${String(sum(repeats)).padStart(6)}  told again, each with the same key`);
  return Object.values(bad).every((count) => count === 0);
}

/** Most folders are killed five times, so that the opening of an incident is died in over and over; the first of each job longer. */
const [SHORT, LONG] = [5, 50];

async function randomKills(): Promise<boolean> {
  const kills = Number(options.kills);
  if (kills === 0) return true;
  const jobs = Number(options.jobs);
  const results: KillsResult[] = [];
  let left = kills;
  let done = 0;
  const worker = async (): Promise<void> => {
    const arena = await openArena(PROGRAM, 8);
    for (let wanted = LONG; left > 0; wanted = SHORT) {
      const share = Math.min(wanted, left);
      left -= share;
      const result = await killAtRandom(share, Math.random, arena, () => {
        if (++done % 25 === 0) say(`  ${done} kills`);
      });
      results.push(result);
      for (const line of wrong(result.books)) say(`  ${line}`);
    }
    await arena.close();
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return randomSummary(results, kills);
}

function randomSummary(results: readonly KillsResult[], kills: number): boolean {
  const sum = (of: (result: KillsResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const most = (of: (result: KillsResult) => number): number => Math.max(0, ...results.map(of));
  const repeats = ({ books }: KillsResult): number => [...books.repeated.values()].reduce((a, b) => a + b, 0);
  say(
    `\nRandom kills: ${kills} kills, ${results.length} folders, 8 sites, 3 channels; ${sum((one) => one.books.incidents)} incidents, ${sum((one) => one.books.alerts)} alerts owed, ${sum((one) => one.accepted)} accepted`,
  );
  const counts: readonly (readonly [number, string])[] = [
    [sum((one) => one.books.lost.length), 'notifications lost'],
    [sum((one) => one.books.strangers.length), 'under another key'],
    [sum((one) => one.books.torn.length), 'torn pairs'],
    [sum((one) => one.books.unsound.length), 'faults of the database or the audit trail'],
    [sum((one) => Number(one.books.told.length === 0)), 'folders of which nobody was told anything'],
    [sum(repeats), 'told again, each with the same key'],
    [most((one) => one.mostOfOneMessage), 'most times one message came again after one kill'],
    [
      most((one) => one.mostAfterOneKill),
      'most messages that came again after one kill, of eight sites and three channels together',
    ],
  ];
  for (const [count, what] of counts) say(`  ${String(count).padStart(6)}  ${what}`);
  return results.every(({ books, mostOfOneMessage }) => {
    return wrong(books).length === 0 && books.told.length > 0 && mostOfOneMessage <= 1;
  });
}

if (options.help) say(USAGE);
else {
  const sound = [await namedPoints(), await randomKills()];
  process.exitCode = sound.every(Boolean) ? 0 : 1;
}
