import { describe, expect, it } from 'vitest';
import { fitted, isolated, oneLine, padded, paint, plain, widthOf, wrapped } from '../../../src/cli/report/text.js';
import { ARABIC, CHINESE, PERSIAN } from './sample.js';

const ESC = '\u001b';

describe('what a stranger wrote', () => {
  it.each([
    ['colours', `a${ESC}[31mb${ESC}[0m`, 'ab'],
    ['C1 control sequences', 'a\u009b2Jb', 'ab'],
    ['links', `${ESC}]8;;https://evil.example\u0007click${ESC}]8;;\u0007`, 'click'],
    ['window titles', `${ESC}]0;owned${ESC}\\x`, 'x'],
    ['direction overrides', 'ab\u202ecd\u202c\u2066e\u2069', 'abcde'],
    ['carriage returns that overwrite a line', 'bad\rgood\r\nend', 'bad\ngood\nend'],
    ['NUL, backspace and DEL', 'a\u0000\b\u007fb', 'ab'],
    ['line separators', 'a\u2028b', 'a\nb'],
    ['lone surrogates and non-characters', 'a\ud800b\uffff', 'ab'],
  ])('loses %s', (_, hostile, harmless) => {
    expect(plain(hostile)).toBe(harmless);
  });

  it('keeps no escape character even of a sequence that never ends', () => {
    expect(plain(`a${ESC}]52;c;aGk=${ESC}P1$q${ESC}`)).not.toContain(ESC);
  });

  it('keeps letters of every script, and the joiner Persian needs', () => {
    for (const text of [PERSIAN, ARABIC, CHINESE, '👩‍💻', 'سلام!\u200f']) expect(plain(text)).toBe(text);
  });

  it('becomes one line, cut by characters as a reader counts them', () => {
    expect(oneLine(' a\n\tb  c ')).toBe('a b c');
    expect(oneLine('é'.normalize('NFD').repeat(10), 3)).toBe(`${'é'.normalize('NFD').repeat(3)}…`);
    expect(oneLine('x'.repeat(1_000_000), 5)).toBe('xxxxx…');
  });

  it('is isolated where it runs from right to left, and left as it is elsewhere', () => {
    expect(isolated(PERSIAN)).toBe(`\u2068${PERSIAN}\u2069`);
    expect(isolated('203.0.113.7')).toBe('203.0.113.7');
  });
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
