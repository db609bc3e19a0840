/** `watch`: every target at its cadence, alerts as they fall due, and the chores of a daemon. */
import { shortHead } from '../core/audit.js';
import { acknowledge } from '../core/ladder.js';
import type { Site, Target } from '../core/model.js';
import { decide } from '../memory.js';
import { passTime } from '../passing-time.js';
import { type Job, Scheduler } from '../scheduler.js';
import type { AcknowledgeDesk } from '../web/acknowledge.js';
import { listen, webApp } from '../web/server.js';
import { heartbeat, repeat, type Standing } from './chores.js';
import { mailDigest } from './digest.js';
import { linkSecret } from './links.js';
import { policyInForce } from './selection.js';
import { attend, concurrency, type Desk, deliver } from './watch-desk.js';
import { healthOf, measure } from './watch-health.js';
import { announceStart, announceStop, proveReceivers, watchSelf } from './watch-self.js';
import { CommandError, EXIT } from './workplace.js';

/** What was put off falls due; what is new is carried at once. */
const DELIVER_EVERY_MS = 1_000;
const MEASURE_EVERY_MS = 1_000;
const REMIND_EVERY_MS = 10_000;
const PULSE_EVERY_MS = 10_000;
const DIGEST_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;
const KEEP_VERDICTS_MS = 30 * 86_400_000;
/** A clock that was set by more than this says nothing about what is old. */
const MOST_DRIFT_MS = 86_400_000;
/** Receivers are looked at so often in the time within which one must be proven. */
const PROOFS_IN_TIME = 4;

export async function watchOn(desk: Desk): Promise<number> {
  const { place } = desk;
  const scheduler = new Scheduler(jobsOf(desk), {
    now: place.observatory.now,
    monotonic: () => performance.now(),
    random: Math.random,
    concurrency: concurrency(),
  });
  const web = await listening(desk);
  place.crash('start/listening');
  const beat = place.config.settings.heartbeat;
  let beats = 0;
  const standing = async (): Promise<Standing> => {
    const last = await desk.store.lastAct();
    return { trail: last ? shortHead(last) : '0', beats: ++beats };
  };
  const passes = new Set<Promise<void>>();
  const delivering = repeat(DELIVER_EVERY_MS, place.log, async () => {
    // Not waited for: a receiver that hangs must not hold back the others.
    const pass = deliver(desk, 'due').finally(() => passes.delete(pass));
    passes.add(pass);
  });
  desk.alerted = delivering.soon;
  const chores = [
    delivering,
    repeat(MEASURE_EVERY_MS, place.log, () => measure(desk, scheduler)),
    repeat(REMIND_EVERY_MS, place.log, async () => {
      place.crash('time/begin');
      await remindAll(desk);
      place.crash('time/end');
    }),
    repeat(PULSE_EVERY_MS, place.log, async () => {
      place.crash('pulse/begin');
      await watchSelf(desk, scheduler);
      place.crash('pulse/end');
    }),
    repeat(DIGEST_EVERY_MS, place.log, () => mailDigest(desk.store, place, place.observatory.now())),
    repeat(beat.everyMs, place.log, () =>
      heartbeat(beat.urls, () => healthOf(desk), standing, place.network, place.log, place.signal),
    ),
    repeat(beat.provenWithinMs / PROOFS_IN_TIME, place.log, () => proveReceivers(desk)),
    repeat(PRUNE_EVERY_MS, place.log, () => prune(desk)),
  ];
  place.crash('announce/begin');
  await announceStart(desk);
  place.crash('announce/end');
  scheduler.start();
  place.crash('start/watching');
  const count = place.config.sites.length;
  place.log.info({ sites: count, health: `${web.url}/healthz` }, 'Watching');
  await aborted(place.signal);
  place.log.info({}, 'Stopping: the looks under way end first');
  place.crash('stop/begin');
  await scheduler.stop();
  place.crash('stop/looks-ended');
  await Promise.all(chores.map((chore) => chore.stop()));
  place.crash('stop/chores-ended');
  await announceStop(desk);
  place.crash('stop/announced');
  await deliver(desk, 'due');
  // What was accepted by now must still be noted, or it is told again at the next start.
  await Promise.all(passes);
  place.crash('stop/delivered');
  await web.close();
  place.crash('stop/web-closed');
  return 0;
}

/** Not by a clock that was set, nor by one that may be wrong since the machine started: an hour later it is right, or was set. */
export async function prune({ place, store, self }: Pick<Desk, 'place' | 'store' | 'self'>): Promise<void> {
  const now = place.observatory.now();
  const lookedAt = Math.max(0, ...(await store.lookedAt()).values());
  if (Math.abs(self.driftMs) > MOST_DRIFT_MS || (lookedAt > 0 && now - lookedAt > MOST_DRIFT_MS)) return;
  await store.prune(now - KEEP_VERDICTS_MS);
}

async function listening(desk: Desk): ReturnType<typeof listen> {
  const { listen: address, publicUrl } = desk.place.config.settings.web;
  const names = [`http://${address}`, ...(publicUrl === null ? [] : [publicUrl])].map((url) => new URL(url).hostname);
  const app = webApp(() => healthOf(desk), desk.metrics.registry, { names, acknowledge: await acknowledgeDesk(desk) });
  try {
    return await listen(app, address);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT.config, { cause: error });
  }
}

/** What the links of messages lead to; nothing where no message has one. */
async function acknowledgeDesk({ place, store, memory }: Desk): Promise<AcknowledgeDesk | undefined> {
  if (place.config.settings.web.publicUrl === null) return undefined;
  const { now } = place.observatory;
  return {
    store,
    secret: await linkSecret(store),
    now,
    async take(incidentId, by) {
      const incident = await store.incident(incidentId);
      if (!incident) return null;
      const at = now();
      const policy = policyInForce(incident, place.config, at);
      const step = await decide(memory, incident.siteId, at, (known) => {
        const current = known.find(({ id }) => id === incidentId);
        return current ? acknowledge(current, by, policy, at) : { incidents: [], transitions: [] };
      });
      return step.incidents.find(({ id }) => id === incidentId) ?? null;
    },
  };
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
        host: site.name,
        scheduleAt: (at) => inForce(at).target.schedule,
        changesAt: windows.flatMap((window) => [window.from, window.to]),
        run: async (rest) => {
          const current = inForce(desk.place.observatory.now());
          await attend(desk, current.site, current.target, rest);
        },
      };
    }),
  );
}

/** Reminders, the ladder, silences that end: by the rules in force for the incident's site at this time. */
async function remindAll(desk: Desk): Promise<void> {
  await passTime(
    desk.memory,
    (incident, at) => policyInForce(incident, desk.place.config, at),
    desk.place.observatory.now(),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
