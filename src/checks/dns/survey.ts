/** The survey: every resolver asked the same questions, then every address that needs proof spoken to. Facts only. */
import { randomBytes } from 'node:crypto';
import { getDomain } from 'tldts';
import { type AuthorityAccess, ProbeFailure, type ProbeIo, type Resolver } from '../check.js';
import { AddressMemory } from './address-memory.js';
import { embeddedIpv4 } from './addresses.js';
import { type Ask, ask } from './ask.js';
import { domainOf } from './authority/domain.js';
import { glueAddress } from './authority/facts.js';
import {
  type Answer,
  type AuthorityEvidence,
  addressesOf,
  asnsOf,
  type DnsEvidence,
  distinct,
  hasReferences,
  trustedAnswers,
} from './evidence.js';
import { ID_SERVER, type QueryType, TYPE, VERSION_BIND } from './names.js';
import type { Random } from './query.js';
import { anchorsAt, anchorText, parseAnchors, ROOT_ANCHORS, type RootAnchor } from './root-anchors.js';
import type { DnsSettings } from './settings.js';
import { proveByTls, seePages } from './suspects.js';
import type { ZoneFacts } from './trace/facts.js';
import { sweepMs } from './trace/sweep.js';
import { traceTypes } from './trace/trace.js';
import { ZoneMemory } from './trace/zone-memory.js';
import { authorityOf, bogusAddresses, delegationText, signedAddresses } from './traced.js';

export interface SurveyOptions {
  readonly types: readonly QueryType[];
  /** Fetch and photograph what visitors sent elsewhere see. */
  readonly victims: boolean;
  /** Ask each resolver for its own name and version too: for whoever looks closer, no verdict rests on it. */
  readonly identity?: boolean;
  /** Longest the authoritative servers are waited for, milliseconds. */
  readonly traceMs?: number;
  /** Injected by tests only. */
  readonly random?: Random;
}

/** More addresses than any honest answer holds; those beyond stay unproven, which is said of them. */
const MOST_SUSPECTS = 256;
const MOST_REFERENCE_ADDRESSES = 256;

/** Where port 53 leads nowhere a look must not take much longer than the slowest resolver. */
const TRACE_MS = 4_000;

/** Asks all of `io.resolvers` about the name at once. Never throws for what a resolver or an address does. */
export async function survey(settings: DnsSettings, io: ProbeIo, options: SurveyOptions): Promise<DnsEvidence> {
  const zone = getDomain(settings.name, { extractHostname: false });
  const at = io.now();
  const [answers, authority, registry] = await Promise.all([
    fromResolvers(settings.name, zone, io, options),
    fromAuthority(settings.name, io, options),
    zone === null ? null : io.registry?.look(zone, settings.name, io.signal),
  ]);
  const heard = {
    name: settings.name,
    zone,
    at,
    answers,
    ...(authority ? { authority } : {}),
    ...(registry ? { registry } : {}),
  };
  const asked: DnsEvidence = { ...heard, tls: [], victims: [], genuine: null };
  const { references, suspects } = addressesToProve(asked);
  const tls = await proveByTls(distinct([...references, ...suspects]), settings, io);
  const unproven = suspects.filter((address) => tls.find((at) => at.address === address)?.problem !== null);
  const pages = options.victims ? await seePages(unproven, references, settings, io) : { victims: [], genuine: null };
  const networks = asnsOf(
    [...addressesOf(answers), ...(authorityOf(asked)?.addresses ?? []), ...glueIn(asked)],
    io.asnOf,
  );
  const recent = recentlyProven({ ...asked, tls }, io, at);
  return { ...heard, ...networks, ...recent, tls, ...pages };
}

/** What earlier looks saw proven; and what this one does is kept for later ones. */
function recentlyProven(seen: DnsEvidence, { authority: access }: ProbeIo, at: number): Pick<DnsEvidence, 'recent'> {
  const authority = authorityOf(seen);
  const delegation = authority && delegationText(authority);
  if (!access || !authority || delegation === null) return {};
  const memory = PROVEN.get(access) ?? new AddressMemory();
  PROVEN.set(access, memory);
  const recent = memory.recall(seen.name, delegation, at);
  const byTls = seen.tls.filter(({ problem }) => problem === null).map(({ address }) => address);
  memory.keep(seen.name, delegation, distinct([...byTls, ...signedAddresses(authority)]), at);
  return recent.length > 0 ? { recent } : {};
}

