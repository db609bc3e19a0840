import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/core/model.js';
import { email } from '../../src/notify/email.js';
import { type NotifyIo, type Proof, SendError } from '../../src/notify/notifier.js';
import { aFinding, anAlert, aSite, aTransition, T0 } from '../contracts/samples.js';
import { type CertificateAuthority, certificateAuthority, selfSigned } from '../support/certificates.js';
import { notifyIo, notifyNetwork } from '../support/notify.js';
import { startOrigin } from '../support/origin.js';
import { type MailServer, type MailServerOptions, startMailServer } from '../support/smtp.js';
import { picture } from './pictures.js';

const PASSWORD = 'correct horse battery staple';
const EMPTY: Proof = { folder: null, pictures: [], resolvers: [] };

let authority: CertificateAuthority;
let server: MailServer | undefined;
beforeAll(() => {
  authority = certificateAuthority();
});
afterAll(() => authority.remove());
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const started = async (options: MailServerOptions = {}): Promise<MailServer> => {
  server = await startMailServer(options);
  return server;
};
const io = (over: Partial<NotifyIo> = {}): NotifyIo => notifyIo(over);
const settingsFor = ({ port }: MailServer, over: object = {}, to = ['ops@example.org']) =>
  email.settings.parse({ smtp: { host: 'localhost', port, ...over }, from: 'siteward@example.org', to });
const alertOf = (over: Partial<Incident> = {}) => anAlert(aTransition('opened', over));
const send = (
  settings: ReturnType<typeof settingsFor>,
  over: Partial<NotifyIo> = {},
  alert = alertOf(),
  proof = EMPTY,
) => email.send(alert, aSite(), proof, settings, io(over));
const failure = async (sending: Promise<void>): Promise<SendError> => {
  const error = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SendError)) throw new Error(`not a SendError: ${error}`);
  return error;
};

