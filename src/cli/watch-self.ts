/** The daemon's watch over itself: it takes its own pulse, and what is wrong becomes an incident. */
import { announcement } from '../core/announcement.js';
import { advance } from '../core/incident.js';
import { EVE_MS, type Eve } from '../core/readiness.js';
import { DRILLED, SITEWARD } from '../core/reserved.js';
import {
  codesToJudge,
  type Fault,
  type FaultCode,
  faultsOf,
  monitorTarget,
  monitorVerdict,
  type Pulse,
} from '../core/watchdog.js';
import { duration } from '../core/words.js';
import { decide } from '../memory.js';
import { announce } from '../passing-time.js';
import type { Scheduler } from '../scheduler.js';
import { lostIn } from '../store/lost.js';
import { nameOfStore } from '../store/open.js';
import { witness } from '../store/witness.js';
import { roomIn } from './doctor-machine.js';
import { sitesInForce } from './selection.js';
import { type Desk, storeProblemOf } from './watch-desk.js';

/** Takes the pulse, and tells of what is wrong and of what works again. */
export async function watchSelf(desk: Desk, scheduler: Pick<Scheduler, 'ownLagMs'>): Promise<void> {
  const { place, store, self } = desk;
  const clockJumpMs = self.takeClockJumpMs();
  await self.look(place);
  await store.proveWritable(place.observatory.now());
  const at = place.observatory.now();
  const { oldestAt, failing, provenAt } = await store.outbox();
  if (provenAt !== null) self.proven(provenAt);
  const blockedMs = self.takeBlockedMs();
  desk.metrics.blocked(blockedMs);
  await noteDrill(desk);
  const sights = new Map([['local', self.sight]]);
  desk.metrics.sighted(sights);
  const pulse: Pulse = {
    at,
    outboxOldestAt: oldestAt,
    // One that settings.yaml names no more is owed nothing that anybody could mend.
    failing: failing.filter((id) => place.config.settings.receivers.some((receiver) => receiver.id === id)),
    storeProblem: storeProblemOf(desk),
    lost: await lost(desk),
    unverifiable: self.unverifiable,
    clockJumpMs,
    lagMs: scheduler.ownLagMs,
    blockedMs,
    sights,
    targets: self.attentions(sitesInForce(place.config, at).flatMap((site) => site.targets)),
    roomProblem: await roomProblem(place.options.data),
    eves: await eves(desk, at),
  };
  const faults = faultsOf(pulse);
  desk.faults = faults;
  self.pulsed();
  await tell(faults, codesToJudge(faults, await store.openIncidents(SITEWARD)), desk, at);
  await noteTrail(desk);
}

/** For a pass that nobody can say when another will follow: what concerns the memory of all of them. */
export async function tellOfStore(desk: Desk): Promise<void> {
  const at = desk.place.observatory.now();
  const trouble = storeProblemOf(desk);
  const faults = faultsOf({
    ...{
      at,
      outboxOldestAt: null,
      failing: [],
      clockJumpMs: 0,
      lagMs: 0,
      blockedMs: 0,
      sights: new Map(),
      targets: [],
      roomProblem: null,
      eves: [],
    },
    storeProblem: trouble && { ...trouble, since: 0 },
    lost: await lost(desk),
    unverifiable: desk.self.unverifiable,
  });
  const ours: readonly FaultCode[] = ['store-failing', 'memory-lost', 'baselines-unverifiable'];
  const open = codesToJudge(faults, await desk.store.openIncidents(SITEWARD));
  await tell(
    faults,
    open.filter((code) => ours.includes(code)),
    desk,
    at,
  );
  await noteTrail(desk);
}

async function tell(faults: readonly Fault[], codes: readonly FaultCode[], desk: Desk, at: number): Promise<void> {
  const { memory } = desk;
  for (const code of codes) {
    const verdict = monitorVerdict(faults.find((fault) => fault.code === code));
    await decide(memory, SITEWARD, at, (known) =>
      advance(known, verdict, monitorTarget(code), at, () => memory.newIncidentId(at)),
    );
  }
}

