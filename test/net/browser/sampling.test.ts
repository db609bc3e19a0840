import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sampling } from '../../../src/checks/check.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { browserFor, requestFor } from './support.js';

const DAY_MS = 86_400_000;
const browser = browserFor();
let origin: Origin;

beforeAll(async () => {
  const show = (expression: string) => `<p id="p"></p><script>p.textContent = ${expression}</script>`;
  origin = await startOrigin({
    '/random': show('[Math.random(), Math.random()].join()'),
    '/clock':
      show(`[Math.round((Date.now() - performance.timeOrigin) / 3600000), Math.round((new Date() - performance.timeOrigin) / 3600000),
      Math.round((Date.parse(Date()) - performance.timeOrigin) / 3600000), new Date(0).toISOString(), Date.UTC(1970, 0, 2),
      new Date() instanceof Date, new Date(2026, 0).getFullYear()].join()`),
    '/warm': (request, response) => {
      response.setHeader('set-cookie', 'seen=1');
      response.setHeader('content-type', 'text/html');
      response.end(`<p>${request.headers.cookie ?? 'first visit'}</p><script src="/kept.js"></script>`);
    },
    '/kept.js': { headers: { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' }, body: '1' },
  });
});

afterAll(async () => {
  await browser.close();
  await origin.close();
});

async function textOf(path: string, sampling?: Sampling): Promise<string> {
  return (await browser.capture(requestFor(origin.url + path, sampling ? { sampling } : {}))).visibleText;
}

const plain: Sampling = { seed: 1, clockMs: 0, warm: false };

test('a sample has random numbers of its own, the same for the same seed', async () => {
  const look = await textOf('/random');
  const one = await textOf('/random', plain);
  expect(await textOf('/random')).toBe(look);
  expect(await textOf('/random', plain)).toBe(one);
  expect(new Set([look, one, await textOf('/random', { ...plain, seed: 2 })]).size).toBe(3);
});

test('a sample can be taken on another day, by every way to ask for the time', async () => {
  const rest = '1970-01-01T00:00:00.000Z,86400000,true,2026';
  expect(await textOf('/clock')).toBe(`0,0,0,${rest}`);
  expect(await textOf('/clock', { ...plain, clockMs: DAY_MS })).toBe(`24,24,24,${rest}`);
});

test('a warm sample comes back to the page with its cookies and what it keeps', async () => {
  expect(await textOf('/warm')).toBe('first visit');
  const soFar = origin.requests.length;
  expect(await textOf('/warm', { ...plain, warm: true })).toBe('seen=1');
  expect(origin.requests.slice(soFar).map(({ url }) => url)).toEqual(['/warm', '/kept.js', '/warm']);
});
