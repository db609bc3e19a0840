/** `doctor`: what on this machine works or not, with the fix for each. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Network, ProbeFailure, type Resolver } from '../checks/check.js';
import { rcodeName } from '../checks/dns/names.js';
import { oneLine } from '../core/plain-text.js';
import { readStoreAddress, storeName } from '../core/store-address.js';
import { waitedMs } from '../core/watchdog.js';
import { moment } from '../core/words.js';
import { lostIn } from '../store/lost.js';
import type { Outbox } from '../store/store.js';
import { clockBy, roomIn } from './doctor-machine.js';
import { jsonText } from './report/check-json.js';
import { isolated, padded, paint } from './report/text.js';
import type { Workplace } from './workplace.js';

interface Examination {
  readonly what: string;
  readonly ok: boolean;
  /** What was found, or what is wrong and how to mend it. */
  readonly detail: string;
}

/** @returns 0 when everything works, else 3: what does not work here cannot be verified here. */
export async function runDoctor(place: Workplace): Promise<number> {
  const examinations = await Promise.all([
    examine('browser', () => place.browserVersion()),
    examine('sandbox', () => sandbox(place)),
    examine('jail', async () => jail((await place.browserWalls()).unjailed)),
    examine('data folder', () => writable(place.options.data)),
    examine('store', async () => {
      await (await place.store()).proveWritable(place.observatory.now());
      return `${storeOf(place.config.settings.store.url)} opens, and takes what is written`;
    }),
    examine('alerts', async () => outboxWords(await (await place.store()).outbox(), place)),
    examine('disk', () => roomIn(place.options.data)),
    examine('clock', () =>
      clockBy(
        place.config.sites.flatMap(({ url }) => url ?? []),
        place.network,
        place.observatory.now,
        place.signal,
      ),
    ),
    examine('memory', () => remembered(place.options.data)),
    ...place.resolvers.map((resolver) =>
      examine(`resolver ${resolver.name}`, () => answers(resolver, place.network, place.signal)),
    ),
    ...place.config.settings.receivers.map(({ id }) => examine(`receiver ${id}`, () => place.examineReceiver(id))),
  ]);
  place.terminal.out(
    place.terminal.json ? jsonText({ schema: 'siteward/doctor/1', examinations }) : table(examinations, place),
  );
  return examinations.every(({ ok }) => ok) ? 0 : 3;
}

/** As long as one that is busy may take. */
const WAITS_MS = 120_000;

/** Throws where somebody was not told: whoever looks at the ways to the receivers alone may find them all open. */
export function outboxWords(
  { pending, oldestAt, failing }: Outbox,
  { config, observatory }: Pick<Workplace, 'config' | 'observatory'>,
): string {
  const { receivers } = config.settings;
  if (receivers.length === 0) return 'settings.yaml names no receivers: siteward watch would tell nobody of an attack';
  const refusing = receivers.map(({ id }) => id).filter((id) => failing.includes(id));
  if (refusing.length > 0)
    throw new Error(
      `${refusing.join(', ')} refused alerts for good and took none since: see the log why, mend that, and run siteward drill.`,
    );
  if (oldestAt !== null && waitedMs(oldestAt, observatory.now()) > WAITS_MS)
    throw new Error(
      `${pending} wait, the oldest since ${moment(oldestAt)}: does siteward watch run, and do the receivers work?`,
    );
  return pending === 0 ? 'none waits' : `${pending} wait, for less than two minutes`;
}

async function remembered(dataDir: string): Promise<string> {
  const lost = await lostIn(dataDir);
  if (lost.length === 0) return 'nothing was lost';
  throw new Error(`something was lost: read note.txt in ${lost.map((name) => join(dataDir, 'lost', name)).join(', ')}`);
}

/** Its address without the password. */
function storeOf(url: string): string {
  const read = readStoreAddress(url);
  return 'value' in read ? storeName(read.value) : 'The store';
}

async function examine(what: string, look: () => Promise<string>): Promise<Examination> {
  try {
    return { what, ok: true, detail: await look() };
  } catch (error) {
    const detail =
      error instanceof ProbeFailure ? error.failure.detail : error instanceof Error ? error.message : String(error);
    return { what, ok: false, detail };
  }
}

const NO_SANDBOX =
  'OFF by settings.yaml (`browser: { sandbox: off }`): a page that takes the browser over is on this machine. Remove that ' +
  'line unless the machine is a throw-away';

async function sandbox(place: Workplace): Promise<string> {
  return (await place.browserWalls()).sandbox === 'off' ? NO_SANDBOX : "the browser runs in Chromium's own sandbox";
}

function jail(unjailed: string | null): string {
  return unjailed === null
    ? 'the browser has a network of its own, which leads to our proxies alone'
    : `none: the browser shares the network of this machine and is kept to our proxies by its flags alone, since ${unjailed}`;
}

async function writable(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const probe = join(folder, `.doctor-${process.pid}`);
  await writeFile(probe, 'x');
  await rm(probe);
  return `${folder} can be written`;
}

/** `. NS`, recursion desired: every resolver knows the root. RFC 1035, section 4.1. */
const ROOT_QUERY = Uint8Array.from([0x5a, 0x5a, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1]);
const ANSWER_WITHIN_MS = 4_000;

/** Throws where the resolver answers nothing, or does not resolve for us. */
export async function answers(
  resolver: Resolver,
  network: Pick<Network, 'exchange'>,
  signal: AbortSignal,
): Promise<string> {
  const { replies, server, failure } = await network.exchange({
    resolver,
    message: ROOT_QUERY,
    matches: (datagram) => datagram[0] === ROOT_QUERY[0] && datagram[1] === ROOT_QUERY[1],
    timeoutMs: ANSWER_WITHIN_MS,
    signal,
  });
  if (failure) throw new ProbeFailure(failure);
  const rcode = (replies[0]?.message[3] ?? 0) & 0x0f;
  if (rcode !== 0)
    throw new Error(
      `answers ${rcodeName(rcode)} from ${server ?? 'nowhere'} when asked for the name servers of the root, which every resolver knows: does it serve this machine, and does it reach the Internet?`,
    );
  return `${resolver.role}, answers from ${server ?? 'nowhere'} in ${Math.round(replies[0]?.rttMs ?? 0)} ms`;
}

function table(examinations: readonly Examination[], { terminal }: Workplace): string {
  const style = paint(terminal.color);
  const width = Math.max(...examinations.map(({ what }) => what.length));
  const lines = examinations.map(({ what, ok, detail }) => {
    const mark = ok ? style('green', '✓ works ') : style(['red', 'bold'], '✗ broken');
    return `  ${mark}  ${padded(what, width)}  ${isolated(oneLine(detail, 500))}`;
  });
  return `\n${lines.join('\n')}\n`;
}
