/** Whether the daemon can see and can tell, for supervisors, for Prometheus and for the dead man's switch. */
import { type FaultCode, waitedMs } from '../core/watchdog.js';
import { duration } from '../core/words.js';
import type { Scheduler } from '../scheduler.js';
import type { Outbox } from '../store/store.js';
import type { Health } from '../web/server.js';
import { type Desk, storeProblemOf } from './watch-desk.js';

/** An alert this old that no receiver took means that we cannot tell anybody anything. */
const OUTBOX_STUCK_MS = 120_000;
const OUTBOX_STUCK_IN_EVENT_MS = 60_000;

/** Faults with which we neither see nor tell: then the outside world must alarm in our place. */
const BLINDING: readonly FaultCode[] = ['blind', 'late', 'baselines-unverifiable'];

/** Six pulses: what the last one found wrong says nothing any more. */
const UNWATCHED_MS = 60_000;

/** Until then the first look at the receivers may still be under way. */
const FIRST_PROOF_MS = 120_000;

export async function measure(desk: Desk, scheduler: Scheduler): Promise<void> {
  const { pending } = await desk.store.outbox();
  const now = desk.place.observatory.now();
  desk.metrics.outbox(pending, await desk.store.oldestOwed(), now);
  desk.metrics.scheduler(scheduler.lagMs, scheduler.runningCount, scheduler.waitingCount);
  desk.metrics.incidents((await desk.store.openIncidents()).length);
}

export async function healthOf(desk: Desk): Promise<Health> {
  const now = desk.place.observatory.now();
  const outbox = await desk.store.outbox();
  const storeProblem = storeProblemOf(desk);
  const isEvent = desk.place.config.events.some(({ from, to }) => from <= now && now < to);
  const stuckAfter = isEvent ? OUTBOX_STUCK_IN_EVENT_MS : OUTBOX_STUCK_MS;
  const problems = [
    ...(storeProblem === null ? [] : [`the store does not take verdicts: ${storeProblem.reason}`]),
    ...unproven(desk, outbox, now),
    ...(outbox.oldestAt !== null && waitedMs(outbox.oldestAt, now) > stuckAfter
      ? [`alerts wait since ${new Date(outbox.oldestAt).toISOString()}: no receiver takes them`]
      : []),
    ...allRefuse(desk, outbox),
    ...(desk.self.unwatchedMs > UNWATCHED_MS
      ? [`Siteward did not look at itself for ${duration(desk.self.unwatchedMs)}: restart it, and report its log`]
      : []),
    ...desk.faults.filter(({ code }) => BLINDING.includes(code)).map(({ summary }) => summary),
  ];
  const targets = desk.place.config.sites.reduce((sum, site) => sum + site.targets.length, 0);
  const { sandbox } = desk.place.config.settings.browser;
  return { problems, targets, lastLookAt: desk.lastLookAt, outboxPending: outbox.pending, sandbox };
}

/** Where others still take messages, they are told of the one that refuses: no reason to alarm in our place. */
function allRefuse({ place }: Desk, { failing }: Outbox): string[] {
  const ids = place.config.settings.receivers.map(({ id }) => id);
  if (ids.length === 0 || !ids.every((id) => failing.includes(id))) return [];
  return [`alerts to ${ids.join(', ')} were refused for good, and there is no other receiver: see the log`];
}

/** A channel nobody saw open for long may be shut: an alert would be the first to find out. */
function unproven({ place, self }: Desk, { provenAt }: Outbox, now: number): string[] {
  const { receivers, heartbeat } = place.config.settings;
  if (receivers.length === 0) return [];
  // A time to come was written before the clock was set back: it says nothing of how long ago that was.
  const told = provenAt !== null && provenAt <= now ? provenAt : 0;
  const last = Math.max(told, self.provenAt ?? 0);
  if (now - last <= heartbeat.provenWithinMs || (last === 0 && self.runningMs <= FIRST_PROOF_MS)) return [];
  const since = last === 0 ? 'since the start' : `since ${new Date(last).toISOString()}`;
  return [`no receiver took a message or a look ${since}: run siteward doctor`];
}
