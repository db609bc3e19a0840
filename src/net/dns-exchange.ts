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

export function createExchanger({ policy, trust, systemServers = getServers }: ExchangerOptions): Exchanger {
  const streams = new StreamConnections();
  const sessions = new DohSessions();
  const closing = new AbortController();
  const udpTurn = pLimit(MOST_UDP_SOCKETS);

  const dialOf = ({ address, port }: Server, name: string): DialRequest => ({
    ...{ address, port, policy, name, purpose: 'configured', blame: 'resolver', timeoutMs: CONNECT_MS },
    // The connection is for all who ask: it does not end with the first one's patience.
    signal: closing.signal,
  });

  const overUdp = async (request: DnsExchangeRequest, { address, port }: Server): Promise<DnsExchange> => {
    const { message, matches, holdMs = () => 0, timeoutMs, signal } = request;
    const what = describe(request.resolver, { address, port });
    const asked = await udpTurn(() =>
      askOverUdp({ address, port, what, message, matches, holdMs, timeoutMs, signal }, policy),
    );
    return { ...asked, server: shown({ address, port }) };
  };

  const overConnection = async (request: DnsExchangeRequest, server: Server): Promise<DnsExchange> => {
    const { resolver, message, timeoutMs, signal } = request;
    const { transport, name, path } = resolver;
    const serverName = resolver.serverName ?? server.address;
    const key = [transport, shown(server), serverName, path].join(' ');
    const dial = dialOf(server, name);
    const startedAt = performance.now();
    const late = new OtherEndError('resolver-timeout', `did not answer within ${timeoutMs} ms.`);
    const deadline = startDeadline(timeoutMs, signal, late);
    try {
      const reply = await (transport === 'https'
        ? sessions.ask(
            {
              key,
              serverName,
              port: server.port,
              path: path ?? '/dns-query',
              dial: () => dialTls({ ...dial, serverName, trust, alpn: ['h2'] }),
            },
            message,
            deadline.signal,
          )
        : streams.ask(
            key,
            () => (transport === 'tls' ? dialTls({ ...dial, serverName, trust }) : dialTcp(dial)),
            message,
            deadline.signal,
          ));
      return answered(reply, performance.now() - startedAt, server);
    } catch (error) {
      const why = failureFrom(error, describe(resolver, server), 'resolver');
      return { replies: [], ignored: 0, server: shown(server), failure: why };
    } finally {
      deadline.clear();
    }
  };

  return {
    async exchange(request) {
      const server = serverOf(request.resolver, systemServers);
      if (!server) return unasked(request.resolver);
      const { transport } = request.resolver;
      return transport === 'udp' || transport === 'system' ? overUdp(request, server) : overConnection(request, server);
    },
    close() {
      closing.abort();
      streams.close();
      sessions.close();
    },
  };
}

function answered(message: Uint8Array, rttMs: number, server: Server): DnsExchange {
  return { replies: [{ message, rttMs }], ignored: 0, server: shown(server), failure: null };
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
