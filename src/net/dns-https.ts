/** DNS over HTTPS (RFC 8484): POST over node:http2 on kept sessions, whose TLS connection dial.ts made. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { unlessAborted } from './deadline.js';
import { OtherEndError } from './failures.js';

const IDLE_MS = 30_000;
const MOST_BYTES = 64 * 1024;
const BAD_ANSWER = 'bad-doh';
const MEDIA_TYPE = 'application/dns-message';

export interface DohServer {
  /** Names the session among the kept ones. */
  readonly key: string;
  readonly serverName: string;
  readonly port: number;
  readonly path: string;
  readonly dial: () => Promise<TLSSocket>;
}

export class DohSessions {
  readonly #kept = new Map<string, Promise<ClientHttp2Session>>();
  readonly #all = new Set<ClientHttp2Session>();

  /** Rejects with what `dial`, the session or the answer's form says. */
  async ask(server: DohServer, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const kept = this.#kept.get(server.key);
    const reused = kept !== undefined && (await kept.then(isUsable, () => false));
    const session = await unlessAborted(reused ? kept : this.#connect(server), signal);
    try {
      return await post(session, server, message, signal);
    } catch (error) {
      if (!reused || signal.aborted || isBadAnswer(error)) throw error;
      // The kept session ended under our hands (GOAWAY, idle timeout on the server's side): ask once more on a new one.
      return await post(await unlessAborted(this.#connect(server), signal), server, message, signal);
    }
  }

  close(): void {
    for (const session of this.#all) session.destroy();
    this.#kept.clear();
  }

  #connect(server: DohServer): Promise<ClientHttp2Session> {
    const forget = (): void => {
      if (this.#kept.get(server.key) === connecting) this.#kept.delete(server.key);
    };
    const connecting = server.dial().then((socket) => {
      if (socket.alpnProtocol !== 'h2') {
        socket.destroy();
        throw new OtherEndError('no-http2', 'does not speak HTTP/2, which DNS over HTTPS needs.');
      }
      const session = connect(
        `https://${isIP(server.serverName) === 6 ? `[${server.serverName}]` : server.serverName}:${server.port}`,
        {
          createConnection: () => socket,
          settings: { enablePush: false },
        },
      );
      this.#all.add(session);
      // Every stream reports the session's end to whoever asked on it.
      session.on('error', forget).on('goaway', forget);
      session.on('close', () => {
        forget();
        this.#all.delete(session);
      });
      session.setTimeout(IDLE_MS, () => session.close());
      return session;
    });
    connecting.catch(forget);
    this.#kept.set(server.key, connecting);
    return connecting;
  }
}

function isUsable(session: ClientHttp2Session): boolean {
  return !session.closed && !session.destroyed;
}

function isBadAnswer(error: unknown): boolean {
  return error instanceof OtherEndError && error.code === BAD_ANSWER;
}

async function post(
  session: ClientHttp2Session,
  { path }: DohServer,
  message: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    accept: MEDIA_TYPE,
    'content-type': MEDIA_TYPE,
    'content-length': message.length,
  });
  stream.end(message);
  try {
    return await unlessAborted(answerOf(stream), signal);
  } finally {
    stream.close(constants.NGHTTP2_CANCEL);
  }
}

function answerOf(stream: ClientHttp2Stream): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let begun = false;
    const brokenOff = (): void =>
      reject(new OtherEndError('connection-closed', 'closed the stream before it answered.'));
    stream.on('response', (headers) => {
      begun = true;
      const complaint = complaintAbout(headers[':status'], headers['content-type']);
      if (complaint !== null) reject(new OtherEndError(BAD_ANSWER, complaint));
    });
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MOST_BYTES) reject(new OtherEndError(BAD_ANSWER, `answered more than ${MOST_BYTES} bytes.`));
      else chunks.push(chunk);
    });
    // A session that breaks off ends its streams like a complete answer, but for the missing headers or the code.
    stream.on('end', () => {
      if (begun && stream.rstCode === constants.NGHTTP2_NO_ERROR) resolve(new Uint8Array(Buffer.concat(chunks)));
      else brokenOff();
    });
    stream.on('error', reject);
    stream.on('close', brokenOff);
  });
}

function complaintAbout(status: number | undefined, contentType: string | undefined): string | null {
  if (status !== 200) return `answered with HTTP status ${status ?? 'none'} instead of 200.`;
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return type === MEDIA_TYPE ? null : `answered something that is not ${MEDIA_TYPE}.`;
}
