/**
 * DNS over UDP: one socket with its own random port per exchange, connected so that the kernel drops what others send.
 * After the first answer it goes on listening for a while: an injected answer comes first, the genuine one second.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import type { DnsExchange } from '../checks/check.js';
import { canonicalAddress } from './addresses.js';
import { onAbort } from './deadline.js';
import { type DialPolicy, mayDial } from './dial-policy.js';
import { failure, failureFrom, OtherEndError } from './failures.js';

export interface UdpQuery {
  readonly address: string;
  readonly port: number;
  /** Names the resolver in messages. */
  readonly what: string;
  readonly message: Uint8Array;
  readonly matches: (datagram: Uint8Array) => boolean;
  readonly holdMs: (rttMs: number) => number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A flood of forged answers is told from two by count alone. */
const MOST_REPLIES = 32;

/** Rejects only where `matches` or `holdMs` throws. */
export function askOverUdp(query: UdpQuery, policy: DialPolicy): Promise<Omit<DnsExchange, 'server'>> {
  const { what, message, matches, holdMs, timeoutMs, signal } = query;
  const refusal = mayDial(query.address, policy, 'configured');
  if (refusal !== null) {
    const blocked = failure('resolver', 'blocked-address', `${what} was not asked: ${refusal}`);
    return Promise.resolve({ replies: [], ignored: 0, failure: blocked });
  }
  const address = canonicalAddress(query.address) ?? query.address;
  return new Promise((resolve, reject) => {
    const replies: { message: Uint8Array; rttMs: number }[] = [];
    let ignored = 0;
    let forget = (): void => undefined;
    let sentAt = performance.now();
    const socket = literalSocket(address);
    const close = (): void => {
      clearTimeout(timer);
      forget();
      socket.removeAllListeners().on('error', dropped).close();
    };
    const finish = (error: unknown): void => {
      close();
      const failed = replies.length > 0 ? null : failureFrom(error, what, 'resolver');
      resolve({ replies, ignored, failure: failed });
    };
    const late = (): void => {
      const strangers = ignored > 0 ? `; ${ignored} datagrams came that do not answer the question` : '';
      finish(new OtherEndError('resolver-timeout', `did not answer within ${timeoutMs} ms${strangers}.`));
    };
    let timer = setTimeout(late, timeoutMs);
    const onMessage = (datagram: Buffer): void => {
      const rttMs = performance.now() - sentAt;
      if (!matches(datagram)) {
        ignored += 1;
        return;
      }
      replies.push({ message: new Uint8Array(datagram), rttMs });
      if (replies.length > 1 && replies.length < MOST_REPLIES) return;
      const held = replies.length === 1 ? Math.min(holdMs(rttMs), timeoutMs - rttMs) : 0;
      clearTimeout(timer);
      if (held > 0) timer = setTimeout(() => finish(null), held);
      else finish(null);
    };
    socket.on('error', finish).on('message', (datagram) => {
      try {
        onMessage(datagram);
      } catch (error) {
        close();
        reject(error);
      }
    });
    socket.connect(query.port, address, () => {
      sentAt = performance.now();
      socket.send(message);
    });
    forget = onAbort(signal, () => finish(new DOMException('stopped', 'AbortError')));
  });
}

function literalSocket(address: string): Socket {
  return createSocket({
    type: isIP(address) === 6 ? 'udp6' : 'udp4',
    // Never asked for a literal's sake to resolve anything.
    lookup: (host, _options, done) => done(null, host, isIP(host)),
  });
}

/** What happens to a socket after its exchange is over. */
function dropped(): void {
  // A late ICMP error; the outcome was given before.
}
