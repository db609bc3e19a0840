import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProbeFailure } from '../../../src/checks/check.js';
import { EgressProxy } from '../../../src/net/browser/egress-proxy.js';
import { type CertificateAuthority, certificateAuthority, selfSigned } from '../../support/certificates.js';
import { type Origin, redirectTo, startOrigin } from '../../support/origin.js';
import { browserFor, fixture, requestFor } from './support.js';

let ca: CertificateAuthority;
/** Where pages come from, and where none may go. */
let site: Origin;
let forbidden: Origin;

beforeAll(async () => {
  ca = certificateAuthority();
  site = await startOrigin({}, { address: '127.0.0.2' });
  forbidden = await startOrigin({ '*': 'secret' }, { address: '127.0.0.3' });
});

afterAll(async () => {
  await Promise.all([site.close(), forbidden.close()]);
  ca.remove();
});

async function failureOf(promise: Promise<unknown>): Promise<ProbeFailure['failure']> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ProbeFailure) return error.failure;
  throw new Error('it did not fail as a probe fails', { cause: error });
}

async function showEscapes(only: string[]) {
  const udp = createSocket('udp4');
  let datagrams = 0;
  udp.on('message', () => {
    datagrams += 1;
  });
  udp.bind(0, '127.0.0.3');
  await once(udp, 'listening');
  const { port } = udp.address() as AddressInfo; // Node types it for pipes too.
  site.pages['/hop'] = redirectTo(`${forbidden.url}/hopped`);
  site.pages['/escape'] = fixture('escape.html')
    .replaceAll('UDPFORBIDDEN', `127.0.0.3:${port}`)
    .replaceAll('FORBIDDEN', new URL(forbidden.url).host);
  const before = forbidden.connections();
  const browser = browserFor({ policy: { allow: [], only } });
  try {
    const capture = await browser.capture(requestFor(`${site.url}/escape`));
    return { hits: forbidden.connections() - before, datagrams, capture };
  } finally {
    await browser.close();
    udp.close();
  }
}

test('no way out of a page reaches an address that may not be dialled', async () => {
  const { hits, datagrams, capture } = await showEscapes(['127.0.0.2/32']);
  expect([hits, datagrams]).toEqual([0, 0]);
  expect(capture.title).toBe('Escape attempts');
  expect(capture.requests.some(({ url }) => url.endsWith('/image.png'))).toBe(true);
});

test('the same page reaches the same server where that is allowed, past no proxy even then', async () => {
  const { hits, datagrams } = await showEscapes(['127.0.0.0/8']);
  expect(hits).toBeGreaterThan(5);
  expect(datagrams).toBe(0);
  const asked = forbidden.requests.map(({ url }) => url);
  expect(asked).toEqual(expect.arrayContaining(['/image.png', '/hopped', '/frame', '/fetch', '/worker']));
});

test('a lying resolver is not followed outside of network.only', async () => {
  const asked: string[] = [];
  const browser = browserFor({
    resolve: async (name) => {
      asked.push(name);
      return ['203.0.113.99'];
    },
  });
  const failure = await failureOf(browser.capture(requestFor('http://www.example.org/')));
  await browser.close();
  expect(failure.code).toBe('blocked-address');
  expect(failure.detail).toContain('203.0.113.99');
  expect(asked).toEqual(['www.example.org']);
});

test('a redirect to an address that may not be dialled fails with that reason', async () => {
  site.pages['/inside'] = redirectTo(`${forbidden.url}/`);
  const browser = browserFor({ policy: { allow: [], only: ['127.0.0.2/32'] } });
  const failure = await failureOf(browser.capture(requestFor(`${site.url}/inside`)));
  await browser.close();
  expect(failure).toMatchObject({ blame: 'target', code: 'blocked-address' });
});

test('a pinned capture shows the other server under the same name', async () => {
  const name = 'www.example.org';
  const genuine = await startOrigin({ '/': '<h1>genuine</h1>' }, { address: '127.0.0.4' });
  const impostor = await startOrigin({ '/': '<h1>impostor</h1>' }, { address: '127.0.0.5', port: genuine.port });
  const browser = browserFor({ resolve: async () => ['127.0.0.4'] });
  const request = requestFor(`http://${name}:${genuine.port}/`);
  const seen = await browser.capture(request);
  const pinned = await browser.capture({ ...request, pin: ['127.0.0.5'] });
  await Promise.all([browser.close(), genuine.close(), impostor.close()]);
  expect([seen.visibleText, seen.requests[0]?.address]).toEqual(['genuine', '127.0.0.4']);
  expect([pinned.visibleText, pinned.requests[0]?.address]).toEqual(['impostor', '127.0.0.5']);
});

