/** The incident of many sites: what it is called, what it tells of as it grows, and how it ends. Pure. */
import { createHash } from 'node:crypto';
import { resolved } from './incident.js';
import type { Incident } from './model.js';
import { GROUP_PREFIX, isGroup } from './reserved.js';
import { changed, isOver, nobodys, reminded, type Step, told } from './step.js';

/** Stands for a key where many sites are hit by whatever cause. */
export const MANY = 'many';
/** A group that grows is told again no sooner than this. */
const GROUP_INTERVAL_MS = 60_000;
const NAMES_SHOWN = 10;
export const AT_ONCE = /^[0-9]+ sites? at once: /;

export function isOfAnyCause({ siteId }: Incident): boolean {
  return siteId === siteIdOf(MANY);
}

export function siteIdOf(key: string): string {
  return `${GROUP_PREFIX}${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

/** Told anew: whoever took it took less than it is now. */
export function retold(group: Incident, reason: string, at: number): Step {
  return told(reminded(group.acknowledged ? nobodys(group, at) : group, at), 'worsened', at, reason);
}

export function atOnce(sites: number): string {
  return `${sites} site${sites === 1 ? '' : 's'} at once: `;
}

/** What follows when none of a group's members is open any more. */
export function groupEnd(parent: Incident, at: number): Step {
  return resolved(parent, at, 'the last of its sites is as approved again, was closed, or is no longer watched');
}

/** An incident whose group somebody closed although it is not over: it speaks for itself again. */
export function orphaned(incident: Incident, at: number): Step {
  const own: Incident = { ...incident, parent: null, remindedAt: at, ladder: { from: at, level: 0 }, updatedAt: at };
  return told(own, 'opened', at, 'the message of many sites that told of it was closed, and it is not over');
}

/**
 * Tells of a group that has at least doubled since it was last told of; where each of its sites may have a cause of its
 * own, of every one that came. At most once a minute.
 * @param siteIds of its open members, those that came last first.
 */
export function groupUpdate(parent: Incident, siteIds: readonly string[], at: number): Step | null {
  const count = new Set(siteIds).size;
  if (!isGroup(parent) || isOver(parent)) return null;
  // What was over for most and spreads again is news again.
  if (count < parent.membersTold) return changed({ ...parent, membersTold: count, updatedAt: at });
  const isDue = count > parent.membersTold && at - (parent.remindedAt ?? parent.since) >= GROUP_INTERVAL_MS;
  if (!isDue || (count < 2 * parent.membersTold && !isOfAnyCause(parent))) return null;
  const summary = `${atOnce(count)}${parent.summary.replace(AT_ONCE, '')}`;
  const next = { ...parent, summary, membersTold: count, lines: linesOf(siteIds), updatedAt: at };
  return retold(next, `now ${count} sites, were ${parent.membersTold}`, at);
}

/** At most ten names, and how many there are. */
export function linesOf(siteIds: readonly string[]): readonly string[] {
  const names = [...new Set(siteIds)];
  const rest = names.length - NAMES_SHOWN;
  return [...names.slice(0, NAMES_SHOWN), ...(rest > 0 ? [`and ${rest} more, ${names.length} in all`] : [])];
}