/** A folder that cannot be read is the disk's fault, and that is told of by what it does to the database. */
async function lost({ place }: Desk): Promise<readonly string[]> {
  try {
    return await lostIn(place.options.data);
  } catch (error) {
    place.log.error({ error: String(error) }, 'What was lost cannot be listed');
    return [];
  }
}

async function roomProblem(data: string): Promise<string | null> {
  try {
    await roomIn(data);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** After a start every target is looked at and every receiver tried once, before anybody is told that they were not. */
const SETTLED_MS = 120_000;

/** Events that begin within the hour, and those that we saw begin. */
async function eves({ place, store, self }: Desk, at: number): Promise<readonly Eve[]> {
  if (self.runningMs < SETTLED_MS) return [];
  const near = place.config.events.filter(({ from, to }) => {
    return at >= from - EVE_MS && at < to && from >= at - self.runningMs;
  });
  if (near.length === 0) return [];
  const states = new Map((await store.latest()).map(({ targetId, verdict }) => [targetId, verdict.state]));
  return near.map(({ id, from, sites }) => ({
    eventId: id,
    from,
    targets: sites.flatMap(({ targets }) =>
      targets.map((target) => ({ targetId: target.id, state: states.get(target.id) ?? null })),
    ),
    provenAt: self.provenAt,
    drilledAt: self.drilledAt,
  }));
}

/** The trail is in the database alone: while that fails, what was known before holds. */
async function noteDrill({ place, store, self, metrics }: Desk): Promise<void> {
  if (store.trouble !== null) return;
  try {
    self.drilledAt = (await store.lastAct(DRILLED))?.at ?? null;
    metrics.drilled(self.drilledAt ?? 0);
  } catch (error) {
    place.log.error({ error: String(error) }, 'When the last drill was cannot be read');
  }
}

/** So that a database that is put back from an old copy is noticed. */
async function noteTrail({ place, store }: Desk): Promise<void> {
  if (store.trouble !== null) return;
  const { options, config, log } = place;
  try {
    await witness(options.data, nameOfStore(config.settings.store.url, options.data), store);
  } catch (error) {
    log.error({ error: String(error) }, 'Where the audit trail stands cannot be noted outside the database');
  }
}

/** Looks whether the way to any receiver is open, so that the heartbeat does not promise what nobody tried. */
export async function proveReceivers({ place, self }: Desk): Promise<void> {
  await Promise.all(
    place.config.settings.receivers.map(async ({ id }) => {
      try {
        await place.examineReceiver(id);
        self.proven(place.observatory.now());
      } catch (error) {
        place.log.warn({ receiver: id, error: String(error) }, 'The way to a receiver is not open');
      }
    }),
  );
}

/** Tells those who read the digest that watching began, and for how long nobody had watched. */
export async function announceStart(desk: Desk): Promise<void> {
  const { place, store } = desk;
  const at = place.observatory.now();
  const last = Math.max(0, ...(await store.lookedAt()).values());
  const gap = last === 0 ? [] : [`Nothing was watched for ${duration(at - last)}.`];
  const wanted = place.config.sites.map(({ id }) => id);
  await note(`Siteward watches ${wanted.length} sites.`, gap, desk, at);
}

export async function announceStop(desk: Desk): Promise<void> {
  const at = desk.place.observatory.now();
  await note('Siteward was stopped: nothing is watched until it is started again.', [], desk, at);
}

async function note(summary: string, lines: readonly string[], { place, store }: Desk, at: number): Promise<void> {
  const { to } = place.config.settings.digest;
  if (to.length === 0) return;
  await announce(store, announcement(place.newId(at), summary, lines, at), to, 'settings.yaml sends the digest here');
}
