/** The records DNSSEC is made of, read from canonical rdata: DS, DNSKEY, RRSIG, NSEC, NSEC3. RFC 4034, 5155. Pure. */
import { Cursor, WireError } from '../cursor.js';
import { canonicalName, TYPE } from '../names.js';

/** Type numbers, IANA; those not in `TYPE`. */
export const SECURITY_TYPE = { DS: 43, RRSIG: 46, NSEC: 47, DNSKEY: 48, NSEC3: 50 } as const;

export interface Ds {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}

export interface Dnskey {
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
  /** Not unique: two keys of a zone may share it. */
  readonly keyTag: number;
  readonly rdata: Uint8Array;
}

export interface Rrsig {
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  /** Seconds of 32 bits, compared in serial arithmetic. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: string;
  readonly signature: Uint8Array;
  /** What stands before the signature: the start of the signed data. */
  readonly prefix: Uint8Array;
}

/** The types a name has, as its owner signed them. */
export interface TypeList {
  has(type: number): boolean;
}

export interface Nsec {
  readonly next: string;
  readonly types: TypeList;
}

export interface Nsec3 {
  readonly hashAlgorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly nextHash: Uint8Array;
  readonly types: TypeList;
}

/** Null for rdata that is no such record. */
export function readDs(rdata: Uint8Array): Ds | null {
  return readWhole(rdata, (cursor) => ({
    keyTag: cursor.uint16(),
    algorithm: cursor.uint8(),
    digestType: cursor.uint8(),
    digest: cursor.rest(),
  }));
}

export function readDnskey(rdata: Uint8Array): Dnskey | null {
  return readWhole(rdata, (cursor) => ({
    flags: cursor.uint16(),
    protocol: cursor.uint8(),
    algorithm: cursor.uint8(),
    publicKey: cursor.rest(),
    keyTag: keyTagOf(rdata),
    rdata,
  }));
}

export function readRrsig(rdata: Uint8Array): Rrsig | null {
  return readWhole(rdata, (cursor) => {
    const typeCovered = cursor.uint16();
    const algorithm = cursor.uint8();
    const labels = cursor.uint8();
    const originalTtl = cursor.uint32();
    const expiration = cursor.uint32();
    const inception = cursor.uint32();
    const keyTag = cursor.uint16();
    const signer = canonicalName(cursor.name());
    const prefix = rdata.subarray(0, cursor.offset);
    return {
      ...{ typeCovered, algorithm, labels, originalTtl, expiration, inception, keyTag, signer, prefix },
      signature: cursor.rest(),
    };
  });
}

export function readNsec(rdata: Uint8Array): Nsec | null {
  return readWhole(rdata, (cursor) => ({ next: canonicalName(cursor.name()), types: readTypes(cursor) }));
}

export function readNsec3(rdata: Uint8Array): Nsec3 | null {
  return readWhole(rdata, (cursor) => ({
    hashAlgorithm: cursor.uint8(),
    flags: cursor.uint8(),
    iterations: cursor.uint16(),
    salt: cursor.bytes(cursor.uint8()),
    nextHash: cursor.bytes(cursor.uint8()),
    types: readTypes(cursor),
  }));
}

function readWhole<T>(rdata: Uint8Array, read: (cursor: Cursor) => T): T | null {
  const cursor = new Cursor(rdata);
  try {
    const record = read(cursor);
    return cursor.done ? record : null;
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/**
 * RFC 4034 4.1.2: windows in ascending order, 1 to 32 bytes of bits each. Kept as bits: a hostile list has 65,536 types.
 */
function readTypes(cursor: Cursor): TypeList {
  const windows = new Map<number, Uint8Array>();
  let previous = -1;
  while (!cursor.done) {
    const window = cursor.uint8();
    const bits = cursor.bytes(cursor.uint8());
    if (window <= previous || bits.length < 1 || bits.length > 32) throw new WireError('a type bitmap out of form');
    previous = window;
    windows.set(window, bits);
  }
  return {
    has: (type) => ((windows.get(type >> 8)?.[(type & 0xff) >> 3] ?? 0) & (0x80 >> (type & 7))) !== 0,
  };
}

/** RFC 4034 appendix B: a checksum that saves trying every key. */
export function keyTagOf(rdata: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of rdata.entries()) sum += at & 1 ? byte : byte << 8;
  return (sum + (sum >>> 16)) & 0xffff;
}

const TYPE_NAMES = new Map<number, string>(
  Object.entries({ ...TYPE, ...SECURITY_TYPE, SRV: 33, NAPTR: 35, TLSA: 52, NSEC3PARAM: 51, CDS: 59, CDNSKEY: 60 }).map(
    ([name, number]) => [number, name],
  ),
);

/** `AAAA`, `TYPE65534`. */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}
