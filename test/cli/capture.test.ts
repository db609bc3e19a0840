/** What the samples of a baseline teach, with a real server and a real browser. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProbeIo, Sampling } from '../../src/checks/check.js';
import { judge } from '../../src/checks/check.js';
import { page } from '../../src/checks/page/index.js';
import { type Captured, captureTarget } from '../../src/cli/capture.js';
import type { Finding, Target } from '../../src/core/model.js';
import { createNetwork } from '../../src/net/network.js';
import { localVantage, type Vantage } from '../../src/vantage/vantage.js';
import { browserFor } from '../net/browser/support.js';
import { type Origin, startOrigin } from '../support/origin.js';
import { target as someTarget } from './report/sample.js';

const browser = browserFor();
const signal = new AbortController().signal;
const TOMORROW: Sampling = { seed: 0x5175, clockMs: 26 * 3_600_000, warm: false };
let origin: Origin;
let vantage: Vantage;

beforeAll(async () => {
  origin = await startOrigin();
  const policy = { allow: [], only: ['127.0.0.0/8'] };
  const capture: ProbeIo['network']['capture'] = (request) => browser.capture(request);
  const now = () => Date.now();
  const network = createNetwork({ policy, hosts: {}, ca: [], lookup: async () => ['127.0.0.1'], capture, now });
  vantage = localVantage({ vantage: 'local', now, network, resolvers: [] });
});

afterAll(async () => {
  await browser.close();
  await origin.close();
});

const BODY = `<h1>Live from the hall</h1><p>The summit brings together researchers and engineers from many countries.</p>
<p>Sessions are streamed in six languages, and recordings are published within a day.</p>`;

beforeEach(() => {
  origin.pages['/'] = `<!doctype html><title>Summit</title>${BODY}<p id="day"></p><p id="tip"></p><script>
    day.textContent = new Date().toDateString();
    tip.textContent = ['Drink water.', 'Bring a friend.', 'Mind the gap.', 'Ask questions.', 'Take notes.'][Math.floor(Math.random() * 5)];
  </script>`;
});

function target(options: Readonly<Record<string, unknown>> = {}): Target {
  const site = { id: 'live', url: `${origin.url}/`, name: '127.0.0.1', content: 'frozen' as const, options };
  const configured = page.configure(site);
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  return { ...someTarget('live', 'page'), settings: configured.settings };
}

function captured(of: Target): Promise<Captured> {
  return captureTarget(of, {
    observatory: { vantages: [vantage], now: Date.now, pause: async () => undefined },
    signal,
  });
}

/** What a frozen page is told for: anything at all. */
async function findings({ evidence }: Captured, of: Target, sampling?: Sampling): Promise<readonly Finding[]> {
  const look = await vantage.observe(of, signal, sampling ? { sampling } : {});
  const accepted = [{ version: 1, evidence, at: 0, by: 'x', note: '' }];
  return judge(page, of, look, { targetId: of.id, accepted }).findings;
}

test('the day and the chance of a page are learned before they change', async () => {
  const of = target();
  const baseline = await captured(of);
  expect([baseline.samples, await findings(baseline, of)]).toEqual([5, []]);
  expect(await findings(baseline, of, TOMORROW)).toEqual([]);
  expect(await findings(baseline, of, { ...TOMORROW, seed: 0xface })).toEqual([]);
  // Nothing else is forgiven with them.
  origin.pages['/'] = `${origin.pages['/']}`.replace('six languages', 'one language');
  expect((await findings(baseline, of, TOMORROW)).map(({ code }) => code)).toContain('page/text-changed');
});

test('every viewport the site names is captured and compared for itself', async () => {
  const of = target({ viewports: ['desktop', 'mobile'] });
  origin.pages['/'] = `<!doctype html><title>Summit</title><meta name="viewport" content="width=device-width">${BODY}`;
  const baseline = await captured(of);
  expect(page.evidence.parse(baseline.evidence).views.map(({ shown }) => shown?.width)).toEqual([1280, 390]);
  origin.pages['/'] =
    `${origin.pages['/']}<script>if (innerWidth < 500) document.querySelector('h1').textContent = 'HACKED BY NOBODY'</script>`;
  const found = await findings(baseline, of);
  const replaced = found.find(({ code }) => code === 'page/defacement-phrase');
  expect(replaced).toMatchObject({ severity: 'critical', where: expect.stringContaining('mobile') });
  expect(found.filter(({ where = '' }) => where.includes('desktop: h1'))).toEqual([]);
});

test('a page that stands still is looked at three times, and one that moves five times', async () => {
  const moving = await captured(target());
  origin.pages['/'] = `<!doctype html><title>Summit</title>${BODY}`;
  const still = await captured(target());
  expect([moving.samples, still.samples]).toEqual([5, 3]);
});
