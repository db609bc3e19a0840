/** `ack`: somebody takes an incident, or closes one that nothing else can end. */
import { acknowledge, close } from '../core/ladder.js';
import type { Incident } from '../core/model.js';
import { isOver } from '../core/step.js';
import { moment } from '../core/words.js';
import { decide } from '../memory.js';
import type { Store } from '../store/store.js';
import { incidentJson } from './incidents.js';
import { jsonText } from './report/check-json.js';
import { policyInForce } from './selection.js';
import { memoryOf } from './watch-desk.js';
import { UsageError, type Workplace } from './workplace.js';

export interface AckOptions {
  readonly by: string;
  /** Why it is over although not everybody who saw it saw it gone. */
  readonly close?: string | undefined;
}

export async function runAck(name: string, options: AckOptions, place: Workplace): Promise<number> {
  const store = await place.store();
  const incident = await incidentNamed(name, store);
  const at = place.observatory.now();
  const { config, terminal } = place;
  const step = await decide(memoryOf(store, place), incident.siteId, at, (known) => {
    const current = known.find((one) => one.id === incident.id) ?? incident;
    if (options.close !== undefined) return close(current, options.by, options.close, at);
    return acknowledge(current, options.by, policyInForce(current, config, at), at);
  });
  const now = step.incidents.find((one) => one.id === incident.id);
  if (!now) throw new UsageError(`Incident ${incident.id} is over since ${moment(incident.resolvedAt ?? at)}.`);
  terminal.out(terminal.json ? jsonText({ schema: 'siteward/ack/1', incident: incidentJson(now) }) : text(now));
  return 0;
}

function text({ id, acknowledged, status }: Incident): string {
  if (status === 'resolved') return `\n  Incident ${id} is closed. Whoever was told of it is told of its end.\n`;
  const until = moment(acknowledged?.until ?? 0);
  return `\n  ${acknowledged?.by ?? ''} has incident ${id} until ${until}. It stays open until the site is as approved again.\n`;
}

/** By its id, or by the beginning of it where only one open incident begins so. */
async function incidentNamed(name: string, store: Store): Promise<Incident> {
  const exact = await store.incident(name);
  if (exact && isOver(exact)) throw new UsageError(`Incident ${name} is over since ${moment(exact.resolvedAt ?? 0)}.`);
  if (exact) return exact;
  const open = await store.openIncidents();
  const [one, ...others] = open.filter(({ id }) => id.startsWith(name));
  if (one && others.length === 0) return one;
  const ids = open.map(({ id, siteId }) => `${id} (${siteId})`).join(', ') || 'none';
  throw new UsageError(`There is no one open incident "${name}"; open are: ${ids}.`);
}
