/** What incidents of different sites have in common when one cause hits them all. Pure. */
import { createHash } from 'node:crypto';
import type { Incident, SeenFinding, Verdict } from './model.js';

/**
 * What the verdict has in common with those on other sites of the same cause, most telling first: `dns/redirect=<hash of
 * what came>`, and for a lie of one resolver `resolver=<its name>`. The page's own words stand for its content.
 */
export function causeKeys({ state, findings, failures }: Verdict): readonly string[] {
  if (state === 'unreachable') {
    return [...new Set(failures.filter(({ blame }) => blame === 'target').map(({ code }) => `down=${code}`))];
  }
  const [worst] = findings;
  if (!worst || worst.severity === 'notice') return [];
  return [`${worst.code}=${fingerprint(worst)}`, ...(isPathFinding(worst) ? [`resolver=${worst.where}`] : [])];
}

function isPathFinding({ code, where }: SeenFinding): boolean {
  return code.startsWith('dns/') && where !== undefined;
}

function fingerprint({ actual, summary }: SeenFinding): string {
  return createHash('sha256')
    .update(actual ?? summary)
    .digest('hex')
    .slice(0, 16);
}

export function keysOf({ diverging }: Incident): readonly string[] {
  return [...new Set(Object.values(diverging).flatMap((target) => target.keys))];
}
