/**
 * Prometheus Alertmanager, API v2 (`POST /api/v2/alerts`): the incident as an alert that fires until `endsAt`. Labels
 * identify an alert there, so those of another severity are ended in the same request: no message of ours has to be
 * remembered to end what it began.
 */
import * as z from 'zod';
import { isEnding } from '../core/change-words.js';
import { type Alert, SEVERITIES, type Severity, type Site } from '../core/model.js';
import { type Secret, secret } from '../core/secret.js';
import { type Brief, briefOf, briefText } from './brief.js';
import { addresses, webAddress } from './fields.js';
import { call, touched } from './http.js';
import type { Links, Notifier } from './notifier.js';

const settings = z.strictObject({
  url: webAddress('http://alertmanager.example.org:9093').describe('Of the server, without /api/v2.'),
  token: secret().optional().describe('Bearer token, where a proxy before it wants one.'),
  labels: z
    .record(
      z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: 'must be a label name such as team' }),
      z.string().max(200),
    )
    .default({})
    .describe('Further labels of every alert, for its routes: { team: web }.'),
  addresses: addresses(),
});

export type AlertmanagerSettings = z.output<typeof settings>;

/** We do not repeat an alert every minute as Prometheus does, so it fires until we end it, or for this long. */
const FIRES_FOR_MS = 7 * 86_400_000;

export const alertmanager: Notifier<AlertmanagerSettings> = {
  kind: 'alertmanager',
  settings,
  async send(alert, site, proof, own, io) {
    // A note is no condition that holds: there would be nothing to end.
    if (alert.transition.change === 'announced' || alert.transition.change === 'transient') return;
    const url = `${own.url.replace(/\/+$/, '')}/api/v2/alerts`;
    const { token, addresses: pinned } = own;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
    const body = alertsOf(alert, site, briefOf(alert, site, proof), proof.links ?? {}, own);
    await call(
      { kind: 'alertmanager', url, headers, body, key: alert.key, addresses: pinned, secrets: secretsOf(own) },
      io,
    );
  },
  examine: (own, io) =>
    touched({ kind: 'alertmanager', url: own.url, addresses: own.addresses, secrets: secretsOf(own) }, io),
};

function secretsOf({ token }: AlertmanagerSettings): Secret[] {
  return token ? [token] : [];
}

function alertsOf(alert: Alert, site: Site, brief: Brief, links: Links, own: AlertmanagerSettings): object[] {
  const { incident, change, at } = alert.transition;
  const isOver = isEnding(change);
  const labels = (severity: Severity) => ({
    ...own.labels,
    alertname: 'SitewardIncident',
    site: incident.siteId,
    incident: incident.id,
    severity,
    ...(incident.drill && { drill: 'true' }),
  });
  const startsAt = new Date(incident.since).toISOString();
  const ended = new Date(at).toISOString();
  const annotations = {
    summary: brief.headline,
    description: briefText(brief, true),
    diagnosis: incident.diagnosis,
    address: site.url ?? site.name,
  };
  return SEVERITIES.map((severity) => {
    const isThis = severity === incident.severity;
    const endsAt = isThis && !isOver ? new Date(at + FIRES_FOR_MS).toISOString() : ended;
    const generator = links.incident === undefined ? {} : { generatorURL: links.incident };
    return { labels: labels(severity), annotations: isThis ? annotations : {}, startsAt, endsAt, ...generator };
  });
}