describe('the mail', () => {
  it('is written elsewhere where that is asked for, and goes out without pictures when that fails', async () => {
    const mailbox = await started();
    const proof: Proof = { ...EMPTY, pictures: [picture('before'), picture('after')] };
    const over: Partial<NotifyIo> = { compose: () => Promise.reject(new Error('no answer within 60 s')) };
    await send(settingsFor(mailbox), over, alertOf({ summary: 'The title was replaced.' }), proof);
    const parsed = await mailbox.mails[0]?.parsed();
    expect(parsed?.subject).toBe('[CRITICAL] live: defaced — The title was replaced.');
    expect(parsed?.attachments).toEqual([]);
  });

  it('has both parts and its pictures inside, in a thread of its incident', async () => {
    const mailbox = await started();
    const proof: Proof = {
      folder: 'data/evidence/live/1/',
      pictures: [picture('before'), picture('after')],
      resolvers: [],
      findings: [aFinding({ expected: 'Global Summit', actual: 'هک شد 被黑' })],
    };
    await send(settingsFor(mailbox), {}, alertOf({ summary: 'عنوان 标题 was replaced.' }), proof);
    const [mail] = mailbox.mails;
    const parsed = await mail?.parsed();
    expect(parsed?.subject).toBe('[CRITICAL] live: defaced — عنوان 标题 was replaced.');
    expect(parsed?.from).toMatchObject({ name: 'Siteward', address: 'siteward@example.org' });
    expect(parsed?.to?.map((one) => one.address)).toEqual(['ops@example.org']);
    expect(parsed?.text).toContain('found:    هک شد 被黑');
    expect(parsed?.html).toContain('<bdi dir="auto">هک شد 被黑</bdi>');
    expect(parsed?.messageId).toBe(`<${alertOf().key}@example.org>`);
    expect(parsed?.references).toBe('<incident.incident-1@example.org>');
    expect(parsed?.inReplyTo).toBe('<incident.incident-1@example.org>');
    expect(parsed?.date).toBe(new Date(T0).toISOString());
    const cids = [...(parsed?.html ?? '').matchAll(/src="cid:([^"]+)"/g)].map((match) => `<${match[1]}>`);
    expect(cids).toHaveLength(2);
    expect(parsed?.attachments.map((one) => one.contentId)).toEqual(cids);
    expect(parsed?.attachments.every((one) => one.related && one.mimeType === 'image/png')).toBe(true);
    expect(parsed?.html).not.toMatch(/https?:\/\/[^<]*\.(png|gif|css|js)|<script|<link/);
  });

  it('says to machines what it is', async () => {
    const mailbox = await started();
    await send(settingsFor(mailbox));
    const headers = new Map((await mailbox.mails[0]?.parsed())?.headers.map(({ key, value }) => [key, value]));
    expect(Object.fromEntries(headers)).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-siteward-incident': 'incident-1',
      'x-siteward-site': 'live',
      'x-siteward-change': 'opened',
      'x-siteward-severity': 'critical',
      importance: 'high',
    });
    expect(headers.get('list-id')).toBe('Siteward alerts <siteward-alerts.example.org>');
    expect(headers.get('x-auto-response-suppress')).toBe('All');
  });

  it.each([
    ['a line break and a header', 'Hi\r\nBcc: victim@example.org\r\n\r\nbody'],
    ['an encoded word with a line break in it', '=?utf-8?Q?Hi=0D=0ABcc:_victim@example.org?='],
    ['bare carriage returns, NUL and U+2028', 'Hi\rBcc: victim@example.org\u0000\u2028X-Evil: 1'],
    ['a lone dot and an SMTP command', 'Hi\r\n.\r\nRCPT TO:<victim@example.org>'],
    ['direction overrides', '\u202eevil\u202c \u2066x\u2069'],
    ['ten thousand characters', 'x'.repeat(10_000)],
  ])('cannot be turned into another by a title with %s', async (_, title) => {
    const mailbox = await started();
    const proof = { ...EMPTY, findings: [aFinding({ summary: title, expected: title, actual: title })] };
    await send(settingsFor(mailbox), {}, alertOf({ summary: title }), proof);
    expect(mailbox.mails).toHaveLength(1);
    const [mail] = mailbox.mails;
    const parsed = await mail?.parsed();
    expect(mail?.to).toEqual(['ops@example.org']);
    const names = parsed?.headers.map(({ key }) => key) ?? [];
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('bcc');
    expect(names).not.toContain('x-evil');
    expect(parsed?.bcc ?? []).toEqual([]);
    expect(parsed?.subject).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect([...(parsed?.subject ?? '')].length).toBeLessThanOrEqual(120);
    const lines = mail?.raw.split('\r\n') ?? [];
    expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
  });

  it('is the same to the byte at every attempt', async () => {
    const mailbox = await started();
    const proof = { ...EMPTY, pictures: [picture('before'), picture('after')] };
    await send(settingsFor(mailbox), {}, alertOf(), proof);
    await send(settingsFor(mailbox), { now: () => T0 + 60_000 }, alertOf(), proof);
    expect(mailbox.mails[1]?.raw).toBe(mailbox.mails[0]?.raw);
  });
});

