/**
 * HTML read once into everything the comparers ask of it: canonical hash, title and meta, headings, text blocks,
 * structure, inventory. The tree is thrown away; what is kept of a page is small, and kept for the next comparer.
 */
import { createHash } from 'node:crypto';
import { load } from 'cheerio';
import { type AnyNode, type Element, isComment, isTag, isText, type Document as Tree } from 'domhandler';
import { DomUtils, parseDocument } from 'htmlparser2';
import type { Artifact } from '../../core/model.js';
import { canonicalTag, isHidden } from './canonical.js';
import { artifactText } from './evidence.js';
import { type Frame, segmentOf, whereOf } from './frame.js';
import { type Item, itemsOf } from './inventory.js';
import { safeMarkup } from './markup.js';
import { normalized } from './words.js';

/** One run of text between block borders, and the element it stands in. */
export interface Block {
  readonly text: string;
  readonly where: string;
}

export interface PageDocument {
  /** SHA-256 of the canonical form: equal for pages that differ in nonces, tokens and cache-busters only. */
  readonly hash: string;
  /** The limit the markup broke, as a sentence's end. What lies past it was not read. */
  readonly abnormal: string | null;
  readonly title: string;
  /** description, robots, lang, charset, generator, canonical, csp: those the page has. */
  readonly meta: ReadonlyMap<string, string>;
  readonly headings: readonly string[];
  /** Text in order, hidden and ignored elements left out. */
  readonly blocks: readonly Block[];
  /** Text of elements that say of themselves that nobody shall see them; the outermost as one. */
  readonly hidden: readonly string[];
  /** Characters in title and visible text that turn the direction of writing round: bidirectional controls. */
  readonly controls: ReadonlySet<string>;
  /** Were elements left out because the settings say so? */
  readonly ignored: boolean;
  /** How often each tag path (its last tags) occurs. */
  readonly paths: ReadonlyMap<string, number>;
  readonly items: readonly Item[];
  /** Which of the selectors asked for are on the page. */
  readonly matches: ReadonlySet<string>;
}

export interface ReadOptions {
  /** What references are relative to. */
  readonly url: string;
  /** Elements left out of everything. */
  readonly ignore: readonly string[];
  /** Selectors whose presence is asked for. */
  readonly probes: readonly string[];
}

// Enough for the accepted and the actual layers of a few sites judged at once.
const REMEMBERED = 24;
const remembered = new Map<string, PageDocument>();

/** Reads, or remembers having read, the HTML of an artifact. */
export function readDocument(html: Artifact, options: ReadOptions): PageDocument {
  const key = JSON.stringify([html.sha256, html.mime, options.url, options.ignore, options.probes]);
  const known = remembered.get(key);
  if (known) remembered.delete(key); // set again below: the order of the map is the order of use
  const document = known ?? read(decoded(html), options);
  remembered.set(key, document);
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  return document;
}

