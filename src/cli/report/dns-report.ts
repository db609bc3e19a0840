/** What a survey of one name says, before it is laid out as a table or as JSON. Pure. */

import { type Status, weakest } from '../../checks/dns/dnssec/status.js';
import { addressesOf, type DnsEvidence, hasReferences, trustedAnswers } from '../../checks/dns/evidence.js';
import { answersOf } from '../../checks/dns/exhibit.js';
import { isConsistent, isWorse, type Judgement } from '../../checks/dns/judgement.js';
import { judgeAnswers, nxRewriters, type Row } from '../../checks/dns/ladder.js';
import { ID_SERVER, VERSION_BIND } from '../../checks/dns/names.js';
import type { DnsSettings } from '../../checks/dns/settings.js';
import { operatorsFault } from '../../checks/dns/signed.js';
import { authorityOf } from '../../checks/dns/traced.js';
import { truthOf } from '../../checks/dns/truth.js';
import type { ExitCode } from './exit-code.js';

export interface DnsLine {
  readonly resolver: string;
  readonly transport: string;
  readonly role: 'reference' | 'witness';
  readonly network: string | null;
  readonly type: string;
  readonly judgement: Judgement;
  readonly answers: readonly string[];
  readonly cnames: readonly string[];
  readonly rcode: string | null;
  /** Extended DNS errors. */
  readonly errors: readonly string[];
  /** Which machine behind the resolver's address answered, by its own word. */
  readonly server: string | null;
  readonly rttMs: number | null;
}

export interface DnsReport {
  readonly name: string;
  readonly startedAt: number;
  readonly tookMs: number;
  /** What the references and the authority say; `known` is false where none could be asked. */
  readonly truth: {
    readonly known: boolean;
    readonly addresses: readonly string[];
    /** Of other types than addresses. */
    readonly records: readonly string[];
    readonly cnames: readonly string[];
    readonly nameservers: readonly string[];
    readonly sources: readonly string[];
  };
  /** By resolver in the order configured, then by type. */
  readonly lines: readonly DnsLine[];
  /** Autonomous systems of the addresses answered, where known. */
  readonly asns: ReadonlyMap<string, number>;
  /** Why whoever checks signatures is refused the name, by the fault of its owner; null where that is not so. */
  readonly brokenSigning: string | null;
  /** What the signatures of the name come to; null where the authoritative servers could not be asked. */
  readonly signed: Status | null;
  /** Where questions to a resolver reach the world, by a name of dns.whoami, and who answered where nobody should. */
  readonly onTheWay: readonly string[];
  /** Resolvers that invent addresses for names that do not exist. */
  readonly rewriters: readonly string[];
  /** What each resolver that says so calls itself. A person compares it with what that operator usually says. */
  readonly identities: ReadonlyMap<string, Identity>;
}

/** By the server's own word: anything can be in it. */
export interface Identity {
  /** Of `id.server`. */
  readonly id: string | null;
  /** Of `version.bind`. */
  readonly version: string | null;
  /** RFC 5001. */
  readonly nsid: string | null;
}

export function dnsReport(
  evidence: DnsEvidence,
  settings: DnsSettings,
  { startedAt, tookMs }: { readonly startedAt: number; readonly tookMs: number },
  accepted: readonly DnsEvidence[] = [],
): DnsReport {
  const trusted = hasReferences(evidence) ? trustedAnswers(evidence, 'name') : [];
  const replies = trusted.flatMap((answer) => answer.replies);
  const lines = judgeAnswers(evidence, accepted, settings).map(lineOf);
  const shown = new Set(lines.flatMap(({ answers }) => answers));
  const heard = authorityOf(evidence);
  const truth = truthOf(evidence, accepted, settings);
  const fault = operatorsFault(evidence, truth.authority);
  const zone = hasReferences(evidence) ? trustedAnswers(evidence, 'zone').filter(({ type }) => type === 'NS') : [];
  return {
    name: evidence.name,
    startedAt,
    tookMs,
    truth: {
      known: truth.known,
      addresses: [...truth.addresses],
      records: distinct(trusted.filter(({ type }) => type !== 'A' && type !== 'AAAA').flatMap(answersOf)),
      cnames: distinct(replies.flatMap((reply) => reply.cnames)),
      nameservers: distinct(zone.flatMap((answer) => answer.replies.flatMap((reply) => reply.records))).sort(),
      sources: [
        ...distinct(trusted.filter((answer) => answer.replies.length > 0).map((answer) => answer.resolver.name)),
        ...(truth.isSigned('A') || truth.isSigned('AAAA') ? ['its own name servers (signed)'] : []),
      ],
    },
    lines,
    asns: new Map(Object.entries(evidence.asns ?? {}).filter(([address]) => shown.has(address))),
    brokenSigning: fault && `${fault.subject} ${fault.text}`,
    signed: heard && weakest(heard.traces.map(({ validation }) => validation.status)),
    onTheWay: wayWords(evidence),
    rewriters: nxRewriters(evidence).map(({ answer }) => answer.resolver.name),
    identities: identitiesIn(evidence),
  };
}

