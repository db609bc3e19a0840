/**
 * One request to an alert host over a fresh, guarded connection. A redirect is an answer like any other: it is never
 * followed. The reply is read to 64 KiB and no further.
 */
import type { SecureContext } from 'node:tls';
import { Client } from 'undici';
import { ProbeFailure } from '../checks/check.js';
import { startDeadline } from './deadline.js';
import { secured } from './dial.js';
import type { DialPolicy } from './dial-policy.js';
import { failureFrom, OtherEndError } from './failures.js';
import type { Place, Reach } from './reach.js';
import { onlyOnce } from './single-connection.js';

export interface PostRequest {
  /** http or https. */
  readonly url: string;
  readonly method?: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Where the host also stands: see Place. */
  readonly addresses?: readonly string[];
  readonly signal: AbortSignal;
}

export interface PostReply {
  readonly status: number;
  /** Of `Retry-After`, RFC 9110 10.2.3, as it was sent. */
  readonly retryAfter: string | null;
  /** The first 64 KiB. */
  readonly bytes: Uint8Array;
  readonly text: string;
}

export interface PostIo {
  readonly reach: Reach;
  readonly trust: SecureContext;
  readonly policy: DialPolicy;
}

/** From the request's first byte to the reply's last. */
const REPLY_MS = 15_000;
const TLS_MS = 10_000;
const MAX_REPLY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

/** Throws ProbeFailure where there is no answer. */
export async function post(request: PostRequest, io: PostIo): Promise<PostReply> {
  const url = new URL(request.url);
  const socket = await connected(url, request, io);
  const late = new OtherEndError('response-timeout', `did not answer within ${REPLY_MS / 1000} s.`);
  const deadline = startDeadline(REPLY_MS, request.signal, () => late);
  const client = new Client(url.origin, {
    connect: onlyOnce(socket),
    maxHeaderSize: MAX_HEADER_BYTES,
    // The deadline is stricter than any pause undici would look for.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const { statusCode, headers, body } = await client.request({
      path: url.pathname + url.search,
      method: request.method ?? 'POST',
      headers: { 'user-agent': 'Siteward', accept: '*/*', 'accept-encoding': 'identity', ...request.headers },
      body: request.body,
      signal: deadline.signal,
    });
    body.on('error', ended);
    const retryAfter = headers['retry-after'];
    const bytes = await beginning(body);
    const text = bytes.toString('utf8');
    return { status: statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : null, bytes, text };
  } catch (error) {
    const cause = deadline.passed() ? late : error;
    throw new ProbeFailure(failureFrom(cause, url.host, 'target'), { cause: error });
  } finally {
    deadline.clear();
    client.destroy().then(ended, ended);
    socket.destroy();
  }
}

/** That a host can be reached and proves to be who it should be, without a word of HTTP. Throws ProbeFailure. */
export async function touch(address: string, place: Omit<Place, 'host' | 'port'>, io: PostIo): Promise<void> {
  const url = new URL(address);
  const socket = await connected(url, place, io);
  socket.destroy();
}

function connected(url: URL, place: Omit<Place, 'host' | 'port'>, io: PostIo) {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const { signal, addresses = [] } = place;
  return io.reach({ host, port, signal, addresses }, async (tcp, patience) => {
    if (!isSecure) return { value: tcp, verified: false };
    const { trust, policy } = io;
    const dial = { address: tcp.remoteAddress ?? '', port, policy, purpose: 'configured' as const, name: host };
    const more = { signal: patience, timeoutMs: TLS_MS, serverName: host, trust, alpn: ['http/1.1'] };
    return { value: await secured(tcp, { ...dial, ...more }), verified: true };
  });
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, MAX_REPLY_BYTES - length));
    length += chunk.length;
    if (length >= MAX_REPLY_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** The end of what we ended ourselves. */
function ended(): void {
  // Nothing to do: the outcome was taken before.
}
