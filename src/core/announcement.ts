/** What is told although it is no incident of a site, and the sites that are none: Siteward itself, a group, a drill. Pure. */
import type { Incident, Severity, Site, Transition } from './model.js';
import { DRILL, isGroup, SITEWARD } from './reserved.js';

/** Something people are told for their information. @param lines what they read below it. */
export function announcement(id: string, summary: string, lines: readonly string[], at: number): Transition {
  const incident: Incident = { ...emptyIncident(id, SITEWARD, at), summary, lines, seq: 1 };
  return { incident, change: 'announced', at, because: 'for your information' };
}

export function isAnnouncement({ siteId, severity }: Pick<Incident, 'siteId' | 'severity'>): boolean {
  return siteId === SITEWARD && severity === 'notice';
}

function emptyIncident(id: string, siteId: string, at: number): Incident {
  const severity: Severity = 'notice';
  return {
    id,
    siteId,
    cause: 'monitor',
    status: 'resolved',
    pattern: 'steady',
    diagnosis: 'monitor-fault',
    severity,
    confidence: null,
    scope: null,
    summary: '',
    diverging: {},
    since: at,
    updatedAt: at,
    resolvedAt: at,
    remindedAt: null,
    acknowledged: null,
    ladder: { from: at, level: 0 },
    relapses: 0,
    reopenCount: 0,
    flapping: false,
    muted: false,
    parent: null,
    membersTold: 0,
    lines: [],
    drill: false,
    seq: 0,
  };
}

/** How messages name what is no site of the watchlist; undefined for a site that is simply no longer watched. */
export function pseudoSite(id: string): Site | undefined {
  const named = (name: string, title: string): Site => {
    return { id: name, url: null, name, title, tags: [], targets: [], receivers: [] };
  };
  if (id === SITEWARD) return named('siteward', 'Siteward itself');
  if (id === DRILL) return named('drill', 'The drill');
  return isGroup({ siteId: id }) ? named('several-sites', 'Several sites at once') : undefined;
}
