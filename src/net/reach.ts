/**
 * Connections to hosts of the operator's own: mail servers, pagers, chats. Their names are the system's to resolve, as
 * for any program; when DNS is dead or lies, the addresses that last proved to be the host and those the operator wrote
 * down are tried as well. Who answers is proven by TLS, so a lie costs time and nothing else.
 */
import { getServers } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { ProbeFailure } from '../checks/check.js';
import { type Crash, noCrash } from '../core/crash-points.js';
import { canonicalAddress, parseAddress } from './addresses.js';
import { onAbort, unlessAborted } from './deadline.js';
import { dialTcp } from './dial.js';
import { type DialPolicy, mayDial } from './dial-policy.js';
import { systemServer } from './dns-exchange.js';
import { failure } from './failures.js';
import type { KnownAddresses } from './known-addresses.js';
import { hostsEntry } from './resolve.js';
import type { SpareDescriptors } from './spare-descriptors.js';

export interface Place {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Tried after what DNS and memory say. */
  readonly addresses?: readonly string[];
  readonly signal: AbortSignal;
}

/** What came of a fresh connection. `verified`: the other side proved by its certificate that it is the host. */
export interface Greeted<T> {
  readonly value: T;
  readonly verified: boolean;
}

/**
 * Connects and greets; an address where either fails gives way to the next. Throws the first address's error, a
 * ProbeFailure or what `greet` threw. A socket whose greeting failed is ended.
 */
export type Reach = <T>(
  place: Place,
  greet: (socket: Socket, signal: AbortSignal) => Promise<Greeted<T>>,
) => Promise<T>;

export interface ReachOptions {
  readonly policy: DialPolicy;
  readonly crash?: Crash;
  /** Name or `*.name` -> fixed address. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly known: KnownAddresses;
  readonly spare: SpareDescriptors;
  /** The machine's own resolvers, `address` or `address:port`; Node's `getServers` unless given. */
  readonly systemServers?: () => readonly string[];
  /** Asks them; the system's own `getaddrinfo` unless given. */
  readonly systemLookup?: (name: string) => Promise<readonly string[]>;
}

const CONNECT_MS = 10_000;
/** While other addresses are left to try: for connecting, and for greeting after that. */
const IMPATIENT_MS = 5_000;
/** How long a resolver is waited for. */
const LOOKUP_MS = 5_000;
const MOST_ANSWERED = 4;
/** What getaddrinfo opens at a time: its files, and a socket for each family. */
const TO_LOOK_UP = 4;

export function reacher(options: ReachOptions): Reach {
  const { crash = noCrash, spare } = options;
  return async (place, greet) => {
    crash('send/connecting');
    const { host, port, signal } = place;
    const { addresses, problem } = await spare.lend(TO_LOOK_UP, () => candidates(place, options));
    const failures: unknown[] = problem === null ? [] : [problem];
    for (const [index, address] of addresses.entries()) {
      const isLast = index === addresses.length - 1;
      const timeoutMs = isLast ? CONNECT_MS : IMPATIENT_MS;
      const attempt = isLast ? signal : AbortSignal.any([signal, AbortSignal.timeout(2 * IMPATIENT_MS)]);
      try {
        const dial = { address, port, signal: attempt, timeoutMs, policy: options.policy, name: bare(host) };
        const socket = await spare.lend(1, () => dialTcp({ ...dial, purpose: 'configured' }));
        socket.once('close', spare.refill);
        crash('send/connected');
        const { value, verified } = await greeted(socket, attempt, greet);
        if (verified && parseAddress(bare(host)) === null) options.known.proven(bare(host), address);
        return value;
      } catch (error) {
        failures.push(error);
        if (signal.aborted) break;
      }
    }
    throw failures[0] ?? notFound(host, null);
  };
}

async function greeted<T>(
  socket: Socket,
  signal: AbortSignal,
  greet: (socket: Socket, signal: AbortSignal) => Promise<Greeted<T>>,
): Promise<Greeted<T>> {
  const forget = onAbort(signal, () => socket.destroy());
  try {
    return await greet(socket, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    // What comes after the greeting has its own limits.
    forget();
  }
}

interface Candidates {
  readonly addresses: readonly string[];
  /** Why DNS gave none. */
  readonly problem: ProbeFailure | null;
}

/** What DNS says and memory knows, what DNS says, what memory knows, what the operator wrote down. */
async function candidates(place: Place, options: ReachOptions): Promise<Candidates> {
  const name = bare(place.host);
  const literal = canonicalAddress(name) ?? hostsEntry(options.hosts, name);
  const fixed = literal ?? (name.toLowerCase() === 'localhost' ? '127.0.0.1' : null);
  if (fixed !== null) return { addresses: [fixed], problem: null };
  const known = options.known.of(name);
  const pinned = place.addresses ?? [];
  const answer = await answered(name, options, place.signal);
  const proven = answer.addresses.filter((address) => known.includes(address));
  return {
    addresses: [...new Set([...proven, ...answer.addresses.slice(0, MOST_ANSWERED), ...known, ...pinned])],
    problem: answer.problem,
  };
}

async function answered(name: string, options: ReachOptions, signal: AbortSignal): Promise<Candidates> {
  const { systemServers = getServers, systemLookup: ask = askSystem, policy } = options;
  // Resolving is dialling too: what `network.only` keeps from us it keeps from the system's resolver.
  const refusal = systemServers()
    .map((server) => mayDial(systemServer(server)?.address ?? '', policy, 'configured'))
    .find((reason) => reason !== null);
  if (refusal) return { addresses: [], problem: notFound(name, new Error(refusal)) };
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(LOOKUP_MS)]);
    return { addresses: await unlessAborted(ask(name), patience), problem: null };
  } catch (error) {
    return { addresses: [], problem: notFound(name, error) };
  }
}

async function askSystem(name: string): Promise<readonly string[]> {
  return (await systemLookup(name, { all: true })).map(({ address }) => address);
}

/** Without the brackets of an IPv6 literal in a URL. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function notFound(host: string, cause: unknown): ProbeFailure {
  const detail = `${host} has no address by this machine's resolver; check the name, give its address under network.hosts, or give the receiver "addresses".`;
  return new ProbeFailure(failure('target', 'no-address', detail), { cause });
}
