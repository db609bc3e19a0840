/**
 * HTML made safe to parse. A page of 500 KB can be built to keep a parser busy for minutes; the same streaming
 * tokenizer that builds the tree counts first, and what lies past a limit is left out and said.
 */
import { Parser } from 'htmlparser2';

export const LIMITS = { bytes: 5_000_000, elements: 60_000, depth: 400, attributes: 1000, totalAttributes: 400_000 };

export interface SafeMarkup {
  readonly html: string;
  /** What limit the page broke, as a sentence's end; null for an ordinary page. */
  readonly abnormal: string | null;
}

const CHUNK = 16_384;

/** The longest prefix within the limits. */
export function safeMarkup(html: string): SafeMarkup {
  const counting = new Counting();
  const parser = new Parser(counting, { decodeEntities: false });
  counting.position = () => parser.startIndex;
  const end = Math.min(html.length, LIMITS.bytes);
  for (let at = 0; at < end && !counting.broken; at += CHUNK) parser.write(html.slice(at, Math.min(end, at + CHUNK)));
  const { broken } = counting;
  if (broken) return { html: html.slice(0, broken.at), abnormal: broken.limit };
  if (html.length > end) return { html: html.slice(0, end), abnormal: `is longer than ${LIMITS.bytes} characters` };
  return { html, abnormal: null };
}

/** Parser callbacks. A class because the parser asks for one object with a lifetime. */
class Counting {
  position: () => number = () => 0;
  broken: { readonly limit: string; readonly at: number } | null = null;
  #depth = 0;
  #elements = 0;
  #attributes = 0;
  #allAttributes = 0;

  onopentagname(): void {
    this.#attributes = 0;
    this.#depth += 1;
    this.#elements += 1;
    if (this.#depth > LIMITS.depth) this.#break(`nests elements deeper than ${LIMITS.depth}`);
    if (this.#elements > LIMITS.elements) this.#break(`has more than ${LIMITS.elements} elements`);
  }

  onattribute(): void {
    this.#attributes += 1;
    this.#allAttributes += 1;
    if (this.#attributes > LIMITS.attributes)
      this.#break(`has an element with more than ${LIMITS.attributes} attributes`);
    if (this.#allAttributes > LIMITS.totalAttributes) this.#break(`has more than ${LIMITS.totalAttributes} attributes`);
  }

  onclosetag(): void {
    this.#depth -= 1;
  }

  #break(limit: string): void {
    this.broken ??= { limit, at: this.position() };
  }
}
