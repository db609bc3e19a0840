/** The visible list of checks. Config, store, reports and docs learn a new kind from here. */
import type { Check } from './check.js';
import { dns } from './dns/index.js';
import { page } from './page/index.js';
import { tls } from './tls/index.js';

export const CHECKS: readonly Check[] = [page, dns, tls];

export function checkOf(kind: string): Check {
  const check = CHECKS.find((candidate) => candidate.kind === kind);
  if (!check) throw new Error(`No check of kind "${kind}"; there are ${CHECKS.map((c) => c.kind).join(', ')}.`);
  return check;
}
