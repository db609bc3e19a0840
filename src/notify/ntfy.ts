/** ntfy, ntfy.sh or a server of one's own (docs.ntfy.sh, "Publish as JSON"): a push message to phones. */
import * as z from 'zod';
import { type Secret, secret } from '../core/secret.js';
import { type Brief, briefOf, briefText } from './brief.js';
import { addresses, webAddress } from './fields.js';
import { call, touched } from './http.js';
import type { Notifier } from './notifier.js';

const settings = z.strictObject({
  url: webAddress('https://ntfy.example.org').default('https://ntfy.sh').describe('Of the server, without the topic.'),
  topic: secret()
    .refine((topic) => /^[-_A-Za-z0-9]{1,64}$/.test(topic.reveal()), {
      error: 'must be 1 to 64 letters, digits, "-" and "_"',
    })
    .describe('Whoever knows it can read along where no token is needed.'),
  token: secret().optional().describe('Access token, where the topic needs one.'),
  addresses: addresses(),
});

export type NtfySettings = z.output<typeof settings>;

export const ntfy: Notifier<NtfySettings> = {
  kind: 'ntfy',
  settings,
  async send(alert, site, proof, own, io) {
    const { url, token, addresses: pinned } = own;
    const body = ntfyMessage(briefOf(alert, site, proof), own);
    const headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
    await call({ kind: 'ntfy', url, headers, body, key: alert.key, addresses: pinned, secrets: secretsOf(own) }, io);
  },
  examine: (own, io) => touched({ kind: 'ntfy', url: own.url, addresses: own.addresses, secrets: secretsOf(own) }, io),
};

function secretsOf({ topic, token }: NtfySettings): Secret[] {
  return [topic, ...(token ? [token] : [])];
}

/** 5 breaks through "do not disturb", 3 is a message like any other, 2 makes no sound. */
const PRIORITIES: Readonly<Record<Brief['tone'], number>> = { critical: 5, warning: 4, notice: 2, resolved: 3 };
const TAGS: Readonly<Record<Brief['tone'], string>> = {
  critical: 'rotating_light',
  warning: 'warning',
  notice: 'information_source',
  resolved: 'white_check_mark',
};
/** The server makes a file of a longer message. */
const MAX_BYTES = 3_900;

function ntfyMessage(brief: Brief, { topic }: NtfySettings): object {
  const open = brief.links.find(({ label }) => label !== 'Acknowledge') ?? brief.links[0];
  return {
    topic: topic.reveal(),
    title: brief.title,
    message: withinBytes(briefText(brief, false), MAX_BYTES),
    priority: PRIORITIES[brief.tone],
    tags: [TAGS[brief.tone]],
    ...(open && { click: open.href }),
    actions: brief.links.slice(0, 3).map(({ label, href }) => ({ action: 'view', label, url: href })),
  };
}

function withinBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) return text;
  // A character cut in two at the end becomes U+FFFD, which is taken away.
  return `${bytes
    .subarray(0, max)
    .toString('utf8')
    .replace(/\uFFFD$/, '')}…`;
}
