import { describe, expect, it } from 'vitest';
import { findingsOf, GENUINE, paintedPng } from './looks.js';

const put = (words: string): string => GENUINE.replace('<body>', `<body><div>${words}</div>`);
const SLOGAN = 'Thieves rule you. Wake up and burn your chains!';

/** The page moved down by a block of its own colour. */
const pushedBy = (height: number) =>
  paintedPng(1280, 800 + height, [{ x: 0, y: -height, width: 1280, height, colour: [150, 0, 0] }], height);
const bannersIn = (html: string, height: number) =>
  findingsOf({ html, screenshot: pushedBy(height) }).filter(({ code }) => code === 'page/banner-added');

describe('a new block across the top of the page', () => {
  it('is critical when it is large and speaks of what the site never spoke of', () => {
    expect(bannersIn(put(SLOGAN), 170)).toMatchObject([{ severity: 'critical', diagnosis: 'defaced' }]);
  });

  describe('of which the browser said how high it stands', () => {
    const standing = (words: string, height: number, size: number) => {
      const box = { x: 140, y: 0, width: 1000, height };
      const layout = { covered: [], top: [{ text: words, box, size }], pictures: [] };
      // A hero as high as the window is repainted by anything above it: the picture tells no height.
      return findingsOf({ html: put(words), screenshot: pushedBy(300), view: { layout } })
        .filter(({ code }) => code === 'page/banner-added')
        .map(({ severity }) => severity);
    };
    const NOTICE = 'Please note: the office is shut on Monday, a bank holiday.';

    it.each([
      ['a slim bar', NOTICE, 56, 16, []],
      ['a bar of some height', NOTICE, 180, 18, []],
      ['a notice in the way', NOTICE, 300, 18, ['warning']],
      ['hostile, and of some height', 'Death to the murderers and thieves who rule you', 130, 16, ['critical']],
      ['a block that shouts', SLOGAN, 168, 42, ['critical']],
    ])('is told as what it is: %s', (_name, words, height, size, expected) => {
      expect(standing(words, height, size)).toEqual(expected);
    });
  });

  it.each([
    ['a slim notice', put('Please note: the office is shut on Monday, a bank holiday.'), 52],
    ['a large one in the site’s own words', put('Registration for the workshops closes on Friday evening'), 170],
    ['the consent that laws ask for', put('We and 40 vendors store cookies. Agree?'), 170],
    ['another headline in the place of the old one', GENUINE.replace('Live from the opening hall', SLOGAN), 170],
  ])('is an edit when it is %s', (_name, html, height) => {
    expect(bannersIn(html, height)).toEqual([]);
  });
});