async function fromResolvers(
  name: string,
  zone: string | null,
  io: ProbeIo,
  { types, identity = false, random = randomBytes }: SurveyOptions,
): Promise<Answer[]> {
  const { silent = [], whoami = [] } = io.pathProbes ?? {};
  const aboutName = questionsFor({ name, zone, signed: io.authority !== undefined, whoami }, types, random);
  const questions = identity ? [...aboutName, ...ABOUT_ITSELF] : aboutName;
  const unanswerable = { asked: 'nobody', name, type: 'A', hold: false, brief: true } as const;
  const answers = await Promise.all([
    ...silent.map((address) => ask(nobodyAt(address), unanswerable, askIo(io, random))),
    ...io.resolvers.map((resolver) =>
      sandwiched(
        questions.filter(concerns(resolver)).map((question) => holding(question, resolver)),
        (question) => ask(resolver, question, askIo(io, random)),
      ),
    ),
  ]);
  return answers.flat();
}

/**
 * The control is asked once more when everything else was answered: a resolver that stopped working meanwhile says nothing
 * of the name by its silence (Censored Planet's sandwich). Not of one that did not work before either, and what nobody need
 * answer is not waited for.
 */
async function sandwiched(questions: readonly Ask[], asking: (question: Ask) => Promise<Answer>): Promise<Answer[]> {
  const aside = Promise.all(questions.filter(({ brief }) => brief).map(asking));
  const answers = await Promise.all(questions.filter(({ brief }) => !brief).map(asking));
  const before = answers.find(({ asked }) => asked === 'control');
  const control = questions.find(({ asked }) => asked === 'control');
  const works = control !== undefined && (before?.replies.length ?? 0) > 0;
  const after = works ? [await asking({ ...control, brief: true })] : [];
  return [...answers, ...after, ...(await aside)];
}

/** The same question to the authoritative servers, from the root down. Null where none of them could be asked. */
async function fromAuthority(
  name: string,
  io: ProbeIo,
  { types, traceMs = TRACE_MS, random = randomBytes }: SurveyOptions,
): Promise<AuthorityEvidence | null> {
  if (!io.authority) return null;
  const { roots, port, anchors, subnets = [] } = io.authority;
  const at = io.now();
  const believed = anchorsFor(anchors, at);
  const numbers = types.map((type) => TYPE[type]);
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(traceMs + sweepMs({ subnets }))]);
  const memory = MEMORIES.get(io.authority) ?? new ZoneMemory();
  MEMORIES.set(io.authority, memory);
  const start = { roots, port, subnets, known: memory.fresh(at) };
  const traces = await traceTypes(name, numbers, start, askIo({ ...io, signal }, random));
  const authority: AuthorityEvidence = {
    at,
    tookMs: io.now() - at,
    anchors: believed.map(anchorText),
    traces,
    settled: null,
  };
  memory.keep(believableZones(authority), at);
  return authority;
}

/** What did not validate may have been changed on the way: it is asked for again next time. */
function believableZones(authority: AuthorityEvidence): ZoneFacts[] {
  return (authorityOf({ authority })?.traces ?? []).flatMap(({ trace, validation }) => {
    const statusOf = (zone: string) => validation.zones.find((entry) => entry.zone === zone)?.trust.status;
    return trace.zones.filter(({ zone }) => statusOf(zone) === 'SECURE' || statusOf(zone) === 'INSECURE');
  });
}

/** By the access that all looks of a process share: settings that change make another. */
const MEMORIES = new WeakMap<AuthorityAccess, ZoneMemory>();
const PROVEN = new WeakMap<AuthorityAccess, AddressMemory>();

/** The operator's, else IANA's of that day. Throws ProbeFailure for lines that are no DS records of the root. */
function anchorsFor(lines: readonly string[], at: number): readonly RootAnchor[] {
  const parsed = lines.length === 0 ? ROOT_ANCHORS : parseAnchors(lines);
  if ('ok' in parsed && !parsed.ok) {
    const detail = `dns.trust_anchors in settings.yaml: ${parsed.problem}`;
    throw new ProbeFailure({ blame: 'monitor', code: 'bad-trust-anchors', detail });
  }
  const valid = anchorsAt(parsed.anchors, at);
  // A clock that no anchor is valid by is wrong; with anchors the validation says so, without it would call all unsigned.
  return valid.length > 0 ? valid : parsed.anchors;
}

