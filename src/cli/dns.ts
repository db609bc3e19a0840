/**
 * `dns`: an ad-hoc survey of a name, as a table or as JSON. Judged against the references alone: no baseline is needed.
 * With `--trace` or `--dnssec` the authoritative servers are asked too, from the root down.
 */
import { randomBytes } from 'node:crypto';
import type { Network, ProbeIo, Resolver } from '../checks/check.js';
import { isHostName, QUERY_TYPES, type QueryType, TYPE } from '../checks/dns/names.js';
import { anchorsAt, parseAnchors, ROOT_ANCHORS, type RootAnchor } from '../checks/dns/root-anchors.js';
import { settingsFor } from '../checks/dns/settings.js';
import { survey } from '../checks/dns/survey.js';
import { traceName } from '../checks/dns/trace/trace.js';
import { validateTrace } from '../checks/dns/trace/validation.js';
import type { Settings } from '../config/config.js';
import type { Site } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { jsonText } from './report/check-json.js';
import { type AuthorityReport, authorityReport, withAuthority } from './report/dns-authority.js';
import { dnssecView } from './report/dns-dnssec.js';
import { dnsDocument, type Views } from './report/dns-json.js';
import { type DnsReport, dnsExitCode, dnsReport } from './report/dns-report.js';
import { dnsTable } from './report/dns-table.js';
import { traceView } from './report/dns-trace.js';
import { CommandError, EXIT, type Terminal, UsageError } from './workplace.js';

export interface DnsOptions extends Views {
  /** Names of record types in any case; empty: A and AAAA, of which the views show A. */
  readonly types: readonly string[];
}

/** What the command needs of the workplace. */
export interface DnsPlace {
  readonly network: Network;
  readonly resolvers: readonly Resolver[];
  /** Number of the autonomous system that announces the address; null when unknown. */
  readonly asnOf: (address: string) => number | null;
  /** A name that the watchlist has is spoken to at the port its URL gives. */
  readonly config: {
    readonly sites: readonly Pick<Site, 'name' | 'url'>[];
    readonly settings: Pick<Settings, 'dns'>;
  };
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
    asnOf: place.asnOf,
  };
  // Traces of types that nobody asked for would tell the same story twice.
  const authority = authorityOf(options.types.length === 0 ? ['A'] : types, options, place);
  const seen: Seen[] = [];
  for (const { name, url } of wanted) {
    const settings = settingsFor(name, url, 'living');
    const startedAt = io.now();
    const surveyed = async (): Promise<DnsReport> => {
      const evidence = await survey(settings, io, { types, victims: false });
      return dnsReport(evidence, settings, { startedAt, tookMs: io.now() - startedAt });
    };
    const [report, authorities] = await Promise.all([surveyed(), authority(name)]);
    seen.push({ report, authorities });
  }
  print(seen, options, place.terminal);
  const authorities = seen.flatMap((one) => one.authorities);
  return withAuthority(dnsExitCode(seen.map(({ report }) => report)), authorities);
}

interface Seen {
  readonly report: DnsReport;
  /** One per type of the views asked for. */
  readonly authorities: readonly AuthorityReport[];
}

function print(seen: readonly Seen[], views: Views, terminal: DnsPlace['terminal']): void {
  if (terminal.json) {
    const documents = seen.map(({ report, authorities }) => dnsDocument(report, authorities, views));
    terminal.out(jsonText(documents.length === 1 ? documents[0] : documents));
    return;
  }
  const texts = seen.map(({ report, authorities }) => {
    const below = authorities.flatMap((authority) => [
      ...(views.trace ? [traceView(authority, terminal)] : []),
      ...(views.dnssec ? [dnssecView(authority, terminal)] : []),
    ]);
    return [dnsTable(report, terminal), ...below].join('');
  });
  terminal.out(texts.join('\n'));
}

/** A trace that takes longer tells what it has. */
const TRACE_TIME_MS = 20_000;

/** Asks the authoritative servers for each type; nothing where no view needs it. */
function authorityOf(
  types: readonly QueryType[],
  { trace, dnssec }: Views,
  { config, network, observatory, signal }: DnsPlace,
): (name: string) => Promise<AuthorityReport[]> {
  if (!trace && !dnssec) return () => Promise.resolve([]);
  const { roots, authorityPort, trustAnchors } = config.settings.dns;
  const anchors = anchorsFrom(trustAnchors);
  const look = async (name: string, type: QueryType): Promise<AuthorityReport> => {
    const startedAt = observatory.now();
    const seen = await traceName(
      name,
      TYPE[type],
      { roots, port: authorityPort },
      {
        exchange: (request) => network.exchange(request),
        random: randomBytes,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TRACE_TIME_MS)]),
      },
    );
    const now = observatory.now();
    const valid = anchorsAt(anchors, now);
    // A clock that no anchor is valid by is wrong; with anchors the validation says so, without it would call all unsigned.
    const validation = validateTrace(seen, valid.length > 0 ? valid : anchors, now);
    return authorityReport(seen, validation, now - startedAt);
  };
  return (name) => Promise.all(types.map((type) => look(name, type)));
}

/** The operator's, else IANA's. */
function anchorsFrom(lines: readonly string[]): readonly RootAnchor[] {
  if (lines.length === 0) return ROOT_ANCHORS.anchors;
  const parsed = parseAnchors(lines);
  if (parsed.ok) return parsed.anchors;
  throw new CommandError(`dns.trust_anchors in settings.yaml: ${parsed.problem}`, EXIT.config);
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
