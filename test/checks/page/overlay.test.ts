import { describe, expect, it } from 'vitest';
import { artifactOf } from '../../../src/checks/page/evidence.js';
import { findingsOf, GENUINE, lookAt } from './looks.js';

const VISIBLE = new TextDecoder().decode(lookAt().views[0]?.shown?.text.bytes).split('\n');
const COVERED = VISIBLE.filter((line) => /Global Summit brings|Sessions are streamed|Registration/.test(line));

/** A box with these words over the paragraphs in the middle of the page. */
function covering(words: string) {
  const html = GENUINE.replace('</body>', `<div style="position:fixed;background:#000">${words}</div></body>`);
  const lines = [...VISIBLE.filter((line) => !COVERED.includes(line)), words];
  return findingsOf({ html, view: { text: artifactOf('text/plain', lines.join('\n')) } });
}

const told = (words: string) => covering(words).filter(({ code }) => code === 'page/overlay-added');

describe('a box over text in the middle of the page', () => {
  it.each([
    ['sends visitors to another site', 'The stream has moved. Watch it at live.summit-stream.example now!'],
    ['says so in other letters', 'پخش زنده به سامیت‌زنده.com منتقل شد، آن را در summit-live.net ببینید'],
    ['threatens', 'This terrorist regime of liars and murderers will be hacked and destroyed'],
  ])('is told where it %s', (_name, words) => {
    expect(COVERED).toHaveLength(3);
    expect(told(words)).toEqual([
      expect.objectContaining({
        severity: 'warning',
        summary: expect.stringContaining('covers text of the desktop view'),
      }),
    ]);
  });

  it.each([
    ['asks for consent', 'We use cookies to make this site better. Accept all, or choose which.'],
    ['offers a newsletter', 'Never miss a session: subscribe to our newsletter and get 10 % off!'],
    ['names the site itself', 'New here? Have a look at live.summit.example/programme, it starts at 9.30 a.m.'],
    ['names a site the page links to', 'With thanks to partner.example, our partner'],
  ])('is not told where it %s', (_name, words) => {
    expect(told(words)).toEqual([]);
  });

  describe('of which the browser said what it covers', () => {
    const lies = (words: string, lines: readonly string[] = COVERED) => {
      const html = GENUINE.replace('</body>', `<div style="position:fixed;background:#000">${words}</div></body>`);
      const seen = [...VISIBLE.filter((line) => !lines.includes(line)), ...(words ? [words] : [])];
      const layout = { covered: lines, top: [], pictures: [] };
      const found = findingsOf({ html, view: { text: artifactOf('text/plain', seen.join('\n')), layout } });
      return found.filter(({ severity }) => severity !== 'notice').map(({ code, severity }) => `${severity} ${code}`);
    };
    const most = VISIBLE.filter((line) => line.length > 12);

    it.each([
      ['asks for consent', 'We use cookies to make this site better. Accept all, or choose which.', COVERED, []],
      ['asks for consent over nearly everything', 'We use cookies. Accept?', most, []],
      ['says nothing and covers a good part of the page', '', COVERED, ['warning page/overlay-added']],
      ['says nothing and covers nearly everything', '', most, ['critical page/overlay-added']],
      [
        'covers a line or two',
        'Never miss a session: subscribe!',
        COVERED.slice(0, 2).map((line) => line.slice(0, 5)),
        [],
      ],
    ])('is told or not: it %s', (_name, words, lines, expected) => {
      expect(lies(words, lines)).toEqual(expected);
    });

    it('is no reason to be silent about text that style rules hide', () => {
      const lines = VISIBLE.filter((line) => !most.includes(line));
      const layout = { covered: [], top: [], pictures: [] };
      const found = findingsOf({ view: { text: artifactOf('text/plain', lines.join('\n')), layout } });
      expect(found.some(({ severity }) => severity !== 'notice')).toBe(true);
    });
  });

  it('is not told where the text is gone from the page: that is an edit', () => {
    const html = GENUINE.replace(
      /<p>The Global Summit brings.*already taken\.<\/p>/s,
      '<p>All is at other-site.example now.</p>',
    );
    expect(findingsOf({ html }).map(({ code }) => code)).not.toContain('page/overlay-added');
  });
});
