/**
 * Siteward's watch over itself: what it cannot do is an incident like any other, told through whatever still works.
 * Nothing silences it. Pure.
 */
import type { Sight } from './controls.js';
import { MONITOR_KIND } from './incident.js';
import type { Incident, Policy, SeenFinding, Severity, Target, Verdict } from './model.js';
import { type Eve, unreadiness } from './readiness.js';
import { SITEWARD } from './reserved.js';
import { duration, moment } from './words.js';

/** How the daemon fares at this moment. */
export interface Pulse {
  readonly at: number;
  /** Since when the alert that waits longest waits. */
  readonly outboxOldestAt: number | null;
  /** Receivers that refuse everything for good. */
  readonly failing: readonly string[];
  /** Why the database takes nothing, and since when. */
  readonly storeProblem: { readonly reason: string; readonly since: number } | null;
  /** What was lost and is kept aside, by name. */
  readonly lost: readonly string[];
  /** Sites whose record of what was approved is not believed. */
  readonly unverifiable: readonly string[];
  /** By how much the wall clock went forward (or back, negative) beside the time that passed, in milliseconds. */
  readonly clockJumpMs: number;
  /** How late the latest look began, and for how long nothing at all was done. */
  readonly lagMs: number;
  readonly blockedMs: number;
  readonly sights: ReadonlyMap<string, Sight>;
  readonly targets: readonly Attention[];
  /** What is said of the room for evidence where it is short. */
  readonly roomProblem: string | null;
  /** Events that begin soon or have begun since the start. */
  readonly eves: readonly Eve[];
}

/** When a target was last verified: seen, and told genuine or not. */
export interface Attention {
  readonly targetId: string;
  readonly verifiedAt: number;
  /** Since when it is looked at this often: at an event's beginning the last look may be old. */
  readonly cadenceSince: number;
  readonly inEvent: boolean;
  /** Null for a calendar: it says itself when it looks. */
  readonly everyMs: number | null;
  /** Looks since then that could not tell. */
  readonly looksInVain: number;
}

export interface Fault {
  readonly code: FaultCode;
  readonly severity: Severity;
  readonly summary: string;
  /** What exactly, where one code stands for several: each is news. */
  readonly which: readonly string[];
}

