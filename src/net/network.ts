/** The one door to the network, put together: what checks, notifiers and the browser reach they reach through it. */
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { Capture, CaptureRequest, Network } from '../checks/check.js';
import type { Crash } from '../core/crash-points.js';
import type { DialPolicy } from './dial-policy.js';
import { createExchanger } from './dns-exchange.js';
import { fetchPage } from './fetch.js';
import { FETCH_LIMITS, type FetchLimits } from './fetch-limits.js';
import { shakeHands } from './handshake.js';
import { type KnownAddresses, knownAddresses } from './known-addresses.js';
import { LateStream } from './late-stream.js';
import { type PostReply, type PostRequest, post, touch } from './post.js';
import { type Place, type Reach, reacher } from './reach.js';
import { resolver } from './resolve.js';
import { spareDescriptors } from './spare-descriptors.js';
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
  readonly crash?: Crash;
  readonly limits?: FetchLimits;
  /** The machine's own resolvers, `address` or `address:port`; Node's `getServers` unless given. */
  readonly systemServers?: () => readonly string[];
  /** Asks them; `getaddrinfo` unless given. */
  readonly systemLookup?: (name: string) => Promise<readonly string[]>;
  /** Where alert hosts proved to stand; unless given, remembered for the life of the process. */
  readonly known?: KnownAddresses;
}

export interface GuardedNetwork extends Network {
  /** Whose certificates are believed. */
  readonly trust: SecureContext;
  /** A connection to a host of the operator's own. Fits `NotifyIo.reach`. */
  readonly reach: Reach;
  /** A request to one. Throws ProbeFailure. Fits `NotifyIo.post`. */
  readonly post: (request: PostRequest) => Promise<PostReply>;
  /** Connects to the host of a URL, with TLS where it says https, and says nothing. Throws ProbeFailure. */
  readonly touch: (url: string, place: Omit<Place, 'host' | 'port'>) => Promise<void>;
  /** The way to a database server of the operator's own. */
  readonly database: { readonly streamTo: (host: string, port: number) => Duplex; readonly trust: SecureContext };
  /** Ends what is kept open. */
  close(): Promise<void>;
}

/** TCP and TLS of one handshake together. */
const HANDSHAKE_MS = 5_000;
/** For alerts; a few of them at a time. */
const SPARE_DESCRIPTORS = 16;

/** The driver of the database has its own deadlines. */
const FOR_EVER = new AbortController().signal;

export function createNetwork(options: NetworkOptions): GuardedNetwork {
  const { policy, ca, capture, limits = FETCH_LIMITS } = options;
  const trust = trustIn(ca);
  const resolve = resolver(options);
  const exchanger = createExchanger({ ...options, trust });
  const known = options.known ?? knownAddresses({ file: null, now: options.now, warn: () => undefined });
  const spare = spareDescriptors(SPARE_DESCRIPTORS);
  const reach = reacher({ ...options, known, spare });
  const postIo = { reach, trust, policy };
  return {
    trust,
    resolve,
    capture,
    fetch: (request) => fetchPage(request, { policy, trust, resolve, limits }),
    handshake: (request) => shakeHands(request, { policy, trust, timeoutMs: HANDSHAKE_MS }),
    exchange: (request) => exchanger.exchange(request),
    reach,
    post: (request) => post(request, postIo),
    touch: (url, place) => touch(url, place, postIo),
    database: {
      streamTo: (host, port) => new LateStream(reach, { host, port, signal: FOR_EVER }),
      trust,
    },
    close: async () => {
      spare.close();
      exchanger.close();
    },
  };
}
