/**
 * `dns`: an ad-hoc survey of a name, as a table or as JSON. Judged against the references and, where they can be reached,
 * the authoritative servers: no baseline is needed. `--trace` and `--dnssec` show what those said.
 */
import { type Network, ProbeFailure, type ProbeIo, type Resolver } from '../checks/check.js';
import { type Assessment, assess } from '../checks/dns/authority/assessment.js';
import { type DnsEvidence, evidenceSchema } from '../checks/dns/evidence.js';
import { isHostName, QUERY_TYPES, type QueryType, TYPE } from '../checks/dns/names.js';
import { parseAnchors } from '../checks/dns/root-anchors.js';
import { type DnsSettings, settingsFor } from '../checks/dns/settings.js';
import { survey } from '../checks/dns/survey.js';
import { validateTrace } from '../checks/dns/trace/validation.js';
import type { Settings } from '../config/config.js';
import type { Site } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import type { AsnOf } from './asns.js';
import { jsonText } from './report/check-json.js';
import { type AuthorityReport, authorityReport, withAuthority } from './report/dns-authority.js';
import { dnssecView } from './report/dns-dnssec.js';
import { integrityView, withIntegrity } from './report/dns-integrity.js';
import { dnsDocument, type Views } from './report/dns-json.js';
import { type DnsReport, dnsExitCode, dnsReport } from './report/dns-report.js';
import { dnsTable } from './report/dns-table.js';
import { traceView } from './report/dns-trace.js';
import { CommandError, EXIT, type Terminal, UsageError, type Workplace } from './workplace.js';

export interface DnsOptions extends Views {
  /** Names of record types in any case; empty: A and AAAA, of which the views show A. */
  readonly types: readonly string[];
}

/** What the command needs of the workplace. */
export interface DnsPlace {
  readonly network: Network;
  readonly resolvers: readonly Resolver[];
  /** Number of the autonomous system that announces the address; null when unknown. */
  readonly asnOf: ((address: string) => number | null) & Partial<Pick<AsnOf, 'credit'>>;
  /** A name that the watchlist has is spoken to at the port its URL gives. */
  readonly config: {
    readonly sites: readonly Pick<Site, 'name' | 'url'>[];
    readonly settings: {
      readonly dns: Pick<Settings['dns'], 'roots' | 'authorityPort' | 'trustAnchors'> &
        Partial<Pick<Settings['dns'], 'pathProbes' | 'clientSubnets'>>;
    };
  };
  /** What was approved of a name that the watchlist has; null where it has none, or nothing is approved. */
  readonly approved: (name: string) => Promise<ApprovedName | null>;
  readonly terminal: Pick<Terminal, 'out' | 'color' | 'width' | 'json'>;
  readonly observatory: { readonly now: () => number };
  readonly signal: AbortSignal;
}

export interface ApprovedName {
  readonly accepted: readonly DnsEvidence[];
  readonly settings: DnsSettings;
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
  const { roots, authorityPort, trustAnchors, pathProbes, clientSubnets = [] } = place.config.settings.dns;
  const io: ProbeIo = {
    vantage: 'local',
    now: place.observatory.now,
    signal: place.signal,
    network: place.network,
    resolvers: place.resolvers,
    asnOf: place.asnOf,
    authority: { roots, port: authorityPort, anchors: trustAnchors, subnets: clientSubnets },
    ...(pathProbes ? { pathProbes } : {}),
  };
  const traceMs = options.trace || options.dnssec ? VIEW_TRACE_MS : TABLE_TRACE_MS;
  // Of types that nobody asked for the views would tell the same story twice.
  const shown = options.types.length === 0 ? (['A'] as const) : types;
  const seen: Seen[] = [];
  for (const { name, url } of wanted) {
    const settings = settingsFor(name, url, 'living');
    const startedAt = io.now();
    // Read while resolvers are listened to: afterwards somebody would wait for it.
    const reading = setTimeout(() => place.asnOf(ANY_ADDRESS), READ_TABLE_AFTER_MS);
    const look = surveyed(() => survey(settings, io, { types, victims: false, identity: true, traceMs }));
    const evidence = await look.finally(() => clearTimeout(reading));
    // Beside a view of whose domain it is, resolvers are held to what was approved too.
    const approved = options.trace ? await place.approved(name) : null;
    const integrity = approved && assess(evidence, approved.accepted, approved.settings);
    const times = { startedAt, tookMs: io.now() - startedAt };
    const report = dnsReport(evidence, approved?.settings ?? settings, times, approved?.accepted);
    const authorities = options.trace || options.dnssec ? authoritiesOf(evidence, shown) : [];
    seen.push({ report, authorities, integrity });
  }
  print(seen, options, place);
  const authorities = seen.flatMap((one) => one.authorities);
  const code = withAuthority(dnsExitCode(seen.map(({ report }) => report)), authorities);
  return withIntegrity(
    code,
    seen.map(({ integrity }) => integrity),
  );
}

