/**
 * Does a process that watches for weeks stay as large as it was? One process, many checks of local pages: most raw, some
 * rendered, some of those altered so that pictures are compared and shown. What it holds is printed at intervals; at
 * the end the second half is held against the first, and what should be gone is counted.
 *
 *   npm run bench:memory -- [--checks 2000] [--rendered-every 10] [--altered-every 50]
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { observe } from '../src/checks/check.js';
import { judgingWith } from '../src/checks/judging.js';
import { page } from '../src/checks/page/index.js';
import { configure, type PageSettings } from '../src/checks/page/settings.js';
import type { Baseline, Target } from '../src/core/model.js';
import { findExecutable } from '../src/net/browser/executable.js';
import { profilesFolder } from '../src/net/browser/profile.js';
import { createThreads, judgingOn } from '../src/threads.js';
import { openEye } from './eye.js';
import { pageOf } from './picture-pages.js';

const { values } = parseArgs({
  options: {
    checks: { type: 'string', default: '2000' },
    'rendered-every': { type: 'string', default: '10' },
    'altered-every': { type: 'string', default: '50' },
  },
});
const CHECKS = Number(values.checks);
const RENDERED_EVERY = Number(values['rendered-every']);
const ALTERED_EVERY = Number(values['altered-every']);
const INTERVALS = 20;
/** Growth of the second half over the first that is still called flat. */
const FLAT = 0.05;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

// -------------------------------------------------------------- origin

/** What is served for `/` (as approved) and for `/altered`; each answer has a nonce of its own, as real pages have. */
async function startServer(): Promise<{ url: string; server: Server }> {
  let served = 0;
  const server = createServer((request, response) => {
    const change = request.url === '/altered' ? 'small' : 'none';
    const nonce = `<meta name="csrf-token" content="${(served++ * 2_654_435_761).toString(16).padStart(20, '0')}">`;
    const html = pageOf({ kind: 'text', height: 3000, change }).replace('<title>', `${nonce}<title>`);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  server.listen(0, '127.0.80.31');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the bench server has no port');
  return { url: `http://127.0.80.31:${bound.port}/`, server };
}

// ------------------------------------------------------------- holding

interface Held {
  readonly checks: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly buffersMb: number;
  /** Of the browser and everything it started. */
  readonly browserMb: number;
  readonly children: number;
  readonly descriptors: number;
  readonly profiles: number;
}

function held(checks: number): Held {
  if (typeof collect === 'function') collect();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const children = descendants();
  const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);
  return {
    checks,
    rssMb: mb(rss),
    heapMb: mb(heapUsed),
    buffersMb: mb(arrayBuffers),
    browserMb: mb(children.reduce((sum, pid) => sum + residentBytes(pid), 0)),
    children: children.length,
    descriptors: readdirSync('/proc/self/fd').length,
    profiles: readdirSync(profilesFolder()).filter((name) => name.startsWith(`siteward-browser-${process.pid}-`))
      .length,
  };
}

function descendants(): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? statOf(name)?.parent : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === process.pid || isOurs(parents.get(pid)));
  return [...parents.keys()].filter((pid) => pid !== process.pid && isOurs(pid));
}

function residentBytes(pid: number): number {
  return (statOf(String(pid))?.pages ?? 0) * 4096;
}

/** Null: it ended meanwhile. */
function statOf(pid: string): { parent: number; pages: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; fields are counted from behind it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), pages: Number(fields[21]) };
  } catch {
    return null;
  }
}

function line(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(10)).join('')}\n`);
}

// -------------------------------------------------------------- checks

function targetFor(url: string, rendered: boolean): Target {
  const configured = configure({ id: 'page', url, name: '127.0.80.31', content: 'living', options: {} });
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  const settings: PageSettings = rendered ? configured.settings : { ...configured.settings, viewports: [] };
  const policy = { content: 'living', confirmAfterMs: 0, remindEveryMs: 0, resolveAfterMs: 0, inEvent: false } as const;
  return { id: 'page/page', siteId: 'page', kind: 'page', settings, schedule: { everyMs: 60_000 }, policy };
}

const { url, server } = await startServer();
const { io, close } = openEye(await findExecutable('auto'));
const threads = createThreads({ size: 1, timeoutMs: 60_000, maxHeapMb: 1_024 });
const judging = judgingWith(judgingOn(threads));
const readings: Held[] = [];

async function look(target: Target): Promise<Awaited<ReturnType<typeof observe>>> {
  const observation = await observe(page, target, io);
  if (!observation.outcome.ok) throw new Error(observation.outcome.failure.detail);
  return observation;
}

async function checkOnce(at: number, baselines: { raw: Baseline; rendered: Baseline }): Promise<void> {
  const rendered = at % RENDERED_EVERY === 0;
  const altered = at % ALTERED_EVERY === 0;
  const target = targetFor(altered ? `${url}altered` : url, rendered);
  const observation = await look(target);
  const baseline = rendered ? baselines.rendered : baselines.raw;
  const { findings, failures } = await judging.judge(target, observation, baseline);
  await judging.exhibit(target, observation, baseline);
  if (failures.length > 0) throw new Error(failures[0]?.detail);
  if (altered !== findings.length > 0) throw new Error(`check ${at}: ${findings.map(({ code }) => code).join(', ')}`);
}

async function approved(rendered: boolean): Promise<Baseline> {
  const target = targetFor(url, rendered);
  const looks = [await look(target), await look(target), await look(target)];
  const [first, ...rest] = looks.flatMap(({ outcome }) => (outcome.ok ? [page.evidence.parse(outcome.evidence)] : []));
  if (!first) throw new Error('no look succeeded');
  const evidence = page.combine([first, ...rest]);
  return { targetId: target.id, accepted: [{ version: page.version, evidence, at: 0, by: 'bench', note: '' }] };
}

try {
  const baselines = { raw: await approved(false), rendered: await approved(true) };
  line(['checks', 'RSS MB', 'heap MB', 'buffers MB', 'browser MB', 'children', 'open files', 'profiles']);
  for (let at = 1; at <= CHECKS; at += 1) {
    await checkOnce(at, baselines);
    if (at % Math.max(1, Math.floor(CHECKS / INTERVALS)) !== 0) continue;
    const now = held(at);
    readings.push(now);
    line(Object.values(now));
  }
} finally {
  await Promise.all([close(), threads.close()]);
  server.closeAllConnections();
  server.close();
}

// The first quarter is warming up.
const warm = readings.slice(Math.floor(readings.length / 4));
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const grown = (of: (held: Held) => number): number => {
  const half = warm.length >> 1;
  return median(warm.slice(half).map(of)) / median(warm.slice(0, half).map(of)) - 1;
};
const growth = { process: grown((one) => one.rssMb + one.browserMb), heap: grown((one) => one.heapMb) };
const left = held(CHECKS);
const shown = Object.entries(growth).map(([name, share]) => `${name} ${(share * 100).toFixed(1)} %`);
process.stdout.write(`grown from the first to the second half after warming up: ${shown.join(', ')}\n`);
process.stdout.write(`left after closing: ${left.children} children, ${left.profiles} profile folders\n`);
if (left.children + left.profiles > 0 || Object.values(growth).some((share) => share > FLAT)) process.exitCode = 1;
