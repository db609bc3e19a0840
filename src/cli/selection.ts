/** Which sites a command means: ids, URLs, a tag, an event. Pure. */
import type { Config } from '../config/config.js';
import type { Incident, Policy, Site } from '../core/model.js';
import { UsageError } from './workplace.js';

/** The watchlist's sites as they are watched at this time: inside an event's window as the event asks. */
export function sitesInForce({ sites, events }: Pick<Config, 'sites' | 'events'>, at: number): readonly Site[] {
  const current = events.filter((event) => at >= event.from && at < event.to).flatMap((event) => event.sites);
  return sites.map((site) => current.find((special) => special.id === site.id) ?? site);
}

export interface Selection {
  /** Ids and URLs as typed; none means all. */
  readonly names: readonly string[];
  readonly tag?: string | undefined;
  readonly event?: string | undefined;
}

/**
 * @param adHoc makes a site of a URL that the watchlist does not hold.
 * @throws UsageError naming what does not exist and what does.
 */
export function selectSites(config: Config, selection: Selection, adHoc: (url: string) => Site): readonly Site[] {
  const pool = selection.event === undefined ? config.sites : sitesOfEvent(config, selection.event);
  const tagged = selection.tag === undefined ? pool : pool.filter((site) => site.tags.includes(selection.tag ?? ''));
  const chosen =
    selection.names.length === 0 ? tagged : selection.names.map((name) => siteNamed(name, tagged, config, adHoc));
  if (chosen.length === 0) throw new UsageError(nothingChosen(config, selection));
  return [...new Map(chosen.map((site) => [site.id, site])).values()];
}

function sitesOfEvent(config: Config, id: string): readonly Site[] {
  const event = config.events.find((candidate) => candidate.id === id);
  if (event) return event.sites;
  const known = config.events.map((candidate) => candidate.id).join(', ') || 'none';
  throw new UsageError(`There is no event "${id}" in the watchlist; its events: ${known}.`);
}

function siteNamed(name: string, pool: readonly Site[], config: Config, adHoc: (url: string) => Site): Site {
  const isUrl = /^https?:\/\//i.test(name);
  const site = pool.find((candidate) => candidate.id === name || (isUrl && sameUrl(candidate.url, name)));
  if (site) return site;
  if (isUrl) return adHoc(name);
  const ids = config.sites.map((candidate) => candidate.id);
  const known =
    ids.length === 0 ? 'it has none yet' : `it has ${ids.slice(0, 20).join(', ')}${ids.length > 20 ? ', …' : ''}`;
  throw new UsageError(`There is no site "${name}" in the watchlist; ${known}.`);
}

function sameUrl(url: string | null, typed: string): boolean {
  return url !== null && URL.canParse(typed) && new URL(url).href === new URL(typed).href;
}

function nothingChosen(config: Config, { tag, event }: Selection): string {
  if (config.sites.length === 0) return 'The watchlist is empty: add a site with `siteward add URL`.';
  return `No site ${tag === undefined ? '' : `with the tag "${tag}" `}${event === undefined ? '' : `in the event "${event}" `}to check.`;
}

/** A URL as typed, fit to be repeated on a terminal or in a log. */
export function withoutPassword(typed: string): string {
  return typed.replace(/^([^/?#]*\/\/)[^/?#]*@/, '$1…@');
}

/** Of what belongs to no single site: the everyday terms. */
const EVERYDAY: Policy = {
  content: 'living',
  confirmAfterMs: 2_000,
  remindEveryMs: null,
  resolveAfterMs: 120_000,
  inEvent: false,
};

/** How an incident's people are told at this time: as its site asks, or the event it is in. */
export function policyInForce({ siteId }: Pick<Incident, 'siteId'>, config: Config, at: number): Policy {
  const site = sitesInForce(config, at).find((one) => one.id === siteId);
  return site?.targets[0]?.policy ?? EVERYDAY;
}
