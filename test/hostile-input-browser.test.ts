/** Pages that want more of a browser than to be looked at. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserFor, requestFor } from './net/browser/support.js';
import { type Origin, startOrigin } from './support/origin.js';

const PROMPTS = `<h1>waiting</h1><script>
const asks = {
  notifications: () => Notification.requestPermission(),
  place: () => new Promise((granted, denied) => navigator.geolocation.getCurrentPosition(granted, denied)),
  camera: () => navigator.mediaDevices.getUserMedia({ video: true }),
  clipboard: () => navigator.clipboard.readText(),
  midi: () => navigator.requestMIDIAccess({ sysex: true }),
  usb: () => navigator.usb.requestDevice({ filters: [] }),
};
const told = document.querySelector('h1');
for (const [what, ask] of Object.entries(asks)) {
  (async () => ask())().then((got) => { told.textContent += ' ' + what + '=' + (got === 'denied' ? got : 'granted'); },
    () => { told.textContent += ' ' + what + '=refused'; });
}
</script>`;

/** Each from a host of its own: Chromium opens six connections to one host, and 32 to one proxy. */
const slow = (port: number): string =>
  `<h1>slow</h1>${Array.from({ length: 60 }, (_, at) => `<img src="http://h${at}.test:${port}/never/${at}">`).join('')}`;

const browser = browserFor();
let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin({ '/prompts': PROMPTS, '/good': '<h1>good</h1>', '*': () => undefined });
  origin.pages['/slow'] = slow(origin.port);
});
afterAll(async () => {
  await browser.close();
  await origin.close();
});

const shown = async (path: string): Promise<string> =>
  (await browser.capture(requestFor(origin.url + path))).visibleText;

test('whatever a page asks permission for, it is denied at once', async () => {
  const text = await shown('/prompts');
  for (const what of ['place', 'clipboard', 'midi', 'usb']) expect(text).toContain(`${what}=refused`);
  expect(text).not.toContain('granted');
}, 60_000);

test('a page that holds every connection there is takes none from its neighbours', async () => {
  const holding = shown('/slow');
  await expect
    .poll(() => origin.requests.filter(({ url }) => url.startsWith('/never/')).length, { timeout: 20_000 })
    .toBeGreaterThan(30);
  expect(await shown('/good')).toBe('good');
  expect(await holding).toBe('slow');
  expect(await shown('/good')).toBe('good');
}, 90_000);

test('names that change their address between two connections lead the browser nowhere inside', async () => {
  const inside = await startOrigin({ '*': 'secret' }, { address: '127.91.0.3', port: origin.port });
  let asked = 0;
  const alternating = async () => [asked++ % 2 === 0 ? '127.0.0.1' : '127.91.0.3'];
  const one = browserFor({ policy: { allow: ['127.0.0.1/32'], only: [] }, resolve: alternating });
  const both = browserFor({ policy: { allow: ['127.0.0.0/8'], only: [] }, resolve: alternating });
  const visit = (by: typeof one) => by.capture(requestFor(`http://rebinding.test:${origin.port}/many`));
  try {
    origin.pages['/many'] =
      `<h1>many</h1>${Array.from({ length: 40 }, (_, at) => `<img src="http://h${at}.rebinding.test:${origin.port}/missing/${at}">`).join('')}`;
    origin.pages['*'] = '';
    expect((await visit(one)).visibleText).toBe('many');
    expect([asked > 30, inside.connections()]).toEqual([true, 0]);
    asked += asked % 2;
    await visit(both);
    expect(inside.connections()).toBeGreaterThan(0);
  } finally {
    await Promise.all([one.close(), both.close(), inside.close()]);
  }
}, 90_000);
