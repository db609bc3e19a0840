/** One question to one authoritative server: no recursion, DNSSEC asked for, TCP where a datagram is too small. */
import type { Failure } from '../../../core/model.js';
import type { DnsExchange, Network, Resolver } from '../../check.js';
import { wireName } from '../dnssec/canonical-name.js';
import { artifactOf } from '../evidence.js';
import { echoes, type Random } from '../query.js';
import { decode, type Message } from '../wire.js';
import { subnetOption } from './client-subnet.js';
import type { Server, ServerReply } from './facts.js';
import { type Allowance, TRACE_LIMITS } from './limits.js';

export interface TraceIo {
  readonly exchange: Network['exchange'];
  readonly random: Random;
  readonly signal: AbortSignal;
}

const UDP_PAYLOAD = 1232;
const UDP_TIMEOUT_MS = 1_500;
const TCP_TIMEOUT_MS = 3_000;
const FORMERR = 1;
const NOTIMP = 4;
const MESSAGE_MIME = 'application/dns-message';

/** Sends still allowed for one question, whoever is asked. */
export class Sends {
  #left: number = TRACE_LIMITS.sendsPerQuestion;

  take(allowance: Allowance): boolean {
    if (this.#left <= 0 || !allowance.takeQuery()) return false;
    this.#left -= 1;
    return true;
  }
}

interface Attempt {
  readonly transport: 'udp' | 'tcp';
  readonly edns: boolean;
  /** Random case of letters (0x20): a forger has to guess it. Some servers do not keep it. */
  readonly mixed: boolean;
}

const ATTEMPTS: readonly Attempt[] = [
  { transport: 'udp', edns: true, mixed: true },
  { transport: 'udp', edns: true, mixed: false },
  { transport: 'tcp', edns: true, mixed: false },
];
const WITHOUT_EDNS: Attempt = { transport: 'udp', edns: false, mixed: false };
const OVER_TCP: Attempt = { transport: 'tcp', edns: true, mixed: false };

/** Never throws for what a server does. */
export async function askServer(
  server: Server,
  port: number,
  question: ServerReply['question'],
  sends: Sends,
  allowance: Allowance,
  io: TraceIo,
): Promise<ServerReply> {
  const base = { server, question };
  const plan = [...ATTEMPTS];
  let reply: ServerReply = { ...base, transport: 'udp', sent: 0, rttMs: null, raw: null, failure: LIMIT_REACHED };
  for (let attempt = plan.shift(); attempt && !io.signal.aborted; attempt = plan.shift()) {
    if (!sends.take(allowance)) break;
    const { exchange, read } = await send(server, port, question, attempt, io);
    const sent = reply.sent + 1;
    if (!read) {
      const failure = exchange.failure ?? UNREADABLE;
      // What came before stays: a server that refuses EDNS and then falls silent did refuse.
      reply = reply.raw ? { ...reply, sent } : { ...reply, transport: attempt.transport, sent, rttMs: null, failure };
      if (HOPELESS.has(failure.code)) break;
      continue;
    }
    const { message, bytes, rttMs } = read;
    // Part of an answer is none: what is missing would look as if it had been left out on purpose.
    const content = message.truncated
      ? { raw: null, failure: CUT_SHORT }
      : { raw: artifactOf(bytes, MESSAGE_MIME), failure: null };
    reply = { ...base, transport: attempt.transport, sent, rttMs, ...content };
    const next = followUp(message, attempt);
    if (next === null) return reply;
    plan.splice(0, plan.length, next);
  }
  return reply;
}

/** No other transport will bring an answer either. */
const HOPELESS: ReadonlySet<string> = new Set([
  'network-unreachable',
  'host-unreachable',
  'blocked-address',
  'dial-forbidden',
]);

const LIMIT_REACHED: Failure = {
  blame: 'monitor',
  code: 'trace-limit',
  detail: 'The server was not asked: the trace had used up its queries or its time.',
};

const CUT_SHORT: Failure = {
  blame: 'target',
  code: 'answer-truncated',
  detail: 'The server cut its answer short and did not give the whole of it over TCP.',
};

const UNREADABLE: Failure = {
  blame: 'target',
  code: 'malformed-reply',
  detail: 'The server sent something that is no answer to the question.',
};

/** What to try instead of taking this answer. */
function followUp({ truncated, rcode }: Message, { transport, edns }: Attempt): Attempt | null {
  if (truncated && transport === 'udp') return OVER_TCP;
  if (edns && (rcode === FORMERR || rcode === NOTIMP)) return WITHOUT_EDNS;
  return null;
}

interface Read {
  readonly message: Message;
  readonly bytes: Uint8Array;
  readonly rttMs: number;
}

async function send(
  server: Server,
  port: number,
  question: ServerReply['question'],
  attempt: Attempt,
  io: TraceIo,
): Promise<{ exchange: DnsExchange; read: Read | null }> {
  const query = queryFor(question, attempt, io.random);
  const mangled = new AbortController();
  const matches = (datagram: Uint8Array): boolean => {
    const same = echoes(query, datagram);
    // Right but for the letters' case: the server changes it every time, so only the next attempt can succeed.
    if (!same && attempt.mixed && echoes(query, datagram, true)) mangled.abort();
    return same && decode(datagram).ok;
  };
  const exchange = await io.exchange({
    resolver: resolverFor(server, port, attempt.transport),
    message: query,
    matches,
    timeoutMs: attempt.transport === 'udp' ? UDP_TIMEOUT_MS : TCP_TIMEOUT_MS,
    signal: AbortSignal.any([io.signal, mangled.signal]),
  });
  for (const { message: bytes, rttMs } of exchange.replies) {
    const decoded = echoes(query, bytes) ? decode(bytes) : null;
    if (decoded?.ok) return { exchange, read: { message: decoded.message, bytes, rttMs } };
  }
  return { exchange, read: null };
}

function resolverFor({ name, address }: Server, port: number, transport: 'udp' | 'tcp'): Resolver {
  const shown = name === address ? address : `${name} (${address})`;
  return { name: shown, role: 'reference', transport, address, port, serverName: null, path: null, network: null };
}

/**
 * A query with DO set; `recursive` is for resolvers, whose answers are to be validated.
 *
 * Written by hand: names met on the way may have bytes in their labels that no text encoder takes. RFC 1035 4.1,
 * 6891 6.1.
 */
export function queryFor(
  { name, type, subnet }: ServerReply['question'],
  { edns, mixed }: Pick<Attempt, 'edns' | 'mixed'>,
  random: Random,
  recursive = false,
): Uint8Array {
  const [high = 0, low = 0] = random(2);
  const header = [high, low, recursive ? 1 : 0, 0, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0];
  const asked = mixed ? inMixedCase(name, random(name.length)) : name;
  return Uint8Array.from([
    ...header,
    ...wireName(asked),
    type >> 8,
    type & 0xff,
    0,
    1,
    ...(edns ? optRecord(subnet) : []),
  ]);
}

function inMixedCase(name: string, bits: Uint8Array): string {
  return [...name].map((letter, at) => ((bits[at] ?? 0) & 1 ? letter.toUpperCase() : letter)).join('');
}

/** Root, type 41, payload size, no extended rcode, version 0, DO, the options. */
function optRecord(subnet: string | undefined): number[] {
  const options = subnet === undefined ? [] : subnetOption(subnet);
  return [0, 0, 41, UDP_PAYLOAD >> 8, UDP_PAYLOAD & 0xff, 0, 0, 0x80, 0, 0, options.length, ...options];
}
