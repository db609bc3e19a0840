/** `dns`: an ad-hoc survey of a name, as a table or as JSON. Judged against the references alone: no baseline is needed. */

import type { Network, ProbeIo, Resolver } from '../checks/check.js';
import { isHostName, QUERY_TYPES, type QueryType } from '../checks/dns/names.js';
import { settingsFor } from '../checks/dns/settings.js';
import { survey } from '../checks/dns/survey.js';
import type { Site } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { jsonText } from './report/check-json.js';
import { dnsDocument } from './report/dns-json.js';
import { dnsExitCode, dnsReport } from './report/dns-report.js';
import { dnsTable } from './report/dns-table.js';
import { type Terminal, UsageError } from './workplace.js';

export interface DnsOptions {
  /** Names of record types in any case; empty: A and AAAA. */
  readonly types: readonly string[];
}

/** What the command needs of the workplace. */
export interface DnsPlace {
  readonly network: Network;
  readonly resolvers: readonly Resolver[];
  /** A name that the watchlist has is spoken to at the port its URL gives. */
  readonly config: { readonly sites: readonly Pick<Site, 'name' | 'url'>[] };
  readonly terminal: Pick<Terminal, 'out' | 'color' | 'width' | 'json'>;
  readonly observatory: { readonly now: () => number };
  readonly signal: AbortSignal;
}

/**
 * Surveys each name and prints what came.
 *
 * @returns the exit code of the contract, the worst of all names. Throws UsageError for what is no name or type.
 */
export async function runDns(names: readonly string[], options: DnsOptions, place: DnsPlace): Promise<number> {
  const types = typesFrom(options.types);
  const wanted = names.map((text) => placeFrom(text, place.config.sites));
  if (wanted.length === 0) throw new UsageError('Name at least one host: siteward dns www.example.org');
  const io: ProbeIo = {
    vantage: 'local',
    now: place.observatory.now,
    signal: place.signal,
    network: place.network,
    resolvers: place.resolvers,
  };
  const reports = [];
  for (const { name, url } of wanted) {
    const settings = settingsFor(name, url, 'living');
    const startedAt = io.now();
    const evidence = await survey(settings, io, { types, victims: false });
    reports.push(dnsReport(evidence, settings, { startedAt, tookMs: io.now() - startedAt }));
  }
  const documents = reports.map(dnsDocument);
  const { terminal } = place;
  terminal.out(
    terminal.json
      ? jsonText(documents.length === 1 ? documents[0] : documents)
      : reports.map((report) => dnsTable(report, terminal)).join('\n'),
  );
  return dnsExitCode(reports);
}

function typesFrom(types: readonly string[]): QueryType[] {
  if (types.length === 0) return ['A', 'AAAA'];
  return types.map((text) => {
    const type = QUERY_TYPES.find((known) => known === text.toUpperCase());
    if (type) return type;
    throw new UsageError(`"${oneLine(text, 40)}" is no record type we know; there are ${QUERY_TYPES.join(', ')}.`);
  });
}

/** A URL says where to shake hands too; names outside ASCII are encoded as browsers do. */
function placeFrom(
  text: string,
  sites: readonly Pick<Site, 'name' | 'url'>[],
): { readonly name: string; readonly url: string | null } {
  const given = /^https?:\/\//iu.test(text) && URL.canParse(text) ? new URL(text) : null;
  const bare = `https://${text.replace(/\.$/u, '')}/`;
  const name = given?.hostname ?? (URL.canParse(bare) ? new URL(bare).hostname : '');
  if (/^[\d.]+$|:/u.test(name) || !isHostName(name)) {
    throw new UsageError(`"${oneLine(text, 80)}" is no host name: siteward dns www.example.org`);
  }
  return { name, url: given?.href ?? sites.find((site) => site.name === name)?.url ?? null };
}
