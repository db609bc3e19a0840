/**
 * Telegram, Bot API (core.telegram.org/bots/api): one message in HTML mode, under the picture of what is there now
 * where there is one. The bot's token is part of the address, so no address of it is ever shown.
 */
import * as z from 'zod';
import { escaped } from '../core/markup.js';
import type { Alert, Site } from '../core/model.js';
import { secret } from '../core/secret.js';
import { type Brief, briefOf } from './brief.js';
import { addresses, webAddress } from './fields.js';
import { call, touched } from './http.js';
import { type Notifier, type NotifyIo, type Proof, SendError } from './notifier.js';
import { written } from './written.js';

const settings = z.strictObject({
  token: secret()
    .refine((token) => /^[0-9]+:[A-Za-z0-9_-]+$/.test(token.reveal()), {
      error: 'must be a bot token such as 123456:ABC-DEF',
    })
    .describe('Of the bot, from @BotFather.'),
  chat: z
    .union([z.string().regex(/^(-?[0-9]+|@[A-Za-z0-9_]+)$/), z.int()], {
      error: ({ input }) =>
        input === undefined ? '"chat" is missing' : 'must be a chat id such as -1001234567890, or @channel',
    })
    .transform(String)
    .describe('Id of the chat, or @name of a channel.'),
  thread: z.int().min(1).optional().describe('Topic of the chat.'),
  url: webAddress('https://api.telegram.org')
    .default('https://api.telegram.org')
    .describe('Of a Bot API server of your own.'),
  addresses: addresses(),
});

export type TelegramSettings = z.output<typeof settings>;

/** Of the Bot API: a caption is shorter than a message. */
const MAX_MESSAGE = 4_096;
const MAX_CAPTION = 1_024;

export const telegram: Notifier<TelegramSettings> = {
  kind: 'telegram',
  settings,
  async send(alert, site, proof, own, io) {
    const brief = briefOf(alert, site, proof);
    const picture = await pictureOf(alert, site, proof, io);
    if (picture !== null) {
      const refusal = await sendPhoto(picture, brief, alert, own, io).then(
        () => null,
        (error: unknown) => error,
      );
      if (refusal === null) return;
      // A picture Telegram does not take is no reason to keep the alert back.
      if (!(refusal instanceof SendError) || refusal.retryable) throw refusal;
    }
    await sendMessage(brief, alert, own, io);
  },
  examine: ({ url, token, addresses: pinned }, io) =>
    touched({ kind: 'telegram', url, addresses: pinned, secrets: [token] }, io),
};

/** What is there now, small. */
async function pictureOf(alert: Alert, site: Site, proof: Proof, io: NotifyIo): Promise<Uint8Array | null> {
  const shown = proof.pictures.filter(({ label }) => label === 'after' || label === 'victim');
  if (shown.length === 0) return null;
  const { attachments } = await written(alert, site, { ...proof, pictures: shown.slice(0, 1) }, io);
  return attachments[0]?.bytes ?? null;
}

async function sendMessage(brief: Brief, alert: Alert, own: TelegramSettings, io: NotifyIo): Promise<void> {
  await ask('sendMessage', { ...common(brief, own), text: telegramHtml(brief, MAX_MESSAGE) }, {}, alert.key, own, io);
}

async function sendPhoto(
  png: Uint8Array,
  brief: Brief,
  alert: Alert,
  own: TelegramSettings,
  io: NotifyIo,
): Promise<void> {
  const fields = { ...common(brief, own), caption: telegramHtml(brief, MAX_CAPTION) };
  const boundary = `siteward-${alert.key.slice(0, 32)}`;
  const body = multipart(fields, png, boundary);
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  await ask('sendPhoto', body, headers, alert.key, own, io);
}

function common(brief: Brief, own: TelegramSettings): Readonly<Record<string, unknown>> {
  const buttons = brief.links.map(({ label, href }) => ({ text: label, url: href }));
  return {
    chat_id: own.chat,
    ...(own.thread !== undefined && { message_thread_id: own.thread }),
    parse_mode: 'HTML',
    disable_notification: brief.tone === 'notice',
    link_preview_options: { is_disabled: true },
    ...(buttons.length > 0 && { reply_markup: { inline_keyboard: [buttons] } }),
  };
}

async function ask(
  method: string,
  body: object | Uint8Array,
  headers: Readonly<Record<string, string>>,
  key: string,
  own: TelegramSettings,
  io: NotifyIo,
): Promise<void> {
  const url = `${own.url.replace(/\/+$/, '')}/bot${own.token.reveal()}/${method}`;
  const secrets = [own.token];
  await call(
    { kind: 'telegram', url, headers, body, key, addresses: own.addresses, secrets, retryAfterIn: retryAfterIn },
    io,
  );
}

/** `{"parameters":{"retry_after":35}}`, in seconds. */
function retryAfterIn(text: string): number | null {
  const [, seconds] = /"retry_after"\s*:\s*([0-9]{1,6})/.exec(text) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

/** Lines are kept or left out whole, so that no tag is ever cut in two. */
export function telegramHtml(brief: Brief, max: number): string {
  const lines = [
    `<b>${escaped(brief.status)}</b>`,
    `<b>${escaped(brief.title)}</b>`,
    escaped(brief.sentence),
    ...brief.findings.map((finding) => `• ${escaped(finding)}`),
    ...brief.facts.map(({ label, value }) =>
      label === '' ? `· ${escaped(value)}` : `${escaped(label)}: ${escaped(value)}`,
    ),
    ...brief.advice.map((step) => `<i>${escaped(step)}</i>`),
    ...(brief.evidence === null ? [] : [`<code>${escaped(brief.evidence)}</code>`]),
    escaped(brief.imprint),
  ];
  let length = 0;
  return lines
    .filter((line) => {
      const isKept = length + line.length + 1 <= max;
      if (isKept) length += line.length + 1;
      return isKept;
    })
    .join('\n');
}

/** RFC 7578. Names and the boundary are ours; no value but JSON of ours is a field's text. */
function multipart(fields: Readonly<Record<string, unknown>>, png: Uint8Array, boundary: string): Uint8Array {
  const part = (head: string, body: string | Uint8Array) => [
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ];
  return Buffer.concat([
    ...Object.entries(fields).flatMap(([name, value]) =>
      part(`name="${name}"`, typeof value === 'string' ? value : JSON.stringify(value)),
    ),
    ...part('name="photo"; filename="now.png"\r\ncontent-type: image/png', png),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}
