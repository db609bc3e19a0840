/** Where the browser's connections reach us: every proxy of ours has a door of its own, known by its address alone. */
import { createServer, type Server, type Socket } from 'node:net';
import { ownPort } from './egress-dial.js';

/** One door of a gate. */
export interface Inlet {
  /** `http://127.0.0.1:41234`, as Chromium wants a proxy. */
  readonly url: string;
  /** Takes nothing any more; what was taken lives on. */
  close(): Promise<void>;
}

export interface Gate {
  /** Hosts of all inlets, as Chromium writes a pattern: what else fits it is looked up. */
  readonly hosts: string;
  /** Whoever connects to the inlet's URL is given to `take`. */
  open(take: (socket: Socket) => void): Promise<Inlet>;
  close(): Promise<void>;
}

/** Ports on loopback, for a browser that shares our network. */
export const LOOPBACK_GATE: Gate = {
  hosts: '127.0.0.1',
  async open(take) {
    const server = createServer(take);
    const port = await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const bound = server.address();
        resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
      });
    });
    const own = ownPort(port);
    const close = async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      own.release();
    };
    return { url: `http://127.0.0.1:${port}`, close };
  },
  close: async () => undefined,
};

/** Every port is free in a namespace of one's own. */
export const JAIL_PORT = 3128;
/** Inlets are told apart by address: 127.1.0.1, 127.1.0.2, and so on. All of 127.0.0.0/8 is loopback (RFC 1122, 3.2.1.3). */
const INLETS = 0x10000;

/**
 * One socket that listens inside the browser's network namespace and was handed out to us: nobody but the browser can
 * connect to it, and the browser can connect to nothing else. Until it arrives inlets can be opened already.
 */
export class JailGate implements Gate {
  /** A name fits it too, and is looked up where nobody answers. */
  readonly hosts = '127.1.*';
  readonly #takers = new Map<string, (socket: Socket) => void>();
  #listener: Server | null = null;
  #opened = 0;
  #closed = false;

  /** @param listener listens on JAIL_PORT of every address in there */
  attach(listener: Server): void {
    this.#listener = listener;
    listener.on('connection', (socket: Socket) => {
      // Nobody for an inlet that has closed, nor for an address that never was one.
      const take = this.#takers.get(socket.localAddress ?? '');
      if (take) take(socket);
      else socket.destroy();
    });
    if (this.#closed) listener.close();
  }

  async open(take: (socket: Socket) => void): Promise<Inlet> {
    const address = this.#next();
    this.#takers.set(address, take);
    return { url: `http://${address}:${JAIL_PORT}`, close: async () => void this.#takers.delete(address) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const listener = this.#listener;
    this.#listener = null;
    if (listener) await new Promise<void>((resolve) => listener.close(() => resolve()));
  }

  /** No address twice in the life of a browser, which shows some hundred pages: what comes late meets nobody else. */
  #next(): string {
    this.#opened = (this.#opened + 1) % INLETS;
    return `127.1.${this.#opened >> 8}.${this.#opened & 255}`;
  }
}
