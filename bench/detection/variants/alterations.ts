/** Attacks on words and appearance, small and large: the hardest to tell from an editor's work. */
import { load } from 'cheerio';
import { escaped } from '../corpus/life.js';
import { svg, type Wording } from '../corpus/page.js';
import {
  edited,
  headingOf,
  paragraphOf,
  paragraphsOf,
  rewriteMost,
  textOfLength,
  type Variant,
  withAsset,
} from './variant.js';

const alteration = (
  name: string,
  aim: 'text' | 'other',
  apply: Variant['apply'],
  seenIn: Variant['seenIn'] = 'raw',
): Variant => ({
  name,
  family: 'attack',
  seenIn,
  aim,
  apply,
});

const SPAM_TITLES: Readonly<Record<Wording, string>> = {
  first: 'Situs slot gacor maxwin 2026 – daftar judi online',
  second: 'Buy viagra cheap no prescription – casino bonus',
  third: 'Online casino free spins no deposit – replica watches outlet',
};

export const ALTERATIONS: readonly Variant[] = [
  alteration(
    'paragraph-same-length',
    'text',
    edited(($, { hostile, random }) => {
      const p = paragraphOf($, random);
      p?.text(textOfLength(hostile.propaganda, p.text().length, random));
      return p !== null;
    }),
  ),
  alteration(
    'all-paragraphs-same-length',
    'text',
    edited(($, { hostile, random }) => {
      const all = paragraphsOf($);
      for (const p of all) p.text(textOfLength(hostile.propaganda, p.text().length, random));
      return all.length > 1;
    }),
  ),
  alteration(
    'all-text-in-own-template',
    'text',
    edited(($, { hostile, random }) => rewriteMost($, () => random.pick([...hostile.propaganda, ...hostile.unsigned]))),
  ),
  alteration(
    'headline-swapped',
    'text',
    edited(($, { hostile }) => {
      headingOf($)?.text(hostile.slogan);
      return headingOf($) !== null;
    }),
  ),
  alteration(
    'one-word',
    'text',
    edited(($, { hostile, random }) => {
      const p = paragraphOf($, random, 40);
      const words = p?.text().split(' ') ?? [];
      if (!p || words.length < 4) return false;
      words[random.between(1, words.length - 1)] = random.pick(hostile.words);
      p.text(words.join(' '));
      return true;
    }),
  ),
  alteration(
    'fake-news-item',
    'text',
    edited(($, { hostile, random }) => {
      const list = $('ul')
        .filter((_, element) => $(element).children('li').length > 2)
        .last();
      list.prepend(
        `<li><a href="/news/${random.between(200, 900)}">${escaped(random.pick(hostile.propaganda))}</a></li>`,
      );
      return list.length > 0;
    }),
  ),
  alteration(
    'title-only',
    'text',
    edited(($, { hostile }) => {
      $('title').text(hostile.title);
      return $('title').length > 0;
    }),
  ),
  alteration(
    'description-only',
    'text',
    edited(($, { hostile }) => {
      const meta = $('meta[name=description]');
      if (meta.length === 0) $('head').append('<meta name="description">');
      $('meta[name=description]').attr('content', hostile.defacement);
      return true;
    }),
  ),
  alteration(
    'search-spam-in-title',
    'text',
    edited(($, { page }) => {
      $('title').text(SPAM_TITLES[page.wording]);
      return $('title').length > 0;
    }),
  ),
  alteration(
    'robots-noindex',
    'other',
    edited(($) => {
      $('meta[name=robots]').remove();
      $('head').append('<meta name="robots" content="noindex,nofollow">');
      return true;
    }),
  ),
  alteration(
    'signature-in-footer',
    'text',
    edited(($, { hostile }) => {
      $('body').append(`<p style="font-size:9px">${escaped(hostile.title)}</p>`);
      return true;
    }),
  ),
  alteration(
    'hidden-signature',
    'text',
    edited(($, { hostile }) => {
      $('body').append(`<div style="display:none">${escaped(hostile.title)}</div>`);
      return true;
    }),
  ),
  alteration(
    'text-hidden-by-style',
    'other',
    edited(($) => {
      $('head').append('<style>main,article,section,.content,.sect1,p{visibility:hidden!important}</style>');
      return true;
    }),
    'rendered',
  ),
  alteration(
    'look-alike-letters',
    'text',
    edited(($, { hostile }) => {
      const forged: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о', c: 'с', p: 'р', i: 'і', H: 'Н' };
      $('body').append(`<p>${escaped(hostile.title.replace(/[aeocpiH]/g, (letter) => forged[letter] ?? letter))}</p>`);
      return true;
    }),
  ),
  alteration(
    'right-to-left-override',
    'text',
    edited(($, { random }) => {
      const p = paragraphOf($, random, 40);
      const text = p?.text() ?? '';
      const middle = text.slice(10, 40);
      p?.text(`${text.slice(0, 10)}\u202e${[...middle].reverse().join('')}\u202c${text.slice(40)}`);
      return p !== null;
    }),
  ),
  alteration(
    'paragraphs-deleted',
    'other',
    edited(($) => {
      const all = paragraphsOf($);
      for (const p of all.slice(0, Math.ceil(all.length * 0.8))) p.remove();
      return all.length > 3;
    }),
  ),
  alteration('gradual-drift', 'text', (scene, { hostile, random }) => {
    // What an attacker reaches who changes a little each day, against the baseline that never moved along.
    const $ = load(scene.html);
    const all = paragraphsOf($);
    if (all.length < 4) return null;
    for (const p of random.some(all, Math.ceil(all.length * 0.5)))
      p.text(textOfLength(hostile.propaganda, p.text().length, random));
    return { ...scene, html: $.html() };
  }),
  alteration(
    'hero-picture-swapped-same-site',
    'other',
    (scene, context) => {
      const path = `/uploads/${context.random.hex(8)}.svg`;
      const swap = edited(($) => {
        const image = $('img.hero,header img,main img,img')
          .filter((_, element) => !$(element).is('.gallery,.logo'))
          .first();
        image.attr('src', path);
        return image.length > 0;
      });
      const next = swap(scene, context);
      return (
        next &&
        withAsset(
          next,
          path,
          svg('<rect width="960" height="240" fill="#000"/><circle cx="480" cy="120" r="100" fill="#d00"/>', 960, 240),
        )
      );
    },
    'rendered',
  ),
  alteration(
    'picture-swapped-off-site',
    'other',
    edited(($) => {
      const image = $('img').not('.gallery').first();
      image.attr('src', 'https://pic.badhost.example/p.png');
      return image.length > 0;
    }),
  ),
];
