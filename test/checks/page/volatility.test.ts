import { describe, expect, it } from 'vitest';
import { pageEvidence } from '../../../src/checks/page/evidence.js';
import { combine } from '../../../src/checks/page/volatility.js';
import { GENUINE, lookAt, paintedPng, reading, type Seen, settingsFor } from './looks.js';

const quoteOf = (words: string): string =>
  GENUINE.replace('<footer>', `<aside id="quote"><p>${words}</p></aside><footer>`);
const samples = ['Water is life.', 'The river knows the way.', 'A drop is enough.'];
const [first = '', ...rest] = samples.map(quoteOf);
const learned = (...seen: readonly Seen[]) => {
  const [one, ...others] = seen.map(lookAt);
  if (!one) throw new Error('a sample is needed');
  return combine([one, ...others]);
};
const baseline = learned({ html: first }, ...rest.map((html) => ({ html })));
const frozen = settingsFor('frozen');

describe('what moves by itself', () => {
  it('is learned with its place and examples, and does not alarm even on a frozen page', () => {
    const [raw] = baseline.volatility?.layers ?? [];
    expect(raw?.text).toContainEqual({ where: 'aside#quote > p', examples: samples });
    for (const html of rest) expect(reading(lookAt({ html }), baseline, frozen).findings).toEqual([]);
  });

  it('may say something no sample said', () => {
    const actual = lookAt({ html: quoteOf('Rain falls on all of us.') });
    expect(reading(actual, baseline, frozen).findings.filter((f) => f.severity !== 'notice')).toEqual([]);
  });

  it('is no place for a defacer to hide in', () => {
    const { findings } = reading(lookAt({ html: quoteOf('Hacked by NoName') }), baseline, settingsFor('living'));
    expect(findings.map((finding) => finding.code)).toContain('page/defacement-phrase');
  });

  it('leaves the rest of the page as it is', () => {
    const actual = lookAt({ html: quoteOf('Water is life.').replace('clean water', 'dirty water') });
    expect(reading(actual, baseline, frozen).findings[0]).toMatchObject({
      code: 'page/text-changed',
      severity: 'critical',
    });
  });

  it('of a list counts by half, for several entries of it moved', () => {
    const fixed = 'The river is long and its water is clean. '.repeat(6);
    const moving = (tag: (text: string, index: number) => string) =>
      ['ash', 'oak', 'elm'].map((word) => ({
        html: `<title>t</title><p>${fixed}</p>${[0, 1, 2].map((index) => tag(`${word} number ${'abc'[index]} stands here`, index)).join('')}`,
      }));
    const listed = learned(...moving((text) => `<li>${text}</li>`)).volatility?.layers[0];
    const apart = learned(...moving((text, index) => `<div id="${'xyz'[index]}"><p>${text}</p></div>`)).volatility
      ?.layers[0];
    expect([listed?.capped, apart?.capped]).toEqual([false, true]);
  });

  it('is kept to a share of the text', () => {
    const noisy = ['one', 'two', 'three'].map((word) => ({
      html: `<title>t</title><p>fixed</p>${`<p>${word} ${'words '.repeat(20)}</p>`.repeat(10)}`,
    }));
    const [layer] = learned(...noisy).volatility?.layers ?? [];
    expect(layer?.capped).toBe(true);
    expect(layer?.textShare).toBeLessThanOrEqual(0.2);
  });

  it.each([
    ['a title', (n: number) => GENUINE.replace('– Live', `– Live ${n}a`), 'page/title-changed'],
    ['a heading', (n: number) => GENUINE.replace('opening hall', `hall ${'abc'[n]}`), 'page/text-changed'],
    [
      'a script',
      (n: number) => GENUINE.replace('/assets/app.77aa10ce.js', `/assets/${'abc'[n]}.js`),
      'page/script-changed',
    ],
    ['a form', (n: number) => GENUINE.replace('"/newsletter"', `"/${'abc'[n]}"`), 'page/form-changed'],
    ['a medium', (n: number) => GENUINE.replace('live/master', `${'abc'[n]}/master`), 'page/media-changed'],
    [
      'an off-site link',
      (n: number) => GENUINE.replace('partner.example/about', `partner.example/${'abc'[n]}`),
      'page/links-changed',
    ],
  ])('never covers %s', (_name, at, code) => {
    const accepted = learned({ html: at(0) }, { html: at(1) });
    expect(reading(lookAt({ html: at(2) }), accepted, frozen).findings.map((f) => f.code)).toContain(code);
  });

  it('covers pictures of hosts already known, and no others', () => {
    const ad = (src: string): string => GENUINE.replace('<footer>', `<img src="${src}"><footer>`);
    const accepted = learned({ html: ad('/ads/a.png') }, { html: ad('/ads/b.png') });
    expect(reading(lookAt({ html: ad('/ads/c.png') }), accepted, frozen).findings).toEqual([]);
    const foreign = reading(lookAt({ html: ad('https://evil.example.net/c.png') }), accepted, frozen);
    expect(foreign.findings.map((finding) => finding.code)).toContain('page/image-replaced');
  });

  it('does not cover a program where links rotate', () => {
    const link = (href: string): string =>
      GENUINE.replace('<footer>', `<aside><a href="${href}">More</a></aside><footer>`);
    const accepted = learned({ html: link('/story/a') }, { html: link('/story/b') });
    const { findings } = reading(lookAt({ html: link('/uploads/setup.exe') }), accepted, settingsFor('living'));
    expect(findings.map(({ code }) => code)).toContain('page/program-linked');
  });

  it('covers the query of a link to another site, but neither its host nor its path', () => {
    const ad = (href: string): string =>
      GENUINE.replace('<footer>', `<aside><a href="${href}">Tea</a></aside><footer>`);
    const accepted = learned(
      { html: ad('https://ads.example/click?id=1a') },
      { html: ad('https://ads.example/click?id=2b') },
    );
    const told = (href: string) =>
      reading(lookAt({ html: ad(href) }), accepted, frozen).findings.filter(({ severity }) => severity !== 'notice');
    expect(told('https://ads.example/click?id=3c')).toEqual([]);
    expect(told('https://ads.example/other?id=3c').map(({ code }) => code)).toContain('page/links-changed');
    expect(told('https://evil.example.net/click?id=3c').map(({ code }) => code)).toContain('page/link-retargeted');
  });

  it('covers values in code that stays the same code', () => {
    const token = (value: string): string => GENUINE.replace('a81f00', value);
    const accepted = learned({ html: token('alpha') }, { html: token('beta') });
    expect(reading(lookAt({ html: token('gamma') }), accepted, frozen).findings).toEqual([]);
    const injected = GENUINE.replace('window.state =', 'steal(); window.state =');
    expect(reading(lookAt({ html: injected }), accepted, frozen).findings.map((f) => f.code)).toContain(
      'page/inline-script-changed',
    );
  });

  it('covers a part of the picture, up to a share of it', () => {
    const shot = (x: number, width: number, height: number) =>
      ({ screenshot: paintedPng(640, 800, [{ x, y: 320, width, height, colour: [10, 90, 10] }]) }) as const;
    const accepted = learned(shot(0, 64, 64), shot(64, 64, 64));
    expect(reading(lookAt(shot(32, 64, 64)), accepted, frozen).findings).toEqual([]);
    const all = learned(shot(0, 640, 480), { screenshot: paintedPng(640, 800, []) });
    expect(all.volatility?.layers.find((layer) => layer.layer === 'desktop')).toMatchObject({
      boxes: [],
      capped: true,
    });
  });

  it('passes the evidence schema, so that a baseline can hold it', () => {
    expect(pageEvidence.parse(baseline)).toEqual(baseline);
  });
});

