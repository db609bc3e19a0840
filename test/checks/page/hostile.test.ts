import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../src/checks/page/document.js';
import { artifactOf } from '../../../src/checks/page/evidence.js';
import { LIMITS, safeMarkup } from '../../../src/checks/page/markup.js';
import { pixelsOf } from '../../../src/checks/page/png.js';
import { lookAt, paintedPng, reading, worstOf } from './looks.js';

const many = (count: number, one: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => one(n)).join('');

describe('markup built to keep a parser busy', () => {
  it.each([
    ['a hundred thousand nested elements', '<div>'.repeat(100_000)],
    ['two hundred thousand attributes on one element', `<div ${many(200_000, (n) => `a${n}=1 `)}>x</div>`],
    ['a million elements', '<b></b>'.repeat(1_000_000)],
    ['unclosed links', '<a href=x>'.repeat(50_000)],
    ['formatting opened and never closed', many(20_000, () => '<b><i><u><p>')],
    ['ten megabytes of text', 'word '.repeat(2_000_000)],
    ['ten megabytes of one word', 'a'.repeat(10_000_000)],
    ['quotes without end in a script', `<script>${'"\\"'.repeat(60_000)}</script>`],
    ['slashes without end in a script', `<script>${'//a'.repeat(60_000)}</script>`],
    ['a long URL', `<script src="/${'a'.repeat(4_000_000)}"></script>`],
    ['many long URLs', many(1000, () => `<a href="/${'_'.repeat(4000)}">x</a>`)],
    ['a huge style attribute', `<p style="${'left: -'.repeat(200_000)}">x</p>`],
    ['a huge comment', `<!--${'<script>'.repeat(100_000)}-->`],
    ['text that is all digits and separators', `<p>${'1,'.repeat(1_000_000)}</p>`],
    ['text of one unspaced script', `<p>${'字'.repeat(1_000_000)}</p>`],
    ['block phrases without end', `<p>${'access domain is '.repeat(100)}</p>`],
  ])('is judged to the end, without an error: %s', (_name, html) => {
    const { failures } = reading(lookAt({ html }));
    expect(failures).toEqual([]);
  });

  it('is said when it goes past what a page has reason to be', () => {
    const findings = reading(lookAt({ html: '<div>'.repeat(100_000) })).findings;
    expect(worstOf(findings)).toBe('critical');
  });

  it('is read up to the limit it breaks', () => {
    const document = readDocument(artifactOf('text/html', `<title>Here</title><p>text</p>${'<div>'.repeat(5000)}`), {
      url: 'https://a.example/',
      ignore: [],
      probes: [],
    });
    expect(document.title).toBe('Here');
    expect(document.blocks[0]?.text).toBe('text');
    expect(document.abnormal).toContain(String(LIMITS.depth));
  });

  it('leaves an ordinary page as it is', () => {
    const html = `<main>${many(500, (n) => `<p class="c${n}">paragraph<br>two</p>`)}</main>`;
    expect(safeMarkup(html)).toEqual({ html, abnormal: null });
  });
});

describe('pictures built to take a machine down', () => {
  it('are not decoded when the header claims more than a screenshot has', () => {
    const honest = paintedPng(16, 16, []);
    const bytes = Uint8Array.from(honest.bytes);
    new DataView(bytes.buffer).setUint32(16, 0x7fffffff);
    expect(pixelsOf(artifactOf('image/png', bytes))).toBeNull();
  });

  it('are not decoded when they are cut short or no PNG at all', () => {
    const honest = paintedPng(64, 64, []);
    expect(pixelsOf(artifactOf('image/png', honest.bytes.slice(0, 120)))).toBeNull();
    expect(pixelsOf(artifactOf('image/png', 'GIF89a'))).toBeNull();
  });

  it('leave a finding, never a picture silently not compared', () => {
    const broken = artifactOf('image/png', 'not a picture');
    const actual = lookAt({ view: { screenshot: broken } });
    expect(reading(actual).findings.map((finding) => finding.code)).toContain('page/picture-unreadable');
  });
});

describe('a site’s own words', () => {
  it('are quoted bounded and without control or direction marks', () => {
    const html = `<title>\u202eevil\u0007 ${'x'.repeat(5000)}</title><p>a</p>`;
    for (const { summary, expected = '', actual = '', where = '' } of reading(lookAt({ html })).findings) {
      for (const value of [expected, actual, where]) expect([...value].length).toBeLessThanOrEqual(200);
      expect(summary).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
      expect([...summary].length).toBeLessThanOrEqual(400);
    }
  });
});
