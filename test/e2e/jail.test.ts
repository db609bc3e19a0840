/**
 * A page that tries every way out it knows, towards servers on this machine and addresses of an inner network. What gets
 * there is counted three times: by nftables, packet by packet and on every path there is; by canaries that listen on
 * loopback; and by the only interface of the test's own network. The same page is shown to a browser that disregards
 * what it is told, and to one that is told nothing, which proves that it tries.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findExecutable } from '../../src/net/browser/executable.js';
import { type Namespace, openNamespace } from '../support/namespace.js';
import { newWorkplace, until, type Workplace } from '../support/siteward.js';

const CANARY = '127.0.0.3:8081';
const INNER = '10.66.0.9:8081';
const FIXTURE = join(import.meta.dirname, '../fixtures/pages/ways-out.html');

/** The page's own server, and the canaries, which print what reaches them: `hit /path` for each request, datagram or connection. */
const SERVER = `
import { createServer } from 'node:http';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
const page = readFileSync(process.argv[1]);
const say = (line) => console.log(line);
createServer(({ url }, response) => {
  const { pathname, searchParams, search } = new URL(url, 'http://x');
  if (pathname === '/hop') response.writeHead(302, { location: searchParams.get('to') }).end();
  else if (pathname === '/service-worker.js') {
    response.setHeader('content-type', 'text/javascript');
    response.end("fetch('" + decodeURIComponent(search.slice(1)) + "', { mode: 'no-cors' }).catch(() => {})");
  } else response.setHeader('content-type', 'text/html').end(pathname === '/' ? page : '');
}).listen(8080, '127.0.0.2', () => say('listening'));
const canary = createServer(({ url }, response) => { say('hit ' + url); response.end(); });
canary.on('upgrade', ({ url }, socket) => { say('hit ' + url); socket.destroy(); });
canary.on('connection', () => say('hit connection'));
canary.listen(8081, '127.0.0.3');
createSocket('udp4').on('message', () => say('hit datagram')).bind(8081, '127.0.0.3');
`;

/** A browser as if its flags had a hole: it is started without those that keep it to its proxies. */
const DEAF = `#!/bin/sh
for flag; do
  shift
  case "$flag" in --proxy-*|--host-resolver-rules=*|--disable-quic|*webrtc-ip-handling*|--block-new-web-contents|--no-pings) ;;
  *) set -- "$@" "$flag" ;; esac
done
exec BROWSER "$@"
`;

let namespace: Namespace | string;
let place: Workplace;
let said = '';
let counted: () => Packets;

beforeAll(async () => {
  namespace = openNamespace();
  if (typeof namespace === 'string') return;
  place = newWorkplace();
  place.watchlist('sites: [{ id: page, url: "http://127.0.0.2:8080/", checks: [page] }]\n');
  const page = readFileSync(FIXTURE, 'utf8').replace('TARGETS', JSON.stringify([CANARY, INNER]));
  writeFileSync(place.path('page.html'), page);
  writeFileSync(place.path('deaf'), DEAF.replace('BROWSER', await findExecutable('auto')));
  for (const path of [place.folder, place.path('deaf')]) chmodSync(path, 0o755);
  const server = namespace.start(process.execPath, '--input-type=module', '-e', SERVER, place.path('page.html'));
  server.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('the servers listen', () => said.includes('listening'));
  counted = namespace.countSent(PATHS);
});

afterAll(async () => {
  if (typeof namespace === 'string') return;
  await place.remove();
  await namespace.remove();
});

function here(): Namespace {
  if (typeof namespace === 'string') throw new Error(namespace);
  return namespace;
}

/** Every path that is not the browser's to its proxies, as nftables sees what processes outside the jail send. */
const PATHS = {
  // 65534 is the user a browser runs as when root starts it: nothing else in here does.
  sent_by_the_browser: 'meta skuid 65534',
  sent_by_it_past_the_proxies: 'meta skuid 65534 ip daddr != 127.0.0.1',
  to_servers_of_this_machine: 'ip daddr 127.0.0.3',
  off_this_machine: 'oifname != "lo"',
  to_resolvers: 'meta l4proto { tcp, udp } th dport { 53, 853, 5353 }',
} as const;
type Packets = Record<keyof typeof PATHS, number>;

