/** One DNS message to one resolver and back, over the transport the resolver is spoken to with. */
import { getServers } from 'node:dns';
import type { SecureContext } from 'node:tls';
import pLimit from 'p-limit';
import type { DnsExchange, DnsExchangeRequest, Resolver } from '../checks/check.js';
import { parseAddress } from './addresses.js';
import { startDeadline } from './deadline.js';
import { type DialRequest, dialTcp, dialTls } from './dial.js';
import type { DialPolicy } from './dial-policy.js';
import { DohSessions } from './dns-https.js';
import { StreamConnections } from './dns-stream.js';
import { askOverUdp } from './dns-udp.js';
import { failure, failureFrom, OtherEndError } from './failures.js';

export interface ExchangerOptions {
  readonly policy: DialPolicy;
  readonly trust: SecureContext;
  /** The machine's own resolvers, `address` or `address:port`, best first. */
  readonly systemServers?: () => readonly string[];
}

export interface Exchanger {
  /** Never rejects for what a resolver does. */
  exchange(request: DnsExchangeRequest): Promise<DnsExchange>;
  /** Ends the kept connections; exchanges under way fail. */
  close(): void;
}

interface Server {
  readonly address: string;
  readonly port: number;
}

/** Each costs a socket, and open files are limited; a query waits for its turn before its clock starts. */
const MOST_UDP_SOCKETS = 256;
const CONNECT_MS = 5_000;
const DNS_PORT = 53;

export function createExchanger(options: ExchangerOptions): Exchanger {
  const { systemServers = getServers } = options;
  const connections = new Connections(options);
  const udpTurn = pLimit(MOST_UDP_SOCKETS);
  return {
    async exchange(request) {
      const { resolver } = request;
      const server = serverOf(resolver, systemServers);
      if (!server) return unasked(resolver);
      if (resolver.transport !== 'udp' && resolver.transport !== 'system') return connections.exchange(request, server);
      const { message, matches, holdMs = () => 0, timeoutMs, signal } = request;
      const query = { ...server, what: describe(resolver, server), message, matches, holdMs, timeoutMs, signal };
      return { ...(await udpTurn(() => askOverUdp(query, options.policy))), server: shown(server) };
    },
    close: () => connections.close(),
  };
}

/** TCP, TLS and HTTPS: one reply to each query, over connections that are kept. */
class Connections {
  readonly #options: ExchangerOptions;
  readonly #streams = new StreamConnections();
  readonly #sessions = new DohSessions();
  readonly #closing = new AbortController();

  constructor(options: ExchangerOptions) {
    this.#options = options;
  }

  async exchange(request: DnsExchangeRequest, server: Server): Promise<DnsExchange> {
    const { resolver, message, timeoutMs, signal } = request;
    const startedAt = performance.now();
    const late = () => new OtherEndError('resolver-timeout', `did not answer within ${timeoutMs} ms.`);
    const deadline = startDeadline(timeoutMs, signal, late);
    try {
      const reply = await this.#ask(resolver, server, message, deadline.signal);
      const rttMs = performance.now() - startedAt;
      return { replies: [{ message: reply, rttMs }], ignored: 0, server: shown(server), failure: null };
    } catch (error) {
      const why = failureFrom(error, describe(resolver, server), 'resolver');
      return { replies: [], ignored: 0, server: shown(server), failure: why };
    } finally {
      deadline.clear();
    }
  }

  close(): void {
    this.#closing.abort();
    this.#streams.close();
    this.#sessions.close();
  }

  #ask(resolver: Resolver, server: Server, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { transport, name } = resolver;
    const { policy, trust } = this.#options;
    const dial: DialRequest = {
      ...server,
      policy,
      name,
      purpose: 'configured',
      blame: 'resolver',
      timeoutMs: CONNECT_MS,
      // The connection is for all who ask: it does not end with the first one's patience.
      signal: this.#closing.signal,
    };
    const secure = { ...dial, serverName: resolver.serverName ?? server.address, trust };
    const key = [transport, shown(server), secure.serverName].join(' ');
    if (transport !== 'https') {
      return this.#streams.ask(key, () => (transport === 'tls' ? dialTls(secure) : dialTcp(dial)), message, signal);
    }
    const path = resolver.path ?? '/dns-query';
    const doh = {
      key,
      serverName: secure.serverName,
      port: server.port,
      path,
      dial: () => dialTls({ ...secure, alpn: ['h2'] }),
    };
    return this.#sessions.ask(doh, message, signal);
  }
}

/** A resolver without an address is this machine's. */
function serverOf({ address, port }: Resolver, systemServers: () => readonly string[]): Server | null {
  return address === null ? systemServer(systemServers()[0] ?? '') : { address, port };
}

/** `192.0.2.53`, `2001:db8::53`, `[2001:db8::53]:5353`: as Node names the system's servers. */
export function systemServer(text: string): Server | null {
  if (parseAddress(text)) return { address: text, port: DNS_PORT };
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  return parseAddress(host) ? { address: host, port: Number(port) } : null;
}

function unasked({ name }: Resolver): DnsExchange {
  const detail = `${name} could not be asked: this machine names no resolver. Look at /etc/resolv.conf.`;
  return { replies: [], ignored: 0, server: null, failure: failure('monitor', 'no-system-resolver', detail) };
}

function describe({ name, transport }: Resolver, server: Server): string {
  return `Resolver ${name} (${transport} ${shown(server)})`;
}

function shown({ address, port }: Server): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
