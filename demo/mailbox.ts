/** The operations desk's mail server: takes what is delivered and keeps it. */
import { once } from 'node:events';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { KeyPair } from './certificates.js';

export interface Mailbox {
  /** Raw messages in order of arrival. */
  readonly messages: readonly Buffer[];
  close(): Promise<void>;
}

async function collect(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export async function startMailbox(address: string, port: number, identity: KeyPair): Promise<Mailbox> {
  const messages: Buffer[] = [];
  const server = new SMTPServer({
    key: identity.key,
    cert: identity.cert,
    authOptional: true,
    disabledCommands: ['AUTH'],
    onData: (stream, _session, done) => {
      collect(stream).then(
        (message) => {
          messages.push(message);
          done();
        },
        (error: Error) => done(error),
      );
    },
  });
  server.listen(port, address);
  // It passes its socket's errors on: unheard they would end the process without a word.
  server.on('error', (error: Error) => process.emitWarning(error));
  await once(server.server, 'listening');
  return {
    messages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
