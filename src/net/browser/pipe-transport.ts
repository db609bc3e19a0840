/** Speaks the DevTools protocol over the two pipes of `--remote-debugging-pipe`: no port anybody else could reach. */
import type { Readable, Writable } from 'node:stream';
import type { ConnectionTransport } from 'puppeteer-core';

const END = 0;
/**
 * A page decides how long a message is: what it writes to its console, throws, or calls itself comes as it is. The longest
 * answer we ask for is a picture of a whole page; the longest event tells of a URL, which may hold a picture too. What is
 * longer is dropped as it comes: an event is missed by nobody, and an answer's step ends by its own deadline.
 */
const MOST_BYTES = 128 * 1024 * 1024;
const MOST_EVENT_BYTES = 8 * 1024 * 1024;
const EVENT = Buffer.from('{"method":');
/** What a page writes and throws without end; nobody here listens. */
const UNHEARD = ['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'].map((method) =>
  Buffer.from(`{"method":"${method}"`),
);
const BEGINNING = Math.max(...UNHEARD.map(({ length }) => length));

/** Messages are JSON, each ended by a NUL byte, in both directions. */
export class PipeTransport implements ConnectionTransport {
  onmessage?: (message: string) => void;
  onclose?: () => void;
  readonly #toBrowser: Writable;
  #partial: Buffer[] = [];
  #bytes = 0;
  /** Of the message that is coming in; null: not known yet. */
  #most: number | null = null;
  #closed = false;

  constructor(toBrowser: Writable, fromBrowser: Readable) {
    this.#toBrowser = toBrowser;
    fromBrowser.on('data', (chunk: Buffer) => this.#receive(chunk));
    fromBrowser.on('close', () => this.close());
    // A broken pipe is how a dead browser shows itself; its end is told once, by `onclose`.
    fromBrowser.on('error', () => this.close());
    toBrowser.on('error', () => this.close());
  }

  send(message: string): void {
    if (!this.#closed) this.#toBrowser.write(`${message}\0`);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.();
  }

  #receive(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(END); end >= 0; end = chunk.indexOf(END, start)) {
      this.#take(chunk.subarray(start, end));
      this.#deliver();
      start = end + 1;
    }
    if (start < chunk.length) this.#take(chunk.subarray(start));
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#most !== 0) this.#partial.push(piece);
    if (this.#most === null && this.#bytes >= BEGINNING) this.#most = mostOf(Buffer.concat(this.#partial));
    if (this.#most === null || this.#bytes <= this.#most) return;
    this.#partial = [];
    this.#most = 0;
  }

  #deliver(): void {
    const message = this.#most === 0 ? null : Buffer.concat(this.#partial).toString('utf8');
    [this.#partial, this.#bytes, this.#most] = [[], 0, null];
    // Each message on its own turn, so that promises settled by one run before the next arrives.
    if (message !== null) setImmediate(() => this.onmessage?.(message));
  }
}

function mostOf(beginning: Buffer): number {
  if (UNHEARD.some((one) => beginning.subarray(0, one.length).equals(one))) return 0;
  return beginning.subarray(0, EVENT.length).equals(EVENT) ? MOST_EVENT_BYTES : MOST_BYTES;
}
