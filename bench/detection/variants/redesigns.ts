/** Large honest changes: `changed`, approve me; never an attack. And honest additions somebody has to approve. */
import { escaped } from '../corpus/life.js';
import { edited, rewriteMost, type Variant } from './variant.js';

const redesign = (name: string, apply: Variant['apply']): Variant => ({
  name,
  family: 'redesign',
  seenIn: 'raw',
  apply,
});
const approval = (name: string, apply: Variant['apply']): Variant => ({
  name,
  family: 'approval',
  seenIn: 'raw',
  apply,
});

export const REDESIGNS: readonly Variant[] = [
  redesign(
    'template-renewed',
    edited(($) => {
      // The same texts and links in other elements: a theme is exchanged.
      const renamed: Readonly<Record<string, string>> = {
        main: 'div',
        section: 'article',
        ul: 'div',
        li: 'div',
        div: 'section',
        p: 'div',
        h2: 'h3',
        table: 'div',
        tr: 'div',
        td: 'span',
      };
      $('body *').each((_, element) => {
        const to = 'tagName' in element ? renamed[element.tagName] : undefined;
        if (to) element.tagName = to;
      });
      $('body').wrapInner('<div class="shell"><div class="grid"></div></div>');
      $('head').append(
        '<style>.shell{background:#123;color:#eee;font-family:serif}.grid{display:block;padding:40px;max-width:700px;margin:auto}a{color:#fc6}</style>',
      );
      return true;
    }),
  ),
  redesign(
    'front-page-rebuilt',
    edited(($, { page, random }) => {
      // New texts in a new structure; title, menu, scripts, forms and footer stay.
      const cards = random
        .some(page.paragraphs, 8)
        .map(
          (text) =>
            `<article class="tile"><figure></figure><h3>${escaped(random.pick(page.headlines))}</h3><div><span>${escaped(text)}</span></div></article>`,
        );
      const links = $('a[href]')
        .get()
        .slice(0, 40)
        .map((link) => `<span>${$.html(link)}</span>`);
      const fresh = `<div class="tiles"><div class="row"><div class="col">${cards.join('')}</div></div></div>`;
      if ($('main').length > 0) $('main').first().html(fresh);
      else {
        // Without a main element everything is built anew, and the menu is put back.
        const kept = $('body > nav,body > header,body > footer,body script,body form').clone();
        $('body')
          .html(`${fresh}<div class="menu">${links.join('')}</div>`)
          .append(kept);
      }
      return cards.length > 4;
    }),
  ),
  redesign(
    'content-renewed',
    // The frame stays, nearly all text is written anew: the next edition of an event.
    edited(($, { page, random }) =>
      rewriteMost($, (element) => random.pick(element.is('p,dd') ? page.paragraphs : page.headlines)),
    ),
  ),
  redesign(
    'moved-to-application',
    edited(($) => {
      // Server-rendered by a framework: same words and links, another shell, a state script, new asset names.
      const inner = $('body').html() ?? '';
      $('link[rel=stylesheet]').attr('href', '/_app/immutable/assets/0.3f9ab2c1.css');
      $('body').html(
        `<div id="__app"><div data-shell><div data-view>${inner}</div></div></div><script>window.__APP_DATA__={"route":"/","props":{"ready":true}};</script><script type="module" src="/_app/immutable/entry/start.77aa10ce.js"></script>`,
      );
      $('main,section,article').each((_, element) => {
        element.tagName = 'div';
      });
      $('ul,li').each((_, element) => {
        element.tagName = 'div';
      });
      return true;
    }),
  ),
  redesign(
    'new-theme-and-texts',
    edited(($, { page, random }) => {
      $('p').each((index, element) => {
        if (index % 3 !== 0) $(element).text(random.pick(page.paragraphs));
        element.tagName = 'div';
      });
      $('section,main,article').each((_, element) => {
        element.tagName = 'div';
      });
      $('body').wrapInner('<div class="page"><div class="inner"></div></div>');
      $('head').append('<style>body{background:#fff7e6}.inner{padding:60px;font-size:19px}</style>');
      return true;
    }),
  ),
];

export const APPROVALS: readonly Variant[] = [
  approval(
    'analytics-added',
    edited(($) => {
      $('head').append('<script async src="https://stats.visitmeter.example/collect.js" data-site="4411"></script>');
      return true;
    }),
  ),
  approval(
    'partner-link-added',
    edited(($, { page, random }) => {
      $('body').append(
        `<p class="partner"><a href="https://www.city-library.example/events">${escaped(random.pick(page.headlines))}</a></p>`,
      );
      return true;
    }),
  ),
  approval(
    'video-embedded',
    edited(($) => {
      $('body').append(
        '<iframe src="https://video.tubehost.example/embed/k3j9" width="480" height="270" title="video"></iframe>',
      );
      return true;
    }),
  ),
];
