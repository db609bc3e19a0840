import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Origin, redirectTo, startOrigin } from '../../support/origin.js';
import { browserFor, fixture, requestFor } from './support.js';

const browser = browserFor();
let origin: Origin;

beforeAll(async () => {
  const svg = (colour: string) => ({
    headers: { 'content-type': 'image/svg+xml' },
    body: `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100" fill="${colour}"/></svg>`,
  });
  origin = await startOrigin({
    '/moving': fixture('moving.html'),
    '/lazy.svg': svg('#080'),
    '/observed.svg': svg('#808'),
    '/languages': fixture('languages.html'),
    '/covered': fixture('covered.html'),
    '/shadow': fixture('shadow.html'),
  });
});

afterAll(async () => {
  await browser.close();
  await origin.close();
});

const capture = (path: string, more = {}) => browser.capture(requestFor(`${origin.url}${path}`, more));

function neverAnswers(): void {
  // The connection stays open and silent.
}

test('a page that moves, uses random numbers and loads pictures late is photographed the same every time', async () => {
  const captures = [await capture('/moving'), await capture('/moving'), await capture('/moving')];
  expect(new Set(captures.map(({ screenshot }) => screenshot.sha256)).size).toBe(1);
  expect(new Set(captures.map(({ html }) => html)).size).toBe(1);
  expect(captures[0]?.settled).toBe(true);
  expect(captures[0]?.visibleText).toContain('Faded in');
  const asked = captures[0]?.requests.map(({ url }) => new URL(url).pathname);
  expect(asked).toEqual(expect.arrayContaining(['/moving', '/lazy.svg', '/observed.svg']));
});

test('a change of one word changes the picture', async () => {
  origin.pages['/word'] = '<h1>Welcome</h1>';
  const before = await capture('/word');
  origin.pages['/word'] = '<h1>Welcame</h1>';
  expect((await capture('/word')).screenshot.sha256).not.toBe(before.screenshot.sha256);
});

test('Persian, Arabic and Chinese come through in title, text and document', async () => {
  const { title, visibleText, html } = await capture('/languages');
  expect(title).toBe('پخش زنده — البث المباشر — 现场直播');
  expect(visibleText.split('\n')).toEqual([
    'پخش زندهٔ همایش جهانی',
    'يبدأ البث في الساعة الثالثة مساءً',
    '全球峰会现场直播即将开始',
    'Zero‑width: می‌خواهم',
  ]);
  expect(html).toContain('全球峰会现场直播即将开始');
});

test('text under an opaque layer is not visible, even when clicks pass through the layer', async () => {
  const { visibleText, overlays, title } = await capture('/covered');
  expect(visibleText).toBe('HACKED BY NOBODY');
  expect(overlays).toEqual(['#deface']);
  expect(title).toBe('Genuine title');
});

test('what is covered, where the first lines stand and which large pictures there are is known', async () => {
  origin.pages['/laid'] = `<!doctype html><style>body{margin:0}</style>
<div style="background:#900"><div style="padding:40px"><h2 style="margin:0">Wake up</h2></div></div>
<header style="height:140px;background:url(/observed.svg)"><p>Welcome</p></header>
<img src="/lazy.svg" width="600" height="300" alt=""><img src="/observed.svg" width="20" height="10" alt="">
<div style="position:relative;height:60px"><img src="/lazy.svg?below" width="900" height="60" alt=""><p style="position:absolute;left:200px;top:10px;margin:0;width:500px;height:40px;background:#fff">Under nothing</p></div>
<p>Under the box</p><p style="display:none">Never shown</p>
<div style="position:absolute;left:0;top:640px;width:100%;height:80px;background:#fff">A box</div>`;
  const { layout, visibleText } = await capture('/laid');
  expect(visibleText.split('\n')).toEqual(['Wake up', 'Welcome', 'Under nothing', 'A box']);
  expect(layout.covered).toEqual(['Under the box']);
  const [first] = layout.top;
  expect([first?.text, first?.box.y, first?.box.width]).toEqual(['Wake up', 0, 1280]);
  expect(first?.box.height).toBeGreaterThan(80);
  const names = layout.pictures.map(({ src, box }) => [new URL(src).pathname, Math.round(box.height)]);
  expect(names).toEqual([
    ['/lazy.svg', 300],
    ['/observed.svg', 140],
  ]);
});

test('text under a layer one can see through is visible', async () => {
  origin.pages['/veiled'] = fixture('covered.html').replace('background: #000', 'background: rgba(0, 0, 0, 0.1)');
  const { visibleText, overlays } = await capture('/veiled');
  expect(visibleText).toContain('Genuine words in the window.');
  expect(visibleText).toContain('Genuine words far below.');
  expect(visibleText).not.toMatch(/Only for readers|Never shown|Far away/);
  expect(overlays).toEqual([]);
});

test('open shadow roots are in the text and in the document', async () => {
  const { visibleText, html } = await capture('/shadow');
  expect(visibleText).toBe('inside the shadow\nslotted words');
  expect(html).toContain('<template shadowrootmode="open"><p>inside the shadow</p>');
});