describe('the sample that is kept', () => {
  const answered = (stamp: string): Seen => ({
    headers: [
      ['date', 'Fri, 17 Jul 2026 15:30:00 GMT'],
      ['age', '0'],
      ['expires', '0'],
      ['server', 'nginx'],
      ['etag', `"${stamp}"`],
      ['set-cookie', `session=${stamp}`],
      ['set-cookie', 'language=fa'],
      ['x-request-id', stamp],
      ['location', `/live?token=${stamp}`],
      ['content-security-policy', "default-src 'self'"],
    ],
  });
  const steady = [
    ['content-type', 'text/html; charset=utf-8'],
    ['server', 'nginx'],
    ['set-cookie', 'language=fa'],
    ['location', '/live?token=a'],
    ['content-security-policy', "default-src 'self'"],
  ];

  it('has the headers that were the same in every sample and tell no time, of every hop', () => {
    const { raw } = learned(answered('a'), answered('b'), answered('c'));
    expect(raw.headers).toEqual(steady);
    expect(raw.hops.map((hop) => hop.headers)).toEqual([steady]);
  });

  it('loses no header to a sample that failed', () => {
    const whole = lookAt(answered('a'));
    const failed = { blame: 'target', code: 'connect-timeout', detail: 'It did not answer.' } as const;
    const { raw } = combine([whole, { ...whole, raw: { ...whole.raw, hops: [], headers: [], failure: failed } }]);
    expect(raw.headers).toHaveLength(whole.raw.headers.length - 3);
  });

  it('is one that could be rendered', () => {
    const blind = { ...lookAt(), views: [] };
    expect(combine([blind, lookAt()]).views).toHaveLength(1);
  });
});
