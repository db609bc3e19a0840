/** The web server as strangers meet it: over real sockets, with whatever they like to send. */
import { connect, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { listen, PATIENCE, webApp } from '../../src/web/server.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function started(patience = {}): Promise<number> {
  const health = async () => ({
    problems: [],
    targets: 7,
    lastLookAt: null,
    outboxPending: 0,
    sandbox: 'required' as const,
  });
  const app = webApp(health, new Registry(), { names: ['watch.example.org'] });
  const { url, close } = await listen(app, '127.0.0.1:0', patience);
  open.push(close);
  return Number(new URL(url).port);
}

function to(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  open.push(async () => void socket.destroy());
  return socket.on('error', () => socket.destroy());
}

/** All that comes until the server has hung up. */
async function said(port: number, ...pieces: readonly string[]): Promise<string> {
  const socket = to(port);
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes.toString('latin1');
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) socket.write(piece);
  await closed;
  return answer;
}

const asking = (port: number, host: string): Promise<string> =>
  said(port, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

describe('a page that makes its own name resolve to us', () => {
  test.each(['evil.example', 'evil.example:8420', 'watch.example.org.evil.example', '127.0.0.1.nip.example'])(
    'reads nothing as %s',
    async (host) => {
      const answer = await asking(await started(), host);
      expect(answer).toMatch(/^HTTP\/1\.1 421 /);
      expect(answer).toContain('public_url');
      expect(answer).not.toContain('targets');
    },
  );

  test.each(['127.0.0.1:8420', '[::1]', 'localhost:1', 'siteward', 'WATCH.example.org', 'watch.example.org:443'])(
    'is not who asks for %s',
    async (host) => {
      expect(await asking(await started(), host)).toContain('"targets":7');
    },
  );

  test.each(['a b', 'evil.example/..', '<script>', 'x@127.0.0.1'])('gets no answer for the host %j', async (host) => {
    const answer = await asking(await started(), host);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain('"targets"');
    expect(answer).not.toContain('<script>');
  });
});

describe('a stranger', () => {
  test('who never ends the headers, or the body, is shown out', async () => {
    const port = await started({ headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 });
    expect(await said(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n')).toContain('408');
    const unfinished = 'POST /ack/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhal';
    expect(await said(port, unfinished)).toMatch(/^HTTP\/1\.1 4/);
  });

  test('is shown out within ten and thirty seconds where nothing else is said', () => {
    // Node alone would wait for a minute, and for five.
    expect(PATIENCE).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000 });
  });

  test('who comes three hundred at a time is let in 256 at a time', async () => {
    const port = await started();
    let refused = 0;
    const sockets = Array.from({ length: 300 }, () =>
      to(port)
        .resume()
        .on('close', () => refused++),
    );
    await expect.poll(() => refused).toBe(300 - 256);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => asking(port, 'localhost')).toContain('"targets":7');
  });

  test('who sends headers or a body without measure is refused', async () => {
    const port = await started();
    const long = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`;
    expect(await said(port, long)).toMatch(/^HTTP\/1\.1 431 /);
    const body = 'POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\nConnection: close\r\n\r\n';
    expect(await said(port, body)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('is sent nowhere, and reads nothing but what is meant to be read', async () => {
    const port = await started();
    for (const path of ['//evil.example', '/\\evil.example', '/?next=//evil.example', '/%2e%2e/etc/passwd', '/data/']) {
      const answer = await said(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(answer.toLowerCase()).not.toContain('\r\nlocation:');
    }
  });
});
