/** A position in a hostile DNS message: reads forward, never past its end, and gives up on the first thing wrong. Pure. */

/** Half-open range of offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Why a message is refused, in a few words. Does not leave `decode`. */
export class WireError extends Error {}

export const HEADER_LENGTH = 12;
const LONGEST_NAME = 255;
const LONGEST_LABEL = 63;
const NOTHING = new Uint8Array();
/** A name of 127 labels could take more, no server's compression does. */
const MOST_POINTERS = 16;

/** A name read before, by where it begins: thousands of records may point to the same one. */
interface KnownName {
  readonly text: string;
  /** On the wire, with the final zero. */
  readonly length: number;
  readonly pointers: number;
  /** Where its own bytes end, up to the zero or the first pointer. */
  readonly end: number;
}

export class Cursor {
  readonly #message: Uint8Array;
  readonly #end: number;
  readonly #names: Map<number, KnownName>;
  #offset: number;

  constructor(
    message: Uint8Array,
    span: Span = { start: 0, end: message.length },
    names = new Map<number, KnownName>(),
  ) {
    this.#message = message;
    this.#offset = span.start;
    this.#end = span.end;
    this.#names = names;
  }

  get offset(): number {
    return this.#offset;
  }

  get done(): boolean {
    return this.#offset === this.#end;
  }

  /** A cursor over part of the same message: names in it may still point backwards out of the part. */
  within(span: Span): Cursor {
    return new Cursor(this.#message, span, this.#names);
  }

  uint8(): number {
    return this.#byte(this.#step(1));
  }

  uint16(): number {
    const start = this.#step(2);
    return (this.#byte(start) << 8) | this.#byte(start + 1);
  }

  uint32(): number {
    return this.uint16() * 0x1_0000 + this.uint16();
  }

  bytes(length: number): Uint8Array {
    const start = this.#step(length);
    return length === 0 ? NOTHING : this.#message.subarray(start, start + length);
  }

  rest(): Uint8Array {
    return this.bytes(this.#end - this.#offset);
  }

  /** The next `length` bytes, stepped over. */
  span(length: number): Span {
    const start = this.#step(length);
    return { start, end: start + length };
  }

  /** A domain name in presentation form. RFC 1035 4.1.4; a pointer must go before everything read of this name. */
  name(): string {
    const { text, end } = this.#nameAt(this.#offset, this.#end, 0);
    this.#offset = end;
    return text;
  }

  /** @param limit which the bytes at `start` must not reach. @param hops pointers followed on the way here. */
  #nameAt(start: number, limit: number, hops: number): KnownName {
    const known = this.#names.get(start);
    if (known && known.end <= limit) return known;
    let text = '';
    let length = 1;
    let at = start;
    for (;;) {
      const size = this.#byteBefore(limit, at++);
      if (size === 0) return this.#remember(start, { text: text || '.', length, pointers: 0, end: at });
      if (size > LONGEST_LABEL) {
        const target = pointerTarget(size, this.#byteBefore(limit, at++));
        return this.#remember(start, this.#continued(text, length, this.#pointedTo(target, start, hops + 1), at));
      }
      if (at + size > limit) throw new WireError('cut short');
      length += size + 1;
      if (length > LONGEST_NAME) throw new WireError('a name longer than 255 bytes');
      text += (text && '.') + escapedLabel(this.#message, at, size);
      at += size;
    }
  }

  #pointedTo(target: number, earliest: number, hops: number): KnownName {
    if (target < HEADER_LENGTH || target >= earliest) {
      throw new WireError('a compression pointer that does not go backwards');
    }
    if (hops > MOST_POINTERS) throw new WireError('too many compression pointers');
    return this.#nameAt(target, earliest, hops);
  }

  #continued(text: string, length: number, rest: KnownName, end: number): KnownName {
    if (rest.pointers + 1 > MOST_POINTERS) throw new WireError('too many compression pointers');
    if (length + rest.length - 1 > LONGEST_NAME) throw new WireError('a name longer than 255 bytes');
    const whole = text === '' ? rest.text : rest.text === '.' ? text : `${text}.${rest.text}`;
    return { text: whole, length: length + rest.length - 1, pointers: rest.pointers + 1, end };
  }

  #remember(start: number, name: KnownName): KnownName {
    this.#names.set(start, name);
    return name;
  }

  #step(length: number): number {
    const start = this.#offset;
    if (start + length > this.#end) throw new WireError('cut short');
    this.#offset = start + length;
    return start;
  }

  #byteBefore(limit: number, offset: number): number {
    if (offset >= limit) throw new WireError('cut short');
    return this.#byte(offset);
  }

  #byte(offset: number): number {
    const byte = this.#message[offset];
    if (byte === undefined) throw new WireError('cut short');
    return byte;
  }
}

function pointerTarget(first: number, second: number): number {
  if (first < 0xc0) throw new WireError('a label of an unknown kind');
  return ((first & 0x3f) << 8) | second;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** RFC 1035 5.1 and 4343: a dot inside a label is not a border between labels. */
function escapedLabel(message: Uint8Array, start: number, length: number): string {
  let text = '';
  for (let at = start; at < start + length; at++) {
    const byte = message[at] ?? 0;
    if (byte === DOT || byte === BACKSLASH) text += `\\${String.fromCharCode(byte)}`;
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString().padStart(3, '0')}`;
  }
  return text;
}
