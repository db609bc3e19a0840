/** One site whose every word is an attack, through every way out. */
import * as cheerio from 'cheerio';
import { describe, expect, it } from 'vitest';
import { baselineTable } from '../../../src/cli/report/baseline-table.js';
import { htmlReport } from '../../../src/cli/report/html.js';
import { junitReport } from '../../../src/cli/report/junit.js';
import { nagiosLine } from '../../../src/cli/report/nagios.js';
import { progressLine } from '../../../src/cli/report/progress.js';
import { type Review, reviewHtml, reviewText } from '../../../src/cli/report/review.js';
import { terminalReport } from '../../../src/cli/report/terminal.js';
import type { Exhibits } from '../../../src/core/model.js';
import { banded, finding, inspected, inspection, resolver, STARTED_AT, sampleRun, site, verdict } from './sample.js';

const EVIL = [
  '<script>alert(1)</script>"\'><img src=https://evil.example/x onerror=alert(2)>',
  '\u001b[2J\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007\u009b31m\u001b]52;c;aGk=',
  '\r\nSITEWARD OK: all well | x=1\u2028<!-- ]]> -->',
  '\u202etxt.exe\u2066\u0000\ufffe\ud800{{7*7}}`id`|evil=1',
].join('');

const EXHIBITS: Exhibits = {
  pictures: [
    { label: 'before', caption: EVIL, artifact: banded(4, 4, 4, [0, 0, 0]) },
    { label: 'after', caption: EVIL, artifact: banded(4, 4, 2, [0, 0, 0]) },
    { label: 'victim', caption: EVIL, artifact: banded(4, 4, 2, [0, 0, 0]) },
  ],
  resolvers: [resolver(EVIL, { verdict: 'REDIRECT_BOGON', answers: [EVIL], rcode: EVIL })],
  texts: [{ name: EVIL, before: `a\n${EVIL}`, after: `b\n${EVIL}` }],
  members: [],
};
const FOUND = finding('page/title-replaced', {
  summary: EVIL,
  expected: `${EVIL} a`,
  actual: `${EVIL} b`,
  where: EVIL,
  vantage: EVIL,
});
const RUN = sampleRun([
  inspected(
    'live',
    [
      inspection('live', 'page', verdict('altered', { findings: [FOUND], summary: EVIL, diagnosis: 'defaced' }), {
        exhibits: EXHIBITS,
      }),
      inspection('live', 'dns', verdict('unverified', { failures: [{ blame: 'resolver', code: 'x', detail: EVIL }] })),
    ],
    { site: { ...site('live'), id: EVIL, title: EVIL, url: EVIL }, evidence: EVIL },
  ),
]);
const REVIEW: Review = {
  site: { ...site('live'), title: EVIL, url: EVIL },
  approved: { by: EVIL, at: STARTED_AT, note: EVIL },
  looks: 2,
  takenAt: STARTED_AT,
  kinds: [{ kind: 'page', exhibits: EXHIBITS }],
  findings: [{ ...FOUND, check: 'page' }],
  learned: [EVIL],
};
const BASELINE = {
  site: EVIL,
  kinds: ['page'],
  looks: { page: 2 },
  approved: { by: EVIL, at: STARTED_AT, note: EVIL },
  candidate: { at: STARTED_AT, kinds: ['page'] },
  tampered: [EVIL],
};
const SCREEN = { width: 80, color: false };

describe('hostile words', () => {
  it.each([
    ['the table', terminalReport(RUN, SCREEN)],
    ['the review', reviewText(REVIEW, SCREEN)],
    ['the baseline table', baselineTable([BASELINE], SCREEN)],
    ['the progress line', progressLine(0, 1, [EVIL], 1000)],
    ['the Nagios line', nagiosLine(RUN)],
    ['the JUnit file', junitReport(RUN)],
  ])('cannot steer a terminal through %s', (_, text) => {
    expect(text).toContain('alert(1)');
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(text).not.toMatch(/[\u202A-\u202E\u2066\u2067\u2028\u2029\p{Cs}\p{Noncharacter_Code_Point}]/u);
  });

  it.each([
    ['the report', htmlReport(RUN)],
    ['the review', reviewHtml(REVIEW)],
  ])('stay words in %s', (_, text) => {
    const $ = cheerio.load(text);
    expect($('script')).toHaveLength(1);
    expect(
      $('img')
        .toArray()
        .every((image) => ($(image).attr('src') ?? '').startsWith('data:image/png;base64,')),
    ).toBe(true);
    expect(
      $('*')
        .toArray()
        .flatMap((element) => Object.keys($(element).attr() ?? {}))
        .filter((name) => name.startsWith('on')),
    ).toEqual([]);
    expect($('article').text()).toContain(
      '<script>alert(1)</script>"\'><img src=https://evil.example/x onerror=alert(2)>',
    );
    expect($('article').text()).toContain('{{7*7}}`id`');
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
    expect($('article').text()).toContain('U+202E');
    expect(text).not.toContain('\u202e');
  });

  it('cannot end the line of a Nagios plugin or add performance data to it', () => {
    const line = nagiosLine(RUN);
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(line.split('|')).toHaveLength(2);
    expect(line.split('|')[1]).toMatch(/^( '[^'=|]+'=[\d.]+s?(;[\d.]*){3,4})+\n$/);
  });

  it('leave the JUnit file well formed', () => {
    const text = junitReport(RUN);
    const withoutTags = text.replace(/<\?xml [^<>]*\?>|<\/?\w+( \w+="[^"<]*")*\/?>/g, '');
    expect(withoutTags).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|apos|#10);)/);
    const $ = cheerio.load(text, { xml: true });
    expect($('testcase')).toHaveLength(2);
    expect($('failure').attr('message')).toContain('<script>alert(1)</script>"\'><img');
    expect($('testsuite').children().length).toBe(2);
  });
});
