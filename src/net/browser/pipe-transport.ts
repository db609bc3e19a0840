/** Speaks the DevTools protocol over the two pipes of `--remote-debugging-pipe`: no port anybody else could reach. */
import type { Readable, Writable } from 'node:stream';
import type { ConnectionTransport } from 'puppeteer-core';

const END = 0;

/** Messages are JSON, each ended by a NUL byte, in both directions. */
export class PipeTransport implements ConnectionTransport {
  onmessage?: (message: string) => void;
  onclose?: () => void;
  readonly #toBrowser: Writable;
  #partial: Buffer[] = [];
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
      this.#partial.push(chunk.subarray(start, end));
      const message = Buffer.concat(this.#partial).toString('utf8');
      this.#partial = [];
      start = end + 1;
      // Each message on its own turn, so that promises settled by one run before the next arrives.
      setImmediate(() => this.onmessage?.(message));
    }
    if (start < chunk.length) this.#partial.push(chunk.subarray(start));
  }
}
