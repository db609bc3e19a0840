/** A site for a URL typed on the command line, as if the watchlist held it in its short form. Pure. */
import type { Check } from '../checks/check.js';
import type { Site } from '../core/model.js';
import { compose } from './sites.js';
import { readYaml } from './source.js';
import { parseWatchlist } from './watchlist.js';

/** @returns the site, or what is wrong with the URL. */
export function adHocSite(url: string, checks: readonly Check[]): { readonly site: Site } | { readonly wrong: string } {
  // JSON is YAML: the URL takes the very path a watchlist entry takes.
  const read = readYaml('command line', JSON.stringify({ version: 1, sites: [url] }));
  if (!read.source) return { wrong: read.problems.map(({ message }) => message).join('; ') };
  const { sites, problems } = compose([parseWatchlist(read.source, checks)], checks, null, true);
  const [site] = sites;
  return site && problems.length === 0 ? { site } : { wrong: problems.map(({ message }) => message).join('; ') };
}
