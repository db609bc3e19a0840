/** `watch`: the daemon, or with `--once` each target one time. */
import { withdraw } from '../core/incident.js';
import { isOver } from '../core/step.js';
import { decide } from '../memory.js';
import { createMetrics } from '../web/metrics.js';
import { SelfWatch } from './self.js';
import { watchOn } from './watch-daemon.js';
import { type Desk, memoryOf } from './watch-desk.js';
import { watchOnce } from './watch-once.js';
import { EXIT, type Workplace } from './workplace.js';

export async function runWatch(options: { readonly once: boolean }, place: Workplace): Promise<number> {
  if (options.once) return runOn(place, watchOnce);
  const lock = await place.lockStore();
  place.crash('start/locked');
  // Whoever means it as "read the configuration anew" must not end the watch with it, nor may a terminal that is closed.
  const stay = (): void =>
    place.log.warn(
      {},
      'SIGHUP: configuration is read at the start only. Run siteward validate, then restart the watch',
    );
  process.on('SIGHUP', stay);
  let isLost = false;
  lock.onLost((taken) => {
    isLost = true;
    place.log.error({ error: taken.message }, 'Another daemon took over: this one ends');
    process.kill(process.pid, 'SIGTERM');
  });
  try {
    const code = await runOn(place, watchOn);
    return isLost ? EXIT.unverified : code;
  } finally {
    process.off('SIGHUP', stay);
    await lock.release();
  }
}

async function runOn(place: Workplace, work: (desk: Desk) => Promise<number>): Promise<number> {
  const store = await place.shelteredStore();
  const metrics = createMetrics();
  const desk: Desk = {
    place,
    store,
    memory: memoryOf(store, place, { metrics, alerted: () => desk.alerted() }),
    metrics,
    courier: await place.courier(store),
    self: new SelfWatch({ wall: place.observatory.now, monotonic: () => performance.now() }),
    alerted: () => undefined,
    faults: [],
    lastLookAt: null,
    unrecorded: null,
  };
  place.crash('start/store-opened');
  await withdrawUnwatched(desk);
  place.crash('start/withdrawn');
  return work(desk);
}

/** Ends what is open about targets that the watchlist no longer holds, and tells whoever was told of it: nothing could ever clear it again. */
async function withdrawUnwatched({ store, memory, place }: Desk): Promise<void> {
  const at = place.observatory.now();
  const watched = new Set(place.config.sites.flatMap((site) => site.targets.map((target) => target.id)));
  const { incidents } = withdraw(await store.openIncidents(), watched, at);
  for (const siteId of new Set(incidents.map((incident) => incident.siteId))) {
    const { transitions } = await decide(memory, siteId, at, (known) =>
      withdraw(
        known.filter((one) => !isOver(one)),
        watched,
        at,
      ),
    );
    for (const { incident, because } of transitions) place.log.warn({ incident: incident.id }, `Closed: ${because}`);
  }
}
