import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KnownAddresses, knownAddresses } from '../../src/net/known-addresses.js';
import type { NetworkOptions } from '../../src/net/network.js';
import { type CertificateAuthority, certificateAuthority, selfSigned } from '../support/certificates.js';
import { notifyNetwork } from '../support/notify.js';
import { type Origin, redirectTo, startOrigin } from '../support/origin.js';

const DAY = 86_400_000;
const NAME = 'pager.example.test';

let authority: CertificateAuthority;
let folder: string;
let now: number;
const open: (() => Promise<void>)[] = [];
beforeAll(() => {
  authority = certificateAuthority();
});
afterAll(() => authority.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'siteward-reach-'));
  now = 1_784_302_200_000;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
  rmSync(folder, { recursive: true, force: true });
});

const book = (): KnownAddresses =>
  knownAddresses({ file: join(folder, 'alert-hosts.json'), now: () => now, warn: (message) => warned.push(message) });
const warned: string[] = [];

async function pager(address = '127.0.0.9'): Promise<Origin> {
  const origin = await startOrigin(
    { '*': { status: 202, body: 'ok' } },
    { certificate: authority.issue([NAME]), address },
  );
  open.push(() => origin.close());
  return origin;
}

const dead = async (): Promise<readonly string[]> => Promise.reject(new Error('EAI_AGAIN'));
const says =
  (...addresses: string[]) =>
  async () =>
    addresses;

/** The status, or the code of the failure. */
async function posted(port: number, over: Partial<NetworkOptions>, addresses: readonly string[] = []) {
  const network = notifyNetwork({ ca: [authority.pem], ...over });
  open.push(() => network.close());
  const request = { url: `https://${NAME}:${port}/v2`, headers: {}, body: '{}', addresses };
  return network.post({ ...request, signal: new AbortController().signal }).then(
    ({ status }) => status,
    (error: unknown) => (error instanceof Object && 'failure' in error ? Object(error.failure).code : String(error)),
  );
}

describe('an alert host whose name cannot be resolved', () => {
  it('is reached at the address where it last proved to be itself, also after a restart', async () => {
    const { port } = await pager();
    expect(await posted(port, { systemLookup: dead, known: book() })).toBe('no-address');
    expect(await posted(port, { systemLookup: says('127.0.0.9'), known: book() })).toBe(202);
    expect(await posted(port, { systemLookup: dead, known: book() })).toBe(202);
    now += 6 * DAY;
    expect(await posted(port, { systemLookup: dead, known: book() })).toBe(202);
    // Used and proven again, so that day counts.
    now += 7 * DAY + 1;
    expect(await posted(port, { systemLookup: dead, known: book() })).toBe('no-address');
    expect(statSync(join(folder, 'alert-hosts.json')).mode & 0o777).toBe(0o600);
  });

  it('is reached at the addresses that the operator wrote down', async () => {
    const { port } = await pager();
    expect(await posted(port, { systemLookup: dead }, ['127.0.0.9'])).toBe(202);
  });

  it('is reached although the resolver never answers', async () => {
    const { port } = await pager();
    expect(await posted(port, { systemLookup: () => new Promise(() => undefined) }, ['127.0.0.9'])).toBe(202);
  }, 20_000);
});