export const FAULT_CODES = [
  'outbox-stuck',
  'receiver-failing',
  'store-failing',
  'memory-lost',
  'baselines-unverifiable',
  'disk-low',
  'clock-jumped',
  'late',
  'blind',
  'not-observed',
  'event-not-ready',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

const OUTBOX_STUCK_MS = 60_000;
/** A backup or another writer may hold the database up; what it does not take meanwhile is told all the same. */
const STORE_FAILS_MS = 30_000;
const CLOCK_JUMP_MS = 5_000;
const LATE_MS = 60_000;
const BLOCKED_MS = 10_000;
/** Longest a target may go unverified: three of its intervals, and no less than ten minutes (event: two); by calendar three looks. */
const INTERVALS_MISSED = 3;
const LEAST_UNSEEN_MS = 600_000;
const LEAST_UNSEEN_IN_EVENT_MS = 120_000;
const NAMES_SHOWN = 10;

export function faultsOf(pulse: Pulse): readonly Fault[] {
  return [
    outboxStuck(pulse),
    receiverFailing(pulse),
    storeFailing(pulse),
    memoryLost(pulse),
    unverifiable(pulse),
    diskLow(pulse),
    clockJumped(pulse),
    late(pulse),
    blind(pulse),
    unseen(pulse),
    notReady(pulse),
  ].flatMap((fault) => fault ?? []);
}

function outboxStuck({ outboxOldestAt, at }: Pulse): Fault | null {
  if (outboxOldestAt === null || waitedMs(outboxOldestAt, at) <= OUTBOX_STUCK_MS) return null;
  const summary = 'Alerts wait for more than a minute: a receiver does not take them. Run siteward doctor.';
  return { code: 'outbox-stuck', severity: 'critical', summary, which: [] };
}

function receiverFailing({ failing }: Pulse): Fault | null {
  if (failing.length === 0) return null;
  const names = failing.join(', ');
  const summary = `Alerts to ${names} were refused for good. Mend the receiver in settings.yaml, then run siteward drill.`;
  return { code: 'receiver-failing', severity: 'critical', summary, which: failing };
}

/** What waits since a time that is still to come was written before the clock was set back: then nobody knows how long. */
export function waitedMs(since: number, at: number): number {
  return since > at ? Number.POSITIVE_INFINITY : at - since;
}

function storeFailing({ storeProblem, at }: Pulse): Fault | null {
  if (storeProblem === null || at - storeProblem.since < STORE_FAILS_MS) return null;
  return {
    code: 'store-failing',
    severity: 'critical',
    summary: `The database takes nothing since ${moment(storeProblem.since)}. Attacks are told all the same, but what is decided now is lost if Siteward ends before that is mended. ${storeProblem.reason}`,
    which: [],
  };
}

function memoryLost({ lost }: Pulse): Fault | null {
  if (lost.length === 0) return null;
  const summary = `Something Siteward remembered is lost and kept aside: ${listed(lost)}. Read note.txt in that folder of lost/ in the data folder; Siteward watches on. Take the folder away when you have seen to it.`;
  return { code: 'memory-lost', severity: 'critical', summary, which: lost.slice(0, NAMES_SHOWN) };
}

function unverifiable({ unverifiable: sites }: Pulse): Fault | null {
  if (sites.length === 0) return null;
  const summary = `What was approved for ${listed(sites)} is not believed, so an attack there could not be told from what is right. Run siteward baseline status; restore baselines/ from version control, and find out who changed it.`;
  return { code: 'baselines-unverifiable', severity: 'critical', summary, which: [] };
}

function clockJumped({ clockJumpMs }: Pulse): Fault | null {
  if (Math.abs(clockJumpMs) <= CLOCK_JUMP_MS) return null;
  const way = clockJumpMs > 0 ? 'forward' : 'back';
  const summary = `This machine's clock was set ${way} by ${duration(Math.abs(clockJumpMs))}: times in messages may be wrong, and certificates are judged by it. See that it is kept by NTP.`;
  return { code: 'clock-jumped', severity: 'warning', summary, which: [] };
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return [...names.slice(0, NAMES_SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function late({ lagMs, blockedMs }: Pulse): Fault | null {
  if (lagMs <= LATE_MS && blockedMs <= BLOCKED_MS) return null;
  const summary =
    blockedMs > BLOCKED_MS
      ? `Nothing was done for ${duration(blockedMs)}: this machine was stopped or suspended, or something held it up. Nobody looked meanwhile.`
      : `Looks begin ${duration(lagMs)} late: this machine is too slow for the watchlist, or something holds it up.`;
  return { code: 'late', severity: 'warning', summary, which: [] };
}

function blind({ sights }: Pulse): Fault | null {
  const names = [...sights].filter(([, sight]) => sight === 'blind').map(([name]) => name);
  if (names.length === 0) return null;
  const summary = `No control answers ${names.join(', ')}: its own network is down. Outages of sites are not told until it sees again.`;
  return { code: 'blind', severity: names.length === sights.size ? 'critical' : 'warning', summary, which: names };
}

function unseen({ targets, at }: Pulse): Fault | null {
  const missed = targets.filter((target) => isUnseen(target, at));
  const [first] = [...missed].sort((a, b) => a.verifiedAt - b.verifiedAt);
  if (!first) return null;
  const others = missed.length > 1 ? ` and ${missed.length - 1} more` : '';
  const summary = `${first.targetId}${others} could not be verified for ${duration(at - first.verifiedAt)}: an attack would not be seen. Run siteward check.`;
  const which = missed.map(({ targetId }) => targetId).slice(0, NAMES_SHOWN);
  return { code: 'not-observed', severity: severityAmid(missed), summary, which };
}

function isUnseen({ verifiedAt, cadenceSince, everyMs, inEvent, looksInVain }: Attention, at: number): boolean {
  if (everyMs === null) return looksInVain >= INTERVALS_MISSED;
  const least = inEvent ? LEAST_UNSEEN_IN_EVENT_MS : LEAST_UNSEEN_MS;
  return at - Math.max(verifiedAt, cadenceSince) > Math.max(INTERVALS_MISSED * everyMs, least);
}

/** While the world watches nothing that blinds us can wait for the morning. */
function severityAmid(targets: readonly Attention[]): Severity {
  return targets.some(({ inEvent }) => inEvent) ? 'critical' : 'warning';
}

function diskLow({ roomProblem, targets }: Pulse): Fault | null {
  if (roomProblem === null) return null;
  return { code: 'disk-low', severity: severityAmid(targets), summary: roomProblem, which: [] };
}

function notReady({ eves, at }: Pulse): Fault | null {
  const summary = unreadiness(eves, at);
  return summary === null ? null : { code: 'event-not-ready', severity: 'critical', summary, which: [] };
}

// ------------------------------------------- a fault as a verdict on ourselves

const POLICY: Policy = {
  content: 'frozen',
  confirmAfterMs: 0,
  remindEveryMs: null,
  resolveAfterMs: 60_000,
  inEvent: false,
};

export function monitorTarget(code: FaultCode): Target {
  const id = `${SITEWARD}/${code}`;
  return { id, siteId: SITEWARD, kind: MONITOR_KIND, settings: {}, schedule: { everyMs: 10_000 }, policy: POLICY };
}

export function monitorVerdict(fault: Fault | undefined): Verdict {
  const nothing = { scope: null, failures: [], confidence: null };
  if (!fault) {
    const words = 'It works.';
    return {
      ...nothing,
      state: 'intact',
      severity: null,
      diagnosis: null,
      findings: [],
      seenBy: [],
      notSeenBy: [SITEWARD],
      summary: words,
    };
  }
  const { severity, summary, code, which } = fault;
  const finding = (name: string): SeenFinding => {
    return { code: name, severity, confidence: 1, summary, diagnosis: 'monitor-fault', vantage: SITEWARD };
  };
  const findings =
    which.length === 0 ? [finding(`monitor/${code}`)] : which.map((one) => finding(`monitor/${code} ${one}`));
  return {
    ...nothing,
    state: 'altered',
    severity,
    diagnosis: 'monitor-fault',
    findings,
    seenBy: [SITEWARD],
    notSeenBy: [],
    summary,
  };
}

/** Codes whose verdict changes anything now: those that hold, and those that people were told of. */
export function codesToJudge(faults: readonly Fault[], open: readonly Incident[]): readonly FaultCode[] {
  const told = open.filter(({ siteId }) => siteId === SITEWARD).flatMap(({ diverging }) => Object.keys(diverging));
  return FAULT_CODES.filter(
    (code) => faults.some((fault) => fault.code === code) || told.includes(monitorTarget(code).id),
  );
}
