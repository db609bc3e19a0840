/** What a timeline plays in: a watched HTTPS origin, the built daemon, and receivers of its own. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Event, eventPage, startEvent } from '../../test/e2e/event.js';
import type { Page } from '../../test/support/origin.js';
import { type Running, until, type Workplace } from '../../test/support/siteward.js';
import { type Heard, openSinks, type Sinks } from './sinks.js';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

export interface World {
  readonly event: Event;
  readonly place: Workplace;
  readonly sinks: Sinks;
  readonly daemon: Running;
  /** Of the sites watched, without what Siteward says of itself. */
  readonly heard: () => readonly Heard[];
  /** What Siteward said of itself. */
  readonly ofItself: () => readonly Heard[];
  close(): Promise<void>;
}

/** Watches pages inside an event window, every 15 s, and waits until each was looked at. */
export async function watching(pages: Readonly<Record<string, Page>>): Promise<World> {
  const sinks = await openSinks();
  const event = await startEvent({ ...pages });
  const place = event.workplace(sinks.settings);
  const ids = Object.keys(pages).map((path) => path.slice(1));
  place.watchlist(`version: 1
sites:
${ids.map((id) => `  - { id: ${id}, url: "${event.url(`/${id}`)}", checks: [page], every: 15s, viewports: [desktop], content: frozen }\n`).join('')}
${eventWindow(ids)}`);
  return started(
    event,
    place,
    sinks,
    ids.map((id) => `${id}/page`),
  );
}

/** An event without end, in which some sites may be looked at less often. */
export function eventWindow(
  ids: readonly string[],
  every = '15s',
  more: readonly string[] = [],
  moreEvery = '60s',
): string {
  const window = (id: string, sites: readonly string[], cadence: string): string =>
    `  - { id: ${id}, from: 2020-01-01T00:00:00Z, to: 2099-01-01T00:00:00Z, every: ${cadence}, content: frozen, sites: [${sites.join(', ')}] }\n`;
  return `events:\n${window('golden', ids, every)}${more.length > 0 ? window('many', more, moreEvery) : ''}`;
}

/** Takes baselines and starts the daemon. @param targets waited for until each was looked at. */
export async function started(
  event: Event,
  place: Workplace,
  sinks: Sinks,
  targets: readonly string[],
): Promise<World> {
  const { code, stderr } = await place.siteward('baseline', 'capture', '--approve', '--by', 'bench');
  if (code !== 0) throw new Error(`the baselines could not be taken: ${stderr}`);
  const daemon = place.start(['watch']);
  const isLookedAt = (id: string): boolean => daemon.stderr().includes(`"target":"${id}"`);
  await until('every target was looked at', () => targets.every(isLookedAt), 5 * MINUTE);
  const isOfItself = ({ siteId }: Heard): boolean => siteId === '_siteward';
  return {
    ...{ event, place, sinks, daemon },
    heard: () => sinks.heard.filter((one) => !isOfItself(one)),
    ofItself: () => sinks.heard.filter(isOfItself),
    async close() {
      daemon.kill('SIGTERM');
      await daemon.finished;
      await event.close();
      await sinks.close();
    },
  };
}

export async function json(place: Workplace, ...args: readonly string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await place.siteward('--json', ...args)).stdout);
}

/** Sleeps until so long after the beginning. */
export async function reach(beginning: number, ms: number): Promise<void> {
  await pause(Math.max(0, beginning + ms - performance.now()));
}

export { eventPage, pause, until };
