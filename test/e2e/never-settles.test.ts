/** A page made to resist: its font never comes and its script never ends, while its text stays as it was (G7). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Origin, startOrigin } from '../support/origin.js';
import { until, type Workplace } from '../support/siteward.js';
import { type Event, eventPage, startEvent } from './event.js';

/** The same page before and after: what its script does depends on what the server says to it. */
const PAGE = eventPage({
  extra: `<style>@font-face { font-family: own; src: url(/font.woff2) } h1 { font-family: own }</style>
<script>fetch('/mood').then((answer) => answer.text()).then((mood) => { for (; mood === 'resist';); });</script>`,
});

interface Told {
  readonly type: string;
  readonly data: {
    readonly site: { readonly id: string };
    readonly incident: { readonly diagnosis: string; readonly severity: string };
  };
}

let event: Event;
let place: Workplace;
let hook: Origin;
const told: Told[] = [];
beforeAll(async () => {
  event = await startEvent({ '/': PAGE, '/mood': 'calm', '/font.woff2': { status: 404 }, '/other': eventPage() });
  hook = await startOrigin({
    '*': (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        told.push(JSON.parse(text));
        response.writeHead(204).end();
      });
    },
  });
  place = event.workplace(`web: { listen: "127.0.0.1:0" }
receivers: [{ id: hook, kind: webhook, url: "${hook.url}/", secret: "sixteen characters and more" }]
routes: [{ severity: critical, to: [hook] }, { severity: warning, to: [hook] }]`);
  const site = (id: string, path: string): string =>
    `  - { id: ${id}, url: "${event.url(path)}", checks: [page], viewports: [desktop], content: frozen }\n`;
  place.watchlist(`version: 1
sites:
${site('live', '/')}${site('other', '/other')}events:
  - { id: summit, from: 2020-01-01T00:00:00Z, to: 2099-01-01T00:00:00Z, every: 15s, sites: [live, other] }
`);
  const { code, stdout } = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  expect(code, stdout).toBe(0);
});
afterAll(async () => {
  await hook.close();
  await event.close();
});

test('is told of as a page that resists, while the others are looked at as before', async () => {
  const daemon = place.start(['watch']);
  const looksAt = (id: string): number => daemon.stderr().split(`"target":"${id}/page"`).length - 1;
  await until('both were looked at', () => looksAt('live') > 0 && looksAt('other') > 0, 60_000);
  event.origin.pages['/mood'] = 'resist';
  event.origin.pages['/font.woff2'] = () => undefined;
  const before = looksAt('other');
  const isOpened = ({ type, data }: Told): boolean => type === 'incident.opened' && data.site.id === 'live';
  const opened = await until('it is opened', () => told.find(isOpened), 100_000);
  expect(opened.data.incident.diagnosis).toBe('denied');
  // The look that never settles is not waited for by the others.
  await until('the other is looked at again', () => looksAt('other') > before, 30_000);
  expect(told.filter(({ data }) => data.site.id === 'other')).toEqual([]);
  expect(daemon.stderr()).not.toContain('"state":"unverified"');
  daemon.kill('SIGTERM');
  expect((await daemon.finished).code).toBe(0);
}, 240_000);
