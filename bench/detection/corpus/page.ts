/** A page of the corpus, and one scene of it: what a server answers at one moment. */

export type Half = 'tuning' | 'held-out';
/** Which of three versions of every attack text, block notice and parking page the page meets. */
export type Wording = 'first' | 'second' | 'third';
export type Language = 'en' | 'fa' | 'ar' | 'zh' | 'ru' | 'tr' | 'id' | 'ja';

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface CorpusPage {
  /** `npm-agency`, `debian-handbook-fa-apt`, `made-event-fa-3`. */
  readonly id: string;
  /** Package and version, or `generated`. */
  readonly source: string;
  readonly half: Half;
  readonly wording: Wording;
  readonly language: Language;
  /** Host of the page; nothing of the name exists. */
  readonly host: string;
  readonly path: string;
  /** The page before anything moves on it. */
  readonly still: string;
  /** HTML with markers where something moves by itself; `life.ts` fills them. */
  readonly template: string;
  /** Text of the same site that is not on this page: what its editors would write. */
  readonly paragraphs: readonly string[];
  readonly headlines: readonly string[];
  readonly assets: (path: string) => Promise<Asset | null>;
}

export interface Scene {
  readonly status: number;
  /** Besides content-type, in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  readonly contentType: string;
  readonly html: string;
  /** Set where the answer is a redirect; `html` is what is found there. */
  readonly redirect: string | null;
  /** Assets of the site served in place of the page's own, by path. */
  readonly assets: ReadonlyMap<string, Asset>;
}

/**
 * The tuning half meets the first and the second version by turns, the held-out half the third. Pages and texts that were
 * once held out become tuning ones when the halves are dealt anew: nothing that was ever looked at counts as unseen.
 */
export function wordingOf(half: Half, index: number): Wording {
  if (half === 'held-out') return 'third';
  return index % 2 === 0 ? 'first' : 'second';
}

export function svg(body: string, width = 640, height = 320): Asset {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>`;
  return { type: 'image/svg+xml', bytes: Buffer.from(text) };
}
