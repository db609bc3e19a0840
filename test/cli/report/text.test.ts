import { describe, expect, it } from 'vitest';
import { fitted, isolated, padded, paint, widthOf, wrapped } from '../../../src/cli/report/text.js';
import { CHINESE, PERSIAN } from './sample.js';

const ESC = '\u001b';

it('a value is isolated where it runs from right to left, and left as it is elsewhere', () => {
  expect(isolated(PERSIAN)).toBe(`\u2068${PERSIAN}\u2069`);
  expect(isolated('203.0.113.7')).toBe('203.0.113.7');
});

describe('the width of text', () => {
  it.each([
    ['abc', 3],
    [CHINESE, 16],
    ['한국', 4],
    ['ｱｲｳ', 3],
    ['é'.normalize('NFD'), 1],
    ['👩‍💻', 2],
    ['⚠', 1],
    ['\u2068سلام\u2069', 4],
    [`${ESC}[31mred${ESC}[0m`, 3],
  ])('of %j is %i cells', (text, cells) => {
    expect(widthOf(text)).toBe(cells);
  });

  it('decides padding, cutting and wrapping', () => {
    expect(padded('中', 4)).toBe('中  ');
    expect(fitted(CHINESE, 7)).toBe('全球峰…');
    for (const line of wrapped(`${CHINESE} ${PERSIAN} ${'x'.repeat(50)}`, 12))
      expect(widthOf(line)).toBeLessThanOrEqual(12);
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  });
});

it('colour is there only when it was asked for', () => {
  expect(paint(false)('red', 'x')).toBe('x');
  expect(paint(true)('red', 'x')).toBe(`${ESC}[31mx${ESC}[39m`);
});
