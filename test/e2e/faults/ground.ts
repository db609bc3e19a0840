/**
 * Where faults are made: TLS servers whose certificate an attacker can exchange, watched by the built daemon, with a webhook,
 * a mail server and a dead man's switch that note what reached them. No browser, so that a second is a second.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createWebServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createPageServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { certificateAuthority, inDays } from '../../support/certificates.js';
import { newWorkplace, type Running, until, type Workplace } from '../../support/siteward.js';

/** One alert that the webhook took with 202. */
export interface Told {
  readonly key: string;
  /** `opened`, `resolved` */
  readonly change: string;
  readonly site: string;
  readonly headline: string;
  /** Null: none could be kept. */
  readonly evidence: string | null;
  readonly at: number;
}

export interface Ground {
  readonly place: Workplace;
  readonly told: readonly Told[];
  /** `performance.now()` of each heartbeat. */
  readonly beats: readonly number[];
  /** Port of everything that takes messages. */
  readonly webPort: number;
  readonly sitePort: number;
  /** Exchanges the certificate of all sites, or puts the true one back. */
  attack(attacked: boolean): void;
  /** Answers what is sent to the webhook, instead of 202; null: as always. */
  answer(how: ((response: ServerResponse) => void) | null): void;
  /** Writes settings.yaml anew. @param further YAML lines; a `receivers:` among them replaces the webhook */
  settings(further?: string): void;
  /** Starts `watch` and waits until it listens. */
  watch(options?: WatchOptions): Promise<Daemon>;
  ofSite(id?: string): readonly Told[];
  close(): Promise<void>;
}

export interface WatchOptions {
  /** The daemon is started through this. */
  readonly through?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A daemon that may take long to start. */
  readonly within?: number;
}

export interface Daemon {
  readonly running: Running;
  readonly web: string;
  health(): Promise<{ readonly ok: boolean; readonly problems: readonly string[]; readonly lastLookAt: number | null }>;
  metric(name: string): Promise<number>;
  /** Waits until each site was looked at once more. */
  looked(): Promise<void>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<{ readonly code: number | null; readonly stderr: string; readonly tookMs: number }>;
}

/** Machines that run tests beside others are slow; what must be soon is said where it is measured. */
export const PATIENCE_MS = 120_000;

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** @param sites how many. All are on one server. @param page what they show a browser; without it only TLS is watched */
export async function openGround(sites = 1, page?: RequestListener): Promise<Ground> {
  const authority = certificateAuthority();
  const impostor = certificateAuthority('Some Other Root');
  const ids = Array.from({ length: sites }, (_, index) => `site-${index + 1}`);
  const names = ids.map((id) => `${id}.test`);
  const lasting = { from: inDays(-7), to: inDays(30) };
  const [genuine, forged] = [authority.issue(names, lasting), impostor.issue(names, lasting)];
  const server = page
    ? createPageServer(genuine, page)
    : createServer(genuine, (socket) => socket.on('error', () => socket.destroy()));
  server.on('tlsClientError', () => undefined); // a daemon that is killed or cut off leaves handshakes half way
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sitePort = (server.address() as AddressInfo).port;

  const told: Told[] = [];
  const beats: number[] = [];
  let answer: ((response: ServerResponse) => void) | null = null;
  const web = createWebServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined); // cut off in the middle: it took nothing
    request.on('end', () => {
      if (request.url === '/beat') beats.push(performance.now());
      if (request.url !== '/hook') return void response.writeHead(200).end();
      if (request.method !== 'POST') return void response.writeHead(405).end();
      if (answer) return answer(response);
      const { type, data } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const change = String(type).replace('incident.', '');
      const { site, headline, evidence, id: key } = data;
      told.push({ key, change, site: site.id, headline, evidence, at: performance.now() });
      response.writeHead(202).end();
    });
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const webPort = (web.address() as AddressInfo).port;

  const place = newWorkplace();
  const hosts = names.map((name) => `${name}: 127.0.0.1`).join(', ');
  const settings = (further = ''): void => {
    const hook = `{ id: hook, kind: webhook, url: "http://127.0.0.1:${webPort}/hook", secret: "${SECRET}" }`;
    place.settings(`network: { only: [127.0.0.0/8], hosts: { ${hosts} }, ca: [root.pem] }
dns: { resolvers: [] }
web: { listen: "127.0.0.1:0" }
heartbeat: { urls: ["http://127.0.0.1:${webPort}/beat"], every: 5s }
${/^receivers:/m.test(further) ? '' : `receivers: [${hook}]`}
${further}`);
  };
  settings();
  writeFileSync(place.path('config', 'root.pem'), authority.pem);
  place.watchlist(
    `version: 1\ndefaults: { every: 5s }\nsites:\n${ids
      .map(
        (id) =>
          `  - { id: ${id}, url: "https://${id}.test:${sitePort}/", checks: [${page ? 'page' : 'tls'}], confirm_after: 0s, resolve_after: 0s }\n`,
      )
      .join('')}${page ? eventOf(ids) : ''}`,
  );
  const captured = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  if (captured.code !== 0) throw new Error(`no baseline: ${captured.stderr}`);

  return {
    ...{ place, told, beats, webPort, sitePort, settings },
    attack: (attacked) => server.setSecureContext(attacked ? forged : genuine),
    answer: (how) => {
      answer = how;
    },
    async watch({ through, env, within = PATIENCE_MS } = {}) {
      const running = place.start(['watch'], { ...(through && { through }), ...(env && { env }) });
      return daemonOf(running, ids.length, within);
    },
    ofSite: (id = 'site-1') => told.filter(({ site }) => site === id),
    async close() {
      await place.remove();
      web.closeAllConnections();
      web.close();
      server.close();
      authority.remove();
      impostor.remove();
    },
  };
}

