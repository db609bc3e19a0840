/** A real mail server on loopback that keeps what it took and can be told to refuse. */
import { once } from 'node:events';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { ServerCertificate } from './certificates.js';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly overTls: boolean;
  readonly user: string | null;
  parsed(): Promise<Email>;
}

export interface MailServer {
  readonly port: number;
  /** Everything that was answered with 250, in that order. */
  readonly mails: readonly Mail[];
  /** Everything whose content was refused. */
  readonly refused: readonly Mail[];
  /** Connections so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** Offers STARTTLS with this; without it TLS is not offered. */
  readonly certificate?: ServerCertificate;
  /** TLS from the first byte on. */
  readonly secure?: boolean;
  readonly login?: { readonly user: string; readonly password: string };
  /** Takes XOAUTH2 with this token. */
  readonly token?: { readonly user: string; readonly accessToken: string };
  /** Told who tries to log in. */
  readonly tried?: (user: string) => void;
  /** Any of 127.0.0.0/8; 127.0.0.1 unless given. */
  readonly address?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** What a refused login is answered with. */
  readonly loginRefusal?: string;
  /** Refuses a recipient with this reply; null: takes it. */
  readonly recipient?: (address: string) => Refusal | null;
  /** Refuses the content with this reply; null: takes it. */
  readonly content?: (raw: string) => Refusal | null;
  /** Takes connections and never says a word. */
  readonly mute?: boolean;
  /** Told of each connection. */
  readonly connected?: () => void;
}

export interface Refusal {
  readonly code: number;
  readonly text: string;
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const refused: Mail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    ...securityOf(options),
    disableReverseLookup: true,
    logger: false,
    onConnect: (_session, done) => {
      connections++;
      options.connected?.();
      if (!options.mute) done();
    },
    onAuth: ({ username, password, accessToken }, _session, done) => {
      options.tried?.(username ?? '');
      const { user, password: expected } = options.login ?? {};
      const isToken = options.token?.user === username && options.token?.accessToken === accessToken;
      if (isToken || (options.login && username === user && password === expected))
        done(null, { user: username ?? '' });
      else done(new Error(options.loginRefusal ?? 'Invalid username or password'));
    },
    onRcptTo: ({ address }, _session, done) => done(asError(options.recipient?.(address) ?? null)),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const refusal = options.content?.(raw) ?? null;
        const { mailFrom, rcptTo } = session.envelope;
        (refusal ? refused : mails).push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw,
          overTls: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
          parsed: () => PostalMime.parse(raw),
        });
        done(asError(refusal));
      });
    },
  });
  server.on('error', () => undefined); // clients that hang up in the middle are what some tests are about
  server.listen(options.port ?? 0, options.address ?? '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  return {
    port: address.port,
    mails,
    refused,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function securityOf({ certificate, secure, login, token }: MailServerOptions): SMTPServerOptions {
  const disabled = [...(certificate ? [] : ['STARTTLS']), ...(login || token ? [] : ['AUTH'])];
  return {
    secure: secure ?? false,
    ...certificate,
    disabledCommands: disabled,
    ...(token && { authMethods: ['XOAUTH2'] }),
    authOptional: true,
    allowInsecureAuth: !certificate,
  };
}

function asError(refusal: Refusal | null): Error | null {
  return refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code });
}
