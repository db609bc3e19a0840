/** What people who were told of an incident are told when it shows more, or shows again what was gone. Pure. */
import type { Look } from './beginning.js';
import { isResolverKey } from './cause-keys.js';
import { graverThan, isExplained, rankOf } from './divergence.js';
import type { DivergingTarget, Incident } from './model.js';
import { isTargetRecovered } from './recovery.js';
import { changed, lastTold, nobodys, reminded, type Step, told } from './step.js';
import { FOLD_MS, MONITOR_FOLD_MS } from './timing.js';

/** Beside what is graver, which is told at once. */
export interface News {
  /** A second cause: told however much is folded. */
  readonly atOnce: readonly string[];
  /** More of what is known: waits where news is folded, until a look after that shows it still. */
  readonly foldable: readonly string[];
}

/** What of the next state is told: all that is graver, and of what comes and goes one message in ten minutes. */
export function retold(current: Incident, next: Incident, { atOnce, foldable }: News, { at, target }: Look): Step {
  const known = Object.values(current.diverging).filter((one) => !isTargetRecovered(one, current, target.policy, at));
  const news = [...graverThan(known, next), ...atOnce];
  const isBack = current.status === 'recovering';
  const after = isBack ? { ...next, relapses: current.relapses + 1 } : next;
  const relapse = isBack ? [`relapse ${after.relapses}: it was gone and is back`] : [];
  const isFolded = at - lastTold(current) < foldOf(current, next.diverging[target.id]);
  if (news.length > 0 || (foldable.length > 0 && !isFolded))
    return worsened(current, after, [...relapse, ...news, ...foldable], at);
  // What is not told yet is not known yet.
  if (foldable.length > 0) return changed(untold(after, target.id, current.diverging[target.id]));
  // The worst of it was told, then seen gone while the rest stood.
  const isWorstAgain = graverThan([current], next).length > 0;
  if (!isBack && !isWorstAgain) return changed(after);
  if (after.flapping && !current.flapping && after.pattern !== 'intermittent')
    return told(reminded(after, at), 'flapping', at, FLAPS);
  if (isFolded) return changed(after);
  const reason = isBack ? relapse.join('; ') : `${target.id} was gone and is back`;
  return told(reminded(after, at), 'relapsed', at, reason);
}

/** More than people know. What somebody took in hand is not what it is now, unless it follows from that. */
function worsened(current: Incident, next: Incident, news: readonly string[], at: number): Step {
  const isTaken = current.acknowledged !== null && !isExplained(current, next);
  const isGraver = rankOf(next.severity) < rankOf(current.severity) || widened(current, next);
  const after = isTaken ? nobodys(next, at) : isGraver ? { ...next, alarms: next.alarms + 1 } : next;
  return told(reminded(after, at), 'worsened', at, news.join('; '));
}

function widened(current: Incident, next: Incident): boolean {
  return next.scope === 'global' && current.scope !== 'global';
}

/** For so long after a message the next that tells of nothing graver waits. */
function foldOf({ flapping, pattern, cause }: Incident, seen: DivergingTarget | undefined): number {
  if (flapping || pattern === 'intermittent') return FOLD_MS;
  // One fault of ours, a dead browser say, shows at one target after the other.
  return cause === 'monitor' && seen?.severity !== 'critical' ? MONITOR_FOLD_MS : 0;
}

/** The target as it is, with no more findings and lying resolvers than people were told of. */
function untold(incident: Incident, targetId: string, before: DivergingTarget | undefined): Incident {
  const entry = incident.diverging[targetId];
  if (!entry || !before) return incident;
  const keys = entry.keys.filter((key) => !isResolverKey(key) || before.keys.includes(key));
  return { ...incident, diverging: { ...incident.diverging, [targetId]: { ...entry, codes: before.codes, keys } } };
}

const FLAPS = 'it comes and goes; its news are folded into one message in ten minutes until that ends';
