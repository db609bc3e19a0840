import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ProbeFailure } from '../../src/checks/check.js';
import { type DialRequest, dialTcp, dialTls } from '../../src/net/dial.js';
import { failureFrom } from '../../src/net/failures.js';
import { trustIn } from '../../src/net/trust.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function silentServer(): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => socket.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const bound = server.address();
  return { port: bound !== null && typeof bound === 'object' ? bound.port : 0, sockets };
}

function to(port: number, more: Partial<DialRequest> = {}): DialRequest {
  const policy = { allow: ['127.0.0.0/8'], only: ['127.0.0.0/8'] };
  const signal = new AbortController().signal;
  return { address: '127.0.0.1', port, policy, purpose: 'found', signal, timeoutMs: 2_000, ...more };
}

async function failureOf(dialled: Promise<Socket>): Promise<unknown> {
  const error: unknown = await dialled.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ProbeFailure ? error.failure : error;
}

describe('dialling', () => {
  it('gives a socket to exactly the address, also where that is written as IPv6', async () => {
    const { port } = await silentServer();
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1']) {
      const socket = await dialTcp(to(port, { address }));
      expect(socket.remoteAddress).toBe('127.0.0.1');
      socket.destroy();
    }
  });

  it('outlives a reset of a socket nobody listens to', async () => {
    const { port, sockets } = await silentServer();
    const socket = await dialTcp(to(port));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('x');
    await expect.poll(() => sockets.length).toBe(1);
    sockets[0]?.resetAndDestroy();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('gives up a TLS handshake that is never answered, and leaves no connection', async () => {
    const { port, sockets } = await silentServer();
    const dialled = dialTls({ ...to(port, { timeoutMs: 100 }), serverName: 'a.test', trust: trustIn([]) });
    expect(await failureOf(dialled)).toMatchObject({ blame: 'target', code: 'connect-timeout' });
    const [socket] = sockets;
    socket?.resume();
    await expect.poll(() => socket?.destroyed).toBe(true);
  });

  it('stops at once when it is told to', async () => {
    const { port } = await silentServer();
    const signal = AbortSignal.abort();
    expect(await failureOf(dialTcp(to(port, { signal })))).toMatchObject({ blame: 'monitor', code: 'interrupted' });
  });

  it('names the host, the address and the remedy when it is refused', async () => {
    const refused = dialTcp(to(443, { name: 'www.example.test', policy: { allow: [], only: [] } }));
    expect(await failureOf(refused)).toEqual({
      blame: 'target',
      code: 'blocked-address',
      detail:
        'www.example.test (127.0.0.1:443) was not dialled: 127.0.0.1 is a loopback address; add "127.0.0.0/8" to network.allow in settings.yaml if you mean to watch it.',
    });
  });
});

describe('an error', () => {
  it.each([
    ['ECONNREFUSED', 'target', 'connect-refused'],
    ['ETIMEDOUT', 'target', 'connect-timeout'],
    ['ECONNRESET', 'target', 'connection-reset'],
    ['EHOSTUNREACH', 'target', 'host-unreachable'],
    ['ENETUNREACH', 'monitor', 'network-unreachable'],
    ['ENETDOWN', 'monitor', 'network-unreachable'],
    ['EMFILE', 'monitor', 'too-many-files'],
    ['EPERM', 'monitor', 'dial-forbidden'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'target', 'tls-failed'],
    ['CERT_HAS_EXPIRED', 'target', 'certificate-expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'target', 'certificate-invalid'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'target', 'certificate-invalid'],
    ['HPE_INVALID_HEADER_TOKEN', 'target', 'bad-http'],
    ['SOMETHING_NEW', 'target', 'connection-failed'],
    ['toString', 'target', 'connection-failed'],
  ])('%s is the fault of the %s: %s', (code, blame, ours) => {
    const error = new Error('wrapped', { cause: Object.assign(new Error('x'), { code }) });
    expect(failureFrom(error, 'www.example.test', 'target')).toMatchObject({ blame, code: ours });
  });

  it('of the other end is the fault of the resolver where that was dialled', () => {
    const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(failureFrom(error, 'quad9', 'resolver').blame).toBe('resolver');
  });

  it('that carries a stranger’s text is told on one line', () => {
    const { detail } = failureFrom(new Error('a\u001b[31m\nb\u202e'), 'www.example.test', 'target');
    expect(detail).toBe('www.example.test failed in an unexpected way: a [31m b ');
  });
});
