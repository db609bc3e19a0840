/**
 * The only place that connects. What is dialled is an IP literal that was classified a moment before; a name never
 * reaches the socket, so nothing can be resolved a second time to something else.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { ProbeFailure } from '../checks/check.js';
import { canonicalAddress } from './addresses.js';
import { onAbort } from './deadline.js';
import { type DialPolicy, type DialPurpose, mayDial } from './dial-policy.js';
import { failure, failureFrom, type OtherEnd, OtherEndError } from './failures.js';

export interface DialRequest {
  /** IP literal. */
  readonly address: string;
  readonly port: number;
  readonly policy: DialPolicy;
  readonly purpose: DialPurpose;
  /** Ends the dialling; the socket that came of it is the caller's. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Named in messages in place of the bare address: `www.example.org`. */
  readonly name?: string;
  /** `target` unless said otherwise. */
  readonly blame?: OtherEnd;
}

export interface TlsDialRequest extends DialRequest {
  /** The name asked for (SNI) and the one the certificate must carry. */
  readonly serverName: string;
  /** Public roots plus `network.ca`: see trust.ts. */
  readonly trust: SecureContext;
  /** Protocols to offer, best first: `['h2']`. */
  readonly alpn?: readonly string[];
  /** Go on with a certificate that does not verify; `socket.authorizationError` says what is wrong with it. */
  readonly anyCertificate?: boolean;
}

/** Connects to exactly that address. Throws ProbeFailure: `blocked-address`, `connect-refused`, `connect-timeout`, ... */
export async function dialTcp(request: DialRequest): Promise<Socket> {
  const { address, port, policy, purpose, blame = 'target' } = request;
  const what = describe(request);
  const refusal = mayDial(address, policy, purpose);
  if (refusal !== null) {
    throw new ProbeFailure(failure(blame, 'blocked-address', `${what} was not dialled: ${refusal}`));
  }
  const literal = canonicalAddress(address) ?? address;
  const socket = connectTcp({ host: literal, port, family: isIP(literal), noDelay: true, lookup: neverLookUp });
  // Whoever holds the socket later may have stopped listening when the other side resets it: that must not end us.
  socket.on('error', () => socket.destroy());
  await established(socket, 'connect', request);
  const peer = canonicalAddress(socket.remoteAddress ?? '');
  if (peer !== literal) {
    socket.destroy();
    throw new ProbeFailure(
      failure(
        'monitor',
        'wrong-peer',
        `${what} was dialled but ${peer ?? 'nobody'} answered: this machine redirects connections.`,
      ),
    );
  }
  return socket;
}

/** The same with a TLS handshake on top; the time limit covers both. */
export async function dialTls(request: TlsDialRequest): Promise<TLSSocket> {
  const startedAt = performance.now();
  const tcp = await dialTcp(request);
  const spent = performance.now() - startedAt;
  return secured(tcp, { ...request, timeoutMs: Math.max(1, request.timeoutMs - spent) });
}

/** The TLS handshake alone, over a connection `dialTcp` gave. Throws ProbeFailure; then the connection is ended. */
export async function secured(tcp: Socket, request: TlsDialRequest): Promise<TLSSocket> {
  const { serverName, trust, alpn, anyCertificate = false } = request;
  const socket = connectTls({
    socket: tcp,
    // RFC 6066, 3: an address is never sent as a server name. Node then checks `host` against the certificate.
    servername: isIP(serverName) ? '' : serverName,
    host: serverName,
    secureContext: trust,
    rejectUnauthorized: !anyCertificate,
    ...(alpn ? { ALPNProtocols: [...alpn] } : {}),
  });
  socket.on('error', () => socket.destroy());
  await established(socket, 'secureConnect', request);
  return socket;
}

function established(socket: Socket, event: 'connect' | 'secureConnect', request: DialRequest): Promise<void> {
  const { signal, timeoutMs, blame = 'target' } = request;
  return new Promise((resolve, reject) => {
    const finish = (error: unknown): void => {
      clearTimeout(timer);
      forget();
      socket.off(event, onOpen).off('error', finish).off('close', onClose);
      if (error === null) {
        resolve();
        return;
      }
      socket.destroy();
      reject(new ProbeFailure(failureFrom(error, describe(request), blame), { cause: error }));
    };
    const onOpen = (): void => finish(null);
    const onClose = (): void => finish(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const stage = event === 'connect' ? 'connection' : 'TLS handshake';
    const late = (): Error =>
      new OtherEndError('connect-timeout', `did not answer the ${stage} within ${Math.round(timeoutMs)} ms.`);
    const timer = setTimeout(() => finish(late()), timeoutMs);
    socket.on(event, onOpen).on('error', finish).on('close', onClose);
    let forget = (): void => undefined;
    forget = onAbort(signal, () => finish(new DOMException('stopped', 'AbortError')));
  });
}

function describe({ name, address, port }: DialRequest): string {
  const where = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return name && name !== address ? `${name} (${where})` : where;
}

/** A literal never needs it; if it is ever asked, the literal was none. */
function neverLookUp(hostname: string, _options: unknown, done: (error: Error, address: string) => void): void {
  done(new Error(`${hostname} is not an IP literal`), '');
}
