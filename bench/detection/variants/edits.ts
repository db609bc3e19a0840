/** What honest people and their tools do to a page: nobody may be woken for it, and hardly anybody told. */
import type { AnyNode } from 'domhandler';
import { escaped } from '../corpus/life.js';
import { svg } from '../corpus/page.js';
import { COOKIE_TEXTS, NOTICE_TEXTS } from './notice-texts.js';
import { edited, headingOf, listOf, paragraphOf, paragraphsOf, type Variant, withAsset } from './variant.js';

export const edit = (name: string, apply: Variant['apply'], seenIn: Variant['seenIn'] = 'raw'): Variant => ({
  name,
  family: 'edit',
  seenIn,
  apply,
});

export const EDITS: readonly Variant[] = [
  edit(
    'news-item-added',
    edited(($, { page, random }) => {
      const list = listOf($);
      if (!list) return false;
      list.prepend(`<li><a href="/news/${random.between(200, 900)}">${escaped(random.pick(page.headlines))}</a></li>`);
      return true;
    }),
  ),
  edit(
    'item-removed',
    edited(($) => {
      const list = listOf($);
      list?.children('li').last().remove();
      return list !== null;
    }),
  ),
  edit(
    'list-reordered',
    edited(($, { random }) => {
      const list = listOf($);
      if (!list) return false;
      const items = random.some(list.children('li').get(), 1000);
      for (const item of items) list.append(item);
      return true;
    }),
  ),
  edit(
    'cookie-banner',
    edited(($, { page }) => {
      const [text, button] = COOKIE_TEXTS[page.language] ?? COOKIE_TEXTS['en'] ?? ['', ''];
      $('body').append(
        `<div id="cookie" style="position:fixed;bottom:0;left:0;right:0;background:#333;color:#fff;padding:12px;z-index:90">${text} <button>${button}</button> <a href="/privacy">·</a></div>`,
      );
      return true;
    }),
  ),
  edit(
    'notice-bar',
    edited(($, { page }) => {
      $('body').prepend(
        `<div class="notice" style="background:#ffd;padding:16px;text-align:center">${NOTICE_TEXTS[page.language] ?? NOTICE_TEXTS['en']}</div>`,
      );
      return true;
    }),
  ),
  edit(
    'button-text-tested',
    edited(($) => {
      const button = $('button,a.btn,input[type=submit]')
        .filter((_, element) => $(element).children().length === 0)
        .first();
      button.text(`${button.text().trim()} →`);
      return button.length > 0;
    }),
  ),
  edit(
    'css-touched',
    edited(($) => {
      $('head').append(
        '<style>h2{letter-spacing:.01em}footer{padding-top:20px}a:hover{text-decoration:underline}</style>',
      );
      return true;
    }),
  ),
  edit(
    'typo-mended',
    edited(($, { random }) => {
      const p = paragraphOf($, random, 40);
      const text = p?.text() ?? '';
      const at = Math.floor(text.length / 2);
      p?.text(text.slice(0, at) + text.slice(at + 1));
      return p !== null;
    }),
  ),
  edit(
    'paragraph-rewritten',
    edited(($, { page, random }) => {
      const p = paragraphOf($, random);
      p?.text(random.pick(page.paragraphs));
      return p !== null;
    }),
  ),
  edit(
    'sentence-added',
    edited(($, { page, random }) => {
      const p = paragraphOf($, random);
      p?.text(`${p.text()} ${random.pick(page.paragraphs).slice(0, 120)}`);
      return p !== null;
    }),
  ),
  edit(
    'paragraph-removed',
    edited(($, { random }) => {
      const all = paragraphsOf($);
      if (all.length < 3) return false;
      random.pick(all.slice(1)).remove();
      return true;
    }),
  ),
  edit(
    'section-added',
    edited(($, { page, random }) => {
      const texts = random.some(page.paragraphs, 2).map((text) => `<p>${escaped(text)}</p>`);
      const section = `<section><h3>${escaped(random.pick(page.headlines))}</h3>${texts.join('')}</section>`;
      const host = $('main').length > 0 ? $('main') : $('body');
      host.first().append(section);
      return true;
    }),
  ),
  edit(
    'headline-edited',
    edited(($, { page, random }) => {
      headingOf($)?.text(random.pick(page.headlines));
      return headingOf($) !== null;
    }),
  ),
  edit(
    'title-edited',
    edited(($, { page, random }) => {
      const title = $('title');
      const parts = title.text().split(/ [–|-] /);
      // The name of the site stays, what the page is about changes: as content systems do it.
      title.text(
        parts.length > 1
          ? `${parts[0]} – ${random.pick(page.headlines)}`
          : `${title.text()} – ${random.pick(page.headlines)}`,
      );
      return title.length > 0;
    }),
  ),
  edit('image-changed-by-editor', (scene, context) => {
    const path = `/uploads/${context.random.hex(6)}.svg`;
    const picture = svg(
      `<rect width="640" height="320" fill="#${context.random.hex(6)}"/><circle cx="300" cy="150" r="90" fill="#fff"/>`,
    );
    const swap = edited(($) => {
      const image = $('main img,article img,section img,img')
        .filter((_, element) => !$(element).is('.logo,.gallery'))
        .first();
      image.attr('src', path);
      return image.length > 0;
    });
    const next = swap(scene, context);
    return next && withAsset(next, path, picture);
  }),
  edit('white-space-and-comments', (scene) => ({
    ...scene,
    html: scene.html.replace(/<!--(?!\[)[\s\S]*?-->/g, '').replace(/>\s*\n\s*</g, '>\n  <'),
  })),
  edit(
    'attributes-reordered',
    edited(($) => {
      for (const element of $('*').get()) {
        if ('attribs' in element) element.attribs = Object.fromEntries(Object.entries(element.attribs).reverse());
      }
      return true;
    }),
  ),
  edit(
    'price-changed',
    edited(($, { random }) => {
      const price = $('*')
        .filter((_, element) => $(element).children().length === 0 && /[€$£]\s?\d/.test($(element).text()))
        .first();
      price.text(price.text().replace(/\d+/, String(random.between(5, 99))));
      return price.length > 0;
    }),
  ),
  edit(
    'link-added-to-menu',
    edited(($, { page, random }) => {
      const menu = $('nav ul').first();
      menu.append(`<li><a href="/archive">${escaped(random.pick(page.headlines).slice(0, 20))}</a></li>`);
      return menu.length > 0;
    }),
  ),
  edit(
    'classes-renamed-by-build',
    edited(($, { random }) => {
      const stamp = random.hex(5);
      for (const element of $('[class]').get()) {
        const first = $(element).attr('class')?.split(' ')[0];
        if (first) $(element).addClass(`${first}-${stamp}`);
      }
      return true;
    }),
  ),
  edit(
    'build-hash-renewed',
    edited(($, { random }) => {
      $('head').append(`<link rel="preload" as="style" href="/build/site.${random.hex(8)}.css">`);
      return true;
    }),
  ),
  edit(
    'lazy-loading-switched-on',
    edited(($) => {
      $('img').attr('loading', 'lazy').attr('decoding', 'async');
      return $('img').length > 0;
    }),
  ),
  edit(
    'date-advanced',
    edited(($) => {
      const texts = $('*')
        .contents()
        .filter((_, node) => isTextNode(node) && /\b20[12]\d\b/.test(node.data));
      texts.each((_, node) => {
        if (isTextNode(node)) node.data = node.data.replace(/\b20[12]\d\b/g, '2027');
      });
      return texts.length > 0;
    }),
  ),
  edit(
    'quotes-made-typographic',
    edited(($, { random }) => {
      const p = paragraphOf($, random, 40);
      p?.text(`“${p.text().trim()}”`);
      return p !== null;
    }),
  ),
  edit(
    'sold-out-badge',
    edited(($, { page }) => {
      const sold = {
        en: 'Sold out',
        fa: 'تمام شد',
        ar: 'نفدت التذاكر',
        zh: '售罄',
        ru: 'Мест нет',
        tr: 'Tükendi',
        id: 'Habis',
        ja: '完売',
      };
      const heading = $('h2,h3').first();
      heading.append(` <span class="badge">${sold[page.language]}</span>`);
      return heading.length > 0;
    }),
  ),
  edit(
    'several-edits-of-one-day',
    edited(($, { page, random }) => {
      const all = paragraphsOf($);
      if (all.length < 4) return false;
      for (const p of random.some(all, Math.ceil(all.length * 0.2))) p.text(random.pick(page.paragraphs));
      listOf($)?.prepend(`<li><a href="/news/77">${escaped(random.pick(page.headlines))}</a></li>`);
      return true;
    }),
  ),
];

function isTextNode(node: AnyNode): node is AnyNode & { data: string } {
  return node.type === 'text' && 'data' in node;
}

/** Path of the first picture of the page that the site itself serves. */
export function firstLocalImage(html: string, pagePath: string, marked = ''): string | null {
  const sources = html.matchAll(/<img\b[^>]*?>/g);
  for (const [tag] of sources) {
    const source = /\bsrc="([^"]+)"/.exec(tag)?.[1];
    if (!source || (marked && !tag.includes(marked)) || /^(?:data:|https?:|\/\/)/.test(source)) continue;
    return new URL(source, `http://site.example${pagePath}`).pathname;
  }
  return null;
}
