/**
 * The browser's only way out: a forward proxy on loopback, one per capture. The page decides nothing here but the
 * host and port it asks for; where that leads is EgressDialer's business.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as requestOf, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { ProbeFailure } from '../../checks/check.js';
import { type Egress, EgressDialer, type EgressRules } from './egress-dial.js';
import { type Gate, type Inlet, LOOPBACK_GATE } from './gate.js';

/** In both directions: a page neither fills us nor floods others through us. */
const MAX_BYTES = 50 * 1024 * 1024;
/** The first byte of a TLS record that opens a handshake (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 22;
const MAX_HEADER_BYTES = 64 * 1024;

export class EgressProxy {
  readonly dialer: EgressDialer;
  /** Never listens: a gate brings it its connections. */
  readonly #server: Server;
  readonly #open = new Set<Duplex>();
  readonly #stop = new AbortController();
  #inlet: Inlet | null = null;
  #bytes = 0;

  static async open(rules: EgressRules, gate: Gate = LOOPBACK_GATE): Promise<EgressProxy> {
    const proxy = new EgressProxy(rules);
    proxy.#inlet = await gate.open((socket) => proxy.#server.emit('connection', socket));
    return proxy;
  }

  private constructor(rules: EgressRules) {
    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 60_000 });
    this.#server = server;
    this.dialer = new EgressDialer(rules);
    server.on('connection', (socket) => this.#keep(socket));
    server.on('request', (request, response) => this.#forward(request, response));
    server.on('connect', (request, client: Duplex, head: Buffer) => this.#tunnel(request, client, head));
    server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** `http://127.0.0.1:41234`, as Chromium wants it. */
  get url(): string {
    return this.#inlet?.url ?? '';
  }

  get log(): readonly Egress[] {
    return this.dialer.log;
  }

  /** Ends every connection, in both directions. */
  async close(): Promise<void> {
    this.#cut();
    await this.#inlet?.close();
  }

  #cut(): void {
    this.#stop.abort();
    for (const stream of this.#open) stream.destroy();
  }

  #keep(stream: Duplex): void {
    this.#open.add(stream);
    stream.on('close', () => this.#open.delete(stream));
    // Who hangs up on whom is the page's affair; `close` follows.
    stream.on('error', () => stream.destroy());
    if (this.#stop.signal.aborted) stream.destroy();
  }

  #count(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BYTES) this.#cut();
  }

  /** CONNECT: https, wss and ws. */
  async #tunnel(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const target = authority(request.url ?? '');
    if (target === null) {
      client.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      return;
    }
    try {
      const upstream = await this.#dial(target.host, target.port);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (this.dialer.verifies) await this.#verify(target, upstream, client);
      upstream.write(head);
      // Errors end both ends; who failed is nobody's question here.
      pipeline(upstream, client, () => client.destroy());
      pipeline(client, upstream, () => upstream.destroy());
      upstream.on('data', (chunk: Buffer) => this.#count(chunk));
      client.on('data', (chunk: Buffer) => this.#count(chunk));
    } catch (error) {
      // After the 200 this is noise inside a tunnel, which ends it just as well.
      client.end(`HTTP/1.1 ${statusFor(error)}\r\ncontent-length: 0\r\n\r\n`);
    }
  }

  /** Waits for the client's first bytes: a tunnel may carry plain WebSocket as well as TLS. */
  async #verify(target: { host: string; port: number }, upstream: Socket, client: Duplex): Promise<void> {
    await once(client, 'readable', { signal: this.#stop.signal });
    const first: unknown = client.read();
    if (!Buffer.isBuffer(first)) throw new Error('the client left');
    client.unshift(first);
    if (first[0] !== TLS_HANDSHAKE) return;
    try {
      await this.dialer.verify(target.host, target.port, upstream, this.#stop.signal);
    } catch (error) {
      upstream.destroy();
      throw error;
    }
  }

  /** GET http://host/path, the form for plain HTTP. */
  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : null;
    if (url?.protocol !== 'http:') {
      response.writeHead(400).end();
      return;
    }
    try {
      const socket = await this.#dial(hostOf(url), Number(url.port || 80));
      const upstream = requestOf(url, {
        method: request.method,
        headers: outgoing(request, url),
        createConnection: () => socket,
        maxHeaderSize: MAX_HEADER_BYTES,
        signal: this.#stop.signal,
      });
      upstream.on('error', () => refuse(response, '502 Bad Gateway'));
      upstream.on('response', (answer) => this.#answer(answer, response));
      request.on('data', (chunk: Buffer) => this.#count(chunk));
      pipeline(request, upstream, () => {
        // An upload that breaks off shows in `upstream`'s own error.
      });
    } catch (error) {
      refuse(response, statusFor(error));
    }
  }

  #answer(answer: IncomingMessage, response: ServerResponse): void {
    try {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders).flat());
    } catch {
      // A header no HTTP implementation may pass on.
      answer.destroy();
      refuse(response, '502 Bad Gateway');
      return;
    }
    // A body that breaks off must break off for the browser too: pipeline destroys `response`.
    pipeline(answer, response, () => response.destroy());
    answer.on('data', (chunk: Buffer) => this.#count(chunk));
  }

  async #dial(host: string, port: number): Promise<Socket> {
    const socket = await this.dialer.connect(host, port, this.#stop.signal);
    this.#keep(socket);
    return socket;
  }
}

/** `example.org:443`, `[2001:db8::1]:443`. */
function authority(text: string): { host: string; port: number } | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:/?#\s]+):(\d{1,5})$/.exec(text);
  const [, host, port] = match ?? [];
  if (host === undefined || port === undefined) return null;
  return { host: bare(host), port: Number(port) };
}

/** The host as the dialler and the log know it: lower case, IPv6 without brackets. */
export function hostOf(url: URL): string {
  return bare(url.hostname);
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function outgoing(request: IncomingMessage, url: URL): string[] {
  const kept = endToEnd(request.rawHeaders).filter(([name]) => name.toLowerCase() !== 'host');
  return [['host', url.host] as const, ...kept, ['connection', 'close'] as const].flat();
}

/** Header pairs without those that concern one connection only (RFC 9110, 7.6.1). */
function endToEnd(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
  return pairs.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.includes(name.toLowerCase()));
}

function statusFor(error: unknown): string {
  return error instanceof ProbeFailure && error.failure.code === 'blocked-address'
    ? '403 Forbidden'
    : '502 Bad Gateway';
}

function refuse(response: ServerResponse, status: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(Number(status.slice(0, 3)), { 'content-length': 0 }).end();
}
