import { describe, expect, it } from 'vitest';
import { oneLine, plain } from '../../src/core/plain-text.js';
import { ARABIC, CHINESE, PERSIAN } from '../cli/report/sample.js';

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
    expect(oneLine('é'.normalize('NFD').repeat(10), 4)).toBe(`${'é'.normalize('NFD').repeat(3)}…`);
    expect(oneLine('x'.repeat(1_000_000), 5)).toBe('xxxx…');
    expect(oneLine('xxxxx', 5)).toBe('xxxxx');
  });
});
