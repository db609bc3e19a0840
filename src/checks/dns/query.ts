/**
 * Questions we ask, and which datagram may be taken for the answer.
 *
 * What protects a lookup against blind forgery is what a forger must guess: the id, the port (the network's part) and
 * the case of every letter of the name, which an honest server echoes (0x20, draft-vixie-dnsext-dns0x20). The question
 * of a reply is therefore compared byte for byte.
 */
import dnsPacket, { type Question } from 'dns-packet';
import { isHostName, type QueryType } from './names.js';

export interface Query {
  readonly name: string;
  readonly type: QueryType;
  readonly message: Uint8Array;
}

/** Random bytes; the caller's, so that tests can choose them. */
export type Random = (length: number) => Uint8Array;

/** Answers above this are asked for again over TCP rather than fragmented (DNS flag day 2020). */
const UDP_PAYLOAD = 1232;

/** What dns-packet calls types it has no name for. Its declarations do not know these strings. */
const ENCODED_TYPE: Partial<Record<QueryType, string>> = { HTTPS: 'UNKNOWN_65' };

/**
 * @param plain without EDNS and without mixed case, for paths that mangle either.
 * @throws Error when `name` is none: names come from our own configuration and are checked there.
 */
export function makeQuery(name: string, type: QueryType, random: Random, plain = false): Query {
  if (name !== '.' && !isHostName(name)) throw new Error(`"${name}" is not a host name.`);
  const [high = 0, low = 0] = random(2);
  const asked = plain ? name.toLowerCase() : mixedCase(name, random);
  const message = dnsPacket.encode({
    type: 'query',
    id: (high << 8) | low,
    flags: dnsPacket.RECURSION_DESIRED,
    // The cast: the type system cannot know dns-packet's numbered types.
    questions: [{ name: asked, type: (ENCODED_TYPE[type] ?? type) as Question['type'], class: 'IN' }],
    additionals: plain ? [] : [{ ...OPT, options: [] }],
  });
  return { name, type, message };
}

const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: UDP_PAYLOAD,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
} as const;

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
