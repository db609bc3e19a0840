import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { PageEvidence } from '../../../src/checks/page/evidence.js';
import { pageEvidence } from '../../../src/checks/page/evidence.js';
import { page } from '../../../src/checks/page/index.js';
import { probe } from '../../../src/checks/page/probe.js';
import { configure, type PageSettings } from '../../../src/checks/page/settings.js';
import type { Finding } from '../../../src/core/model.js';
import { createNetwork } from '../../../src/net/network.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { GENUINE, reading } from './looks.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** What a site answers one request with: HTML, or where it sends the visitor, or a status. */
type Answer = string | { readonly to: string } | { readonly status: number; readonly body?: string };
type Site = (who: { crawler: boolean; searched: boolean; phone: boolean }) => Answer;

const honest: Site = () => GENUINE;

function whoAsks({ headers }: IncomingMessage) {
  const agent = headers['user-agent'] ?? '';
  return {
    crawler: /bot/i.test(agent),
    searched: /google\./.test(headers.referer ?? ''),
    phone: /iphone|android/i.test(agent),
  };
}

async function serve(site: Site, address = '127.0.0.1'): Promise<Origin & { become(next: Site): void }> {
  let current = site;
  const origin = await startOrigin(
    {
      '*': (request, response) => {
        const answer = current(whoAsks(request));
        response.setHeader('content-type', 'text/html; charset=utf-8');
        if (typeof answer === 'string') response.end(answer);
        else if ('to' in answer) response.writeHead(302, { location: answer.to }).end();
        else response.writeHead(answer.status).end(answer.body ?? 'No.');
      },
    },
    { address },
  );
  closing.push(() => origin.close());
  return Object.assign(origin, {
    become: (next: Site) => {
      current = next;
    },
  });
}

function settingsOf(origin: Origin, options: Readonly<Record<string, unknown>> = {}): PageSettings {
  const facts = { id: 'live', url: `${origin.url}/`, name: origin.address, content: 'living' as const, options };
  const configured = configure(facts);
  if ('notApplicable' in configured) throw new Error(configured.notApplicable);
  // Nothing here depends on a rendering.
  return { ...configured.settings, viewports: [] };
}

async function look(settings: PageSettings): Promise<PageEvidence> {
  const network = createNetwork({
    policy: { allow: [], only: ['127.0.0.0/8'] },
    hosts: {},
    ca: [],
    lookup: async () => ['127.0.0.1'],
    capture: () => Promise.reject(new Error('nothing is rendered here')),
    now: Date.now,
  });
  closing.push(() => network.close());
  const signal = new AbortController().signal;
  return pageEvidence.parse(await probe(settings, { vantage: 'local', now: Date.now, signal, network, resolvers: [] }));
}

/** What is said of a site that was approved as one thing and became another. */
async function judged(before: Site, after: Site, options = {}): Promise<readonly Finding[]> {
  const origin = await serve(before);
  const settings = settingsOf(origin, options);
  const accepted = page.combine([await look(settings), await look(settings), await look(settings)]);
  origin.become(after);
  return reading(await look(settings), accepted, settings).findings;
}

const only = (kind: 'crawler' | 'searched' | 'phone', shown: Answer, others: Answer = GENUINE): Site => {
  return (who) => (who[kind] ? shown : others);
};
const put = (html: string): string => GENUINE.replace('</main>', `${html}</main>`);

const DEFACED =
  '<!doctype html><title>Hacked by NoName</title><body bgcolor="black"><h1>HACKED BY NoName Crew</h1><p>Your security is zero.</p>';
const SPAM = put(
  `<div>${Array.from({ length: 12 }, (_, i) => `<a href="https://cheap-pills-${i}.example/">buy cheap viagra ${i}</a>`).join(' ')}</div>`,
);
const HIDDEN_SPAM = put(
  '<div style="display:none"><a href="https://casino.example.net/">online casino bonus</a></div>',
);

