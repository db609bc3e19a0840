/** docs/findings.md, made from the lists the checks themselves keep. Pure. */
import type { Check, FindingCode } from '../checks/check.js';
import { DIAGNOSES } from '../core/model.js';

/** Codes no kind owns: `*` stands for the kind. */
const COMMON: readonly FindingCode[] = [
  {
    code: '*/transient',
    diagnosis: 'changed',
    severity: 'warning',
    meaning:
      'A divergence was seen once and was gone at the next look: content served to some visitors only, or for some ' +
      'seconds, looks like this; so does a page caught in the middle of a deployment. It carries the diagnosis of what was seen.',
    remedy:
      'Look at the evidence. If nobody deployed at that time, compare what your servers and CDN nodes serve one by one.',
  },
  {
    code: 'baseline/tampered',
    diagnosis: 'monitor-fault',
    severity: 'critical',
    meaning: 'A file of the approved baseline is not the one that was approved, so nothing can be compared with it.',
    remedy: 'Restore baselines/ from version control and find out who changed it; then look at who can write there.',
  },
  {
    code: 'baseline/rolled-back',
    diagnosis: 'monitor-fault',
    severity: 'warning',
    meaning:
      'The approved baseline is older than one the daemon went by before: somebody put an earlier one back. Critical ' +
      'where the settings name approvers.',
    remedy: 'If you meant it, capture and approve it anew. If not, restore the newer one and find out who changed it.',
  },
  {
    code: 'baseline/unsigned',
    diagnosis: 'monitor-fault',
    severity: 'critical',
    meaning:
      'The settings name the keys of those who may approve (`baselines.signers`), and none of them signed the approved ' +
      'baseline as it is now, so it is not believed and nothing can be compared with it.',
    remedy:
      'If you approved it, sign it with `siteward baseline sign ID --key FILE`. If nobody did, restore baselines/ from ' +
      'version control and find out who changed it.',
  },
];

export function findingsReference(checks: readonly Check[]): string {
  const sections = [
    ...checks.map((check) => section(`Check \`${check.kind}\``, check.codes)),
    section('Any check', COMMON),
  ];
  return `# Findings

Every finding has a stable code, \`kind/what-happened\`: scripts may rely on it. The severity given is the worst a code
is raised at; \`notice\` findings are recorded and never sent on their own. This page is generated from the code
(\`npm run reference\`).

Diagnoses, most specific first: ${DIAGNOSES.map((diagnosis) => `\`${diagnosis}\``).join(', ')}. Of several equally severe
findings the most specific diagnosis names the incident.

${sections.join('\n')}`;
}

function section(title: string, codes: readonly FindingCode[]): string {
  const rows = [...codes]
    .sort((a, b) => a.code.localeCompare(b.code, 'en'))
    .map(
      ({ code, severity, diagnosis, meaning, remedy }) =>
        `### \`${code}\`\n\nUp to **${severity}**, diagnosis \`${diagnosis}\`. ${meaning}\n\n*What to do:* ${remedy}\n`,
    );
  return `## ${title}\n\n${rows.join('\n')}`;
}
