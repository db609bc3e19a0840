/**
 * Hostile packets through every decoder: none may throw, hang, read what is not its own or take long. What dns-packet
 * makes of an accepted packet is held beside it.
 */
import dnsPacket, { type Answer, type StringAnswer } from 'dns-packet';
import { readResponse } from '../../src/checks/dns/dnssec/rrsets.js';
import { readDnskey, readDs, readNsec, readNsec3, readRrsig } from '../../src/checks/dns/dnssec/security-records.js';
import { echoes } from '../../src/checks/dns/query.js';
import { recordText } from '../../src/checks/dns/rdata.js';
import { decode, type Message } from '../../src/checks/dns/wire.js';

/** @returns anything that tells two readings apart; null: refused. */
export type Decoder = (bytes: Uint8Array) => unknown;

/** Record types whose rdata has a decoder of its own. */
export const RDATA_TYPES: Readonly<Record<string, number>> = {
  'DS rdata': 43,
  'RRSIG rdata': 46,
  'NSEC rdata': 47,
  'DNSKEY rdata': 48,
  'NSEC3 rdata': 50,
};

export const DECODERS: Readonly<Record<string, Decoder>> = {
  message: (bytes) => {
    const decoded = decode(bytes);
    return decoded.ok ? decoded.message : null;
  },
  'message as text': (bytes) => {
    const decoded = decode(bytes);
    return decoded.ok
      ? [...decoded.message.answers, ...decoded.message.authority].map((r) => recordText(r.data))
      : null;
  },
  'signed sets': readResponse,
  echo: (bytes) => echoes(QUERY, bytes) || null,
  'DS rdata': readDs,
  'DNSKEY rdata': readDnskey,
  'RRSIG rdata': readRrsig,
  'NSEC rdata': (bytes) => readNsec(bytes)?.next ?? null,
  'NSEC3 rdata': (bytes) => readNsec3(bytes)?.nextHash ?? null,
};

const QUERY = dnsPacket.encode({ type: 'query', id: 4242, questions: [{ name: 'www.signed.test', type: 'A' }] });

export interface FuzzResult {
  readonly packets: number;
  readonly accepted: number;
  /** What was thrown, a few of them. */
  readonly thrown: readonly string[];
  /** Read differently when other bytes stand around the packet. */
  readonly strayed: number;
  readonly slowestMs: number;
  /** Over the limit each time they were tried again, hex. */
  readonly slow: readonly string[];
  readonly tookMs: number;
}

export const LIMIT_MS = 5;
const TRIES = 50;
/** Reading twice costs as much again: every so many packets. */
const STRAY_EVERY = 64;
const MOST_KEPT = 5;

/** @param next the next packet. */
export function fuzz(decoder: Decoder, next: () => Uint8Array, packets: number): FuzzResult {
  const [thrown, slow]: [string[], string[]] = [[], []];
  let [accepted, strayed, slowestMs] = [0, 0, 0];
  const startedAt = performance.now();
  for (let count = 0; count < packets; count++) {
    const bytes = next();
    try {
      const startedOne = performance.now();
      const read = decoder(bytes);
      const tookMs = performance.now() - startedOne;
      if (read !== null) accepted += 1;
      // The collector and other programs stop us too: what is slow is slow every time.
      const surely = tookMs > LIMIT_MS ? fastestMs(decoder, bytes) : tookMs;
      slowestMs = Math.max(slowestMs, surely);
      if (surely > LIMIT_MS && slow.length < MOST_KEPT) slow.push(Buffer.from(bytes).toString('hex'));
      if (count % STRAY_EVERY === 0 && JSON.stringify(read) !== JSON.stringify(decoder(surrounded(bytes))))
        strayed += 1;
    } catch (error) {
      if (thrown.length < MOST_KEPT) thrown.push(`${String(error)} at ${Buffer.from(bytes).toString('hex')}`);
    }
  }
  return { packets, accepted, thrown, strayed, slowestMs, slow, tookMs: performance.now() - startedAt };
}

function fastestMs(decoder: Decoder, bytes: Uint8Array): number {
  const times = Array.from({ length: TRIES }, () => {
    const startedAt = performance.now();
    decoder(bytes);
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

/**
 * How often a decoder looks at a byte, each slice taken counting once: the same on every machine, however much it has to do.
 */
export function workOf(decoder: Decoder, bytes: Uint8Array): number {
  let work = 0;
  const watched = new Proxy(bytes, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') {
        if (key !== 'length') work += 1;
        return value;
      }
      return (...args: unknown[]): unknown => {
        work += 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
  decoder(watched);
  return work;
}

/** The same packet in the middle of other bytes, as it lies in a connection's buffer. */
function surrounded(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(bytes.length + 128).fill(0xc1);
  all.set(bytes, 64);
  return all.subarray(64, 64 + bytes.length);
}

// -------------------------------------------------------------- the oracle

export interface Compared {
  /** Both accepted it. */
  readonly both: number;
  /** We refused what dns-packet accepts: it is the laxer one. */
  readonly stricter: number;
  /** We accepted what dns-packet cannot read. */
  readonly laxer: number;
  /** Both accepted and read other addresses, names or lives; a few of them. */
  readonly differing: readonly string[];
}

interface AddressRecord {
  readonly name: string;
  readonly ttl: number;
  readonly address: string;
}

/** Our reading of each packet beside that of dns-packet. */
export function compare(next: () => Uint8Array, packets: number): Compared {
  let [both, stricter, laxer] = [0, 0, 0];
  const differing: string[] = [];
  for (let count = 0; count < packets; count++) {
    const bytes = next();
    const ours = decode(bytes);
    const theirs = theirReading(bytes);
    if (!ours.ok) stricter += theirs === null ? 0 : 1;
    else if (theirs === null) laxer += 1;
    else {
      both += 1;
      const mine = ourReading(ours.message);
      if (!areSame(mine, theirs) && differing.length < MOST_KEPT) differing.push(JSON.stringify({ mine, theirs }));
    }
  }
  return { both, stricter, laxer, differing };
}

/** Null: it gave up, or read past the end. */
function theirReading(bytes: Uint8Array): AddressRecord[] | null {
  try {
    const buffer = Buffer.from(bytes);
    const { answers = [], authorities = [] } = dnsPacket.decode(buffer);
    if (dnsPacket.decode.bytes !== buffer.length) return null;
    const addresses = [...answers, ...authorities].filter(isAddress);
    return addresses.map(({ name, ttl = 0, data }) => ({ name, ttl, address: data }));
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** It reads the rdata of any class, and strips a bit that multicast DNS sets from the class. */
function isAddress(record: Answer): record is StringAnswer {
  return record.type === 'A' && record.class === 'IN' && !('flush' in record && record.flush === true);
}

function ourReading({ answers, authority }: Message): AddressRecord[] {
  return [...answers, ...authority].flatMap(({ type, name, ttl, data }) =>
    type === 1 && data.kind === 'address' ? [{ name, ttl, address: data.address }] : [],
  );
}

function areSame(mine: readonly AddressRecord[], theirs: readonly AddressRecord[]): boolean {
  return (
    mine.length === theirs.length &&
    mine.every(({ name, ttl, address }, at) => {
      const other = theirs[at];
      // It cannot tell a dot inside a label from one between two: that is why we read names ourselves.
      const sameName = other?.name === name || name === '.' || name.includes('\\');
      return sameName && other?.ttl === ttl && other.address === address;
    })
  );
}
