import { describe, expect, it } from 'vitest';
import { findingsOf, GENUINE, worstOf } from './looks.js';

const CODE = 'page/changed-by-script';
const codesOf = (rendered: string, content: 'living' | 'frozen' = 'living', html = GENUINE) =>
  findingsOf({ html, rendered }, content).map(({ code }) => code);

describe('what a browser shows beside what the server answers', () => {
  const news = GENUINE.replace('Opening keynote moved', 'Closing keynote moved');

  it('is told where only the browser shows a change: a notice on a living page, critical on a frozen one', () => {
    expect(codesOf(news)).toContain(CODE);
    expect(worstOf(findingsOf({ rendered: news }))).toBe('notice');
    const [told] = findingsOf({ rendered: news }, 'frozen').filter(({ code }) => code === CODE);
    expect(told).toMatchObject({ severity: 'critical', where: 'desktop' });
    expect(told?.summary).toContain('Closing keynote moved');
  });

  it('stands beside the foreign code that a script brought in', () => {
    const codes = codesOf(GENUINE.replace('</body>', '<script src="https://evil.example/x.js"></script></body>'));
    expect(codes).toEqual(expect.arrayContaining([CODE, 'page/script-injected']));
  });

  it('is no news where the answer changed too, nor where nothing did', () => {
    expect(codesOf(news, 'living', news)).not.toContain(CODE);
    expect(codesOf(GENUINE)).toEqual([]);
    expect(codesOf(GENUINE, 'living', news)).not.toContain(CODE);
  });
});
