/** The digest: what happened in a day, what was kept back and what nobody could see. Pure. */
import { isAnnouncement } from './announcement.js';
import { phaseWords } from './change-words.js';
import type { Incident, Suppression } from './model.js';
import { oneLine } from './plain-text.js';
import { isOver } from './step.js';
import { diagnosisWords, duration, moment } from './words.js';

export interface DayBook {
  readonly from: number;
  readonly to: number;
  /** Those of the day, and those still open. */
  readonly incidents: readonly Incident[];
  readonly suppressions: readonly Suppression[];
  /** Alerts that wait, and that were given up. */
  readonly undelivered: number;
  /** When each watched target was last looked at; null: never. */
  readonly lookedAt: ReadonlyMap<string, number | null>;
}

export interface Digest extends Omit<DayBook, 'lookedAt' | 'incidents'> {
  readonly open: readonly Incident[];
  readonly ended: readonly Incident[];
  readonly transients: readonly Incident[];
  /** Targets that nobody looked at in the whole time. */
  readonly notObserved: readonly string[];
}

export function digestOf(book: DayBook): Digest {
  const { from, to, suppressions, undelivered } = book;
  const told = book.incidents.filter((one) => !isAnnouncement(one) && (!isOver(one) || one.updatedAt >= from));
  const over = told.filter(isOver);
  return {
    from,
    to,
    open: told.filter((one) => !isOver(one)),
    ended: over.filter((one) => one.pattern !== 'transient'),
    transients: over.filter((one) => one.pattern === 'transient'),
    suppressions,
    undelivered,
    notObserved: [...book.lookedAt].filter(([, at]) => at === null || at < from).map(([target]) => target),
  };
}

const NAMES_SHOWN = 10;

/** One sentence, and a line for everything worth one. */
export function digestWords(digest: Digest): { readonly summary: string; readonly lines: readonly string[] } {
  const { open, ended, transients, suppressions, undelivered, notObserved, from, to } = digest;
  const counts = [
    `${open.length} open`,
    `${ended.length} ended`,
    `${transients.length} seen once and gone`,
    `${suppressions.length} messages kept back`,
  ];
  return {
    summary: `The last ${duration(to - from)}: ${counts.join(', ')}.`,
    lines: [
      ...open.map(incidentLine),
      ...ended.map(incidentLine),
      ...transients.map(incidentLine),
      ...keptBackLines(suppressions),
      ...(undelivered > 0 ? [`${undelivered} alerts are not delivered: see siteward doctor`] : []),
      ...(notObserved.length > 0 ? [`Not looked at: ${listed(notObserved)}`] : []),
    ],
  };
}

function incidentLine(incident: Incident): string {
  const { siteId, diagnosis, since, resolvedAt, reopenCount, relapses } = incident;
  const again = reopenCount + relapses > 0 ? `, came back ${reopenCount + relapses} times` : '';
  const lasted = resolvedAt === null ? '' : `, ${duration(resolvedAt - since)}`;
  const what = `${phaseWords(incident)}: ${siteId} ${diagnosisWords(diagnosis)}`;
  return oneLine(`${what} since ${moment(since)}${lasted}${again}. ${incident.summary}`, 200);
}

/** The same reason once, with how often. */
function keptBackLines(suppressions: readonly Suppression[]): string[] {
  const groups = new Map<string, number>();
  for (const { kind, actor, reason } of suppressions) {
    const key = `${kind} by ${actor}: ${reason}`;
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  return [...groups].map(([key, count]) => oneLine(`Kept back ${count} times, ${key}`, 200)).slice(0, 2 * NAMES_SHOWN);
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN;
  return [...names.slice(0, NAMES_SHOWN), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
