/** A class of the benchmark: one thing that can happen to a page, honest or hostile, and how to make it happen. */
import { type CheerioAPI, load } from 'cheerio';
import type { Asset, CorpusPage, Scene } from '../corpus/page.js';
import type { Random } from '../random.js';
import { type HostileText, hostileText } from './hostile-text.js';

/** `redesign` and `approval` are honest and must be told, but never as an attack. */
export type Family = 'noise' | 'edit' | 'redesign' | 'approval' | 'attack';

export interface Variant {
  readonly name: string;
  readonly family: Family;
  /** `rendered`: the markup served is the same, or says nothing; only a browser can see it. */
  readonly seenIn: 'raw' | 'rendered';
  /** Attacks: `takeover` must be critical; the others must be told. */
  readonly aim?: 'takeover' | 'injection' | 'text' | 'other';
  /** @returns null where the class does not fit the page. */
  readonly apply: (scene: Scene, context: Context) => Scene | null;
}

export interface Context {
  readonly page: CorpusPage;
  readonly random: Random;
  readonly hostile: HostileText;
}

export function contextOf(page: CorpusPage, random: Random): Context {
  return { page, random, hostile: hostileText(page.language, page.wording) };
}

/** A variant that edits the tree of the page; `edit` returns false where there is nothing to edit. */
export function edited(edit: ($: CheerioAPI, context: Context) => boolean): Variant['apply'] {
  return (scene, context) => {
    const $ = load(scene.html);
    return edit($, context) ? { ...scene, html: $.html() } : null;
  };
}

/** A variant that answers with another page. */
export function replaced(html: (context: Context) => string, status = 200): Variant['apply'] {
  return (scene, context) => ({ ...scene, status, html: html(context) });
}

export function withAsset(scene: Scene, path: string, asset: Asset): Scene {
  return { ...scene, assets: new Map([...scene.assets, [path, asset]]) };
}

type Match = ReturnType<CheerioAPI>;

/** Paragraphs of plain text, the longest first. */
export function paragraphsOf($: CheerioAPI, atLeast = 60): Match[] {
  return $('p')
    .get()
    .map((element) => $(element))
    .filter(
      (p) => p.children().length === 0 && p.text().trim().length >= atLeast && !p.is('.generated,.viewers,.hello'),
    )
    .sort((a, b) => b.text().length - a.text().length);
}

/** One of the longest paragraphs; null when the page has none. */
export function paragraphOf($: CheerioAPI, random: Random, atLeast = 60): Match | null {
  const [...candidates] = paragraphsOf($, atLeast).slice(0, 4);
  return candidates.length > 0 ? random.pick(candidates) : null;
}

export function headingOf($: CheerioAPI): Match | null {
  const heading = $('h1,h2,h3')
    .filter((_, element) => $(element).text().trim().length > 5)
    .first();
  return heading.length > 0 ? heading : null;
}

/** Sentences strung together to about `length` characters. */
export function textOfLength(sentences: readonly string[], length: number, random: Random): string {
  let text = '';
  while (text.length < length) text += `${text ? ' ' : ''}${random.some(sentences, sentences.length).join(' ')}`;
  const cut = text.slice(0, length);
  const lastSpace = cut.lastIndexOf(' ');
  return lastSpace > length * 0.8 ? cut.slice(0, lastSpace) : cut;
}

/** A list of items of one kind that the page repeats; null when there is none. */
export function listOf($: CheerioAPI): Match | null {
  const lists = $('main ul, section ul, article ul, ul, ol')
    .filter(
      (_, list) => $(list).children('li').length >= 3 && $(list).closest('nav,header,.comments,.partners').length === 0,
    )
    .first();
  return lists.length > 0 ? lists : null;
}

/** Puts other words into most of the page; false where not half of its text stands in plain elements. */
export function rewriteMost($: CheerioAPI, textFor: (element: Match) => string): boolean {
  const total = $('body').text().trim().length;
  const plain = $('p,h1,h2,h3,main li,dd,td')
    .get()
    .map((element) => $(element))
    .filter((element) => element.children().length === 0 && element.text().trim().length > 12);
  const covered = plain.reduce((sum, element) => sum + element.text().length, 0);
  for (const element of plain) element.text(textFor(element));
  return plain.length > 2 && covered > total * 0.6;
}
