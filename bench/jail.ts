/**
 * What the jail costs: the same page, captured in turn by a browser in a network of its own and by one that shares ours.
 *
 *   npm run bench:jail -- [--captures 40]
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { createBrowser, type SharedBrowser } from '../src/net/browser/browser.js';
import type { JailMode } from '../src/net/browser/host.js';
import { pageOf } from './picture-pages.js';

const { values } = parseArgs({ options: { captures: { type: 'string', default: '40' } } });
const CAPTURES = Number(values.captures);
/** Ratio of the medians that is still called cheap. */
const MOST = 1.15;
const WARM_UP = 3;
const PICTURE = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle r="40"/></svg>');

const html = pageOf({ kind: 'text', height: 3000, change: 'none' }).replace(
  '</body>',
  `${Array.from({ length: 40 }, (_, at) => `<img src="/${at}.svg">`).join('')}</body>`,
);
const server = createServer(({ url }, response) => {
  const picture = url?.endsWith('.svg') === true;
  response.setHeader('content-type', picture ? 'image/svg+xml' : 'text/html; charset=utf-8');
  response.end(picture ? PICTURE : html);
}).listen(0, '127.0.80.32');
await once(server, 'listening');
const bound = server.address();
const page = `http://127.0.80.32:${typeof bound === 'object' ? bound?.port : 0}/`;

function browserWith(jail: JailMode): SharedBrowser {
  const policy = { allow: [], only: ['127.0.0.0/8'] };
  const resolve = (name: string) => Promise.reject(new Error(`${name} was looked up`));
  return createBrowser({ executable: 'auto', pages: 1, sandbox: 'required', jail, ca: [], policy, resolve });
}

async function captured(browser: SharedBrowser): Promise<number> {
  const began = performance.now();
  const viewport = { name: 'desktop', width: 1280, height: 720, mobile: false };
  await browser.capture({ url: page, viewport, boxesOf: [], signal: new AbortController().signal });
  return performance.now() - began;
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const [jailed, free] = [browserWith('required'), browserWith('off')];
const took = { jailed: [] as number[], free: [] as number[] };
try {
  for (let at = 0; at < CAPTURES + WARM_UP; at += 1) {
    // In turn, and each first as often as the other: what burdens the machine burdens both.
    const both = [
      async () => took.jailed.push(await captured(jailed)),
      async () => took.free.push(await captured(free)),
    ];
    for (const capture of at % 2 === 0 ? both : both.reverse()) await capture();
  }
} finally {
  await Promise.all([jailed.close(), free.close()]);
  server.closeAllConnections();
  server.close();
}
const medians = { jailed: median(took.jailed.slice(WARM_UP)), free: median(took.free.slice(WARM_UP)) };
const ratio = medians.jailed / medians.free;
process.stdout.write(
  `${CAPTURES} captures of a page with 40 pictures: median ${medians.jailed.toFixed(0)} ms in the jail, ` +
    `${medians.free.toFixed(0)} ms without: ${ratio.toFixed(3)}x (at most ${MOST}x)\n`,
);
if (ratio > MOST) process.exitCode = 1;
