/** One site's incidents over time, for tests of what becomes of them. */
import { advance, suspect } from '../../src/core/incident.js';
import type { Incident, Policy, Scope, Severity, Target, Transition, Verdict } from '../../src/core/model.js';
import { isOver, type Step } from '../../src/core/step.js';
import { aFinding, aTarget, aVerdict, intactVerdict, T0 } from '../contracts/samples.js';

export const page = aTarget('page');
export const dns = aTarget('dns');
export const eventPage = target({ inEvent: true });

function target(policy: Partial<Policy>): Target {
  return { ...page, policy: { ...page.policy, ...policy } };
}

/** A site's incidents over time, as a store would keep them. */
export class History {
  readonly incidents = new Map<string, Incident>();
  readonly transitions: Transition[] = [];
  at = T0;
  #ids = 0;

  see(verdict: Verdict, target = page, afterMs = 60_000): readonly Transition[] {
    this.at += afterMs;
    return this.take(advance([...this.incidents.values()], verdict, target, this.at, () => `i${++this.#ids}`));
  }
  suspect(verdict: Verdict, target = eventPage): readonly Transition[] {
    return this.take(suspect([...this.incidents.values()], verdict, target, this.at, () => `i${++this.#ids}`));
  }
  /** Looks until it should be over: three, a minute apart. */
  heal(targets: readonly Target[] = [page], verdict = intactVerdict()): readonly Transition[] {
    return [1, 2, 3].flatMap(() => targets.flatMap((one) => this.see(verdict, one)));
  }
  take(step: Step): readonly Transition[] {
    for (const incident of step.incidents) this.incidents.set(incident.id, incident);
    this.transitions.push(...step.transitions);
    return step.transitions;
  }
  open(): Incident[] {
    return [...this.incidents.values()].filter((incident) => !isOver(incident));
  }
}

export const changes = (transitions: readonly Transition[]) => transitions.map(({ change }) => change);
export const defaced = (code = 'page/title-replaced', severity: Severity = 'critical', scope: Scope = 'single') =>
  aVerdict({ findings: [aFinding({ code, severity, summary: `${code} was seen.` })], scope });
export const transient = () => defaced('page/transient', 'warning');
