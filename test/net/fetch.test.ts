import { createServer, type Server } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fetched, FetchRequest } from '../../src/checks/check.js';
import { type FetchIo, fetchPage } from '../../src/net/fetch.js';
import { FETCH_LIMITS, type FetchLimits } from '../../src/net/fetch-limits.js';
import { trustIn } from '../../src/net/trust.js';
import { certificateAuthority, inDays, selfSigned } from '../support/certificates.js';
import { type Origin, type OriginOptions, type Page, redirectTo, startOrigin } from '../support/origin.js';

const KIB = 1024;
const NOBODY = trustIn([]);
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function serve(pages: Record<string, Page>, options?: OriginOptions): Promise<Origin> {
  const origin = await startOrigin(pages, options);
  open.push(() => origin.close());
  return origin;
}

/** A server that says exactly these bytes to whoever asks. */
async function serveRaw(answer: (write: (text: string) => void, end: () => void) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () =>
      answer(
        (text) => void socket.write(text),
        () => void socket.end(),
      ),
    );
    open.push(async () => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => new Promise((resolve) => server.close(() => resolve())));
  const bound = server.address();
  return `http://127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}/`;
}

interface Way extends Partial<Omit<FetchIo, 'limits'>>, Partial<Omit<FetchRequest, 'url'>> {
  readonly limits?: Partial<FetchLimits>;
}

function get(url: string, way: Way = {}): Promise<Fetched> {
  const { limits, policy, trust, resolve, ...request } = way;
  return fetchPage(
    { url, signal: new AbortController().signal, ...request },
    {
      policy: policy ?? { allow: [], only: ['127.0.0.0/8'] },
      trust: trust ?? NOBODY,
      resolve: resolve ?? (async () => ['127.0.0.1']),
      limits: { ...FETCH_LIMITS, ...limits },
    },
  );
}

function text(fetched: Fetched): string | null {
  return fetched.body === null ? null : new TextDecoder().decode(fetched.body);
}

