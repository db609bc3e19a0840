/** What a person is shown of a survey: the resolver table, the victims' pictures, and the raw messages. Pure. */
import type { Exhibits, Picture, ResolverRow } from '../../core/model.js';
import { type Answer, type DnsEvidence, distinct, type PageAt, type Reply, trustedAnswers } from './evidence.js';
import { judgeAnswers, nxRewriters, type Row } from './ladder.js';
import type { DnsSettings } from './settings.js';

const MOST_ANSWERS_SHOWN = 16;

export function exhibit(actual: DnsEvidence | null, accepted: readonly DnsEvidence[], settings: DnsSettings): Exhibits {
  const before = distinct(accepted.flatMap(recordLines)).join('\n');
  if (!actual) return { pictures: [], resolvers: [], texts: [textOf(before, before)], members: [] };
  return {
    pictures: actual.victims.flatMap((victim) => pictureOf(victim, actual)),
    resolvers: [
      ...judgeAnswers(actual, accepted, settings).map((row) => resolverRow(row, row.answer.type)),
      ...nxRewriters(actual).map((row) => resolverRow(row, 'NX')),
    ],
    texts: [textOf(before, distinct(recordLines(actual)).join('\n'))],
    members: [...messages(actual), ...pages(actual), ...chains(actual)],
  };
}

function textOf(before: string, after: string): Exhibits['texts'][number] {
  return { name: 'DNS records', before, after };
}

/** What a person approves: `A 192.0.2.7`, `CNAME x.cdn.example.net`, `NS ns1.example.org`. */
function recordLines(evidence: DnsEvidence): string[] {
  // The serial of a SOA changes with every edit of the zone.
  const zone = trustedAnswers(evidence, 'zone').filter(({ type }) => type !== 'SOA');
  const lines = [...trustedAnswers(evidence, 'name'), ...zone].flatMap(({ type, replies }) =>
    replies.flatMap((reply) => [
      ...reply.cnames.map((alias) => `CNAME ${alias}`),
      ...shownOf(reply, type).map((record) => `${type} ${record}`),
    ]),
  );
  return lines.sort();
}

/** @param type as the table shows it: the query type, or `NX` for the made-up name. */
export function resolverRow({ answer, judgement }: Row, type: string): ResolverRow {
  const shown = answersOf(answer);
  const more = shown.length - MOST_ANSWERS_SHOWN;
  return {
    resolver: answer.resolver.name,
    transport: answer.resolver.transport,
    role: answer.resolver.role,
    type,
    verdict: judgement.verdict,
    confidence: judgement.confidence,
    rcode: answer.replies[0]?.rcode ?? null,
    answers: more > 0 ? [...shown.slice(0, MOST_ANSWERS_SHOWN), `and ${more} more`] : shown,
    rttMs: answer.replies[0]?.rttMs ?? null,
  };
}

/** Every address or record of every reply, each once, aliases left out. */
export function answersOf({ replies, type }: Pick<Answer, 'replies' | 'type'>): string[] {
  return [...new Set(replies.flatMap((reply) => shownOf(reply, type)))];
}

/** The addresses, but an HTTPS record whole: its hints are part of it. */
function shownOf({ addresses, records }: Reply, type: Answer['type']): readonly string[] {
  return addresses.length > 0 && type !== 'HTTPS' ? addresses : records;
}

function pictureOf(victim: PageAt, evidence: DnsEvidence): Picture[] {
  if (!victim.screenshot) return [];
  const givers = evidence.answers
    .filter(
      ({ asked, replies }) =>
        (asked === 'name' || asked === 'plain') && replies.some((r) => r.addresses.includes(victim.address)),
    )
    .map((answer) => answer.resolver.name);
  const caption = `${victim.address}, given by ${[...new Set(givers)].join(', ')}`;
  return [{ label: 'victim', caption, artifact: victim.screenshot }];
}

type Member = Exhibits['members'][number];

function messages(evidence: DnsEvidence): Member[] {
  return evidence.answers.flatMap((answer, index) => {
    const name = `dns/${String(index).padStart(3, '0')}-${fileWord(answer.resolver.name)}-${answer.asked}-${answer.type}`;
    const replies = answer.replies.flatMap(({ raw }, at) =>
      raw ? [{ name: `${name}-${at + 1}.bin`, artifact: raw }] : [],
    );
    const malformed = answer.malformed.flatMap(({ raw }, at) =>
      raw ? [{ name: `${name}-malformed-${at + 1}.bin`, artifact: raw }] : [],
    );
    return [...replies, ...malformed];
  });
}

function pages(evidence: DnsEvidence): Member[] {
  return evidence.victims.flatMap(({ address, body, screenshot }) => [
    ...(body ? [{ name: `dns/victim-${fileWord(address)}.html`, artifact: body }] : []),
    ...(screenshot ? [{ name: `dns/victim-${fileWord(address)}.png`, artifact: screenshot }] : []),
  ]);
}

function chains(evidence: DnsEvidence): Member[] {
  return evidence.tls.flatMap(({ address, chainPem }) =>
    chainPem ? [{ name: `dns/chain-${fileWord(address)}.pem`, artifact: chainPem }] : [],
  );
}

/** Names of files are ours: letters, digits and hyphens, whatever an operator calls a resolver. */
function fileWord(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/gu, '-')
      .replace(/^-|-$/gu, '')
      .slice(0, 40) || 'x'
  );
}