describe('the way to the server', () => {
  const certified = () => authority.issue(['localhost']);
  const trust = () => notifyNetwork({ ca: [authority.pem] }).trust;

  it('is STARTTLS with a certificate that is checked against the name, then a login', async () => {
    const mailbox = await started({ certificate: certified(), login: { user: 'u', password: PASSWORD } });
    await send(settingsFor(mailbox, { tls: 'required', user: 'u', password: PASSWORD }), { trust: trust() });
    expect(mailbox.mails[0]).toMatchObject({ overTls: true, user: 'u' });
  });

  it('is TLS from the first byte where that is said', async () => {
    const mailbox = await started({ certificate: certified(), secure: true });
    await send(settingsFor(mailbox, { secure: true }), { trust: trust() });
    expect(mailbox.mails[0]?.overTls).toBe(true);
  });

  it.each([
    ['signed by nobody we trust', () => ({ certificate: certified() }), undefined],
    ['of another name', () => ({ certificate: authority.issue(['mail.example.org']) }), trust],
  ])(
    'ends before anything is said when the certificate is %s, and is tried again later',
    async (_, options, trusted) => {
      const mailbox = await started(options());
      const error = await failure(send(settingsFor(mailbox, { tls: 'required' }), trusted ? { trust: trusted() } : {}));
      expect(error.retryable).toBe(true);
      expect(mailbox.mails).toEqual([]);
    },
  );

  it('never falls back to plain text where TLS is required', async () => {
    const mailbox = await started();
    const error = await failure(send(settingsFor(mailbox, { tls: 'required' })));
    expect(error.retryable).toBe(true);
    expect(mailbox.mails).toEqual([]);
  });

  it('requires TLS by itself unless the socket ends on this machine', async () => {
    const mailbox = await started();
    const { reach } = io();
    const elsewhere: NotifyIo['reach'] = (place, greet) =>
      reach(place, (socket, signal) =>
        greet(Object.defineProperty(socket, 'remoteAddress', { value: '203.0.113.5' }), signal),
      );
    expect((await failure(send(settingsFor(mailbox), { reach: elsewhere }))).retryable).toBe(true);
    await send(settingsFor(mailbox, { tls: 'off' }), { reach: elsewhere });
    await send(settingsFor(mailbox));
    expect(mailbox.mails).toHaveLength(2);
  });

  it('is only ever the socket it was given, whatever name the settings say', async () => {
    const mailbox = await started();
    const asked: unknown[] = [];
    const { reach } = io();
    const noted: NotifyIo['reach'] = (place, greet) => {
      asked.push([place.host, place.port]);
      return reach(place, greet);
    };
    await send(settingsFor(mailbox, { host: 'mail.example.org' }), { reach: noted });
    expect(asked).toEqual([['mail.example.org', mailbox.port]]);
    expect(mailbox.connections()).toBe(1);
  });

  it('says who could not be reached, and that trying again may help', async () => {
    const mailbox = await started();
    const refused: NotifyIo['reach'] = () => Promise.reject(new Error('203.0.113.5 may not be dialled'));
    const error = await failure(send(settingsFor(mailbox), { reach: refused }));
    expect(error.retryable).toBe(true);
    expect(error.message).toContain(`localhost:${mailbox.port}: no connection: 203.0.113.5 may not be dialled`);
  });

  it('ends at the deadline when the server never says a word', async () => {
    const mailbox = await started({ mute: true });
    const deadline = new AbortController();
    const { reach } = io();
    const impatient: NotifyIo['reach'] = (place, greet) => {
      return reach(place, (socket, signal) => {
        setImmediate(() => deadline.abort());
        return greet(socket, signal);
      });
    };
    const error = await failure(send(settingsFor(mailbox), { reach: impatient, signal: deadline.signal }));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toContain('it took too long');
  });
});

describe('a mail server whose name is lied about', () => {
  const NAME = 'mail.example.test';
  const own = (port: number, over: object = {}) =>
    email.settings.parse({
      smtp: { host: NAME, port, user: 'u', password: PASSWORD, tls: 'required', ...over },
      from: 'siteward@example.org',
      to: ['ops@example.org'],
    });

  it('is reached at an address written down, and the impostor hears no password', async () => {
    const options = { certificate: authority.issue([NAME]), login: { user: 'u', password: PASSWORD } };
    const mailbox = await started(options);
    const logins: string[] = [];
    const impostor = await startMailServer({
      certificate: selfSigned([NAME]),
      login: { user: 'u', password: PASSWORD },
      address: '127.0.0.66',
      port: mailbox.port,
      tried: (user) => logins.push(user),
    });
    const network = notifyNetwork({ ca: [authority.pem], systemLookup: async () => ['127.0.0.66'] });
    const lied = notifyIo({}, network);
    const proof = EMPTY;
    await expect(email.send(alertOf(), aSite(), proof, own(mailbox.port), lied)).rejects.toThrow('did not let us in');
    const pinned = own(mailbox.port, { addresses: ['127.0.0.1'] });
    await email.send(alertOf(), aSite(), proof, pinned, lied);
    // Proven once, it is found again without being written down.
    await email.send(alertOf(), aSite(), proof, own(mailbox.port), lied);
    expect(mailbox.mails).toHaveLength(2);
    expect(impostor.mails).toEqual([]);
    expect(logins).toEqual([]);
    await impostor.close();
  });
});

