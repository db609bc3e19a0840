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
/** A name of 127 labels could take more, no server's compression does. */
const MOST_POINTERS = 16;

export class Cursor {
  readonly #message: Uint8Array;
  readonly #end: number;
  #offset: number;

  constructor(message: Uint8Array, span: Span = { start: 0, end: message.length }) {
    this.#message = message;
    this.#offset = span.start;
    this.#end = span.end;
  }

  get offset(): number {
    return this.#offset;
  }

  get done(): boolean {
    return this.#offset === this.#end;
  }

  /** A cursor over part of the same message: names in it may still point backwards out of the part. */
  within(span: Span): Cursor {
    return new Cursor(this.#message, span);
  }

  uint8(): number {
    return this.#byte(this.span(1).start);
  }

  uint16(): number {
    const { start } = this.span(2);
    return (this.#byte(start) << 8) | this.#byte(start + 1);
  }

  uint32(): number {
    return this.uint16() * 0x1_0000 + this.uint16();
  }

  bytes(length: number): Uint8Array {
    const { start, end } = this.span(length);
    return this.#message.subarray(start, end);
  }

  rest(): Uint8Array {
    return this.bytes(this.#end - this.#offset);
  }

  /** The next `length` bytes, stepped over. */
  span(length: number): Span {
    const start = this.#offset;
    const end = start + length;
    if (end > this.#end) throw new WireError('cut short');
    this.#offset = end;
    return { start, end };
  }

  /** A domain name in presentation form. RFC 1035 4.1.4; a pointer must go before everything read of this name. */
  name(): string {
    const labels: string[] = [];
    let length = 1;
    let pointers = 0;
    let earliest = this.#offset;
    let reader: Cursor = this;
    for (;;) {
      const size = reader.uint8();
      if (size === 0) return labels.length === 0 ? '.' : labels.join('.');
      if (size > LONGEST_LABEL) {
        const target = pointerTarget(size, reader.uint8());
        if (target < HEADER_LENGTH || target >= earliest)
          throw new WireError('a compression pointer that does not go backwards');
        if (++pointers > MOST_POINTERS) throw new WireError('too many compression pointers');
        reader = new Cursor(this.#message, { start: target, end: earliest });
        earliest = target;
        continue;
      }
      length += size + 1;
      if (length > LONGEST_NAME) throw new WireError('a name longer than 255 bytes');
      labels.push(escapedLabel(reader.bytes(size)));
    }
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
function escapedLabel(label: Uint8Array): string {
  let text = '';
  for (const byte of label) {
    if (byte === DOT || byte === BACKSLASH) text += `\\${String.fromCharCode(byte)}`;
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString().padStart(3, '0')}`;
  }
  return text;
}
