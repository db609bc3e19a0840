/** The built `check` before, during and after attacks on pages of all kinds. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/cli/report/check-json.js';
import { type Page, redirectTo } from '../support/origin.js';
import type { Finished, Workplace } from '../support/siteward.js';
import { DEFACED, ELSEWHERE, type Event, eventPage, startEvent } from './event.js';

const ONE_WORD = eventPage({
  news: ['Opening keynote moved to the small hall', 'Interpreters announced for the plenary sessions'],
});
const MINER = '<script src="https://cdn.coinmine.test/m.js"></script>';

/** Pages in other scripts, and what defacers made of them. */
const WORLD = {
  persian: {
    genuine: worldPage(
      'fa',
      'rtl',
      'همایش جهانی – پخش زنده',
      'سخنرانی افتتاحیه ساعت نه آغاز می‌شود و به شش زبان پخش خواهد شد.',
    ),
    defaced: worldPage('fa', 'rtl', 'هک شده توسط گروه سایه', 'امنیت شما شوخی است. این سرور اکنون مال ماست.'),
    titles: ['همایش جهانی – پخش زنده', 'هک شده توسط گروه سایه'],
  },
  arabic: {
    genuine: worldPage('ar', 'rtl', 'القمة العالمية – بث مباشر', 'تبدأ الكلمة الافتتاحية في التاسعة وتبث بست لغات.'),
    defaced: worldPage('ar', 'rtl', 'تم الاختراق من قبل ذئب الليل', 'أمنكم مزحة. هذا الخادم لنا الآن.'),
    titles: ['القمة العالمية – بث مباشر', 'تم الاختراق من قبل ذئب الليل'],
  },
  chinese: {
    genuine: worldPage('zh', 'ltr', '全球峰会 – 现场直播', '开幕演讲于九点开始,并以六种语言播出。'),
    defaced: worldPage('zh', 'ltr', '已被暗影小组入侵', '你们的安全是个笑话。这台服务器现在属于我们。'),
    titles: ['全球峰会 – 现场直播', '已被暗影小组入侵'],
  },
} as const;

function worldPage(language: string, direction: string, title: string, text: string): string {
  return `<!doctype html><html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1><p>${text}</p><p>${title} 2026</p></body></html>`;
}

interface Attack {
  readonly content?: 'frozen';
  readonly page: (elsewhere: string) => Page;
  /** What the check makes of it. */
  readonly verdict: readonly [state: string, severity: string | null, diagnosis: string | null];
  readonly code: string;
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  defaced: { page: () => DEFACED, verdict: ['altered', 'critical', 'defaced'], code: 'page/replaced' },
  injected: {
    page: () => eventPage({ extra: MINER }),
    verdict: ['altered', 'critical', 'injected'],
    code: 'page/script-injected',
  },
  redirected: {
    page: (elsewhere) => redirectTo(elsewhere),
    verdict: ['altered', 'critical', 'redirected'],
    code: 'page/redirected',
  },
  blank: {
    page: () => '<html><body></body></html>',
    verdict: ['altered', 'critical', 'defaced'],
    code: 'page/emptied',
  },
  retitled: {
    page: () => eventPage({ title: 'Hacked by CyberWolf' }),
    verdict: ['altered', 'critical', 'defaced'],
    code: 'page/title-replaced',
  },
  'word-frozen': {
    content: 'frozen',
    page: () => ONE_WORD,
    verdict: ['altered', 'critical', 'changed'],
    code: 'page/text-changed',
  },
  'word-living': { page: () => ONE_WORD, verdict: ['intact', 'notice', null], code: 'page/text-changed' },
  linked: {
    page: () => eventPage({ extra: '<a href="https://casino.test/">play</a>' }),
    verdict: ['altered', 'warning', 'injected'],
    code: 'page/links-added',
  },
  persian: { page: () => WORLD.persian.defaced, verdict: ['altered', 'critical', 'defaced'], code: 'page/replaced' },
  arabic: { page: () => WORLD.arabic.defaced, verdict: ['altered', 'critical', 'defaced'], code: 'page/replaced' },
  chinese: { page: () => WORLD.chinese.defaced, verdict: ['altered', 'critical', 'defaced'], code: 'page/replaced' },
};

function genuinePages(): Record<string, Page> {
  const pages = Object.keys(ATTACKS).map((id): [string, Page] => [`/${id}`, genuine(id)]);
  return { ...Object.fromEntries(pages), '/elsewhere': eventPage({ title: 'Another summit' }) };
}

