/** The one door to the network, put together: what checks, notifiers and the browser reach they reach through it. */
import { getServers } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type Capture, type CaptureRequest, type Network, ProbeFailure } from '../checks/check.js';
import { parseAddress } from './addresses.js';
import { unlessAborted } from './deadline.js';
import { dialTcp } from './dial.js';
import { type DialPolicy, mayDial } from './dial-policy.js';
import { createExchanger, systemServer } from './dns-exchange.js';
import { failure } from './failures.js';
import { fetchPage } from './fetch.js';
import { FETCH_LIMITS, type FetchLimits } from './fetch-limits.js';
import { shakeHands } from './handshake.js';
import { hostsEntry, resolver } from './resolve.js';
import { trustIn } from './trust.js';

export interface NetworkOptions {
  readonly policy: DialPolicy;
  /** Name or `*.name` -> fixed address. */
  readonly hosts: Readonly<Record<string, string>>;
  /** PEM texts of further roots. */
  readonly ca: readonly string[];
  /** Asks the reference resolvers for the addresses of a name. Throws ProbeFailure. */
  readonly lookup: (name: string) => Promise<readonly string[]>;
  /** The browser's. */
  readonly capture: (request: CaptureRequest) => Promise<Capture>;
  readonly now: () => number;
  readonly limits?: FetchLimits;
  /** The machine's own resolvers, `address` or `address:port`; Node's `getServers` unless given. */
  readonly systemServers?: () => readonly string[];
}

export interface GuardedNetwork extends Network {
  /** Whose certificates are believed. */
  readonly trust: SecureContext;
  /** A connection to a host of the operator's own (mail server, webhook). Throws ProbeFailure. Fits `NotifyIo.connect`. */
  readonly connect: (host: string, port: number, signal: AbortSignal) => Promise<Socket>;
  /** Ends what is kept open. */
  close(): Promise<void>;
}

/** TCP and TLS of one handshake together. */
const HANDSHAKE_MS = 5_000;
const CONNECT_MS = 10_000;

export function createNetwork(options: NetworkOptions): GuardedNetwork {
  const { policy, ca, capture, limits = FETCH_LIMITS } = options;
  const trust = trustIn(ca);
  const resolve = resolver(options);
  const exchanger = createExchanger({ ...options, trust });
  return {
    trust,
    resolve,
    capture,
    fetch: (request) => fetchPage(request, { policy, trust, resolve, limits }),
    handshake: (request) => shakeHands(request, { policy, trust, timeoutMs: HANDSHAKE_MS }),
    exchange: (request) => exchanger.exchange(request),
    connect: connectFor(options),
    close: async () => exchanger.close(),
  };
}

/** Mail servers and webhooks are the operator's own: their names are the system's to resolve, as for any program. */
function connectFor(options: NetworkOptions): GuardedNetwork['connect'] {
  const { policy } = options;
  return async (host, port, signal) => {
    let last: unknown = null;
    for (const address of await addressesOf(host, options, signal)) {
      try {
        const dial = { address, port, policy, signal, timeoutMs: CONNECT_MS, name: host };
        return await dialTcp({ ...dial, purpose: 'configured' });
      } catch (error) {
        last = error;
        if (signal.aborted) break;
      }
    }
    throw last ?? notFound(host, null);
  };
}

async function addressesOf(host: string, options: NetworkOptions, signal: AbortSignal): Promise<readonly string[]> {
  const name = host.replace(/^\[|\]$/g, '');
  if (parseAddress(name)) return [name];
  const fixed = hostsEntry(options.hosts, name) ?? (name.toLowerCase() === 'localhost' ? '127.0.0.1' : null);
  if (fixed !== null) return [fixed];
  // Resolving is dialling too: what `network.only` keeps from us it keeps from the system's resolver.
  const { systemServers = getServers, policy } = options;
  const refusal = systemServers()
    .map((server) => mayDial(systemServer(server)?.address ?? '', policy, 'configured'))
    .find((reason) => reason !== null);
  if (refusal) throw notFound(host, new Error(refusal));
  try {
    return (await unlessAborted(systemLookup(name, { all: true }), signal)).map(({ address }) => address);
  } catch (error) {
    throw notFound(host, error);
  }
}

function notFound(host: string, cause: unknown): ProbeFailure {
  const detail = `${host} has no address by this machine's resolver; check the name, or give its address under network.hosts.`;
  return new ProbeFailure(failure('target', 'no-address', detail), { cause });
}
