/**
 * One cause that hits many sites is one page with a list. Pure.
 *
 * Sites are hit by one cause when their worst findings saw the same thing: the same answer, name server, key, error or
 * text. The incident of the many is an incident like any other; those of the sites go on below it, with their evidence,
 * and tell nobody by themselves unless a second cause comes to them. Who belongs to it is written in theirs (`parent`):
 * its own record must not grow with each of a thousand sites, or a storm would cost the square of them.
 */
import { isResolverKey, keysOf } from './cause-keys.js';
import { headlineOf, rankOf } from './divergence.js';
import { AT_ONCE, atOnce, groupEnd, isOfAnyCause, linesOf, MANY, retold, siteIdOf } from './groups.js';
import type { Change, DivergingTarget, Incident, Suppression, Transition } from './model.js';
import { isGroup } from './reserved.js';
import { isOver, nobodys, type Step, told } from './step.js';

const WITHIN_MS = 120_000;
/** Sites with one cause, and with any cause, that are too many for a page each. */
const SAME_CAUSE = 3;
const ANY_CAUSE = 5;
/** After as many pages to one recipient in ten minutes only a new cause gets one of its own, one a minute. */
export const PAGES_CAP = 12;
export const CAP_WINDOW_MS = 600_000;
const CAP_BYPASS_MS = 60_000;

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

/** What is known beside the step. */
export interface Around {
  /** Incidents of all sites that speak for themselves, groups included, as they were before the step. */
  readonly open: readonly Incident[];
  /** Ids of groups that have open members beside those of the step. */
  readonly standing: ReadonlySet<string>;
  readonly load: Load;
  /** A silence or a maintenance window covers it now: it is no part of a page. */
  readonly isKeptBack: (incident: Incident) => boolean;
}

/** The step with the pages of many sites folded into those of their group. */
export function group(step: Step, around: Around, at: number, newId: () => string): Grouped {
  const others = around.open.filter((one) => !step.incidents.some((moved) => moved.id === one.id));
  return step.transitions.reduce<Grouped>(
    (soFar, transition) => {
      const open = [...soFar.step.incidents, ...others];
      const next = folded(transition, { ...around, open }, at, newId);
      return next ? merged(soFar, next) : soFar;
    },
    { step, suppressions: [], absorbed: [] },
  );
}

const BEGINNINGS: readonly Change[] = ['suspected', 'opened', 'reopened', 'unmuted'];

function folded({ incident, change }: Transition, around: Around, at: number, newId: () => string): Grouped | null {
  if (isGroup(incident) || incident.cause === 'monitor' || incident.drill) return null;
  const { open, standing } = around;
  const parent = open.find((one) => one.id === incident.parent && isGroup(one) && !isOver(one));
  if (isOver(incident) && parent) return standing.has(parent.id) ? null : ending(incident, parent, open, at);
  if (parent && isSecondCause(incident, change, parent)) return leaving(incident, parent, around, at, newId);
  if (parent) return quiet(incident, parent, [], at);
  if (!BEGINNINGS.includes(change) || around.isKeptBack(incident)) return null;
  const key = [...keysOf(incident), MANY].find(
    (one) => belongs(one, incident, around, at) || (one === MANY && isCapped(incident, around, at)),
  );
  return key === undefined ? null : placed(incident, key, around, at, newId);
}

/** The incident of many sites by this cause. */
function groupOf(key: string, { cause }: Incident, { open }: Around): Incident | undefined {
  return open.find((one) => one.siteId === siteIdOf(key) && one.cause === cause && !isOver(one));
}

function belongs(key: string, incident: Incident, around: Around, at: number): boolean {
  const isStanding = key !== MANY && groupOf(key, incident, around) !== undefined;
  return isStanding || isMany(key, membersOf(key, incident, around, at));
}

function placed(incident: Incident, key: string, around: Around, at: number, newId: () => string): Grouped {
  const parent = groupOf(key, incident, around);
  if (parent) return joining(incident, parent, at);
  return founding(incident, key, membersOf(key, incident, around, at), at, newId);
}

