import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ProbeFailure } from '../../../src/checks/check.js';
import type { BrowserOptions, SharedBrowser } from '../../../src/net/browser/browser.js';
import { findExecutable } from '../../../src/net/browser/executable.js';
import { profilesFolder } from '../../../src/net/browser/profile.js';
import { type Origin, startOrigin } from '../../support/origin.js';
import { browserFor, requestFor } from './support.js';

let origin: Origin;
let folder: string;

beforeAll(async () => {
  origin = await startOrigin({ '/': '<h1>page</h1>' });
  folder = await mkdtemp(join(tmpdir(), 'siteward-test-'));
});

afterAll(async () => {
  await origin.close();
  await rm(folder, { recursive: true });
});

const opened: SharedBrowser[] = [];

function open(options: Partial<BrowserOptions> = {}): SharedBrowser {
  const browser = browserFor(options);
  opened.push(browser);
  return browser;
}

// Also when a test failed on the way.
afterEach(async () => {
  for (const browser of opened.splice(0)) await browser.close();
});

/** Process groups of the browsers this test process was seen to start: a child is known by its group alone. */
const groups = new Set<number>();

/** Those browsers with their children, as the kernel knows them. */
function browsers(): { pid: number; uid: number; command: string }[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const uid = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
        // proc(5): after the name in parentheses come state, parent, group.
        const group = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[2]);
        if (command.includes(`--user-data-dir=${join(profilesFolder(), `siteward-browser-${process.pid}-`)}`))
          groups.add(group);
        return command === '' ? [] : [{ pid: Number(pid), uid, command, group }];
      } catch {
        return []; // It ended this moment.
      }
    });
  return processes.filter(({ group }) => groups.has(group));
}

function profiles(): string[] {
  return readdirSync(profilesFolder()).filter((name) => name.startsWith(`siteward-browser-${process.pid}-`));
}

async function failureOf(promise: Promise<unknown>): Promise<ProbeFailure['failure']> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ProbeFailure) return error.failure;
  throw new Error('it did not fail as a probe fails', { cause: error });
}

test('the browser runs with its sandbox, as nobody even under root, and leaves nothing behind', async () => {
  const browser = open();
  expect(browsers()).toEqual([]);
  await browser.capture(requestFor(`${origin.url}/`));
  const started = browsers();
  expect(started.some(({ command }) => command.includes('--type=renderer'))).toBe(true);
  expect(started.filter(({ uid, command }) => uid === 0 || command.includes('--no-sandbox'))).toEqual([]);
  expect(profiles()).toHaveLength(1);
  await browser.close();
  expect([browsers(), profiles()]).toEqual([[], []]);
});

test('captures share one browser, started once', async () => {
  const browser = open();
  const version = await browser.version();
  await Promise.all(Array.from({ length: 5 }, () => browser.capture(requestFor(`${origin.url}/`))));
  const mains = browsers().filter(({ command }) => !command.includes('--type='));
  await browser.close();
  expect(version).toMatch(/^Chrome\/\d+/);
  expect(mains).toHaveLength(1);
});

test('a browser that was killed is replaced, and its capture done again', async () => {
  const browser = open();
  await browser.capture(requestFor(`${origin.url}/`));
  const main = browsers().find(({ command }) => !command.includes('--type='));
  let killed = false;
  origin.pages['/kills'] = (_request, response) => {
    if (!killed && main !== undefined) process.kill(main.pid, 'SIGKILL');
    killed = true;
    response.end('<h1>survived</h1>');
  };
  const { visibleText } = await browser.capture(requestFor(`${origin.url}/kills`));
  await browser.close();
  expect(visibleText).toBe('survived');
  expect([browsers(), profiles()]).toEqual([[], []]);
});

test('a page that kills every renderer is to blame, since a control page is shown', async () => {
  const browser = open();
  origin.pages['/crash'] = '<h1>crash</h1><img src="/kill">';
  origin.pages['/kill'] = (_request, response) => {
    const renderers = browsers().filter(({ command }) => command.includes('--type=renderer'));
    for (const { pid } of renderers) process.kill(pid, 'SIGKILL');
    response.end();
  };
  const failure = await failureOf(browser.capture(requestFor(`${origin.url}/crash`)));
  const after = await browser.capture(requestFor(`${origin.url}/`));
  await browser.close();
  expect(failure).toMatchObject({ blame: 'target', code: 'render-crashed', diagnosis: 'denied' });
  expect(after.visibleText).toBe('page');
});

