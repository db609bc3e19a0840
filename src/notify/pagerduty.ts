/**
 * PagerDuty, Events API v2 (developer.pagerduty.com, "Send an alert event"): one alert there per incident here. The
 * dedup_key is the incident's, so a retry and a reminder change that alert and make no second one. PagerDuty drops a
 * resolve of what it never had, so an incident that was over before anything was sent is triggered, then resolved.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { isEnding } from '../core/change-words.js';
import type { Alert, Change, Incident, Severity, Site } from '../core/model.js';
import { secret } from '../core/secret.js';
import { type Brief, briefOf } from './brief.js';
import { addresses, webAddress } from './fields.js';
import { call, touched } from './http.js';
import type { Links, Notifier, NotifyIo } from './notifier.js';

const settings = z.strictObject({
  routing_key: secret().describe('Integration key of the service, 32 characters.'),
  url: webAddress('https://events.eu.pagerduty.com')
    .default('https://events.pagerduty.com')
    .describe('For the EU region: https://events.eu.pagerduty.com'),
  addresses: addresses(),
});

export type PagerDutySettings = z.output<typeof settings>;

type Action = 'trigger' | 'acknowledge' | 'resolve';

const SEVERITIES: Readonly<Record<Severity, string>> = { critical: 'critical', warning: 'warning', notice: 'info' };
const MAX_SUMMARY = 1024;

export const pagerduty: Notifier<PagerDutySettings> = {
  kind: 'pagerduty',
  settings,
  heedsTaking: true,
  async send(alert, site, proof, own, io) {
    const brief = briefOf(alert, site, proof);
    for (const action of actionsFor(alert)) {
      await enqueue(event(action, alert, site, brief, proof.links ?? {}, own), alert.key, own, io);
    }
  },
  examine: (own, io) => touched({ kind: 'pagerduty', url: own.url, addresses: own.addresses, secrets: [] }, io),
};

function actionsFor({ transition: { change }, supersedes = [] }: Alert): readonly Action[] {
  // What it never had it cannot take: taken before it heard of it is triggered first.
  if (change === 'acknowledged') return supersedes.some(isTrigger) ? ['trigger', 'acknowledge'] : ['acknowledge'];
  // A record for people to read later: nobody is woken for it.
  if (change === 'announced' || change === 'transient') return [];
  if (!isEnding(change)) return ['trigger'];
  // A suspicion that came to nothing before anybody was woken wakes nobody.
  return change === 'resolved' && supersedes.some(isTrigger) ? ['trigger', 'resolve'] : ['resolve'];
}

function isTrigger(change: Change): boolean {
  return !isEnding(change) && change !== 'acknowledged' && change !== 'announced' && change !== 'transient';
}

/** `siteward:` and 40 hex digits; a reopened incident is a new alert there, as PagerDuty makes one anyway. */
export function dedupKey({ id, reopenCount }: Pick<Incident, 'id' | 'reopenCount'>): string {
  const base = `siteward:${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
  return reopenCount === 0 ? base : `${base}/${reopenCount}`;
}

function event(action: Action, alert: Alert, site: Site, brief: Brief, links: Links, own: PagerDutySettings): object {
  const { incident, at } = alert.transition;
  const head = { routing_key: own.routing_key.reveal(), event_action: action, dedup_key: dedupKey(incident) };
  if (action !== 'trigger') return head;
  return {
    ...head,
    client: 'Siteward',
    ...(links.incident !== undefined && { client_url: links.incident }),
    payload: {
      summary: brief.headline.slice(0, MAX_SUMMARY),
      source: site.url ?? site.name,
      severity: SEVERITIES[incident.severity],
      timestamp: new Date(at).toISOString(),
      component: incident.siteId,
      class: incident.diagnosis,
      custom_details: {
        what: brief.sentence,
        ...Object.fromEntries(
          brief.facts.filter(({ label }) => label !== '').map(({ label, value }) => [label, value]),
        ),
        among_them: incident.lines.slice(0, 20),
        found: brief.findings,
        do_now: brief.advice,
        evidence: brief.evidence,
      },
    },
    images: (links.pictures ?? []).map(({ src, alt }) => ({
      src,
      alt,
      ...(links.incident && { href: links.incident }),
    })),
    links: brief.links.map(({ label, href }) => ({ href, text: label })),
  };
}

async function enqueue(body: object, key: string, own: PagerDutySettings, io: NotifyIo): Promise<void> {
  const url = new URL('/v2/enqueue', own.url).href;
  await call({ kind: 'pagerduty', url, body, key, addresses: own.addresses, secrets: [own.routing_key] }, io);
}
