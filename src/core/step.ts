/** What one thing that happened does to incidents, and what somebody is told of it. Pure. */
import type { Change, Incident, Transition } from './model.js';

/** What one verdict, a person, or time did to the incidents. */
export interface Step {
  /** Every incident that is not as it was, in its new state. */
  readonly incidents: readonly Incident[];
  /** What somebody is told of, in order. */
  readonly transitions: readonly Transition[];
}

export const NOTHING: Step = { incidents: [], transitions: [] };

/** The incident moves on and somebody is told. */
export function told(incident: Incident, change: Change, at: number, reason: string): Step {
  const next: Incident = { ...incident, seq: incident.seq + 1 };
  return { incidents: [next], transitions: [{ incident: next, change, at, because: reason }] };
}

/** The incident moves on and nobody is told. */
export function changed(incident: Incident): Step {
  return { incidents: [incident], transitions: [] };
}

export function joined(...steps: readonly Step[]): Step {
  return {
    incidents: steps.flatMap((step) => step.incidents),
    transitions: steps.flatMap((step) => step.transitions),
  };
}

export function reminded(incident: Incident, at: number): Incident {
  return { ...incident, remindedAt: at };
}

/** It is more than somebody took, or was taken too long ago: everybody is called again, from the first step on. */
export function nobodys(incident: Incident, at: number): Incident {
  return { ...incident, acknowledged: null, ladder: { from: at, level: 0 }, alarms: incident.alarms + 1 };
}

/** When people last heard of it. */
export function lastTold({ remindedAt, since }: Incident): number {
  return remindedAt ?? since;
}

export function isOver({ status }: Pick<Incident, 'status'>): boolean {
  return status === 'resolved';
}
