/** Hostile servers, redirects, names and certificates, over real sockets on loopback, through the product's own door. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Fetched, ProbeFailure } from '../src/checks/check.js';
import { dialTcp } from '../src/net/dial.js';
import { fetchPage } from '../src/net/fetch.js';
import { FETCH_LIMITS, type FetchLimits } from '../src/net/fetch-limits.js';
import { shakeHands } from '../src/net/handshake.js';
import { trustIn } from '../src/net/trust.js';
import { type Origin, type Page, redirectTo, startOrigin } from './support/origin.js';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** Whoever listens here is not to be reached. */
async function inside(): Promise<Origin> {
  const origin = await startOrigin({ '*': 'secret' });
  open.push(() => origin.close());
  return origin;
}

/** The only place that may be dialled. */
async function site(pages: Record<string, Page>): Promise<Origin> {
  const origin = await startOrigin(pages, { address: '127.7.7.7' });
  open.push(() => origin.close());
  return origin;
}

async function raw(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    open.push(async () => socket.destroy());
    socket.once('data', () => answer(socket));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.7.7.7', () => {
      const bound = server.address();
      resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
    });
  });
  open.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.7.7.7:${port}/`;
}

function get(url: string, limits: Partial<FetchLimits> = {}, addresses = ['127.7.7.7']): Promise<Fetched> {
  return fetchPage(
    { url, signal: new AbortController().signal },
    {
      policy: { allow: ['127.7.7.7/32'], only: [] },
      trust: trustIn([]),
      resolve: async () => addresses,
      limits: { ...FETCH_LIMITS, ...limits },
    },
  );
}

function every(ms: number, socket: Socket, bytes: string): void {
  const timer = setInterval(() => socket.write(bytes), ms);
  socket.on('close', () => clearInterval(timer));
}

describe('a server that takes its time', () => {
  it.each<[string, string, (socket: Socket) => void]>([
    [
      'drips headers',
      'response-timeout',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        every(10, socket, 'x: y\r\n');
      },
    ],
    [
      'drips the body',
      'too-slow',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
        every(10, socket, 'x');
      },
    ],
    ['drips empty early hints', 'response-timeout', (socket) => every(10, socket, 'HTTP/1.1 103 Early Hints\r\n\r\n')],
    [
      'holds back the last byte',
      'too-slow',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfour'),
    ],
  ])('and %s is given up at the total deadline', async (_what, code, answer) => {
    const { failure } = await get(await raw(answer), { totalMs: 400 });
    expect(failure).toMatchObject({ blame: 'target', code });
  });
});

describe('headers', () => {
  it.each([
    ['20 KiB in one', `x: ${'a'.repeat(20 * 1024)}\r\n`],
    ['ten thousand', 'x: y\r\n'.repeat(10_000)],
  ])('of %s are denied by the limits as shipped', async (_what, headers) => {
    const url = await raw((socket) => void socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\nbody`));
    expect((await get(url)).failure).toMatchObject({ code: 'headers-too-large', diagnosis: 'denied' });
  });

  it.each([
    ['a folded line', 'x: a\r\n folded\r\n'],
    ['a space before the colon', 'content-length : 3\r\n'],
    ['two lengths', 'content-length: 3\r\ncontent-length: 4\r\n'],
    ['a bare line feed', 'x: a\nset-cookie: b\r\n'],
    ['an escape sequence', 'location: http://a.test/\u001b]52;c;aGk=\u0007\r\n'],
  ])('with %s do not get through as anything they are not', async (_what, header) => {
    const url = await raw((socket) => void socket.end(`HTTP/1.1 302 Found\r\n${header}\r\nabc`));
    const { failure, hops } = await get(url);
    expect(failure?.detail ?? '').not.toMatch(/\p{Cc}/u);
    // A value either is refused with the whole answer or stays one value: nothing is made into two.
    expect(failure !== null || !hops[0]?.headers.some(([name]) => name === 'set-cookie')).toBe(true);
  });

  it('trailers without end are cut off', async () => {
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n');
      every(1, socket, 'x: y\r\n'.repeat(2_000));
    });
    expect((await get(url)).failure).toMatchObject({ blame: 'target', code: 'headers-too-large', diagnosis: 'denied' });
  });
});