function genuine(id: string): string {
  return Object.entries(WORLD).find(([language]) => language === id)?.[1].genuine ?? eventPage();
}

function watchlist(event: Event): string {
  const sites = Object.entries(ATTACKS).map(([id, { content = 'living' }]) => {
    const tags = id in WORLD ? ', tags: [world]' : '';
    return `  - { id: ${id}, url: "${event.url(`/${id}`)}", content: ${content}${tags} }`;
  });
  return `version: 1
defaults: { checks: [page, tls], confirm_after: 0s }
sites:
${sites.join('\n')}
events:
  - id: summit
    from: 2020-01-01T00:00:00Z
    to: 2020-01-02T00:00:00Z
    sites: [word-living]
    content: frozen
`;
}

let event: Event;
let place: Workplace;
beforeAll(async () => {
  event = await startEvent(genuinePages());
  place = event.workplace();
  place.watchlist(watchlist(event));
});
afterAll(() => event.close());

function siteOf(report: CheckReport, id: string): CheckReport['sites'][number] {
  const site = report.sites.find((candidate) => candidate.id === id);
  if (!site) throw new Error(`The report has no site ${id}.`);
  return site;
}

describe('before the attack', () => {
  test('a site without a baseline is not verified: exit code 3', async () => {
    const { code, stdout } = await place.siteward('check', 'defaced');
    expect(code).toBe(3);
    expect(stdout).toContain('siteward baseline capture defaced');
  });

  test('every site is captured and approved with one command', async () => {
    expect(await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada', '--note', 'opening')).toMatchObject({
      code: 0,
    });
  });

  test('the check is green: exit code 0, every site intact, in the document the contract promises', async () => {
    const { code, stdout, report } = await place.check();
    expect(code, stdout).toBe(0);
    expect(report).toMatchObject({ schema: 'siteward/check/1', exitCode: 0, state: 'intact' });
    expect(report.sites.map(({ id }) => id)).toEqual(Object.keys(ATTACKS));
    expect(new Set(report.sites.map(({ state }) => state))).toEqual(new Set(['intact']));
    expect(report.sites[0]?.checks.map(({ kind, vantage }) => [kind, vantage])).toEqual([
      ['page', 'local'],
      ['tls', 'local'],
    ]);
  });
});

