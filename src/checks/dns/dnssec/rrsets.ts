/** A message's records as DNSSEC sees them: sets of one owner and type, in canonical form, with their signatures. Pure. */
import { canonicalName } from '../names.js';
import { decode, type Message, type ResourceRecord } from '../wire.js';
import { canonicalRdata } from './canonical-rdata.js';
import { type Rrsig, readRrsig, SECURITY_TYPE } from './security-records.js';

export interface RRset {
  readonly owner: string;
  readonly type: number;
  /** As received; a resolver on the way may have counted it down. */
  readonly ttl: number;
  /** Canonical, in canonical order, each once: RFC 4034 6.2 and 6.3. */
  readonly rdatas: readonly Uint8Array[];
  readonly signatures: readonly Rrsig[];
}

/** What an answer says, ready to be validated. */
export interface Response {
  readonly rcode: number;
  readonly answer: readonly RRset[];
  readonly authority: readonly RRset[];
}

const CLASS_IN = 1;

/** Null when the bytes are no message. */
export function readResponse(bytes: Uint8Array): Response | null {
  const decoded = decode(bytes);
  return decoded.ok ? responseOf(bytes, decoded.message) : null;
}

export function responseOf(bytes: Uint8Array, message: Message): Response {
  return {
    rcode: message.rcode,
    answer: rrsetsOf(bytes, message.answers),
    authority: rrsetsOf(bytes, message.authority),
  };
}

interface Gathering {
  readonly owner: string;
  readonly type: number;
  ttl: number;
  readonly rdatas: Uint8Array[];
  readonly signatures: Rrsig[];
}

/** @param bytes the message the records' offsets are of. A signature over a set that is not there is a set of nothing. */
export function rrsetsOf(bytes: Uint8Array, records: readonly ResourceRecord[]): RRset[] {
  const sets = new Map<string, Gathering>();
  const setOf = (owner: string, type: number, ttl: number): Gathering => {
    const key = `${type} ${owner}`;
    const set = sets.get(key) ?? { owner, type, ttl, rdatas: [], signatures: [] };
    sets.set(key, set);
    return set;
  };
  for (const record of records) {
    if (record.class !== CLASS_IN) continue;
    const owner = canonicalName(record.name);
    const rdata = canonicalRdata(bytes, record);
    if (record.type !== SECURITY_TYPE.RRSIG) {
      setOf(owner, record.type, record.ttl).rdatas.push(rdata);
      continue;
    }
    const signature = readRrsig(rdata);
    if (signature) setOf(owner, signature.typeCovered, record.ttl).signatures.push(signature);
  }
  return [...sets.values()].map((set) => ({ ...set, rdatas: canonicalOrder(set.rdatas) }));
}

export function canonicalOrder(rdatas: readonly Uint8Array[]): Uint8Array[] {
  const sorted = [...rdatas].sort(Buffer.compare);
  return sorted.filter((rdata, at) => at === 0 || Buffer.compare(rdata, sorted[at - 1] ?? rdata) !== 0);
}

/** The set of a name and type that has records. */
export function findSet(sets: readonly RRset[], owner: string, type: number): RRset | null {
  return sets.find((set) => set.owner === owner && set.type === type && set.rdatas.length > 0) ?? null;
}
