/** Which browser binary to start: what the operator names, else what the machine has. */
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProbeFailure } from '../../checks/check.js';

/** Where to look. The defaults are this process's own; tests pass others. */
export interface Places {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Folders in which a `.browser` may have been downloaded: this package's own, and where we were started. */
  readonly folders: readonly string[];
  /** Absolute paths tried before PATH. */
  readonly fixed: readonly string[];
}

const HERE: Places = {
  env: process.env,
  home: homedir(),
  folders: [fileURLToPath(new URL('../../..', import.meta.url)), process.cwd()],
  // The binary itself: /usr/bin/chromium-headless-shell is a shell script that stays around as its parent.
  fixed: ['/usr/lib/chromium/chromium-headless-shell'],
};

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

const REMEDY =
  'Install one: `apt-get install chromium-headless-shell` (Debian), or ' +
  '`npx @puppeteer/browsers install chrome-headless-shell@stable --path .browser`; ' +
  'or name yours in settings.yaml: `browser: { executable: /path/to/chrome }`.';

/**
 * The browser to start. `configured` is a path, or `auto`.
 * @throws ProbeFailure `no-browser`, whose text holds the remedy.
 */
export async function findExecutable(configured: string, places: Places = HERE): Promise<string> {
  const named = configured === 'auto' ? places.env['PUPPETEER_EXECUTABLE_PATH'] : configured;
  if (named !== undefined && named !== '') {
    if (await executable(named)) return named;
    throw noBrowser(`The configured browser ${named} does not exist or may not be executed. ${REMEDY}`);
  }
  for (const path of [...places.fixed, ...onPath(places.env), ...(await downloaded(places))]) {
    if (await executable(path)) return path;
  }
  throw noBrowser(`No Chromium or Chrome was found on this machine. ${REMEDY}`);
}

/** A failure of ours that only a usable browser on this machine repairs. */
export function noBrowser(detail: string): ProbeFailure {
  return new ProbeFailure({ blame: 'monitor', code: 'no-browser', detail });
}

function onPath(env: Places['env']): string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** What `@puppeteer/browsers` put into its cache, newest first: `<cache>/<browser>/<platform-version>/<folder>/<binary>`. */
async function downloaded(places: Places): Promise<string[]> {
  const found: string[] = [];
  for (const cache of [
    ...places.folders.map((folder) => join(folder, '.browser')),
    join(places.home, '.cache', 'puppeteer'),
  ]) {
    for (const browser of ['chrome-headless-shell', 'chrome']) {
      for (const version of newestFirst(await entries(join(cache, browser)))) {
        const folder = join(cache, browser, version);
        for (const build of await entries(folder)) found.push(join(folder, build, browser));
      }
    }
  }
  return found;
}

function newestFirst(versions: readonly string[]): string[] {
  return [...versions].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return []; // A cache that does not exist holds nothing.
  }
}

async function executable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false; // Missing and forbidden come to the same: not this one.
  }
}
