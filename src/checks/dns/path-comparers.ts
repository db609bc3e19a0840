/** What the resolvers between visitors and the site do to its name: verdicts of the ladder as findings. Pure. */
import type { Finding, Severity } from '../../core/model.js';
import type { Comparer } from '../check.js';
import { type DnsCode, diagnosisOf } from './codes.js';
import type { Reason } from './dnssec/status.js';
import {
  type Answer,
  addressesOf,
  certificateAt,
  type DnsEvidence,
  hasReferences,
  isDefinite,
  trustedAnswers,
} from './evidence.js';
import { isConsistent, isWorse, type Judgement, type VerdictId } from './judgement.js';
import { judgeAnswers, nxRewriters, type Row } from './ladder.js';
import { listed } from './listed.js';
import { errorsOf } from './scene.js';
import { type Domain, failureDomains, type Reach } from './scope.js';
import type { DnsSettings } from './settings.js';
import { operatorsFault } from './signed.js';
import { truthOf } from './truth.js';

type DnsComparer = Comparer<DnsSettings, DnsEvidence>;

const CODES: Partial<Record<VerdictId, { readonly code: DnsCode; readonly severity: Severity }>> = {
  UNMEASURABLE: { code: 'dns/resolver-failing', severity: 'notice' },
  PATH_INTERCEPTED: { code: 'dns/path-intercepted', severity: 'notice' },
  MALFORMED: { code: 'dns/malformed', severity: 'warning' },
  BLOCK_ERR: { code: 'dns/blocked-error', severity: 'notice' },
  INCONSISTENT: { code: 'dns/inconsistent', severity: 'warning' },
  BLOCK_NX: { code: 'dns/blocked-nxdomain', severity: 'critical' },
  NX_REWRITE: { code: 'dns/nxdomain-rewritten', severity: 'notice' },
  TLS_INTERCEPT: { code: 'dns/tls-intercepted', severity: 'critical' },
  TAMPERED_SIGNED: { code: 'dns/tampered', severity: 'critical' },
  REDIRECT_BOGON: { code: 'dns/redirect-bogon', severity: 'critical' },
  REDIRECT: { code: 'dns/redirect', severity: 'critical' },
  REDIRECT_CONTENT: { code: 'dns/redirect-content', severity: 'critical' },
  INJECTION_ONPATH: { code: 'dns/injection', severity: 'critical' },
};

/**
 * So sure is a rung only with the proof in hand: signatures that must be there and are not, two answers to one question, an
 * address that no public site can have, or a foreign certificate with a block page or a defacement behind it.
 */
const PROVEN = 0.97;

/** One finding per failure domain, mostly a resolver: of the types asked the worst verdict. */
export const resolvers: DnsComparer = {
  name: 'resolvers',
  compare(actual, accepted, settings) {
    const worst = new Map<string, Row>();
    for (const row of judgeAnswers(actual, accepted, settings)) {
      const known = worst.get(row.answer.resolver.name);
      if (!known || isWorse(row.judgement.verdict, known.judgement.verdict)) worst.set(row.answer.resolver.name, row);
    }
    return failureDomains([...worst.values()], kindOf).flatMap((domain) => findingOf(domain, actual));
  },
};

function kindOf({ answer, judgement }: Row): string | null {
  const kind = CODES[judgement.verdict];
  return kind && !isConsistent(judgement) ? `${kind.code} ${severityFor(kind, answer, judgement)}` : null;
}

function findingOf({ row, others, reach }: Domain, evidence: DnsEvidence): Finding[] {
  const { answer, judgement } = row;
  const kind = CODES[judgement.verdict];
  if (!kind) return [];
  const expected = listed(addressesOf(trustedAnswers(evidence, 'name')));
  const actual = contentOf(answer, judgement, evidence);
  const picture = evidence.victims.find((victim) => victim.address === judgement.address)?.screenshot;
  const severity = severityFor(kind, answer, judgement);
  const confidence = Math.max(...[row, ...others].map((one) => one.judgement.confidence));
  return [
    {
      code: kind.code,
      severity,
      confidence,
      ...(severity === 'critical' && confidence >= PROVEN ? { certain: true as const } : {}),
      diagnosis: diagnosisOf(kind.code),
      summary: `${summaryFor(answer, judgement, evidence)}${reachWords(others, reach)}`,
      ...(expected && hasReferences(evidence) ? { expected } : {}),
      ...(actual ? { actual } : {}),
      where: [row, ...others].map((one) => whereOf(one.answer)).join('; '),
      ...(picture ? { proof: [picture] } : {}),
    },
  ];
}

/** Who else does it, and what that says of where it is done. */
function reachWords(others: readonly Row[], reach: Reach): string {
  if (others.length === 0) return '';
  const names = others.map(({ answer }) => `"${answer.resolver.name}"`).join(', ');
  const so = ` So ${others.length === 1 ? 'does' : 'do'} ${names}`;
  return reach === 'path'
    ? `${so}: every question asked in the clear from here, in several networks, while encrypted ones get the genuine answer. It is done on the way, near this machine.`
    : `${so}, in the same network.`;
}

/**
 * Two paths we trust that differ are ours to mend. A refusal is deliberate; a failure or silence may be an accident. An
 * address this machine cannot reach, for want of IPv6 mostly, is no reason to wake anybody.
 */
