import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createNetwork, type GuardedNetwork, type NetworkOptions } from '../../src/net/network.js';
import { certificateAuthority } from '../support/certificates.js';
import { redirectTo, startOrigin } from '../support/origin.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

function networkOf(options: Partial<NetworkOptions> = {}): GuardedNetwork {
  const network = createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [],
    lookup: async () => ['127.0.0.1'],
    capture: () => Promise.reject(new Error('no browser here')),
    now: Date.now,
    systemServers: () => ['203.0.113.53'],
    ...options,
  });
  open.push(() => network.close());
  return network;
}

const never = new AbortController().signal;
const socketTo = (network: GuardedNetwork, host: string, port: number) =>
  network.reach({ host, port, signal: never }, async (socket) => ({ value: socket, verified: false }));

describe('the network door', () => {
  it('fetches and shakes hands with the hosts and the authorities of the settings', async () => {
    const ca = certificateAuthority();
    const certificate = ca.issue(['www.example.test']);
    const origin = await startOrigin({ '/': 'ours' }, { certificate, address: '127.0.0.3' });
    open.push(() => origin.close());
    const network = networkOf({ hosts: { '*.example.test': '127.0.0.3' }, ca: [ca.pem] });
    const fetched = await network.fetch({ url: `https://www.example.test:${origin.port}/`, signal: never });
    expect([fetched.failure, fetched.hops[0]?.address]).toEqual([null, '127.0.0.3']);
    const [address = ''] = await network.resolve('www.example.test');
    const request = { address, port: origin.port, serverName: 'www.example.test', signal: never };
    expect((await network.handshake(request)).problem).toBeNull();
    ca.remove();
  });

  it('connects nowhere outside network.only when a resolver lies, over any of its ways', async () => {
    const network = networkOf({ lookup: async () => ['203.0.113.99'], hosts: { 'mail.example.test': '203.0.113.25' } });
    const fetched = await network.fetch({ url: 'https://www.example.test/', signal: never });
    expect(fetched.failure?.code).toBe('blocked-address');
    const request = { address: '203.0.113.99', port: 443, serverName: 'www.example.test', signal: never };
    await expect(network.handshake(request)).rejects.toMatchObject({ failure: { code: 'blocked-address' } });
    await expect(socketTo(network, 'mail.example.test', 25)).rejects.toMatchObject({
      failure: { code: 'blocked-address' },
    });
  });
});

describe('what a lie leads to when it lies outside network.only', () => {
  // The trap listens: were any way out unguarded, it would be caught in it.
  async function trapped() {
    const trap = await startOrigin({ '*': 'caught' }, { address: '127.99.0.1' });
    const home = await startOrigin({ '/': redirectTo(`http://127.99.0.1:${trap.port}/`) });
    open.push(
      () => trap.close(),
      () => home.close(),
    );
    const network = networkOf({
      policy: { allow: ['127.0.0.0/8'], only: ['127.0.0.0/16'] },
      hosts: { 'fixed.test': '127.99.0.1' },
      lookup: async () => ['127.99.0.1'],
    });
    return { trap, home, network, port: trap.port };
  }

  it('is dialled by no fetch: by name, by hosts, by literal, by pin, by redirect', async () => {
    const { trap, home, network, port } = await trapped();
    const urls = [`http://lied.test:${port}/`, `https://fixed.test:${port}/`, `http://127.99.0.1:${port}/`];
    for (const url of urls) {
      expect((await network.fetch({ url, signal: never })).failure?.code).toBe('blocked-address');
    }
    const pinned = { url: `${home.url}/`.replace('127.0.0.1', 'home.test'), pin: ['127.99.0.1'], signal: never };
    expect((await network.fetch(pinned)).failure?.code).toBe('blocked-address');
    expect((await network.fetch({ url: `${home.url}/`, signal: never })).failure?.code).toBe('redirect-to-forbidden');
    expect(trap.connections()).toBe(0);
  });

  it('is dialled by no handshake, no notifier and no DNS transport', async () => {
    const { trap, network, port } = await trapped();
    const request = { address: '127.99.0.1', port, serverName: 'lied.test', signal: never };
    await expect(network.handshake(request)).rejects.toMatchObject({ failure: { code: 'blocked-address' } });
    for (const host of ['127.99.0.1', 'fixed.test']) {
      await expect(socketTo(network, host, port)).rejects.toMatchObject({ failure: { code: 'blocked-address' } });
    }
    for (const transport of ['udp', 'tcp', 'tls', 'https'] as const) {
      const resolver = { name: 'lie', role: 'witness', transport, address: '127.99.0.1', port } as const;
      const { failure } = await network.exchange({
        resolver: { ...resolver, serverName: 'lie.test', path: '/dns-query', network: null },
        message: new Uint8Array([1, 2, 3, 4]),
        matches: () => true,
        timeoutMs: 1_000,
        signal: never,
      });
      expect([transport, failure?.code]).toEqual([transport, 'blocked-address']);
    }
    expect(trap.connections()).toBe(0);
  });
});

describe('a connection for a notifier', () => {
  it("reaches the operator's own server on a private address without a word in allow", async () => {
    const server = createServer((socket) => socket.end('220 mail'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise((resolve) => server.close(() => resolve())));
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    const network = networkOf({ policy: { allow: [], only: [] }, hosts: { 'mail.example.test': '127.0.0.1' } });
    for (const host of ['127.0.0.1', 'localhost', 'mail.example.test']) {
      const socket = await socketTo(network, host, port);
      const [greeting] = await socket.toArray();
      expect(String(greeting)).toBe('220 mail');
    }
  });

  it('does not ask a system resolver outside network.only for a name', async () => {
    const failed = await socketTo(networkOf(), 'mail.example.test', 25).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ failure: { code: 'no-address' } });
    expect(failed).toHaveProperty('cause.message', expect.stringContaining('outside network.only'));
  });
});

it('lets the process end once it is closed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'siteward-net-'));
  open.push(async () => rmSync(folder, { recursive: true, force: true }));
  const root = join(import.meta.dirname, '../..');
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', folder, '--noCheck'], {
    cwd: root,
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'end.js'), ENDING);
  execFileSync('ln', ['-s', join(root, 'node_modules'), join(folder, 'node_modules')]);
  // Killed, and the test red, if anything is left open.
  const said = execFileSync(process.execPath, [join(folder, 'end.js')], { timeout: 10_000, encoding: 'utf8' });
  expect(said).toBe('a kept connection answered\n');
});

const ENDING = `
import { createServer } from 'node:net';
import { createNetwork } from './net/network.js';
const server = createServer((socket) => socket.on('data', (bytes) => socket.write(bytes)).on('error', () => socket.destroy()));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const network = createNetwork({ policy: { allow: [], only: ['127.0.0.0/8'] }, hosts: {}, ca: [], now: Date.now,
  lookup: async () => [], capture: async () => { throw new Error('none'); } });
const resolver = { name: 'test', role: 'witness', transport: 'tcp', address: '127.0.0.1', port: server.address().port,
  serverName: null, path: null, network: null };
const { replies } = await network.exchange({ resolver, message: new Uint8Array([1, 2, 3, 4]), matches: () => true,
  timeoutMs: 2000, signal: new AbortController().signal });
if (replies.length === 1) console.log('a kept connection answered');
server.unref();
await network.close();
`;
