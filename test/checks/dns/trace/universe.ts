/** A made-up Internet of authoritative servers behind the `exchange` interface. Nothing is dialled. */
import { randomBytes } from 'node:crypto';
import type { DnsExchange, DnsExchangeRequest } from '../../../../src/checks/check.js';
import { canonicalName } from '../../../../src/checks/dns/names.js';
import type { Trace } from '../../../../src/checks/dns/trace/facts.js';
import { traceName } from '../../../../src/checks/dns/trace/trace.js';
import { encode, type Rr, rr, T, wire } from '../dnssec/signer.js';

export interface Said {
  readonly rcode?: number;
  /** Authoritative; false in a referral. */
  readonly aa?: boolean;
  readonly truncated?: boolean;
  readonly answer?: readonly Rr[];
  readonly authority?: readonly Rr[];
  readonly additional?: readonly Rr[];
}

export interface Asked {
  readonly address: string;
  readonly transport: string;
  readonly name: string;
  readonly type: number;
  readonly edns: boolean;
  /** As sent, letters in random case. */
  readonly spelled: string;
}

/** Null: silence. Bytes: sent as they are. */
export type Server = (asked: Asked) => Said | Uint8Array | null;

export function ns(zone: string, ...names: readonly string[]): Rr[] {
  return names.map((name) => rr(zone, T.NS, wire(name)));
}

export function address(name: string, text: string): Rr {
  return rr(name, T.A, text.split('.').map(Number));
}

export function cname(name: string, target: string): Rr {
  return rr(name, T.CNAME, wire(target));
}

/** A referral with glue for `[name, address]` pairs. */
export function refer(zone: string, names: readonly string[], glue: readonly (readonly [string, string])[] = []): Said {
  return { aa: false, authority: ns(zone, ...names), additional: glue.map(([name, text]) => address(name, text)) };
}

export class Universe {
  readonly asked: Asked[] = [];
  readonly #servers: Readonly<Record<string, Server>>;

  constructor(servers: Readonly<Record<string, Server>>) {
    this.#servers = servers;
  }

  async exchange(request: DnsExchangeRequest): Promise<DnsExchange> {
    const { message, resolver } = request;
    const asked = questionIn(message, resolver.address ?? '', resolver.transport);
    this.asked.push(asked);
    const said = request.signal.aborted ? null : (this.#servers[asked.address]?.(asked) ?? null);
    const reply = said === null || said instanceof Uint8Array ? said : replyTo(message, said);
    if (!reply || (resolver.transport === 'udp' && !request.matches(reply))) return await Promise.resolve(SILENCE);
    return { replies: [{ message: reply, rttMs: 1 }], ignored: 0, server: asked.address, failure: null };
  }

  async trace(
    name: string,
    type: number = T.A,
    signal = new AbortController().signal,
    roots = ['198.51.100.1'],
  ): Promise<Trace> {
    const io = { exchange: (request: DnsExchangeRequest) => this.exchange(request), random: randomBytes, signal };
    return await traceName(name, type, { roots, port: 53 }, io);
  }

  addressesAsked(): string[] {
    return [...new Set(this.asked.map((one) => one.address))];
  }
}

const SILENCE: DnsExchange = {
  replies: [],
  ignored: 0,
  server: null,
  failure: { blame: 'resolver', code: 'resolver-timeout', detail: 'The server did not answer.' },
};

function questionIn(query: Uint8Array, server: string, transport: string): Asked {
  const labels: string[] = [];
  let at = 12;
  for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
    labels.push(Buffer.from(query.subarray(at + 1, at + 1 + size)).toString('latin1'));
    at += size + 1;
  }
  const spelled = labels.join('.') || '.';
  const type = (query[at + 1] ?? 0) * 256 + (query[at + 2] ?? 0);
  return { address: server, transport, name: canonicalName(spelled), type, edns: query[11] === 1, spelled };
}

/** The query's own id and question, then the records. */
export function replyTo(query: Uint8Array, said: Said): Uint8Array {
  const { rcode = 0, aa = true, truncated = false, answer = [], authority = [], additional = [] } = said;
  let end = 12;
  while (query[end]) end += (query[end] ?? 0) + 1;
  const flags = [0x80 | (aa ? 4 : 0) | (truncated ? 2 : 0), rcode];
  const counts = [answer, authority, additional].flatMap((records) => [records.length >> 8, records.length & 0xff]);
  const records = [...answer, ...authority, ...additional].flatMap(encode);
  return Uint8Array.from([
    ...query.subarray(0, 2),
    ...flags,
    0,
    1,
    ...counts,
    ...query.subarray(12, end + 5),
    ...records,
  ]);
}
