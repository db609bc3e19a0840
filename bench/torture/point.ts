/** One death at one named point, the restart after it, and the books when everything owed was told. */
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CrashPoint } from '../../src/core/crash-points.js';
import { openStore } from '../../src/store/open.js';
import { aTransition } from '../../test/contracts/samples.js';
import { type Arena, type Daemon, holds, type Place, stopped } from './arena.js';
import { type Books, booksOf, pendingIn } from './ledger.js';
import type { Channel } from './sinks.js';

export interface PointResult {
  readonly point: CrashPoint;
  readonly channel: Channel;
  /** The point was come to, and the process ended there by SIGKILL. */
  readonly died: boolean;
  readonly books: Books;
  /** Sites whose attack no message told. */
  readonly untold: readonly string[];
}

const DEADLINE_MS = 90_000;

/** The attack stands when the daemon starts and never ends: one message tells it, whatever happens in between. */
export async function dieAt(point: CrashPoint, channel: Channel, arena: Arena): Promise<PointResult> {
  const place = await arena.place([channel]);
  let books: Books | null = null;
  try {
    if (point === 'delete from "incidents"') await withPast(place);
    if (point === 'send/refused' || point === 'failure/noted') place.sinks.refuse(1);
    const died = await endedByPoint(place, point);
    place.sinks.refuse(0);
    await drained(place);
    books = await booksOf(place.database, place.sinks.accepted);
    const { told } = books;
    return { point, channel, died, books, untold: arena.siteIds.filter((id) => !told.includes(id)) };
  } finally {
    await place.leave(books);
  }
}

const LONG_AGO_MS = 60 * 86_400_000;

/** An incident that ended two months ago: forgetting it is what that point is in. */
async function withPast(place: Place): Promise<void> {
  const at = Date.now() - LONG_AGO_MS;
  const past = { status: 'resolved', since: at, updatedAt: at, resolvedAt: at } as const;
  const transition = { ...aTransition('transient', past), at };
  const store = openStore(`sqlite:${place.database}`, dirname(place.database));
  await store.open();
  await store.record({ verdict: null, incidents: [transition.incident], transitions: [transition], alerts: [] });
  await store.close();
}

async function endedByPoint(place: Place, point: CrashPoint): Promise<boolean> {
  const daemon = place.start(point);
  if (point.startsWith('stop/')) {
    await holds(() => place.sinks.accepted.length > 0, DEADLINE_MS, daemon);
    daemon.child.kill('SIGTERM');
  }
  const timer = setTimeout(() => daemon.child.kill('SIGTERM'), DEADLINE_MS);
  const { signal } = await daemon.gone;
  clearTimeout(timer);
  return signal === 'SIGKILL';
}

/** A daemon that is not killed tells what is owed, and stops. */
async function drained(place: Place): Promise<void> {
  const daemon = place.start(null);
  const openedTold = async (): Promise<boolean> =>
    daemon.stderr().includes('"Watching"') && (await booksOf(place.database, place.sinks.accepted)).told.length > 0;
  await emptied(place, daemon, openedTold);
  await stopped(daemon);
}

/** Waits until nothing is owed any more, and that besides. */
export async function emptied(place: Place, daemon: Daemon, besides: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (performance.now() < end && daemon.child.exitCode === null) {
    await pause(200);
    if ((await besides()) && (await pendingIn(place.database)) === 0) return;
  }
}
