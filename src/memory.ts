/**
 * The second half of the pipeline: what follows from a verdict, from time or from a person is decided by core/, and
 * committed in one transaction with the alerts due, before anything is sent.
 */
import { type Directory, dueAlerts, firstReceivers, type SeverityRoute } from './core/alerting.js';
import { CAP_WINDOW_MS, type Grouped, group, type Load } from './core/grouping.js';
import { advance, suspect } from './core/incident.js';
import type { LadderStep } from './core/ladder.js';
import type {
  Incident,
  MaintenanceWindow,
  Silence,
  Site,
  Suppression,
  Target,
  Transition,
  Verdict,
} from './core/model.js';
import { isGroup } from './core/reserved.js';
import { isOver, type Step } from './core/step.js';
import { capped, keptBack, suppressionOf } from './core/suppression.js';
import { REOPEN_MS } from './core/timing.js';
import {
  type ApprovedBaseline,
  type Inspection,
  inspect,
  type Observatory,
  type OnDoubt,
  type Thoroughness,
} from './monitor.js';
import { type Store, StoreConflict, type VerdictRecord } from './store/store.js';

type MemoryStore = Pick<
  Store,
  | 'knownIncidents'
  | 'openIncidents'
  | 'leadingIncidents'
  | 'hasOpenMembers'
  | 'record'
  | 'receiversTold'
  | 'load'
  | 'silences'
  | 'outbox'
>;

