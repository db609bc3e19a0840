/**
 * DNS over TCP and TLS (RFC 7766, RFC 7858): queries pipelined on kept connections, one per resolver. Each query gets an
 * id of the connection's own, so that the ids of independent callers cannot meet.
 */
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { unlessAborted } from './deadline.js';
import { OtherEndError } from './failures.js';

const IDLE_MS = 10_000;
const MOST_IN_FLIGHT = 1_000;
/** Replies nobody waits for: late ones are normal, a flood is not. */
const MOST_STRAY = 200;
const ID_BYTES = 2;
const LENGTH_BYTES = 2;

interface Waiter {
  readonly id: Uint8Array;
  readonly resolve: (reply: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

class StreamConnection {
  /** False once no further query may be sent on it. */
  open = true;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiter>();
  #received: Buffer = Buffer.alloc(0);
  #stray = 0;
  #lastHeard = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new ConnectionEnded()));
    socket.setTimeout(IDLE_MS, () => {
      if (this.#waiting.size === 0) this.close();
    });
  }

  async ask(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#waiting.size >= MOST_IN_FLIGHT)
      throw new OtherEndError('resolver-busy', 'has too many queries in flight.');
    const id = this.#freeId();
    const sentAt = performance.now();
    const reply = new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting.set(id, { id: message.subarray(0, ID_BYTES), resolve, reject });
    });
    const framed = Buffer.alloc(LENGTH_BYTES + message.length);
    framed.writeUInt16BE(message.length);
    framed.set(message, LENGTH_BYTES);
    framed.writeUInt16BE(id, LENGTH_BYTES);
    this.#socket.write(framed);
    try {
      return await unlessAborted(reply, signal);
    } catch (error) {
      // Silence since the query: the path may be dead. The next query dials anew.
      if (signal.aborted && this.#lastHeard < sentAt) this.open = false;
      throw error;
    } finally {
      this.#waiting.delete(id);
      if (!this.open && this.#waiting.size === 0) this.close();
    }
  }

  close(): void {
    this.open = false;
    this.#socket.destroy();
  }

  #freeId(): number {
    let id = randomInt(0x10000);
    while (this.#waiting.has(id)) id = (id + 1) & 0xffff;
    return id;
  }

  #take(bytes: Buffer): void {
    this.#lastHeard = performance.now();
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#received.readUInt16BE();
      if (this.#received.length < end) return;
      this.#deliver(this.#received.subarray(LENGTH_BYTES, end));
      this.#received = this.#received.subarray(end);
    }
  }

  #deliver(message: Buffer): void {
    const waiter = message.length < ID_BYTES ? undefined : this.#waiting.get(message.readUInt16BE());
    if (waiter) {
      const reply = new Uint8Array(message);
      reply.set(waiter.id);
      waiter.resolve(reply);
      return;
    }
    this.#stray += 1;
    if (this.#stray > MOST_STRAY) this.close();
  }

  #end(error: unknown): void {
    this.open = false;
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}

/** The other side hung up, as it may on any kept connection. */
class ConnectionEnded extends Error {
  readonly code = 'ECONNRESET';
}

/** The kept connections, by a key that names the resolver and how it is spoken to. */
export class StreamConnections {
  readonly #kept = new Map<string, Promise<StreamConnection>>();
  readonly #all = new Set<StreamConnection>();

  /** @param dial makes the connection where none is kept. Rejects with what `dial` or the connection says. */
  async ask(key: string, dial: () => Promise<Socket>, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const kept = this.#kept.get(key);
    const reused = kept !== undefined && (await kept.then(isOpen, () => false));
    const connection = await unlessAborted(reused ? kept : this.#connect(key, dial), signal);
    try {
      return await connection.ask(message, signal);
    } catch (error) {
      // A server may hang up on an idle connection at any moment, also at the one when we ask (RFC 7766, 6.2.4).
      if (!reused || signal.aborted || connection.open) throw error;
      const fresh = await unlessAborted(this.#connect(key, dial), signal);
      return await fresh.ask(message, signal);
    }
  }

  close(): void {
    for (const connection of this.#all) connection.close();
    this.#kept.clear();
  }

  #connect(key: string, dial: () => Promise<Socket>): Promise<StreamConnection> {
    const connecting = dial().then((socket) => {
      const connection = new StreamConnection(socket);
      this.#all.add(connection);
      socket.once('close', () => {
        this.#all.delete(connection);
        if (this.#kept.get(key) === connecting) this.#kept.delete(key);
      });
      return connection;
    });
    connecting.catch(() => {
      if (this.#kept.get(key) === connecting) this.#kept.delete(key);
    });
    this.#kept.set(key, connecting);
    return connecting;
  }
}

function isOpen(connection: StreamConnection): boolean {
  return connection.open;
}