test('what a page puts in place of the functions we measure with does not reach us', async () => {
  origin.pages['/liar'] = `<title>liar</title><h1>the truth</h1><script>
    Element.prototype.getHTML = () => 'a lie';
    Document.prototype.elementsFromPoint = () => [];
    Element.prototype.checkVisibility = () => false;
    Object.defineProperty(Document.prototype, 'title', { get: () => 'a lie' });
  </script>`;
  const { visibleText, html, title } = await capture('/liar');
  expect([visibleText, title]).toEqual(['the truth', 'liar']);
  expect(html).toContain('<h1>the truth</h1>');
});

test('boxes are given for the selectors asked for, and none for what is no selector', async () => {
  origin.pages['/boxes'] = '<body style="margin:0"><div class="a" style="width:50px;height:20px">a</div>';
  const { boxes } = await capture('/boxes', { boxesOf: ['.a', '.b', '['] });
  expect(boxes).toEqual([
    { selector: '.a', boxes: [{ x: 0, y: 0, width: 50, height: 20 }] },
    { selector: '.b', boxes: [] },
    { selector: '[', boxes: [] },
  ]);
});

test('requests are listed in order with status and the address that answered', async () => {
  origin.pages['/asks'] = '<img src="/lazy.svg"><img src="/missing.png">';
  const { requests, status } = await capture('/asks');
  const short = requests.map(({ url, type, status: code, address }) => [new URL(url).pathname, type, code, address]);
  expect(status).toBe(200);
  expect(short).toEqual([
    ['/asks', 'document', 200, '127.0.0.1'],
    ['/lazy.svg', 'image', 200, '127.0.0.1'],
    ['/missing.png', 'image', 404, '127.0.0.1'],
  ]);
});

test('dialogs are dismissed and written down', async () => {
  origin.pages['/alert'] =
    '<script>alert("hacked by x"); document.title = String(confirm("sure?"))</script><h1>after</h1>';
  const { dialogs, visibleText, title } = await capture('/alert');
  expect(dialogs).toEqual(['hacked by x', 'sure?']);
  expect([visibleText, title]).toEqual(['after', 'false']);
});

test('popups do not open', async () => {
  origin.pages['/popup'] = '<h1>page</h1><script>for (let i = 0; i < 5; i++) window.open("/popped")</script>';
  expect((await capture('/popup')).visibleText).toBe('page');
  expect(origin.requests.filter(({ url }) => url === '/popped')).toEqual([]);
});

test('a font that never comes does not hold up the picture', async () => {
  origin.pages['/never.woff2'] = neverAnswers;
  origin.pages['/font'] =
    `<style>@font-face { font-family: F; src: url(/never.woff2) } h1 { font-family: F, serif }</style><h1>words</h1>`;
  const { visibleText, screenshot } = await capture('/font');
  expect(visibleText).toBe('words');
  expect(screenshot.bytes.length).toBeGreaterThan(1_000);
});

test('a page of 200,000 pixels is cut at the height cap', async () => {
  origin.pages['/tall'] = '<h1>top</h1><div style="height:200000px;background:linear-gradient(red,blue)"></div>';
  const { width, height, cut } = await capture('/tall');
  expect([width, height, cut]).toEqual([1280, 8000, true]);
});

test('a page that leads on by header, by meta tag or by script is shown where it led', async () => {
  origin.pages['/end'] = '<title>the end</title><h1>end</h1>';
  origin.pages['/302'] = redirectTo('/end');
  origin.pages['/meta'] = '<meta http-equiv="refresh" content="0;url=/end"><h1>meta</h1>';
  origin.pages['/script'] = '<script>location = "/end"</script><h1>script</h1>';
  for (const path of ['/302', '/meta', '/script']) {
    const { title, finalUrl } = await capture(path);
    expect([path, title, finalUrl]).toEqual([path, 'the end', `${origin.url}/end`]);
  }
});

test('a narrow screen of a telephone is shown as such', async () => {
  origin.pages['/mobile'] =
    '<meta name="viewport" content="width=device-width"><p id="p"></p><script>p.textContent = innerWidth + " " + /Mobile/.test(navigator.userAgent)</script>';
  const viewport = { name: 'mobile', width: 390, height: 844, mobile: true };
  const { visibleText, width } = await capture('/mobile', { viewport });
  expect([visibleText, width]).toEqual(['390 true', 390]);
});

test('locale, zone, preferences and the name of the browser are the same on every machine', async () => {
  origin.pages['/facts'] = `<p id="p"></p><script>p.textContent = [navigator.language,
    Intl.DateTimeFormat().resolvedOptions().timeZone, matchMedia('(prefers-reduced-motion: reduce)').matches,
    matchMedia('(prefers-color-scheme: light)').matches, devicePixelRatio, /Headless/.test(navigator.userAgent)].join()</script>`;
  const { visibleText, renderer } = await capture('/facts');
  expect(visibleText).toBe('en-US,UTC,true,true,1,false');
  expect(renderer).toMatch(/^Chrome\/[\d.]+ headless shell; fonts [0-9a-f]+; 1280x720$/);
});

