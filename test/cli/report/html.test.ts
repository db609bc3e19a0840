import { createHash } from 'node:crypto';
import * as cheerio from 'cheerio';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../../src/cli/report/html.js';
import {
  ARABIC,
  artifact,
  banded,
  CHINESE,
  defaced,
  finding,
  inspected,
  inspection,
  intact,
  NO_EXHIBITS,
  PERSIAN,
  redirected,
  sampleRun,
  verdict,
} from './sample.js';

function load(run = sampleRun()) {
  return cheerio.load(htmlReport(run));
}

describe('the HTML report', () => {
  it('asks nothing of anybody: no reference leaves the file', () => {
    const $ = load();
    const references = $('[src],[href],[srcset],[action],[poster],[data],object,iframe,link,base')
      .toArray()
      .map((element) => $(element).attr('src') ?? $(element).attr('href') ?? $(element).prop('tagName'));
    expect(references.length).toBeGreaterThan(3);
    for (const reference of references) expect(reference).toMatch(/^(data:image\/png;base64,|#site-\d+$)/);
    expect($('style').text()).not.toMatch(/url\(|@import/);
  });

  it('credits whose data the networks of addresses are from', () => {
    expect(load()('footer').text()).toMatch(/IP to ASN: .*RouteViews.*NRO.*DB-IP.*CC BY 4\.0/);
  });

  it('lets the browser run and style its own two constants and nothing else', () => {
    const $ = load();
    const policy = $('meta[http-equiv="Content-Security-Policy"]').attr('content') ?? '';
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain('img-src data:');
    expect(policy).toContain(`script-src ${hash($('script').text())}`);
    expect(policy).toContain(`style-src ${hash($('style').text())}`);
    expect(policy).not.toContain('unsafe');
    expect($('script')).toHaveLength(1);
    expect($('[style]')).toHaveLength(0);
  });

  it('opens with the decision and every site', () => {
    const $ = load();
    expect($('h1').text()).toContain('NO-GO');
    expect($('.overview li')).toHaveLength(4);
    expect($('.lead').text()).toBe('4 sites: 2 altered, 1 not verified, 1 intact.');
  });

  it('shows before and after with a line to drag by mouse or keys', () => {
    const $ = load(sampleRun([defaced()]));
    const box = $('.comparison');
    expect(box.find('img.before, img.after, img.difference')).toHaveLength(3);
    expect(box.find('input[type=range]').attr('aria-label')).toContain('Approved and Now');
    expect(box.find('input[type=radio]')).toHaveLength(4);
    expect(
      box
        .find('label[for]')
        .toArray()
        .every((label) => $(`#${$(label).attr('for')}`).length === 1),
    ).toBe(true);
  });

  it('opens a tall picture at its first change', () => {
    const pictures = [
      { label: 'before', caption: 'desktop', artifact: banded(20, 2000, 2000, [0, 0, 0]) },
      { label: 'after', caption: 'desktop', artifact: banded(20, 2000, 1500, [0, 0, 0]) },
    ] as const;
    const $ = load(sampleRun([defaced({ page: pictures, victim: [] })]));
    expect($('.frame').attr('data-start')).toBe('1500');
  });

  it('shows a picture that is as approved once, and says so', () => {
    const same = banded(20, 400, 200, [0, 0, 0]);
    const pictures = [
      { label: 'before', caption: 'desktop', artifact: same },
      { label: 'after', caption: 'desktop', artifact: same },
    ] as const;
    const $ = load(sampleRun([defaced({ page: pictures, victim: [] })]));
    expect($('.comparison img')).toHaveLength(1);
    expect($('.comparison input')).toHaveLength(0);
    expect($('.alike').text()).toContain('exactly the picture that was approved');
  });

  it('lays tables out for a narrow screen on a narrow screen only', () => {
    const style = load(sampleRun([redirected()]))('style').text();
    const wide = style.slice(0, style.indexOf('@media (max-width:640px)'));
    expect(wide).toContain('table{');
    expect(wide).not.toMatch(/tr\{display:grid/);
  });

  it('names the evidence folder in place of a picture that is too large or none', () => {
    const huge = artifact('image/png', Buffer.concat([banded(4, 4, 2, [0, 0, 0]).bytes, Buffer.alloc(3_000_000)]));
    const pictures = [{ label: 'after', caption: 'desktop', artifact: huge }] as const;
    const $ = load(sampleRun([defaced({ page: pictures, victim: [] })]));
    expect($('img')).toHaveLength(0);
    expect($('.dropped').text()).toContain('data/evidence/live/01K0CE8V2M/');
    const page = [
      { label: 'after', caption: 'x', artifact: artifact('image/svg+xml', Buffer.from('<svg onload="x()"/>')) },
    ] as const;
    expect(load(sampleRun([defaced({ page, victim: [] })]))('img')).toHaveLength(0);
  });

  it('marks the rows of resolvers that disagree and shows what their users see', () => {
    const $ = load(sampleRun([redirected()]));
    expect($('tbody tr')).toHaveLength(5);
    expect(
      $('tr.differs')
        .toArray()
        .map((row) => $(row).find('.resolver').text()),
    ).toEqual(['isp', 'mobile-carrier']);
    expect($('.gallery figcaption').text()).toContain('10.10.34.35');
  });

  it('marks what was taken and what came, word by word', () => {
    const found = finding('page/link-changed', {
      expected: 'Tickets at event.example.org today',
      actual: 'Tickets at evil.example today',
    });
    const $ = load(sampleRun([inspected('a', [inspection('a', 'page', verdict('altered', { findings: [found] }))])]));
    expect($('.expected del').text()).toBe('event.example.org');
    expect($('.actual ins').text()).toBe('evil.example');
    expect($('.actual').text()).toBe('Tickets at evil.example today');
  });

  it('holds Persian, Arabic and Chinese byte for byte, each in its own direction', () => {
    const text = htmlReport(sampleRun());
    for (const words of [PERSIAN, ARABIC, CHINESE]) expect(text).toContain(words);
    const $ = cheerio.load(text);
    expect($('.expected bdi').first().attr('dir')).toBe('auto');
    expect($('.expected bdi').first().text()).toBe(PERSIAN);
  });

  it('does not carry the pictures of a site that is as approved', () => {
    const pictures = [{ label: 'after', caption: 'desktop', artifact: banded(8, 8, 4, [0, 0, 0]) }] as const;
    const quiet = inspected('a', [
      inspection('a', 'page', verdict('intact'), { exhibits: { ...NO_EXHIBITS, pictures } }),
    ]);
    expect(load(sampleRun([quiet, intact()]))('img')).toHaveLength(0);
  });
});
