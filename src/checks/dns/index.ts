/** The DNS check: every resolver asked, every address of every answer judged, the authoritative data held to the baseline. */
import type { Failure } from '../../core/model.js';
import { changesOption } from '../changes.js';
import type { Check } from '../check.js';
import { authority } from './authority/comparer.js';
import { approvedDomain } from './authority/domain.js';
import { settledRegistry } from './authority/facts.js';
import { weigh } from './authority/weigh.js';
import { addresses, aliases, wildcard } from './authority-comparers.js';
import { dnsCodes } from './codes.js';
import { type Answer, addressesOf, asnsOf, type DnsEvidence, evidenceSchema } from './evidence.js';
import { exhibit } from './exhibit.js';
import { explained } from './explained.js';
import { existence, resolvers, rewriting } from './path-comparers.js';
import { diverted, forged, overheard } from './path-probes.js';
import { configure, type DnsSettings, dnsOptions } from './settings.js';
import { survey } from './survey.js';
import { authorityOf, settledAuthority, settlesByItself } from './traced.js';

export const dns: Check<DnsSettings, DnsEvidence> = {
  kind: 'dns',
  version: 1,
  options: { dns: dnsOptions, changes: changesOption },
  evidence: evidenceSchema,
  codes: dnsCodes,
  comparers: [existence, addresses, aliases, wildcard, authority, resolvers, rewriting, overheard, diverted, forged],
  explained,
  configure,
  probe: (settings, io) => survey(settings, io, { types: ['A', 'AAAA', 'HTTPS'], victims: true }),
  combine,
  failures,
  exhibit,
  weigh,
};

/**
 * All that was answered in any sample, each answer once. Packets, times and pages are left out, and of made-up names the
 * names: a baseline says what is genuine, and a person reviews it as text.
 */
function combine(samples: readonly [DnsEvidence, ...DnsEvidence[]]): DnsEvidence {
  const answers = new Map<string, Answer>();
  for (const answer of samples.flatMap((sample) => sample.answers)) {
    const { asked: what, resolver: by } = answer;
    if (what !== 'name' && what !== 'zone' && (what !== 'absent' || by.role !== 'reference')) continue;
    const kept = settled(answer);
    const { resolver, asked, type, replies } = kept;
    answers.set(JSON.stringify([resolver.name, asked, type, replies]), kept);
  }
  const tls = new Map(samples.flatMap((sample) => sample.tls).map((at) => [at.address, { ...at, chainPem: null }]));
  const kept = [...answers.values()];
  const asns = new Map(samples.flatMap((sample) => Object.entries(sample.asns ?? {})));
  const known = samples.some((sample) => sample.asns) ? (address: string) => asns.get(address) ?? null : undefined;
  const networks = asnsOf(addressesOf(kept), known);
  const { authority: _traces, registry: _registry, recent: _recent, ...first } = samples[0];
  const domain = { ...settledAuthority(samples), ...approvedDomain(samples), ...settledRegistry(samples) };
  return { ...first, answers: kept, ...domain, ...networks, tls: [...tls.values()], victims: [], genuine: null };
}

function settled(answer: Answer): Answer {
  const replies = answer.replies.map(({ server: _server, ...reply }) => ({
    ...reply,
    addresses: reply.addresses.toSorted(),
    records: reply.records.toSorted(),
    rttMs: null,
    raw: null,
  }));
  const name = answer.asked === 'absent' ? `*${answer.name.replace(/^[^.]*/u, '')}` : answer.name;
  return { ...answer, name, replies, malformed: [], ignored: 0 };
}

/** Questions that working resolvers need not answer. */
const MADE_UP: ReadonlySet<Answer['asked']> = new Set(['absent', 'nobody', 'whoami', 'identity']);

/**
 * A role in which nobody works leaves half of the question unanswered, unless signatures answer it. One resolver down of
 * several is only noted.
 */
function failures(evidence: DnsEvidence): readonly Failure[] {
  const roles = ['reference', 'witness'] as const;
  const authority = authorityOf(evidence);
  const blind = roles.filter((role) => {
    const answers = evidence.answers.filter((answer) => answer.resolver.role === role && !MADE_UP.has(answer.asked));
    const isSilent = answers.length > 0 && answers.every((answer) => answer.replies.length === 0);
    return isSilent && !(role === 'reference' && authority !== null && settlesByItself(authority));
  });
  if (evidence.answers.length === 0) return [unusable('No resolver is configured', evidence)];
  return blind.map((role) => unusable(`None of the ${role} resolvers answers anything`, evidence));
}

function unusable(what: string, { name, answers }: DnsEvidence): Failure {
  const why = answers.find((answer) => answer.failure)?.failure?.detail;
  return {
    blame: 'resolver',
    code: 'resolvers-unusable',
    detail: `${what}, so ${name} could not be verified${why ? ` (${why})` : ''}. Check dns.resolvers in settings.yaml.`,
  };
}