/** Addresses of name servers, as parents give them. */
function glueIn(evidence: DnsEvidence): string[] {
  return (domainOf(evidence)?.cuts ?? []).flatMap(({ voices }) => voices.flatMap(({ glue }) => glue.map(glueAddress)));
}

/** Spoken to as if it were a resolver; it is none. */
function nobodyAt(address: string): Resolver {
  const place = { transport: 'udp', address, port: 53, serverName: null, path: null, network: null } as const;
  return { name: `nobody at ${address}`, role: 'witness', ...place };
}

function askIo({ network, signal }: ProbeIo, random: Random) {
  return { exchange: network.exchange.bind(network), random, signal };
}

interface Wanted {
  readonly name: string;
  /** Null where the name has no registrable domain: a top-level or a made-up one. */
  readonly zone: string | null;
  /** There will be keys to check signatures by. */
  readonly signed: boolean;
  readonly whoami: readonly string[];
}

function questionsFor({ name, zone, signed, whoami }: Wanted, types: readonly QueryType[], random: Random): Ask[] {
  const label = `sw-${Buffer.from(random(6)).toString('hex')}`;
  const absent = `${label}.${zone ?? name}`;
  return [
    { asked: 'control', name: '.', type: 'SOA', hold: false, signed },
    ...types.map((type): Ask => ({ asked: 'name', name, type, hold: true, signed })),
    ...(types.includes('A') ? [{ asked: 'plain', name, type: 'A', hold: false, plain: true } as const] : []),
    ...(absent.length <= 253 ? [{ asked: 'absent', name: absent, type: 'A', hold: false } as const] : []),
    ...whoami.map((asking): Ask => ({ asked: 'whoami', name: asking, type: 'A', hold: false, brief: true })),
    ...(zone === null ? [] : ZONE_TYPES.map((type): Ask => ({ asked: 'zone', name: zone, type, hold: false }))),
  ];
}

/** What else of a domain a thief changes: whom it is delegated to, where its mail goes, who may issue certificates. */
const ZONE_TYPES = ['NS', 'SOA', 'MX', 'CAA'] as const;

/** RFC 4892. Many decline, which means nothing. */
const ABOUT_ITSELF: readonly Ask[] = [ID_SERVER, VERSION_BIND].map((name) => {
  return { asked: 'identity', name, type: 'TXT', hold: false, brief: true, chaos: true };
});

/**
 * Of the domain as a whole the references are asked; of witnesses only whom it is delegated to. The system's resolver is
 * whichever of several answers first, so nobody is asked who it is.
 */
function concerns({ role, transport }: Resolver): (question: Ask) => boolean {
  return ({ asked, type }) => {
    if (asked === 'identity') return transport !== 'system';
    if (asked === 'plain') return role === 'witness';
    return asked !== 'zone' || type === 'NS' || role === 'reference';
  };
}

/** Only a path that can be raced is listened to for longer: an encrypted one has a single answer. */
function holding(question: Ask, resolver: Resolver): Ask {
  const raceable = resolver.transport === 'udp' || resolver.transport === 'system';
  return { ...question, hold: question.hold && resolver.role === 'witness' && raceable };
}

/** Addresses of the trusted answers and of the authority, and those that only others gave. */
function addressesToProve(evidence: DnsEvidence): { references: string[]; suspects: string[] } {
  const trusted = hasReferences(evidence) ? addressesOf(trustedAnswers(evidence, 'name')) : [];
  const authority = authorityOf(evidence);
  const traced = authority?.addresses ?? [];
  const known = new Set(trusted);
  // What references say of a made-up name is a wildcard, which may be anybody's.
  const invented = hasReferences(evidence) ? addressesOf(trustedAnswers(evidence, 'absent')) : [];
  const forged = authority ? bogusAddresses(authority) : [];
  const suspects = distinct([...addressesOf(namedAnswers(evidence)), ...invented, ...forged]).filter(
    (address) => !known.has(address) && !known.has(embeddedIpv4(address) ?? ''),
  );
  const references = distinct([...trusted, ...traced]);
  return { references: references.slice(0, MOST_REFERENCE_ADDRESSES), suspects: suspects.slice(0, MOST_SUSPECTS) };
}

function namedAnswers(evidence: DnsEvidence): Answer[] {
  return evidence.answers.filter(({ asked }) => asked === 'name' || asked === 'plain');
}
