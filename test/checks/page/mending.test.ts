import { describe, expect, it } from 'vitest';
import { goneFrom } from '../../../src/checks/page/mending.js';
import { lookAt, reading, worstOf } from './looks.js';

const PARAGRAPH =
  'The "open" house begins at nine, and the doors of the great hal are closed when the last seat is taken.';
const page = (...paragraphs: string[]): string =>
  `<html lang="en"><title>Global Summit 2026 – Live</title><h1>Open house</h1>${paragraphs.map((p) => `<p>${p}</p>`).join('')}</html>`;

const findings = (before: string, after: string) => reading(lookAt({ html: after }), lookAt({ html: before })).findings;
const worst = (before: string, after: string): string => worstOf(findings(before, after));

describe('a mended paragraph', () => {
  it.each([
    ['one corrected letter', PARAGRAPH.replace('hal ', 'hall ')],
    ['typographic quotation marks', PARAGRAPH.replace('"open"', '“open”')],
    ['a word put in', PARAGRAPH.replace('great', 'great old')],
  ])('is a notice on a page that has hardly another one: %s', (_name, mended) => {
    expect(worst(page(PARAGRAPH), page(mended))).toBe('notice');
  });

  it('is a warning when it is another paragraph', () => {
    const other = 'Nobody shall come here again because everything you loved about this place was sold to strangers.';
    expect(worst(page(PARAGRAPH), page(other))).toBe('warning');
  });
});

describe('what is gone', () => {
  it('is counted in words of the nearest new line, each standing for one old line', () => {
    expect(goneFrom({ removed: ['one two three four'], added: ['one two three'] })).toBeCloseTo(18 / 4);
    expect(goneFrom({ removed: ['one two', 'one two'], added: ['one two!'] })).toBe(7);
    expect(goneFrom({ removed: ['one two three'], added: ['three stray words'] })).toBe(13);
  });

  it('is everything where too many lines differ to be held against each other', () => {
    const many = Array.from({ length: 151 }, (_, n) => `line ${n} of many`);
    expect(goneFrom({ removed: many, added: many })).toBe(many.join('').length);
  });
});
