import { createSocket } from 'node:dgram';
import { createSecureServer } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { DnsExchange, DnsExchangeRequest, Resolver } from '../../src/checks/check.js';
import { createExchanger, type Exchanger, type ExchangerOptions } from '../../src/net/dns-exchange.js';
import { trustIn } from '../../src/net/trust.js';
import { certificateAuthority } from '../support/certificates.js';

const ca = certificateAuthority();
const certificate = ca.issue(['dns.test']);
const trust = trustIn([ca.pem]);
afterAll(() => ca.remove());
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Stands for a DNS message: an id and a text. The network door looks at nothing but the id. */
function message(id: number, text: string): Uint8Array {
  const bytes = Buffer.alloc(2 + text.length, text);
  bytes.writeUInt16BE(id);
  bytes.write(text, 2);
  return new Uint8Array(bytes);
}

function read(bytes: Uint8Array | undefined): string {
  const buffer = Buffer.from(bytes ?? []);
  return buffer.length < 2 ? '' : `${buffer.readUInt16BE()}:${buffer.toString('latin1', 2)}`;
}

function exchanger(options: Partial<ExchangerOptions> = {}): Exchanger {
  const made = createExchanger({ policy: { allow: [], only: ['127.0.0.0/8'] }, trust, ...options });
  open.push(() => made.close());
  return made;
}

function resolverAt(port: number, transport: Resolver['transport'], more: Partial<Resolver> = {}): Resolver {
  const base = { name: 'test', role: 'witness', transport, address: '127.0.0.1', port, network: null } as const;
  const named = transport === 'tls' || transport === 'https';
  return { ...base, serverName: named ? 'dns.test' : null, path: transport === 'https' ? '/dns-query' : null, ...more };
}

function ask(
  through: Exchanger,
  resolver: Resolver,
  sent: Uint8Array,
  more: Partial<DnsExchangeRequest> = {},
): Promise<DnsExchange> {
  const matches = (datagram: Uint8Array): boolean => read(datagram).startsWith('7:');
  const { signal } = new AbortController();
  return through.exchange({ resolver, message: sent, matches, timeoutMs: 2_000, signal, ...more });
}

async function udpServer(answer: (query: Buffer, reply: (bytes: Uint8Array) => void) => void): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => answer(query, (bytes) => socket.send(bytes, peer.port, peer.address)));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  open.push(() => new Promise((resolve) => socket.close(() => resolve())));
  return socket.address().port;
}

/** @param answer gets each framed query whole. */
async function streamServer(
  answer: (query: Buffer, socket: Socket, reply: (bytes: Uint8Array) => void) => void,
  tls = false,
): Promise<{ port: number; connections: () => number; cut: () => void }> {
  let accepted = 0;
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    accepted += 1;
    sockets.add(socket);
    let buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      buffer = Buffer.concat([buffer, bytes]);
      while (buffer.length >= 2 && buffer.length >= 2 + buffer.readUInt16BE()) {
        const query = buffer.subarray(2, 2 + buffer.readUInt16BE());
        buffer = buffer.subarray(2 + query.length);
        answer(query, socket, (reply) => socket.write(framed(reply)));
      }
    });
  };
  const server: Server = tls ? createTlsServer({ ...certificate }, serve) : createServer(serve);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  open.push(() => new Promise((resolve) => server.close(() => resolve())), cut);
  return { port: await listening(server), connections: () => accepted, cut };
}

function framed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound.port : 0;
}

