/** `incidents`: what happened, newest first. */
import type { Incident } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
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
  const incidents = options.open ? await store.openIncidents() : await store.incidents(SHOWN);
  const newestFirst = [...incidents].sort((a, b) => b.since - a.since);
  terminal.out(
    terminal.json
      ? jsonText({ schema: 'siteward/incidents/1', incidents: newestFirst.map(incidentJson) })
      : incidentTable(newestFirst, now, terminal),
  );
  return 0;
}

function incidentJson({ diverging, ...incident }: Incident): Record<string, unknown> {
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...incident,
    since: time(incident.since),
    updatedAt: time(incident.updatedAt),
    resolvedAt: time(incident.resolvedAt),
    remindedAt: time(incident.remindedAt),
    targets: Object.keys(diverging),
  };
}

function incidentTable(incidents: readonly Incident[], now: number, terminal: Terminal): string {
  const style = paint(terminal.color);
  if (incidents.length === 0) return '\n  No incidents.\n';
  const lines = incidents.flatMap((incident) => {
    const open = incident.status === 'open';
    const lasted = duration((incident.resolvedAt ?? now) - incident.since);
    const state = open ? style(['red', 'bold'], padded('open', 9)) : style('green', padded('resolved', 9));
    const head = `  ${state} ${padded(incident.siteId, 16)} ${padded(incident.diagnosis, 20)} ${padded(incident.severity, 9)}`;
    return [
      `${head} ${moment(incident.since)}  ${open ? 'for' : 'lasted'} ${lasted}`,
      `            ${isolated(oneLine(incident.summary, 200))}`,
      style('dim', `            ${incident.id}`),
    ];
  });
  return `\n${lines.join('\n')}\n`;
}
