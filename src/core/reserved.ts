/** What stands where a site's id stands and is no site. Sites' ids begin with a letter or digit. Pure. */
import type { Incident } from './model.js';

/** Siteward's watch over itself. */
export const SITEWARD = '_siteward';
/** A played attack. */
export const DRILL = '_drill';
/** An incident of many sites; what follows names the cause. */
export const GROUP_PREFIX = '_group-';

type Sited = Pick<Incident, 'siteId'>;

export function isOfSites({ siteId }: Sited): boolean {
  return !siteId.startsWith('_');
}

export function isGroup({ siteId }: Sited): boolean {
  return siteId.startsWith(GROUP_PREFIX);
}
