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
    const { incident } = alert.transition;
    const say = (body: object) => enqueue({ routing_key: own.routing_key.reveal(), ...body }, alert.key, own, io);
    const newest = dedupKey(incident);
    for (const action of actionsFor(alert)) {
      const told = action === 'trigger' ? trigger(alert, site, brief, proof.links ?? {}) : {};
      await say({ event_action: action, dedup_key: newest, ...told });
    }
    for (const dedup_key of formerKeys(alert)) await say({ event_action: 'resolve', dedup_key });
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

/**
 * `siteward:` and 40 hex digits. A reopened incident is a new alert there, as PagerDuty makes one anyway; and so is one that
 * people must be called for anew, for what was acknowledged there stays quiet whatever is triggered.
 */
function dedupKey({ id, reopenCount, alarms }: Pick<Incident, 'id' | 'reopenCount' | 'alarms'>): string {
  return keyOf(id, reopenCount + alarms);
}

function keyOf(id: string, count: number): string {
  const base = `siteward:${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
  return count === 0 ? base : `${base}/${count}`;
}

/** An end ends the alerts before too, if one was left; PagerDuty drops what has no open alert. */
const MOST_FORMER = 10;

/** Alerts there that this one takes the place of. */
function formerKeys({ transition: { incident, change } }: Alert): readonly string[] {
  const count = incident.reopenCount + incident.alarms;
  const many = isEnding(change) ? MOST_FORMER : isTrigger(change) ? 1 : 0;
  return Array.from({ length: Math.min(many, incident.alarms) }, (_, index) => keyOf(incident.id, count - 1 - index));
}

function trigger({ transition: { incident, at } }: Alert, site: Site, brief: Brief, links: Links): object {
  return {
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
