/** Generated sites: live events, newspapers and shops, seeded, left to right and right to left. */
import { Random } from '../random.js';
import { escaped } from './life.js';
import { type Asset, type CorpusPage, type Half, type Language, svg, wordingOf } from './page.js';
import { PHRASEBOOKS, type Phrasebook } from './phrasebook.js';

type Kind = 'event' | 'news' | 'shop';

const KINDS: readonly Kind[] = ['event', 'news', 'shop'];
const LANGUAGES: readonly Language[] = ['en', 'fa', 'ar', 'zh', 'ru', 'tr'];

/** A page as generated, before anything moves on it. */
export type Still = Omit<CorpusPage, 'template'>;

/** Numbers of the pages of every kind and language: those of the tuning half have been looked at one by one. */
const NUMBERS: Readonly<Record<Half, readonly number[]>> = { tuning: [1, 2], 'held-out': [3, 4] };

export function generatedPages(): Still[] {
  return (['tuning', 'held-out'] as const).flatMap((half) =>
    LANGUAGES.flatMap((language) =>
      KINDS.flatMap((kind) => NUMBERS[half].map((number) => generate(language, kind, number, half))),
    ),
  );
}

function generate(language: Language, kind: Kind, number: number, half: Half): Still {
  const book = PHRASEBOOKS[language];
  if (!book) throw new Error(`no phrasebook for ${language}`);
  const id = `made-${kind}-${language}-${number}`;
  const random = new Random(id);
  const writer = new Writer(book, random);
  const assets = assetsOf(random);
  const html = layout(kind, language, writer, random);
  // What editors write later: of the same stuff, and not on the page yet.
  const unsaid = (list: readonly string[]): string[] => list.filter((text) => !html.includes(escaped(text)));
  return {
    id,
    source: 'generated',
    half,
    wording: wordingOf(half, number - 1),
    language,
    host: `www.${id}.example`,
    path: '/',
    still: html,
    paragraphs: unsaid(Array.from({ length: 30 }, () => writer.paragraph(1 + random.below(3)))),
    headlines: unsaid([...new Set(Array.from({ length: 24 }, () => writer.headline()))]),
    assets: (path) => Promise.resolve(assets.get(path) ?? galleryAsset(path)),
  };
}

export class Writer {
  readonly book: Phrasebook;
  readonly #random: Random;

  constructor(book: Phrasebook, random: Random) {
    this.book = book;
    this.#random = random;
  }

  sentence(): string {
    return this.#filled(this.#random.pick(this.book.sentences));
  }

  headline(): string {
    return this.#filled(this.#random.pick(this.book.headlines));
  }