/** What watching needs beside looking: memory, and who is told. */
export interface Memory {
  readonly store: MemoryStore;
  readonly routes: readonly SeverityRoute[];
  readonly ladder: readonly LadderStep[];
  /** See Directory. */
  readonly heedTaking?: readonly string[];
  readonly windows: readonly MaintenanceWindow[];
  readonly siteOf: (id: string) => Site | undefined;
  readonly newIncidentId: (at: number) => string;
  /**
   * Keeps what was seen; the folder below `data/`, or null when it could not be written, or was not worth keeping again.
   * Never rejects. @param isNews somebody is told of it
   */
  readonly keepEvidence: (inspection: Inspection, isNews: boolean) => Promise<string | null>;
  /** Told how many milliseconds after a verdict was reached it was on the disk with all that follows from it. */
  readonly committed?: (ms: number) => void;
  /** Runs the works of one site one after the other: two targets may not both open its incident. */
  readonly inTurn: <T>(siteId: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * Inspects one target and remembers what follows from it: verdict, incident and the alerts due, in one transaction.
 * Rejects only when that could not be made durable.
 */
export async function watch(
  site: Site,
  target: Target,
  approved: ApprovedBaseline,
  observatory: Observatory,
  memory: Memory,
  signal: AbortSignal,
): Promise<Inspection> {
  const { now } = observatory;
  // A suspicion that cannot be written down must not end the look: what the look comes to is written, or said not to be.
  const inDoubt: OnDoubt = (doubt, shown) => suspected(site, target, doubt, shown, now, memory).catch(() => undefined);
  const thoroughness = await thoroughnessFor(target, memory);
  const inspection = await inspect(target, approved, observatory, signal, inDoubt, thoroughness);
  const { verdict } = inspection;
  let at = now();
  const step = (known: readonly Incident[]): Step =>
    advance(known, verdict, target, at, () => memory.newIncidentId(at));
  const isNews = async () => step(await memory.store.knownIncidents(site.id, at - REOPEN_MS)).transitions.length > 0;
  // A store that cannot be read knows of nothing that was told: then all is news.
  const evidence =
    verdict.state === 'intact' ? null : await memory.keepEvidence(inspection, await isNews().catch(() => true));
  at = now();
  const record = recordOf(inspection, at, evidence);
  try {
    await decide(memory, site.id, at, step, record);
  } catch (error) {
    throw new Unrecorded(inspection, error);
  }
  memory.committed?.(now() - at);
  return inspection;
}

/** Tells those whom a first look concerns, with what was seen, before the next look confirms it. */
async function suspected(
  site: Site,
  target: Target,
  doubt: Verdict,
  shown: () => Promise<Inspection>,
  now: () => number,
  memory: Memory,
): Promise<void> {
  const seenAt = now();
  const step = (known: readonly Incident[]): Step =>
    suspect(known, doubt, target, seenAt, () => memory.newIncidentId(seenAt));
  const known = await memory.store.knownIncidents(site.id, seenAt - REOPEN_MS);
  if (step(known).transitions.length === 0) return;
  const proven = async (): Promise<VerdictRecord> => {
    const inspection = await shown();
    const evidence = await memory.keepEvidence(inspection, true);
    return recordOf(inspection, now(), evidence);
  };
  // News without its pictures is better than none.
  const record = await proven().catch(() => null);
  const at = now();
  await decide(memory, site.id, at, step, record);
  memory.committed?.(now() - at);
}

function recordOf({ target, tookMs, verdict }: Inspection, at: number, evidence: string | null): VerdictRecord {
  return { targetId: target.id, siteId: target.siteId, kind: target.kind, at, tookMs, verdict, evidence };
}

/** What was seen could not be made durable. It was seen all the same. */
export class Unrecorded extends Error {
  readonly inspection: Inspection;
  constructor(inspection: Inspection, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.inspection = inspection;
  }
}

/** What was found by rendering is not over because the server's answer looks well; and an event gets every look in full. */
async function thoroughnessFor({ id, siteId, policy }: Target, { store }: Memory): Promise<Thoroughness> {
  if (policy.inEvent) return 'full';
  try {
    const concerned = (await store.openIncidents(siteId)).some((incident) => id in incident.diverging);
    return concerned ? 'full' : 'sparing';
  } catch {
    return 'full'; // What is open cannot be read: then nothing may be spared. Recording the look says that the store fails.
  }
}

/** Another process may write the same incident (`siteward ack`): then what it wrote is read and all decided anew. */
const TRIES = 3;

/** Takes the incidents of one site a step on, whatever the cause of it, and commits all that follows. */
export async function decide(
  memory: Memory,
  siteId: string,
  at: number,
  step: (known: readonly Incident[]) => Step,
  verdict: VerdictRecord | null = null,
): Promise<Step> {
  for (let tries = 1; ; tries++) {
    try {
      return await memory.inTurn(turnOf(siteId), async () => {
        const known = await memory.store.knownIncidents(siteId, at - REOPEN_MS);
        const next = step(known);
        if (next.transitions.length > 0) {
          const work = (): Promise<Step> => remember(next, known, memory, verdict, at);
          return await (isGroup({ siteId }) ? work() : memory.inTurn(GROUPS, work));
        }
        if (verdict || next.incidents.length > 0) {
          await memory.store.record({ verdict, incidents: next.incidents, transitions: [], alerts: [] });
        }
        return next;
      });
    } catch (error) {
      if (!(error instanceof StoreConflict) || tries >= TRIES) throw error;
    }
  }
}

/** Every site's incident may found, join or end a group, so all groups take turns together. */
const GROUPS = '_groups';

function turnOf(siteId: string): string {
  return isGroup({ siteId }) ? GROUPS : siteId;
}

async function remember(
  step: Step,
  known: readonly Incident[],
  memory: Memory,
  verdict: VerdictRecord | null,
  at: number,
): Promise<Step> {
  const { store } = memory;
  // Not every open one: in a storm of a thousand sites each of them would read the thousand.
  const leading = await store.leadingIncidents();
  const [load, silences] = [await store.load(at - CAP_WINDOW_MS), await store.silences(at)];
  const standing = await standingGroups(step, store);
  const quiets = { silences, windows: memory.windows };
  const isKeptBack = (one: Incident): boolean => keptBack(one, quiets, at) !== null;
  const around = { open: leading, standing, load, isKeptBack };
  const grouped = group(step, around, at, () => memory.newIncidentId(at));
  const quiet = quieted(grouped, known, quiets, load);
  const tellable = grouped.step.transitions.filter((transition) => !quiet.keys.has(nameOf(transition.incident)));
  const isOfMany = tellable.some(({ incident }) => isGroup(incident));
  const members = isOfMany ? await store.openIncidents() : [];
  const everybody = [...grouped.step.incidents, ...members, ...known];
  const directory = await directoryOf(memory, everybody);
  const alerts = dueAlerts(tellable, directory, await toldBefore(tellable, store));
  await store.record({
    verdict,
    incidents: grouped.step.incidents.map((one) => ({ ...one, muted: quiet.muted.get(one.id) ?? one.muted })),
    transitions: grouped.step.transitions,
    alerts,
    suppressions: [...grouped.suppressions, ...quiet.rows],
    absorbed: grouped.absorbed,
  });
  return grouped.step;
}

/** Groups of which a member ended in this step, while others of their members go on. */
async function standingGroups({ incidents }: Step, store: MemoryStore): Promise<ReadonlySet<string>> {
  const ended = incidents.filter(isOver);
  const ids = [...new Set(ended.flatMap(({ parent }) => parent ?? []))];
  const asked = ids.map(async (id) => {
    const isStanding = await store.hasOpenMembers(
      id,
      ended.map((one) => one.id),
    );
    return isStanding ? [id] : [];
  });
  return new Set((await Promise.all(asked)).flat());
}

interface Quieted {
  readonly rows: readonly Suppression[];
  /** `<incident>|<seq>` of transitions that are told to nobody now. */
  readonly keys: ReadonlySet<string>;
  /** Per incident: a page of it waits, or was just told. */
  readonly muted: ReadonlyMap<string, boolean>;
}

function quieted(
  { step, suppressions }: Grouped,
  known: readonly Incident[],
  quiet: { readonly silences: readonly Silence[]; readonly windows: readonly MaintenanceWindow[] },
  load: Load,
): Quieted {
  const keys = new Set(suppressions.map(({ incidentId, seq }) => `${incidentId}|${seq}`));
  const rows: Suppression[] = [];
  const muted = new Map<string, boolean>();
  for (const transition of step.transitions) {
    const { incident } = transition;
    if (keys.has(nameOf(incident))) continue;
    const before = known.find((one) => one.id === incident.id);
    const row = suppressionOf(transition, before, quiet) ?? capped(transition, load);
    muted.set(incident.id, row?.kind === 'silence' || row?.kind === 'maintenance');
    if (!row) continue;
    rows.push(row);
    keys.add(nameOf(incident));
  }
  return { rows, keys, muted };
}

function nameOf({ id, seq }: Incident): string {
  return `${id}|${seq}`;
}

async function toldBefore(
  transitions: readonly Transition[],
  store: Pick<Store, 'receiversTold'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = [...new Set(transitions.map((transition) => transition.incident.id))];
  return new Map(await Promise.all(ids.map(async (id) => [id, await store.receiversTold(id)] as const)));
}

async function directoryOf(memory: Memory, incidents: readonly Incident[]): Promise<Directory> {
  const { routes, ladder, heedTaking = [], siteOf } = memory;
  const { failing } = await memory.store.outbox();
  const ownReceivers = (incident: Incident): readonly string[] => siteOf(incident.siteId)?.receivers ?? [];
  const membersReceivers = (incident: Incident): readonly string[] =>
    incidents
      .filter((one) => one.parent === incident.id)
      .flatMap((one) => firstReceivers({ id: one.siteId, receivers: ownReceivers(one) }, incident.severity, routes));
  return {
    routes,
    ladder,
    heedTaking,
    failing,
    siteOf: (incident) => ({
      id: incident.siteId,
      receivers: isGroup(incident) ? membersReceivers(incident) : ownReceivers(incident),
    }),
  };
}
