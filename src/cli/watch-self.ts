/** The daemon's watch over itself: it takes its own pulse, and what is wrong becomes an incident. */
import { announcement } from '../core/announcement.js';
import { advance } from '../core/incident.js';
import { SITEWARD } from '../core/reserved.js';
import { codesToJudge, faultsOf, monitorTarget, monitorVerdict, type Pulse } from '../core/watchdog.js';
import { duration } from '../core/words.js';
import { announce, decide } from '../memory.js';
import type { Scheduler } from '../scheduler.js';
import type { Desk } from './watch-desk.js';

/** Takes the pulse, and tells of what is wrong and of what works again. */
export async function watchSelf(desk: Desk, scheduler: Pick<Scheduler, 'lagMs'>): Promise<void> {
  const { place, store, self, memory } = desk;
  await self.look(place);
  const at = place.observatory.now();
  const { oldestAt, failing } = await store.outbox();
  const blockedMs = self.takeBlockedMs();
  desk.metrics.blocked(blockedMs);
  const sights = new Map([['local', self.sight]]);
  desk.metrics.sighted(sights);
  const pulse: Pulse = {
    at,
    outboxOldestAt: oldestAt,
    failing,
    storeProblem: desk.storeProblem,
    lagMs: scheduler.lagMs,
    blockedMs,
    sights,
    targets: self.attentions(place.config.sites.flatMap((site) => site.targets)),
  };
  const faults = faultsOf(pulse);
  desk.faults = faults;
  for (const code of codesToJudge(faults, await store.openIncidents(SITEWARD))) {
    const verdict = monitorVerdict(faults.find((fault) => fault.code === code));
    await decide(memory, SITEWARD, at, (known) =>
      advance(known, verdict, monitorTarget(code), at, () => memory.newIncidentId(at)),
    );
  }
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