describe('a fetch', () => {
  it('gives the body, the status, the headers in order and the address that answered', async () => {
    const origin = await serve({
      '/': { headers: { 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] }, body: '<h1>سلام 你好</h1>' },
    });
    const fetched = await get(`${origin.url}/#part`);
    expect(fetched.failure).toBeNull();
    expect(text(fetched)).toBe('<h1>سلام 你好</h1>');
    expect(fetched.hops).toHaveLength(1);
    expect(fetched.hops[0]).toMatchObject({ url: `${origin.url}/`, status: 200, address: '127.0.0.1' });
    expect(fetched.hops[0]?.headers.filter(([name]) => name === 'set-cookie' || name === 'x-one')).toEqual([
      ['x-one', '1'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
  });

  it('asks as a browser does, without cookies', async () => {
    const origin = await serve({ '/': 'ok' });
    await get(`${origin.url}/`);
    expect(origin.requests[0]?.headers['user-agent']).toMatch(/^Mozilla\/5\.0 .*Chrome/);
    expect(origin.requests[0]?.headers['accept-encoding']).toBe('gzip, br, deflate');
    expect(origin.requests[0]?.headers.cookie).toBeUndefined();
    expect(origin.requests[0]?.headers.host).toBe(`127.0.0.1:${origin.port}`);
  });

  it.each([404, 500, 204, 304])('takes status %i as data', async (status) => {
    const origin = await serve({ '/': { status } });
    const fetched = await get(`${origin.url}/`);
    expect(fetched.failure).toBeNull();
    expect(fetched.hops[0]?.status).toBe(status);
  });

  it('asks for another version only where one is named, and names it to the first host alone', async () => {
    const origin = await serve({ '/': redirectTo('/end'), '/end': '<h1>end</h1>' });
    await get(`${origin.url}/`, { unless: { etag: '"v1"' } });
    await get(`${origin.url}/end`, { unless: { lastModified: 'Fri, 17 Jul 2026 15:30:00 GMT' } });
    await get(`${origin.url}/end`);
    const conditions = origin.requests.map(({ headers }) => headers['if-none-match'] ?? headers['if-modified-since']);
    expect(conditions).toEqual(['"v1"', undefined, 'Fri, 17 Jul 2026 15:30:00 GMT', undefined]);
  });

  it('connects anew each time', async () => {
    const origin = await serve({ '/': 'ok' });
    await get(`${origin.url}/`);
    await get(`${origin.url}/`);
    expect(origin.connections()).toBe(2);
  });

  it.each([
    ['gzip', gzipSync('packed')],
    ['x-gzip', gzipSync('packed')],
    ['br', brotliCompressSync('packed')],
    ['deflate', deflateSync('packed')],
    ['deflate', deflateRawSync('packed')],
    ['identity', Buffer.from('packed')],
    ['GZIP, identity', gzipSync('packed')],
  ])('opens %s', async (encoding, body) => {
    const origin = await serve({ '/': { headers: { 'content-encoding': encoding }, body } });
    const fetched = await get(`${origin.url}/`);
    expect([text(fetched), fetched.failure]).toEqual(['packed', null]);
  });

  it('takes an empty body for empty, whatever encoding it announces', async () => {
    const origin = await serve({ '/': { headers: { 'content-encoding': 'gzip' } } });
    const fetched = await get(`${origin.url}/`);
    expect([text(fetched), fetched.failure]).toEqual(['', null]);
  });
});

describe('redirects', () => {
  it('are followed by hand, every hop kept', async () => {
    const origin = await serve({ '/': redirectTo('/a', 301), '/a': redirectTo('b?x=1', 307), '/b': 'there' });
    const fetched = await get(`${origin.url}/`);
    expect(fetched.hops.map((hop) => [hop.url, hop.status])).toEqual([
      [`${origin.url}/`, 301],
      [`${origin.url}/a`, 307],
      [`${origin.url}/b?x=1`, 200],
    ]);
    expect(text(fetched)).toBe('there');
  });

  it('that lead in a circle end as a loop', async () => {
    const origin = await serve({ '/': redirectTo('/a'), '/a': redirectTo('/#again') });
    const fetched = await get(`${origin.url}/`);
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'redirect-loop', diagnosis: 'denied' });
    expect(fetched.hops).toHaveLength(2);
  });

  it('stop after ten, with the chain kept', async () => {
    const origin = await serve({
      '*': (request, response) => {
        response.writeHead(302, { location: `/${Number(request.url?.slice(1) ?? 0) + 1}` }).end();
      },
    });
    const fetched = await get(`${origin.url}/0`);
    expect(fetched.failure).toMatchObject({ code: 'too-many-redirects', diagnosis: 'denied' });
    expect(fetched.hops).toHaveLength(11);
  });

  it.each([
    'file:///etc/passwd',
    'data:text/html,x',
    'javascript:alert(1)',
    'ftp://127.0.0.1/',
    'chrome://gpu',
    'http://',
  ])('to %s are refused', async (location) => {
    const origin = await serve({ '/': redirectTo(location) });
    const fetched = await get(`${origin.url}/`);
    expect(fetched.failure).toMatchObject({ code: 'redirect-to-forbidden', diagnosis: 'redirected' });
    expect(fetched.hops).toHaveLength(1);
  });

  it.each(['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:7f00:1]', 'inside.test', '127.0.0.1.'])(
    'to the not allowed loopback as %s are refused before anything is dialled',
    async (host) => {
      const inside = await serve({ '*': 'secret' });
      const outside = await serve({ '/': redirectTo(`http://${host}:${inside.port}/`) }, { address: '127.7.7.7' });
      const fetched = await get(`${outside.url}/`, { policy: { allow: ['127.7.7.7'], only: [] } });
      expect(fetched.failure).toMatchObject({
        blame: 'target',
        code: 'redirect-to-forbidden',
        diagnosis: 'redirected',
      });
      expect(fetched.failure?.detail).toContain('loopback');
      expect([fetched.hops.length, fetched.body, inside.connections()]).toEqual([1, null, 0]);
    },
  );
});

describe('which address is dialled', () => {
  it('is never one outside network.only, whatever a resolver answers', async () => {
    const fetched = await get('http://www.example.test/', { resolve: async () => ['203.0.113.99'] });
    expect(fetched.failure).toMatchObject({ blame: 'monitor', code: 'blocked-address' });
    expect(fetched.failure?.detail).toContain('outside network.only');
    expect(fetched.hops).toEqual([]);
  });

  it('is one of the pinned for the host asked for, under its own name', async () => {
    const origin = await serve({ '/': 'victim sees this' }, { address: '127.1.2.3' });
    const fetched = await get(`http://www.example.test:${origin.port}/`, {
      pin: ['127.1.2.3'],
      resolve: async () => {
        throw new Error('must not be asked');
      },
    });
    expect(text(fetched)).toBe('victim sees this');
    expect(fetched.hops[0]?.address).toBe('127.1.2.3');
    expect(origin.requests[0]?.headers.host).toBe(`www.example.test:${origin.port}`);
  });

  it('is not the pinned one for another host met by a redirect', async () => {
    const other = await serve({ '/': 'other' }, { address: '127.0.0.9' });
    const first = await serve({ '/': redirectTo(`http://other.test:${other.port}/`) }, { address: '127.1.2.3' });
    const asked: string[] = [];
    const resolve = async (name: string): Promise<string[]> => {
      asked.push(name);
      return ['127.0.0.9'];
    };
    const fetched = await get(`http://www.example.test:${first.port}/`, { pin: ['127.1.2.3'], resolve });
    expect(fetched.hops.map((hop) => hop.address)).toEqual(['127.1.2.3', '127.0.0.9']);
    expect(asked).toEqual(['other.test']);
  });

  it('passes over those that are refused or dead while another one answers', async () => {
    const origin = await serve({ '/': 'alive' }, { address: '127.0.0.5' });
    const resolve = async (): Promise<string[]> => ['203.0.113.99', '127.0.0.4', '127.0.0.5'];
    const fetched = await get(`http://www.example.test:${origin.port}/`, { resolve });
    expect([text(fetched), fetched.hops[0]?.address]).toEqual(['alive', '127.0.0.5']);
  });

  it('is named in the failure when nothing listens there', async () => {
    const origin = await startOrigin();
    await origin.close();
    const fetched = await get(`${origin.url}/`);
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'connect-refused' });
    expect(fetched.failure?.detail).toContain(`127.0.0.1:${origin.port}`);
  });
});

