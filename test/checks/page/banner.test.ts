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

  it.each([
    ['a slim notice', put('Please note: the office is shut on Monday, a bank holiday.'), 52],
    ['a large one in the site’s own words', put('Registration for the workshops closes on Friday evening'), 170],
    ['the consent that laws ask for', put('We and 40 vendors store cookies. Agree?'), 170],
    ['another headline in the place of the old one', GENUINE.replace('Live from the opening hall', SLOGAN), 170],
  ])('is an edit when it is %s', (_name, html, height) => {
    expect(bannersIn(html, height)).toEqual([]);
  });
});
