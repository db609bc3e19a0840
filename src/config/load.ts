/** The two files (or the folder of watchlists) from disk to a Config, or every problem in them at once. */
import { constants, readFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Check } from '../checks/check.js';
import type { Notifier } from '../notify/notifier.js';
import type { Config, Problem } from './config.js';
import { inOrder } from './problems.js';
import { parseSettings } from './settings.js';
import { compose } from './sites.js';
import { type Lookup, readYaml } from './source.js';
import { parseWatchlist } from './watchlist.js';

export interface LoadOptions {
  readonly dir: string;
  readonly checks: readonly Check[];
  readonly notifiers: readonly Notifier[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `optional` for commands that work without any site (`dns`, `doctor`). Default: `required`. */
  readonly watchlist?: 'required' | 'optional';
}

export type Loaded = { readonly config: Config } | { readonly problems: readonly Problem[] };

const SETTINGS = 'settings.yaml';
const WATCHLIST = 'watchlist.yaml';
const WATCHLISTS = 'watchlist.d';

/** No configuration written by people is longer, and nothing longer is worth parsing. */
const MAX_FILE_BYTES = 1 << 20;

export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const [settingsFile, ...watchlistFiles] = await Promise.all([
    readText(join(options.dir, SETTINGS)),
    ...(await watchlistPaths(options.dir)).map(readText),
  ]);
  return parseConfig({
    dir: options.dir,
    settings: settingsFile,
    watchlists: watchlistFiles.filter((file) => file.content !== null),
    checks: options.checks,
    notifiers: options.notifiers,
    watchlist: options.watchlist ?? 'required',
    around: {
      lookup: lookupIn(options.env, options.dir),
      readFile: (path) => readNamed(options.dir, path),
      cpus: availableParallelism(),
    },
  });
}

/** A file as it was found; `content` null: there is none. */
export interface TextFile {
  readonly path: string;
  readonly content: { readonly text: string } | { readonly wrong: string } | null;
}

export interface Texts extends Omit<LoadOptions, 'env' | 'watchlist'> {
  readonly settings: TextFile;
  readonly watchlists: readonly TextFile[];
  readonly watchlist: 'required' | 'optional';
  readonly around: Parameters<typeof parseSettings>[2] & { readonly lookup: Lookup };
}

/** Pure: texts and schemas to Config or problems. `${...}` is filled in for the operators' file only. */
export function parseConfig(texts: Texts): Loaded {
  const problems: Problem[] = [];
  const sourceOf = (file: TextFile, lookup?: Lookup) => {
    if (file.content && 'wrong' in file.content) {
      problems.push({ file: file.path, line: 1, column: 1, message: file.content.wrong });
      return null;
    }
    const read = readYaml(file.path, file.content?.text ?? '', lookup);
    if ('source' in read) return read.source;
    problems.push(...read.problems);
    return null;
  };
  const settingsSource = sourceOf(texts.settings, texts.around.lookup);
  const settings = settingsSource && parseSettings(settingsSource, texts.notifiers, texts.around);
  const sources = texts.watchlists.map((file) => sourceOf(file));
  const watchlists = sources.flatMap((source) => (source ? [parseWatchlist(source, texts.checks)] : []));
  // With a file missing from the sum, an id that is not there may be in it.
  const complete = watchlists.length === sources.length;
  const composed = compose(watchlists, texts.checks, settings?.receiverIds ?? null, complete);
  problems.push(...(settings?.problems ?? []), ...composed.problems);
  if (texts.watchlists.length === 0 && texts.watchlist === 'required') problems.push(missing(texts.dir));
  if (problems.length > 0 || !settings?.settings) return { problems: inOrder(problems) };
  return { config: { settings: settings.settings, sites: composed.sites, events: composed.events } };
}

function missing(dir: string): Problem {
  const message = `there is no ${WATCHLIST} (nor ${WATCHLISTS}/*.yaml) in ${dir}; "siteward init" writes one, --config DIR names another folder`;
  return { file: join(dir, WATCHLIST), line: 1, column: 1, message };
}

async function watchlistPaths(dir: string): Promise<string[]> {
  const folder = join(dir, WATCHLISTS);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const yaml = names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).sort();
  return [join(dir, WATCHLIST), ...yaml.map((name) => join(folder, name))];
}

async function readText(path: string): Promise<TextFile> {
  try {
    const file = await open(path, constants.O_RDONLY);
    try {
      const { size } = await file.stat();
      if (size > MAX_FILE_BYTES) return { path, content: { wrong: `is larger than ${MAX_FILE_BYTES} bytes` } };
      return { path, content: decode(await file.readFile()) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { path, content: isMissing(error) ? null : { wrong: `cannot be read: ${reasonOf(error)}` } };
  }
}

function decode(bytes: Uint8Array): { text: string } | { wrong: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // TextDecoder says only that it failed.
    return { wrong: 'is not UTF-8 text' };
  }
}

/** A file named in the settings, relative to the configuration folder. */
function readNamed(dir: string, path: string): { text: string } | { wrong: string } {
  try {
    const bytes = readFileSync(resolve(dir, path));
    return bytes.length > MAX_FILE_BYTES ? { wrong: `is larger than ${MAX_FILE_BYTES} bytes` } : decode(bytes);
  } catch (error) {
    return { wrong: `cannot be read: ${reasonOf(error)}` };
  }
}

/** `NAME` from the environment, `file:PATH` from disk without the newline at its end. */
function lookupIn(env: LoadOptions['env'], dir: string): Lookup {
  return (reference) => {
    if (reference.startsWith('file:')) {
      const found = readNamed(dir, reference.slice('file:'.length));
      return 'text' in found ? { text: found.text.replace(/\r?\n$/, '') } : found;
    }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(reference)) {
      return { wrong: 'is neither the name of an environment variable nor file:PATH; write $${ for a plain ${' };
    }
    const text = env[reference];
    return text === undefined ? { wrong: 'is not set in the environment' } : { text };
  };
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return (code !== null && REASONS[code]) || (error instanceof Error ? error.message : String(error));
}
