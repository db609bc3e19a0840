/** `add`: one more site in the watchlist, then its candidate baseline. */
import { open, readFile, realpath, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.js';
import { derivedId } from '../config/identity.js';
import { type NewSite, withSite } from '../config/insertion.js';
import { type LoadOptions, loadConfig } from '../config/load.js';
import { isId, readUrl } from '../config/values.js';
import type { Site } from '../core/model.js';
import { withoutPassword } from './selection.js';
import { BadConfiguration, CommandError, EXIT, type Terminal, UsageError } from './workplace.js';

export interface AddOptions {
  readonly id?: string | undefined;
  readonly tags: readonly string[];
}

export interface AddWork {
  readonly load: LoadOptions;
  readonly terminal: Terminal;
  /** Takes the candidate of the site just added, from the configuration with it. @returns the command's exit code */
  readonly capture: (config: Config, siteId: string) => Promise<number>;
}

export async function runAdd(
  typed: string,
  options: AddOptions,
  { load, terminal, capture }: AddWork,
): Promise<number> {
  const site = readSite(typed, options);
  const siteId = site.id ?? derivedId(site.url);
  // Into a file that is wrong already nothing is written: its writer should find it as it was.
  refuseRepeated((await configOf(load)).sites, site.url, siteId);
  const file = await edit(join(load.dir, 'watchlist.yaml'), site);
  if (!terminal.quiet) terminal.err(`Added ${siteId} to ${file}\n`);
  return capture(await configOf(load), siteId);
}

async function configOf(load: LoadOptions): Promise<Config> {
  const loaded = await loadConfig({ ...load, watchlist: 'optional' });
  if ('problems' in loaded) throw new BadConfiguration(loaded.problems);
  return loaded.config;
}

function readSite(typed: string, { id, tags }: AddOptions): NewSite {
  const url = readUrl(typed);
  if ('wrong' in url)
    throw new UsageError(
      `${JSON.stringify(withoutPassword(typed))} ${url.wrong}. Example: siteward add https://www.example.org/`,
    );
  if (id !== undefined && !isId(id)) {
    throw new UsageError(
      `The id "${id}" must be 1 to 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit.`,
    );
  }
  const empty = tags.find((tag) => tag.trim() === '' || tag.length > 300);
  if (empty !== undefined) throw new UsageError('A tag must be 1 to 300 characters.');
  return { url: url.value, id, tags };
}

function refuseRepeated(sites: readonly Site[], url: string, siteId: string): void {
  const same = sites.find((site) => site.url === url);
  if (same) throw new UsageError(`${url} is watched already, as "${same.id}".`);
  if (sites.some((site) => site.id === siteId)) {
    throw new UsageError(`The id "${siteId}" is taken by another site; choose one with --id.`);
  }
}

/** Whole or not at all: written beside the file and renamed over it. */
async function edit(path: string, site: NewSite): Promise<string> {
  try {
    const place = await realpath(path).catch((error: unknown) => {
      if (isMissing(error)) return path;
      throw error;
    });
    const text = await readFile(place, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return 'version: 1\n';
      throw error;
    });
    const mode = await stat(place).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    );
    const beside = join(dirname(place), `.watchlist.${process.pid}.tmp`);
    const file = await open(beside, 'w', mode);
    try {
      await file.writeFile(withSite(text, site));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, place);
    return path;
  } catch (error) {
    const hint = isMissing(error) ? ' Run "siteward init" first, or name the folder with --config.' : '';
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${path} could not be changed: ${reason}.${hint}`, EXIT.config, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
