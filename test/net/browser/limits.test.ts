import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ProbeFailure } from '../../../src/checks/check.js';
import type { BrowserOptions, SharedBrowser } from '../../../src/net/browser/browser.js';
import { limitsFor, type Usage, usageOf, watchUsage } from '../../../src/net/browser/limits.js';
import { profilesFolder } from '../../../src/net/browser/profile.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { until } from '../../support/siteward.js';
import { browserFor, requestFor } from './support.js';

const MIB = 1024 * 1024;
const LIMIT_MS = 90_000;
const script = (code: string): string => `<h1>words</h1><script>${code}</script>`;

let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin({
    '/good': '<h1>good</h1>',
    // Memory that is no garbage-collected heap: V8 sets no limit to it.
    '/memory': script(`const held = []; for (;;) try { held.push(new Uint8Array(${32 * MIB}).fill(1)); } catch {}`),
    '/threads': script(`const held = []; const nothing = URL.createObjectURL(new Blob(['for (;;);']));
      document.write('<script src="/never"></' + 'script>');
      for (let i = 0; i < 1000; i++) held.push(new Worker(nothing));`),
    '/never': () => undefined,
    '/three-gigabytes': script(`try { window.held = new Uint8Array(3 * 1024 ** 3); document.title = 'had' }
      catch (error) { document.title = error.name }`),
  });
});
afterAll(() => origin.close());

const opened: SharedBrowser[] = [];
function open(options: Partial<BrowserOptions> = {}): SharedBrowser {
  const browser = browserFor(options);
  opened.push(browser);
  return browser;
}
afterEach(async () => {
  for (const browser of opened.splice(0)) await browser.close();
});

/** Main processes of the browsers this process started. */
function mains(): number[] {
  const profile = `--user-data-dir=${profilesFolder()}/siteward-browser-${process.pid}-`;
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes(profile) && !command.includes('--type=') ? [Number(pid)] : [];
    } catch {
      return []; // No process, or it ended this moment.
    }
  });
}

/** The most that one browser was seen to use meanwhile. */
async function peakOf(act: () => Promise<unknown>): Promise<Usage> {
  const peak = { memoryBytes: 0, tasks: 0 };
  const timer = setInterval(() => {
    for (const usage of mains().map((pid) => usageOf(pid))) {
      peak.memoryBytes = Math.max(peak.memoryBytes, usage.memoryBytes);
      peak.tasks = Math.max(peak.tasks, usage.tasks);
    }
  }, 100);
  await act().finally(() => clearInterval(timer));
  return peak;
}

async function deniedFor(browser: SharedBrowser, path: string): Promise<string> {
  const error = await browser.capture(requestFor(origin.url + path)).catch((reason: unknown) => reason);
  if (!(error instanceof ProbeFailure)) throw new Error(`${path} was shown, or failed otherwise`, { cause: error });
  expect(error.failure).toMatchObject({ blame: 'target', diagnosis: 'denied' });
  expect((await browser.capture(requestFor(`${origin.url}/good`))).visibleText).toBe('good');
  return error.failure.detail;
}

describe('a browser', () => {
  test('is held by the kernel, each of its processes, and is the first to go where memory is short', async () => {
    const browser = open();
    await browser.capture(requestFor(`${origin.url}/good`));
    const [main = 0] = mains();
    const limits = readFileSync(`/proc/${main}/limits`, 'utf8');
    const of = (name: string): number[] =>
      (new RegExp(`^${name}\\s+(\\d+)\\s+(\\d+)`, 'm').exec(limits) ?? []).slice(1).map(Number);
    expect([of('Max core file size'), of('Max data size'), of('Max file size'), of('Max processes')]).toEqual([
      [0, 0],
      [2048 * MIB, 2048 * MIB],
      [1024 * MIB, 1024 * MIB],
      [8192, 8192],
    ]);
    expect(Number(readFileSync(`/proc/${main}/oom_score_adj`, 'utf8'))).toBe(500);
  });

  test('refuses a script more memory than one process may have', async () => {
    const { title } = await open().capture(requestFor(`${origin.url}/three-gigabytes`));
    expect(title).toBe('RangeError');
  });

  test('has room for many pages such as there are', { timeout: LIMIT_MS }, async () => {
    origin.pages['/large'] = `<h1>large</h1><div style="height:9000px"></div>${Array.from(
      { length: 100 },
      (_, at) =>
        `<img src="data:image/svg+xml,${encodeURIComponent(
          `<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><circle r='${at}'/></svg>`,
        )}">`,
    ).join('')}`;
    const browser = open();
    const looks = async () => {
      for (let at = 0; at < 5; at += 1)
        await Promise.all([1, 2].map(() => browser.capture(requestFor(`${origin.url}/large`))));
    };
    const { memoryBytes, tasks } = await peakOf(looks);
    const limits = limitsFor(2);
    expect(memoryBytes).toBeGreaterThan(0);
    expect(memoryBytes).toBeLessThan(limits.memoryBytes / 2);
    expect(tasks).toBeLessThan(limits.tasks / 2);
  });
});

describe('a page', () => {
  test('that uses up memory ends its browser, is denied, and nobody else', { timeout: LIMIT_MS }, async () => {
    const limits = { memoryBytes: 700 * MIB, tasks: 5_000 };
    const detail = await deniedFor(open({ limits }), '/memory');
    expect(detail).toMatch(/used up the browser, which came to \d+ MiB of memory, of 700 MiB it may have/);
  });

  test('that starts threads without end, likewise', { timeout: LIMIT_MS }, async () => {
    const limits = { memoryBytes: 4_000 * MIB, tasks: 160 };
    const detail = await deniedFor(open({ limits }), '/threads');
    expect(detail).toContain('used up the browser, which came to more than 160 processes and threads');
  });

  test('that uses up memory, with the limits as shipped, never takes the machine’s', {
    timeout: LIMIT_MS,
  }, async () => {
    const browser = open();
    const { memoryBytes } = await peakOf(() => deniedFor(browser, '/memory'));
    expect(memoryBytes).toBeGreaterThan(0);
    // What a second of filling can add before the watch looks again is bounded by the process's own limit.
    expect(memoryBytes).toBeLessThan(limitsFor(2).memoryBytes + 2048 * MIB);
  });
});

describe('the watch', () => {
  test('sees what was started by what it watches, and ends with the word', async () => {
    const storm = spawn('/bin/sh', ['-c', 'for i in 1 2 3 4 5 6 7 8 9; do (sleep 60 & sleep 60) & done; wait'], {
      detached: true,
      stdio: 'ignore',
    });
    const pid = storm.pid ?? 0;
    try {
      await until('all have started', () => usageOf(pid).tasks > 15);
      const said = await new Promise<string>((resolve) =>
        watchUsage(pid, { memoryBytes: 4_000 * MIB, tasks: 10 }, resolve),
      );
      expect(said).toBe('came to more than 10 processes and threads');
      expect(usageOf(pid).memoryBytes).toBeGreaterThan(0);
    } finally {
      process.kill(-pid, 'SIGKILL');
      await once(storm, 'exit');
    }
    expect(usageOf(pid)).toEqual({ memoryBytes: 0, tasks: 0 });
  });
});

describe('profiles', () => {
  test('lie in memory where there is room, among temporary files elsewhere', () => {
    expect(profilesFolder('/proc')).not.toBe('/proc');
    expect(profilesFolder('/nonexistent')).toBe(profilesFolder('/proc'));
    expect(profilesFolder()).toMatch(/^\//);
  });
});
