/** `watch`: the daemon. Every target at its cadence, incidents, alerts, health; `--once` runs each target one time. */
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { withdraw } from '../core/incident.js';
import type { Site, Target } from '../core/model.js';
import { type Inspection, type Memory, remindOf, siteInspection, watch } from '../monitor.js';
import type { Courier } from '../notify/deliver.js';
import { type Job, Scheduler } from '../scheduler.js';
import type { Store } from '../store/store.js';
import { createMetrics, type Metrics } from '../web/metrics.js';
import { type Health, listen, webApp } from '../web/server.js';
import { progressOutput } from './check.js';
import { heartbeat, repeat } from './chores.js';
import { keepTargetEvidence } from './evidence.js';
import { checkReport, jsonText } from './report/check-json.js';
import { exitCodeOf } from './report/exit-code.js';
import { progress } from './report/progress.js';
import { terminalReport } from './report/terminal.js';
import { CommandError, EXIT, type Workplace } from './workplace.js';

const DELIVER_EVERY_MS = 1_000;
const REMIND_EVERY_MS = 10_000;
const PRUNE_EVERY_MS = 3_600_000;
const KEEP_VERDICTS_MS = 30 * 86_400_000;
/** An alert this old that no receiver took means that we cannot tell anybody anything. */
const OUTBOX_STUCK_MS = 120_000;

const UNRECORDED = { state: 'unverified', severity: null } as const;

/** One watching daemon: what its parts share. */
interface Desk {
  readonly place: Workplace;
  readonly store: Store;
  readonly memory: Memory;
  readonly metrics: Metrics;
  readonly courier: Courier;
  lastLookAt: number | null;
  /** Why the last commit could not be made durable; null when it could. */
  storeProblem: string | null;
}

export async function runWatch(options: { readonly once: boolean }, place: Workplace): Promise<number> {
  const store = await place.store();
  const desk: Desk = {
    place,
    store,
    memory: memoryOf(store, place),
    metrics: createMetrics(),
    courier: place.courier(store),
    lastLookAt: null,
    storeProblem: null,
  };
  await withdrawUnwatched(desk);
  return options.once ? watchOnce(desk) : watchOn(desk);
}

function memoryOf(store: Store, place: Workplace): Memory {
  const turns = new Map<string, ReturnType<typeof pLimit>>();
  return {
    store,
    routes: place.config.settings.routes,
    newIncidentId: place.newId,
    keepEvidence: (inspection) => keepTargetEvidence(inspection, place),
    inTurn: (siteId, work) => {
      const turn = turns.get(siteId) ?? pLimit(1);
      turns.set(siteId, turn);
      return turn(work);
    },
  };
}

/** Ends what is open about targets that the watchlist no longer holds: nothing could ever clear it again. */
async function withdrawUnwatched({ store, place }: Desk): Promise<void> {
  const at = place.observatory.now();
  const watched = new Set(place.config.sites.flatMap((site) => site.targets.map((target) => target.id)));
  const { incidents, transitions } = withdraw(await store.openIncidents(), watched, at);
  if (incidents.length === 0) return;
  await store.record({ verdict: null, incidents, transitions, alerts: [] });
  for (const { incident, because } of transitions) place.log.warn({ incident: incident.id }, `Closed: ${because}`);
}

/** Looks at one target and remembers it. Never rejects: a store that fails is a problem of ours, said loudly. */
async function attend(desk: Desk, site: Site, target: Target): Promise<Inspection | null> {
  const { place } = desk;
  try {
    const approved = await place.approvedBaselines(site);
    const inspection = await watch(site, target, approved(target), place.observatory, desk.memory, place.signal);
    desk.lastLookAt = place.observatory.now();
    desk.storeProblem = null;
    desk.metrics.looked(inspection);
    logLook(desk, inspection);
    return inspection;
  } catch (error) {
    desk.storeProblem = error instanceof Error ? error.message : String(error);
    place.log.error({ target: target.id, error: desk.storeProblem }, 'The verdict could not be recorded');
    return null;
  }
}

function logLook({ place: { log } }: Desk, { target, verdict, tookMs, looks }: Inspection): void {
  const fields = { target: target.id, state: verdict.state, severity: verdict.severity, tookMs, looks };
  if (verdict.state === 'intact') log.info(fields, 'Looked');
  else log.warn({ ...fields, diagnosis: verdict.diagnosis }, verdict.summary);
}

async function deliver(desk: Desk, what: 'due' | 'pending'): Promise<void> {
  const { courier, metrics } = desk;
  try {
    metrics.delivered(await (what === 'due' ? courier.deliverDue() : courier.deliverPending()));
  } catch (error) {
    desk.place.log.error({ error: String(error) }, 'The outbox could not be read; alerts wait');
  }
}

// ---------------------------------------------------------------- once

