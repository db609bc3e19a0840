/** The authority's score as findings: one that calls somebody, and one that says what changed for each part. Pure. */
import type { Finding } from '../../../core/model.js';
import type { Comparer } from '../../check.js';
import { type DnsCode, diagnosisOf } from '../codes.js';
import type { DnsEvidence } from '../evidence.js';
import type { DnsSettings } from '../settings.js';
import { type Assessment, assess } from './assessment.js';
import type { Part } from './part.js';
import { HIJACKED_FROM, UNCONFIRMED_FROM, WEIGHTS } from './weights.js';

export const authority: Comparer<DnsSettings, DnsEvidence> = {
  name: 'authority',
  compare(actual, accepted, settings) {
    const assessment = assess(actual, accepted, settings);
    if (!assessment) return [];
    const domain = actual.zone ?? actual.name;
    return [...headline(assessment, domain, settings), ...assessment.parts.flatMap((part) => noticeOf(part, domain))];
  },
};

function headline({ class: grade, score, parts }: Assessment, domain: string, { content }: DnsSettings): Finding[] {
  if (grade !== 'hijacked' && grade !== 'unconfirmed') return [];
  const counted = parts.filter(({ points }) => points > 0);
  const code: DnsCode = grade === 'hijacked' ? 'dns/delegation-hijacked' : 'dns/authority-changed';
  const what = counted.map(({ says }) => says).join('; ');
  const summary =
    grade === 'hijacked'
      ? `${domain} looks hijacked at its authority: ${what}. Call the registrar now and have it undone and locked.`
      : `${domain} was changed at its authority and nobody announced it: ${what}. Ask whoever runs the domain whether it was them.`;
  return [
    {
      code,
      // Nothing may change during an event: a change that is not announced is no question then.
      severity: grade === 'hijacked' || content === 'frozen' ? 'critical' : 'warning',
      confidence: grade === 'hijacked' ? Math.min(0.99, 0.9 + (score - HIJACKED_FROM) / 1_000) : 0.7,
      diagnosis: diagnosisOf(code),
      summary,
      expected: counted.map(({ kind, expected }) => `${kind}: ${expected}`).join('\n'),
      actual: counted.map(({ kind, actual, points }) => `${kind}: ${actual} (+${points})`).join('\n'),
      where: `score ${score}: ${score < UNCONFIRMED_FROM ? 'where mail goes is asked about at any score' : `a person is asked from ${UNCONFIRMED_FROM} on`}, a hijack is called from ${HIJACKED_FROM} on`,
    },
  ];
}

/** Each difference by itself is recorded; an announced one says who announced it. */
function noticeOf({ kind, says, expected, actual, ticket, points }: Part, domain: string): Finding[] {
  const { code } = WEIGHTS[kind];
  if (code === null && ticket === null) return [];
  const base = { severity: 'notice', confidence: 0.9, expected, actual, where: domain } as const;
  if (ticket !== null) {
    const summary = `${says}: expected by ticket ${ticket}.`;
    return [{ ...base, code: 'dns/change-expected', diagnosis: 'changed', summary }];
  }
  return [
    { ...base, code: code ?? 'dns/authority-changed', diagnosis: 'changed', summary: `${says} (counts ${points}).` },
  ];
}