test('what a page puts off for a moment is waited for', async () => {
  origin.pages['/late'] =
    '<h1>first</h1><script>setTimeout(() => { document.body.innerHTML = "<h1>then</h1>" }, 300)</script>';
  expect((await capture('/late')).visibleText).toBe('then');
});

// On a busy machine no frame may be painted between two stills: then it looks as if it stood still.
test('a page that never stands still is taken as it is, and said to be moving', { retry: 2 }, async () => {
  origin.pages['/canvas'] = `<h1>moving</h1><canvas id="c" width="400" height="300"></canvas><script>
    const pen = c.getContext('2d');
    let frame = 0;
    (function draw() {
      frame += 1;
      pen.fillStyle = 'rgb(' + frame % 255 + ',0,0)';
      pen.fillRect(0, 0, 400, 300);
      requestAnimationFrame(draw);
    })();
  </script>`;
  const { settled, visibleText } = await capture('/canvas');
  expect([settled, visibleText]).toEqual([false, 'moving']);
});

test('the bytes of scripts, style sheets and framed pages come along, and of nothing else', async () => {
  const of = (type: string, body: string) => ({ headers: { 'content-type': type }, body });
  origin.pages['/parts'] =
    '<link rel="stylesheet" href="/parts.css"><script src="/parts.js"></script><iframe src="/frame"></iframe><img src="/lazy.svg">';
  origin.pages['/parts.css'] = of('text/css', 'h1 { color: red }');
  origin.pages['/parts.js'] = of('text/javascript', 'window.parts = "سلام";');
  origin.pages['/frame'] = '<p>framed</p>';
  const { requests } = await capture('/parts');
  const bodies = requests.map(({ url, body }) => [new URL(url).pathname, body && Buffer.from(body).toString()]);
  expect(Object.fromEntries(bodies)).toEqual({
    '/parts': undefined,
    '/parts.css': 'h1 { color: red }',
    '/parts.js': 'window.parts = "سلام";',
    '/frame': '<p>framed</p>',
    '/lazy.svg': undefined,
  });
});

test('a script too large to keep is missing, and holds nobody up', async () => {
  origin.pages['/large'] = '<script src="/large.js"></script><script src="/small.js"></script>';
  const script = { 'content-type': 'text/javascript' };
  origin.pages['/large.js'] = { headers: script, body: `/*${'x'.repeat(4 * 1024 * 1024)}*/` };
  origin.pages['/small.js'] = { headers: script, body: 'small()' };
  const { requests } = await capture('/large');
  const has = (path: string) => requests.find(({ url }) => url.endsWith(path))?.body !== undefined;
  expect([has('/large.js'), has('/small.js')]).toEqual([false, true]);
});

test('links to other hosts that style rules hide are told, those that can be seen are not', async () => {
  const link = (name: string, kind: string, inner = name) =>
    `<a class="${kind}" href="https://${name}.example/">${inner}</a>`;
  const hidden = ['none', 'invisible', 'faint', 'off', 'clipped', 'sized', 'indented', 'clear', 'zero'];
  origin.pages['/hidden'] = `<style>
    .none { display: none } .invisible { visibility: hidden } .faint { opacity: 0.01 }
    .off { position: absolute; left: -9999px } .clipped { position: absolute; clip-path: inset(50%) }
    .sized { display: block; height: 0; overflow: hidden } .indented { display: block; text-indent: -9999px; overflow: hidden }
    .clear { color: transparent } .zero { font-size: 0 }
    .icon { display: block; width: 20px; height: 20px; text-indent: -9999px; background: url(/lazy.svg) }
    .menu { display: none }
    </style><h1>words</h1>${hidden.map((kind) => `<p>${link(kind, kind)}</p>`).join('')}
    ${link('seen', 'plain')}${link('icon', 'icon')}${link('none-but-seen', 'none')}${link('none-but-seen', 'plain')}
    <ul class="menu"><li>${link('menu', 'plain')}</li><li><a href="/own">own</a></li></ul>`;
  const { concealed } = await capture('/hidden');
  const host = (url: string) => new URL(url).host;
  const found = concealed.map(({ links }) => links.map(host));
  expect(found).toEqual([...hidden.map((kind) => [`${kind}.example`]), ['menu.example', new URL(origin.url).host]]);
});

test('a service worker is told with its scope and its script', async () => {
  const script = { 'content-type': 'text/javascript' };
  origin.pages['/sw.js'] = { headers: script, body: 'self.addEventListener("fetch", () => {})' };
  origin.pages['/app/register'] =
    '<h1>app</h1><script>addEventListener("load", () => navigator.serviceWorker.register("/sw.js", { scope: "/app/" }))</script>';
  const { serviceWorkers } = await capture('/app/register');
  expect(serviceWorkers).toEqual([{ scope: `${origin.url}/app/`, script: `${origin.url}/sw.js` }]);
  // Each look has a browser context of its own.
  expect((await capture('/word')).serviceWorkers).toEqual([]);
});
