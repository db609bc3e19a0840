/**
 * `drill`: a defacement, a hijack and their end, played through the real pipeline to the real receivers. Everything is
 * real but what was seen: judging, confirming, recording and delivering. Exit code 0 only if a receiver accepted.
 */
import { CHECKS } from '../checks/index.js';
import { close } from '../core/ladder.js';
import type { Observation, Target } from '../core/model.js';
import { DRILL, DRILLED } from '../core/reserved.js';
import { isOver } from '../core/step.js';
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
/** A daemon beside us may open others meanwhile. */
const RECENT = 100;
/** As many clear looks as an incident needs to end. */
const CLEAR_LOOKS = 3;

export async function runDrill(siteId: string | undefined, place: Workplace): Promise<number> {
  const store = await place.store();
  const memory = drillMemory(siteId, store, place);
  await closeLeftOver(memory, store, place.observatory.now());
  const stage = canaries(place.observatory.now());
  const courier = await place.courier(store);
  for (const attacked of [stage.page, stage.dns]) {
    await look(attacked, true, memory, place);
    await carried(() => courier.deliverPending(), store, place);
  }
  for (let round = 0; round < CLEAR_LOOKS; round++) {
    for (const restored of [stage.page, stage.dns]) await look(restored, false, memory, place);
  }
  await carried(() => courier.deliverPending(), store, place);
  const incident = (await store.incidents(RECENT)).find((one) => one.siteId === DRILL);
  if (!incident) throw new CommandError('The drill was not recognised as an attack: this is a bug.', EXIT.bug);
  const deliveries = await store.deliveriesOf(incident.id);
  place.terminal.out(
    place.terminal.json
      ? jsonText({ schema: 'siteward/drill/1', incident: incident.id, ended: isOver(incident), deliveries })
      : table(deliveries),
  );
  const reached = deliveries.filter(({ state }) => state === 'delivered').map(({ receiver }) => receiver);
  if (reached.length === 0 || !isOver(incident)) return EXIT.unverified;
  const detail = [...new Set(reached)].join(', ');
  await store.audit({ at: place.observatory.now(), actor: 'siteward', ...DRILLED, detail });
  return 0;
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