describe('over UDP', () => {
  it('gives the matching reply, and counts and ignores the others', async () => {
    const port = await udpServer((_query, reply) => {
      reply(message(6, 'forged id'));
      reply(Buffer.alloc(0));
      reply(message(7, 'answer'));
    });
    const { replies, ignored, server, failure } = await ask(exchanger(), resolverAt(port, 'udp'), message(7, 'q'));
    expect([replies.map((reply) => read(reply.message)), ignored]).toEqual([['7:answer'], 2]);
    expect([server, failure]).toEqual([`127.0.0.1:${port}`, null]);
    expect(replies[0]?.rttMs).toBeGreaterThan(0);
  });

  it('goes on listening after the first answer for as long as it is told, and no longer', async () => {
    const port = await udpServer((_query, reply) => {
      reply(message(7, 'injected'));
      reply(message(7, 'genuine'));
    });
    const resolver = resolverAt(port, 'udp');
    const both = await ask(exchanger(), resolver, message(7, 'q'), { holdMs: () => 500 });
    expect(both.replies.map((reply) => read(reply.message))).toEqual(['7:injected', '7:genuine']);
    const first = await ask(exchanger(), resolver, message(7, 'q'));
    expect(first.replies.map((reply) => read(reply.message))).toEqual(['7:injected']);
  });

  it('never listens beyond its deadline', async () => {
    const port = await udpServer((_query, reply) => reply(message(7, 'answer')));
    const held = await ask(exchanger(), resolverAt(port, 'udp'), message(7, 'q'), {
      timeoutMs: 100,
      holdMs: () => 1e9,
    });
    expect([held.replies.length, held.failure]).toEqual([1, null]);
  });

  it('uses another source port each time', async () => {
    const ports = new Set<number>();
    const socket = createSocket('udp4');
    socket.on('message', (_query, peer) => {
      ports.add(peer.port);
      socket.send(message(7, 'a'), peer.port, peer.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    open.push(() => void socket.close());
    const through = exchanger();
    const { port } = socket.address();
    await Promise.all(Array.from({ length: 20 }, () => ask(through, resolverAt(port, 'udp'), message(7, 'q'))));
    expect(ports.size).toBeGreaterThan(15);
  });

  it('does not hear a datagram from somewhere else', async () => {
    const liar = createSocket('udp4');
    await new Promise<void>((resolve) => liar.bind(0, '127.0.0.66', resolve));
    open.push(() => void liar.close());
    const socket = createSocket('udp4');
    socket.on('message', (_query, peer) => {
      liar.send(message(7, 'lie'), peer.port, peer.address, () =>
        socket.send(message(7, 'truth'), peer.port, peer.address),
      );
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    open.push(() => void socket.close());
    const heard = await ask(exchanger(), resolverAt(socket.address().port, 'udp'), message(7, 'q'), {
      holdMs: () => 50,
    });
    expect([heard.replies.map((reply) => read(reply.message)), heard.ignored]).toEqual([['7:truth'], 0]);
  });

  it('blames the resolver that keeps silent or is not there', async () => {
    const port = await udpServer(() => undefined);
    const silent = await ask(exchanger(), resolverAt(port, 'udp'), message(7, 'q'), { timeoutMs: 50 });
    expect(silent.failure).toMatchObject({ blame: 'resolver', code: 'resolver-timeout' });
    expect(silent.failure?.detail).toContain('did not answer within 50 ms');
    await open.pop()?.();
    await open.pop()?.();
    const gone = await ask(exchanger(), resolverAt(port, 'udp'), message(7, 'q'));
    expect(gone.failure).toMatchObject({ blame: 'resolver', code: 'connect-refused' });
  });

  it('blames ourselves when it is interrupted, before or after the query went out', async () => {
    const stop = new AbortController();
    const port = await udpServer(() => stop.abort());
    const resolver = resolverAt(port, 'udp');
    const during = await ask(exchanger(), resolver, message(7, 'q'), { signal: stop.signal });
    const before = await ask(exchanger(), resolver, message(7, 'q'), { signal: stop.signal });
    expect([during.failure?.code, before.failure?.code]).toEqual(['interrupted', 'interrupted']);
  });

  it('asks the first of the machine when the resolver is the system', async () => {
    const port = await udpServer((_query, reply) => reply(message(7, 'system')));
    const system = resolverAt(53, 'system', { address: null });
    const asked = await ask(exchanger({ systemServers: () => [`127.0.0.1:${port}`] }), system, message(7, 'q'));
    expect([read(asked.replies[0]?.message), asked.server]).toEqual(['7:system', `127.0.0.1:${port}`]);
    const none = await ask(exchanger({ systemServers: () => [] }), system, message(7, 'q'));
    expect([none.server, none.failure?.blame, none.failure?.code]).toEqual([null, 'monitor', 'no-system-resolver']);
  });
});

describe('over TCP and TLS', () => {
  it.each([false, true])(
    'sends many queries over one connection and tells the answers apart (TLS: %s)',
    async (tls) => {
      const waiting: (() => void)[] = [];
      const server = await streamServer((query, _socket, reply) => {
        waiting.push(() => reply(query));
        // Answers come in the opposite order, and all at once.
        if (waiting.length === 10) for (const answer of waiting.splice(0).reverse()) answer();
      }, tls);
      const through = exchanger();
      const resolver = resolverAt(server.port, tls ? 'tls' : 'tcp');
      const all = await Promise.all(
        // The same id ten times: independent callers choose theirs alone.
        Array.from({ length: 10 }, (_, at) => ask(through, resolver, message(7, `query ${at}`))),
      );
      expect(all.map((one) => read(one.replies[0]?.message))).toEqual(all.map((_, at) => `7:query ${at}`));
      expect(server.connections()).toBe(1);
    },
  );

  it('puts together an answer that comes in pieces', async () => {
    const server = await streamServer((query, socket) => {
      const bytes = framed(query);
      socket.write(bytes.subarray(0, 1));
      setImmediate(() => {
        socket.write(bytes.subarray(1, 4));
        setImmediate(() => socket.write(bytes.subarray(4)));
      });
    });
    const { replies } = await ask(exchanger(), resolverAt(server.port, 'tcp'), message(9, 'in pieces'));
    expect(read(replies[0]?.message)).toBe('9:in pieces');
  });

  it('asks again on a new connection when the kept one was closed', async () => {
    let closeNext = false;
    const server = await streamServer((query, socket, reply) => {
      if (closeNext) socket.destroy();
      else reply(query);
      closeNext = !closeNext;
    });
    const through = exchanger();
    const resolver = resolverAt(server.port, 'tcp');
    await ask(through, resolver, message(1, 'a'));
    const again = await ask(through, resolver, message(2, 'b'));
    expect([read(again.replies[0]?.message), server.connections()]).toEqual(['2:b', 2]);
  });

  it('does not ask a resolver twice that hangs up on a new connection', async () => {
    const server = await streamServer((_query, socket) => socket.destroy());
    const { failure } = await ask(exchanger(), resolverAt(server.port, 'tcp'), message(1, 'a'));
    expect(failure).toMatchObject({ blame: 'resolver', code: 'connection-reset' });
    expect(server.connections()).toBe(1);
  });

  it('dials anew after a connection stayed silent', async () => {
    let silent = false;
    const server = await streamServer((query, _socket, reply) => {
      if (!silent) reply(query);
    });
    const through = exchanger();
    const resolver = resolverAt(server.port, 'tcp');
    await ask(through, resolver, message(1, 'a'));
    silent = true;
    const lost = await ask(through, resolver, message(2, 'b'), { timeoutMs: 50 });
    expect(lost.failure).toMatchObject({ blame: 'resolver', code: 'resolver-timeout' });
    silent = false;
    await ask(through, resolver, message(3, 'c'));
    expect(server.connections()).toBe(2);
  });

  it('does not speak to a server whose certificate is for another name or from nobody', async () => {
    const asked: string[] = [];
    const server = await streamServer((query) => asked.push(read(query)), true);
    const wrong = resolverAt(server.port, 'tls', { serverName: 'other.test' });
    expect((await ask(exchanger(), wrong, message(1, 'a'))).failure?.code).toBe('certificate-invalid');
    const right = resolverAt(server.port, 'tls');
    expect((await ask(exchanger({ trust: trustIn([]) }), right, message(1, 'a'))).failure).toMatchObject({
      blame: 'resolver',
      code: 'certificate-invalid',
    });
    expect(asked).toEqual([]);
  });
});

describe('over HTTPS', () => {
  async function dohServer(answer: {
    status?: number;
    type?: string;
    body?: (query: Buffer) => Uint8Array;
  }): Promise<{ port: number; sessions: () => number; paths: string[]; cut: () => void }> {
    const server = createSecureServer({ ...certificate });
    const sockets = new Set<Socket>();
    const paths: string[] = [];
    let sessions = 0;
    server.on('secureConnection', (socket: Socket) => {
      sessions += 1;
      sockets.add(socket);
    });
    server.on('stream', (stream, headers) => {
      paths.push(`${headers[':method']} ${headers[':path']} ${headers[':authority']}`);
      const chunks: Buffer[] = [];
      stream.on('error', () => stream.destroy());
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        stream.respond({ ':status': answer.status ?? 200, 'content-type': answer.type ?? 'application/dns-message' });
        stream.end((answer.body ?? ((query) => query))(Buffer.concat(chunks)));
      });
    });
    const cut = (): void => {
      for (const socket of sockets) socket.destroy();
    };
    open.push(() => new Promise((resolve) => server.close(() => resolve())), cut);
    return { port: await listening(server), sessions: () => sessions, paths, cut };
  }

  it('posts every query on one session, under the name of the server', async () => {
    const server = await dohServer({});
    const through = exchanger();
    const resolver = resolverAt(server.port, 'https', { path: '/my-query' });
    const all = await Promise.all([1, 2, 3].map((id) => ask(through, resolver, message(id, 'same session'))));
    expect(all.map((one) => read(one.replies[0]?.message))).toEqual([
      '1:same session',
      '2:same session',
      '3:same session',
    ]);
    expect(server.sessions()).toBe(1);
    expect(new Set(server.paths)).toEqual(new Set([`POST /my-query dns.test:${server.port}`]));
  });

  it('makes a new session when the kept one was closed', async () => {
    const server = await dohServer({});
    const through = exchanger();
    const resolver = resolverAt(server.port, 'https');
    await ask(through, resolver, message(1, 'a'));
    server.cut();
    const again = await ask(through, resolver, message(2, 'b'));
    expect([read(again.replies[0]?.message), server.sessions()]).toEqual(['2:b', 2]);
  });

  it.each([
    ['another status', { status: 503 }, 'HTTP status 503'],
    ['another type', { type: 'text/html' }, 'not application/dns-message'],
    ['more than any DNS message holds', { body: () => Buffer.alloc(70_000) }, '65536 bytes'],
  ])('refuses an answer with %s', async (_what, answer, detail) => {
    const server = await dohServer(answer);
    const { failure, replies } = await ask(exchanger(), resolverAt(server.port, 'https'), message(1, 'a'));
    expect([failure?.blame, failure?.code, replies]).toEqual(['resolver', 'bad-doh', []]);
    expect(failure?.detail).toContain(detail);
  });

  it('says so when the server speaks no HTTP/2', async () => {
    const server = await streamServer(() => undefined, true);
    const { failure } = await ask(exchanger(), resolverAt(server.port, 'https'), message(1, 'a'));
    expect(failure).toMatchObject({ blame: 'resolver', code: 'no-http2' });
  });
});

describe('whatever the transport', () => {
  it.each(['udp', 'tcp', 'tls', 'https'] as const)('nothing outside network.only is asked (%s)', async (transport) => {
    const lying = resolverAt(53, transport, { address: '203.0.113.53' });
    const { failure, replies } = await ask(exchanger(), lying, message(1, 'a'), { timeoutMs: 500 });
    expect([failure?.blame, failure?.code, replies]).toEqual(['resolver', 'blocked-address', []]);
  });

  it('what is under way fails when the door closes', async () => {
    const through = exchanger();
    const server = await streamServer(() => through.close());
    const { failure } = await ask(through, resolverAt(server.port, 'tcp'), message(1, 'a'));
    expect(failure).not.toBeNull();
  });
});
