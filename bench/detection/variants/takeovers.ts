/** Attacks that take the whole page, or what one sees of it: every one must be critical. */
import { escaped } from '../corpus/life.js';
import { svg } from '../corpus/page.js';
import { firstLocalImage } from './edits.js';
import { HOSTILE_LANGUAGES, hostileText } from './hostile-text.js';
import { type Context, edited, replaced, type Variant, withAsset } from './variant.js';

const takeover = (name: string, apply: Variant['apply'], seenIn: Variant['seenIn'] = 'raw'): Variant => ({
  name,
  family: 'attack',
  seenIn,
  aim: 'takeover',
  apply,
});

const document = (title: string, body: string, style = 'background:#000;color:#0f0;text-align:center'): string =>
  `<!doctype html><html><head><meta charset="utf-8"><title>${title}</title></head><body style="${style}">${body}</body></html>`;

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
      const text = hostileText(language, page.half);
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
    replaced(({ page }) =>
      page.half === 'tuning'
        ? document(
            'Access denied',
            '<h1>This website has been blocked</h1><p>Access to this site was restricted by order of the authority.</p>',
          )
        : document(
            'Notice',
            '<h1>Restricted content</h1><p>The page you asked for is not available in your network under a decision of the regulator. Case 4471/B.</p>',
          ),
    ),
  ),
  takeover(
    'block-page-fa',
    replaced(({ page }) =>
      page.half === 'tuning'
        ? document('پیوندها', '<p>دسترسی به این تارنمای درخواست‌شده امکان‌پذیر نمی‌باشد.</p>')
        : document(
            'M7-14',
            '<iframe src="http://10.10.34.35:80" width="100%" height="900"></iframe><p>مشترک گرامی، این نشانی بر پایه فهرست مراجع قانونی در دسترس نیست.</p>',
          ),
    ),
  ),
  takeover(
    'block-page-ru',
    replaced(({ page }) =>
      page.half === 'tuning'
        ? document(
            'Доступ ограничен',
            '<h1>Доступ к информационному ресурсу ограничен</h1><p>на основании решения суда.</p>',
          )
        : document(
            'Внимание',
            '<p>Уважаемый абонент! Запрошенный адрес включён в реестр и не может быть открыт у вашего оператора связи.</p>',
          ),
    ),
  ),
  takeover(
    'parked-page',
    replaced(({ page }) =>
      page.half === 'tuning'
        ? document(
            page.host,
            `<h1>${page.host}</h1><p>This domain is for sale. Buy this domain today.</p><ul><li><a href="https://search.parkdeal.example/?q=hotels">Hotels</a></li><li><a href="https://search.parkdeal.example/?q=loans">Loans</a></li></ul>`,
          )
        : document(
            page.host,
            `<h1>${page.host}</h1><p>Interested in owning this name? Our brokers can help you acquire it.</p><p>Related searches</p><a href="https://go.namebroker.example/s?k=1">Cheap flights</a> <a href="https://go.namebroker.example/s?k=2">Insurance quotes</a>`,
          ),
    ),
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
