/** The survey: every resolver asked the same questions, then every address that needs proof spoken to. Facts only. */
import { randomBytes } from 'node:crypto';
import { getDomain } from 'tldts';
import type { ProbeIo, Resolver } from '../check.js';
import { embeddedIpv4 } from './addresses.js';
import { type Ask, ask } from './ask.js';
import { type Answer, addressesOf, asnsOf, type DnsEvidence, hasReferences, trustedAnswers } from './evidence.js';
import type { QueryType } from './names.js';
import type { Random } from './query.js';
import type { DnsSettings } from './settings.js';
import { proveByTls, seePages } from './suspects.js';

export interface SurveyOptions {
  readonly types: readonly QueryType[];
  /** Fetch and photograph what visitors sent elsewhere see. */
  readonly victims: boolean;
  /** Injected by tests only. */
  readonly random?: Random;
}

/** More addresses than any honest answer holds; those beyond stay unproven, which is said of them. */
const MOST_SUSPECTS = 40;
const MOST_REFERENCE_ADDRESSES = 40;

/** Asks all of `io.resolvers` about the name at once. Never throws for what a resolver or an address does. */
export async function survey(settings: DnsSettings, io: ProbeIo, options: SurveyOptions): Promise<DnsEvidence> {
  const random = options.random ?? randomBytes;
  const zone = getDomain(settings.name, { extractHostname: false });
  const questions = questionsFor(settings.name, zone, options.types, random);
  const answers = await Promise.all(
    io.resolvers.flatMap((resolver) =>
      questions.map((question) => ask(resolver, holding(question, resolver), askIo(io, random))),
    ),
  );
  const asked: DnsEvidence = { name: settings.name, zone, answers, tls: [], victims: [], genuine: null };
  const { references, suspects } = addressesToProve(asked);
  const tls = await proveByTls([...references, ...suspects], settings, io);
  const unproven = suspects.filter((address) => tls.find((at) => at.address === address)?.problem !== null);
  const pages = options.victims ? await seePages(unproven, references, settings, io) : { victims: [], genuine: null };
  return { ...asked, ...asnsOf(addressesOf(answers), io.asnOf), tls, ...pages };
}

function askIo({ network, signal }: ProbeIo, random: Random) {
  return { exchange: network.exchange.bind(network), random, signal };
}

/** @param zone null where the name has no registrable domain: a top-level or a made-up one. */
function questionsFor(name: string, zone: string | null, types: readonly QueryType[], random: Random): Ask[] {
  const label = `sw-${Buffer.from(random(6)).toString('hex')}`;
  const absent = `${label}.${zone ?? name}`;
  return [
    { asked: 'control', name: '.', type: 'SOA', hold: false },
    ...types.map((type): Ask => ({ asked: 'name', name, type, hold: true })),
    ...(absent.length <= 253 ? [{ asked: 'absent', name: absent, type: 'A', hold: false } as const] : []),
    ...(zone === null ? [] : [{ asked: 'zone', name: zone, type: 'NS', hold: false } as const]),
  ];
}

/** Only a path that can be raced is listened to for longer: an encrypted one has a single answer. */
function holding(question: Ask, resolver: Resolver): Ask {
  const raceable = resolver.transport === 'udp' || resolver.transport === 'system';
  return { ...question, hold: question.hold && resolver.role === 'witness' && raceable };
}

/** Addresses of the trusted answers, and those that only others gave. */
function addressesToProve(evidence: DnsEvidence): { references: string[]; suspects: string[] } {
  const trusted = hasReferences(evidence) ? addressesOf(trustedAnswers(evidence, 'name')) : [];
  const all = addressesOf(namedAnswers(evidence));
  const known = new Set(trusted);
  const suspects = all.filter((address) => !known.has(address) && !known.has(embeddedIpv4(address) ?? ''));
  return { references: trusted.slice(0, MOST_REFERENCE_ADDRESSES), suspects: suspects.slice(0, MOST_SUSPECTS) };
}

function namedAnswers(evidence: DnsEvidence): Answer[] {
  return evidence.answers.filter((answer) => answer.asked === 'name');
}
