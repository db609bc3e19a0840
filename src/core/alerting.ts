/** Whom a step's transitions are told to, and why just them: "why was I paged?" has its answer here. Pure. */
import { createHash } from 'node:crypto';
import { type LadderStep, stepsFor } from './ladder.js';
import type { Alert, Incident, Severity, Site, Transition } from './model.js';
import { isGroup } from './reserved.js';

/** Receivers of incidents of exactly this severity. */
export interface SeverityRoute {
  readonly severity: Severity;
  readonly to: readonly string[];
}

/** Who is told: the severity routes, and above them the ladder for what nobody takes. */
export interface Directory {
  readonly routes: readonly SeverityRoute[];
  readonly ladder: readonly LadderStep[];
  /** The site as messages name it, and the receivers that the watchlist gives it. */
  readonly siteOf: (incident: Incident) => Pick<Site, 'id' | 'receivers'>;
  /** Receivers that refuse everything for good: they are not told of their own failure. */
  readonly failing: readonly string[];
  /** Receivers that do something with the news that somebody took an incident; absent: none does. */
  readonly heedTaking?: readonly string[];
}

/**
 * Every transition, once per receiver.
 * @param toldBefore per incident id: the receivers that already got an alert of it. They hear of its end.
 */
export function dueAlerts(
  transitions: readonly Transition[],
  directory: Directory,
  toldBefore: ReadonlyMap<string, readonly string[]>,
): Alert[] {
  return transitions.flatMap((transition) => {
    const before = toldBefore.get(transition.incident.id) ?? [];
    const { receivers, reason } = addressees(transition, directory, before);
    return alertsTo(receivers, transition, reason);
  });
}

/** One alert of the transition per receiver. */
export function alertsTo(receivers: readonly string[], transition: Transition, reason: string): Alert[] {
  return [...new Set(receivers)].map((receiver) => ({
    key: alertKey(transition, receiver),
    receiver,
    reason,
    transition,
  }));
}

/** The same for every attempt and after every restart, and no other alert's. 64 hex digits. */
export function alertKey({ incident, change }: Transition, receiver: string): string {
  return createHash('sha256').update(`${incident.id}|${incident.seq}|${change}|${receiver}`).digest('hex');
}

interface Addressees {
  readonly receivers: readonly string[];
  readonly reason: string;
}

function addressees({ incident, change }: Transition, directory: Directory, before: readonly string[]): Addressees {
  switch (change) {
    case 'resolved':
    case 'stood-down':
      return { receivers: before, reason: 'told of this incident before' };
    case 'acknowledged':
      // A person needs no message for it, a pager that keeps ringing does.
      return {
        receivers: before.filter((receiver) => directory.heedTaking?.includes(receiver)),
        reason: 'told of this incident before, and can be told that somebody took it',
      };
    case 'announced':
      return { receivers: [], reason: 'nobody is told' };
    case 'escalated': {
      const step = stepsFor(incident.severity, directory.ladder)[incident.ladder.level - 1];
      return { receivers: step?.to ?? [], reason: 'nobody took the incident: you are the next step of the ladder' };
    }
    case 'suspected':
    case 'opened':
    case 'reopened':
    case 'transient':
      return firstTold(incident, directory);
    default: {
      const { receivers, reason } = firstTold(incident, directory);
      return { receivers: [...receivers, ...before], reason };
    }
  }
}

/** Who hears first of an incident of this site. */
export function firstReceivers(
  site: Pick<Site, 'id' | 'receivers'>,
  severity: Severity,
  routes: readonly SeverityRoute[],
): readonly string[] {
  return site.receivers.length > 0 ? site.receivers : routed(severity, routes).receivers;
}

function firstTold(incident: Incident, { siteOf, routes, failing }: Directory): Addressees {
  const site = siteOf(incident);
  if (incident.cause === 'monitor') {
    const { receivers, reason } = routed(incident.severity, routes);
    return { receivers: receivers.filter((receiver) => !failing.includes(receiver)), reason };
  }
  if (site.receivers.length > 0)
    return {
      receivers: site.receivers,
      reason: isGroup(incident)
        ? 'you are told of one of these sites'
        : `the watchlist names this receiver for ${site.id}`,
    };
  return routed(incident.severity, routes);
}

/** Nothing critical is silent: without a route of its own it takes that of the next lower severity. */
const FALLBACKS: Readonly<Record<Severity, readonly Severity[]>> = {
  critical: ['critical', 'warning', 'notice'],
  warning: ['warning'],
  notice: ['notice'],
};

function routed(severity: Severity, routes: readonly SeverityRoute[]): Addressees {
  for (const candidate of FALLBACKS[severity]) {
    const receivers = routes.filter((route) => route.severity === candidate).flatMap((route) => route.to);
    if (receivers.length === 0) continue;
    const reason =
      candidate === severity
        ? `a route sends ${severity} incidents here`
        : `there is no route for ${severity} incidents, so they take the one for ${candidate}`;
    return { receivers, reason };
  }
  return { receivers: [], reason: `there is no route for ${severity} incidents` };
}
