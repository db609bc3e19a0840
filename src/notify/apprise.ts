/**
 * Apprise's own HTTP API (github.com/caronc/apprise-api): its server opens some hundred services that have no file here.
 * Give it the key of a configuration kept there, or the services' own addresses.
 */
import * as z from 'zod';
import { type Secret, secret } from '../core/secret.js';
import { type Brief, briefOf, briefText } from './brief.js';
import { addresses, webAddress } from './fields.js';
import { call, touched } from './http.js';
import { type Notifier, SendError } from './notifier.js';

const settings = z
  .strictObject({
    url: webAddress('https://apprise.example.org').describe('Of the server, without /notify.'),
    key: secret().optional().describe('Of a configuration kept on the server.'),
    urls: z.array(secret()).min(1).max(20).optional().describe('Apprise addresses: `json://...`, `matrixs://...`.'),
    tag: z.string().min(1).max(200).optional().describe('Which of the services kept under the key.'),
    addresses: addresses(),
  })
  .refine(({ key, urls }) => (key === undefined) !== (urls === undefined), { error: 'needs either key or urls' });

export type AppriseSettings = z.output<typeof settings>;

const TYPES: Readonly<Record<Brief['tone'], string>> = {
  critical: 'failure',
  warning: 'warning',
  notice: 'info',
  resolved: 'success',
};

export const apprise: Notifier<AppriseSettings> = {
  kind: 'apprise',
  settings,
  async send(alert, site, proof, own, io) {
    const { key, urls, tag } = own;
    const brief = briefOf(alert, site, proof);
    const base = `${own.url.replace(/\/+$/, '')}/notify`;
    const url = key === undefined ? base : `${base}/${encodeURIComponent(key.reveal())}`;
    const body = {
      title: brief.headline,
      body: briefText(brief, true),
      type: TYPES[brief.tone],
      format: 'text',
      ...(urls && { urls: urls.map((one) => one.reveal()) }),
      ...(tag !== undefined && { tag }),
    };
    const { addresses: pinned } = own;
    const secrets = secretsOf(own);
    const { status } = await call({ kind: 'apprise', url, body, key: alert.key, addresses: pinned, secrets }, io);
    // 204 is its way to say that under this key there is nobody to tell.
    if (status === 204) throw new SendError(`apprise (${new URL(url).host}) has no service under this key`, false);
  },
  examine: (own, io) =>
    touched({ kind: 'apprise', url: own.url, addresses: own.addresses, secrets: secretsOf(own) }, io),
};

function secretsOf({ key, urls }: AppriseSettings): Secret[] {
  return [...(key ? [key] : []), ...(urls ?? [])];
}
