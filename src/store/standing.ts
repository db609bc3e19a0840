/** What of a database still concerns somebody: what is open and who was told of it, and what is owed. */
import { alertsTo } from '../core/alerting.js';
import type { Alert, Incident, Transition } from '../core/model.js';
import type { Store } from './store.js';

/** More than a storm of ten thousand sites owes. */
export const MOST_OWED = 50_000;

/** A transition that somebody is owed, or the newest of an open incident with everybody who was told. */
export interface Standing {
  /** As it is now where it is open: not all that becomes of it is a transition. */
  incident: Incident;
  readonly transition: Transition;
  readonly owed: Alert[];
  readonly told: Alert[];
}

/** In the order they were decided. */
export async function standingOf(disk: Store): Promise<readonly Standing[]> {
  const standing = new Map<string, Standing>();
  const at = (transition: Transition): Standing => {
    const name = `${transition.incident.id}|${transition.incident.seq}`;
    const known = standing.get(name) ?? { incident: transition.incident, transition, owed: [], told: [] };
    standing.set(name, known);
    return known;
  };
  const due = await disk.dueDeliveries(Number.MAX_SAFE_INTEGER, MOST_OWED);
  for (const { alert } of due) at(alert.transition).owed.push(alert);
  for (const incident of await disk.openIncidents()) {
    const transition = (await disk.transitions(incident.id)).at(-1);
    if (!transition) continue;
    const owed = due.filter(({ alert }) => alert.transition.incident.id === incident.id);
    const told = (await disk.receiversTold(incident.id)).filter(
      (receiver) => !owed.some(({ alert }) => alert.receiver === receiver),
    );
    const newest = at(transition);
    newest.incident = incident;
    newest.told.push(...alertsTo(told, transition, 'told before'));
  }
  return [...standing.values()].sort((a, b) => a.transition.incident.seq - b.transition.incident.seq);
}