/** A member with a cause of its own speaks for itself from now on, or with others that have the same. */
function leaving(incident: Incident, parent: Incident, around: Around, at: number, newId: () => string): Grouped {
  if (isCapped(incident, around, at)) return joining(incident, parent, at);
  const own: Incident = { ...incident, parent: null, ladder: { from: at, level: 0 } };
  const known = new Set(keysOf(parent));
  const key = keysOf(own).find((one) => !known.has(one) && belongs(one, own, around, at));
  if (key !== undefined) return placed(own, key, around, at, newId);
  return { step: { incidents: [own], transitions: [] }, suppressions: [], absorbed: [] };
}

/** Site incidents that nobody speaks for yet, opened in the last two minutes by this cause. */
function membersOf(key: string, incident: Incident, { open, isKeptBack }: Around, at: number): Incident[] {
  const fresh = open.filter(
    (one) =>
      one.id !== incident.id &&
      one.cause === incident.cause &&
      one.parent === null &&
      !isGroup(one) &&
      !one.drill &&
      !isOver(one) &&
      !isKeptBack(one) &&
      at - one.ladder.from <= WITHIN_MS &&
      (key === MANY || keysOf(one).includes(key)),
  );
  return [incident, ...fresh];
}

function isMany(key: string, members: readonly Incident[]): boolean {
  return new Set(members.map((one) => one.siteId)).size >= (key === MANY ? ANY_CAUSE : SAME_CAUSE);
}

/** A cause that no group and no other open incident has gets a page of its own in spite of the cap, one a minute. */
function isCapped(incident: Incident, { open, load: { pages, newestAt } }: Around, at: number): boolean {
  if (pages < PAGES_CAP) return false;
  const known = new Set(open.filter((one) => one.id !== incident.id).flatMap(keysOf));
  const isNew = keysOf(incident).some((key) => !known.has(key));
  return !(isNew && (newestAt === null || at - newestAt >= CAP_BYPASS_MS));
}

/** News of a member that its group does not tell: graver, or of a cause that it does not name. */
function isSecondCause(incident: Incident, change: Change, parent: Incident): boolean {
  if (change !== 'worsened' && change !== 'opened') return false;
  if (rankOf(incident.severity) < rankOf(parent.severity)) return true;
  // Of a group of whatever cause the keys say nothing: each of its sites may have its own.
  if (isOfAnyCause(parent)) return isNews(incident, parent);
  const known = new Set(keysOf(parent));
  return keysOf(incident).some((key) => !known.has(key) && !isResolverKey(key));
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
    ...headlineOf(incident, members),
    id: newId(),
    siteId: siteIdOf(key),
    status: 'open',
    pattern: 'steady',
    diverging: { [incident.id]: memberEntry(incident) },
    since: Math.min(...members.map((one) => one.since)),
    remindedAt: at,
    ladder: { from: at, level: 0 },
    alarms: 0,
    reopenCount: 0,
    relapses: 0,
    membersTold: members.length,
    lines: linesOf(members.map((one) => one.siteId).sort()),
    seq: 0,
    parent: null,
  };
  const named = { ...base, summary: `${atOnce(sites)}${base.summary}` };
  const all = members.reduce((soFar, one) => (isNews(one, soFar) ? grown(soFar, one, at) : soFar), named);
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
  const member = { ...incident, parent: group.id };
  const news = isNews(incident, group);
  const known = news ? grown(group, incident, at) : group;
  if (rankOf(incident.severity) >= rankOf(group.severity)) return quiet(member, group, news ? [known] : [], at);
  const graver = {
    ...known,
    ...headlineOf(incident, []),
    summary: `${AT_ONCE.exec(group.summary)?.[0] ?? ''}${incident.summary}`,
    lines: [incident.siteId, ...group.lines],
    updatedAt: at,
  };
  const worse = retold(nobodys(graver, at), `${incident.siteId} is among them, and ${incident.severity}`, at);
  const { step, ...rest } = quiet(member, group, worse.incidents, at);
  return { ...rest, step: { ...step, transitions: worse.transitions } };
}

/** The group's record holds each kind of member once, so that a second cause is known as one. */
function isNews(incident: Incident, group: Incident): boolean {
  const entries = Object.values(group.diverging);
  const known = new Set(entries.flatMap(({ codes, keys }) => [...codes, ...keys]));
  const { codes, keys } = memberEntry(incident);
  return [...codes, ...(isOfAnyCause(group) ? [] : keys)].some((one) => !known.has(one));
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
