/** A site watched over time against servers that really answer: captured, approved, then looked at again and again. */
import { setTimeout as pause } from 'node:timers/promises';
import { judge, observe, ProbeFailure, type ProbeIo, type Resolver } from '../../../src/checks/check.js';
import { evidenceSchema, isDefinite } from '../../../src/checks/dns/evidence.js';
import { referenceLookup } from '../../../src/checks/dns/lookup.js';
import { checkOf } from '../../../src/checks/index.js';
import type { Baseline, Content, Finding, Observation, Target } from '../../../src/core/model.js';
import { type Inspection, inspect, type Observatory } from '../../../src/monitor.js';
import { createNetwork, type GuardedNetwork } from '../../../src/net/network.js';
import { localVantage } from '../../../src/vantage/vantage.js';
import type { ServerCertificate } from '../../support/certificates.js';
import type { DnsWorld } from '../../support/dns-world.js';
import { type Origin, startOrigin } from '../../support/origin.js';

const LOOPBACK = { allow: [], only: ['127.0.0.0/8'] };
const SAMPLES = 2;

export interface Watched {
  readonly name: string;
  readonly port: number;
  readonly content?: Content;
  /** What the watchlist says beside. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Networks of visitors on whose behalf its name servers are asked. */
  readonly subnets?: readonly string[];
}

export type Kind = 'dns' | 'tls';

/** One site, its baseline, and the resolvers that are asked. */
export class Watch {
  readonly #io: Omit<ProbeIo, 'signal'>;
  readonly #network: GuardedNetwork;
  readonly #targets: Readonly<Record<Kind, Target>>;
  readonly #baselines = new Map<Kind, Baseline>();

