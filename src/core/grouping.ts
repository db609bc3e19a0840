/**
 * One cause that hits many sites is one page with a list. Pure.
 *
 * Sites are hit by one cause when their worst findings saw the same thing: the same answer, name server, key, error or
 * text. The incident of the many is an incident like any other; those of the sites go on below it, with their evidence,
 * and tell nobody by themselves unless a second cause comes to them. Who belongs to it is written in theirs (`parent`):
 * its own record must not grow with each of a thousand sites, or a storm would cost the square of them.
 */
import { createHash } from 'node:crypto';
import { keysOf } from './cause-keys.js';
import { resolved } from './incident.js';
import type { DivergingTarget, Incident, Suppression, Transition } from './model.js';
import { GROUP_PREFIX, isGroup } from './reserved.js';
import { isOver, type Step, told } from './step.js';

const WITHIN_MS = 120_000;
/** Sites with one cause, and with any cause, that are too many for a page each. */
const SAME_CAUSE = 3;
const ANY_CAUSE = 5;
/** After as many pages to one recipient in ten minutes only a new cause gets one of its own, one a minute. */
export const PAGES_CAP = 12;
export const CAP_WINDOW_MS = 600_000;
const CAP_BYPASS_MS = 60_000;
/** A group that grows is told again no sooner than this, and when it has doubled. */
const GROUP_INTERVAL_MS = 60_000;
const NAMES_SHOWN = 10;
const MANY = 'many';

/** How much the receiver who got most pages got in the last ten minutes. */
export interface Load {
  readonly pages: number;
  readonly newestAt: number | null;
}

export interface Grouped {
  readonly step: Step;
  readonly suppressions: readonly Suppression[];
  /** Incidents whose unsent messages the group's page replaces. */
  readonly absorbed: readonly string[];
}

/**
 * The step with the pages of many sites folded into those of their group.
 * @param open incidents of all sites that speak for themselves, groups included, as they were before the step.
 * @param standing ids of groups that have open members beside those of the step.
 */
export function group(
  step: Step,
  open: readonly Incident[],
  standing: ReadonlySet<string>,
  load: Load,
  at: number,
  newId: () => string,
): Grouped {
  const others = open.filter((one) => !step.incidents.some((moved) => moved.id === one.id));
  return step.transitions.reduce<Grouped>(
    (soFar, transition) => {
      const around = { incidents: [...soFar.step.incidents, ...others], standing };
      const next = folded(transition, around, load, at, newId);
      return next ? merged(soFar, next) : soFar;
    },
    { step, suppressions: [], absorbed: [] },
  );
}

interface Around {
  readonly incidents: readonly Incident[];
  readonly standing: ReadonlySet<string>;
}

function folded(
  { incident, change }: Transition,
  { incidents: around, standing }: Around,
  load: Load,
  at: number,
  newId: () => string,
): Grouped | null {
  if (isGroup(incident) || incident.cause === 'monitor' || incident.drill) return null;
  const parent = around.find((one) => one.id === incident.parent && isGroup(one) && !isOver(one));
  if (isOver(incident) && parent) return standing.has(parent.id) ? null : ending(incident, parent, around, at);
  if (parent) return isSecondCause(incident, parent) ? null : quiet(incident, parent, [], at);
  if (change !== 'suspected' && change !== 'opened' && change !== 'reopened') return null;
  const isFull = isCapped(incident, around, load, at);
  const groupOf = (key: string): Incident | undefined =>
    around.find((one) => one.siteId === siteIdOf(key) && one.cause === incident.cause && !isOver(one));
  const belongs = (key: string): boolean =>
    (key === MANY ? isFull : groupOf(key) !== undefined) || isMany(key, membersOf(key, incident, around, at));
  const key = [...keysOf(incident), MANY].find(belongs);
  if (key === undefined) return null;
  const parentOfKey = groupOf(key);
  if (parentOfKey) return joining(incident, parentOfKey, at);
  const members = membersOf(key, incident, around, at);
  return founding(incident, key, members, at, newId);
}

/** Site incidents that nobody speaks for yet, opened in the last two minutes by this cause. */
function membersOf(key: string, incident: Incident, around: readonly Incident[], at: number): Incident[] {
  const fresh = around.filter(
    (one) =>
      one.id !== incident.id &&
      one.cause === incident.cause &&
      one.parent === null &&
      !isGroup(one) &&
      !one.drill &&
      !isOver(one) &&
      at - one.ladder.from <= WITHIN_MS &&
      (key === MANY || keysOf(one).includes(key)),
  );
  return [incident, ...fresh];
}

function isMany(key: string, members: readonly Incident[]): boolean {
  return new Set(members.map((one) => one.siteId)).size >= (key === MANY ? ANY_CAUSE : SAME_CAUSE);
}

/** A cause that no group and no other open incident has gets a page of its own in spite of the cap, one a minute. */
function isCapped(incident: Incident, around: readonly Incident[], { pages, newestAt }: Load, at: number): boolean {
  if (pages < PAGES_CAP) return false;
  const known = new Set(around.filter((one) => one.id !== incident.id).flatMap(keysOf));
  const isNew = keysOf(incident).some((key) => !known.has(key));
  return !(isNew && (newestAt === null || at - newestAt >= CAP_BYPASS_MS));
}

function isSecondCause(incident: Incident, parent: Incident): boolean {
  const known = new Set(keysOf(parent));
  return (
    parent.siteId !== siteIdOf(MANY) && keysOf(incident).some((key) => !known.has(key) && !key.startsWith('resolver='))
  );
}

