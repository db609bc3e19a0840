/**
 * Email: a mail per alert, to every address of the receiver, in a thread per incident.
 *
 * Each address gets its own SMTP transaction with the same bytes. Those that took it are named in the SendError and
 * left out of the next attempt. What was taken right before a crash comes twice with one Message-ID, which mail
 * programs show once.
 */
import { createPrivateKey } from 'node:crypto';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import * as z from 'zod';
import { isEnding } from '../core/change-words.js';
import type { Alert } from '../core/model.js';
import { type Secret, secret } from '../core/secret.js';
import { addresses } from './fields.js';
import type { Message } from './notice.js';
import { type Notifier, type NotifyIo, SendError } from './notifier.js';
import { oauth2Settings } from './oauth2.js';
import { openSession, type Session } from './smtp.js';
import { written } from './written.js';

/** One plain address: what could end a header or start a second one is not in it. */
const address = z.string().regex(/^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\]]+$/u, {
  error: 'must be an email address such as ops@example.org',
});

const settings = z.strictObject({
  smtp: z
    .strictObject({
      host: z.string().min(1).meta({ description: 'Name or address of the mail server.' }),
      port: z.int().min(1).max(65_535).default(587),
      user: z.string().min(1).optional(),
      password: secret().optional(),
      secure: z
        .boolean()
        .optional()
        .meta({ description: 'TLS from the first byte on. Default: true for port 465, else STARTTLS.' }),
      tls: z
        .enum(['required', 'off'])
        .optional()
        .meta({ description: 'Default: required, unless the server is on this machine.' }),
      oauth2: oauth2Settings.optional().meta({ description: 'In place of a password, for Gmail and Microsoft 365.' }),
      addresses: addresses(),
    })
    .refine((smtp) => smtp.password === undefined || smtp.oauth2 === undefined, {
      error: 'give either password or oauth2, not both',
    })
    .refine((smtp) => (smtp.user === undefined) === ((smtp.password ?? smtp.oauth2) === undefined), {
      error: 'user and password (or oauth2) belong together: give both or none',
    })
    .transform(({ secure, ...smtp }) => ({ ...smtp, secure: secure ?? smtp.port === 465 })),
  from: address,
  to: z.array(address).min(1).max(50),
  dkim: z
    .strictObject({
      domain: z.string().regex(/^[a-z0-9.-]+$/i, { error: 'must be a domain such as example.org' }),
      selector: z.string().regex(/^[a-z0-9._-]+$/i, { error: 'must be a selector such as siteward' }),
      key: secret().refine((key) => isSigningKey(key), {
        error: 'must be an RSA private key in PEM form; give it as a file: reference, see docs/receivers.md',
      }),
    })
    .optional()
    .meta({ description: 'Signs every mail (RFC 6376). Not needed where the mail server signs.' }),
});

export type EmailSettings = z.output<typeof settings>;

export const email: Notifier<EmailSettings> = {
  kind: 'email',
  settings,
  async send(alert, site, proof, own, io) {
    const message = await mailOf(alert, await written(alert, site, proof, io), own);
    const outcome = await sendToEach(message, own, io);
    if (outcome.failures.length === 0) return;
    const words = outcome.failures.map((failure) => failure.message).join('; ');
    const retryable = outcome.failures.some((failure) => failure.retryable);
    throw new SendError(`mail from ${own.from}: ${words}`, retryable, outcome.accepted);
  },
  async examine({ smtp }, io) {
    const session = await openSession(smtp, io);
    session.close();
    const login = smtp.user === undefined ? 'no login is set' : 'the login works';
    const way = session.isEncrypted
      ? 'over TLS'
      : smtp.tls === 'off'
        ? 'WITHOUT TLS, as smtp.tls: off says: whoever listens on the way reads alerts and the password'
        : 'without TLS: the server is on this machine';
    return `${smtp.host}:${smtp.port} is reached ${way}; ${login}; nothing was sent`;
  },
};

/** RFC 8301: what verifiers everywhere accept is RSA. */
function isSigningKey(key: Secret): boolean {
  try {
    return createPrivateKey(key.reveal()).asymmetricKeyType === 'rsa';
  } catch {
    // Not a key in any form; the message of the schema says what is wanted.
    return false;
  }
}

interface Outcome {
  readonly accepted: readonly string[];
  readonly failures: readonly SendError[];
}

async function sendToEach(message: Buffer, own: EmailSettings, io: NotifyIo): Promise<Outcome> {
  const accepted = [...(io.accepted ?? [])];
  const failures: SendError[] = [];
  let session: Session | null = null;
  try {
    for (const recipient of own.to.filter((one) => !accepted.includes(one))) {
      try {
        session ??= await openSession(own.smtp, io);
        await session.send(own.from, recipient, message);
        accepted.push(recipient);
      } catch (error) {
        failures.push(error instanceof SendError ? error : new SendError(String(error), true));
        // Without a way in there is none for the others either.
        if (!session) break;
        if (!(await session.recover())) {
          session.close();
          session = null;
        }
      }
    }
  } finally {
    session?.close();
  }
  return { accepted, failures };
}

/** The same bytes for every attempt: time, boundaries and ids come from the alert. */
async function mailOf(alert: Alert, message: Message, own: EmailSettings): Promise<Buffer> {
  const { incident, change, at } = alert.transition;
  const { subject, text, html, attachments } = message;
  const domain = own.from.slice(own.from.lastIndexOf('@') + 1);
  const thread = `<incident.${incident.id}@${domain}>`;
  const isUrgent = incident.severity === 'critical' && !isEnding(change);
  const mail = await new MailComposer({
    from: { name: 'Siteward', address: own.from },
    to: [...own.to],
    subject,
    text,
    html,
    date: new Date(at),
    messageId: `<${alert.key}@${domain}>`,
    inReplyTo: thread,
    references: [thread],
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': `Siteward alerts <siteward-alerts.${domain}>`,
      'X-Siteward-Incident': incident.id,
      'X-Siteward-Site': alert.transition.incident.siteId,
      'X-Siteward-Change': change,
      'X-Siteward-Severity': incident.severity,
      ...(isUrgent && { Importance: 'high', 'X-Priority': '1' }),
    },
    attachments: attachments.map(({ cid, filename, mime, bytes }) => ({
      cid,
      filename,
      contentType: mime,
      content: Buffer.from(bytes),
      contentDisposition: 'inline',
    })),
    baseBoundary: alert.key.slice(0, 32),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  })
    .compile()
    .build();
  return own.dkim === undefined ? mail : signed(mail, own.dkim);
}

/** The signature is RSA over fixed bytes, so it is the same at every attempt too. */
async function signed(mail: Buffer, { domain, selector, key }: NonNullable<EmailSettings['dkim']>): Promise<Buffer> {
  const signer = new DKIM({ domainName: domain, keySelector: selector, privateKey: key.reveal() });
  return Buffer.concat(await signer.sign(mail).toArray());
}
