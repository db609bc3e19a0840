/** The page behind the link of a message: a GET asks, only a POST takes the incident, and each link does so once. */
import type { Hono } from 'hono';
import { html } from 'hono/html';
import { linkName, readLink } from '../core/link-token.js';
import type { Incident } from '../core/model.js';
import { diagnosisWords, moment } from '../core/words.js';
import type { Store } from '../store/store.js';
import { type Html, page } from './page.js';

export interface AcknowledgeDesk {
  readonly store: Pick<Store, 'incident' | 'claim' | 'fact'>;
  readonly secret: string;
  readonly now: () => number;
  /** Takes the incident for whoever the message went to; null when it is over by now. */
  readonly take: (incidentId: string, by: string) => Promise<Incident | null>;
}

const GONE = html`<p>This link was used, is too old, or is not one of ours. Where Siteward runs, this does the same:</p>
<p><code>siteward ack INCIDENT --by YOUR-NAME</code></p>`;

export function acknowledgeRoutes(app: Hono, desk: AcknowledgeDesk): void {
  const path = '/ack/:token';
  const claimed = async (token: string) => {
    const claim = readLink(token, desk.secret, desk.now());
    return claim && (await desk.store.fact(linkName(token))) === null ? claim : null;
  };
  app.get(path, async (context) => {
    const claim = await claimed(context.req.param('token'));
    const incident = claim && (await desk.store.incident(claim.incidentId));
    if (!incident) return context.html(page('Nothing to take', GONE), 404);
    return context.html(page('Take this incident?', question(incident), incident.severity));
  });
  app.post(path, async (context) => {
    const token = context.req.param('token');
    const claim = await claimed(token);
    if (!claim || !(await desk.store.claim(linkName(token), String(desk.now())))) {
      return context.html(page('Nothing to take', GONE), 404);
    }
    const taken = await desk.take(claim.incidentId, claim.receiver);
    const text = taken?.acknowledged
      ? `It is yours until ${moment(taken.acknowledged.until)}. It stays open until the site is as approved again.`
      : 'It is over by now: there is nothing to take.';
    return context.html(page('Thank you', html`<p>${text}</p>`, 'done'));
  });
}

function question({ siteId, diagnosis, summary, since }: Incident): Html {
  return html`<p><strong>${siteId}</strong>: ${diagnosisWords(diagnosis)} since ${moment(since)}</p>
<p dir="auto">${summary}</p>
<form method="post"><button>I take it</button></form>
<p class="dim">Nobody else is woken for it while it is yours. Looks and evidence go on, and what is new about it is told to all again.</p>`;
}
