/** How each change of an incident is said: in a subject, above a message, and where it stands now. Pure. */
import type { Alert, Change, Incident, Transition } from './model.js';
import { isOfSites } from './reserved.js';
import { diagnosisWords, duration } from './words.js';

/** What follows the site's name in a subject: `defaced`, `still defaced after 35 min`. */
export function stateWords({ transition, supersedes = [] }: Pick<Alert, 'transition' | 'supersedes'>): string {
  const { incident, change, at } = transition;
  const words = diagnosisWords(incident.diagnosis);
  const lasted = duration(at - incident.since);
  switch (change) {
    case 'suspected':
      return `suspected: ${words}, being looked at again`;
    case 'opened':
      return incident.pattern === 'intermittent' ? `${words} for some visitors, again and again` : words;
    case 'worsened':
      // Who was not told that it began does not know what it is worse than.
      return supersedes.some(isBeginning) ? words : `worse, ${words}`;
    case 'relapsed':
      return `${words} again, relapse ${incident.relapses}`;
    case 'reopened':
      return `${words} again, taken up anew`;
    case 'flapping':
      return `${words}, comes and goes`;
    case 'escalated':
      return `${words} for ${lasted}, nobody has taken it`;
    case 'reminder':
      return `still ${words} after ${lasted}`;
    case 'acknowledged':
      return `${words}, taken by ${incident.acknowledged?.by ?? 'somebody'}`;
    case 'unacknowledged':
      return `still ${words} after ${lasted}, nobody's any more`;
    case 'unmuted':
      return `still ${words} after the silence`;
    case 'resolved':
      return isWithdrawn({ incident, change })
        ? `no longer watched, was ${words} for ${lasted}`
        : `no longer ${words}, after ${lasted}`;
    case 'stood-down':
      return `not confirmed, seen once: ${words}`;
    case 'transient':
      return `seen once and gone: ${words}`;
    case 'announced':
      return 'for your information';
  }
}

/** What is new, above the message. */
export function kickerWords({ transition, supersedes = [] }: Pick<Alert, 'transition' | 'supersedes'>): string {
  const { incident, change, at } = transition;
  const lasted = duration(at - incident.since);
  const isFirst = supersedes.some(isBeginning);
  if (isWithdrawn(transition)) return `Taken off the watchlist, open for ${lasted}`;
  if (change === 'resolved') return isFirst ? `Opened and resolved after ${lasted}` : `Resolved after ${lasted}`;
  if (change === 'stood-down') return 'Stand down: it was not confirmed';
  if (isFirst && at - incident.since < 60_000) return 'New incident';
  if (isFirst) return `New incident, told late: it began ${lasted} ago`;
  const kickers: Readonly<Record<Exclude<Change, 'resolved' | 'stood-down'>, string>> = {
    suspected: 'Suspected: the next look decides',
    opened: 'New incident',
    worsened: 'It got worse',
    relapsed: `It came back, relapse ${incident.relapses}`,
    reopened: 'It is back after its end',
    flapping: 'It comes and goes',
    escalated: `Nobody has taken this for ${lasted}`,
    reminder: `Still open after ${lasted}`,
    acknowledged: `${incident.acknowledged?.by ?? 'Somebody'} has taken it`,
    unacknowledged: `Nobody's any more, still open after ${lasted}`,
    unmuted: `Still open after ${lasted}: what kept its messages back is over`,
    transient: 'Seen once and gone',
    announced: 'For your information',
  };
  return kickers[change];
}

function isBeginning(change: Change): boolean {
  return change === 'opened' || change === 'suspected' || change === 'reopened';
}

/** `CRITICAL`, `RESOLVED`: how urgent the message is, at a glance. */
export function badgeWords({ incident, change }: Transition): string {
  const words = {
    resolved: 'RESOLVED',
    'stood-down': 'STAND-DOWN',
    suspected: 'SUSPECTED',
    transient: 'NOTE',
    announced: 'NOTE',
  } as const;
  if (isWithdrawn({ incident, change })) return 'CLOSED';
  const badge: string = change in words ? words[change as keyof typeof words] : incident.severity.toUpperCase();
  return incident.drill ? `DRILL ${badge}` : badge;
}

/** It ends something: its pictures and findings are of yesterday. */
export function isEnding(change: Change): boolean {
  return change === 'resolved' || change === 'stood-down';
}

/** Nobody saw it as approved again: the watchlist holds nothing any more that could. */
export function isWithdrawn({ incident, change }: Pick<Transition, 'incident' | 'change'>): boolean {
  return change === 'resolved' && isOfSites(incident) && Object.keys(incident.diverging).length === 0;
}

/** `open`, `acknowledged by Ada`, `recovering`: where the incident stands, in a list. */
export function phaseWords({ status, acknowledged, pattern }: Incident): string {
  if (status === 'resolved') return pattern === 'transient' ? 'seen once' : 'resolved';
  if (status === 'open' && acknowledged) return `taken by ${acknowledged.by}`;
  return status;
}
