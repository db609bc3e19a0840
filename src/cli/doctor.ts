/** `doctor`: what on this machine works or not, with the fix for each. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Network, ProbeFailure, type Resolver } from '../checks/check.js';
import { oneLine } from '../core/plain-text.js';
import { readStoreAddress, storeName } from '../core/store-address.js';
import { lostIn } from '../store/lost.js';
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
      const { pending } = await (await place.store()).outbox();
      return `${storeOf(place.config.settings.store.url)} opens; ${pending} alerts wait`;
    }),
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

async function answers(resolver: Resolver, network: Network, signal: AbortSignal): Promise<string> {
  const { replies, server, failure } = await network.exchange({
    resolver,
    message: ROOT_QUERY,
    matches: (datagram) => datagram[0] === ROOT_QUERY[0] && datagram[1] === ROOT_QUERY[1],
    timeoutMs: ANSWER_WITHIN_MS,
    signal,
  });
  if (failure) throw new ProbeFailure(failure);
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
