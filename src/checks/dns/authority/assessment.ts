/** The score of a look: is what the authority says still what its owner wants? Pure. */
import type { DnsEvidence } from '../evidence.js';
import type { DnsSettings } from '../settings.js';
import { delegationParts } from './delegation-parts.js';
import { type Part, sceneOf } from './part.js';
import { registryParts } from './registry-parts.js';
import { ALWAYS_ASKED, HIJACKED_FROM, UNCONFIRMED_FROM, WEIGHTS } from './weights.js';
import { zoneParts } from './zone-parts.js';

/** `hijacked`: somebody is called. `unconfirmed`: a person has to say whether it was theirs. `noted`: recorded. */
export type AuthorityClass = 'hijacked' | 'unconfirmed' | 'noted' | 'as-approved';

export interface Assessment {
  readonly score: number;
  readonly class: AuthorityClass;
  /** Heaviest first. */
  readonly parts: readonly Part[];
}

/** Null where nothing was approved yet, or the name has no domain of its own. */
export function assess(
  evidence: DnsEvidence,
  accepted: readonly DnsEvidence[],
  settings: DnsSettings,
): Assessment | null {
  const scene = sceneOf(evidence, accepted, settings);
  if (!scene) return null;
  const delegation = delegationParts(scene);
  const dnsParts = [...delegation, ...zoneParts(scene, delegation)];
  const parts = [...dnsParts, ...registryParts(scene, dnsParts)].sort((a, b) => b.points - a.points);
  const score = parts.reduce((sum, { points }) => sum + points, 0);
  return { score, class: classOf(score, parts), parts };
}

/** Not what a ticket expects, nor what few say. */
function isAlwaysAsked({ kind, points }: Part): boolean {
  return ALWAYS_ASKED.has(kind) && points === WEIGHTS[kind].points;
}

function classOf(score: number, parts: readonly Part[]): AuthorityClass {
  if (score >= HIJACKED_FROM) return 'hijacked';
  if (score >= UNCONFIRMED_FROM || parts.some(isAlwaysAsked)) return 'unconfirmed';
  return parts.length > 0 ? 'noted' : 'as-approved';
}