function siteIdOf(key: string): string {
  return `${GROUP_PREFIX}${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

// ------------------------------------------------------------- the group

function founding(
  incident: Incident,
  key: string,
  members: readonly Incident[],
  at: number,
  newId: () => string,
): Grouped {
  const sites = new Set(members.map((one) => one.siteId)).size;
  const base: Incident = {
    ...incident,
    id: newId(),
    siteId: siteIdOf(key),
    status: 'open',
    pattern: 'steady',
    diverging: { [incident.id]: memberEntry(incident) },
    since: Math.min(...members.map((one) => one.since)),
    remindedAt: at,
    ladder: { from: at, level: 0 },
    membersTold: members.length,
    lines: linesOf(members.map((one) => one.siteId)),
    seq: 0,
    parent: null,
    summary: `${sites} sites at once: ${incident.summary}`,
  };
  const all = members.reduce((soFar, one) => (isNews(one, soFar) ? grown(soFar, one, at) : soFar), base);
  const why =
    key === MANY ? `${sites} sites within two minutes, whatever the cause` : `${sites} sites show the same (${key})`;
  const opened = told(all, 'opened', at, why);
  const children = members.map((one) => ({ ...one, parent: base.id }));
  return {
    step: { incidents: [...children, ...opened.incidents], transitions: opened.transitions },
    suppressions: members.map((one) => grouped(one, base, at)),
    absorbed: members.map((one) => one.id),
  };
}

function joining(incident: Incident, group: Incident, at: number): Grouped {
  return quiet(
    { ...incident, parent: group.id },
    group,
    isNews(incident, group) ? [grown(group, incident, at)] : [],
    at,
  );
}

/** The group's record holds each kind of member once, so that a second cause is known as one. */
function isNews(incident: Incident, group: Incident): boolean {
  const entries = Object.values(group.diverging);
  const known = new Set(entries.flatMap(({ codes, keys }) => [...codes, ...keys]));
  const { codes, keys } = memberEntry(incident);
  // Of a group of whatever cause the keys say nothing: each of its sites may have its own.
  return [...codes, ...(group.siteId === siteIdOf(MANY) ? [] : keys)].some((one) => !known.has(one));
}

function grown(group: Incident, incident: Incident, at: number): Incident {
  return { ...group, diverging: { ...group.diverging, [incident.id]: memberEntry(incident) }, updatedAt: at };
}

function quiet(incident: Incident, parent: Incident, moved: readonly Incident[], at: number): Grouped {
  return {
    step: { incidents: [incident, ...moved], transitions: [] },
    suppressions: [grouped(incident, parent, at)],
    absorbed: [],
  };
}

/** The last of its members is over. */
function ending(incident: Incident, parent: Incident, around: readonly Incident[], at: number): Grouped | null {
  const isLast = !around.some((one) => one.parent === parent.id && one.id !== incident.id && !isOver(one));
  return isLast ? { step: groupEnd(parent, at), suppressions: [], absorbed: [] } : null;
}

/** What follows when none of a group's members is open any more. */
export function groupEnd(parent: Incident, at: number): Step {
  return resolved(parent, at, 'the last of its sites is as approved again');
}

/** An incident whose group somebody closed although it is not over: it speaks for itself again. */
export function orphaned(incident: Incident, at: number): Step {
  const own: Incident = { ...incident, parent: null, remindedAt: at, ladder: { from: at, level: 0 }, updatedAt: at };
  return told(own, 'opened', at, 'the message of many sites that told of it was closed, and it is not over');
}

/**
 * Tells of a group that has at least doubled since it was last told of, at most once a minute.
 * @param siteIds of its open members.
 */
export function groupUpdate(parent: Incident, siteIds: readonly string[], at: number): Step | null {
  const count = new Set(siteIds).size;
  const isDue = count > parent.membersTold && at - (parent.remindedAt ?? parent.since) >= GROUP_INTERVAL_MS;
  if (!isGroup(parent) || isOver(parent) || !isDue || count < 2 * parent.membersTold) return null;
  const summary = `${count} sites at once: ${parent.summary.replace(/^\d+ sites at once: /, '')}`;
  const next = { ...parent, summary, membersTold: count, lines: linesOf(siteIds), remindedAt: at, updatedAt: at };
  return told(next, 'worsened', at, `now ${count} sites, were ${parent.membersTold}`);
}

/** At most ten names, and how many there are. */
function linesOf(siteIds: readonly string[]): readonly string[] {
  const names = [...new Set(siteIds)].sort();
  const rest = names.length - NAMES_SHOWN;
  return [...names.slice(0, NAMES_SHOWN), ...(rest > 0 ? [`and ${rest} more, ${names.length} in all`] : [])];
}

function memberEntry(incident: Incident): DivergingTarget {
  const { severity, diagnosis, confidence, scope, summary } = incident;
  const codes = [...new Set(Object.values(incident.diverging).flatMap((one) => one.codes))].sort();
  const shown = { severity, diagnosis, confidence, scope, summary, codes, keys: keysOf(incident) };
  return { ...shown, witnesses: {}, clearSince: null, looks: [] };
}

function grouped(incident: Incident, parent: Incident, at: number): Suppression {
  const reason = `told with other sites as incident ${parent.id}`;
  return { incidentId: incident.id, seq: incident.seq, kind: 'grouped', actor: 'siteward', reason, at, until: null };
}

/** The later state of an incident replaces the earlier one. */
function merged(a: Grouped, b: Grouped): Grouped {
  const byId = new Map([...a.step.incidents, ...b.step.incidents].map((one) => [one.id, one]));
  return {
    step: { incidents: [...byId.values()], transitions: [...a.step.transitions, ...b.step.transitions] },
    suppressions: [...a.suppressions, ...b.suppressions],
    absorbed: [...a.absorbed, ...b.absorbed],
  };
}