describe('a hostile body', () => {
  const small = { wireBytes: 256 * KIB, decodedBytes: 512 * KIB, ratioFromBytes: 64 * KIB };

  it('that is a gzip bomb stops at the ratio', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * KIB));
    const origin = await serve({ '/': { headers: { 'content-encoding': 'gzip' }, body: bomb } });
    const fetched = await get(`${origin.url}/`);
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'too-large', diagnosis: 'denied' });
    // The ratio ends it long before the cap would.
    expect(fetched.body?.length).toBeLessThan(FETCH_LIMITS.decodedBytes / 2);
    expect(fetched.hops[0]?.status).toBe(200);
  });

  it('that decodes beyond the cap is cut there', async () => {
    const noise = Buffer.from(Array.from({ length: 700 * KIB }, (_, at) => (at * 7919) % 251));
    const origin = await serve({ '/': { headers: { 'content-encoding': 'gzip' }, body: gzipSync(noise) } });
    const fetched = await get(`${origin.url}/`, { limits: { ...small, ratio: 1e9 } });
    expect(fetched.failure).toMatchObject({ code: 'too-large' });
    expect(Buffer.from(fetched.body ?? []).equals(noise.subarray(0, 512 * KIB))).toBe(true);
  });

  it('that never ends stops at the wire cap, chunked or not', async () => {
    const chunk = Buffer.alloc(64 * KIB, 'x');
    const origin = await serve({
      '/': (_request, response) => {
        const more = (): void => void (response.destroyed || response.write(chunk, () => setImmediate(more)));
        more();
      },
    });
    const fetched = await get(`${origin.url}/`, { limits: small });
    expect(fetched.failure).toMatchObject({ code: 'too-large', diagnosis: 'denied' });
    expect(fetched.body?.length).toBeGreaterThan(0);
    expect(fetched.body?.length).toBeLessThanOrEqual(small.wireBytes);
  });

  it.each([
    ['two encodings', 'gzip, gzip', gzipSync(gzipSync('x'))],
    ['six encodings', 'gzip, gzip, br, br, deflate, gzip', Buffer.from('x')],
    ['an encoding nobody asked for', 'zstd', gzipSync('x')],
    ['plain bytes said to be gzip', 'gzip', Buffer.from('<h1>plain</h1>')],
    ['plain bytes said to be Brotli', 'br', Buffer.from('<h1>plain</h1>')],
    ['a gzip stream that stops in the middle', 'gzip', gzipSync('cut me '.repeat(1000)).subarray(0, 40)],
  ])('with %s is denied, not a crash', async (_what, encoding, body) => {
    const origin = await serve({ '/': { headers: { 'content-encoding': encoding }, body } });
    const fetched = await get(`${origin.url}/`);
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'bad-encoding', diagnosis: 'denied' });
  });

  it('that drips ends at the total deadline, with what came', async () => {
    const origin = await serve({ '/': (_request, response) => void response.write('drip') });
    const fetched = await get(`${origin.url}/`, { limits: { totalMs: 200 } });
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'too-slow', diagnosis: 'denied' });
    expect(text(fetched)).toBe('drip');
  });

  it('that breaks off is told as the cut connection it is', async () => {
    const url = await serveRaw((write, end) => {
      write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
      end();
    });
    const fetched = await get(url);
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'connection-closed' });
    expect(text(fetched)).toBe('half');
  });
});

