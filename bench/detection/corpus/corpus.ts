/** The whole corpus: what could be had of the real pages, and the generated ones, each with its own moving parts. */
import { Random } from '../random.js';
import { generatedPages } from './generated.js';
import { enliven, MOTIONS } from './life.js';
import { fetchPackages } from './packages.js';
import type { CorpusPage } from './page.js';
import { realPages } from './real.js';

/** How many kinds of motion a page has. */
const MOTIONS_A_PAGE = 8;

export interface Corpus {
  readonly pages: readonly CorpusPage[];
  /** Packages that could not be fetched. */
  readonly missing: readonly string[];
}

/** @param offline take only what lies in the cache. */
export async function buildCorpus(offline: boolean): Promise<Corpus> {
  const missing = offline ? [] : await fetchPackages();
  const still = [...generatedPages(), ...(await realPages())];
  const pages = still.map((page): CorpusPage => {
    const names = new Random(`life of ${page.id}`).some(MOTIONS, MOTIONS_A_PAGE).map((motion) => motion.name);
    return { ...page, template: enliven(page.still, page.language, names) };
  });
  return { pages, missing };
}