describe('under attack', () => {
  let red: Finished & { readonly report: CheckReport };
  let junit: string;
  let html: string;
  let requests: Event['origin']['requests'];
  beforeAll(async () => {
    const soFar = event.origin.requests.length;
    for (const [id, { page }] of Object.entries(ATTACKS)) {
      event.origin.pages[`/${id}`] = page(`https://${ELSEWHERE}:${event.origin.port}/elsewhere`);
    }
    red = await place.check('--junit', 'report.xml', '--html', 'report.html');
    requests = event.origin.requests.slice(soFar);
    junit = readFileSync(place.path('report.xml'), 'utf8');
    html = readFileSync(place.path('report.html'), 'utf8');
  });

  test('the exit code is 2 and the document says the same', () => {
    expect(red.code).toBe(2);
    expect(red.report).toMatchObject({ exitCode: 2, state: 'altered', severity: 'critical' });
  });

  test.each(Object.entries(ATTACKS))('a page that is %s gets its verdict', (id, { verdict, code }) => {
    const site = siteOf(red.report, id);
    expect([site.state, site.severity, site.diagnosis], site.summary).toEqual(verdict);
    expect(site.findings.map((finding) => finding.code)).toContain(code);
  });

  test('every divergence was looked at twice before it was told', () => {
    // Once raw and once rendered a look; as other visitors it is asked for besides.
    const asOurselves = requests.filter(
      ({ headers }) => !headers.referer && !headers['user-agent']?.includes('Googlebot'),
    );
    const requested = (path: string): number => asOurselves.filter(({ url }) => url === path).length;
    expect([requested('/defaced'), requested('/word-living')]).toEqual([4, 2]);
  });

  test('the evidence holds before, after and difference, each with its hash', () => {
    const folder = siteOf(red.report, 'defaced').evidence ?? '';
    expect(folder).toMatch(/^data\/evidence\/defaced\/\d{8}T\d{6}Z-[0-9a-f]{6}\/$/);
    const manifest: unknown = JSON.parse(readFileSync(place.path(folder, 'manifest.json'), 'utf8'));
    const text = JSON.stringify(manifest);
    for (const name of ['before', 'after', 'difference', 'dom', 'headers']) expect(text).toContain(name);
    expect(text).toMatch(/[0-9a-f]{64}/);
  });

  test.each(Object.entries(WORLD))('a %s title comes through right in the JSON and in the report', (id, { titles }) => {
    const site = JSON.stringify(siteOf(red.report, id));
    for (const title of titles) {
      expect(site).toContain(title);
      expect(html).toContain(title);
      expect(junit).toContain(title);
    }
  });

  test('titles of all three come through right on the terminal', async () => {
    const { code, stdout } = await place.siteward('check', '--tag', 'world');
    expect(code).toBe(2);
    for (const { titles } of Object.values(WORLD)) for (const title of titles) expect(stdout).toContain(title);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('word-frozen');
  });

  test('the JUnit file has a case per check: failures for what is altered, none for what is not', () => {
    expect(junit).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>/);
    const altered = red.report.sites.filter(({ state }) => state === 'altered').length;
    expect(junit).toContain(`tests="${Object.keys(ATTACKS).length * 2}" failures="${altered}" errors="0"`);
    expect(junit).toMatch(/<testcase classname="word-living" name="page" time="[\d.]+"\/>/);
    expect(junit).toMatch(/<testcase classname="defaced" name="page" time="[\d.]+"><failure type="defaced"/);
  });

  test('the HTML report is one file that loads nothing and shows what a visitor sees', () => {
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).not.toMatch(/<(link|iframe|object|embed|base)\b/i);
    expect(html).not.toMatch(/<script[^>]*\bsrc=/i);
    expect(html).not.toMatch(/url\((?!["']?data:)/i);
    const sources = [...html.matchAll(/\bsrc(?:set)?="([^"]{0,30})/g)].map(([, source = '']) => source);
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((source) => !source.startsWith('data:image/'))).toEqual([]);
    expect(html).not.toContain(MINER);
  });

  test('--nagios prints one line with performance data', async () => {
    const { code, stdout } = await place.siteward('check', 'defaced', 'word-living', '--nagios');
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^SITEWARD CRITICAL: 1 of 2 sites in trouble [^|\n]*defaced: [^|\n]*\| 'time'=\d+\.\d{3}s;;;0 .*\n$/,
    );
  });

  test('a site may be named by its URL, and a warning alone is exit code 1', async () => {
    const { code, report } = await place.check(event.url('/linked'));
    expect(code).toBe(1);
    expect(report.sites.map(({ id }) => id)).toEqual(['linked']);
  });

  test('a notice alone is exit code 0, and within an event that freezes the site it is critical', async () => {
    expect(await place.siteward('check', 'word-living')).toMatchObject({ code: 0 });
    const { code, report } = await place.check('--event', 'summit');
    expect(code).toBe(2);
    expect(report.sites.map(({ id, diagnosis }) => [id, diagnosis])).toEqual([['word-living', 'changed']]);
  });

  test('--explain says what every comparer went by, on the terminal and in the document', async () => {
    const { code, stdout } = await place.siteward('check', 'defaced', '--explain');
    expect(code).toBe(2);
    expect(stdout).toMatch(/= weighed +by the rule “replaced”/);
    expect(stdout).toMatch(/· coverage [\s\S]*quiet; it speaks when a view is rendered that no accepted look has/);
    expect(stdout).toMatch(/· validity [\s\S]*127\.0\.0\.1: chain: trusted, and the name fits/);
    const { report } = await place.check('defaced', '--explain');
    const [page, tls] = siteOf(report, 'defaced').explanation ?? [];
    expect([page?.check, page?.looks, tls?.check]).toEqual(['page', 2, 'tls']);
    expect(page?.comparers.find(({ name }) => name === 'title')?.findings[0]?.code).toBe('page/title-replaced');
  });

  test('a URL that nobody ever approved is not verified: exit code 3', async () => {
    const { code, report } = await place.check(event.url('/elsewhere'));
    expect(code).toBe(3);
    expect(report.sites).toMatchObject([{ url: event.url('/elsewhere'), state: 'unverified', severity: null }]);
  });

  test('--quiet says nothing on stderr, and --json nothing but its document on stdout', async () => {
    const { code, stdout, stderr } = await place.siteward('--quiet', '--json', 'check', 'word-frozen');
    expect([code, stderr]).toEqual([2, '']);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'siteward/check/1' });
  });
});

describe('after the pages are restored', () => {
  test('the check is green again', async () => {
    Object.assign(event.origin.pages, genuinePages());
    const { code, report } = await place.check();
    expect(code, JSON.stringify(report.sites.filter(({ state }) => state !== 'intact'))).toBe(0);
  });
});
