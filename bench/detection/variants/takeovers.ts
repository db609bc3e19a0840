/** Attacks that take the whole page, or what one sees of it: every one must be critical. */
import { escaped } from '../corpus/life.js';
import { svg } from '../corpus/page.js';
import { firstLocalImage } from './edits.js';
import { HOSTILE_LANGUAGES, hostileText } from './hostile-text.js';
import { BLOCKED, document, PARKED, standIn } from './stand-ins.js';
import { type Context, edited, replaced, type Variant, withAsset } from './variant.js';

const takeover = (name: string, apply: Variant['apply'], seenIn: Variant['seenIn'] = 'raw'): Variant => ({
  name,
  family: 'attack',
  seenIn,
  aim: 'takeover',
  apply,
});

/** Covers the top of the page with words and a picture. */
function banner({ hostile }: Context): string {
  return `<div style="background:#900;color:#fff;font-size:42px;padding:60px;text-align:center">${escaped(hostile.slogan)}</div>`;
}

const POSTER = svg(
  '<rect width="1280" height="900" fill="#000"/><circle cx="640" cy="400" r="260" fill="#c00"/><path d="M640 180 L860 620 L420 620Z" fill="#fff"/>',
  1280,
  900,
);
const POSTER_PATH = '/uploads/poster.svg';

const fullReplacements = HOSTILE_LANGUAGES.map((language) =>
  takeover(
    `replaced-${language}`,
    replaced(({ page }) => {
      const text = hostileText(language, page.wording);
      return document(text.title, `<h1>${text.title}</h1><p>${text.defacement}</p><p>${text.slogan}</p>`);
    }),
  ),
);

export const TAKEOVERS: readonly Variant[] = [
  ...fullReplacements,
  takeover(
    'replaced-without-signature',
    replaced(({ hostile }) =>
      document('', hostile.unsigned.map((text) => `<p>${text}</p>`).join(''), 'background:#fff;color:#000'),
    ),
  ),
  takeover(
    'replaced-under-old-title',
    edited(($, { hostile }) => {
      $('body').html(`<h1>${escaped(hostile.title)}</h1>${hostile.unsigned.map((text) => `<p>${text}</p>`).join('')}`);
      return true;
    }),
  ),
  takeover('one-picture-page', (scene) =>
    withAsset(
      { ...scene, html: document('', `<img src="${POSTER_PATH}" width="1280" height="900" alt="">`) },
      POSTER_PATH,
      POSTER,
    ),
  ),
  takeover(
    'banner',
    edited(($, context) => {
      $('body').prepend(banner(context));
      return true;
    }),
    'rendered',
  ),
  takeover(
    'banner-unsigned',
    edited(($, { hostile }) => {
      $('body').prepend(
        `<div style="background:#900;color:#fff;font-size:34px;padding:50px">${hostile.propaganda[0]} ${hostile.propaganda[1]}</div>`,
      );
      return true;
    }),
    'rendered',
  ),
  takeover(
    'overlay',
    edited(($, { hostile }) => {
      $('body').append(
        `<div style="position:fixed;inset:0;z-index:99999;background:#000;color:#f00;font-size:50px;padding:200px 40px">${escaped(hostile.slogan)}</div>`,
      );
      return true;
    }),
    'rendered',
  ),
  takeover(
    'overlay-picture',
    (scene, context) => {
      const cover = edited(($) => {
        $('body').append(
          `<div style="position:fixed;inset:0;z-index:99999;background:#000 url(${POSTER_PATH}) center/cover"></div>`,
        );
        return true;
      });
      const next = cover(scene, context);
      return next && withAsset(next, POSTER_PATH, POSTER);
    },
    'rendered',
  ),
  takeover(
    'blank',
    replaced(() => '<!doctype html><html><head></head><body></body></html>'),
  ),
  takeover(
    'emptied-body',
    edited(($) => $('body').empty().length > 0),
  ),
  takeover(
    'block-page',
    replaced(({ page }) => standIn(BLOCKED.en, page)),
  ),
  takeover(
    'block-page-fa',
    replaced(({ page }) => standIn(BLOCKED.fa, page)),
  ),
  takeover(
    'block-page-ru',
    replaced(({ page }) => standIn(BLOCKED.ru, page)),
  ),
  takeover(
    'parked-page',
    replaced(({ page }) => standIn(PARKED, page)),
  ),
  takeover(
    'own-script-rewrites-page',
    (scene, { page, hostile }) => {
      // The markup served is the same to the byte; a script of the site itself was tampered with.
      const script = /<script\b[^>]*\bsrc="(?!https?:|\/\/)([^"?]+)/.exec(scene.html)?.[1];
      if (!script) return null;
      const path = new URL(script, `http://site.example${page.path}`).pathname;
      const code = `addEventListener('DOMContentLoaded',()=>{document.body.innerHTML='<h1>'+${JSON.stringify(hostile.slogan)}+'</h1>'})`;
      return withAsset(scene, path, { type: 'text/javascript', bytes: Buffer.from(code) });
    },
    'rendered',
  ),
  takeover(
    'inline-script-rewrites-page',
    edited(($, { hostile }) => {
      const hidden = Buffer.from(`<h1>${hostile.slogan}</h1>`).toString('base64');
      $('body').append(`<script>document.body.innerHTML=decodeURIComponent(escape(atob("${hidden}")))</script>`);
      return true;
    }),
  ),
  takeover(
    'style-sheet-covers-page',
    (scene, { page }) => {
      const sheet =
        /<link\b[^>]*rel="stylesheet"[^>]*href="(?!https?:|\/\/)([^"?]+)|<link\b[^>]*href="(?!https?:|\/\/)([^"?]+)"[^>]*rel="stylesheet"/.exec(
          scene.html,
        );
      const href = sheet?.[1] ?? sheet?.[2];
      if (!href) return null;
      const path = new URL(href, `http://site.example${page.path}`).pathname;
      const css =
        "body>*{display:none!important}body{background:#000}body::before{content:'NO MORE LIES';display:block;color:red;font-size:120px;padding:120px}";
      return withAsset(scene, path, { type: 'text/css', bytes: Buffer.from(css) });
    },
    'rendered',
  ),
];

/** Pictures exchanged behind the same address. */
export const PICTURES: readonly Variant[] = [
  picture('logo-same-address', '.logo'),
  picture('hero-same-address', 'hero'),
  picture('first-picture-same-address', ''),
];

function picture(name: string, marked: string): Variant {
  return {
    name,
    family: 'attack',
    seenIn: 'rendered',
    aim: 'other',
    apply: (scene, { page }) => {
      const path = firstLocalImage(scene.html, page.path, marked.replace('.', ''));
      return path === null ? null : withAsset(scene, path, POSTER);
    },
  };
}