test("HTTPS with the operator's own root is shown; any other root only when any certificate will do", async () => {
  const name = 'www.example.org';
  const genuine = await startOrigin(
    { '/': '<h1>genuine</h1>' },
    { address: '127.0.0.4', certificate: ca.issue([name]) },
  );
  const impostor = await startOrigin(
    { '/': '<h1>impostor</h1>' },
    { address: '127.0.0.5', port: genuine.port, certificate: selfSigned([name]) },
  );
  const browser = browserFor({ ca: [ca.pem], resolve: async () => ['127.0.0.4'] });
  const request = requestFor(`https://${name}:${genuine.port}/`);
  const pinned = { ...request, pin: ['127.0.0.5'] };
  const texts = [
    (await browser.capture(request)).visibleText,
    (await failureOf(browser.capture(pinned))).code,
    (await browser.capture({ ...pinned, anyCertificate: true })).visibleText,
    (await failureOf(browser.capture(pinned))).code,
  ];
  await Promise.all([browser.close(), genuine.close(), impostor.close()]);
  expect(texts).toEqual(['genuine', 'certificate-invalid', 'impostor', 'certificate-invalid']);
});

test("an impostor that sends the operator's root along with its own certificate is not believed", async () => {
  const name = 'www.example.org';
  const own = selfSigned([name]);
  const chained = { key: own.key, cert: `${own.cert}\n${ca.pem}` };
  const impostor = await startOrigin({ '/': '<h1>impostor</h1>' }, { address: '127.0.0.5', certificate: chained });
  const browser = browserFor({ ca: [ca.pem], resolve: async () => ['127.0.0.5'] });
  const failure = await failureOf(browser.capture(requestFor(`https://${name}:${impostor.port}/`)));
  await Promise.all([browser.close(), impostor.close()]);
  expect(failure.code).toBe('certificate-invalid');
});

test('an impostor who lets our own handshake pass and then answers the browser himself is not believed', async () => {
  const name = 'www.example.org';
  const genuine = await startOrigin({ '/': '<h1>genuine</h1>' }, { certificate: ca.issue([name]) });
  const impostor = await startOrigin({ '/': '<h1>impostor</h1>' }, { certificate: ca.issue([name]) });
  const between = createServer((client) => {
    client.once('data', (hello: Buffer) => {
      // A browser offers HTTP/2 in its hello, our own handshake offers nothing.
      const upstream = connect(hello.includes('\u0002h2') ? impostor.port : genuine.port, '127.0.0.1');
      upstream.write(hello);
      pipeline(client, upstream, () => client.destroy());
      pipeline(upstream, client, () => upstream.destroy());
    });
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const address = between.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browser = browserFor({ ca: [ca.pem], resolve: async () => ['127.0.0.1'] });
  const failure = await failureOf(browser.capture(requestFor(`https://${name}:${port}/`)));
  await Promise.all([browser.close(), genuine.close(), impostor.close(), new Promise((done) => between.close(done))]);
  expect([failure.code, failure.diagnosis]).toEqual(['certificate-invalid', 'tls-intercepted']);
});

test('a proxy asked as if it were a server, or asked for itself, does not go round in circles', async () => {
  const rules = {
    policy: { allow: [], only: ['127.0.0.0/8'] },
    resolve: async () => ['127.0.0.1'],
    trust: null,
  };
  const proxy = await EgressProxy.open(rules);
  const statusOf = (path: string) =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: new URL(proxy.url).port, path }, (answer) =>
        resolve(answer.resume().statusCode),
      ).on('error', reject);
    });
  expect(await statusOf('/')).toBe(400);
  expect(await statusOf(`${proxy.url}/`)).toBe(403);
  expect(await statusOf(`http://localhost:${new URL(proxy.url).port}/`)).toBe(403);
  expect(proxy.log.every(({ failure }) => failure?.code === 'blocked-address')).toBe(true);
  await proxy.close();
});

test('neither what a page loads nor what it sends goes on without end', async () => {
  const MIB = 1024 * 1024;
  let arrived = 0;
  const chunk = Buffer.alloc(MIB);
  const sink = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      arrived += bytes.length;
    });
    // Sends without end as well, as fast as it is taken.
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    socket.once('data', (first: Buffer) => {
      if (first.toString('latin1').startsWith('down')) more();
    });
  });
  sink.listen(0, '127.0.0.2');
  await once(sink, 'listening');
  const { port } = sink.address() as AddressInfo;
  const policy = { allow: [], only: ['127.0.0.2/32'] };
  const through = async (first: string, upload: boolean): Promise<number> => {
    const proxy = await EgressProxy.open({ policy, resolve: async () => ['127.0.0.2'], trust: null });
    const { hostname, port: door } = new URL(proxy.url);
    const client = connect(Number(door), hostname);
    client.on('error', () => undefined);
    let loaded = 0;
    client.on('data', (bytes: Buffer) => {
      loaded += bytes.length;
    });
    client.write(`CONNECT 127.0.0.2:${port} HTTP/1.1\r\nhost: 127.0.0.2:${port}\r\n\r\n`);
    await once(client, 'data');
    client.write(first);
    const push = (): void => {
      while (upload && !client.destroyed && client.write(chunk));
    };
    client.on('drain', push);
    push();
    // However it is cut off.
    await new Promise((resolve) => client.once('close', resolve));
    await proxy.close();
    return loaded;
  };
  try {
    expect(await through('down', false)).toBeLessThan(52 * MIB);
    arrived = 0;
    await through('up', true);
    expect(arrived).toBeGreaterThan(30 * MIB);
    expect(arrived).toBeLessThan(52 * MIB);
  } finally {
    sink.close();
  }
}, 30_000);
