/**
 * Questions we ask, and which datagram may be taken for the answer.
 *
 * What protects a lookup against blind forgery is what a forger must guess: the id, the port (the network's part) and
 * the case of every letter of the name, which an honest server echoes (0x20, draft-vixie-dnsext-dns0x20). The question
 * of a reply is therefore compared byte for byte.
 */
import dnsPacket, { type Answer, type Question } from 'dns-packet';
import { isHostName, type QueryType } from './names.js';
import { type Edns, OPTION } from './wire.js';

export interface Query {
  readonly name: string;
  readonly type: QueryType;
  readonly message: Uint8Array;
  /** Ours, which an honest answer brings back if it brings any; null where none was sent. */
  readonly cookie: Uint8Array | null;
}

/** Random bytes; the caller's, so that tests can choose them. */
export type Random = (length: number) => Uint8Array;

/** Answers above this are asked for again over TCP rather than fragmented (DNS flag day 2020). */
const UDP_PAYLOAD = 1232;

/** What dns-packet calls types it has no name for. Its declarations do not know these strings. */
const ENCODED_TYPE: Partial<Record<QueryType, string>> = { HTTPS: 'UNKNOWN_65' };

/**
 * `edns`: EDNS and random case of letters. `dnssec`: signatures asked for as well. `plain`: neither EDNS nor mixed case,
 * for paths that mangle either.
 */
export type QueryForm = 'edns' | 'dnssec' | 'plain';

/** @throws Error when `name` is none: names come from our own configuration and are checked there. */
export function makeQuery(
  name: string,
  type: QueryType,
  random: Random,
  form: QueryForm = 'edns',
  recordClass: 'IN' | 'CH' = 'IN',
): Query {
  if (name !== '.' && !isHostName(name)) throw new Error(`"${name}" is not a host name.`);
  const [high = 0, low = 0] = random(2);
  const plain = form === 'plain';
  const asked = plain ? name.toLowerCase() : mixedCase(name, random);
  const cookie = plain ? null : random(COOKIE_LENGTH);
  const message = dnsPacket.encode({
    type: 'query',
    id: (high << 8) | low,
    flags: dnsPacket.RECURSION_DESIRED,
    // The cast: the type system cannot know dns-packet's numbered types.
    questions: [{ name: asked, type: (ENCODED_TYPE[type] ?? type) as Question['type'], class: recordClass }],
    additionals: cookie === null ? [] : [optRecord(cookie, form === 'dnssec')],
  });
  return { name, type, message, cookie };
}

/** RFC 7873: a server that knows cookies sends ours back, and who cannot see our packets cannot. */
const COOKIE_LENGTH = 8;
const DNSSEC_OK = 0x8000;

function optRecord(cookie: Uint8Array, signatures: boolean): Answer {
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: UDP_PAYLOAD,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: signatures ? DNSSEC_OK : 0,
    flag_do: signatures,
    options: [
      { code: OPTION.NSID, data: Buffer.alloc(0) },
      { code: OPTION.COOKIE, data: Buffer.from(cookie) },
    ],
  };
  // The cast: dns-packet takes options by number, its declarations do not know that.
  return opt as unknown as Answer;
}

function mixedCase(name: string, random: Random): string {
  const bits = random(name.length);
  return [...name.toLowerCase()].map((letter, at) => ((bits[at] ?? 0) & 1 ? letter.toUpperCase() : letter)).join('');
}

/**
 * Is this datagram a reply to the query: same id, a response, one question, and that question echoed exactly?
 *
 * @param anyCase but for the case of its letters.
 */
export function echoes(query: Uint8Array, datagram: Uint8Array, anyCase = false): boolean {
  const end = questionEnd(query);
  if (datagram.length < end) return false;
  const sameId = datagram[0] === query[0] && datagram[1] === query[1];
  const response = ((datagram[2] ?? 0) & 0xf8) === 0x80;
  const oneQuestion = datagram[4] === 0 && datagram[5] === 1;
  if (!sameId || !response || !oneQuestion) return false;
  for (let at = 12; at < end; at++) if (!areSame(query[at], datagram[at], anyCase)) return false;
  return true;
}

function areSame(a: number | undefined, b: number | undefined, anyCase: boolean): boolean {
  if (a === b) return true;
  if (!anyCase || a === undefined || b === undefined) return false;
  const letter = a | 0x20;
  return letter === (b | 0x20) && letter >= 0x61 && letter <= 0x7a;
}

/** Our own queries are never compressed: the name ends at its zero byte. */
function questionEnd(query: Uint8Array): number {
  let at = 12;
  while (query[at]) at += (query[at] ?? 0) + 1;
  return at + 5;
}

/** An answer that carries another client's cookie was not made for this question: RFC 7873 5.3. */
export function hasForeignCookie({ cookie }: Query, edns: Edns | null): boolean {
  const echoed = edns?.cookie;
  return cookie !== null && echoed != null && Buffer.compare(echoed.subarray(0, cookie.length), cookie) !== 0;
}
