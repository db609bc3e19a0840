/** One question to one resolver, with everything that came back: second attempts, truncation, late second answers. */
import type { DnsExchange, Network, Resolver } from '../check.js';
import { canonicalAddress } from './addresses.js';
import { type Answer, artifactOf, type Reply } from './evidence.js';
import { canonicalName, type QueryType, rcodeName, TYPE } from './names.js';
import { echoes, hasForeignCookie, makeQuery, type Query, type QueryForm, type Random } from './query.js';
import { addressesIn, recordText } from './rdata.js';
import { decode, type Message, type ResourceRecord } from './wire.js';

export interface AskIo {
  readonly exchange: Network['exchange'];
  readonly random: Random;
  readonly signal: AbortSignal;
}

export interface Ask {
  readonly asked: Answer['asked'];
  readonly name: string;
  readonly type: QueryType;
  /** Keep listening for a second answer after the first. */
  readonly hold: boolean;
  /** Ask for signatures too. */
  readonly signed?: boolean;
  /** Of the server itself, in class CH. */
  readonly chaos?: boolean;
  /** As ordinary machines ask, without EDNS and random case: a liar can tell us from them by either. */
  readonly plain?: boolean;
  /** No answer is expected: one short attempt. */
  readonly brief?: boolean;
}

const TIMEOUT_MS = 3_000;
const BRIEF_MS = 1_500;
const MOST_MALFORMED_KEPT = 4;

/**
 * Forged and genuine answers to one query seldom lie further apart: Chinese injectors race within 364 ms for 99 % of
 * queries, distant servers answer late.
 */
export function holdWindowMs(rttMs: number): number {
  return Math.max(1_000, 3 * rttMs);
}

/** Asks until there is a reply that can be judged; never throws for what the resolver does. */
export async function ask(resolver: Resolver, question: Ask, io: AskIo): Promise<Answer> {
  const form = question.plain ? 'plain' : question.signed ? 'dnssec' : 'edns';
  const first = await attempt(resolver, question, form, io);
  const next = secondForm(resolver, first);
  const best =
    next !== null && form !== 'plain' && !question.brief
      ? better(first, await attempt(resolver, question, next, io))
      : first;
  const whole = best.truncated ? await inFull(resolver, question, best, io) : best;
  return {
    resolver: {
      name: resolver.name,
      role: resolver.role,
      transport: resolver.transport,
      network: resolver.network,
    },
    asked: question.asked,
    name: question.name,
    type: question.type,
    signaturesAsked: whole.form === 'dnssec',
    replies: whole.replies,
    malformed: whole.malformed,
    ...(whole.garbled ? { garbled: true as const } : {}),
    ignored: whole.ignored,
    failure: whole.replies.length > 0 ? null : (whole.failure ?? nothingCame(resolver, question)),
  };
}

interface Attempt {
  readonly form: QueryForm;
  readonly replies: Reply[];
  readonly malformed: Answer['malformed'];
  /** Something malformed came beside the replies. */
  readonly garbled: boolean;
  readonly ignored: number;
  readonly failure: Answer['failure'];
  readonly server: string | null;
  /** Every reply was cut to fit a datagram. */
  readonly truncated: boolean;
}

async function attempt(resolver: Resolver, question: Ask, form: QueryForm, io: AskIo): Promise<Attempt> {
  const query = makeQuery(question.name, question.type, io.random, form, question.chaos ? 'CH' : 'IN');
  const malformed: Answer['malformed'] = [];
  const mangled = new AbortController();
  const matches = (datagram: Uint8Array): boolean => {
    if (!echoes(query.message, datagram)) {
      // Right in all but the letters' case: the path changes it every time, so only a plain question gets an answer.
      if (form !== 'plain' && echoes(query.message, datagram, true)) mangled.abort();
      return false;
    }
    const decoded = decode(datagram);
    if (!decoded.ok && malformed.length < MOST_MALFORMED_KEPT) {
      malformed.push({ problem: decoded.problem, raw: artifactOf(datagram, MESSAGE_MIME) });
    }
    return decoded.ok && !hasForeignCookie(query, decoded.message.edns);
  };
  const exchange = await io.exchange({
    resolver,
    message: query.message,
    matches,
    timeoutMs: question.brief ? BRIEF_MS : TIMEOUT_MS,
    signal: AbortSignal.any([io.signal, mangled.signal]),
    ...(question.hold ? { holdMs: holdWindowMs } : {}),
  });
  const read = readReplies(query, exchange);
  const garbled = malformed.length > 0 && read.replies.length > 0;
  return { form, ...read, malformed, garbled, ignored: exchange.ignored, server: exchange.server };
}

export const MESSAGE_MIME = 'application/dns-message';

function readReplies(query: Query, exchange: DnsExchange): Pick<Attempt, 'replies' | 'truncated' | 'failure'> {
  const seen = exchange.replies.flatMap(({ message: bytes, rttMs }) => {
    // A stream's reply did not pass `matches`: the network hands over whatever the connection brought.
    const decoded = echoes(query.message, bytes) ? decode(bytes) : null;
    return decoded?.ok ? [{ message: decoded.message, reply: replyOf(decoded.message, bytes, rttMs) }] : [];
  });
  const complete = seen.filter(({ message }) => !message.truncated);
  const unreadable = exchange.replies.length > 0 && seen.length === 0;
  return {
    replies: (complete.length > 0 ? complete : seen).map(({ reply }) => reply),
    truncated: seen.length > 0 && complete.length === 0,
    failure: unreadable ? UNREADABLE : exchange.failure,
  };
}

