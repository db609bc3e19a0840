/**
 * What Siteward could not keep: `data/lost/` holds one folder for each database that was damaged or gone, and for each row that
 * cannot be read, with a note. Nothing is deleted, and whoever runs Siteward is told as long as a folder stands there.
 */
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

const LOST = 'lost';
const NOTE = 'note.txt';

/** One thing that was lost. Throws what the file system throws. */
export interface Loss {
  /** Names the folder; a second loss of that name is taken for the same. */
  readonly name: string;
  /** For the operator: what happened and what he can do. */
  readonly note: string;
  /** Moved there, where they exist. */
  readonly files?: readonly string[];
}

/** @returns the folder */
export function setAside(dataDir: string, { name, note, files = [] }: Loss): string {
  const folder = join(dataDir, LOST, name.replaceAll(/[^\w.-]/g, '_').slice(0, 100));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Before anything is moved: a folder without a note would explain nothing.
  writeFileSync(join(folder, NOTE), `${note}\n`, { mode: 0o600, flush: true });
  for (const file of files) {
    if (statSync(file, { throwIfNoEntry: false })) renameSync(file, join(folder, basename(file)));
  }
  return folder;
}

/** Names of what was lost and nobody has taken away yet, in order. */
export async function lostIn(dataDir: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(dataDir, LOST))).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