/** The text of an artifact in the charset its type or its markup names. */
export function decoded(html: Artifact): string {
  const head = Buffer.from(html.bytes.subarray(0, 1024)).toString('latin1');
  const [, label] =
    /charset\s*=\s*["']?([\w-]{1,40})/i.exec(html.mime) ??
    /<meta[^>]{1,200}charset\s*=\s*["']?([\w-]{1,40})/i.exec(head) ??
    [];
  if (label) {
    try {
      return new TextDecoder(label).decode(html.bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // a charset nobody knows: read it as UTF-8
    }
  }
  return artifactText(html);
}

function read(html: string, { url, ignore, probes }: ReadOptions): PageDocument {
  const markup = safeMarkup(html);
  const tree = parseDocument(markup.html);
  const $ = load(tree);
  const skipped = new Set<AnyNode>(ignore.flatMap((selector) => [...$.root().find(selector)]));
  const reader = new Reader(baseOf(tree, url), skipped);
  reader.children(tree.children, { parent: null, segment: '', tags: [] }, false);
  return reader.document(markup.abnormal, new Set(probes.filter((selector) => $.root().find(selector).length > 0)));
}

function baseOf(tree: Tree, url: string): string {
  const [base] = DomUtils.getElementsByTagName('base', tree, true, 1);
  const href = base?.attribs['href'];
  return href !== undefined && URL.canParse(href, url) ? new URL(href, url).href : url;
}

const PATH_TAGS = 8;
const SILENT = new Set(['script', 'style', 'template', 'head', 'title', 'meta', 'link', 'base']);
const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr img'.split(
    ' ',
  ),
);
// Embeddings, overrides and isolates of the bidirectional algorithm (Unicode Standard Annex 9).
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;
const MARKUP_IN_COMMENT = /<(?:script|iframe|form|object|embed|base|meta)\b/i;

class Reader {
  readonly #base: string;
  readonly #skipped: ReadonlySet<AnyNode>;
  readonly #hash = createHash('sha256');
  readonly #meta = new Map<string, string>();
  readonly #headings: string[] = [];
  readonly #blocks: Block[] = [];
  readonly #hidden: string[] = [];
  readonly #controls = new Set<string>();
  readonly #paths = new Map<string, number>();
  readonly #items: Item[] = [];
  #title: string | null = null;
  #open = '';
  #openAt: Frame | null = null;
  #ignored = false;

  constructor(base: string, skipped: ReadonlySet<AnyNode>) {
    this.#base = base;
    this.#skipped = skipped;
  }

  document(abnormal: string | null, matches: ReadonlySet<string>): PageDocument {
    this.#flush();
    return {
      hash: this.#hash.digest('hex'),
      abnormal,
      title: this.#title ?? '',
      meta: this.#meta,
      headings: this.#headings,
      blocks: this.#blocks,
      hidden: this.#hidden,
      controls: this.#controls,
      ignored: this.#ignored,
      paths: this.#paths,
      items: this.#items,
      matches,
    };
  }

  children(nodes: readonly AnyNode[], frame: Frame, hidden: boolean): void {
    const seen = new Map<string, number>();
    for (const node of nodes) {
      if (this.#skipped.has(node)) {
        this.#ignored = true;
      } else if (isText(node)) {
        if (hidden) this.#hash.update(normalized(node.data));
        else this.#text(node.data, frame);
      } else if (isTag(node)) {
        const nth = (seen.get(node.name) ?? 0) + 1;
        seen.set(node.name, nth);
        this.#element(node, nth, frame, hidden);
      } else if (isComment(node) && MARKUP_IN_COMMENT.test(node.data)) {
        this.#comment(node.data, frame);
      }
    }
  }

  #element(element: Element, nth: number, parent: Frame, parentHidden: boolean): void {
    const { name } = element;
    const frame: Frame = {
      parent,
      segment: segmentOf(element, nth),
      tags: [...parent.tags.slice(1 - PATH_TAGS), name],
    };
    const path = frame.tags.join('>');
    const hidden = parentHidden || isHidden(element);
    if (hidden && !parentHidden) this.#conceal(element);
    this.#paths.set(path, (this.#paths.get(path) ?? 0) + 1);
    this.#hash.update(canonicalTag(element, this.#base));
    this.#facts(element, frame);
    const place = { where: whereOf(frame), hidden, base: this.#base };
    this.#list(itemsOf(element, () => DomUtils.textContent(element), place));
    if (SILENT.has(name)) {
      // A style element's rules decide what is seen; scripts are hashed by their entry above.
      if (name === 'style') this.#hash.update(normalized(DomUtils.textContent(element)));
      if (name === 'head') this.children(element.children, frame, true);
      return;
    }
    const inline = INLINE.has(name);
    if (!inline) this.#flush();
    if (!hidden && name === 'input' && /^(?:submit|button|reset)$/i.test(element.attribs['type'] ?? '')) {
      this.#text(element.attribs['value'] ?? '', frame);
    }
    this.children(element.children, frame, hidden);
    if (!inline) this.#flush();
    this.#hash.update('</>');
  }

  #list(items: readonly Item[]): void {
    for (const item of items) {
      this.#items.push(item);
      this.#hash.update(item.target);
    }
  }

  #facts(element: Element, frame: Frame): void {
    const { name, attribs } = element;
    if (name === 'title' && !frame.tags.includes('svg')) {
      if (this.#title === null) this.#mark(readText(element));
      this.#title ??= normalized(readText(element));
      this.#hash.update(`title:${this.#title}`);
    } else if (/^h[1-3]$/.test(name)) {
      const heading = normalized(readText(element));
      if (heading) this.#headings.push(heading);
    } else if (name === 'html' && attribs['lang']) {
      this.#note('lang', attribs['lang']);
    } else if (name === 'link' && attribs['rel']?.toLowerCase() === 'canonical') {
      this.#note('canonical', attribs['href'] ?? '');
    } else if (name === 'meta') {
      if (attribs['charset']) this.#note('charset', attribs['charset'].toLowerCase());
      const key = (attribs['name'] ?? attribs['property'] ?? attribs['http-equiv'] ?? '').toLowerCase();
      if (META[key]) this.#note(META[key], attribs['content'] ?? '');
    }
  }

  #note(key: string, value: string): void {
    if (!this.#meta.has(key)) this.#meta.set(key, normalized(value).slice(0, 2000));
  }

  #conceal(element: Element): void {
    const text = normalized(readText(element));
    if (text) this.#hidden.push(text);
  }

  #mark(text: string): void {
    for (const [control] of text.matchAll(BIDI_CONTROLS)) this.#controls.add(control);
  }

  #text(data: string, frame: Frame): void {
    this.#mark(data);
    if (this.#open === '') this.#openAt = frame;
    this.#open += data;
  }

  #flush(): void {
    const text = normalized(this.#open);
    if (text && this.#openAt) {
      this.#blocks.push({ text, where: whereOf(this.#openAt) });
      this.#hash.update(`${text}\n`);
    }
    this.#open = '';
  }

  /** Markup hidden from our parser in a comment may not be hidden from another's: its references are listed too. */
  #comment(data: string, frame: Frame): void {
    const place = { where: `${whereOf(frame)} (in a comment)`, hidden: true, base: this.#base };
    const tree = parseDocument(safeMarkup(data).html);
    for (const element of DomUtils.find(isTag, tree.children, true, 1000)) {
      if (isTag(element)) this.#list(itemsOf(element, () => DomUtils.textContent(element), place));
    }
  }
}

/** Text as it reads: a line break parts words. */
function readText(node: AnyNode): string {
  if (isText(node)) return node.data;
  if (!isTag(node)) return '';
  return node.name === 'br' ? ' ' : node.children.map(readText).join('');
}

const META: Readonly<Record<string, string>> = {
  description: 'description',
  robots: 'robots',
  generator: 'generator',
  'og:title': 'og:title',
  'og:description': 'og:description',
  'og:site_name': 'og:site_name',
  'content-security-policy': 'content-security-policy',
};
