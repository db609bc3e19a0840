/** The whole corpus: what could be had of the real pages, and the generated ones, each with its own moving parts. */
import { Random } from '../random.js';
import { generatedPages } from './generated.js';
import { enliven, MOTIONS } from './life.js';
import { fetchPackages } from './packages.js';
import type { CorpusPage } from './page.js';
import { realPages } from './real.js';

/** How many kinds of motion pages have, by turns: a quarter of them stand still. */
const MOTIONS_A_PAGE = [8, 4, 0, 10];

export interface Corpus {
  readonly pages: readonly CorpusPage[];
  /** Packages that could not be fetched. */
  readonly missing: readonly string[];
}

/** @param offline take only what lies in the cache. */
export async function buildCorpus(offline: boolean): Promise<Corpus> {
  const missing = offline ? [] : await fetchPackages();
  const still = [...generatedPages(), ...(await realPages())];
  const pages = still.map((page, index): CorpusPage => {
    // Two neighbours are one of each half: both get as many.
    const count = MOTIONS_A_PAGE[Math.floor(index / 2) % MOTIONS_A_PAGE.length] ?? 0;
    const names = new Random(`life of ${page.id}`).some(MOTIONS, count).map((motion) => motion.name);
    return { ...page, template: enliven(page.still, page.language, names) };
  });
  return { pages, missing };
}
