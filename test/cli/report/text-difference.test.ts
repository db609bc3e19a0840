import { describe, expect, it } from 'vitest';
import { lineDifference, wordDifference } from '../../../src/cli/report/text-difference.js';
import { CHINESE, PERSIAN } from './sample.js';

describe('the difference of two texts', () => {
  it('is by words, also in scripts whose words a plain pattern does not know', () => {
    expect(wordDifference('سخنرانی گشایش ساعت سه', 'سخنرانی گشایش لغو شد')).toEqual([
      { kind: 'same', text: 'سخنرانی گشایش ' },
      { kind: 'removed', text: 'ساعت' },
      { kind: 'added', text: 'لغو' },
      { kind: 'same', text: ' ' },
      { kind: 'removed', text: 'سه' },
      { kind: 'added', text: 'شد' },
    ]);
    expect(wordDifference(CHINESE, CHINESE.replace('峰会', '黑客'))?.map(({ kind }) => kind)).toEqual([
      'same',
      'removed',
      'added',
      'same',
    ]);
  });

  it('is none where little is common', () => {
    expect(wordDifference(PERSIAN, 'Hacked by nobody')).toBeNull();
    expect(wordDifference('10.1.2.3', '203.0.113.9')).toBeNull();
  });

  it('gives up on texts that would take long', () => {
    expect(wordDifference('a '.repeat(50_000), 'b')).toBeNull();
    const lines = lineDifference('a\n'.repeat(5000), Array.from({ length: 5000 }, (_, n) => `${n}`).join('\n'));
    expect(lines.length).toBeLessThanOrEqual(401);
    expect(lines.at(-1)?.kind).toBe('gap');
  });

  it('puts what came in place of much before it, where it is read', () => {
    const long = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    expect(lineDifference(long, 'Hacked by nobody')[0]).toEqual({ kind: 'added', text: 'Hacked by nobody' });
    expect(lineDifference('one\ntwo', 'three')[0]?.kind).toBe('removed');
  });

  it('leaves out lines far from any change', () => {
    const before = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const after = before.with(10, 'new');
    expect(lineDifference(before.join('\n'), after.join('\n')).map(({ kind }) => kind)).toEqual([
      'gap',
      'same',
      'same',
      'removed',
      'added',
      'same',
      'same',
      'gap',
    ]);
  });
});
