/**
 * `drill`: a defacement, a hijack and their end, played through the real pipeline to the real receivers. Everything is
 * real but what was seen: judging, confirming, recording and delivering. Exit code 0 only if every receiver that was to be
 * told accepted a message of this drill.
 */
import { CHECKS } from '../checks/index.js';
import { close } from '../core/ladder.js';
import type { Observation, Target } from '../core/model.js';
import { DRILL, DRILLED } from '../core/reserved.js';
import { isOver } from '../core/step.js';
import { REOPEN_MS } from '../core/timing.js';
import { decide, type Memory, watch } from '../memory.js';
import type { Observatory } from '../monitor.js';
import type { DeliveryState, Store } from '../store/store.js';
import { carried } from './carrying.js';
import { type Canary, canaries } from './drill-canary.js';
import { keepTargetEvidence } from './evidence.js';
import { jsonText } from './report/check-json.js';
import { isolated } from './report/text.js';
import { memoryOf } from './watch-desk.js';
import { CommandError, EXIT, UsageError, type Workplace } from './workplace.js';

/** Where the evidence of drills is kept, beside that of the sites. */
const EVIDENCE_FOLDER = 'siteward-drill';
/** As many clear looks as an incident needs to end. */
const CLEAR_LOOKS = 3;

export async function runDrill(siteId: string | undefined, place: Workplace): Promise<number> {
  const store = await place.store();
  const memory = drillMemory(siteId, store, place);
  const { now } = place.observatory;
  await closeLeftOver(memory, store, now());
  const before = await toldBefore(store, now());
  const stage = canaries(now());
  const courier = await place.courier(store);
  for (const attacked of [stage.page, stage.dns]) {
    await look(attacked, true, memory, place);
    await requireSeen(attacked, store);
    await carried(() => courier.deliverPending(), store, place);
  }
  const [attack] = await store.openIncidents(DRILL);
  for (let round = 0; round < CLEAR_LOOKS; round++) {
    for (const restored of [stage.page, stage.dns]) await look(restored, false, memory, place);
  }
  await carried(() => courier.deliverPending(), store, place);
  const incident = attack && (await store.incident(attack.id));
  if (!incident) throw new CommandError('What the drill opened is gone from the store: this is a bug.', EXIT.bug);
  const deliveries = (await store.deliveriesOf(incident.id)).slice(before.get(incident.id) ?? 0);
  place.terminal.out(
    place.terminal.json
      ? jsonText({ schema: 'siteward/drill/1', incident: incident.id, ended: isOver(incident), deliveries })
      : table(deliveries),
  );
  const owed = new Set(deliveries.map(({ receiver }) => receiver));
  const reached = new Set(deliveries.flatMap(({ receiver, state }) => (state === 'delivered' ? [receiver] : [])));
  if (reached.size === 0 || !isOver(incident)) return EXIT.unverified;
  await store.audit({ at: now(), actor: 'siteward', ...DRILLED, detail: [...reached].join(', ') });
  return reached.size < owed.size ? EXIT.unverified : 0;
}

/** How many messages an earlier drill's incident made: it is taken up again when it ended less than half an hour ago. */
async function toldBefore(store: Store, at: number): Promise<ReadonlyMap<string, number>> {
  const earlier = await store.knownIncidents(DRILL, at - REOPEN_MS);
  return new Map(
    await Promise.all(earlier.map(async ({ id }) => [id, (await store.deliveriesOf(id)).length] as const)),
  );
}

async function requireSeen({ target }: Canary, store: Store): Promise<void> {
  const open = await store.openIncidents(DRILL);
  if (open.some(({ diverging }) => diverging[target.id]?.clearSince === null)) return;
  throw new CommandError(`The ${target.kind} of the drill was not recognised as attacked: this is a bug.`, EXIT.bug);
}

function drillMemory(siteId: string | undefined, store: Store, place: Workplace): Memory {
  const { sites, settings } = place.config;
  const site = sites.find(({ id }) => id === siteId);
  if (siteId !== undefined && !site) throw new UsageError(`There is no site "${siteId}" in the watchlist.`);
  if (settings.receivers.length === 0) {
    throw new CommandError(
      'settings.yaml names no receivers: an attack would reach nobody. Add one and drill.',
      EXIT.config,
    );
  }
  const receivers = site?.receivers ?? [];
  return {
    ...memoryOf(store, place),
    siteOf: () => ({ ...emptySite(), receivers }),
    keepEvidence: (inspection) =>
      keepTargetEvidence({ ...inspection, target: { ...inspection.target, siteId: EVIDENCE_FOLDER } }, place),
  };
}

function emptySite() {
  return { id: DRILL, url: null, name: 'drill.example', title: 'The drill', tags: [], targets: [] };
}

async function closeLeftOver(memory: Memory, store: Store, at: number): Promise<void> {
  for (const { id } of await store.openIncidents(DRILL)) {
    await decide(memory, DRILL, at, (known) => {
      const left = known.find((one) => one.id === id);
      return left ? close(left, 'siteward', 'an earlier drill did not end', at) : { incidents: [], transitions: [] };
    });
  }
}

async function look({ target, baseline, ...shown }: Canary, attacked: boolean, memory: Memory, place: Workplace) {
  const { now, pause } = place.observatory;
  const observatory: Observatory = {
    vantages: [{ name: 'drill', observe: async () => seen(target, attacked ? shown.attacked : shown.genuine, now()) }],
    now,
    pause,
  };
  const approved = { baseline, findings: [] };
  await watch({ ...emptySite(), receivers: [] }, target, approved, observatory, memory, place.signal);
}

function seen({ id, kind }: Target, evidence: unknown, at: number): Observation {
  const version = CHECKS.find((check) => check.kind === kind)?.version ?? 1;
  return { targetId: id, kind, version, vantage: 'drill', at, tookMs: 0, outcome: { ok: true, evidence } };
}

function table(deliveries: readonly DeliveryState[]): string {
  const lines = deliveries.map(({ receiver, change, state, error }) => {
    const outcome =
      state === 'delivered' ? 'accepted' : state === 'superseded' ? 'told with the next message' : 'NOT accepted';
    return `  ${receiver}: ${change} ${outcome}${error && state !== 'delivered' ? `: ${isolated(error)}` : ''}`;
  });
  return lines.length === 0 ? '\n  No route leads to a receiver.\n' : `\n${lines.join('\n')}\n`;
}
