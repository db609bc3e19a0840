/** Ways to a site that are slow or narrow, made by a relay in front of it: what is seen through them is never an attack. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Daemon, type Ground, looksOf } from '../../test/e2e/faults/ground.js';
import { until } from '../../test/support/siteward.js';
import { changes, LONG_MS, type Row } from './row.js';

/** When what came now may go on, in milliseconds from now. */
type Way = (bytes: number) => number;

const AT_ONCE: Way = () => 0;
const STYLE = `.box { color: #223344; margin: 1px }\n`.repeat(400);
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">${Array.from(
  { length: 800 },
  (_, at) => `<circle cx="${(at * 37) % 400}" cy="${(at * 53) % 300}" r="${at % 17}" fill="#88a"/>`,
).join('')}</svg>`;
const TEXT = '<p>We are glad that you are here today, and hope that you will stay for the evening.</p>'.repeat(60);
const PAGE = `<!doctype html><title>Welcome</title><link rel="stylesheet" href="/style.css"><h1>Welcome</h1><img src="/picture.svg" alt="">${TEXT}`;

/** 70 KB in three parts. */
const page: Row['page'] = ({ url }, response) => {
  const [type, body] =
    url === '/style.css' ? ['css', STYLE] : url === '/picture.svg' ? ['svg+xml', PICTURE] : ['html', PAGE];
  response.writeHead(200, { 'content-type': type === 'svg+xml' ? `image/${type}` : `text/${type}` }).end(body);
};

/** Hands everything on, in order, as late as the way says. */
function relay(from: Socket, to: Socket, way: () => Way): void {
  let last = 0;
  const later = (act: () => void, wait: number): void => {
    const now = performance.now();
    last = Math.max(last, now + wait);
    setTimeout(act, last - now);
  };
  from.on('data', (chunk: Buffer) => later(() => to.write(chunk), way()(chunk.length)));
  from.on('end', () => later(() => to.end(), 0));
  for (const event of ['error', 'close']) from.on(event, () => later(() => to.destroy(), 0));
}

interface Relay {
  readonly port: number;
  through(way: Way): void;
}

async function relayTo(port: number): Promise<Relay> {
  let way = AT_ONCE;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    relay(near, far, () => way);
    relay(far, near, () => way);
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    through(next) {
      way = next;
    },
  };
}

/** The site is watched through the relay, and known through it. */
async function relayed(ground: Ground): Promise<{ daemon: Daemon; way: Relay }> {
  const way = await relayTo(ground.sitePort);
  const watchlist = readFileSync(ground.place.path('config', 'watchlist.yaml'), 'utf8');
  ground.place.watchlist(watchlist.replaceAll(`:${ground.sitePort}/`, `:${way.port}/`));
  const captured = await ground.place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  assert.equal(captured.code, 0, captured.stderr);
  const daemon = await ground.watch();
  await until('it is seen well', () => looksOf(daemon).some(({ state }) => state === 'intact'), LONG_MS);
  return { daemon, way };
}

async function neverAnAttack(ground: Ground, way: Way, minutes: number): Promise<string> {
  const { daemon, way: between } = await relayed(ground);
  const before = looksOf(daemon).length;
  between.through(way);
  await pause(minutes * 60_000);
  const looks = looksOf(daemon).slice(before);
  const states = ['intact', 'unreachable', 'unverified', 'altered'].map(
    (state) => `${looks.filter((look) => look.state === state).length} ${state}`,
  );
  assert.ok(looks.length > 0, 'no look came to its end');
  assert.deepEqual(
    looks.filter(({ state }) => state === 'altered'),
    [],
  );
  between.through(AT_ONCE);
  const after = looksOf(daemon).length;
  await until(
    'it is seen well again',
    () =>
      looksOf(daemon)
        .slice(after)
        .some(({ state }) => state === 'intact'),
    LONG_MS,
  );
  const told = changes(ground);
  await daemon.stop();
  const longest = Math.max(...looks.map(({ tookMs }) => tookMs));
  const why = [...new Set(looks.filter(({ state }) => state !== 'intact').map(({ summary }) => summary))].slice(0, 2);
  return `${looks.length} looks in ${minutes} min: ${states.join(', ')}; the longest ${Math.round(longest / 1_000)} s; told: ${told || 'nothing'}${why.map((one) => `; "${one}"`).join('')}`;
}

/** 3 s there and back, more or less by 1 s. */
const FAR: Way = () => 1_000 + 1_000 * Math.random();

/** One line for all connections. */
function narrow(bytesPerSecond: number): Way {
  let free = 0;
  return (bytes) => {
    const now = performance.now();
    free = Math.max(free, now) + (bytes / bytesPerSecond) * 1_000;
    return free - now;
  };
}

export const SLOW_ROWS: readonly Row[] = [
  {
    name: 'a page 3 s away, with 1 s of jitter',
    alone: true,
    page,
    run: (ground, minutes) => neverAnAttack(ground, FAR, minutes),
  },
  {
    name: 'a page of 70 KB over 64 kbit/s',
    alone: true,
    page,
    run: (ground, minutes) => neverAnAttack(ground, narrow(8_000), minutes),
  },
];
