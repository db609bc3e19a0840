/** What the parts of `watch` share: one desk with its memory, and how one target is attended to at it. */
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { Site, Target } from '../core/model.js';
import type { Fault } from '../core/watchdog.js';
import { type Memory, Unrecorded, watch } from '../memory.js';
import type { Inspection, Observatory } from '../monitor.js';
import type { Courier } from '../notify/deliver.js';
import { NOTIFIERS } from '../notify/index.js';
import type { Rest } from '../scheduler.js';
import { rolledBack } from '../store/approvals.js';
import type { ShelteredStore, Trouble } from '../store/sheltered.js';
import type { Store } from '../store/store.js';
import type { Metrics } from '../web/metrics.js';
import { keepTargetEvidence } from './evidence.js';
import type { SelfWatch } from './self.js';
import type { Workplace } from './workplace.js';

/** One watching daemon: what its parts share. */
export interface Desk {
  readonly place: Workplace;
  readonly store: ShelteredStore;
  readonly memory: Memory;
  readonly metrics: Metrics;
  readonly courier: Courier;
  readonly self: SelfWatch;
  /** Called when somebody is owed a message; does nothing where nobody waits for it. */
  alerted: () => void;
  /** What was wrong with ourselves at the last pulse. */
  faults: readonly Fault[];
  lastLookAt: number | null;
  /** A verdict could be kept nowhere, not even in memory; null when the last one could. */
  unrecorded: Trouble | null;
}

/** What a daemon wants to know of its memory. */
export interface Attendance {
  readonly metrics: Metrics;
  /** Told of every commit by which somebody is owed a message. */
  readonly alerted: () => void;
}

/** A site that stays altered or unverified for weeks must not fill the disk with the same picture: kept so often, and as news. */
const KEEP_AGAIN_MS = 600_000;

/** The evidence of a target that was kept last. */
interface Kept {
  readonly at: number;
  readonly shows: string;
}

function shownBy({ verdict }: Inspection): string {
  return [verdict.state, ...new Set(verdict.findings.map(({ code }) => code).sort())].join(' ');
}

export function memoryOf(store: Store, place: Workplace, attendance: Attendance | null = null): Memory {
  const turns = new Map<string, ReturnType<typeof pLimit>>();
  const kept = new Map<string, Kept>();
  return {
    ...(attendance ? { store: attended(store, attendance), committed: attendance.metrics.committed } : { store }),
    routes: place.config.settings.routes,
    ladder: place.config.settings.escalation,
    heedTaking: receiversThatHeedTaking(place),
    windows: place.config.maintenance,
    siteOf: (id) => place.config.sites.find((site) => site.id === id),
    newIncidentId: place.newId,
    async keepEvidence(inspection, isNews) {
      const [{ id }, shows, at] = [inspection.target, shownBy(inspection), place.observatory.now()];
      const last = kept.get(id);
      if (!isNews && last?.shows === shows && Math.abs(at - last.at) < KEEP_AGAIN_MS) return null;
      place.crash('evidence/begin');
      const folder = await keepTargetEvidence(inspection, place);
      place.crash('evidence/end');
      if (folder !== null) kept.set(id, { at, shows });
      return folder;
    },
    inTurn: (siteId, work) => {
      const turn = turns.get(siteId) ?? pLimit(1);
      turns.set(siteId, turn);
      return turn(work);
    },
  };
}

function receiversThatHeedTaking({ config }: Workplace): readonly string[] {
  const kinds = NOTIFIERS.filter(({ heedsTaking }) => heedsTaking).map(({ kind }) => kind);
  return config.settings.receivers.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
}

/** The store, with what is kept back counted where it is kept, and the courier called where there is something to carry. */
function attended(store: Store, { metrics, alerted }: Attendance): Memory['store'] {
  return {
    knownIncidents: (siteId, endedAfter) => store.knownIncidents(siteId, endedAfter),
    openIncidents: (siteId) => store.openIncidents(siteId),
    leadingIncidents: () => store.leadingIncidents(),
    hasOpenMembers: (groupId, but) => store.hasOpenMembers(groupId, but),
    receiversTold: (incidentId) => store.receiversTold(incidentId),
    load: (since) => store.load(since),
    silences: (endingAfter) => store.silences(endingAfter),
    outbox: () => store.outbox(),
    async record(entry) {
      await store.record(entry);
      metrics.suppressed(entry.suppressions ?? []);
      if (entry.alerts.length > 0) alerted();
    },
  };
}

/**
 * Looks at one target and remembers it. Never rejects: a store that fails is a problem of ours, said loudly. Null: no look.
 * @param rest waits between two looks.
 */
export async function attend(
  desk: Desk,
  site: Site,
  target: Target,
  rest: Rest = (wait) => wait(),
): Promise<Inspection | null> {
  const { place } = desk;
  const pause: Observatory['pause'] = (ms, signal) => rest(() => place.observatory.pause(ms, signal));
  place.crash('look/begin');
  try {
    const enforced = place.config.settings.baselines.signers.length > 0;
    const approved = await place.approvedBaselines(site, (approval) =>
      // A store that fails must not keep us from looking: recording the look says that it fails.
      rolledBack(desk.store, site.id, approval, enforced, place.observatory.now()).catch(() => null),
    );
    place.crash('baseline/noted');
    const observatory = { ...place.observatory, pause, sightOf: () => desk.self.sight };
    const record = approved(target);
    if (record.findings.length > 0) desk.metrics.unverifiable(site.id);
    desk.self.believed(site.id, record.findings.length === 0);
    const inspection = await watch(site, target, record, observatory, desk.memory, place.signal);
    place.crash('look/end');
    desk.self.verified(target.id, inspection.verdict);
    desk.lastLookAt = place.observatory.now();
    desk.unrecorded = null;
    desk.metrics.looked(inspection);
    logLook(desk, inspection);
    return inspection;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    desk.unrecorded = { reason, since: desk.unrecorded?.since ?? place.observatory.now() };
    place.log.error({ target: target.id, error: reason }, 'The verdict could not be recorded');
    if (!(error instanceof Unrecorded)) return null;
    logLook(desk, error.inspection);
    return error.inspection;
  }
}

function logLook({ place: { log } }: Desk, { target, verdict, tookMs, looks }: Inspection): void {
  const fields = { target: target.id, state: verdict.state, severity: verdict.severity, tookMs, looks };
  if (verdict.state === 'intact') log.info(fields, 'Looked');
  else log.warn({ ...fields, diagnosis: verdict.diagnosis }, verdict.summary);
}

/** Why what is decided is not durable now. */
export function storeProblemOf({ store, unrecorded }: Desk): Trouble | null {
  return store.trouble ?? unrecorded;
}

export async function deliver(desk: Desk, what: 'due' | 'pending'): Promise<void> {
  const { courier, metrics } = desk;
  try {
    metrics.delivered(await (what === 'due' ? courier.deliverDue() : courier.deliverPending()));
  } catch (error) {
    desk.place.log.error({ error: String(error) }, 'The outbox could not be read; alerts wait');
  }
}

/**
 * Looks wait for the network, so more of them than cores run together; the browser has its own, lower limit. On two cores
 * 500 names, of which each takes a good second to listen for late answers, are looked at within a minute.
 */
export function concurrency(): number {
  return 8 * availableParallelism();
}
