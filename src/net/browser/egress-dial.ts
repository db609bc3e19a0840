/** Where a page may go: names resolved by our resolvers, every address classified, exactly that address dialled. */
import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { ProbeFailure } from '../../checks/check.js';
import type { Failure } from '../../core/model.js';
import { dialTcp, dialTls } from '../dial.js';
import type { DialPolicy } from '../dial-policy.js';
import { failureFrom, failure as failureWith } from '../failures.js';

export interface EgressRules {
  readonly policy: DialPolicy;
  /** Addresses of a name. Throws ProbeFailure. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  /**
   * Set when the operator has roots of their own. Chromium cannot be given any, so it is told to accept every
   * certificate and we look first, by the book: a tunnel opens only to who proves the name.
   */
  readonly trust: SecureContext | null;
}

/** One thing the page wanted from the network. */
export interface Egress {
  readonly host: string;
  readonly port: number;
  /** The address meant; null when none was found. */
  readonly address: string | null;
  /** Why it was refused or failed; null when a connection stood. */
  readonly failure: Failure | null;
}

/** These addresses stand for this host, whatever a resolver says: what a victim sees. */
export interface Pin {
  readonly host: string;
  readonly addresses: readonly string[];
}

const DIAL_MS = 8_000;
const MAX_CONNECTIONS = 600;
const ADDRESSES_TRIED = 3;
const LOG_ENTRIES = 2_000;
/** Reaches a listener of ours on 127.0.0.1. */
const LOOPBACK = /^(127\.|0\.0\.0\.0$|::$|::1$|::ffff:)/i;

/** Ports our own proxies listen on: no page is led back into them. */
const ownPorts = new Set<number>();

export function ownPort(port: number): { release(): void } {
  ownPorts.add(port);
  return { release: () => void ownPorts.delete(port) };
}

export class EgressDialer {
  readonly log: Egress[] = [];
  /** Set before the page is opened. */
  pin: Pin | null = null;
  /** Set before the page is opened: whoever answers is to be seen. */
  anyCertificate = false;
  readonly #rules: EgressRules;
  readonly #resolved = new Map<string, Promise<readonly string[]>>();
  readonly #verified = new Map<string, Promise<void>>();
  /** By host and port: public keys that proved the name. */
  readonly #proven = new Map<string, Set<string>>();
  #connections = 0;

  constructor(rules: EgressRules) {
    this.#rules = rules;
  }

  /** @throws ProbeFailure saying why the page may not or cannot go there; it is in the log too. */
  async connect(host: string, port: number, signal: AbortSignal): Promise<Socket> {
    this.#connections += 1;
    if (this.#connections > MAX_CONNECTIONS) {
      throw this.#refused(host, port, null, `a page may open ${MAX_CONNECTIONS} connections, this one wants more.`);
    }
    let last: ProbeFailure | null = null;
    for (const address of (await this.#addresses(host, port)).slice(0, ADDRESSES_TRIED)) {
      try {
        const socket = await this.#dial(host, address, port, signal);
        this.log.push({ host, port, address, failure: null });
        return socket;
      } catch (error) {
        last = this.#failed(host, port, address, error);
      }
    }
    throw last ?? this.#refused(host, port, null, 'it has no address.');
  }

  /** For a connection that turns out to speak TLS. @throws ProbeFailure when the certificate does not verify. */
  async verify(host: string, port: number, socket: Socket, signal: AbortSignal): Promise<void> {
    const trust = this.anyCertificate ? null : this.#rules.trust;
    if (trust === null) return;
    const address = socket.remoteAddress ?? '';
    const key = `${host} ${port} ${address}`;
    const request = {
      address,
      port,
      policy: this.#rules.policy,
      purpose: 'found',
      signal,
      timeoutMs: DIAL_MS,
    } as const;
    const handshake =
      this.#verified.get(key) ??
      dialTls({ ...request, name: host, serverName: host, trust }).then((tls) => {
        const leaf = tls.getPeerX509Certificate();
        if (leaf) this.#keysOf(host, port).add(keyOf(leaf));
        tls.destroy();
      });
    this.#verified.set(key, handshake);
    await handshake.catch((error: unknown) => {
      throw this.#failed(host, port, address, error);
    });
  }

  /** Whether `verify` would look at anything. */
  get verifies(): boolean {
    return this.#rules.trust !== null && !this.anyCertificate;
  }

  /** Whether this certificate's key is one that proved the name before a tunnel was opened. */
  hasProven(host: string, port: number, leaf: X509Certificate): boolean {
    return this.#keysOf(host, port).has(keyOf(leaf));
  }

  #keysOf(host: string, port: number): Set<string> {
    const at = `${host} ${port}`;
    const keys = this.#proven.get(at) ?? new Set<string>();
    this.#proven.set(at, keys);
    return keys;
  }

  /** The address a host was last reached at. */
  addressOf(host: string, port: number): string | null {
    const reached = this.log.findLast((entry) => entry.failure === null && entry.host === host && entry.port === port);
    return reached?.address ?? null;
  }

  /** Why the last try to reach a host failed; null when it did not. */
  failureOf(host: string, port: number): Failure | null {
    return this.log.findLast((entry) => entry.host === host && entry.port === port)?.failure ?? null;
  }

  async #dial(host: string, address: string, port: number, signal: AbortSignal): Promise<Socket> {
    if (ownPorts.has(port) && LOOPBACK.test(address)) {
      throw new ProbeFailure(failureWith('target', 'blocked-address', `${host} leads back into the monitor itself.`));
    }
    const policy = this.#rules.policy;
    return dialTcp({ address, port, policy, purpose: 'found', signal, timeoutMs: DIAL_MS, name: host });
  }

  async #addresses(host: string, port: number): Promise<readonly string[]> {
    if (this.pin?.host === host) return this.pin.addresses;
    if (isIP(host) !== 0) return [host];
    const addresses = this.#resolved.get(host) ?? this.#rules.resolve(host);
    this.#resolved.set(host, addresses);
    try {
      return await addresses;
    } catch (error) {
      throw this.#failed(host, port, null, error);
    }
  }

  #refused(host: string, port: number, address: string | null, why: string): ProbeFailure {
    const detail = `${host} port ${port} was not dialled: ${why}`;
    return this.#failed(host, port, address, new ProbeFailure(failureWith('target', 'blocked-address', detail)));
  }

  #failed(host: string, port: number, address: string | null, error: unknown): ProbeFailure {
    const failed = error instanceof ProbeFailure ? error : new ProbeFailure(failureFrom(error, host, 'target'));
    if (this.log.length < LOG_ENTRIES) this.log.push({ host, port, address, failure: failed.failure });
    return failed;
  }
}

/** The subject public key info, base64. */
function keyOf({ publicKey }: X509Certificate): string {
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}
