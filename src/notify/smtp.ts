/**
 * One conversation with a mail server, over a socket somebody else opened: greeting, TLS, login, then one transaction
 * per recipient, so that one refused address never holds back another.
 */
import type { Socket } from 'node:net';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import { oneLine } from '../core/plain-text.js';
import { Secret } from '../core/secret.js';
import { withoutSecrets } from './http.js';
import { type Greeted, type NotifyIo, SendError } from './notifier.js';
import { accessToken, type OAuth2Settings } from './oauth2.js';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** In place of a password. */
  readonly oauth2?: OAuth2Settings | undefined;
  /** TLS from the first byte on; otherwise STARTTLS. */
  readonly secure: boolean;
  /** Undefined: required, unless the server is this very machine. */
  readonly tls?: 'required' | 'off' | undefined;
  /** Where the server also stands. */
  readonly addresses: readonly string[];
}

export interface Session {
  /** The server proved its name and nobody on the way can listen. */
  readonly isEncrypted: boolean;
  /** Resolves when the server has taken the message. Throws SendError. */
  send(from: string, to: string, message: Buffer): Promise<void>;
  /** False once the connection is of no more use. */
  recover(): Promise<boolean>;
  close(): void;
}

const GREETING_TIMEOUT_MS = 30_000;
/** Longest silence in any step, the end of DATA included. */
const SILENCE_TIMEOUT_MS = 60_000;
const MAX_REPLY_BYTES = 64 * 1024;
const MAX_DETAIL_LENGTH = 300;

/** Throws SendError. */
export async function openSession(settings: SmtpSettings, io: NotifyIo): Promise<Session> {
  const where = `${settings.host}:${settings.port}`;
  const fault = (error: unknown, step: string): SendError => sendError(error, `${where}: ${step}`, settings);
  const { host, port, addresses } = settings;
  const greet = (socket: Socket): Promise<Greeted<Greeting>> => greeted(socket, settings, io);
  const { connection, steps } = await io.reach({ host, port, addresses, signal: io.signal }, greet).catch((error) => {
    throw fault(error, error instanceof NotLetIn ? 'the server did not let us in' : 'no connection');
  });
  try {
    await logIn(connection, steps, settings, io);
  } catch (error) {
    connection.close();
    throw fault(error, 'the server did not let us in');
  }
  return {
    isEncrypted: connection.secure,
    send: async (from, to, message) => {
      try {
        await steps.step((done) => connection.send({ from, to: [to] }, message, done));
      } catch (error) {
        throw fault(error, `${to} was not accepted`);
      }
    },
    recover: () =>
      steps
        .step((done) => connection.reset(done))
        .then(
          () => true,
          // Whatever kept the session from being cleared: a new one is opened where one is needed.
          () => false,
        ),
    close: () => {
      connection.quit();
      connection.close();
    },
  };
}

interface Greeting {
  readonly connection: SMTPConnection;
  readonly steps: Steps;
}

/** Connected, but the greeting or TLS failed; `cause` has the reason. */
class NotLetIn extends Error {}

/** Greeting, EHLO and TLS: who answers at a wrong address ends here, before a login is said. */
async function greeted(socket: Socket, settings: SmtpSettings, io: NotifyIo): Promise<Greeted<Greeting>> {
  const connection = new SMTPConnection({
    ...connectionOptions(settings, io, isLoopback(socket.remoteAddress)),
    connection: socket,
  });
  const steps = new Steps(connection, io.signal);
  try {
    await steps.step((done) => connection.connect(done));
  } catch (cause) {
    connection.close();
    throw new NotLetIn('not let in', { cause });
  }
  return { value: { connection, steps }, verified: connection.secure };
}

async function logIn(connection: SMTPConnection, steps: Steps, settings: SmtpSettings, io: NotifyIo): Promise<void> {
  const { user, password, oauth2 } = settings;
  if (user === undefined) return;
  if (oauth2) {
    const token = new XOAuth2({ user, accessToken: await accessToken(oauth2, io) });
    await steps.step((done) => connection.login({ user, oauth2: token }, done));
    return;
  }
  const credentials = { user, pass: password?.reveal() ?? '' };
  await steps.step((done) => connection.login({ credentials }, done));
}

function connectionOptions(settings: SmtpSettings, io: NotifyIo, isOwnMachine: boolean): SMTPConnectionOptions {
  const tls = settings.tls ?? (isOwnMachine ? 'off' : 'required');
  return {
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'off',
    ...(io.trust && { tls: { secureContext: io.trust } }),
    greetingTimeout: GREETING_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    maxResponseSize: MAX_REPLY_BYTES,
    logger: false,
  };
}

/** Nobody else can listen on the way there. Judged by where the socket really went, not by a name. */
function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:127\.|::1$|::ffff:127\.)/.test(address);
}

type Done = (error?: Error | null) => void;

/** Turns the connection's callbacks, errors and our deadline into one promise per step. */
class Steps {
  readonly #failed: Promise<never>;

  constructor(connection: SMTPConnection, signal: AbortSignal) {
    this.#failed = new Promise<never>((_, reject) => {
      connection.on('error', reject);
      connection.once('end', () => reject(new Error('the server closed the connection')));
      signal.addEventListener('abort', () => {
        reject(new Error('it took too long'));
        connection.close();
      });
    });
    // Between two steps nobody waits for it; the next step does.
    this.#failed.catch(() => undefined);
  }

  step(start: (done: Done) => void): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      start((error) => (error ? reject(error) : resolve()));
    });
    return Promise.race([done, this.#failed]);
  }
}

/** What the library tells of a failed step beside its words. */
function partsOf(error: unknown): { readonly code: unknown; readonly permanent: boolean; readonly words: string } {
  if (!(error instanceof Error)) return { code: null, permanent: false, words: String(error) };
  const code = 'code' in error ? error.code : null;
  const hasReply = 'responseCode' in error && typeof error.responseCode === 'number';
  const isRefusal = 'permanent' in error && error.permanent === true;
  // A bad certificate or a missing STARTTLS may be an attacker's doing: the alert must outlast it, so try on.
  const isOurs = !hasReply && (code === 'EAUTH' || code === 'EENVELOPE' || code === 'EMESSAGE');
  return { code, permanent: code !== 'ETLS' && (isRefusal || isOurs), words: error.message };
}

function sendError(thrown: unknown, what: string, settings: SmtpSettings): SendError {
  if (thrown instanceof SendError) return new SendError(`${what}: ${thrown.message}`, thrown.retryable);
  const { code, permanent, words } = partsOf(thrown instanceof NotLetIn ? thrown.cause : thrown);
  // A server may repeat what it was sent: its words about a login are not repeated.
  const detail = code === 'EAUTH' ? 'it refused the login; check smtp.user and smtp.password' : words;
  return new SendError(oneLine(`${what}: ${withoutPassword(detail, settings)}`, MAX_DETAIL_LENGTH), !permanent);
}

function withoutPassword(text: string, { user = '', password }: SmtpSettings): string {
  if (!password) return text;
  return withoutSecrets(text, [new Secret(`\0${user}\0${password.reveal()}`), password]);
}
