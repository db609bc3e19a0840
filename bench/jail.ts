/**
 * What the proxy and the jail cost: the same page, captured in turn by a browser in a network of its own, which reaches it
 * through our proxy, and by the same browser with the same flags and neither, which reaches it directly.
 *
 *   npm run bench:jail -- [--pairs 80]
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { captureOn } from '../src/net/browser/capture.js';
import type { EgressRules } from '../src/net/browser/egress-dial.js';
import { EgressProxy } from '../src/net/browser/egress-proxy.js';
import { findExecutable } from '../src/net/browser/executable.js';
import { type Gate, JailGate } from '../src/net/browser/gate.js';
import { findJail } from '../src/net/browser/jail.js';
import { launchBrowser, type RunningBrowser } from '../src/net/browser/launch.js';
import { limitsFor } from '../src/net/browser/limits.js';
import { browserIdentity } from '../src/net/browser/profile.js';
import { Stage } from '../src/net/browser/stage.js';
import { Stills } from '../src/net/browser/stills.js';
import { pageOf } from './picture-pages.js';

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '80' } } });
const PAIRS = Number(values.pairs);
/** Median of the ratios that is still called cheap. */
const MOST = 1.15;
const WARM_UP = 4;
const PICTURES = 40;
const VIEWPORT = { name: 'desktop', width: 1280, height: 720, mobile: false };
const PICTURE = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle r="40"/></svg>');
const RULES: EgressRules = {
  policy: { allow: [], only: ['127.0.0.0/8'] },
  resolve: (name) => Promise.reject(new Error(`${name} was looked up`)),
  trust: null,
};
/** What Chromium calls no proxy. */
const DIRECT: Gate = {
  hosts: '127.*',
  open: async () => ({ url: 'direct://', close: async () => undefined }),
  close: async () => undefined,
};

interface Rival {
  readonly running: RunningBrowser;
  readonly stills: Stills;
  close(): Promise<void>;
}

async function rival(guarded: boolean, executable: string): Promise<Rival> {
  const jail = guarded ? await findJail(browserIdentity()) : null;
  if (typeof jail === 'string') throw new Error(jail);
  const gate = guarded ? new JailGate() : DIRECT;
  const deadEnd = await EgressProxy.open(RULES, gate);
  const launch = { executable, sandbox: 'required', deadEnd: deadEnd.url, jail, gate, limits: limitsFor(1) } as const;
  const running = await launchBrowser(launch);
  const close = async () => {
    await running.close();
    await deadEnd.close();
    await gate.close();
  };
  return { running, stills: new Stills(), close };
}

/** Milliseconds from nothing to a picture and back to nothing. @returns what went through the proxy too */
async function captured({ running, stills }: Rival): Promise<{ ms: number; proxied: number }> {
  const began = performance.now();
  const stage = await Stage.open(running, RULES);
  try {
    const request = { url: page, viewport: VIEWPORT, boxesOf: [], signal: new AbortController().signal };
    const { requests } = await captureOn(stage, request, 'bench', stills);
    if (requests.filter(({ status }) => status === 200).length <= PICTURES) throw new Error('the page did not load');
  } finally {
    await stage.close();
  }
  return { ms: performance.now() - began, proxied: stage.proxy.log.length };
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

/** Where the median lies with 95 % confidence, whatever the distribution: order statistics by the sign test. */
function intervalOf(list: readonly number[]): [number, number] {
  const sorted = [...list].sort((a, b) => a - b);
  const low = Math.max(0, Math.floor((sorted.length - 1.96 * Math.sqrt(sorted.length)) / 2) - 1);
  return [sorted[low] ?? Number.NaN, sorted[sorted.length - 1 - low] ?? Number.NaN];
}

const html = pageOf({ kind: 'text', height: 3000, change: 'none' }).replace(
  '</body>',
  `${Array.from({ length: PICTURES }, (_, at) => `<img src="/${at}.svg">`).join('')}</body>`,
);
const server = createServer(({ url }, response) => {
  const picture = url?.endsWith('.svg') === true;
  response.setHeader('content-type', picture ? 'image/svg+xml' : 'text/html; charset=utf-8');
  response.end(picture ? PICTURE : html);
}).listen(0, '127.0.80.32');
await once(server, 'listening');
const bound = server.address();
const page = `http://127.0.80.32:${typeof bound === 'object' ? bound?.port : 0}/`;

const executable = await findExecutable('auto');
const [guarded, bare] = [await rival(true, executable), await rival(false, executable)];
const took = { guarded: [] as number[], bare: [] as number[] };
try {
  for (let at = 0; at < PAIRS + WARM_UP; at += 1) {
    // In turn, and each first as often as the other: what burdens the machine burdens both.
    const order = at % 2 === 0 ? (['guarded', 'bare'] as const) : (['bare', 'guarded'] as const);
    for (const name of order) {
      const { ms, proxied } = await captured(name === 'guarded' ? guarded : bare);
      if (proxied > 0 !== (name === 'guarded')) throw new Error(`${proxied} connections of the ${name} one proxied`);
      if (at >= WARM_UP) took[name].push(ms);
    }
  }
} finally {
  await Promise.all([guarded.close(), bare.close()]);
  server.closeAllConnections();
  server.close();
}
const ratios = took.guarded.map((ms, at) => ms / (took.bare[at] ?? Number.NaN));
const [ratio, [low, high]] = [median(ratios), intervalOf(ratios)];
process.stdout.write(
  `${PAIRS} pairs of captures of a page with ${PICTURES} pictures: median ${median(took.guarded).toFixed(0)} ms behind proxy ` +
    `and jail, ${median(took.bare).toFixed(0)} ms with neither: ${ratio.toFixed(3)}x by pair, between ${low.toFixed(3)} and ` +
    `${high.toFixed(3)} with 95 % confidence (at most ${MOST}x)\n`,
);
if (ratio > MOST) process.exitCode = 1;