describe('what is hidden from the monitor', () => {
  it.each<[string, Site, string, RegExp]>([
    [
      'another page for phones',
      only('phone', DEFACED),
      'defaced',
      /^Shown to visitors with a phone only: .*Hacked by/i,
    ],
    ['another page for search engines', only('crawler', DEFACED), 'defaced', /^Shown to search engines only/],
    [
      'links in great number for search engines',
      only('crawler', SPAM),
      'injected',
      /search engines only: Links to cheap-pills-0/,
    ],
    [
      'a few links in the words of spam for search engines',
      only('crawler', put('<a href="https://pills.example.net/">buy cheap viagra and cialis</a>')),
      'injected',
      /search engines only: The page now links to pills/,
    ],
    [
      'hidden links for search engines',
      only('crawler', HIDDEN_SPAM),
      'injected',
      /search engines only: Links to casino/,
    ],
    [
      'a script for who comes from a search engine',
      only('searched', put('<script src="https://evil.example.net/a.js"></script>')),
      'injected',
      /come from a search engine and visitors with a phone only: .*evil\.example\.net/,
    ],
    [
      'a page that sends phones on by itself',
      only('phone', '<script>location="https://scam.example.net/"</script>'),
      'defaced',
      /visitors with a phone only/,
    ],
    ['a defaced refusal for phones', only('phone', { status: 403, body: DEFACED }), 'defaced', /phone only/],
  ])('is told: %s', async (_name, site, diagnosis, summary) => {
    const findings = await judged(honest, site);
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'page/cloaked',
        severity: 'critical',
        diagnosis,
        summary: expect.stringMatching(summary),
      }),
    ]);
  });

  it.each<['searched' | 'phone', RegExp]>([
    ['phone', /^Visitors with a phone are sent to 127\.0\.0\.9:\d+; the monitor is not\.$/],
    [
      'searched',
      /^Visitors who come from a search engine and visitors with a phone are sent to 127\.0\.0\.9:\d+; the monitor is not\.$/,
    ],
  ])('is told: a redirect to another site (%s)', async (kind, summary) => {
    const elsewhere = await serve(() => '<title>You won</title><p>Claim it.</p>', '127.0.0.9');
    const findings = await judged(honest, only(kind, { to: `${elsewhere.url}/` }));
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'page/cloaked',
        severity: 'critical',
        diagnosis: 'redirected',
        summary: expect.stringMatching(summary),
      }),
    ]);
  });

  it('is told of a redirect to where nothing answers, or where we may not go', async () => {
    for (const to of ['http://127.0.0.9:9/', 'http://192.0.2.1/']) {
      const [found] = await judged(honest, only('phone', { to }));
      expect(found).toMatchObject({ code: 'page/cloaked', severity: 'critical', diagnosis: 'redirected' });
    }
  });

  it('is not seen where the site asks not to look', async () => {
    expect(await judged(honest, only('phone', DEFACED), { visitors: ['crawler'] })).toEqual([]);
    expect(await judged(honest, only('phone', DEFACED), { visitors: [] })).toEqual([]);
  });

  it('is told of a site whose own form for phones was replaced', async () => {
    const mobile = GENUINE.replace('<h1>Live from', '<h1>Mobile: live from').replace(
      /<section id="about">.*?<\/section>/s,
      '',
    );
    const [found] = await judged(only('phone', mobile), only('phone', DEFACED));
    expect(found).toMatchObject({ code: 'page/cloaked', severity: 'critical', diagnosis: 'defaced' });
  });
});

