/** Whom a step's transitions are told to, and why just them: "why was I paged?" has its answer here. Pure. */
import { createHash } from 'node:crypto';
import type { Step } from './incident.js';
import type { Alert, Severity, Site, Transition } from './model.js';

/** Receivers of incidents of exactly this severity. */
export interface SeverityRoute {
  readonly severity: Severity;
  readonly to: readonly string[];
}

/**
 * Every transition of the step, once per receiver.
 * @param toldBefore per incident id: the receivers that already got an alert of it. They hear of its end.
 */
export function dueAlerts(
  step: Step,
  site: Site,
  routes: readonly SeverityRoute[],
  toldBefore: ReadonlyMap<string, readonly string[]>,
): Alert[] {
  return step.transitions.flatMap((transition) => {
    const before = toldBefore.get(transition.incident.id) ?? [];
    const { receivers, reason } = addressees(transition, site, routes, before);
    return [...new Set(receivers)].map((receiver) => ({
      key: alertKey(transition, receiver),
      receiver,
      reason,
      transition,
    }));
  });
}

/** The same for every attempt and after every restart, and no other alert's. 64 hex digits. */
export function alertKey({ incident, change }: Transition, receiver: string): string {
  return createHash('sha256').update(`${incident.id}|${incident.seq}|${change}|${receiver}`).digest('hex');
}

interface Addressees {
  readonly receivers: readonly string[];
  readonly reason: string;
}

function addressees(
  { incident, change }: Transition,
  site: Site,
  routes: readonly SeverityRoute[],
  before: readonly string[],
): Addressees {
  if (change === 'resolved') return { receivers: before, reason: 'told of this incident before' };
  if (site.receivers.length > 0)
    return { receivers: site.receivers, reason: `the watchlist names this receiver for ${site.id}` };
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
