/** The built check on a full disk, stopped by a signal and killed: nothing already gathered is lost, nothing left behind. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Page } from '../support/origin.js';
import { until, type Workplace } from '../support/siteward.js';
import { DEFACED, type Event, eventPage, startEvent } from './event.js';

/** Takes the request and never answers. */
const SILENCE: Page = () => undefined;

const PAGES = { '/quick': eventPage(), '/slow': eventPage(), '/slower': eventPage() };

let event: Event;
let place: Workplace;
beforeAll(async () => {
  event = await startEvent(PAGES);
  // A page each, so that the quick one does not wait for the others.
  place = event.workplace('browser: { pages: 4 }');
  place.watchlist(`defaults: { checks: [page], confirm_after: 0s }
sites:
  - { id: quick, url: "${event.url('/quick')}" }
  - { id: slow, url: "${event.url('/slow')}" }
  - { id: slower, url: "${event.url('/slower')}" }
`);
  const { code, stdout } = await place.siteward('baseline', 'capture', '--approve', '--by', 'Ada');
  expect(code, stdout).toBe(0);
});
beforeEach(() => {
  Object.assign(event.origin.pages, PAGES);
  rmSync(place.path('data'), { recursive: true, force: true });
});
afterAll(() => event.close());

/** Command lines of every process that a run with this pid started for rendering. */
function browsersOf(pid: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(join('/proc', name, 'cmdline'), 'utf8')];
      } catch {
        return []; // It ended while we looked.
      }
    })
    .filter((line) => line.includes(`siteward-browser-${pid}-`));
}

const manifestSchema = z.object({ members: z.record(z.string(), z.object({ sha256: z.string() })) });

/** Checks every member against its hash. @returns how many there are */
function verifyEvidence(folder: string): number {
  const { members } = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
  for (const [name, { sha256 }] of Object.entries(members)) {
    expect(
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
      name,
    ).toBe(sha256);
  }
  return Object.keys(members).length;
}

function evidenceOf(site: string): string[] {
  const folder = place.path('data/evidence', site);
  return existsSync(folder) ? readdirSync(folder).map((id) => join(folder, id)) : [];
}

/** Stands while two of three sites keep us waiting and the third is done. */
async function halfway(): Promise<ReturnType<Workplace['start']>> {
  event.origin.pages['/slow'] = SILENCE;
  event.origin.pages['/slower'] = SILENCE;
  const soFar = event.origin.requests.length;
  const running = place.start(['--json', 'check', '--jobs', '3']);
  await until('the quick site is done', () =>
    evidenceOf('quick').some((folder) => existsSync(join(folder, 'manifest.json'))),
  );
  await until('a browser runs', () => browsersOf(running.pid).length > 0);
  await until('the others were asked', () => {
    // Once raw and once by the browser; as other visitors it is asked for besides.
    const ours = event.origin.requests
      .slice(soFar)
      .filter(({ headers }) => !headers.referer && !headers['user-agent']?.includes('Googlebot'));
    const asked = ours.map(({ url }) => url);
    return ['/slow', '/slower'].every((path) => asked.filter((url) => url === path).length === 2);
  });
  return running;
}

describe('SIGTERM', () => {
  test('ends the check at once: what is done is reported, the rest is not verified, no browser is left', async () => {
    const running = await halfway();
    const stoppedAt = performance.now();
    running.kill('SIGTERM');
    const { code, stdout } = await running.finished;
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 3,
      sites: [
        { id: 'quick', state: 'intact' },
        { id: 'slow', state: 'unverified' },
        { id: 'slower', state: 'unverified' },
      ],
    });
    expect(browsersOf(running.pid)).toEqual([]);
  });

  test('does not hide what was found before it', async () => {
    event.origin.pages['/quick'] = DEFACED;
    const running = await halfway();
    running.kill('SIGTERM');
    expect((await running.finished).code).toBe(2);
  });
});

describe('SIGKILL', () => {
  test('leaves whole evidence of what was done, no browser, and a next run that is fine', async () => {
    const running = await halfway();
    running.kill('SIGKILL');
    expect((await running.finished).code).toBe(null);
    expect(
      evidenceOf('quick')
        .map(verifyEvidence)
        .every((members) => members > 3),
    ).toBe(true);
    expect([...evidenceOf('slow'), ...evidenceOf('slower')]).toEqual([]);
    await until('its browser is gone', () => browsersOf(running.pid).length === 0);
    event.origin.pages['/slow'] = eventPage();
    event.origin.pages['/slower'] = eventPage();
    expect((await place.check()).code).toBe(0);
  });
});

const ROOT = process.getuid?.() === 0;
const NEEDS_ROOT = 'a small disk can only be mounted by root: run the tests as root to have this proven';

describe('a full disk', () => {
  const onDiskOf = (size: string, ...args: readonly string[]): ReturnType<Workplace['siteward']> => {
    const mount = `mkdir -p "$0" && mount -t tmpfs -o size=${size} tmpfs "$0" && exec "$@"`;
    const through = ['unshare', '--mount', 'sh', '-c', mount, place.path('data')];
    return place.start(args, { through }).finished;
  };

  test('costs the evidence, not the verdict: the exit code stands and the reason is told', async ({ skip }) => {
    skip(!ROOT, NEEDS_ROOT);
    event.origin.pages['/quick'] = DEFACED;
    const { code, stdout, stderr } = await onDiskOf('64k', '--json', 'check');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      sites: [
        { id: 'quick', state: 'altered', diagnosis: 'defaced', evidence: null },
        { state: 'intact' },
        { state: 'intact' },
      ],
    });
    expect(stderr).toMatch(/evidence could not be kept in data\/evidence\/quick.*disk is full/);
  });

  test('does not keep the daemon from telling what it sees, nor from saying why it forgets', async ({ skip }) => {
    skip(!ROOT, NEEDS_ROOT);
    event.origin.pages['/quick'] = DEFACED;
    const { code, stdout, stderr } = await onDiskOf('256k', 'watch', '--once');
    expect(code, stdout + stderr).toBe(2);
    expect(stderr).toMatch(/full/);
  });

  test('does not keep a review from being read', async ({ skip }) => {
    skip(!ROOT, NEEDS_ROOT);
    event.origin.pages['/quick'] = DEFACED;
    await place.siteward('baseline', 'capture', 'quick');
    const { code, stdout, stderr } = await place.start(['baseline', 'diff', 'quick', '--html', '/dev/full']).finished;
    expect([code, stdout.includes('HACKED BY CYBERWOLF')], stderr).toEqual([0, true]);
    expect(stderr).toMatch(/could not be written to \/dev\/full/);
  });
});
