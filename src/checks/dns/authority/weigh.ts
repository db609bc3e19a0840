/** What is left to tell beside a hijack of the authority: its effects need no alarm of their own. Pure. */
import type { Finding } from '../../../core/model.js';

/** That the answers are others, or none, follows from other people giving them. */
const EFFECTS: ReadonlySet<string> = new Set(['dns/answer-changed', 'dns/cname-changed', 'dns/no-address']);

export function weigh(findings: readonly Finding[]): readonly Finding[] {
  const hijack = findings.find(({ code }) => code === 'dns/delegation-hijacked');
  if (!hijack) return findings;
  return findings.map((finding) => (EFFECTS.has(finding.code) ? { ...finding, severity: 'notice' } : finding));
}
