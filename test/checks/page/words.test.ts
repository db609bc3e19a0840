import { describe, expect, it } from 'vitest';
import { readings } from '../../../src/checks/page/lookalikes.js';
import { scriptSystemOf } from '../../../src/checks/page/text.js';
import {
  jaccard,
  linesOf,
  multiset,
  quote,
  quoteList,
  shapeOf,
  without,
  wordsOf,
} from '../../../src/checks/page/words.js';

describe('words', () => {
  it.each([
    ['English', 'The river, the SEA!', ['the', 'river', 'the', 'sea']],
    ['Persian', 'نشست جهانی آب', ['نشست', 'جهانی', 'آب']],
    ['Arabic with vowel marks', 'مَرحَباً بكم', ['مَرحَباً', 'بكم']],
    ['Chinese, which has no spaces', '开放视野峰会', ['开放', '视野', '峰会']],
    ['Thai, which has none either', 'สวัสดีชาวโลก', ['สวัสดี', 'ชาว', 'โลก']],
  ])('are found in %s', (_name, text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('lines', () => {
  it('are the same whatever invisible marks and spaces they carry', () => {
    expect(linesOf('a\u200b b\n\n  \u202ec\u00a0 d ')).toEqual(['a b', 'c d']);
    expect(linesOf('e\u0301')).toEqual(linesOf('\u00e9'));
  });

  it('keep the joiners that make a word, and no others', () => {
    const words = ['شب\u200cپره', 'می\u200cشَ\u200cود', 'क\u094d\u200dष', 'ශ\u0dca\u200dරී'];
    expect(linesOf(words.join('\n'))).toEqual(words);
    for (const word of words) expect(quote(word)).toBe(word);
    expect(linesOf('pay\u200cpal \u200cب\u200c\u200cب')).toEqual(['paypal ب\u200cب']);
  });

  it('are the same words and the same shape with and without joiners', () => {
    expect(wordsOf('شب\u200cپره')).toEqual(wordsOf('شبپره'));
    expect(shapeOf('شب\u200cپره')).toBe(shapeOf('شبپره'));
    expect(readings('شب\u200cپره')).toEqual(readings('شبپره'));
  });

  it('have one shape for all their numbers, in any digits', () => {
    expect(shapeOf('12,431 Watching')).toBe(shapeOf('9 watching'));
    expect(shapeOf('۹۴ کشور')).toBe(shapeOf('۱۰۲ کشور'));
  });

  it('are taken from each other with multiplicity', () => {
    expect(without(['a', 'a', 'b'], ['a'])).toEqual(['a', 'b']);
  });
});

describe('similarity', () => {
  it('is 1 for equal and 0 for disjoint multisets', () => {
    expect(jaccard(multiset('aab'), multiset('aab'))).toBe(1);
    expect(jaccard(multiset('a'), multiset('b'))).toBe(0);
    expect(jaccard(multiset('aab'), multiset('ab'))).toBeCloseTo(2 / 3);
    expect(jaccard(multiset(''), multiset(''))).toBe(1);
  });
});

describe('a quotation', () => {
  it('is bounded by characters, not halves of them, and cleaned', () => {
    expect(quote('a\u0000b\u202ec\nd')).toBe('a bc d');
    expect(quote('😀'.repeat(300))).toBe(`${'😀'.repeat(199)}…`);
    expect(quoteList(['a', 'b', 'c', 'd', 'a'])).toBe('a, b, c and 1 more');
  });
});

describe('a writing system', () => {
  it('is that of most letters, and unknown for little text', () => {
    expect(scriptSystemOf(['Global summit on the waters of the world'])).toBe('Latin');
    expect(scriptSystemOf(['نشست جهانی آب‌های مشترک را زنده و رایگان تماشا کنید'])).toBe('Arabic');
    expect(scriptSystemOf(['短'])).toBeNull();
  });
});

describe('look-alike letters', () => {
  it('are undone beside the text as written', () => {
    expect(readings('H4ck3d bу')).toEqual(['h4ck3d bу', 'hacked by']);
    expect(readings('plain')).toEqual(['plain']);
  });
});
