/**
 * Pages that fight being looked at: every capture of one ends with the right verdict, and the next page is shown as ever.
 * The time a capture may take in all is the browser's own; a test that exceeds its limit here found a capture without end.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Capture, ProbeFailure } from '../../../src/checks/check.js';
import { type Origin, type Page, redirectTo, startOrigin } from '../../support/origin.js';
import { browserFor, requestFor } from './support.js';

const LIMIT_MS = 80_000;
const script = (body: string): Page => `<h1>words</h1><script>${body}</script>`;

/** Shown in spite of all, with these words. */
const SHOWN: Readonly<Record<string, Page>> = {
  '/dialogs': script(`onbeforeunload = (event) => { event.preventDefault(); return 'stay'; };
    for (let i = 0; i < 100; i++) { alert(i); confirm(i); prompt(i); }`),
  '/alerts': script('setInterval(() => alert("hacked"), 0)'),
  '/popups': script('setInterval(() => { for (let i = 0; i < 50; i++) window.open("/popped" + i); }, 1)'),
  '/downloads': script(`setInterval(() => { const a = document.createElement('a'); a.href = '/file'; a.download = 'x';
    a.click(); }, 1)`),
  '/print': script('setInterval(() => print(), 1)'),
};

/** Shown where we are quicker than it is, else an incident of the site; a fault of ours never. */
const EITHER: Readonly<Record<string, Page>> = {
  '/navigations': script('setInterval(() => { location.href = "/navigations?" + Math.random(); }, 1)'),
  '/refresh': '<meta http-equiv="refresh" content="0"><h1>words</h1>',
};

/** Cannot be shown: an incident of the site, not a fault of ours. */
const DENIED: Readonly<Record<string, Page>> = {
  '/font-and-loop': `<style>@font-face { font-family: F; src: url(/never.woff2) } h1 { font-family: F }</style>
    <h1>words</h1><script>setTimeout(() => { for (;;); }, 300)</script>`,
  '/canvas':
    script(`for (let i = 0; i < 20; i++) { const c = document.createElement('canvas'); c.width = c.height = 16000;
    c.getContext('2d').fillRect(0, 0, 16000, 16000); document.body.append(c); }`),
  '/growth':
    script(`(function grow() { for (let i = 0; i < 2000; i++) document.body.append(document.createElement('p'), 'x');
    setTimeout(grow); })()`),
  // Floods the browser itself: it shows no control page either, and must not be taken for a fault of ours.
  '/history':
    script(`(function spam() { for (let i = 0; i < 200; i++) history.pushState({}, '', '?' + i + Math.random());
    setTimeout(spam); })()`),
};

const browser = browserFor();
let origin: Origin;

beforeAll(async () => {
  origin = await startOrigin({
    ...SHOWN,
    ...EITHER,
    ...DENIED,
    '/never.woff2': () => undefined,
    '/file': { headers: { 'content-type': 'application/octet-stream' }, body: 'x' },
    '/led': redirectTo('/good'),
    '/good': '<h1>good</h1>',
  });
});

afterAll(async () => {
  await browser.close();
  await origin.close();
});

function capture(path: string, more = {}): Promise<Capture> {
  return browser.capture(requestFor(origin.url + path, more));
}

async function goodIsShown(): Promise<void> {
  expect((await capture('/good')).visibleText).toBe('good');
}

test.each(Object.keys(SHOWN))(
  '%s is shown all the same',
  async (path) => {
    expect((await capture(path)).visibleText).toBe('words');
    await goodIsShown();
  },
  LIMIT_MS,
);

test.each(Object.keys(EITHER))(
  '%s is shown as it is, or denied to us',
  async (path) => {
    const seen = await capture(path).catch((reason: unknown) => reason);
    if (seen instanceof ProbeFailure) expect(seen.failure).toMatchObject({ blame: 'target', diagnosis: 'denied' });
    else expect(seen).toMatchObject({ visibleText: 'words', status: 200 });
    await goodIsShown();
  },
  LIMIT_MS,
);

test(
  'a document that grows for ever is cut, or denied to us where it grows faster than it can be cut',
  async () => {
    const seen = await capture('/growth').catch((reason: unknown) => reason);
    if (seen instanceof ProbeFailure) expect(seen.failure).toMatchObject({ blame: 'target', diagnosis: 'denied' });
    else expect(seen).toMatchObject({ cut: true, height: 8000 });
    await goodIsShown();
  },
  LIMIT_MS,
);

test.each(Object.keys(DENIED).filter((path) => path !== '/growth'))(
  '%s is denied to us, and shown with scripts off',
  async (path) => {
    const error = await capture(path).catch((reason: unknown) => reason);
    expect(error instanceof ProbeFailure ? error.failure : error).toMatchObject({
      blame: 'target',
      diagnosis: 'denied',
    });
    const still = await capture(path, { scripts: 'off' });
    expect([still.visibleText, still.width, still.settled]).toEqual(['words', 1280, true]);
    await goodIsShown();
  },
  LIMIT_MS,
);

test(
  'a page that did not come to rest beside another is blamed only when it does not come to rest by itself either',
  async () => {
    const isolated = browserFor();
    const of = (path: string) => isolated.capture(requestFor(origin.url + path));
    const heldOnce = (): Page => {
      let asked = 0;
      // As if a neighbour had kept the browser busy, who is gone by the next time.
      return (_request, response) => {
        asked += 1;
        response.setHeader('content-type', 'text/html');
        response.end(asked === 1 ? '<h1>held</h1><script>for (;;);</script>' : '<h1>words</h1>');
      };
    };
    try {
      origin.pages['/held'] = heldOnce();
      const [, held] = await Promise.all([of('/font-and-loop').catch(() => null), of('/held')]);
      expect(held.visibleText).toBe('words');
      origin.pages['/held-by-itself'] = heldOnce();
      const denied = expect.objectContaining({ failure: expect.objectContaining({ diagnosis: 'denied' }) });
      await expect(of('/held-by-itself')).rejects.toEqual(denied);
    } finally {
      await isolated.close();
    }
  },
  LIMIT_MS,
);

test(
  'a page that resisted once holds nobody up again',
  async () => {
    const narrow = browserFor({ pages: 1 });
    const of = (path: string) => narrow.capture(requestFor(origin.url + path));
    try {
      const denied = expect.objectContaining({ failure: expect.objectContaining({ diagnosis: 'denied' }) });
      await expect(of('/font-and-loop')).rejects.toEqual(denied);
      const order: string[] = [];
      const again = of('/font-and-loop').catch(() => order.push('resisting'));
      await Promise.all([1, 2, 3].map(() => of('/good').then(() => order.push('good'))));
      await again;
      expect(order).toEqual(['good', 'good', 'good', 'resisting']);
      // One that behaves again is among the others again.
      origin.pages['/font-and-loop'] = '<h1>mended</h1>';
      expect((await of('/font-and-loop')).visibleText).toBe('mended');
    } finally {
      origin.pages['/font-and-loop'] = DENIED['/font-and-loop'] ?? '';
      await narrow.close();
    }
  },
  LIMIT_MS,
);
