/** What happens without a look: time passes, and people are told of what is no incident of a site. */
import { alertsTo } from './core/alerting.js';
import { groupEnd, groupUpdate, orphaned } from './core/groups.js';
import { tick } from './core/ladder.js';
import type { Alert, Incident, Policy, Transition } from './core/model.js';
import { isGroup } from './core/reserved.js';
import { isOver, NOTHING, type Step } from './core/step.js';
import { keptBack } from './core/suppression.js';
import { decide, type Memory } from './memory.js';
import type { Store } from './store/store.js';

/** What time does to the open incidents: reminders, the ladder, silences that end, groups that grew. */
export async function passTime(memory: Memory, policyOf: (incident: Incident, at: number) => Policy, at: number) {
  const open = await memory.store.openIncidents();
  const siteIds = membersBySite(open);
  const quiet = { silences: await memory.store.silences(at), windows: memory.windows };
  const ids = new Set(open.map(({ id }) => id));
  const due = (incident: Incident): Step => {
    const ofGroup = isGroup(incident) ? groupStep(incident, siteIds.get(incident.id) ?? [], at) : null;
    if (ofGroup) return ofGroup;
    if (incident.parent !== null && !ids.has(incident.parent)) return orphaned(incident, at);
    return tick(incident, policyOf(incident, at), memory.ladder, keptBack(incident, quiet, at) !== null, at);
  };
  for (const seen of open.filter((incident) => due(incident).incidents.length > 0)) {
    await decide(memory, seen.siteId, at, (known) => {
      const incident = known.find((one) => one.id === seen.id);
      return incident && !isOver(incident) ? due(incident) : NOTHING;
    });
  }
}

function groupStep(group: Incident, siteIds: readonly string[], at: number): Step | null {
  return siteIds.length === 0 ? groupEnd(group, at) : groupUpdate(group, siteIds, at);
}

/** Per group the sites of its open members, those that came last first. */
function membersBySite(open: readonly Incident[]): ReadonlyMap<string, readonly string[]> {
  const siteIds = new Map<string, string[]>();
  for (const { parent, siteId } of [...open].sort((a, b) => b.since - a.since)) {
    if (parent === null) continue;
    const own = siteIds.get(parent) ?? [];
    own.push(siteId);
    siteIds.set(parent, own);
  }
  return siteIds;
}

/** Tells receivers something that is no incident of a site: a start, a silence, the digest of the day. */
export async function announce(
  store: Pick<Store, 'record'>,
  transition: Transition,
  receivers: readonly string[],
  reason: string,
): Promise<readonly Alert[]> {
  const alerts = alertsTo(receivers, transition, reason);
  const { incident } = transition;
  await store.record({ verdict: null, incidents: [incident], transitions: [transition], alerts });
  return alerts;
}