describe('an honest site', () => {
  const mobile =
    '<!doctype html><title>Summit, mobile</title><body><h1>Summit to go</h1><p>Watch the summit on your phone.</p><a href="/m/live">Live</a>';
  const prerendered = GENUINE.replace(
    '</main>',
    '<p>Every session, rendered for robots, with all the words of it.</p></main>',
  );

  it.each<[string, Site, Site]>([
    ['is one page for all', honest, honest],
    [
      'has a page for phones and one for search engines',
      (who) => (who.phone ? mobile : who.crawler ? prerendered : GENUINE),
      (who) => (who.phone ? mobile : who.crawler ? prerendered : GENUINE),
    ],
    ['drops its page for phones', only('phone', mobile), honest],
    ['is edited, for everybody', honest, () => GENUINE.replace('clean water', 'safe and clean water')],
    [
      'is edited, and its page for phones with it',
      only('phone', mobile),
      only(
        'phone',
        mobile.replace('Watch the summit', 'See the summit'),
        GENUINE.replace('clean water', 'clear water'),
      ),
    ],
    ['lets an approved wall stand', only('crawler', { status: 403 }), only('crawler', { status: 403 })],
    ['carries nonces and counters', () => nonced(), () => nonced()],
    ['shows two variants by chance', variants(), variants()],
  ])('that %s says nothing of other visitors', async (_name, before, after) => {
    const findings = await judged(before, after);
    expect(findings.filter(({ code, severity }) => code === 'page/cloaked' || severity !== 'notice')).toEqual([]);
  });

  it('may send phones to a site of their own, once that was approved', async () => {
    const other = await serve(() => mobile, '127.0.0.9');
    const site = only('phone', { to: `${other.url}/` });
    expect(await judged(site, site)).toEqual([]);
  });

  it('that refuses a false search engine is a notice, and one that has trouble is too', async () => {
    for (const status of [403, 429, 503, 404]) {
      const findings = await judged(honest, only('crawler', { status }));
      expect(findings).toEqual([expect.objectContaining({ code: 'page/visitor-refused', severity: 'notice' })]);
      expect(findings[0]?.summary).toMatch(/^To search engines the page is refused.*answers/);
    }
  });

  it('that refuses everybody, or names no page, is told of the page alone', async () => {
    const codes = (await judged(honest, (who) => ({ status: who.phone ? 429 : 403 }))).map(({ code }) => code);
    expect(codes).toEqual(['page/denied']);
    expect(await judged(honest, () => ({ status: 304 }))).toEqual([]);
  });

  it('is told once where everybody sees the attack', async () => {
    const injected = put('<script src="https://evil.example.net/a.js"></script>');
    const codes = (await judged(only('phone', mobile), only('phone', injected, injected))).map(({ code }) => code);
    expect(codes).toContain('page/script-injected');
    expect(codes).not.toContain('page/cloaked');
  });
});

describe('a baseline', () => {
  it('without other visitors says nothing of them', async () => {
    const origin = await serve(honest);
    const accepted = page.combine([await look(settingsOf(origin, { visitors: [] }))]);
    origin.become(only('phone', DEFACED));
    const settings = settingsOf(origin);
    expect(reading(await look(settings), accepted, settings).findings).toEqual([]);
  });

  it('keeps no copy of what the monitor was given, and tells who is shown something else', async () => {
    const origin = await serve((who) => (who.phone ? DEFACED : who.crawler ? { status: 403 } : nonced(false)));
    const settings = settingsOf(origin);
    const candidate = page.combine([await look(settings), await look(settings)]);
    expect(candidate.visitors?.map(({ name, raw }) => [name, raw?.status ?? null])).toEqual([
      ['crawler', 403],
      ['searcher', null],
      ['phone', 200],
    ]);
    expect(page.learned?.(candidate)).toEqual([
      expect.stringMatching(/^refused to search engines, so what they are shown cannot be watched: .*403/),
      expect.stringMatching(/^another page for visitors with a phone, approve it only if that is meant: .*Hacked/),
    ]);
    const names = page.exhibit(candidate, [], settings).members.map(({ name }) => name);
    expect(names).toContain('as-phone/raw-body.txt');
  });
});

let counter = 0;

function nonced(counted = true): string {
  counter += 1;
  return GENUINE.replaceAll('r4nd0m', `nonce${counter}x8Zq`).replace(
    '12,431',
    counted ? String(counter * 17) : '12,431',
  );
}

function variants(): Site {
  let turn = 0;
  return () => {
    turn += 1;
    return turn % 2 === 0 ? GENUINE : GENUINE.replace('Registration for', 'Hurry: the registration for');
  };
}
