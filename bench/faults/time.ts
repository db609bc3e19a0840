/** A daemon that is held up for minutes while its clock goes on, as when a machine is suspended. */
import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import { clockOf, type Ground } from '../../test/e2e/faults/ground.js';
import { until } from '../../test/support/siteward.js';
import { changes, LONG_MS, type Row } from './row.js';

const STOPPED_MS = 180_000;

const headlines = (ground: Ground): string =>
  ground
    .ofSite('_siteward')
    .map(({ headline }) => headline)
    .join('\n');

async function stopped(ground: Ground, jump: string | null): Promise<string> {
  const clock = clockOf(ground);
  const daemon = await ground.watch(jump === null ? {} : { env: clock.env });
  await daemon.looked();
  const looks = await daemon.metric('siteward_looks_total');
  const beats = ground.beats.length;
  daemon.running.kill('SIGSTOP');
  if (jump !== null) clock.set(jump);
  await pause(STOPPED_MS);
  assert.equal(ground.beats.length, beats);
  const at = performance.now();
  daemon.running.kill('SIGCONT');
  await daemon.looked();
  await pause(10_000);
  const seconds = (performance.now() - at) / 1_000;
  const made = (await daemon.metric('siteward_looks_total')) - looks;
  assert.ok(made <= 2 + Math.ceil(seconds / 4), `${made} looks in ${seconds} s`);
  await until('the gap is told', () => /Nothing was done for/.test(headlines(ground)), LONG_MS);
  if (jump !== null) await until('the jump is told', () => /clock was set forward/.test(headlines(ground)), LONG_MS);
  assert.equal(changes(ground), '');
  await until('the heartbeat is back', () => ground.beats.length > beats, LONG_MS);
  ground.attack(true);
  await until('an attack is told', () => changes(ground) === 'opened', LONG_MS);
  ground.attack(false);
  await until('its end is told', () => changes(ground) === 'opened resolved', LONG_MS);
  await daemon.stop();
  return `no heartbeat meanwhile; ${made} looks in the ${Math.round(seconds)} s after; told of ourselves: ${headlines(ground).replaceAll('\n', ' / ')}; of the site nothing, and a later attack once`;
}

async function slewed(ground: Ground, minutes: number): Promise<string> {
  const clock = clockOf(ground);
  clock.set('+0 x1.02');
  const daemon = await ground.watch({ env: clock.env });
  await daemon.looked();
  const looks = await daemon.metric('siteward_looks_total');
  const ahead = Date.now();
  await pause(minutes * 60_000);
  const made = (await daemon.metric('siteward_looks_total')) - looks;
  const seconds = (Date.now() - ahead) / 1_000;
  assert.ok(made >= seconds / 5 - 3 && made <= seconds / 4, `${made} looks in ${seconds} s`);
  assert.deepEqual(ground.told, []);
  ground.attack(true);
  await until('an attack is told', () => changes(ground) === 'opened', LONG_MS);
  await daemon.stop();
  return `${made} looks in ${Math.round(seconds)} s at the cadence of 5 s, nobody told; an attack told once`;
}

export const TIME_ROWS: readonly Row[] = [
  { name: 'stopped for 3 minutes', run: (ground) => stopped(ground, null) },
  { name: 'a clock that is slewed: 2 % fast, forty times what NTP does', run: slewed },
  { name: 'stopped for 3 minutes, and the clock an hour on', run: (ground) => stopped(ground, '+1h') },
];