async function watchOnce(desk: Desk): Promise<number> {
  const { place } = desk;
  const { now } = place.observatory;
  const startedAt = now();
  const { sites } = place.config;
  const shown = progress(
    sites.reduce((sum, site) => sum + site.targets.length, 0),
    progressOutput(place),
  );
  const limit = pLimit(concurrency());
  const inspected = await Promise.all(
    sites.map(async (site) => {
      const inspections = await Promise.all(
        site.targets.map((target) =>
          limit(async () => {
            shown.began(target.id);
            const inspection = await attend(desk, site, target);
            shown.ended(target.id, inspection?.verdict ?? UNRECORDED, inspection?.tookMs ?? 0);
            return inspection;
          }),
        ),
      );
      return siteInspection(
        site,
        inspections.flatMap((inspection) => inspection ?? []),
        null,
      );
    }),
  );
  shown.close();
  await deliver(desk, 'pending');
  const { pending } = await desk.store.outbox();
  if (pending > 0) place.log.warn({ pending }, 'Alerts not accepted yet stay in the outbox; the next run retries them');
  const run = { version: place.version, startedAt, tookMs: now() - startedAt, sites: inspected };
  place.terminal.out(place.terminal.json ? jsonText(checkReport(run)) : terminalReport(run, place.terminal));
  if (desk.storeProblem !== null) return Math.max(3, exitCodeOf(inspected));
  return exitCodeOf(inspected);
}

// -------------------------------------------------------------- daemon

async function watchOn(desk: Desk): Promise<number> {
  const { place } = desk;
  const scheduler = new Scheduler(jobsOf(desk), {
    now: place.observatory.now,
    monotonic: () => performance.now(),
    random: Math.random,
    concurrency: concurrency(),
  });
  const web = await listening(desk);
  const beat = place.config.settings.heartbeat;
  const chores = [
    repeat(DELIVER_EVERY_MS, place.log, async () => {
      // Not waited for: a receiver that hangs must not hold back the others.
      void deliver(desk, 'due');
      await measure(desk, scheduler);
    }),
    repeat(REMIND_EVERY_MS, place.log, () => remindAll(desk)),
    repeat(beat.everyMs, place.log, () =>
      heartbeat(beat.urls, () => healthOf(desk), place.network, place.log, place.signal),
    ),
    repeat(
      PRUNE_EVERY_MS,
      place.log,
      async () => void (await desk.store.prune(place.observatory.now() - KEEP_VERDICTS_MS)),
    ),
  ];
  scheduler.start();
  const count = place.config.sites.length;
  place.log.info({ sites: count, health: `${web.url}/healthz` }, 'Watching');
  await aborted(place.signal);
  place.log.info({}, 'Stopping: the looks under way end first');
  await scheduler.stop();
  await Promise.all(chores.map((chore) => chore.stop()));
  await deliver(desk, 'due');
  await web.close();
  return 0;
}

async function listening(desk: Desk): ReturnType<typeof listen> {
  const app = webApp(() => healthOf(desk), desk.metrics.registry);
  try {
    return await listen(app, desk.place.config.settings.web.listen);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT.config, { cause: error });
  }
}

function jobsOf(desk: Desk): Job[] {
  const { sites, events } = desk.place.config;
  return sites.flatMap((site) =>
    site.targets.map((target): Job => {
      const windows = events.flatMap((event) => {
        const inEvent = event.sites.find((candidate) => candidate.id === site.id);
        const special = inEvent?.targets.find((candidate) => candidate.id === target.id);
        return inEvent && special ? [{ from: event.from, to: event.to, site: inEvent, target: special }] : [];
      });
      const inForce = (at: number): { site: Site; target: Target } =>
        windows.find((window) => at >= window.from && at < window.to) ?? { site, target };
      return {
        id: target.id,
        scheduleAt: (at) => inForce(at).target.schedule,
        changesAt: windows.flatMap((window) => [window.from, window.to]),
        run: async () => {
          const current = inForce(desk.place.observatory.now());
          await attend(desk, current.site, current.target);
        },
      };
    }),
  );
}

async function remindAll(desk: Desk): Promise<void> {
  const at = desk.place.observatory.now();
  for (const site of desk.place.config.sites) {
    const [target] = site.targets;
    if (target) await remindOf(site, target.policy, at, desk.memory);
  }
}

async function measure(desk: Desk, scheduler: Scheduler): Promise<void> {
  const { pending, oldestAt } = await desk.store.outbox();
  const now = desk.place.observatory.now();
  desk.metrics.outbox(pending, oldestAt === null ? 0 : (now - oldestAt) / 1000);
  desk.metrics.scheduler(scheduler.lagMs, scheduler.runningCount);
  desk.metrics.incidents((await desk.store.openIncidents()).length);
}

async function healthOf(desk: Desk): Promise<Health> {
  const now = desk.place.observatory.now();
  const outbox = await desk.store.outbox();
  const problems = [
    ...(desk.storeProblem === null ? [] : [`the store does not take verdicts: ${desk.storeProblem}`]),
    ...(outbox.oldestAt !== null && now - outbox.oldestAt > OUTBOX_STUCK_MS
      ? [`alerts wait since ${new Date(outbox.oldestAt).toISOString()}: no receiver takes them`]
      : []),
    ...(outbox.givenUp > 0 ? [`${outbox.givenUp} alerts were given up: see the log`] : []),
  ];
  const targets = desk.place.config.sites.reduce((sum, site) => sum + site.targets.length, 0);
  return { problems, targets, lastLookAt: desk.lastLookAt, outboxPending: outbox.pending };
}

/** Looks wait for the network, so more of them than cores run together; the browser has its own, lower limit. */
function concurrency(): number {
  return 4 * availableParallelism();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
