/**
 * Any program's own address, signed after Standard Webhooks (standardwebhooks.com): `webhook-id` is the alert's key and the
 * same at every attempt, `webhook-signature` is HMAC-SHA256 over `id.timestamp.body`. The body is `siteward/alert/1`.
 */
import { createHmac } from 'node:crypto';
import * as z from 'zod';
import type { Alert, Site } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { type Secret, secret } from '../core/secret.js';
import { addresses, secretAddress } from './fields.js';
import { call, touched } from './http.js';
import { noticeOf } from './message.js';
import type { Notifier, Proof } from './notifier.js';

const settings = z.strictObject({
  url: secretAddress('https://hooks.example.org/siteward'),
  secret: secret()
    .refine((key) => keyOf(key).length >= 16, { error: 'must be whsec_ and base64, or text of at least 16 characters' })
    .describe('`whsec_` and base64 of 24 to 64 random bytes; other text is used as it is.'),
  addresses: addresses(),
});

export type WebhookSettings = z.output<typeof settings>;

export const webhook: Notifier<WebhookSettings> = {
  kind: 'webhook',
  settings,
  heedsTaking: true,
  async send(alert, site, proof, own, io) {
    const body = Buffer.from(JSON.stringify(alertJson(alert, site, proof)));
    const timestamp = String(Math.floor(io.now() / 1000));
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'webhook-id': alert.key,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature(own.secret, alert.key, timestamp, body),
    };
    const secrets = [own.url, own.secret];
    await call(
      { kind: 'webhook', url: own.url.reveal(), headers, body, key: alert.key, addresses: own.addresses, secrets },
      io,
    );
  },
  examine: ({ url, addresses: pinned }, io) =>
    touched({ kind: 'webhook', url: url.reveal(), addresses: pinned, secrets: [url] }, io),
};

/** `v1,` and base64. */
export function signature(key: Secret, id: string, timestamp: string, body: Uint8Array): string {
  const mac = createHmac('sha256', keyOf(key)).update(`${id}.${timestamp}.`).update(body);
  return `v1,${mac.digest('base64')}`;
}

function keyOf(key: Secret): Buffer {
  const text = key.reveal();
  return text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.from(text);
}

const LONGEST = 2_000;

/** Documented in docs/receivers.md; keys are only ever added. */
function alertJson(alert: Alert, site: Site, proof: Proof): object {
  const { transition, receiver, reason, supersedes = [] } = alert;
  const { incident, change, at, because } = transition;
  const notice = noticeOf(alert, site, { ...proof, pictures: [] });
  return {
    schema: 'siteward/alert/1',
    type: `incident.${change}`,
    timestamp: new Date(at).toISOString(),
    data: {
      id: alert.key,
      receiver,
      reason,
      because: clean(because),
      supersedes,
      headline: notice.headline,
      site: {
        id: incident.siteId,
        url: site.url,
        name: site.name,
        title: site.title === null ? null : clean(site.title),
      },
      incident: {
        id: incident.id,
        seq: incident.seq,
        status: incident.status,
        severity: incident.severity,
        diagnosis: incident.diagnosis,
        scope: incident.scope,
        confidence: incident.confidence,
        summary: clean(incident.summary),
        lines: incident.lines.map(clean),
        since: new Date(incident.since).toISOString(),
        resolvedAt: incident.resolvedAt === null ? null : new Date(incident.resolvedAt).toISOString(),
        drill: incident.drill,
      },
      findings: notice.findings.map(({ code, severity, confidence, vantage, summary, expected, actual, where }) => ({
        ...{ code, severity, confidence, vantage, summary: clean(summary) },
        expected: expected === undefined ? null : clean(expected),
        actual: actual === undefined ? null : clean(actual),
        where: where === undefined ? null : clean(where),
      })),
      evidence: proof.folder,
      links: proof.links ?? {},
    },
  };
}

/** A program that shows it must not be able to be fooled by it: no control characters and direction overrides, one line. */
function clean(text: string): string {
  return oneLine(text, LONGEST);
}
