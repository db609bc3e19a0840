/** Kills at any moment, while many sites are attacked and every channel has messages under way. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Arena, holds, stopped } from './arena.js';
import { type Books, booksOf } from './ledger.js';
import { emptied } from './point.js';
import { type Accepted, CHANNELS } from './sinks.js';

export interface KillsResult {
  readonly kills: number;
  readonly accepted: number;
  readonly books: Books;
  /** Most messages that came again after one kill, of all channels together. */
  readonly mostAfterOneKill: number;
  /** Most times one message came again after one kill: more than 1 would be a fault. */
  readonly mostOfOneMessage: number;
}

/** One kill in five comes while the daemon starts; the others while it works. */
const AT_START = 0.2;
const START_MS = 1_500;
/** Longer than the interval of the looks, so that most deaths have looks, commits and messages before them. */
const WORK_MS = 7_000;
/** From so many kills on there is time for the attack to end and for that to be told: three clean looks and two minutes. */
const WITH_RECOVERY = 40;

/**
 * One folder, killed so often. The attack stands from the beginning, so that its opening is what the kills fall into.
 * @param random 0..1
 */
export async function killAtRandom(
  kills: number,
  random: () => number,
  arena: Arena,
  progress: (done: number) => void,
): Promise<KillsResult> {
  const place = await arena.place(CHANNELS);
  arena.attack(true);
  let books: Books | null = null;
  try {
    const killedAt: number[] = [];
    while (killedAt.length < kills) {
      if (kills >= WITH_RECOVERY && killedAt.length === Math.floor(kills / 3)) arena.attack(false);
      const daemon = place.start(null);
      if (random() >= AT_START) await holds(() => daemon.stderr().includes('"Watching"'), 60_000, daemon);
      else await pause(random() * START_MS);
      await pause(random() * WORK_MS);
      daemon.child.kill('SIGKILL');
      const { signal, code } = await daemon.gone;
      if (signal !== 'SIGKILL') throw new Error(`The daemon ended by itself (${code}): ${daemon.stderr()}`);
      killedAt.push(performance.now());
      progress(killedAt.length);
    }
    // The attack stands at the end: a run in which nobody was ever told would prove nothing.
    arena.attack(true);
    const last = place.start(null);
    await emptied(place, last, async () => {
      return (
        last.stderr().includes('"Watching"') && (await booksOf(place.database, place.sinks.accepted)).told.length > 0
      );
    });
    await stopped(last);
    books = await booksOf(place.database, place.sinks.accepted);
    return { kills, accepted: place.sinks.accepted.length, books, ...afterKills(place.sinks.accepted, killedAt) };
  } finally {
    await place.leave(books);
  }
}

function afterKills(accepted: readonly Accepted[], killedAt: readonly number[]) {
  const seen = new Set<string>();
  const perKill = new Map<number, number>();
  const perMessage = new Map<string, number>();
  for (const { channel, key, second, at } of accepted) {
    const name = `${channel} ${key} ${second}`;
    if (seen.has(name)) {
      const kill = killedAt.findLastIndex((time) => time <= at);
      perKill.set(kill, (perKill.get(kill) ?? 0) + 1);
      perMessage.set(`${kill} ${name}`, (perMessage.get(`${kill} ${name}`) ?? 0) + 1);
    }
    seen.add(name);
  }
  return {
    mostAfterOneKill: Math.max(0, ...perKill.values()),
    mostOfOneMessage: Math.max(0, ...perMessage.values()),
  };
}
