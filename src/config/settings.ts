/** settings.yaml, the operators' file: its schema and what it comes to. Pure; files it names are read by `readFile`. */
import * as z from 'zod';
import type { Resolver } from '../checks/check.js';
import type { Notifier } from '../notify/notifier.js';
import type { Problem, Receiver, Route, Settings } from './config.js';
import { type NamedFiles, type ReadFile, readNamedFiles } from './named-files.js';
import { parsePart } from './problems.js';
import { fieldAt, listAt, textAt } from './raw.js';
import { parseReceivers, unknownReceivers } from './receivers.js';
import { DEFAULT_RESOLVERS } from './resolver.js';
import { type RESOLVER, SHAPE } from './settings-schema.js';
import type { Path, Source } from './source.js';

/** The machine around the file: the only things outside the text that decide what it means. */
export interface Surroundings {
  /** For `pages: auto`. */
  readonly cpus: number;
  readonly readFile: ReadFile;
}

const OUTER = z.strictObject({ ...SHAPE, receivers: z.array(z.unknown()).default([]) });

export interface ParsedSettings {
  /** Null when there are problems. */
  readonly settings: Settings | null;
  /** Every receiver id written, right or wrong, so that one mistake is not reported at each of its uses. */
  readonly receiverIds: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

export function parseSettings(source: Source, notifiers: readonly Notifier[], around: Surroundings): ParsedSettings {
  const raw = source.value ?? {};
  const outer = parsePart(OUTER, raw, source, []);
  const written = listAt(raw, 'receivers');
  const receivers = parseReceivers(written, notifiers, source);
  const receiverIds = new Set(written.flatMap((entry) => textAt(entry, 'id') ?? []));
  const problems = [...('problems' in outer ? outer.problems : []), ...receivers.problems];
  problems.push(
    ...repeated(written, ['receivers'], 'id', source),
    ...repeated(listAt(fieldAt(raw, 'dns'), 'resolvers'), ['dns', 'resolvers'], 'name', source),
    ...unknownRoutes('routes', listAt(raw, 'routes'), receiverIds, source),
    ...unknownRoutes('escalation', listAt(raw, 'escalation'), receiverIds, source),
    ...unknownReceivers(listAt(fieldAt(raw, 'digest'), 'to'), receiverIds, ['digest', 'to'], source),
  );
  if (!('data' in outer)) return { settings: null, receiverIds, problems: problems };
  const files = readNamedFiles(outer.data.network.ca, outer.data.dns.trust_anchors, source, around.readFile);
  problems.push(...files.problems);
  const settings = toSettings(outer.data, receivers.receivers, files, around);
  return { settings: problems.length > 0 ? null : settings, receiverIds, problems: problems };
}

function unknownRoutes(
  key: 'routes' | 'escalation',
  routes: readonly unknown[],
  ids: ReadonlySet<string>,
  source: Source,
): Problem[] {
  return routes.flatMap((route, index) => unknownReceivers(listAt(route, 'to'), ids, [key, index, 'to'], source));
}

/** The same name written twice in one list. */
function repeated(entries: readonly unknown[], path: Path, key: string, source: Source): Problem[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const name = textAt(entry, key);
    if (name === null || !seen.has(name)) {
      if (name !== null) seen.add(name);
      return [];
    }
    const place = [...path, index, key];
    return [source.problem(place, `${key} "${source.written(place) ?? ''}" is used twice`)];
  });
}

function toSettings(
  data: z.infer<typeof OUTER>,
  receivers: readonly Receiver[],
  files: NamedFiles,
  around: Surroundings,
): Settings {
  const everyone = receivers.map((receiver) => receiver.id);
  const toAll: Route[] =
    everyone.length === 0
      ? []
      : [
          { severity: 'critical', to: everyone },
          { severity: 'warning', to: everyone },
        ];
  return {
    network: { ...data.network, ca: files.ca },
    resolvers: data.dns.resolvers?.map(toResolver) ?? DEFAULT_RESOLVERS,
    dns: {
      roots: data.dns.roots,
      authorityPort: data.dns.authority_port,
      clientSubnets: data.dns.client_subnets,
      trustAnchors: files.trustAnchors,
      pathProbes: { silent: data.dns.silent_addresses, whoami: data.dns.whoami },
      asnDatabase: data.dns.asn_database ?? null,
      rdap: data.dns.rdap,
      certificates: data.dns.certificates,
    },
    browser: {
      ...data.browser,
      pages: data.browser.pages === 'auto' ? Math.min(Math.max(around.cpus, 1), 4) : data.browser.pages,
    },
    store: data.store,
    baselines: data.baselines,
    evidence: { timestamps: data.evidence.timestamps ?? null },
    receivers,
    routes: data.routes ?? toAll,
    heartbeat: {
      urls: data.heartbeat.urls,
      everyMs: data.heartbeat.every,
      provenWithinMs: data.heartbeat.proven_within,
    },
    escalation: data.escalation.map(({ severity, after, to }) => ({ severity, afterMs: after, to })),
    controls: data.controls,
    digest: { to: data.digest.to, atMinute: data.digest.at, timezone: data.digest.timezone },
    web: { listen: data.web.listen, publicUrl: data.web.public_url ?? null },
  };
}

function toResolver(entry: z.infer<typeof RESOLVER>): Resolver {
  return { name: entry.name, role: entry.role, network: entry.network ?? null, ...entry.address };
}