test('a page whose script never ends is given up in time and to blame', async () => {
  const browser = open();
  origin.pages['/loop'] = '<h1>loop</h1><script>for (;;);</script>';
  const failure = await failureOf(browser.capture(requestFor(`${origin.url}/loop`)));
  await browser.close();
  expect(failure).toMatchObject({ blame: 'target', code: 'render-timeout', diagnosis: 'denied' });
}, 30_000);

test('a capture that is stopped ends at once with the reason it was stopped for', async () => {
  const browser = open();
  const stop = new AbortController();
  origin.pages['/silent'] = () => stop.abort(new Error('enough'));
  await expect(browser.capture(requestFor(`${origin.url}/silent`, { signal: stop.signal }))).rejects.toThrow('enough');
  await browser.close();
  expect([browsers(), profiles()]).toEqual([[], []]);
});

test("failures of the site are the target's and named", async () => {
  const browser = open();
  const closed = await startOrigin();
  await closed.close();
  origin.pages['/download'] = { headers: { 'content-type': 'application/octet-stream' }, body: 'x' };
  origin.pages['/204'] = { status: 204 };
  origin.pages['/round'] = { status: 302, headers: { location: '/round' } };
  origin.pages['/file'] = { status: 302, headers: { location: 'file:///etc/passwd' } };
  const codes: string[] = [];
  for (const url of [`${closed.url}/`, ...['/download', '/204', '/round', '/file'].map((path) => origin.url + path)]) {
    const { blame, code } = await failureOf(browser.capture(requestFor(url)));
    codes.push(`${blame} ${code}`);
  }
  await browser.close();
  expect(codes).toEqual([
    'target connect-refused',
    'target not-a-page',
    'target not-a-page',
    'target too-many-redirects',
    'target bad-redirect',
  ]);
});

test('a page of an error status is shown with its status', async () => {
  const browser = open();
  origin.pages['/500'] = { status: 500, body: '<h1>broken</h1>' };
  const { status, visibleText } = await browser.capture(requestFor(`${origin.url}/500`));
  await browser.close();
  expect([status, visibleText]).toEqual([500, 'broken']);
});

async function script(name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  await chmod(folder, 0o755);
  return path;
}

test('a browser that cannot build its sandbox, does not start or does not exist is our failure, with the remedy', async () => {
  const failures = [];
  for (const executable of [
    await script('unboxed', 'echo "FATAL: No usable sandbox! Update your kernel" >&2; exit 1'),
    await script('broken', 'echo "x: error while loading shared libraries: libnss3.so: cannot open" >&2; exit 127'),
    join(folder, 'missing'),
  ]) {
    const browser = open({ executable });
    failures.push(await failureOf(browser.capture(requestFor(`${origin.url}/`))));
    await browser.close();
  }
  expect(failures.map(({ blame, code }) => `${blame} ${code}`)).toEqual([
    'monitor no-sandbox',
    'monitor no-browser',
    'monitor no-browser',
  ]);
  expect(failures[0]?.detail).toContain('sandbox: off');
  expect(failures[1]?.detail).toContain('libnss3.so');
  expect(failures[2]?.detail).toContain('npx @puppeteer/browsers install chrome-headless-shell@stable');
  expect(profiles()).toEqual([]);
});

test('the browser is looked for where it is named, then on PATH, then among downloads, newest first', async () => {
  const nowhere = { env: {}, home: folder, folders: [folder], fixed: [] };
  expect((await failureOf(findExecutable('auto', nowhere))).detail).toContain(
    'apt-get install chromium-headless-shell',
  );

  const cache = '.cache/puppeteer/chrome-headless-shell';
  await script(`${cache}/linux-99.0.1/chrome-headless-shell-linux64/chrome-headless-shell`, '');
  const newest = await script(`${cache}/linux-156.0.2/chrome-headless-shell-linux64/chrome-headless-shell`, '');
  expect(await findExecutable('auto', nowhere)).toBe(newest);

  const chromium = await script('bin/chromium', '');
  const shell = await script('bin/chromium-headless-shell', '');
  const withPath = { ...nowhere, env: { PATH: join(folder, 'bin') } };
  expect(await findExecutable('auto', withPath)).toBe(shell);
  const withEnv = { ...nowhere, env: { ...withPath.env, PUPPETEER_EXECUTABLE_PATH: chromium } };
  expect(await findExecutable('auto', withEnv)).toBe(chromium);
  expect(await findExecutable(newest, withEnv)).toBe(newest);
});