function severityFor(
  { code, severity }: { readonly code: DnsCode; readonly severity: Severity },
  { resolver, replies }: Answer,
  { confidence }: Judgement,
): Severity {
  if (resolver.role === 'reference') return 'notice';
  if ((code === 'dns/inconsistent' || code === 'dns/malformed') && confidence < 0.5) return 'notice';
  const refused = code === 'dns/blocked-error' && replies.some((reply) => reply.rcode === 'REFUSED');
  return refused ? 'warning' : severity;
}

/** What it answered, with what is wrong at the address the verdict turned on; why there was no answer. */
function contentOf(answer: Answer, judgement: Judgement, evidence: DnsEvidence): string {
  const turnedOn = judgement.address && `${judgement.address}${certificateAt(judgement.address, evidence)}`;
  const shown = (address: string): string => (turnedOn !== null && address === judgement.address ? turnedOn : address);
  const contents = answer.replies.map(
    (reply) =>
      listed(reply.addresses.map(shown), turnedOn) || listed(reply.records) || `${reply.rcode}${errorsOf(reply)}`,
  );
  return [...new Set(contents)].join(' | ') || (answer.failure?.detail ?? '');
}

export function whereOf({ resolver, type }: Pick<Answer, 'resolver' | 'type'>): string {
  const network = resolver.network === null ? '' : `, ${resolver.network}`;
  return `resolver ${resolver.name} (${resolver.transport}${network}), ${type}`;
}

/** One plain sentence. Codes, issuers and other resolvers' answers stand beside it. */
function summaryFor(answer: Answer, { verdict, says, address }: Judgement, { name }: DnsEvidence): string {
  const who = `"${answer.resolver.name}"`;
  if (address !== null) return `Resolver ${who} sends visitors of ${name} to ${address}, ${says}.`;
  switch (verdict) {
    case 'INJECTION_ONPATH':
      return `Answers of resolver ${who} for ${name} are being forged on the way: ${says}.`;
    case 'BLOCK_NX':
    case 'BLOCK_ERR':
      return `Resolver ${who} does not give ${name} to its users: it ${says}.`;
    case 'UNMEASURABLE':
      return `Resolver ${who} ${says}; nothing can be said of those who use it.`;
    case 'PATH_INTERCEPTED':
      return `The encrypted way to resolver ${who} is intercepted: ${says}. Nothing it said was used.`;
    case 'MALFORMED':
      return `Resolver ${who} ${says} when asked for ${name}.`;
    default:
      return `Resolver ${who} gives ${says} for ${name}.`;
  }
}

/** Resolvers that invent addresses for names that do not exist. */
export const rewriting: DnsComparer = {
  name: 'rewriting',
  compare: (actual) =>
    nxRewriters(actual).map(({ answer, judgement }) => ({
      code: 'dns/nxdomain-rewritten',
      severity: 'notice',
      confidence: judgement.confidence,
      diagnosis: diagnosisOf('dns/nxdomain-rewritten'),
      summary: `Resolver "${answer.resolver.name}" ${judgement.says}.`,
      expected: 'NXDOMAIN',
      actual: listed(addressesOf([answer])),
      where: whereOf(answer),
    })),
};

/** The name itself: do the resolvers we go by have an address for it at all? */
export const existence: DnsComparer = {
  name: 'existence',
  compare(actual, accepted, settings) {
    const fault = operatorsFault(actual, truthOf(actual, accepted, settings).authority);
    const broken = fault && brokenSigning(actual.name, fault);
    const replies = addressAnswers(actual).flatMap((answer) => answer.replies);
    if (replies.some(({ addresses }) => addresses.length > 0) || replies.length === 0 || !controlAnswered(actual)) {
      return broken ? [broken] : [];
    }
    const definite = replies.filter(isDefinite);
    const rcodes = [...new Set((definite.length > 0 ? definite : replies).map((reply) => reply.rcode))].join(', ');
    const errors = [...new Set(replies.flatMap((reply) => reply.errors))].join('; ');
    const what = definite.length > 0 ? `say that ${actual.name} has no address` : `cannot resolve ${actual.name}`;
    return [
      {
        code: 'dns/no-address',
        severity: 'critical',
        confidence: definite.length > 0 || broken ? 0.95 : 0.8,
        diagnosis: diagnosisOf('dns/no-address'),
        summary: broken?.summary ?? `The resolvers we trust ${what}.`,
        expected: 'an address',
        actual: `${rcodes}${errors ? ` (${errors})` : ''}`,
      },
    ];
  },
};

function addressAnswers(evidence: DnsEvidence): Answer[] {
  return trustedAnswers(evidence, 'name').filter(({ type }) => type === 'A' || type === 'AAAA');
}

/** Nobody attacks: the owner forgot something, and everybody who checks signatures is refused. */
function brokenSigning(name: string, { subject, text }: Reason): Finding {
  return {
    code: 'dns/signing-broken',
    severity: 'warning',
    confidence: 0.9,
    diagnosis: diagnosisOf('dns/signing-broken'),
    summary: `Resolvers that check signatures refuse ${name}, and the domain's own care is to blame: ${subject} ${text}.`,
    expected: 'valid signatures from the root down',
    actual: `${subject} ${text}`,
  };
}

function controlAnswered(evidence: DnsEvidence): boolean {
  return trustedAnswers(evidence, 'control').some((answer) =>
    answer.replies.some((reply) => reply.rcode === 'NOERROR'),
  );
}
