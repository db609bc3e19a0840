/**
 * How far a false answer reaches, by who gives it: one resolver, one network, or everything asked in the clear. Pure.
 *
 * Witnesses behind the same box are one witness: twenty resolvers of one provider are told of once, and so is a forger
 * on the way whom every unencrypted question passes (after CA/B Forum baseline requirements 3.2.2.9: what shares a path
 * corroborates nothing).
 */
import { isConsistent } from './judgement.js';
import type { Row } from './ladder.js';

/** `resolver`: this one. `network`: all that were asked of its network. `path`: the way out of this vantage. */
export type Reach = 'resolver' | 'network' | 'path';

/** Rows of one failure domain that say the same kind of thing, the first standing for all. */
export interface Domain {
  readonly row: Row;
  readonly others: readonly Row[];
  readonly reach: Reach;
}

/**
 * @param rows one per resolver.
 * @param kindOf what is held against a row, such as a finding's code; null: nothing.
 */
export function failureDomains(rows: readonly Row[], kindOf: (row: Row) => string | null): Domain[] {
  const path = kindOnPath(rows, kindOf);
  const domains = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const kind = kindOf(row);
    if (kind === null) continue;
    const key = JSON.stringify([kind, row.answer.resolver.role, kind === path && isOpen(row) ? 'path' : domainOf(row)]);
    const domain = domains.get(key);
    if (domain) domain.push(row);
    else domains.set(key, [row]);
  }
  return [...domains.values()].map(([row, ...others]) => {
    const whole = others.length > 0 ? 'network' : 'resolver';
    return { row, others, reach: kindOf(row) === path && isOpen(row) ? 'path' : whole };
  });
}

/** What every unencrypted answer of at least two networks has against it, while an encrypted one is genuine. */
function kindOnPath(rows: readonly Row[], kindOf: (row: Row) => string | null): string | null {
  const heard = rows.filter(({ judgement }) => judgement.verdict !== 'UNMEASURABLE');
  const open = heard.filter(isOpen);
  const kinds = new Set(open.map(kindOf));
  const [kind = null] = kinds;
  const networks = new Set(open.map(domainOf));
  const encryptedIsFine = heard.some((row) => !isOpen(row) && isConsistent(row.judgement));
  return kinds.size === 1 && networks.size > 1 && encryptedIsFine ? kind : null;
}

/** Anybody on the way can read and answer the question. */
function isOpen({ answer: { resolver } }: Row): boolean {
  return resolver.transport === 'udp' || resolver.transport === 'tcp' || resolver.transport === 'system';
}

/** Its network, or the resolver alone where nobody said whose it is. */
function domainOf({ answer: { resolver } }: Row): string {
  return resolver.network ?? `resolver ${resolver.name}`;
}
