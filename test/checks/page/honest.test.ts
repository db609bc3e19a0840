import { describe, expect, it } from 'vitest';
import { findingsOf, GENUINE, lookAt, paintedPng, reading, settingsFor, worstOf } from './looks.js';

const news = (items: string): string =>
  GENUINE.replace(/<ul>\n<li><a href="\/news\/1">[\s\S]*?<\/ul>/, `<ul>${items}</ul>`);
const item = (n: number, text: string): string => `<li><a href="/news/${n}">${text}</a></li>`;
const banner =
  '<div class="cc" role="dialog"><p>We use cookies to count visits. <a href="/privacy">Privacy</a></p><button>Accept</button></div>';

describe('an honest living page', () => {
  it.each([
    [
      'nonces, tokens and cache-busters',
      GENUINE.replaceAll('r4nd0m', 'zz91x')
        .replace('aa81', 'bb92')
        .replace('k3J9dkqPz0aa81bcdeF0', 'Lq8sXd02mmA')
        .replace('3fa9b2c1', '90bb17aa')
        .replace('a81f00', 'c09e11')
        .replace('1752765000', '1752769999'),
    ],
    ['a counter', GENUINE.replace('12,431', '12,988')],
    [
      'a reordered list',
      news(
        item(2, 'Interpreters announced for the plenary sessions') +
          item(3, 'How to follow the summit from home') +
          item(1, 'Opening keynote moved to the great hall'),
      ),
    ],
    [
      'a new news item',
      GENUINE.replace(
        '<ul>\n<li><a href="/news/1">',
        `<ul>${item(4, 'Evening concert added to the programme')}\n<li><a href="/news/1">`,
      ),
    ],
    [
      'an edited paragraph',
      GENUINE.replace(
        'Sessions are streamed in six languages and recordings are published within a day of each panel.',
        'All sessions are streamed in seven languages; recordings follow the next morning.',
      ),
    ],
    ['an edited headline', GENUINE.replace('Live from the opening hall', 'Live from the great hall')],
    ['a title that says more', GENUINE.replace('Global Summit 2026 – Live', 'Live now: Global Summit 2026')],
    ['a cookie banner', GENUINE.replace('</body>', `${banner}</body>`)],
    ['another picture of the same site', GENUINE.replace('/img/poster.jpg', '/img/poster-evening.jpg')],
    ['an analytics value', GENUINE.replace('"user":"a81f00"', '"user":"guest","variant":"b"')],
    ['attributes of a class system', GENUINE.replace('class="viewers"', 'class="viewers css-1x2y3z"')],
  ])('raises nothing to anybody: %s', (_name, html) => {
    const findings = findingsOf({ html }).filter((finding) => finding.severity !== 'notice');
    expect(findings.map(({ code, summary }) => `${code} ${summary}`)).toEqual([]);
  });

  it('is intact without a single finding when nothing but tokens moved', () => {
    expect(findingsOf({ html: GENUINE.replaceAll('r4nd0m', 'zz91x').replace('aa81', 'bb92') })).toEqual([]);
  });

  it('is not critical for a consent wall over the whole screen', () => {
    const findings = findingsOf({
      html: GENUINE.replace('</body>', `${banner}</body>`),
      view: { overlays: ['body > div.cc'] },
    });
    expect(worstOf(findings)).toBe('warning');
  });

  it('is called changed, not defaced, when it is rebuilt around its own content', () => {
    const html = `<!doctype html><html lang="en"><head><title>Global Summit 2026 – Live</title>
      <link rel="stylesheet" href="/assets/site.99ab.css"><script src="/assets/app.1.js"></script></head><body><div id="app"><div class="grid">
      <aside><div><div><a href="/programme">Programme</a><a href="/speakers">Speakers</a><a href="/news">News</a></div></div></aside>
      <article><div><div><h1>Welcome to the summit</h1><div><video src="https://stream.summit.example/live/master.m3u8"></video></div>
      <div><span>Sessions are streamed in six languages and recordings are published within a day of each panel.</span></div></div></div>
      <div><form action="/newsletter"><input name="email"></form></div></article></div></div></body></html>`;
    const findings = findingsOf({
      html,
      screenshot: paintedPng(1280, 800, [{ x: 0, y: 0, width: 1280, height: 790, colour: [40, 80, 160] }]),
    });
    expect(findings[0]).toMatchObject({ severity: 'warning', diagnosis: 'changed', code: 'page/redesigned' });
  });

  it('is intact when it equals any accepted variant', () => {
    const other = lookAt({
      html: GENUINE.replace(
        /<p>The Global[\s\S]*?<\/section>/,
        '<p>A different text for the other half of the visitors.</p></section>',
      ),
    });
    expect(reading(other, [lookAt(), other], settingsFor('frozen')).findings).toEqual([]);
  });

  it('is not intact when it mixes accepted variants', () => {
    const a = GENUINE;
    const b = GENUINE.replace('clean water', 'open data').replace('– Live', '– Replay');
    const mixed = GENUINE.replace('clean water', 'open data');
    expect(
      worstOf(
        reading(lookAt({ html: mixed }), [lookAt({ html: a }), lookAt({ html: b })], settingsFor('frozen')).findings,
      ),
    ).toBe('critical');
  });

  it('is not alarmed by another browser: pictures wait for a new baseline', () => {
    const screenshot = paintedPng(1280, 800, [{ x: 0, y: 0, width: 1280, height: 800, colour: [1, 2, 3] }]);
    const findings = findingsOf({ screenshot, view: { renderer: 'another' } }, 'frozen');
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['page/renderer-changed', 'notice']]);
  });
});
