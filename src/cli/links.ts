/** Links in messages by which an incident is taken: made only where people can reach the web server. */
import { randomBytes } from 'node:crypto';
import { LINK_LIFETIME_MS, signLink } from '../core/link-token.js';
import type { Alert } from '../core/model.js';
import type { Links } from '../notify/notifier.js';
import type { Store } from '../store/store.js';

const SECRET = 'link-secret';

/** The key of this installation's links; made when it is first needed. */
export async function linkSecret(store: Pick<Store, 'claim' | 'fact'>): Promise<string> {
  await store.claim(SECRET, randomBytes(32).toString('base64url'));
  return (await store.fact(SECRET)) ?? '';
}

/** @returns where whoever gets the alert can take its incident; null where there is nothing to take. */
export function acknowledgeLink({ transition, receiver }: Alert, publicUrl: string, secret: string): string | null {
  const { incident, at } = transition;
  if (incident.status === 'resolved' || incident.drill) return null;
  const token = signLink({ incidentId: incident.id, receiver, until: at + LINK_LIFETIME_MS }, secret);
  return new URL(`ack/${token}`, publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`).href;
}

/** What delivery needs to put links into messages; nothing where people cannot reach us. */
export async function linking(
  store: Pick<Store, 'claim' | 'fact'>,
  publicUrl: string | null,
): Promise<{ readonly linksOf?: (alert: Alert) => Links }> {
  if (publicUrl === null) return {};
  const secret = await linkSecret(store);
  return {
    linksOf: (alert) => {
      const acknowledge = acknowledgeLink(alert, publicUrl, secret);
      return acknowledge === null ? {} : { acknowledge };
    },
  };
}
