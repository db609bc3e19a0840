/**
 * Rdata in the form it was signed in: names in it uncompressed and, for the types that RFC 4034 6.2 lists, in lower
 * case. RFC 6840 5.1 takes NSEC off that list and keeps RRSIG on it. Types not listed are signed byte for byte. Pure.
 */
import { Cursor, WireError } from '../cursor.js';
import { canonicalName } from '../names.js';
import type { ResourceRecord } from '../wire.js';
import { wireName } from './canonical-name.js';

/** A domain name, a string with its length before it, or so many bytes. What follows the last part is taken as it is. */
type Part = 'name' | 'string' | number;

const ONE_NAME: readonly Part[] = ['name'];
const TWO_NAMES: readonly Part[] = ['name', 'name'];
const PREFERENCE_NAME: readonly Part[] = [2, 'name'];
const SIGNATURE: readonly Part[] = [18, 'name'];

/** By type number: NS, MD, MF, CNAME, SOA, MB, MG, MR, PTR, MINFO, MX, RP, AFSDB, RT, SIG, PX, NXT, SRV, NAPTR, KX, DNAME, RRSIG. */
const LAYOUTS: Readonly<Record<number, readonly Part[]>> = {
  2: ONE_NAME,
  3: ONE_NAME,
  4: ONE_NAME,
  5: ONE_NAME,
  6: TWO_NAMES,
  7: ONE_NAME,
  8: ONE_NAME,
  9: ONE_NAME,
  12: ONE_NAME,
  14: TWO_NAMES,
  15: PREFERENCE_NAME,
  17: TWO_NAMES,
  18: PREFERENCE_NAME,
  21: PREFERENCE_NAME,
  24: SIGNATURE,
  26: [2, 'name', 'name'],
  30: ONE_NAME,
  33: [6, 'name'],
  35: [4, 'string', 'string', 'string', 'name'],
  36: PREFERENCE_NAME,
  39: ONE_NAME,
  46: SIGNATURE,
};

/** Rdata that does not fit its type's layout is left as it came: no signature over it will verify. */
export function canonicalRdata(message: Uint8Array, record: ResourceRecord): Uint8Array {
  const asReceived = message.slice(record.rdata.start, record.rdata.end);
  const layout = LAYOUTS[record.type];
  if (!layout) return asReceived;
  const cursor = new Cursor(message).within(record.rdata);
  try {
    const parts = layout.map((part) => readPart(cursor, part));
    return new Uint8Array(Buffer.concat([...parts, cursor.rest()]));
  } catch (error) {
    if (error instanceof WireError) return asReceived;
    throw error;
  }
}

function readPart(cursor: Cursor, part: Part): Uint8Array {
  if (part === 'name') return wireName(canonicalName(cursor.name()));
  if (typeof part === 'number') return cursor.bytes(part);
  const length = cursor.uint8();
  return Uint8Array.from([length, ...cursor.bytes(length)]);
}
