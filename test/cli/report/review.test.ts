import * as cheerio from 'cheerio';
import { describe, expect, it } from 'vitest';
import { type Review, reviewHtml, reviewText } from '../../../src/cli/report/review.js';
import { banded, finding, NO_EXHIBITS, PERSIAN, STARTED_AT, site } from './sample.js';

const REVIEW: Review = {
  site: { ...site('live'), title: PERSIAN },
  approved: { by: 'Mina', at: STARTED_AT, note: 'launch' },
  looks: 1,
  takenAt: STARTED_AT + 60_000,
  kinds: [
    {
      kind: 'page',
      exhibits: {
        ...NO_EXHIBITS,
        pictures: [
          { label: 'before', caption: 'desktop', artifact: banded(8, 8, 8, [0, 0, 0]) },
          { label: 'after', caption: 'desktop', artifact: banded(8, 8, 4, [0, 0, 0]) },
        ],
        texts: [{ name: 'visible text', before: 'one\ntwo\nthree', after: 'one\n۲\nthree' }],
      },
    },
  ],
  findings: [
    { ...finding('page/text-changed', { severity: 'warning', summary: 'A line was changed.' }), check: 'page' },
  ],
  learned: ['.viewers changes at every look (0.4 % of the page)'],
};
const FIRST: Review = { ...REVIEW, approved: null, findings: [] };
const SCREEN = { width: 80, color: false };

describe('the review of a candidate', () => {
  it('shows on the terminal who approved what, what differs, what moves and how to decide', () => {
    const text = reviewText(REVIEW, SCREEN, 'data/review/live.html');
    expect(text).toContain('2 pictures, in data/review/live.html');
    expect(text).toContain('approved    2026-07-17 15:30:00 UTC by Mina: launch');
    expect(text).toContain('candidate   taken 2026-07-17 15:31:00 UTC');
    expect(text).toContain('− two');
    expect(text).toContain('+ \u2068۲\u2069');
    expect(text).toContain('A line was changed.');
    expect(text).toContain('moves       .viewers changes at every look');
    expect(text).toContain('siteward baseline approve live --by YOUR-NAME');
    expect(text).toContain('siteward baseline reject live');
  });

  it('says when several looks are accepted, and how to add one', () => {
    const several = { ...REVIEW, looks: 3 };
    expect(reviewText(several, { width: 120, color: false })).toContain('3 looks are accepted');
    expect(cheerio.load(reviewHtml(several))('.facts').text()).toContain('3 looks are accepted');
    expect(reviewText(REVIEW, SCREEN)).toContain('siteward baseline approve live --by YOUR-NAME --add');
    // Nothing is approved yet that it could stand beside.
    expect(reviewText(FIRST, SCREEN)).not.toContain('--add');
  });

  it('shows the same as a page, with both pictures', () => {
    const $ = cheerio.load(reviewHtml(REVIEW));
    expect($('h1').text()).toBe('New baseline');
    expect($('.facts').text()).toContain('by Mina: launch');
    expect($('.comparison img')).toHaveLength(2);
    expect($('.lines .removed bdi').text()).toBe('two');
    expect($('article').text()).toContain('.viewers changes at every look');
    expect($('.lead').text()).toBe(PERSIAN);
  });

  it('calls the first candidate the first baseline', () => {
    expect(reviewText(FIRST, SCREEN)).toContain('nothing yet: this would be the first baseline');
    expect(cheerio.load(reviewHtml(FIRST))('h1').text()).toBe('First baseline');
  });
});
