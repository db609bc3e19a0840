/** What incidents of different sites have in common when one cause hits them all. Pure. */
import { createHash } from 'node:crypto';
import type { Incident, SeenFinding, Verdict } from './model.js';

const RESOLVER = 'resolver=';

/**
 * What the verdict has in common with those on other sites of the same cause, most telling first: `dns/redirect=<hash of
 * what came>`, and of each resolver that lies `resolver=<its name and network>`. The page's own words stand for its content.
 */
export function causeKeys({ state, findings, failures }: Verdict): readonly string[] {
  if (state === 'unreachable') {
    return [...new Set(failures.filter(({ blame }) => blame === 'target').map(({ code }) => `down=${code}`))];
  }
  const [worst] = findings;
  if (!worst || worst.severity === 'notice') return [];
  return [`${worst.code}=${fingerprint(worst)}`, ...new Set(findings.flatMap(resolversOf))];
}

/** Of a finding about the way to the name: whose answers it is about, whatever was asked. */
function resolversOf({ code, severity, where = '' }: SeenFinding): string[] {
  if (!code.startsWith('dns/') || severity === 'notice') return [];
  const places = where.split('; ').filter((place) => place.startsWith('resolver '));
  return places.map((place) => `${RESOLVER}${place.replace(/, [A-Z0-9]+$/, '')}`);
}

export function isResolverKey(key: string): boolean {
  return key.startsWith(RESOLVER);
}

/** Resolvers that lie now and did not before. */
export function newResolvers(before: readonly string[], now: readonly string[]): string[] {
  return now.filter((key) => isResolverKey(key) && !before.includes(key)).map((key) => key.slice(RESOLVER.length));
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
