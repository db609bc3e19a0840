/** The built `baseline` commands: how a person comes to accept what a site looks like, and what guards that record. */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Workplace } from '../support/siteward.js';
import { type Event, eventPage, oneSite, startEvent } from './event.js';

const EDITED = eventPage({ title: 'Global Summit – Day two', heading: 'Live from the second day' });

let event: Event;
let place: Workplace;
beforeAll(async () => {
  event = await startEvent();
  place = event.workplace();
  place.watchlist(oneSite(event.url(), 'content: frozen'));
});
afterAll(() => event.close());

function pagesOf(id: string): string[] {
  return readdirSync(place.path('baselines', id, 'page')).map((name) => place.path('baselines', id, 'page', name));
}

describe('the review', () => {
  test('begins with a candidate, which protects nothing yet', async () => {
    const { code, stdout, stderr } = await place.siteward('baseline', 'capture');
    expect(stderr).toMatch(/live\/page {2}✓ captured/);
    expect([code, stdout.includes('siteward baseline approve live')], stdout).toEqual([0, true]);
    expect((await place.check()).code).toBe(3);
    expect((await place.siteward('baseline', 'status')).stdout).toContain('waiting: page, tls');
  });

  test('may end with a rejection, after which nothing waits', async () => {
    expect(await place.siteward('baseline', 'reject', 'live')).toMatchObject({ code: 0 });
    const { code, stderr } = await place.siteward('baseline', 'diff', 'live');
    expect(code).toBe(3);
    expect(stderr).toContain('siteward baseline capture live');
  });

  test('wants to know who approves', async () => {
    expect(await place.siteward('baseline', 'capture', 'live')).toMatchObject({ code: 0 });
    for (const command of [
      ['approve', 'live'],
      ['approve', '--all'],
      ['capture', '--approve'],
    ]) {
      const { code, stderr } = await place.siteward('baseline', ...command);
      expect([code, stderr.includes('--by NAME')], stderr).toEqual([64, true]);
    }
  });

  test('ends with an approval that names who, when and why', async () => {
    expect(await place.siteward('baseline', 'approve', '--all', '--by', 'Ada', '--note', 'opening')).toMatchObject({
      code: 0,
    });
    const { stdout } = await place.siteward('--json', 'baseline', 'status');
    expect(JSON.parse(stdout)).toMatchObject({
      sites: [{ id: 'live', kinds: ['page', 'tls'], approved: { by: 'Ada', note: 'opening' }, candidate: null }],
    });
    expect((await place.check()).code).toBe(0);
  });

  test('of an edit shows text and pictures, and its approval makes the edit genuine', async () => {
    event.origin.pages['/'] = EDITED;
    expect((await place.check()).code).toBe(2);
    expect(await place.siteward('baseline', 'capture', 'live')).toMatchObject({ code: 0 });
    const { code, stdout } = await place.siteward('baseline', 'diff', 'live', '--html', 'review.html');
    expect(code).toBe(0);
    expect(stdout).toMatch(/−.*Live from the opening hall/);
    expect(stdout).toMatch(/\+.*Live from the second day/);
    const review = readFileSync(place.path('review.html'), 'utf8');
    expect(review).toContain('Global Summit – Day two');
    expect([...review.matchAll(/src="data:image\/png/g)].length).toBeGreaterThanOrEqual(2);
    // What waits is not what is approved.
    expect((await place.check()).code).toBe(2);
    expect(await place.siteward('baseline', 'approve', 'live', '--by', 'Grace')).toMatchObject({ code: 0 });
    expect((await place.check()).code).toBe(0);
  });
});

describe('a page that comes in several forms', () => {
  const OTHER = eventPage({ title: 'Global Summit – Evening', heading: 'Live from the evening hall', news: ['Doors'] });

  test('is genuine in each form that was added, and in no other', async () => {
    event.origin.pages['/'] = OTHER;
    expect((await place.check()).code).toBe(2);
    expect(await place.siteward('baseline', 'capture', 'live')).toMatchObject({ code: 0 });
    const added = await place.siteward('baseline', 'approve', 'live', '--by', 'Grace', '--add');
    expect([added.code, added.stdout.includes('beside')], added.stdout).toEqual([0, true]);
    expect((await place.check()).code).toBe(0);
    event.origin.pages['/'] = EDITED;
    expect((await place.check()).code).toBe(0);
    // A mixture of two accepted forms was never approved.
    event.origin.pages['/'] = OTHER.replace('Live from the evening hall', 'Live from the second day');
    expect((await place.check()).code).toBe(2);
    event.origin.pages['/'] = EDITED;
  });

  test('is listed with how many forms are accepted, also beside the next candidate', async () => {
    const status = JSON.parse((await place.siteward('--json', 'baseline', 'status')).stdout);
    expect(status.sites[0].looks.page).toBe(2);
    expect((await place.siteward('baseline', 'status')).stdout).toContain('page (2 looks)');
    expect(await place.siteward('baseline', 'capture', 'live')).toMatchObject({ code: 0 });
    expect((await place.siteward('baseline', 'diff', 'live')).stdout).toContain('2 looks are accepted');
    // Approved without --add it stands alone again.
    expect(await place.siteward('baseline', 'approve', 'live', '--by', 'Grace')).toMatchObject({ code: 0 });
    expect((await place.siteward('baseline', 'status')).stdout).not.toContain('looks)');
  });
});

describe('the record', () => {
  test('is made of files a person can read: text, pictures, JSON', () => {
    const names = readdirSync(place.path('baselines', 'live'), { recursive: true, encoding: 'utf8' });
    expect(names).toContain('baseline.json');
    expect(names.some((name) => name.endsWith('.png'))).toBe(true);
    expect(names.some((name) => /dom|html/.test(name))).toBe(true);
    expect(readFileSync(place.path('baselines/live/baseline.json'), 'utf8')).toContain('"by": "Grace"');
  });

  test('that was changed in any file is critical: baseline/tampered, exit code 2', async () => {
    for (const file of pagesOf('live')) {
      const genuine = readFileSync(file);
      appendFileSync(file, ' ');
      const { code, report } = await place.check();
      expect(code, file).toBe(2);
      expect(report.sites[0]?.findings.map((finding) => finding.code)).toContain('baseline/tampered');
      writeFileSync(file, genuine);
    }
    expect((await place.check()).code).toBe(0);
  });

  test('that cannot be read is critical too, never "no baseline"', async () => {
    const file = place.path('baselines/live/baseline.json');
    const genuine = readFileSync(file);
    writeFileSync(file, genuine.subarray(0, genuine.length / 2));
    const { code, report } = await place.check();
    expect([code, report.sites[0]?.findings[0]?.code]).toEqual([2, 'baseline/tampered']);
    expect((await place.siteward('baseline', 'status')).code).toBe(2);
    writeFileSync(file, genuine);
  });

  test('that is gone is not verified: exit code 3', async () => {
    rmSync(place.path('baselines'), { recursive: true });
    expect((await place.check()).code).toBe(3);
    expect(existsSync(place.path('baselines'))).toBe(false);
  });
});

test('sixteen sites are captured together without a word of Node of its own', async () => {
  const many = event.workplace();
  const name = (index: number): string => `s${index}.event.test`;
  const names = Array.from({ length: 16 }, (_, index) => name(index));
  many.settings(
    event.settings().replace('hosts: {', `hosts: { ${names.map((one) => `${one}: 127.0.0.1`).join(', ')},`),
  );
  const site = (_: unknown, index: number): string =>
    `  - { id: site-${index}, url: "https://${name(index)}:${event.origin.port}/", checks: [tls] }\n`;
  many.watchlist(`version: 1\nsites:\n${Array.from({ length: 16 }, site).join('')}`);
  // Rejects when its user was shown a warning of Node's.
  expect(await many.siteward('baseline', 'capture', '--approve', '--by', 'Ada')).toMatchObject({ code: 0 });
});
