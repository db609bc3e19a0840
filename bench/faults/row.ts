/** What the rows of the bench have in common. */
import type { RequestListener } from 'node:http';
import type { Ground } from '../../test/e2e/faults/ground.js';
import { until } from '../../test/support/siteward.js';

export interface Row {
  readonly name: string;
  /** It wants the machine's processors for itself: such rows run one after the other, when the rest has ended. */
  readonly alone?: true;
  /** The sites are pages, shown in a browser, instead of certificates. */
  readonly page?: RequestListener;
  /** @returns what was seen, in a few words. Throws where the promise was not kept. */
  readonly run: (ground: Ground, minutes: number) => Promise<string>;
}

export const LONG_MS = 180_000;

export const changes = (ground: Ground, site = 'site-1'): string =>
  ground
    .ofSite(site)
    .map(({ change }) => change)
    .join(' ');

/** @returns how long it took */
export async function told(
  what: string,
  ground: Ground,
  site: string,
  words: RegExp,
  within = LONG_MS,
): Promise<string> {
  const since = performance.now();
  await until(what, () => ground.ofSite(site).some(({ headline }) => words.test(headline)), within);
  return `${Math.round((performance.now() - since) / 1_000)} s`;
}
