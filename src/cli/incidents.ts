/** `incidents`: what happened, newest first. */
import { isAnnouncement } from '../core/announcement.js';
import { phaseWords } from '../core/change-words.js';
import type { Incident } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { missingWitnesses } from '../core/recovery.js';
import { isOver } from '../core/step.js';
import { duration, moment } from '../core/words.js';
import type { Store } from '../store/store.js';
import { jsonText } from './report/check-json.js';
import { isolated, padded, paint } from './report/text.js';
import type { Terminal } from './workplace.js';

/** Enough for a night; older ones are in the store. */
const SHOWN = 200;

export async function runIncidents(
  options: { readonly open: boolean },
  store: Store,
  now: number,
  terminal: Terminal,
): Promise<number> {
  const all = options.open ? await store.openIncidents() : await store.incidents(SHOWN);
  const incidents = all.filter((one) => !isAnnouncement(one));
  const newestFirst = [...incidents].sort((a, b) => b.since - a.since);
  terminal.out(
    terminal.json
      ? jsonText({ schema: 'siteward/incidents/1', incidents: newestFirst.map(incidentJson) })
      : incidentTable(newestFirst, now, terminal),
  );
  return 0;
}

export function incidentJson({ diverging, ...incident }: Incident): Record<string, unknown> {
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...incident,
    since: time(incident.since),
    updatedAt: time(incident.updatedAt),
    resolvedAt: time(incident.resolvedAt),
    remindedAt: time(incident.remindedAt),
    acknowledged: incident.acknowledged && {
      by: incident.acknowledged.by,
      at: time(incident.acknowledged.at),
      until: time(incident.acknowledged.until),
    },
    ladder: { from: time(incident.ladder.from), level: incident.ladder.level },
    missingWitnesses: isOver(incident) ? [] : missingWitnesses({ ...incident, diverging }),
    targets: Object.keys(diverging),
  };
}

function incidentTable(incidents: readonly Incident[], now: number, terminal: Terminal): string {
  const style = paint(terminal.color);
  if (incidents.length === 0) return '\n  No incidents.\n';
  const lines = incidents.flatMap((incident) => {
    const open = !isOver(incident);
    const lasted = duration((incident.resolvedAt ?? now) - incident.since);
    const phase = padded(oneLine(phaseWords(incident), 20), 12);
    const state = open ? style(['red', 'bold'], phase) : style('green', phase);
    const head = `  ${state} ${padded(incident.siteId, 16)} ${padded(incident.diagnosis, 20)} ${padded(incident.severity, 9)}`;
    return [
      `${head} ${moment(incident.since)}  ${open ? 'for' : 'lasted'} ${lasted}`,
      `            ${isolated(oneLine(incident.summary, 200))}`,
      ...stillMissing(incident).map((line) => style('yellow', `            ${line}`)),
      style('dim', `            ${incident.id}`),
    ];
  });
  return `\n${lines.join('\n')}\n`;
}

/** Why it does not end although some places see it gone. */
function stillMissing(incident: Incident): string[] {
  const all = new Set(Object.values(incident.diverging).flatMap(({ witnesses }) => Object.keys(witnesses)));
  const missing = missingWitnesses(incident);
  if (isOver(incident) || missing.length === 0 || missing.length === all.size) return [];
  return [`not yet seen gone by ${oneLine(missing.join(', '), 100)}`];
}
