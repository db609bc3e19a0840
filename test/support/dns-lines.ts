/** What stands between a client and a real DNS server: a lossy line, a slow one, a middlebox, somebody who changes answers. */
import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';
import dnsPacket, { type DecodedPacket } from 'dns-packet';
import { framed, type Handler, messageFor, onFramed, type Query, type Said } from './dns-server.js';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/** Asks the real server and hands back what it says. UDP stays UDP, everything else goes over TCP. */
export function forwarding(upstream: Upstream): Handler {
  return ({ bytes, transport }, send) => {
    if (transport === 'udp') {
      const socket = createSocket('udp4');
      const end = setTimeout(() => socket.close(), 5_000).unref();
      socket.on('message', (message) => {
        clearTimeout(end);
        socket.close();
        send(message);
      });
      socket.on('error', () => socket.close());
      socket.send(bytes, upstream.port, upstream.address);
      return;
    }
    const socket = createConnection({ host: upstream.address, port: upstream.port });
    socket.on('error', () => socket.destroy());
    socket.write(framed(bytes));
    onFramed(socket, (message) => {
      socket.destroy();
      send(message);
    });
  };
}

/** Who changes what a real server says. @param change of the decoded answer; null leaves it as it is. */
export function changing(handler: Handler, change: (query: Query, answer: DecodedPacket) => Said | null): Handler {
  return (query, send) => {
    handler(query, (message) => {
      const said = change(query, dnsPacket.decode(Buffer.from(message)));
      send(said === null ? message : messageFor(query, said));
    });
  };
}

/** Each packet is lost with that probability, on the way there and on the way back. */
export function lossy(handler: Handler, probability: number, random: () => number): Handler {
  return (query, send) => {
    if (random() < probability) return;
    handler(query, (message) => {
      if (random() >= probability) send(message);
    });
  };
}

export function slow(handler: Handler, ms: number): Handler {
  return (query, send) => void setTimeout(() => handler(query, send), ms).unref();
}

/** A middlebox that drops what it does not know. */
export function withoutEdns(handler: Handler): Handler {
  return (query, send) => {
    if (!query.edns) handler(query, send);
  };
}

/** Every answer is cut to nothing over UDP. */
export function onlyTcp(handler: Handler): Handler {
  return (query, send) => {
    if (query.transport === 'udp') send(messageFor(query, { truncated: true }));
    else handler(query, send);
  };
}

/** The same numbers for the same seed. Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