describe('signing and logging in', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const dkim = { domain: 'example.org', selector: 'siteward', key };

  it('signs with DKIM over what identifies the mail, the same at every attempt', async () => {
    const mailbox = await started();
    const settings = email.settings.parse({
      smtp: { host: 'localhost', port: mailbox.port },
      from: 'siteward@example.org',
      to: ['ops@example.org'],
      dkim,
    });
    await send(settings);
    await send(settings, { now: () => T0 + 60_000 });
    const [first, second] = mailbox.mails.map(({ raw }) => raw);
    expect(second).toBe(first);
    const header = /^DKIM-Signature:[\s\S]*?\r\n(?![ \t])/.exec(first ?? '')?.[0] ?? '';
    const tags = new Map(
      header
        .slice('DKIM-Signature:'.length)
        .split(';')
        .map((tag) => tag.trim())
        .map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1).replace(/\s+/g, '')] as const),
    );
    expect([tags.get('d'), tags.get('s'), tags.get('a')]).toEqual(['example.org', 'siteward', 'rsa-sha256']);
    for (const name of ['from', 'to', 'subject', 'message-id', 'date'])
      expect(tags.get('h')?.toLowerCase()).toContain(name);
    const [, body = ''] = (first ?? '').split(/\r\n\r\n([\s\S]*)/);
    // RFC 6376, 3.4.4: relaxed body.
    const relaxed = `${body
      .split('\r\n')
      .map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
      .join('\r\n')
      .replace(/(\r\n)*$/, '')}\r\n`;
    expect(createHash('sha256').update(relaxed).digest('base64')).toBe(tags.get('bh'));
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  it('refuses a signing key that is none, without repeating it', () => {
    const parsed = email.settings.safeParse({
      smtp: { host: 'localhost' },
      from: 'siteward@example.org',
      to: ['ops@example.org'],
      dkim: { ...dkim, key: 's3cr3t-but-no-key' },
    });
    expect(parsed.error?.issues[0]?.message).toContain('must be an RSA private key');
    expect(JSON.stringify(parsed.error)).not.toContain('s3cr3t-but-no-key');
  });

  const oauth2 = (url: string) => ({
    token_url: `${url}/token`,
    client_id: 'siteward',
    client_secret: 's3cr3tclient',
    refresh_token: 's3cr3trefresh',
  });

  it('logs in with an access token it asks for at the address the settings name', async () => {
    const forms: string[] = [];
    const tokens = await startOrigin({
      '/token': (request, response) => {
        request.on('data', (chunk) => forms.push(String(chunk)));
        request.on('end', () => response.end('{"access_token":"ya29.token","expires_in":3599}'));
      },
    });
    const mailbox = await started({ token: { user: 'u', accessToken: 'ya29.token' } });
    await send(settingsFor(mailbox, { user: 'u', oauth2: oauth2(tokens.url) }));
    expect(mailbox.mails[0]?.user).toBe('u');
    expect(Object.fromEntries(new URLSearchParams(forms[0]))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'siteward',
      client_secret: 's3cr3tclient',
      refresh_token: 's3cr3trefresh',
    });
    await tokens.close();
  });

  it('has failed for good when the token is refused, and repeats none of it', async () => {
    const tokens = await startOrigin({
      '/token': { status: 400, body: '{"error":"invalid_grant","you":"s3cr3trefresh s3cr3tclient"}' },
    });
    const mailbox = await started({ token: { user: 'u', accessToken: 'ya29.token' } });
    const error = await failure(send(settingsFor(mailbox, { user: 'u', oauth2: oauth2(tokens.url) })));
    expect(error.retryable).toBe(false);
    expect(error.message).toContain('invalid_grant');
    expect(error.message).not.toMatch(/s3cr3t/);
    await tokens.close();
  });
});

describe('doctor', () => {
  it('says whether the login works and whether anybody can listen', async () => {
    const mailbox = await started({ login: { user: 'u', password: PASSWORD } });
    const look = (over: object) => email.examine(settingsFor(mailbox, over), io());
    expect(await look({ user: 'u', password: PASSWORD })).toContain(
      'without TLS: the server is on this machine; the login works',
    );
    expect(await look({ tls: 'off' })).toContain('WITHOUT TLS, as smtp.tls: off says');
    await expect(look({ user: 'u', password: 'wrong' })).rejects.toThrow('refused the login');
    expect(mailbox.mails).toEqual([]);
  });
});

