/** Looks that are spared the rendering, with a real server and a real browser: what they save, and what they never cost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProbeIo } from '../src/checks/check.js';
import { page } from '../src/checks/page/index.js';
import type { Baseline, Content, Site, Target } from '../src/core/model.js';
import { type Memory, watch } from '../src/memory.js';
import { inspect, type Observatory, type Thoroughness } from '../src/monitor.js';
import type { SharedBrowser } from '../src/net/browser/browser.js';
import { createNetwork } from '../src/net/network.js';
import { openStore } from '../src/store/open.js';
import type { Store } from '../src/store/store.js';
import { Recollections } from '../src/vantage/recollections.js';
import { localVantage } from '../src/vantage/vantage.js';
import { target as someTarget } from './cli/report/sample.js';
import { browserFor } from './net/browser/support.js';
import { type Origin, type Page, startOrigin } from './support/origin.js';

const MINUTE = 60_000;
const GENUINE = `<!doctype html><title>Summit</title><h1>Live from the hall</h1><p id="p">Doors open at nine o'clock.</p>
<p>Sessions are streamed in six languages.</p><a href="/programme">Programme</a><script src="/app.js"></script>`;
const HACKS = 'document.body.innerHTML = "<h1>HACKED BY NOBODY</h1>"; document.title = "Hacked by nobody"';

let origin: Origin;
let browser: SharedBrowser;
let clock: number;
let renders: number;
let observatory: Observatory;
let target: Target;
let baseline: Baseline;

beforeAll(async () => {
  browser = browserFor();
  origin = await startOrigin();
});

afterAll(async () => {
  await browser.close();
  await origin.close();
});

beforeEach(async () => {
  for (const path of Object.keys(origin.pages)) delete origin.pages[path];
  origin.pages['/'] = GENUINE;
  origin.pages['/app.js'] = script('document.body.dataset.on = "1"');
  clock = Date.UTC(2026, 6, 17);
  renders = 0;
  const network = createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [],
    lookup: async () => ['127.0.0.1'],
    capture: (request) => {
      renders += 1;
      return browser.capture(request);
    },
    now: () => clock,
  });
  const io: Omit<ProbeIo, 'signal'> = { vantage: 'local', now: () => clock, network, resolvers: [] };
  const vantages = [localVantage(io)] as const;
  observatory = {
    vantages: [...vantages],
    now: () => clock,
    pause: async () => undefined,
    recollections: new Recollections(),
  };
  target = targetOf('living');
  baseline = await approved();
});

function script(body: string): Page {
  return { headers: { 'content-type': 'text/javascript' }, body };
}

function targetOf(content: Content, options: Readonly<Record<string, unknown>> = {}): Target {
  const configured = page.configure({ id: 'live', url: `${origin.url}/`, name: '127.0.0.1', content, options });
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  return { ...someTarget('live', 'page'), settings: configured.settings };
}

async function approved(samples = 2): Promise<Baseline> {
  const looks = [];
  while (looks.length < samples) {
    const { outcome } = await observatory.vantages[0].observe(target, new AbortController().signal);
    if (!outcome.ok) throw new Error(outcome.failure.detail);
    looks.push(page.evidence.parse(outcome.evidence));
  }
  const [first, ...rest] = looks;
  if (!first) throw new Error('no look');
  renders = 0;
  return {
    targetId: target.id,
    accepted: [{ version: 1, evidence: page.combine([first, ...rest]), at: clock, by: 'x', note: '' }],
  };
}

/** The state, the worst finding's code, and how often the browser was asked. */
async function look(thoroughness: Thoroughness = 'sparing', of = target) {
  const before = renders;
  const signal = new AbortController().signal;
  const { verdict, looks } = await inspect(
    of,
    { baseline, findings: [] },
    observatory,
    signal,
    undefined,
    thoroughness,
  );
  return { state: verdict.state, code: verdict.findings[0]?.code ?? null, rendered: renders - before, looks };
}

const INTACT = { state: 'intact', code: null, looks: 1 };