function identitiesIn({ answers }: DnsEvidence): Map<string, Identity> {
  const identities = new Map<string, Identity>();
  for (const name of distinct(answers.map(({ resolver }) => resolver.name))) {
    const own = answers.filter(({ resolver }) => resolver.name === name);
    const said = (wanted: string): string | null =>
      own
        .filter(({ asked, name: about }) => asked === 'identity' && about === wanted)
        .flatMap(({ replies }) => replies.flatMap(({ records }) => records.map(withoutQuotes)))[0] ?? null;
    const nsid = own.flatMap(({ replies }) => replies.flatMap(({ server }) => server ?? []))[0] ?? null;
    const identity = { id: said(ID_SERVER), version: said(VERSION_BIND), nsid };
    if (Object.values(identity).some((word) => word !== null)) identities.set(name, identity);
  }
  return identities;
}

/** As a TXT record is written: `"unbound 1.17.1"`. */
function withoutQuotes(text: string): string {
  return text.replace(/^"([^"\\]*)"$/u, '$1');
}

function wayWords({ answers }: DnsEvidence): string[] {
  return answers.flatMap((answer) => {
    const given = addressesOf([answer]).join(', ');
    if (answer.asked === 'whoami' && given)
      return [`Questions to ${answer.resolver.name} reach the world from ${given}.`];
    const forged = answer.asked === 'nobody' && answer.replies.length > 0;
    return forged
      ? [`Somebody on the way answers for ${answer.resolver.name}, where no DNS server runs: ${given || 'an error'}.`]
      : [];
  });
}

function lineOf({ answer, judgement }: Row): DnsLine {
  const [first] = answer.replies;
  return {
    resolver: answer.resolver.name,
    transport: answer.resolver.transport,
    role: answer.resolver.role,
    network: answer.resolver.network,
    type: answer.type,
    judgement,
    answers: answersOf(answer),
    cnames: distinct(answer.replies.flatMap((reply) => reply.cnames)),
    rcode: first?.rcode ?? null,
    errors: first?.errors ?? [],
    server: first?.server ?? null,
    rttMs: first?.rttMs ?? null,
  };
}

/** The line of each resolver that says the worst of it. */
export function worstLines(report: DnsReport): DnsLine[] {
  const worst = new Map<string, DnsLine>();
  for (const line of report.lines) {
    const known = worst.get(line.resolver);
    if (!known || isWorse(line.judgement.verdict, known.judgement.verdict)) worst.set(line.resolver, line);
  }
  return [...worst.values()];
}

export type Tone = 'good' | 'unsure' | 'warning' | 'bad';

export function toneOf({ judgement, role }: Pick<DnsLine, 'judgement' | 'role'>): Tone {
  if (isConsistent(judgement)) return 'good';
  switch (judgement.verdict) {
    case 'UNMEASURABLE':
    case 'BLOCK_ERR':
      return 'unsure';
    case 'MALFORMED':
    case 'INCONSISTENT':
      return judgement.confidence < 0.5 ? 'unsure' : 'warning';
    case 'NX_REWRITE':
    case 'PATH_INTERCEPTED':
    case 'OPERATOR_ERROR':
      return 'warning';
    default:
      return role === 'reference' ? 'warning' : 'bad';
  }
}

/**
 * 2: a witness lies or blocks, or nobody who checks signatures can have the name. 3: nobody we trust could be asked, or no witness could. 1: something is unexplained.
 * A resolver that fails beside others that work decides nothing.
 */
export function dnsExitCode(reports: readonly DnsReport[]): ExitCode {
  const lines = reports.flatMap((report) => report.lines);
  if (lines.some((line) => toneOf(line) === 'bad') || reports.some(isUnreachable)) return 2;
  const blind = reports.some(
    (report) => !report.truth.known || report.lines.every((line) => line.judgement.verdict === 'UNMEASURABLE'),
  );
  if (blind) return 3;
  return lines.some((line) => toneOf(line) === 'warning') ? 1 : 0;
}

/** Its owner broke the signatures, and nobody we trust resolves it any more. */
function isUnreachable({ brokenSigning, truth }: DnsReport): boolean {
  return brokenSigning !== null && !truth.known;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
