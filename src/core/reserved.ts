/** What stands where a site's id stands and is no site. Sites' ids begin with a letter or digit. Pure. */
import type { Incident } from './model.js';

/** Siteward's watch over itself. */
export const SITEWARD = '_siteward';
/** A played attack. */
export const DRILL = '_drill';
/** How the audit trail calls a drill that reached somebody. */
export const DRILLED = { action: 'drilled', subject: DRILL } as const;
/** An incident of many sites; what follows names the cause. */
export const GROUP_PREFIX = '_group-';

type Sited = Pick<Incident, 'siteId'>;

export function isOfSites({ siteId }: Sited): boolean {
  return !siteId.startsWith('_');
}

export function isGroup({ siteId }: Sited): boolean {
  return siteId.startsWith(GROUP_PREFIX);
}

/** Stands where a vantage stands and is none: the record of what was approved, which is read at every look. */
export const RECORD = 'baseline';
