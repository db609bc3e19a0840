import { describe, expect, it } from 'vitest';
import { codes } from '../../../src/checks/page/codes.js';
import type { PageEvidence } from '../../../src/checks/page/evidence.js';
import { page } from '../../../src/checks/page/index.js';
import { findingsOf, GENUINE, lookAt, paintedPng, reading, settingsFor, URL_OF_SITE } from './looks.js';

/** The look reached through these URLs, the page at the last. */
function through(urls: readonly string[], seen = lookAt()): PageEvidence {
  const hops = urls.map((url, index) => ({
    url,
    status: index < urls.length - 1 ? 302 : 200,
    headers: [],
    address: '127.0.0.1',
  }));
  const url = urls.at(-1) ?? '';
  const views = seen.views.map((view) => ({ ...view, shown: view.shown && { ...view.shown, finalUrl: url } }));
  return { ...seen, raw: { ...seen.raw, hops }, views };
}

const codesOf = (actual: PageEvidence, accepted: PageEvidence): string[] =>
  reading(actual, accepted).findings.map(({ code, severity }) => `${severity} ${code}`);

describe('redirects', () => {
  const direct = through([URL_OF_SITE]);

  it('to another site are critical, and the rest follows from them', () => {
    const actual = through([URL_OF_SITE, 'https://evil.example.net/'], lookAt({ html: '<title>x</title><p>y</p>' }));
    expect(codesOf(actual, direct)).toEqual(['critical page/redirected']);
  });

  it('through another site and back are critical too', () => {
    expect(codesOf(through([URL_OF_SITE, 'https://evil.example.net/', URL_OF_SITE]), direct)).toContain(
      'critical page/redirected',
    );
  });

  it('within the site are a notice', () => {
    expect(codesOf(through([URL_OF_SITE, `${URL_OF_SITE}en/`]), direct)).toEqual(['notice page/redirect-changed']);
  });

  it('from https to http are critical', () => {
    expect(codesOf(through([URL_OF_SITE, 'http://live.summit.example/']), direct)).toContain(
      'critical page/scheme-downgraded',
    );
  });

  it('that could not be followed show where they led', () => {
    const stopped: PageEvidence = {
      views: [],
      raw: {
        ...direct.raw,
        hops: [
          { url: URL_OF_SITE, status: 302, headers: [['location', 'https://evil.example.net/']], address: '127.0.0.1' },
        ],
        failure: { blame: 'target', code: 'refused-address', detail: 'not public' },
        body: null,
      },
    };
    expect(codesOf(stopped, direct)).toEqual(['critical page/redirected']);
  });
});

describe('what is no page', () => {
  const json = (body: string) => lookAt({ html: body, contentType: 'application/json' });

  it('is compared by its lines', () => {
    const accepted = json('{\n"title": "Summit",\n"viewers": 10\n}');
    expect(codesOf(json('{\n"title": "Summit",\n"viewers": 12\n}'), accepted)).toEqual(['notice page/body-changed']);
    expect(codesOf(json('{\n"title": "Owned",\n"viewers": 10\n}'), accepted)).toEqual(['warning page/body-changed']);
    expect(codesOf(accepted, accepted)).toEqual([]);
  });

  it('in place of a page is critical', () => {
    expect(codesOf(lookAt({ html: 'BM', contentType: 'application/octet-stream' }), lookAt())).toEqual([
      'critical page/type-changed',
    ]);
  });
});

describe('a view', () => {
  it('that calls a host it never called is told, though the page is the same', () => {
    const requests = [{ url: 'https://evil.example.net/x.js', type: 'script', status: 200, address: null }];
    expect(findingsOf({ view: { requests } }).map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning page/request-new-host',
    ]);
  });
});

describe('what a person is shown', () => {
  const red = [200, 10, 10] as const;
  const screenshot = paintedPng(1280, 800, [{ x: 320, y: 320, width: 64, height: 64, colour: red }]);

  it('is before, after and difference of a view that differs', () => {
    const { pictures, texts } = page.exhibit(lookAt({ screenshot }), [lookAt()], settingsFor('living'));
    expect(pictures.map(({ label, caption }) => `${caption} ${label}`)).toEqual([
      'desktop before',
      'desktop after',
      'desktop difference',
    ]);
    expect(texts.map(({ name }) => name)).toEqual(['title', 'text', 'references', 'address']);
  });

  it('is no difference of pictures that are the same', () => {
    expect(page.exhibit(lookAt(), [lookAt()], settingsFor('living')).pictures.map(({ label }) => label)).toEqual([
      'before',
      'after',
    ]);
  });

  it('is the baseline alone where there was no look', () => {
    const { pictures, members } = page.exhibit(null, [lookAt()], settingsFor('living'));
    expect(pictures.map(({ label }) => label)).toEqual(['before']);
    expect(members.map(({ name }) => name)).toContain('desktop/dom.html');
  });

  it('never hands out hostile markup as markup', () => {
    const { members } = page.exhibit(
      lookAt({ html: `${GENUINE}<script>x()</script>` }),
      [lookAt()],
      settingsFor('living'),
    );
    expect(members.filter(({ artifact }) => /html|svg/.test(artifact.mime))).toEqual([]);
  });
});

describe('finding codes', () => {
  it('each have a meaning and a remedy', () => {
    for (const { code, meaning, remedy } of codes) {
      expect(code).toMatch(/^page\/[a-z-]+$/);
      expect(meaning.length, code).toBeGreaterThan(20);
      expect(remedy.length, code).toBeGreaterThan(20);
    }
  });
});