/** Answers 304 to whoever names the version, as servers do. */
function versioned(html: () => string, tag: () => string): Page {
  return (request, response) => {
    response.setHeader('etag', tag());
    response.setHeader('content-type', 'text/html');
    response.statusCode = request.headers['if-none-match'] === tag() ? 304 : 200;
    response.end(response.statusCode === 304 ? undefined : html());
  };
}

test('a page whose answer stays the same is rendered once in its cadence', async () => {
  expect(await look()).toEqual({ ...INTACT, rendered: 1 });
  for (let minute = 1; minute < 10; minute += 3) {
    clock += 3 * MINUTE;
    expect([minute, await look()]).toEqual([minute, { ...INTACT, rendered: 0 }]);
  }
  clock += MINUTE;
  expect(await look()).toEqual({ ...INTACT, rendered: 1 });
});

test('the one-shot check, a frozen page and a cadence of 0s render at every look', async () => {
  const frozen = targetOf('frozen');
  const always = targetOf('living', { render_every: '0s' });
  for (const [thoroughness, of] of [
    ['full', target],
    ['sparing', frozen],
    ['sparing', always],
  ] as const) {
    await look(thoroughness, of);
    expect((await look(thoroughness, of)).rendered).toBe(1);
  }
});

test('a server that knows versions is asked for another one only, and sends no body', async () => {
  origin.pages['/'] = versioned(
    () => GENUINE,
    () => '"v1"',
  );
  await look();
  const soFar = origin.requests.length;
  expect(await look()).toEqual({ ...INTACT, rendered: 0 });
  const asked = origin.requests.slice(soFar);
  expect(asked.map(({ url, headers }) => [url, headers['if-none-match']])).toEqual([['/', '"v1"']]);
});

test('a change of the answer is rendered and confirmed at once', async () => {
  let html = GENUINE;
  origin.pages['/'] = versioned(
    () => html,
    () => `"${html.length}"`,
  );
  await look();
  html = GENUINE.replace(
    '<h1>Live from the hall</h1>',
    '<h1>HACKED BY NOBODY</h1><iframe src="https://evil.test/"></iframe>',
  );
  const { state, rendered, looks } = await look();
  expect([state, rendered, looks]).toEqual(['altered', 2, 2]);
});

test('a script changed behind the same address is seen at the next full look, and no later', async () => {
  await look();
  origin.pages['/app.js'] = script(HACKS);
  clock += 9 * MINUTE;
  expect((await look()).state).toBe('intact');
  clock += MINUTE;
  const { state, code } = await look();
  expect([state, code]).toEqual(['altered', 'page/replaced']);
  // And from then on at every look, until a full one is intact again.
  expect(await look()).toMatchObject({ state: 'altered', rendered: 2 });
  origin.pages['/app.js'] = script('document.body.dataset.on = "1"');
  expect((await look()).rendered).toBe(1);
  expect((await look()).rendered).toBe(0);
});

test('a server that says "not modified" for ever is not believed beyond the cadence', async () => {
  let html = GENUINE;
  origin.pages['/'] = versioned(
    () => html,
    () => '"forever"',
  );
  await look();
  html = '<title>Hacked by nobody</title><h1>HACKED BY NOBODY</h1>';
  expect((await look()).rendered).toBe(0);
  clock += 10 * MINUTE;
  expect(await look()).toMatchObject({ state: 'altered', code: 'page/replaced' });
});

test('"not modified" of another version than the one named is no answer', async () => {
  origin.pages['/'] = versioned(
    () => GENUINE,
    () => '"v1"',
  );
  await look();
  origin.pages['/'] = (request, response) => {
    const asked = request.headers['if-none-match'] !== undefined;
    response.writeHead(asked ? 304 : 200, { etag: '"v2"', 'content-type': 'text/html' });
    response.end(asked ? undefined : GENUINE.replace('nine', 'ten'));
  };
  expect((await look()).rendered).toBe(1);
});

test('"not modified" to a question nobody asked hides the page: that is the failure', async () => {
  origin.pages['/'] = { status: 304 };
  const signal = new AbortController().signal;
  const { verdict } = await inspect(target, { baseline, findings: [] }, observatory, signal);
  expect(verdict).toMatchObject({ state: 'unreachable', diagnosis: 'denied' });
  expect(verdict.failures.map(({ code }) => code)).toContain('not-modified-unasked');
});