describe('a hostile server', () => {
  it('that never answers ends at the total deadline', async () => {
    const url = await serveRaw(() => undefined);
    const fetched = await get(url, { limits: { totalMs: 200 } });
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'response-timeout' });
  });

  it.each([
    ['one long header', `x: ${'a'.repeat(6 * KIB)}\r\n`],
    ['thousands of headers', 'x: y\r\n'.repeat(3_000)],
  ])('that sends %s is cut off', async (_what, headers) => {
    const url = await serveRaw((write) => write(`HTTP/1.1 200 OK\r\n${headers}\r\nbody`));
    const fetched = await get(url, { limits: { headerBytes: 4 * KIB } });
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'headers-too-large', diagnosis: 'denied' });
  });

  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
    ['a bad status line', 'HTTP/1.1 two hundred\r\n\r\n'],
    ['both lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc'],
  ])('that sends %s fails as itself', async (_what, answer) => {
    const url = await serveRaw((write, end) => {
      write(answer);
      end();
    });
    expect((await get(url)).failure).toMatchObject({ blame: 'target', code: 'bad-http' });
  });

  it.each([
    ['1xx responses', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n'],
    ['chunk extensions', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;', 'extension'],
  ])('that floods us with %s is stopped long before the deadline', async (_what, start, more) => {
    const flood = more.repeat(2000);
    const url = await serveRaw((write) => {
      write(start);
      const timer = setInterval(() => write(flood), 1);
      open.push(async () => clearInterval(timer));
    });
    const fetched = await get(url, { limits: { wireBytes: 64 * KIB } });
    expect(fetched.failure).toMatchObject({ blame: 'target', diagnosis: 'denied' });
    expect(['too-large', 'headers-too-large']).toContain(fetched.failure?.code);
  });

  it('says nothing about the site when we were interrupted', async () => {
    const url = await serveRaw(() => stop.abort());
    const stop = new AbortController();
    const fetched = await get(url, { signal: stop.signal });
    expect(fetched.failure).toMatchObject({ blame: 'monitor', code: 'interrupted' });
  });
});

describe('certificates', () => {
  it('of an authority in network.ca are believed, by the name asked for', async () => {
    const ca = certificateAuthority();
    const origin = await serve({ '/': 'secure' }, { certificate: ca.issue(['www.example.test']) });
    const trust = trustIn([ca.pem]);
    expect(text(await get(`https://www.example.test:${origin.port}/`, { trust }))).toBe('secure');
    const wrongName = await get(`https://other.test:${origin.port}/`, { trust });
    expect(wrongName.failure).toMatchObject({ blame: 'target', code: 'certificate-invalid' });
    ca.remove();
  });

  it('are checked against an IP literal too', async () => {
    const ca = certificateAuthority();
    const certificate = ca.issue(['127.0.0.1']);
    const here = await serve({ '/': 'literal' }, { certificate });
    const there = await serve({ '/': 'literal' }, { certificate, address: '127.0.0.2' });
    const trust = trustIn([ca.pem]);
    expect(text(await get(`${here.url}/`, { trust }))).toBe('literal');
    expect((await get(`${there.url}/`, { trust })).failure?.code).toBe('certificate-invalid');
    ca.remove();
  });

  it('that nobody vouches for or that ran out are refused, unless any will do', async () => {
    const ca = certificateAuthority();
    const expired = ca.issue(['127.0.0.1'], { from: inDays(-9), to: inDays(-1) });
    for (const [certificate, code] of [
      [selfSigned(['127.0.0.1']), 'certificate-invalid'],
      [expired, 'certificate-expired'],
    ] as const) {
      const origin = await serve({ '/': 'impostor' }, { certificate });
      const trust = trustIn([ca.pem]);
      expect((await get(`${origin.url}/`, { trust })).failure?.code).toBe(code);
      expect(origin.requests).toHaveLength(0);
      expect(text(await get(`${origin.url}/`, { trust, anyCertificate: true }))).toBe('impostor');
    }
    ca.remove();
  });

  it('cannot be had from a server that speaks no TLS', async () => {
    const origin = await serve({ '/': 'plain' });
    const fetched = await get(`https://127.0.0.1:${origin.port}/`);
    expect(fetched.failure).toMatchObject({ blame: 'target', code: 'tls-failed' });
  });
});

describe('a heartbeat', () => {
  it('says where the audit trail stands, to its own receiver and not to whom that one points', async () => {
    const other = await serve({ '/': 'hello' }, { address: '127.0.0.2' });
    const own = await serve({ '/beat': redirectTo(`${other.url}/`) });
    const beat = { 'siteward-audit': '12:3fa9c1d2e4b5a697', 'siteward-seq': '7' };
    await get(`${own.url}/beat`, { beat });
    expect(own.requests[0]?.headers).toMatchObject(beat);
    expect(Object.keys(other.requests[0]?.headers ?? {}).filter((name) => name.startsWith('siteward'))).toEqual([]);
    expect(other.requests).toHaveLength(1);
  });
});
