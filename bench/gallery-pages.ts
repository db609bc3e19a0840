/** Ten things that happen to the demo's event page, each of which a report must show so that a person sees it. */

export interface Scene {
  readonly name: string;
  /** `frozen` pages may not change at all. */
  readonly content: 'living' | 'frozen';
  /** The page as it is served; the genuine one is given. */
  readonly served: (genuine: string) => { readonly html: string; readonly status?: number; readonly location?: string };
}

const altered = (name: string, find: string, put: string, content: Scene['content'] = 'living'): Scene => ({
  name,
  content,
  served: (genuine) => {
    if (!genuine.includes(find)) throw new Error(`the demo's page no longer holds ${find}`);
    return { html: genuine.replace(find, put) };
  },
});

const DEFACED = `<!doctype html><html><head><meta charset="utf-8"><title>0wned by N1GHT HERON</title><style>
body{margin:0;min-height:100vh;background:#050505;color:#e8e8e8;font:22px/1.8 monospace;text-align:center;padding-top:160px}
h1{color:#ff2b3d;font-size:64px}</style></head><body><h1>HACKED BY N1GHT HERON</h1>
<p>The summit is over. There is no stream. There is no security.</p></body></html>`;

const DEFACED_RTL = `<!doctype html><html lang="fa" dir="rtl"><head><meta charset="utf-8"><title>هک شد توسط شب‌پره</title><style>
body{margin:0;min-height:100vh;background:#111;color:#eee;font:26px/2 sans-serif;text-align:center;padding-top:140px}
h1{color:#3ddc84;font-size:60px}</style></head><body><h1>این سایت هک شد</h1><p>امنیت شما صفر است. منتظر ما باشید.</p></body></html>`;

const BLOCK_PAGE = `<!doctype html><html><head><meta charset="utf-8"><title>Access denied</title></head>
<body style="font:20px sans-serif;text-align:center;padding-top:120px"><h1>This site has been blocked</h1>
<p>Access to this website is restricted by order of the authority. Reference 10.10.34.35.</p></body></html>`;

const HIDDEN_LINKS = `<div style="position:absolute;left:-9999px">${['slot-gacor', 'judi-online', 'situs-toto']
  .map((word) => `<a href="https://${word}.test/">${word.replace('-', ' ')} terpercaya</a> `)
  .join('')}</div></body>`;

const BANNER = `<div style="position:fixed;inset:4%;background:#b00020;color:#fff;font:700 40px/1.5 sans-serif;display:grid;place-items:center;z-index:99999;text-align:center">
The stream has moved. Watch it at open-horizons-live.test</div></body>`;

export const SCENES: readonly Scene[] = [
  { name: 'full-replacement', content: 'living', served: () => ({ html: DEFACED }) },
  { name: 'replaced-right-to-left', content: 'living', served: () => ({ html: DEFACED_RTL }) },
  altered('banner-over-the-page', '</body>', BANNER),
  altered('injected-script', '</head>', '<script src="https://cdn.heron-stats.test/c.js"></script></head>'),
  altered('hidden-links', '</body>', HIDDEN_LINKS),
  altered(
    'stream-replaced-by-a-frame',
    '<video poster="stage.svg" preload="none" aria-label="Live stream of the plenary hall"></video>',
    '<iframe src="https://open-horizons-live.test/embed" title="Live" width="640" height="360"></iframe>',
  ),
  altered('one-word-of-a-frozen-page', 'sign the Delta Accord today', 'kill the Delta Accord today', 'frozen'),
  { name: 'block-page', content: 'living', served: () => ({ html: BLOCK_PAGE, status: 403 }) },
  {
    name: 'emptied',
    content: 'living',
    served: () => ({ html: '<!doctype html><html><head><title>Open Horizons 2026</title></head><body></body></html>' }),
  },
  {
    name: 'login-form',
    content: 'living',
    served: (genuine) => ({
      html: genuine.replace(
        '<h2>On stage now</h2>',
        '<h2>On stage now</h2><form action="https://login.heron-stats.test/" method="post"><p>Sign in to watch</p><input name="email" placeholder="Email"> <input type="password" name="password" placeholder="Password"> <button>Watch</button></form>',
      ),
    }),
  },
];