const NONE: Packets = {
  sent_by_the_browser: 0,
  sent_by_it_past_the_proxies: 0,
  to_servers_of_this_machine: 0,
  off_this_machine: 0,
  to_resolvers: 0,
};

/** What got out while `act` ran: kinds of request that reached a canary, packets by path. */
async function escaped(act: () => Promise<unknown>): Promise<{ hits: string[]; stray: number; packets: Packets }> {
  const { strayPackets } = here();
  const [from, stray, before] = [said.length, strayPackets(), counted()];
  await act();
  const hits = [...said.slice(from).matchAll(/^hit (.*)$/gm)].map(([, what = '']) => what);
  const after = counted();
  const packets = { ...NONE };
  for (const path of Object.keys(PATHS) as (keyof Packets)[]) packets[path] = after[path] - before[path];
  return { hits, stray: strayPackets() - stray, packets };
}

async function shown(browser: string): Promise<void> {
  place.settings(`network: { only: [127.0.0.2/32] }\nbrowser: ${browser}\n`);
  const { code, stdout, stderr } = await place.start(['baseline', 'capture', '--approve', '--by', 'Ada'], {
    through: here().prefix,
  }).finished;
  expect([0, 3], stdout + stderr).toContain(code);
  expect(stdout + stderr).not.toMatch(/could not be|render-/);
}

describe('a page that tries every way out', () => {
  test.for([
    ['with the jail', '{ jail: required }'],
    ['with the jail, by a browser that disregards its flags', '{ jail: required, executable: DEAF }'],
  ])('has not one packet sent outside it %s', { timeout: 120_000 }, async ([, browser = ''], { skip }) => {
    skip(typeof namespace === 'string', String(namespace));
    const seen = await escaped(() => shown(browser.replace('DEAF', place.path('deaf'))));
    expect(seen).toEqual({ hits: [], stray: 0, packets: NONE });
  });

  test('with the flags alone, where no jail can be made, sends to the proxies only', {
    timeout: 120_000,
  }, async ({ skip }) => {
    skip(typeof namespace === 'string', String(namespace));
    const { hits, stray, packets } = await escaped(() => shown('{ jail: "off" }'));
    // Its way to the proxies lies outside then, which shows that the counter knows the browser.
    expect(packets.sent_by_the_browser).toBeGreaterThan(0);
    expect({ hits, stray, packets: { ...packets, sent_by_the_browser: 0 } }).toEqual({
      hits: [],
      stray: 0,
      packets: NONE,
    });
  });

  test('gets out with the jail off, by a browser that disregards its flags, so that nought above is a proof', {
    timeout: 120_000,
  }, async ({ skip }) => {
    skip(typeof namespace === 'string', String(namespace));
    const { hits, packets } = await escaped(() => shown(`{ jail: "off", executable: ${place.path('deaf')} }`));
    expect(hits.length).toBeGreaterThan(0);
    expect(packets.sent_by_it_past_the_proxies).toBeGreaterThan(0);
  });

  test('gets out most ways from a browser that is told nothing', { timeout: 120_000 }, async ({ skip }) => {
    skip(typeof namespace === 'string', String(namespace));
    const browser = await findExecutable('auto');
    const bare = ['--reuid=65534', '--regid=65534', '--clear-groups', 'env', '-i', 'HOME=/nonexistent', browser];
    const flags = ['--disable-gpu', '--disable-dev-shm-usage', '--disable-popup-blocking', '--remote-debugging-port=0'];
    const { hits, packets } = await escaped(async () => {
      const before = counted();
      const running = here().start('setpriv', ...bare, ...flags, 'http://127.0.0.2:8080/');
      await until('the canaries have spoken', () => new Set(said.match(/^hit .*$/gm)).size > 30);
      await until('packets have left', () => counted().off_this_machine > before.off_this_machine + 10);
      running.kill('SIGKILL');
    });
    expect(new Set(hits).size).toBeGreaterThan(25);
    for (const path of ['sent_by_it_past_the_proxies', 'to_servers_of_this_machine', 'off_this_machine'] as const)
      expect(packets[path], path).toBeGreaterThan(10);
  });
});
