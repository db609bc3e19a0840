/**
 * What is kept back, and the record of it: silences, maintenance windows, and what a known cause explains. Pure.
 *
 * Nothing here changes an incident's state or its evidence; only its pages wait. Faults of Siteward itself, ends of
 * incidents and drills are never kept back.
 */
import { isExplained, isTransientCode, newCodes } from './divergence.js';
import { type Load, PAGES_CAP } from './grouping.js';
import type {
  Change,
  Diagnosis,
  DivergingTarget,
  Incident,
  MaintenanceWindow,
  Silence,
  Suppression,
  Transition,
} from './model.js';

/** Longest a silence may last, everyday and inside an event window. */
export const LONGEST_SILENCE_MS = 4 * 3_600_000;
export const LONGEST_SILENCE_IN_EVENT_MS = 30 * 60_000;
/** Longest maintenance window. */
export const LONGEST_MAINTENANCE_MS = 2 * 3_600_000;

/**
 * Until when a silence made now may last: no longer than one made inside the event from the moment an event begins.
 * @param events windows of the events that concern what is silenced.
 */
export function longestSilenceUntil(
  at: number,
  events: readonly { readonly from: number; readonly to: number }[],
): number {
  const everyday = at + LONGEST_SILENCE_MS;
  const ahead = events.filter(({ from, to }) => from < everyday && at < to);
  return Math.min(everyday, ...ahead.map(({ from }) => Math.max(at, from) + LONGEST_SILENCE_IN_EVENT_MS));
}

const NEVER_KEPT_BACK: readonly Change[] = ['resolved', 'stood-down', 'acknowledged', 'announced'];

/** What nobody does to his own site during planned work. */
const NOT_OF_MAINTENANCE: readonly Diagnosis[] = [
  'delegation-hijacked',
  'dns-redirected',
  'tls-intercepted',
  'certificate-changed',
  'redirected',
  'monitor-fault',
];
const WORDS_OF_ATTACKERS: readonly string[] = ['page/defacement-phrase', 'page/hostile-words'];

export interface Quiet {
  readonly silences: readonly Silence[];
  readonly windows: readonly MaintenanceWindow[];
}

/** Why this transition is told to nobody now; null when it is told. @param before the incident as people know it. */
export function suppressionOf(
  { incident, change, at }: Transition,
  before: Incident | undefined,
  quiet: Quiet,
): Suppression | null {
  if (NEVER_KEPT_BACK.includes(change)) return null;
  return keptBack(incident, quiet, at) ?? explained(incident, change, before, at);
}

/** The silence or the maintenance window that covers the incident now. */
export function keptBack(incident: Incident, { silences, windows }: Quiet, at: number): Suppression | null {
  if (incident.cause === 'monitor' || incident.drill) return null;
  const silence = silences.find((one) => isActive(one, at) && covers(one, incident));
  if (silence) return row(incident, 'silence', silence, at);
  const window = windows.find((one) => isActive(one, at) && one.siteIds.includes(incident.siteId));
  return window && isPlannedWork(incident) ? row(incident, 'maintenance', window, at) : null;
}

function row(
  { id, seq }: Incident,
  kind: 'silence' | 'maintenance',
  { by, reason, until }: Pick<Silence, 'by' | 'reason' | 'until'>,
  at: number,
): Suppression {
  return { incidentId: id, seq, kind, actor: by, reason, at, until };
}

function isActive({ from, until }: Pick<Silence, 'from' | 'until'>, at: number): boolean {
  return from <= at && at < until;
}

function covers({ siteId, cause }: Silence, incident: Incident): boolean {
  if (siteId !== null) return incident.siteId === siteId;
  if (cause === null) return false;
  const targets = Object.values(incident.diverging);
  const standing = targets.filter(({ clearSince }) => clearSince === null);
  const shown = standing.length > 0 ? standing : targets;
  // Whoever silences one cause has not heard of the other.
  return shown.length > 0 && shown.every((target) => isAllOf(cause, target));
}

/** What the target shows is of this cause and of nothing else that can be told apart from it. */
function isAllOf(cause: string, { diagnosis, codes, keys }: DivergingTarget): boolean {
  const [family] = cause.split('=');
  const isOfCode = codes.length > 0 && codes.every((code) => code === cause || isTransientCode(code));
  const isOfKey = keys.includes(cause) && keys.every((key) => key === cause || key.split('=')[0] !== family);
  return cause === diagnosis || isOfCode || isOfKey;
}

function isPlannedWork({ diverging }: Incident): boolean {
  return !Object.values(diverging).some(
    ({ diagnosis, codes }) =>
      NOT_OF_MAINTENANCE.includes(diagnosis) || codes.some((code) => WORDS_OF_ATTACKERS.includes(code)),
  );
}

/** Who got a dozen messages in ten minutes gets no more of those that tell of nothing new or nothing graver. */
export function capped({ incident, change, at }: Transition, { pages }: Load): Suppression | null {
  const isNews = change !== 'relapsed' && change !== 'reminder' && change !== 'transient' && change !== 'flapping';
  if (pages < PAGES_CAP || isNews || incident.cause === 'monitor') return null;
  const reason = `${pages} messages in ten minutes are enough; this one tells of nothing graver`;
  return { incidentId: incident.id, seq: incident.seq, kind: 'cap', actor: 'siteward', reason, at, until: null };
}

/** The page of a hijacked domain differs because the domain is hijacked: the people told of that know the cause. */
function explained(incident: Incident, change: Change, before: Incident | undefined, at: number): Suppression | null {
  if (change !== 'worsened' || !before || !isExplained(before, incident)) return null;
  const codes = newCodes(before, incident);
  const reason = `${codes.join(', ')} follows from what people were told of: ${before.diagnosis}`;
  return { incidentId: incident.id, seq: incident.seq, kind: 'inhibited', actor: 'siteward', reason, at, until: null };
}