interface Seen {
  readonly report: DnsReport;
  /** One per type of the views asked for. */
  readonly authorities: readonly AuthorityReport[];
  /** Against what was approved; null where nothing was, or the view was not asked for. */
  readonly integrity: Assessment | null;
}

function print(seen: readonly Seen[], views: Views, { terminal, asnOf }: Pick<DnsPlace, 'terminal' | 'asnOf'>): void {
  if (terminal.json) {
    const documents = seen.map(({ report, authorities, integrity }) =>
      dnsDocument(report, authorities, views, integrity),
    );
    terminal.out(jsonText(documents.length === 1 ? documents[0] : documents));
    return;
  }
  const texts = seen.map(({ report, authorities, integrity }) => {
    const below = authorities.flatMap((authority) => [
      ...(views.trace ? [traceView(authority, terminal)] : []),
      ...(views.dnssec ? [dnssecView(authority, terminal)] : []),
    ]);
    const whose = views.trace ? integrityView(report.name, integrity, terminal) : '';
    return [dnsTable(report, terminal, asnOf.credit?.()), ...below, whose].join('');
  });
  terminal.out(texts.join('\n'));
}

/** For the table alone the authority is waited for about as long as a resolver; for its own view, until it is told. */
const TABLE_TRACE_MS = 1_200;
const VIEW_TRACE_MS = 20_000;

/** Most answers are here by then, and nobody has been listened to for long enough yet. */
const READ_TABLE_AFTER_MS = 500;
/** Public, so that the table is needed for it. */
const ANY_ADDRESS = '9.9.9.9';

/** Trust anchors that are none are a mistake in the settings. */
async function surveyed(look: () => Promise<DnsEvidence>): Promise<DnsEvidence> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ProbeFailure) || error.failure.code !== 'bad-trust-anchors') throw error;
    throw new CommandError(error.failure.detail, EXIT.config, { cause: error });
  }
}

/** One per type shown, finished or not. */
function authoritiesOf({ authority }: DnsEvidence, shown: readonly QueryType[]): AuthorityReport[] {
  if (!authority) return [];
  const { at, anchors, tookMs = 0 } = authority;
  const parsed = parseAnchors(anchors);
  const traces = authority.traces.filter(({ type }) => shown.some((name) => TYPE[name] === type));
  return traces.map((trace) =>
    authorityReport(trace, validateTrace(trace, parsed.ok ? parsed.anchors : [], at), tookMs),
  );
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

/** What is approved of the watchlist's sites, by name. */
export function approvedNames({ config, approvedBaselines }: Pick<Workplace, 'config' | 'approvedBaselines'>) {
  return async (name: string): Promise<ApprovedName | null> => {
    const site = config.sites.find((one) => one.name === name);
    const target = site?.targets.find(({ kind }) => kind === 'dns');
    if (!site || !target) return null;
    const { baseline } = (await approvedBaselines(site))(target);
    const accepted = (baseline?.accepted ?? []).map(({ evidence }) => evidenceSchema.parse(evidence));
    // The cast: settings of this kind are made by its own `configure`.
    return accepted.length === 0 ? null : { accepted, settings: target.settings as DnsSettings };
  };
}
