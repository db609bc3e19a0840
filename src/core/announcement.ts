/** What is told although it is no incident of a site, and the sites that are none: Siteward itself, a group, a drill. Pure. */
import { blank } from './beginning.js';
import type { Incident, Site, Transition } from './model.js';
import { DRILL, isGroup, SITEWARD } from './reserved.js';

/** Something people are told for their information. @param lines what they read below it. */
export function announcement(id: string, summary: string, lines: readonly string[], at: number): Transition {
  const incident: Incident = { ...blank(id, SITEWARD, at), summary, lines, seq: 1 };
  return { incident, change: 'announced', at, because: 'for your information' };
}

export function isAnnouncement({ siteId, severity }: Pick<Incident, 'siteId' | 'severity'>): boolean {
  return siteId === SITEWARD && severity === 'notice';
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