describe('an alert host whose name is lied about', () => {
  it.each([
    ['nothing listens there', async () => undefined],
    [
      'an impostor there has a certificate of its own',
      async (port: number) => {
        const impostor = await startOrigin(
          { '*': { status: 202 } },
          { certificate: selfSigned([NAME]), address: '127.0.0.66', port },
        );
        open.push(() => impostor.close());
        return impostor;
      },
    ],
  ])('is reached all the same when %s', async (_, lie) => {
    const { port } = await pager();
    const impostor = await lie(port);
    const lying = { systemLookup: says('127.0.0.66') };
    expect(await posted(port, { ...lying, known: book() })).not.toBe(202);
    expect(await posted(port, { ...lying, known: book() }, ['127.0.0.9'])).toBe(202);
    expect(await posted(port, { ...lying, known: book() })).toBe(202);
    // What never proved to be the host is never remembered as the host, and was told nothing.
    expect(readFileSync(join(folder, 'alert-hosts.json'), 'utf8')).not.toContain('127.0.0.66');
    expect(impostor?.requests ?? []).toEqual([]);
  });

  it('costs a few seconds when the lie leads to somebody who never says a word', async () => {
    const { port } = await pager();
    const mute: Server = createServer((socket) => socket.resume().on('error', () => socket.destroy()));
    await new Promise<void>((resolve) => mute.listen(port, '127.0.0.66', resolve));
    open.push(() => new Promise((resolve) => mute.close(() => resolve())));
    expect(await posted(port, { systemLookup: says('127.0.0.66') }, ['127.0.0.9'])).toBe(202);
  }, 30_000);

  it('is not dialled outside network.only, by name, memory or settings', async () => {
    const { port, connections } = await pager('127.99.0.9');
    const policy = { allow: [], only: ['127.0.0.0/16'] };
    const known: KnownAddresses = { of: () => ['127.99.0.9'], proven: () => undefined };
    expect(await posted(port, { policy, known, systemLookup: says('127.99.0.9') }, ['127.99.0.9'])).toBe(
      'blocked-address',
    );
    expect(connections()).toBe(0);
  });
});

describe('the memory of addresses', () => {
  it('holds no address that proved nothing: without TLS anybody could be there', async () => {
    const origin = await startOrigin({ '*': 'ok' }, { address: '127.0.0.9' });
    open.push(() => origin.close());
    const network = notifyNetwork({ systemLookup: says('127.0.0.9'), known: book() });
    const request = { url: `http://${NAME}:${origin.port}/`, headers: {}, body: 'x' };
    expect((await network.post({ ...request, signal: new AbortController().signal })).status).toBe(200);
    expect(book().of(NAME)).toEqual([]);
  });

  it('survives a file that is damaged, says so, and never stops an alert when it cannot write', async () => {
    const file = join(folder, 'alert-hosts.json');
    writeFileSync(file, '{"pager.example.test":[{"address":7}]}');
    expect(book().of(NAME)).toEqual([]);
    expect(warned.at(-1)).toContain(file);
    const unwritable = knownAddresses({ file: join(file, 'x.json'), now: () => now, warn: (m) => warned.push(m) });
    unwritable.proven(NAME, '192.0.2.1');
    expect(unwritable.of(NAME)).toEqual(['192.0.2.1']);
    expect(warned.at(-1)).toContain('cannot be written');
  });

  it('keeps five addresses a host, the newest first', () => {
    const known = book();
    for (let i = 1; i <= 7; i++) {
      now += 1;
      known.proven(NAME.toUpperCase(), `192.0.2.${i}`);
    }
    expect(known.of(NAME)).toEqual([7, 6, 5, 4, 3].map((i) => `192.0.2.${i}`));
  });
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536, 'x');
}

describe('a request to an alert host', () => {
  it('follows no redirect', async () => {
    const trap = await startOrigin({ '*': 'caught' });
    const origin = await startOrigin({ '/v2': redirectTo(`${trap.url}/latest/meta-data/`, 307) });
    open.push(
      () => trap.close(),
      () => origin.close(),
    );
    const network = notifyNetwork();
    const request = { url: `${origin.url}/v2`, headers: {}, body: 'x', signal: new AbortController().signal };
    expect((await network.post(request)).status).toBe(307);
    expect(trap.connections()).toBe(0);
  });

  it('ends by itself when no answer comes', async () => {
    const origin = await startOrigin({ '*': () => undefined });
    open.push(() => origin.close());
    const request = { url: `${origin.url}/v2`, headers: {}, body: 'x', signal: new AbortController().signal };
    await expect(notifyNetwork().post(request)).rejects.toMatchObject({ failure: { code: 'response-timeout' } });
  }, 30_000);

  it('reads 64 KiB of a reply without end, and no more', async () => {
    const origin = await startOrigin({
      '/v2': (_request, response) => {
        Readable.from(endless()).pipe(response);
      },
    });
    open.push(() => origin.close());
    const request = { url: `${origin.url}/v2`, headers: {}, body: 'x', signal: new AbortController().signal };
    expect((await notifyNetwork().post(request)).text).toHaveLength(65_536);
  });
});
