/**
 * A stream for libraries that want to connect by themselves, such as a database driver: when told to connect it goes
 * through the one door, under its policy, whatever host it was told.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Place, Reach } from './reach.js';

/** What a driver does with the socket it was given before it is connected. */
export class LateStream extends Duplex {
  readonly #open: () => Promise<Socket>;
  #socket: Socket | null = null;

  constructor(reach: Reach, place: Place) {
    super();
    // The certificate is the driver's to check: nothing is proven here.
    this.#open = () => reach(place, async (socket) => ({ value: socket, verified: false }));
  }

  /** Emits `connect`, or `error` with a ProbeFailure. */
  connect(): this {
    this.#open().then(
      (socket) => this.#take(socket),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    return this;
  }

  #take(socket: Socket): void {
    if (this.destroyed) return void socket.destroy();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    this.emit('connect');
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket) this.#socket.write(chunk, done);
    else done(new Error('not connected yet'));
  }

  override _final(done: () => void): void {
    if (this.#socket) this.#socket.end(done);
    else done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket?.destroy();
    done(error);
  }

  // Names that drivers know of a socket; the door has set these itself.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    this.#socket?.setKeepAlive(true);
    return this;
  }

  ref(): this {
    this.#socket?.ref();
    return this;
  }

  unref(): this {
    this.#socket?.unref();
    return this;
  }
}
