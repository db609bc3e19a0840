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
import { type Composed, compose } from './sites.js';
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
  return parseConfig({
    dir: options.dir,
    settings: await readText(join(options.dir, SETTINGS)),
    watchlists: await readWatchlists(options.dir),
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
  const { source, problems } = sourceOf(texts.settings, texts.around.lookup);
  const settings = source && parseSettings(source, texts.notifiers, texts.around);
  const composed = composeTexts(texts.watchlists, texts.checks, settings?.receiverIds ?? null);
  const unread = new Set(problems.map(placeOf));
  // A value that could not be filled in is not also of the wrong form.
  const further = [...(settings?.problems ?? []), ...composed.problems].filter((found) => !unread.has(placeOf(found)));
  const none = texts.watchlists.length === 0 && texts.watchlist === 'required' ? [missing(texts.dir)] : [];
  const all = [...problems, ...further, ...none];
  if (all.length > 0 || !settings?.settings) return { problems: inOrder(all) };
  const { sites, events, maintenance } = composed;
  return { config: { settings: settings.settings, sites, events, maintenance } };
}

function composeTexts(
  files: readonly TextFile[],
  checks: readonly Check[],
  receiverIds: ReadonlySet<string> | null,
): Composed {
  const read = files.map((file) => sourceOf(file));
  const watchlists = read.flatMap(({ source }) => (source ? [parseWatchlist(source, checks)] : []));
  // With a file missing from the sum, an id that is not there may be in it.
  const composed = compose(watchlists, checks, receiverIds, watchlists.length === files.length);
  return { ...composed, problems: [...read.flatMap(({ problems }) => problems), ...composed.problems] };
}

function sourceOf(file: TextFile, lookup?: Lookup): ReturnType<typeof readYaml> {
  if (!file.content || 'text' in file.content) return readYaml(file.path, file.content?.text ?? '', lookup);
  return { source: null, problems: [{ file: file.path, line: 1, column: 1, message: file.content.wrong }] };
}

function placeOf({ file, line, column }: Problem): string {
  return `${file}:${line}:${column}`;
}

function missing(dir: string): Problem {
  const message = `there is no ${WATCHLIST} (nor ${WATCHLISTS}/*.yaml) in ${dir}; "siteward init" writes one, --config DIR names another folder`;
  return { file: join(dir, WATCHLIST), line: 1, column: 1, message };
}

async function readWatchlists(dir: string): Promise<TextFile[]> {
  const folder = join(dir, WATCHLISTS);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const yaml = names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).sort();
  const files = await Promise.all([join(dir, WATCHLIST), ...yaml.map((name) => join(folder, name))].map(readText));
  return files.filter((file) => file.content !== null);
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