describe('a refusal', () => {
  const two = ['gone@example.org', 'ops@example.org'];

  it('of one recipient does not keep the mail from the others', async () => {
    const mailbox = await started({
      recipient: (address) => (address === 'gone@example.org' ? { code: 550, text: 'No such user' } : null),
    });
    const error = await failure(send(settingsFor(mailbox, {}, two)));
    expect(mailbox.mails.map(({ to }) => to)).toEqual([['ops@example.org']]);
    expect(error).toMatchObject({ retryable: false, accepted: ['ops@example.org'] });
    expect(error.message).toContain('gone@example.org was not accepted');
    expect(mailbox.connections()).toBe(1);
  });

  it('for now is tried again with the same Message-ID, and only for those who have not got it', async () => {
    let isGreylisting = true;
    const mailbox = await started({
      recipient: (address) =>
        isGreylisting && address === 'gone@example.org' ? { code: 451, text: 'Greylisted, come back' } : null,
    });
    const error = await failure(send(settingsFor(mailbox, {}, two)));
    expect(error).toMatchObject({ retryable: true, accepted: ['ops@example.org'] });
    isGreylisting = false;
    await send(settingsFor(mailbox, {}, two), { accepted: error.accepted });
    expect(mailbox.mails.map(({ to }) => to)).toEqual([['ops@example.org'], ['gone@example.org']]);
    const ids = await Promise.all(mailbox.mails.map(async (mail) => (await mail.parsed()).messageId));
    expect(ids[0]).toBe(ids[1]);
  });

  it.each([
    [451, true],
    [552, false],
  ])('of the content with %i is retryable: %s', async (code, retryable) => {
    const mailbox = await started({ content: () => ({ code, text: 'Not now' }) });
    expect((await failure(send(settingsFor(mailbox)))).retryable).toBe(retryable);
  });

  it('of the login is final and never shows the password, even when the server does', async () => {
    const encoded = Buffer.from(`\0u\0${PASSWORD}`).toString('base64');
    const mailbox = await started({
      login: { user: 'u', password: 'another' },
      loginRefusal: `bad credentials u ${PASSWORD} ${encoded}`,
      recipient: () => ({ code: 550, text: `You said ${PASSWORD} and ${encoded}` }),
    });
    const refusedLogin = await failure(send(settingsFor(mailbox, { user: 'u', password: PASSWORD })));
    expect(refusedLogin.retryable).toBe(false);
    expect(refusedLogin.message).toContain('refused the login');
    for (const text of [
      refusedLogin.message,
      refusedLogin.stack,
      JSON.stringify(refusedLogin),
      String(refusedLogin.cause),
    ]) {
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(encoded);
    }
  });

  it('that repeats the password has it taken out', async () => {
    const mailbox = await started({
      login: { user: 'u', password: PASSWORD },
      recipient: () => ({ code: 550, text: `You said ${PASSWORD}` }),
    });
    const error = await failure(send(settingsFor(mailbox, { user: 'u', password: PASSWORD })));
    expect(error.message).toContain('You said [secret]');
  });
});

describe('the settings', () => {
  const smtp = { host: 'mail.example.org' };
  const base = { smtp, from: 'siteward@example.org', to: ['ops@example.org'] };

  it('need no more than a host, a sender and a recipient', () => {
    expect(email.settings.parse(base)).toMatchObject({ smtp: { port: 587, secure: false } });
    expect(email.settings.parse({ ...base, smtp: { ...smtp, port: 465 } })).toMatchObject({ smtp: { secure: true } });
  });

  it.each([
    ['a recipient with a second one hidden in it', { ...base, to: ['ops@example.org\r\nBcc: x@example.org'] }],
    ['no recipient', { ...base, to: [] }],
    ['a sender with a name', { ...base, from: 'Siteward <siteward@example.org>' }],
    ['an unknown key', { ...base, smtp: { ...smtp, hots: 'x' } }],
    ['a user without a password', { ...base, smtp: { ...smtp, user: 'u' } }],
    ['a port that is none', { ...base, smtp: { ...smtp, port: 70_000 } }],
  ])('refuse %s', (_, given) => {
    expect(email.settings.safeParse(given).success).toBe(false);
  });

  it('never print the password', () => {
    const parsed = email.settings.parse({ ...base, smtp: { ...smtp, user: 'u', password: PASSWORD } });
    expect(JSON.stringify(parsed)).not.toContain(PASSWORD);
  });
});
