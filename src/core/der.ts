/** ASN.1 in DER (X.690), as much of it as time stamps need. Pure. Whatever is read may be hostile: lengths are checked, depth is the reader's. */

/** One element. */
export interface Der {
  /** The identifier octet: class, constructed, and number up to 30. */
  readonly tag: number;
  readonly content: Buffer;
  /** With identifier and length. */
  readonly whole: Buffer;
}

export const TAG = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Constructed, context-specific. */
export const context = (number: number): number => 0xa0 | number;

/** More of them in one element is nobody's time stamp. */
const MOST_CHILDREN = 1_000;

/** The elements in order, to the end of the bytes. Throws RangeError where they are no DER. */
export function elements(bytes: Buffer): Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (found.length === MOST_CHILDREN) throw new RangeError('too many elements');
    const element = elementAt(bytes, at);
    found.push(element);
    at += element.whole.length;
  }
  return found;
}

function elementAt(bytes: Buffer, at: number): Der {
  const tag = bytes[at] ?? 0;
  const first = bytes[at + 1] ?? 0x80;
  if ((tag & 0x1f) === 0x1f) throw new RangeError('a tag of more than one byte');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  // 0x80, the indefinite length, is BER.
  if (first === 0x80 || lengthBytes > 4 || at + 2 + lengthBytes > bytes.length) throw new RangeError('no length');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const from = at + 2 + lengthBytes;
  if (from + length > bytes.length) throw new RangeError('cut short');
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) };
}

export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
}

/** @param dotted `1.2.840.113549.1.7.2` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

/** Of a number without a sign. */
export function integer(bytes: Uint8Array): Buffer {
  const trimmed = Buffer.from(bytes).subarray([...bytes].findIndex((byte) => byte !== 0));
  return der(TAG.integer, (trimmed[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.alloc(1), trimmed]) : trimmed);
}