/** Every look at a page in an event is one in full, with the browser, however little the page changes. */
function eventOf(ids: readonly string[]): string {
  const [from, to] = [-1, 1].map((days) => inDays(days).toISOString());
  return `events: [{ id: day, title: A day, from: ${from}, to: ${to}, every: 5s, sites: [${ids.join(', ')}] }]\n`;
}

async function daemonOf(running: Running, sites: number, within: number): Promise<Daemon> {
  const ended = running.finished.then(({ code, stderr }) => {
    throw new Error(`the daemon ended with ${code}: ${stderr}`);
  });
  ended.catch(() => undefined); // it ends sooner or later; whoever waits for its start is told
  const listens = (): string | undefined => /"health":"(http:[^"]+)\/healthz"/.exec(running.stderr())?.[1];
  const web = await Promise.race([until('the daemon listens', listens, within), ended]);
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${web}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(name));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  return {
    ...{ running, web, metric },
    health: async () => (await fetch(`${web}/healthz`)).json() as ReturnType<Daemon['health']>,
    async looked() {
      const before = await metric('siteward_looks_total');
      await until(
        'all sites were looked at',
        async () => (await metric('siteward_looks_total')) >= before + sites,
        within,
      );
    },
    async stop() {
      const at = performance.now();
      running.kill('SIGTERM');
      const { code, stderr } = await running.finished;
      return { code, stderr, tookMs: performance.now() - at };
    },
  };
}

export interface Seen {
  readonly state: string;
  readonly summary: string;
  readonly tookMs: number;
}

/** The looks that the log tells of. */
export function looksOf({ running }: Daemon): readonly Seen[] {
  return running
    .stderr()
    .split('\n')
    .flatMap((line) => {
      const { target, state, tookMs, msg } = /^\{.*\}$/.test(line) ? JSON.parse(line) : {};
      return target === undefined || state === undefined ? [] : [{ state, tookMs, summary: msg }];
    });
}

/** A ground of the test's own, so that tests can run together; closed when the work ends, however. */
export async function onGround(
  work: (ground: Ground) => Promise<void>,
  sites = 1,
  page?: RequestListener,
): Promise<void> {
  const ground = await openGround(sites, page);
  try {
    await work(ground);
  } finally {
    await ground.close();
  }
}

const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;

/** The daemon's clock is what stands in a file, read anew every time. */
export function clockOf(ground: Ground): { readonly env: Record<string, string>; set(offset: string): void } {
  const file = ground.place.path('clock');
  const set = (offset: string): void => writeFileSync(file, `${offset}\n`);
  set('+0');
  const env = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { env, set };
}

/** A sentence where this machine lets nobody make the fault; null where it does. */
export function cannot(
  ...needs: readonly ('root' | 'strace' | 'faketime' | 'nft' | 'tc' | 'prlimit' | 'perl')[]
): string | null {
  if (process.platform !== 'linux') return 'this fault is made with means of Linux';
  for (const need of needs) {
    if (need === 'root') {
      if (process.getuid?.() !== 0) return 'only root may make this fault: run the tests as root to have it tried';
      continue;
    }
    try {
      execFileSync('sh', ['-c', `command -v ${need}`], {
        stdio: 'ignore',
        env: { PATH: `${process.env['PATH']}:/usr/sbin` },
      });
    } catch {
      return `${need} is not installed: node scripts/setup.mjs --tests`;
    }
  }
  return null;
}

/** Runs the daemon with a data folder on a small disk of its own, which nobody else sees. @param options of the tmpfs */
export function onSmallDisk(folder: string, options: string): readonly string[] {
  const script = `mount -t tmpfs -o ${options} siteward "$0" && exec "$@"`;
  return ['unshare', '--mount', 'sh', '-c', script, folder];
}

/** A path as the process sees it. */
export function seenBy({ running }: Daemon, path: string): string {
  return `/proc/${running.pid}/root${path}`;
}

/** Makes system calls of a running daemon fail. @param what as strace's --inject takes it @returns ends it */
export async function failing({ running }: Daemon, ...what: readonly string[]): Promise<() => Promise<void>> {
  const calls = what.flatMap((one) => one.split(':')[0]?.split(',') ?? []);
  const injections = what.map((one) => `--inject=${one}`);
  const args = ['-f', '-q', '-o', '/dev/null', `--trace=${calls.join(',')}`, ...injections, '-p', String(running.pid)];
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  strace.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const isAttached = (): boolean =>
    execFileSync('cat', [`/proc/${running.pid}/status`], { encoding: 'utf8' }).includes(`TracerPid:\t${strace.pid}`);
  await until(`strace is attached (${Buffer.concat(said)})`, isAttached);
  return async () => {
    const gone = once(strace, 'exit');
    strace.kill('SIGTERM');
    await gone;
  };
}