test('a clock that was set back, another baseline or another target spares nothing', async () => {
  await look();
  clock -= MINUTE;
  expect((await look()).rendered).toBe(1);
  baseline = { ...baseline, accepted: baseline.accepted.map((entry) => ({ ...entry, by: 'somebody else' })) };
  expect((await look()).rendered).toBe(1);
  expect((await look('sparing', targetOf('living'))).rendered).toBe(1);
  expect((await look('sparing')).rendered).toBe(1);
});

test('what was learned to move by itself spares the rendering all the same, and nothing else does', async () => {
  let served = 0;
  let extra = '';
  let link = '/programme';
  origin.pages['/'] = (_request, response) => {
    served += 1;
    const quote = ['Water is life.', 'Rivers know no borders.', 'Every drop counts.'][served % 3];
    response.setHeader('content-type', 'text/html');
    response.end(
      GENUINE.replace('<a href', `<blockquote id="quote">${quote}</blockquote>${extra}<a href`).replace(
        '/programme',
        link,
      ),
    );
  };
  baseline = await approved(4);
  expect((await look()).rendered).toBe(1);
  for (let more = 0; more < 4; more += 1) expect((await look()).rendered).toBe(0);
  for (const added of ['<p>Hacked</p>', '<script>1</script>', '<b></b>', '<a href="https://evil.test/">x</a>']) {
    await look();
    extra = added;
    expect([added, (await look()).rendered > 0]).toEqual([added, true]);
    extra = '';
  }
  // The same elements in the same places, one of them leading elsewhere.
  await look();
  link = 'https://evil.test/';
  expect((await look()).rendered).toBeGreaterThan(0);
});

test('must_have of what only a browser shows does not alarm where nothing was rendered', async () => {
  origin.pages['/app.js'] = script('document.querySelector("#p").textContent = "On air"');
  target = targetOf('living', { must_have: [{ text: 'On air' }] });
  baseline = await approved();
  expect((await look()).rendered).toBe(1);
  expect(await look()).toEqual({ ...INTACT, rendered: 0 });
});

test('while an event runs or an incident of the target is open every look is a full one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'siteward-test-'));
  const store: Store = openStore('sqlite:test.db', folder);
  await store.open();
  const site: Site = { ...bareSite(), targets: [target] };
  const memory: Memory = {
    store,
    routes: [],
    ladder: [],
    windows: [],
    siteOf: () => site,
    newIncidentId: (at) => `i${at}`,
    keepEvidence: async () => null,
    inTurn: (_site, work) => work(),
  };
  const attend = async (of = target): Promise<number> => {
    const before = renders;
    await watch(site, of, { baseline, findings: [] }, observatory, memory, new AbortController().signal);
    return renders - before;
  };
  try {
    const inEvent = { ...target, policy: { ...target.policy, inEvent: true } };
    expect([await attend(inEvent), await attend(inEvent)]).toEqual([1, 1]);
    expect([await attend(), await attend()]).toEqual([1, 0]);
    origin.pages['/app.js'] = script(HACKS);
    clock += 10 * MINUTE;
    expect(await attend()).toBe(2);
    expect(await store.openIncidents('live')).toHaveLength(1);
    // Even if a look that was intact came to be leant on meanwhile.
    const calm = { ...observatory, recollections: new Recollections() };
    origin.pages['/app.js'] = script('document.body.dataset.on = "1"');
    await inspect(target, { baseline, findings: [] }, calm, new AbortController().signal);
    origin.pages['/app.js'] = script(HACKS);
    observatory = calm;
    expect(await attend()).toBe(2);
    expect(await store.openIncidents('live')).toHaveLength(1);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});

function bareSite(): Site {
  return { id: 'live', url: `${origin.url}/`, name: '127.0.0.1', title: null, tags: [], targets: [], receivers: [] };
}

test('no more is remembered than fits', () => {
  const few = new Recollections(2);
  const targets = ['a', 'b', 'c'].map((id) => someTarget(id, 'page'));
  for (const one of targets) few.keep('local', one, null, { at: 1, value: one.id });
  expect(targets.map((one) => few.recall('local', one, null)?.value ?? null)).toEqual([null, 'b/page', 'c/page']);
});
