/** A DNS server that says what a test tells it to, over real sockets on loopback: UDP, TCP, TLS and HTTP/2. */
import { createSocket } from 'node:dgram';
import { createSecureServer } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import dnsPacket, { type Answer } from 'dns-packet';
import type { ServerCertificate } from './certificates.js';

export interface Query {
  readonly bytes: Buffer;
  /** In lower case. */
  readonly name: string;
  /** `A`, `HTTPS`, ... */
  readonly type: string;
  /** Address of who asks. */
  readonly source: string;
  readonly transport: 'udp' | 'tcp' | 'tls' | 'https';
  readonly edns: boolean;
  /** EDNS client subnet: `198.51.100.0`. */
  readonly subnet: string | null;
}

/** Sends any number of messages, now or later. */
export type Handler = (query: Query, send: (message: Uint8Array) => void) => void;

export interface Said {
  /** 0 unless given. */
  readonly rcode?: number;
  readonly truncated?: boolean;
  readonly answers?: readonly Answer[];
  readonly authority?: readonly Answer[];
  /** An extended error, RFC 8914. */
  readonly error?: number;
}

// ------------------------------------------------------------- answers

const FLAGS = { aa: 1 << 10, tc: 1 << 9, rd: 1 << 8, ra: 1 << 7 };
/** dns-packet knows this type by its number only. */
const BY_NUMBER: Readonly<Record<string, string>> = { UNKNOWN_65: 'HTTPS' };

/** The message that says so in answer to the query. */
export function messageFor({ bytes, edns, subnet }: Query, said: Said): Uint8Array {
  const { id = 0, questions } = dnsPacket.decode(bytes);
  const { rcode = 0, truncated = false, answers = [], authority = [], error } = said;
  const flags = FLAGS.aa | FLAGS.rd | FLAGS.ra | (truncated ? FLAGS.tc : 0) | rcode;
  const options = [
    ...(subnet === null ? [] : [{ code: 8, family: 1, sourcePrefixLength: 24, scopePrefixLength: 24, ip: subnet }]),
    ...(error === undefined ? [] : [{ code: 15, data: Buffer.from([error >> 8, error & 0xff]) }]),
  ];
  const opt = { ...OPT, options } as unknown as Answer;
  const sections = { answers: [...answers], authorities: [...authority], additionals: edns ? [opt] : [] };
  return dnsPacket.encode({ type: 'response', id, flags, questions: questions ?? [], ...sections });
}

const OPT = { type: 'OPT', name: '.', udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0 };

/** Answers each query with what the function says; null is silence. */
export function saying(answer: (query: Query) => Said | null): Handler {
  return (query, send) => {
    const said = answer(query);
    if (said !== null) send(messageFor(query, said));
  };
}

export function a(name: string, address: string, ttl = 1): Answer {
  return { type: address.includes(':') ? 'AAAA' : 'A', name, ttl, data: address };
}

export function cname(name: string, target: string, ttl = 1): Answer {
  return { type: 'CNAME', name, ttl, data: target };
}

/**
 * The authority of a zone.
 *
 * @param lookup answers for a name and type; empty: no such record; null: no such name. The apex has SOA and NS already.
 */
export function authorityOf(zone: string, lookup: (query: Query) => readonly Answer[] | null): Handler {
  const soa: Answer = {
    type: 'SOA',
    name: zone,
    ttl: 1,
    data: {
      ...{ mname: `ns1.${zone}`, rname: 'hostmaster.invalid', serial: 1 },
      ...{ refresh: 3600, retry: 600, expire: 86_400, minimum: 1 },
    },
  };
  return saying((query) => {
    if (query.name === zone && query.type === 'SOA') return { answers: [soa] };
    if (query.name === zone && query.type === 'NS') {
      return { answers: [{ type: 'NS', name: zone, ttl: 1, data: `ns1.${zone}` }] };
    }
    const answers = lookup(query) ?? (query.name === zone ? [] : null);
    if (answers === null) return { rcode: 3, authority: [soa] };
    return answers.length > 0 ? { answers } : { authority: [soa] };
  });
}

// -------------------------------------------------------------- listening

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface Listening {
  readonly address: string;
  /** 0: a free one. */
  readonly port?: number;
  /** With one: DNS over TLS (`tls`) or HTTP/2 (`https`) and nothing else. */
  readonly secure?: { readonly as: 'tls' | 'https'; readonly certificate: ServerCertificate };
}

export async function startDnsServer(handler: Handler, { address, port = 0, secure }: Listening): Promise<DnsServer> {
  if (secure?.as === 'https') return await listen(dohServer(handler, secure.certificate), address, port);
  if (secure)
    return await listen(createTlsServer({ ...secure.certificate }, streamHandler(handler, 'tls')), address, port);
  const tcp = await listen(createServer(streamHandler(handler, 'tcp')), address, port);
  const udp = createSocket('udp4');
  let open = true;
  udp.on('message', (bytes, from) => {
    take(handler, bytes, from.address, 'udp', (message) => {
      if (open) udp.send(message, from.port, from.address);
    });
  });
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject).bind(tcp.port, address, () => resolve());
  });
  return {
    port: tcp.port,
    close: async () => {
      open = false;
      await Promise.all([tcp.close(), new Promise<void>((resolve) => udp.close(() => resolve()))]);
    },
  };
}

function dohServer(handler: Handler, certificate: ServerCertificate): Server {
  return createSecureServer({ ...certificate }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      take(handler, Buffer.concat(chunks), request.socket.remoteAddress ?? '', 'https', (message) => {
        response.setHeader('content-type', 'application/dns-message');
        response.end(message);
      });
    });
  });
}

function streamHandler(handler: Handler, transport: 'tcp' | 'tls'): (socket: Socket) => void {
  return (socket) => {
    socket.on('error', () => socket.destroy());
    onFramed(socket, (bytes) => {
      take(handler, bytes, socket.remoteAddress ?? '', transport, (message) => {
        if (socket.writable) socket.write(framed(message));
      });
    });
  };
}

function take(
  handler: Handler,
  bytes: Buffer,
  source: string,
  transport: Query['transport'],
  send: (message: Uint8Array) => void,
): void {
  const packet = dnsPacket.decode(bytes);
  const [question] = packet.questions ?? [];
  if (!question) return;
  const opt = packet.additionals?.find((record) => record.type === 'OPT');
  const subnet = (opt && 'options' in opt ? opt.options : []).flatMap((o) => ('ip' in o && o.ip ? [o.ip] : []))[0];
  const type: string = question.type;
  handler(
    {
      ...{ bytes, source, transport, name: question.name.toLowerCase(), type: BY_NUMBER[type] ?? type },
      ...{ edns: opt !== undefined, subnet: subnet ?? null },
    },
    send,
  );
}

export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
}

export function onFramed(socket: Socket, take: (message: Buffer) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
      const end = 2 + received.readUInt16BE();
      take(Buffer.from(received.subarray(2, end)));
      received = received.subarray(end);
    }
  });
}

async function listen(server: Server, address: string, port: number): Promise<DnsServer> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('connection', keep);
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      const at = server.address();
      resolve(at !== null && typeof at === 'object' ? at.port : 0);
    });
  });
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