describe('a redirect', () => {
  it('of a thousand hops is followed ten times', async () => {
    const origin = await site({
      '*': (request, response) => {
        const hop = Number(request.url?.slice(1));
        if (hop < 1_000) response.writeHead(302, { location: `/${hop + 1}` });
        response.end('the end');
      },
    });
    const { failure, hops } = await get(`${origin.url}/0`);
    expect(failure).toMatchObject({ code: 'too-many-redirects', diagnosis: 'denied' });
    expect([hops.length, origin.requests.length]).toEqual([11, 11]);
  });

  it.each([
    ...['127.0.0.1', '[::1]', '169.254.169.254', '[fd00::1]', '100.64.0.1', '0.0.0.0', '10.0.0.1', '192.168.0.1'],
    ...['[fe80::1]', '[::]', '[::ffff:169.254.169.254]', '[64:ff9b::a9fe:a9fe]', '[2002:7f00:1::]', '255.255.255.255'],
  ])('to %s is told as one that leads where it may not, and is not dialled', async (host) => {
    const canary = await inside();
    const origin = await site({ '/': redirectTo(`http://${host}:${canary.port}/latest/meta-data/`) });
    const { failure, hops } = await get(`${origin.url}/`);
    expect(failure).toMatchObject({ blame: 'target', code: 'redirect-to-forbidden', diagnosis: 'redirected' });
    expect([hops.length, canary.connections()]).toEqual([1, 0]);
  });

  it.each([
    ...['view-source:http://127.0.0.1/', 'blob:http://127.0.0.1/x', 'chrome://gpu', 'about:blank', 'ws://127.0.0.1/'],
    ...[
      'gopher://127.0.0.1:25/_HELO',
      'mailto:a@b.test',
      'intent://x#Intent;end',
      'jar:http://127.0.0.1/!x',
      'dict://x/',
    ],
    ...['file:/etc/passwd', 'FILE:///etc/passwd', 'fi\tle:///etc/passwd', 'netdoc:///etc/passwd', 'ldap://127.0.0.1/'],
  ])('to %j is refused by its scheme', async (location) => {
    const url = await raw((socket) => void socket.end(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\n\r\n`));
    const { failure } = await get(url);
    expect(failure).toMatchObject({ blame: 'target', code: 'redirect-to-forbidden', diagnosis: 'redirected' });
    expect(failure?.detail).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ...[
      '0177.0.0.1',
      '0x7f000001',
      '127.1',
      '127.0.1',
      '１２７.0.0.1',
      '127。0。0。1',
      '%31%32%37.0.0.1',
      '0',
      '127.0.0.1.',
    ],
    ...['www.site.test@127.0.0.1', 'www.site.test:80@127.0.0.1', '127.0.0.1\\@www.site.test'],
  ])('to loopback written as %s comes to nobody inside', async (host) => {
    const canary = await inside();
    const written = host.includes('\\') ? host.replace('\\', `:${canary.port}\\`) : `${host}:${canary.port}`;
    const origin = await site({
      '/': redirectTo(encodeURI(`http://${written}/`).replaceAll('%25', '%').replace('%5C', '\\')),
    });
    const { failure } = await get(`${origin.url}/`);
    expect(failure?.code).toBe('redirect-to-forbidden');
    expect(canary.connections()).toBe(0);
  });
});

describe('a name', () => {
  it.each([
    ...[
      '127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::1',
      '3fff::1',
      '::127.0.0.1',
    ],
    ...['2001:0:4136:e378:8000:63bf:80ff:fffe', '0.0.0.0', '::', 'fe80::1%lo', 'fec0::1', '64:ff9b:1::7f00:1'],
  ])('that has the address %s is not followed inside', async (address) => {
    const canary = await inside();
    const { failure, hops } = await get(`http://www.site.test:${canary.port}/`, {}, [address]);
    expect(failure).toMatchObject({ blame: 'monitor', code: 'blocked-address' });
    expect([hops.length, canary.connections()]).toEqual([0, 0]);
  });
});

it('whoever answers at another address than was dialled is hung up on', async () => {
  // The kernel takes 0.0.0.0 to mean this machine: the one address that answers as another without any tricks.
  const canary = await inside();
  const dialled = dialTcp({
    ...{ address: '0.0.0.0', port: canary.port, policy: { allow: ['0.0.0.0/8'], only: [] }, purpose: 'found' },
    ...{ signal: new AbortController().signal, timeoutMs: 2_000 },
  });
  const error: unknown = await dialled.catch((reason: unknown) => reason);
  expect(error instanceof ProbeFailure && error.failure).toMatchObject({ blame: 'monitor', code: 'wrong-peer' });
  expect(canary.requests).toEqual([]);
});

describe('a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-hostile-cert-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  /** Made by hand, for no authority would issue these. */
  function made(subject: string, names: readonly string[]): { key: string; cert: string } {
    writeFileSync(
      join(folder, 'request.cnf'),
      `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\nutf8=yes\n[dn]\nCN=${subject}\nO=Another line\n[ext]\nsubjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`,
    );
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
    execFileSync('openssl', ['req', '-x509', ...key, '-days', '30', '-config', 'request.cnf', '-out', 'cert.pem'], {
      cwd: folder,
      stdio: 'ignore',
    });
    return { key: read('key.pem'), cert: read('cert.pem') };
  }

  async function shown(certificate: { key: string; cert: string }): ReturnType<typeof shakeHands> {
    const server = createTlsServer(certificate, (socket) => void socket.on('error', () => socket.destroy()));
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.7.7.7', () => {
        const bound = server.address();
        resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
      });
    });
    open.push(() => new Promise((resolve) => server.close(resolve)));
    const request = { address: '127.7.7.7', port, serverName: 'www.site.test', signal: new AbortController().signal };
    return await shakeHands(request, {
      ...{ policy: { allow: ['127.7.7.7/32'], only: [] }, trust: trustIn([]), timeoutMs: 5_000 },
    });
  }

  it('chain of more than 200 kB is refused by the handshake', async () => {
    const leaf = made('www.site.test', ['www.site.test']);
    const other = made('another', ['another.test']).cert;
    const certificate = { key: leaf.key, cert: leaf.cert + other.repeat(500) };
    const error: unknown = await shown(certificate).catch((reason: unknown) => reason);
    expect(error instanceof ProbeFailure && error.failure).toMatchObject({ blame: 'target', code: 'tls-failed' });
  });

  it('of two thousand names is read up to five hundred', async () => {
    const names = Array.from({ length: 2_000 }, (_, at) => `n${at}.site.test`);
    const { chain } = await shown(made('www.site.test', names));
    expect(chain[0]?.names).toHaveLength(500);
  });

  it('named <script> is one line of text, however it is written', async () => {
    const subject = '<script>alert(1)</script>\\n\\r\\x1b[31m هک شد';
    const { chain } = await shown(made(subject, ['*.<script>.test']));
    expect(chain[0]?.subject).toContain('alert(1)');
    expect(chain[0]?.subject).toContain('هک شد');
    expect(`${chain[0]?.subject}${chain[0]?.issuer}`).not.toMatch(/\p{Cc}/u);
    expect(chain[0]?.names).toEqual(['*.<script>.test']);
  });
});