  paragraph(sentences: number): string {
    return this.#random
      .some(this.book.sentences, sentences)
      .map((text) => this.#filled(text))
      .join(' ');
  }

  #filled(text: string): string {
    const { people, places, topics } = this.book;
    return text
      .replaceAll('{person}', this.#random.pick(people))
      .replaceAll('{place}', this.#random.pick(places))
      .replaceAll('{topic}', this.#random.pick(topics))
      .replaceAll('{n}', String(this.#random.between(3, 90)));
  }
}

function layout(kind: Kind, language: Language, writer: Writer, random: Random): string {
  const { book } = writer;
  const brand = random.pick(book.brand);
  const direction = language === 'fa' || language === 'ar' ? 'rtl' : 'ltr';
  const nav = book.nav.map((name, index) => `<li><a href="/section-${index + 1}">${name}</a></li>`).join('');
  const main = { event, news, shop }[kind](writer, random);
  return `<!doctype html>
<html lang="${language}" dir="${direction}"><head><meta charset="utf-8">
<title>${brand} – ${escaped(writer.headline())}</title>
<meta name="description" content="${escaped(writer.sentence())}"><meta name="viewport" content="width=device-width">
<link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/css/site.css">
<script src="/js/app.js" defer></script><script>window.site={"section":"${kind}","language":"${language}"};</script>
</head><body class="${kind}">
<header><a href="/"><img class="logo" src="/img/logo.svg" alt="${brand}" width="160" height="48"></a><nav><ul>${nav}</ul></nav></header>
<main>${main}</main>
<footer><form action="/newsletter" method="post"><input name="email" type="email"><button>${book.subscribe}</button></form>
<p>© 2026 ${brand}. <a href="https://partner-trust.example/about">Partner Trust</a></p></footer>
</body></html>`;
}

function event(writer: Writer, random: Random): string {
  const sessions = Array.from(
    { length: 6 },
    (_, index) =>
      `<tr><td>${9 + index}:30</td><td>${escaped(writer.headline())}</td><td>${escaped(random.pick(writer.book.places))}</td></tr>`,
  );
  return `<h1>${escaped(writer.headline())}</h1>
<video id="player" src="https://stream.partner-trust.example/live/master.m3u8" poster="/img/hero.svg" width="854" height="320"></video>
<img class="hero" src="/img/hero.svg" alt="" width="960" height="240">
${paragraphs(writer, 4)}<h2>${writer.book.nav[0]}</h2><table>${sessions.join('')}</table>${newsList(writer, 4)}
<iframe src="https://map.partner-trust.example/embed?venue=7" title="map" width="320" height="120"></iframe>`;
}

function news(writer: Writer, random: Random): string {
  const articles = Array.from(
    { length: 5 },
    () =>
      `<article><h2><a href="/article/${random.hex(4)}">${escaped(writer.headline())}</a></h2><img src="/img/story-${random.between(1, 4)}.svg" alt="" width="240" height="120"><p>${escaped(writer.paragraph(2))}</p></article>`,
  );
  return `<h1>${escaped(writer.headline())}</h1><img class="hero" src="/img/hero.svg" alt="" width="960" height="240">
${paragraphs(writer, 2)}${articles.join('\n')}${newsList(writer, 6)}`;
}

function shop(writer: Writer, random: Random): string {
  const cards = Array.from(
    { length: 9 },
    (_, index) =>
      `<li class="card"><img src="/img/story-${1 + (index % 4)}.svg" alt="" width="200" height="120"><h3>${escaped(random.pick(writer.book.topics))}</h3><p>${escaped(writer.sentence())}</p><b class="price">€ ${random.between(4, 90)}.90</b><button>${writer.book.buy}</button></li>`,
  );
  return `<h1>${escaped(writer.headline())}</h1><img class="hero" src="/img/hero.svg" alt="" width="960" height="240">
${paragraphs(writer, 1)}<ul class="cards">${cards.join('\n')}</ul>${newsList(writer, 3)}
<form action="/checkout" method="post"><input name="card" autocomplete="cc-number"><button>${writer.book.buy}</button></form>`;
}

function paragraphs(writer: Writer, count: number): string {
  return Array.from({ length: count }, () => `<p>${escaped(writer.paragraph(3))}</p>`).join('\n');
}

function newsList(writer: Writer, count: number): string {
  const items = Array.from(
    { length: count },
    (_, index) => `<li><a href="/news/${index + 11}">${escaped(writer.headline())}</a></li>`,
  );
  return `<section id="news"><h2>${writer.book.nav[2]}</h2><ul>${items.join('')}</ul></section>`;
}

// ---------------------------------------------------------------- assets

function assetsOf(random: Random): ReadonlyMap<string, Asset> {
  const colour = (): string => `#${random.hex(6)}`;
  const scenery = (width: number, height: number): Asset => {
    const shapes = Array.from(
      { length: 12 },
      () =>
        `<circle cx="${random.below(width)}" cy="${random.below(height)}" r="${random.between(10, 60)}" fill="${colour()}"/>`,
    );
    return svg(`<rect width="${width}" height="${height}" fill="${colour()}"/>${shapes.join('')}`, width, height);
  };
  const accent = colour();
  const css = `body{margin:0 auto;max-width:1000px;font:16px/1.5 sans-serif;color:#222}
header{display:flex;align-items:center;border-bottom:4px solid ${accent}}nav ul{display:flex;gap:1em;list-style:none}
.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:1em;list-style:none;padding:0}.card{border:1px solid #ccc;padding:8px}
table{border-collapse:collapse;width:100%}td{border:1px solid #ccc;padding:4px}footer{margin-top:2em;background:#f3f3f3;padding:1em}h1{color:${accent}}`;
  const stories = [1, 2, 3, 4].map((number): [string, Asset] => [`/img/story-${number}.svg`, scenery(240, 120)]);
  return new Map<string, Asset>([
    ['/css/site.css', { type: 'text/css; charset=utf-8', bytes: Buffer.from(css) }],
    ['/js/app.js', { type: 'text/javascript', bytes: Buffer.from("document.documentElement.dataset.ready='yes';") }],
    [
      '/img/logo.svg',
      svg(
        `<rect width="160" height="48" rx="8" fill="${accent}"/><circle cx="24" cy="24" r="14" fill="#fff"/>`,
        160,
        48,
      ),
    ],
    ['/img/hero.svg', scenery(960, 240)],
    ['/favicon.svg', svg(`<rect width="16" height="16" fill="${accent}"/>`, 16, 16)],
    ...stories,
  ]);
}

/** The pictures that rotate, on every site alike. */
export function galleryAsset(path: string): Asset | null {
  const number = /^\/media\/gallery-(\d)\.svg$/.exec(path)?.[1];
  if (number === undefined) return null;
  return svg(`<rect width="320" height="160" fill="hsl(${Number(number) * 80} 60% 60%)"/>`, 320, 160);
}
