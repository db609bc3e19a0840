/**
 * GET as a visitor's browser would send it, over a fresh connection to an address we classified, redirects followed by
 * hand. undici speaks the HTTP; dialling, following and every limit are ours.
 */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Client } from 'undici';
import { type Fetched, type FetchRequest, type Hop, ProbeFailure } from '../checks/check.js';
import { hostOf, parseAddress } from './addresses.js';
import { readBody } from './body.js';
import { type Deadline, startDeadline, unlessAborted } from './deadline.js';
import { type DialRequest, dialTcp, dialTls } from './dial.js';
import type { DialPolicy } from './dial-policy.js';
import { failure, failureFrom, OtherEndError, oneLine } from './failures.js';
import { type FetchLimits, LimitError } from './fetch-limits.js';
import { nextStep } from './redirect.js';
import { onlyOnce } from './single-connection.js';

/** What a site sees of us unless it looks closely. A monitor that names itself is served the clean page. */
export const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

const HEADERS = {
  'user-agent': USER_AGENT,
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'accept-language': 'en-US,en;q=0.9',
  'accept-encoding': 'gzip, br, deflate',
};

export interface FetchIo {
  readonly policy: DialPolicy;
  readonly trust: SecureContext;
  /** Addresses of a name. Throws ProbeFailure. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly limits: FetchLimits;
}

/** Data from a service: it may know who asks, and its operator whom to write to when we ask too much. */
function dataHeaders(accept: string): Readonly<Record<string, string>> {
  return { 'user-agent': 'Siteward', accept, 'accept-encoding': HEADERS['accept-encoding'] };
}

/** As a browser, the monitor's own or the visitor's that is asked for; a referrer stays through redirects. */
function pageHeaders(visitor: FetchRequest['visitor']): Readonly<Record<string, string>> {
  if (!visitor) return HEADERS;
  const { userAgent, referer } = visitor;
  return { ...HEADERS, 'user-agent': userAgent, ...(referer === undefined ? {} : { referer }) };
}

function limitsFor({ mostBytes }: FetchRequest, limits: FetchLimits): FetchLimits {
  if (mostBytes === undefined) return limits;
  return {
    ...limits,
    wireBytes: Math.min(limits.wireBytes, mostBytes),
    decodedBytes: Math.min(limits.decodedBytes, mostBytes),
  };
}

/** Never rejects: whatever happens is in `failure`, beside the hops and the body there were until then. */
export async function fetchPage(request: FetchRequest, door: FetchIo): Promise<Fetched> {
  const io = { ...door, limits: limitsFor(request, door.limits) };
  const late = () => new OtherEndError('response-timeout', `did not answer within ${io.limits.totalMs} ms.`);
  const deadline = startDeadline(io.limits.totalMs, request.signal, late);
  const hops: Hop[] = [];
  try {
    return { hops, ...(await follow(request, io, deadline, hops)) };
  } catch (error) {
    return { hops, body: null, failure: failureFrom(error, oneLine(request.url), 'target') };
  } finally {
    deadline.clear();
  }
}

type Ending = Pick<Fetched, 'body' | 'failure'>;

async function follow(request: FetchRequest, io: FetchIo, deadline: Deadline, hops: Hop[]): Promise<Ending> {
  let url = new URL(request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`${url.protocol} is not fetched`);
  url.hash = '';
  const pinnedHost = url.hostname;
  const visited: string[] = [];
  while (true) {
    visited.push(url.href);
    const isOwn = url.hostname === pinnedHost;
    const pin = isOwn ? request.pin : undefined;
    const beat = isOwn ? request.beat : undefined;
    const visit = await arrive(
      url,
      { ...request, pin, beat, ...(visited.length > 1 ? { unless: undefined } : {}) },
      io,
      deadline.signal,
    ).catch((error: unknown) => {
      throw visited.length > 1 ? asRedirect(error, url) : error;
    });
    try {
      hops.push(visit.hop);
      const step = nextStep(
        url,
        visit.hop.status,
        headerOf(visit.hop, 'location')[0] ?? null,
        visited,
        io.limits.redirects,
      );
      if (step.kind === 'refused') return { body: null, failure: step.failure };
      if (step.kind === 'arrived') return await read(visit, io.limits, deadline);
      url = step.url;
    } finally {
      visit.close();
    }
  }
}

/** One response whose body is still to be read. */
interface Visit {
  readonly hop: Hop;
  readonly body: AsyncIterable<Uint8Array>;
  /** Names the other side in messages. */
  readonly what: string;
  /** Ends the connection. */
  close(): void;
}

function conditionOf(unless: FetchRequest['unless']): Readonly<Record<string, string>> {
  if (!unless) return {};
  return 'etag' in unless ? { 'if-none-match': unless.etag } : { 'if-modified-since': unless.lastModified };
}

interface Arriving extends Pick<FetchRequest, 'anyCertificate' | 'accept' | 'visitor'> {
  readonly unless?: FetchRequest['unless'] | undefined;
  readonly pin: readonly string[] | undefined;
  readonly beat: FetchRequest['beat'] | undefined;
}

async function arrive(
  url: URL,
  { pin, beat, anyCertificate = false, accept, visitor, unless }: Arriving,
  io: FetchIo,
  signal: AbortSignal,
): Promise<Visit> {
  const host = hostOf(url);
  const addresses = parseAddress(host) ? [host] : (pin ?? (await unlessAborted(io.resolve(host), signal)));
  const { socket, address } = await connectAny(url, host, addresses, anyCertificate, io, signal);
  const client = new Client(url.origin, {
    connect: onlyOnce(socket),
    maxHeaderSize: io.limits.headerBytes,
    // The total deadline is stricter than any pause undici would look for.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const what = host === address ? host : `${host} (${address})`;
  const meter = meterOf(socket, io.limits, client, what);
  const close = (): void => {
    clearInterval(meter);
    client.destroy(ENDED).then(ended, ended);
    socket.destroy();
  };
  try {
    const response = await client.request({
      path: url.pathname + url.search,
      method: 'GET',
      headers: {
        ...(accept === undefined ? pageHeaders(visitor) : dataHeaders(accept)),
        ...conditionOf(unless),
        ...beat,
      },
      signal,
      responseHeaders: 'raw',
    });
    // A body that is left unread when the connection is ended says so; nobody wants to know.
    response.body.on('error', ended);
    const hop = { url: url.href, status: response.statusCode, headers: pairs(response.headers), address };
    return { hop, body: response.body, what, close };
  } catch (error) {
    close();
    throw new ProbeFailure(failureFrom(error, what, 'target'), { cause: error });
  }
}

/** These say that another address of the same host is worth trying; a bad certificate does not. */
const TRY_NEXT = ['blocked-address', 'connect-refused', 'connect-timeout', 'host-unreachable', 'network-unreachable'];

async function connectAny(
  url: URL,
  host: string,
  addresses: readonly string[],
  anyCertificate: boolean,
  io: FetchIo,
  signal: AbortSignal,
): Promise<{ socket: Socket; address: string }> {
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const failures: ProbeFailure[] = [];
  for (const address of addresses.slice(0, io.limits.addresses)) {
    const { policy, limits } = io;
    const dial: DialRequest = {
      address,
      port,
      policy,
      purpose: 'found',
      signal,
      timeoutMs: limits.connectMs,
      name: host,
    };
    try {
      const socket = await (secure
        ? dialTls({ ...dial, serverName: host, trust: io.trust, anyCertificate, alpn: ['http/1.1'] })
        : dialTcp(dial));
      return { socket, address };
    } catch (error) {
      if (!(error instanceof ProbeFailure) || !TRY_NEXT.includes(error.failure.code)) throw error;
      failures.push(error);
    }
  }
  // What the site's own addresses do says more than what our machine could not do (no IPv6, a refused address).
  const telling = failures.find(({ failure: { blame, code } }) => blame === 'target' && code !== 'blocked-address');
  if (telling) throw telling;
  const refused = failures.find((error) => error.failure.code === 'blocked-address');
  // Our own rules kept us from looking: that says nothing of the site, and is not to be told as if it were down.
  if (refused) throw new ProbeFailure({ ...refused.failure, blame: 'monitor' }, { cause: refused });
  throw (
    failures[0] ?? new ProbeFailure(failure('target', 'no-address', `${host} has no address: look at its DNS records.`))
  );
}

/** Catches what never becomes a body: chunk extensions, trailers or 1xx responses without end. */
function meterOf(socket: Socket, limits: FetchLimits, client: Client, what: string): NodeJS.Timeout {
  const most = limits.wireBytes + limits.wireBytes / 8 + 4 * limits.headerBytes;
  return setInterval(() => {
    if (socket.bytesRead > most) {
      const sentence = `sent more than ${Math.round(limits.wireBytes / 1024)} KiB`;
      client.destroy(limitFailure(new LimitError('too-large', sentence), what)).then(ended, ended);
    }
  }, 50);
}

async function read({ hop, body, what }: Visit, limits: FetchLimits, deadline: Deadline): Promise<Ending> {
  const { bytes, error } = await readBody(body, headerOf(hop, 'content-encoding'), limits);
  if (error === null) return { body: bytes, failure: null };
  if (error instanceof LimitError) return { body: bytes, failure: limitFailure(error, what).failure };
  if (deadline.passed()) {
    const detail = `${what} sent the beginning of its answer but not the rest within ${limits.totalMs} ms.`;
    return { body: bytes, failure: failure('target', 'too-slow', detail, 'denied') };
  }
  return { body: bytes, failure: failureFrom(error, what, 'target') };
}

function limitFailure(error: LimitError, what: string): ProbeFailure {
  const detail = `${what} ${error.message}, so the page could not be looked at as a whole.`;
  return new ProbeFailure(failure('target', error.code, detail, 'denied'));
}

/** A redirect into what may not be dialled is the site's doing, not ours. */
function asRedirect(error: unknown, to: URL): unknown {
  if (!(error instanceof ProbeFailure) || error.failure.code !== 'blocked-address') return error;
  const detail = `The site redirects to ${oneLine(to.href)}, where it may not lead us. ${error.failure.detail}`;
  return new ProbeFailure(failure('target', 'redirect-to-forbidden', detail, 'redirected'), { cause: error });
}

function headerOf(hop: Hop, name: string): readonly string[] {
  return hop.headers.filter(([key]) => key === name).map(([, value]) => value);
}

/** undici gives names and values in one flat list when asked for raw headers; its types do not say so. */
function pairs(raw: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(raw)) return [];
  const flat = raw.map(String);
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), flat[at + 1] ?? ''] as const] : []));
}

/** What a client we are done with ends with: one for all, as nobody reads it and an error costs its stack. */
const ENDED = new Error('we are done with this connection');

/** The end of what we ended ourselves. */
function ended(): void {
  // Nothing to do: the outcome was taken before.
}