const UNREADABLE: Answer['failure'] = {
  blame: 'resolver',
  code: 'malformed-reply',
  detail: 'The resolver sent something that is no answer to the question.',
};

function replyOf(message: Message, bytes: Uint8Array, rttMs: number): Reply {
  const { answers, edns, rcode, question } = message;
  const addresses = answers.flatMap(({ data }) => addressesIn(data).flatMap((text) => canonicalAddress(text) ?? []));
  const owners = leadFrom(question.name, answers);
  const holds = ({ name, data }: ResourceRecord): boolean =>
    addressesIn(data).length > 0 && owners.has(canonicalName(name));
  const cnames = answers.flatMap(({ type, data }) =>
    type === TYPE.CNAME && data.kind === 'name' ? [canonicalName(data.target)] : [],
  );
  return {
    rcode: rcodeName(rcode),
    addresses: [...new Set(addresses)],
    ...(addresses.length > 0 && !answers.some(holds) ? { stray: true as const } : {}),
    cnames,
    records: answers.filter((record) => record.type === question.type).map(({ data }) => recordText(data)),
    errors: (edns?.errors ?? []).map(({ code, text }) => (text === '' ? `EDE ${code}` : `EDE ${code}: ${text}`)),
    ...(edns?.nsid ? { server: edns.nsid } : {}),
    rttMs,
    raw: artifactOf(bytes, MESSAGE_MIME),
  };
}

/** The name and all it is an alias of by these records. */
function leadFrom(name: string, answers: readonly ResourceRecord[]): ReadonlySet<string> {
  const aliases = new Map<string, string>();
  for (const { name: owner, type, data } of answers) {
    if (type === TYPE.CNAME && data.kind === 'name') aliases.set(canonicalName(owner), canonicalName(data.target));
  }
  const owners = new Set<string>();
  for (let at: string | undefined = canonicalName(name); at !== undefined && !owners.has(at); at = aliases.get(at)) {
    owners.add(at);
  }
  return owners;
}

/**
 * A path that mangles letter case or EDNS looks dead or refuses: the second attempt does without either. Inside TLS no
 * path can; there silence is a connection that ended, as of a server whose places are all taken.
 */
function secondForm({ transport }: Resolver, { replies, form, failure }: Attempt): QueryForm | null {
  // Who stands in between at times only is not to be missed for the other times.
  if (failure?.code === 'certificate-invalid') return null;
  if (replies.length === 0) return transport === 'tls' || transport === 'https' ? form : 'plain';
  return replies.every(({ rcode }) => REFUSES_EDNS.has(rcode)) ? 'plain' : null;
}

/** BADCOOKIE: it wants its own cookie back first; a question without one it must answer all the same (RFC 7873 5.2.3). */
const REFUSES_EDNS: ReadonlySet<string> = new Set(['FORMERR', 'NOTIMP', 'BADVERS', 'BADCOOKIE']);

function better(first: Attempt, second: Attempt): Attempt {
  const best = second.replies.length > 0 ? second : first;
  return {
    ...best,
    malformed: [...first.malformed, ...second.malformed].slice(0, MOST_MALFORMED_KEPT),
    ignored: first.ignored + second.ignored,
  };
}

/** Over TCP, or where that does not work without signatures, which may fit. Half an answer is none. */
async function inFull(resolver: Resolver, question: Ask, cut: Attempt, io: AskIo): Promise<Attempt> {
  const streamed = await overTcp(resolver, question, cut, io);
  if (!streamed.truncated) return streamed;
  const small = streamed.form === 'plain' ? streamed : better(streamed, await attempt(resolver, question, 'plain', io));
  if (!small.truncated) return small;
  const replies = small.replies.filter(({ addresses, records }) => addresses.length + records.length > 0);
  return { ...small, replies, failure: CUT_SHORT };
}

const CUT_SHORT: Answer['failure'] = {
  blame: 'resolver',
  code: 'answer-truncated',
  detail: 'The resolver cut its answer short and did not give the whole of it over TCP.',
};

async function overTcp(resolver: Resolver, question: Ask, cut: Attempt, io: AskIo): Promise<Attempt> {
  const server = tcpServer(resolver, cut.server);
  if (!server) return cut;
  const whole = await attempt(server, question, cut.form, io);
  return whole.replies.length > 0 ? { ...whole, ignored: cut.ignored + whole.ignored } : cut;
}

/** Where the same server listens for TCP; of `system` the network said which one answered. */
function tcpServer(resolver: Resolver, server: string | null): Resolver | null {
  if (resolver.transport === 'udp') return { ...resolver, transport: 'tcp' };
  if (resolver.transport !== 'system' || server === null) return null;
  const [, address, port] = /^\[?(.*?)\]?(?::(\d+))?$/u.exec(canonicalAddress(server) ? `[${server}]` : server) ?? [];
  return address ? { ...resolver, transport: 'tcp', address, port: port ? Number(port) : 53 } : null;
}

function nothingCame(resolver: Resolver, question: Ask): Answer['failure'] {
  return {
    blame: 'resolver',
    code: 'no-answer',
    detail: `Resolver "${resolver.name}" gave no answer for ${question.name} ${question.type}.`,
  };
}