  constructor(site: Watched, resolvers: readonly Resolver[], world: DnsWorld) {
    this.#network = createNetwork({
      policy: LOOPBACK,
      hosts: {},
      ca: [world.authority.pem],
      capture: () =>
        Promise.reject(new ProbeFailure({ blame: 'monitor', code: 'no-browser', detail: 'No browser here.' })),
      lookup: (name) => lookup(name),
      now: Date.now,
    });
    const lookup = referenceLookup(resolvers, (request) => this.#network.exchange(request));
    const { root, port, trustAnchor } = world;
    const authority = { roots: [root], port, anchors: [trustAnchor], subnets: site.subnets ?? [] };
    this.#io = { vantage: 'local', now: Date.now, network: this.#network, resolvers, authority };
    this.#targets = { dns: targetOf('dns', site), tls: targetOf('tls', site) };
  }

  /** Looks several times and approves what was seen, as `baseline capture --approve` does. */
  async approve(): Promise<void> {
    for (const kind of ['dns', 'tls'] as const) {
      const check = checkOf(kind);
      const target = this.#targets[kind];
      const look = (): Promise<Observation> =>
        observe(check, target, { ...this.#io, signal: AbortSignal.timeout(30_000) });
      // What a machine with too much to do makes of one look is no baseline: as a person would, it looks again.
      const sample = async (): Promise<unknown> => evidenceOf(await untilHeard(look, (seen) => seen));
      const [first, ...more] = await Promise.all(Array.from({ length: SAMPLES }, sample));
      const evidence = check.combine([first, ...more]);
      const accepted = { version: check.version, evidence, at: Date.now(), by: 'test', note: '' };
      this.#baselines.set(kind, { targetId: target.id, accepted: [accepted] });
    }
  }

  /** One check of the site, with the further looks that confirm a divergence. */
  async check(kinds: readonly Kind[] = ['dns', 'tls']): Promise<Inspection[]> {
    return await Promise.all(
      kinds.map((kind) =>
        untilHeard(
          () => this.#inspect(kind),
          (inspection) => inspection.observation,
        ),
      ),
    );
  }

  async #inspect(kind: Kind): Promise<Inspection> {
    const observatory: Observatory = { vantages: [localVantage(this.#io)], now: Date.now, pause: (ms) => pause(ms) };
    const signal = AbortSignal.timeout(60_000);
    const approved = { baseline: this.#baselines.get(kind) ?? null, findings: [] };
    return await inspect(this.#targets[kind], approved, observatory, signal);
  }

  /** What the same look would come to for a site of which nothing may change, as on the day of an event. */
  frozen({ target, observation, baseline }: Inspection): readonly Finding[] {
    if (!observation) return [];
    const policy = { ...target.policy, content: 'frozen' } as const;
    const settings = { ...(target.settings as object), content: 'frozen' };
    return judge(checkOf(target.kind), { ...target, policy, settings }, observation, baseline).findings;
  }

  async close(): Promise<void> {
    await this.#network.close();
  }
}

const MOST_TRIES = 5;

/** The servers of the world share the machine with whatever else runs on it: where they were too late, the look is made again. */
async function untilHeard<T>(look: () => Promise<T>, observationOf: (seen: T) => Observation | null): Promise<T> {
  let seen = await look();
  for (let tries = 1; tries < MOST_TRIES && !wasHeard(observationOf(seen)); tries++) seen = await look();
  return seen;
}

/** The world's own resolvers gave definite answers, and its authorities were traced to the end. */
function wasHeard(observation: Observation | null): boolean {
  if (!observation?.outcome.ok) return false;
  const read = evidenceSchema.safeParse(observation.outcome.evidence);
  if (!read.success) return true;
  const { answers, authority } = read.data;
  const own = answers.filter(({ resolver, asked }) => OWN.has(resolver.name) && (asked === 'name' || asked === 'zone'));
  const traces = authority?.traces ?? [];
  return (
    own.every(({ replies }) => replies.some(isDefinite)) &&
    traces.length > 0 &&
    traces.every(({ unfinished }) => unfinished === null)
  );
}

/** As `DnsWorld` names its honest resolvers. */
const OWN: ReadonlySet<string> = new Set(['dot', 'doh', 'plain']);

function evidenceOf({ outcome }: Observation): unknown {
  if (outcome.ok) return outcome.evidence;
  throw new Error(`Nothing to approve: ${outcome.failure.detail}`);
}

function targetOf(kind: Kind, { name, port, content = 'living', options = {} }: Watched): Target {
  const made = checkOf(kind).configure({ id: name, url: `https://${name}:${port}/`, name, content, options });
  if (!('settings' in made)) throw new Error(made.notApplicable);
  const policy = { content, confirmAfterMs: 0, remindEveryMs: 3_600_000, resolveAfterMs: 0, inEvent: false };
  return { id: `${name}/${kind}`, siteId: name, kind, settings: made.settings, schedule: { everyMs: 60_000 }, policy };
}

/** What somebody would be told: `dns/redirect critical: ...`; a site that is not verified is said so too. */
export function alarmsIn(inspections: readonly Inspection[]): string[] {
  return inspections.flatMap(({ verdict: { state, findings, failures } }) => [
    ...findings.filter(({ severity }) => severity !== 'notice').map(lineOf),
    ...(state === 'unreachable' || state === 'unverified' ? failures.map(({ detail }) => `${state}: ${detail}`) : []),
  ]);
}

/** `dns/redirect critical` of every finding, notices too. */
export function findingsIn(inspections: readonly Inspection[]): string[] {
  return inspections.flatMap(({ verdict }) => verdict.findings.map(({ code, severity }) => `${code} ${severity}`));
}

/** `east A CONSISTENT_TLS` for every resolver and type asked, of the look shown. */
export function verdictsIn(inspections: readonly Inspection[]): string[] {
  return inspections.flatMap(({ exhibits }) =>
    exhibits.resolvers.map(({ resolver, type, verdict }) => `${resolver} ${type} ${verdict}`),
  );
}

export function lineOf({ code, severity, summary, actual, where }: Finding): string {
  return `${code} ${severity}: ${summary} [${actual ?? ''}] ${where ?? ''}`;
}

export const PAGE = '<title>Official site</title><p>Welcome.';

/** Web servers that show the certificate, one on each of the world's next addresses. */
export async function startWebs(
  world: DnsWorld,
  count: number,
  certificate: ServerCertificate,
  page = PAGE,
): Promise<Origin[]> {
  const addresses = Array.from({ length: count }, () => world.webAddress());
  return await Promise.all(
    addresses.map((address) => startOrigin({ '*': page }, { certificate, address, port: world.port })),
  );
}

export function udp(name: string, { address, port }: { readonly address: string; readonly port: number }): Resolver {
  return { name, role: 'witness', transport: 'udp', address, port, serverName: null, path: null, network: null };
}
