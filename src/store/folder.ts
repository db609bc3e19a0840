/**
 * Folders that are whole or not there: written beside their place, made durable, then renamed into it. And members read
 * so that no link leads elsewhere.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Files, isMemberName } from './detached.js';

/** More than any picture or page we keep. */
const MAX_MEMBER_BYTES = 64 * 1024 * 1024;

/** Who may read what is written; the process's umask can only take away from it. */
export interface Access {
  readonly folder: number;
  readonly file: number;
}

/** For what goes into the operator's repository. */
export const SHARED: Access = { folder: 0o755, file: 0o644 };
/** For what strangers sent and what was concluded: the user Siteward runs as, like the database. */
export const PRIVATE: Access = { folder: 0o700, file: 0o600 };

/**
 * Puts the files where `place` is, in one step for whoever looks: before the rename the old folder is there, after it
 * the new one. A folder cannot be swapped in one call, so the old one is moved aside first and found there by
 * `standing` if we die in between.
 */
export async function replaceFolder(place: string, files: Files, access: Access): Promise<void> {
  const fresh = `${aside(place)}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeFolder(fresh, files, access);
    await settle(place);
    if (await exists(place)) await rename(place, aside(place));
    await rename(fresh, place);
    await syncFolder(dirname(place));
    await rm(aside(place), { recursive: true, force: true });
  } catch (error) {
    await settle(place).catch(() => undefined);
    // Best effort: the reason that counts is the one thrown on.
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Puts one more file into a folder that stands, or another in its place, in one step. */
export async function replaceMember(folder: string, name: string, bytes: Uint8Array, access: Access): Promise<void> {
  const fresh = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(fresh, bytes, { mode: access.file, flag: 'wx', flush: true });
    await rename(fresh, join(folder, name));
    await syncFolder(folder);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Where the folder really stands: aside when a replacement was cut short. */
export async function standing(place: string): Promise<string> {
  return !(await exists(place)) && (await exists(aside(place))) ? aside(place) : place;
}

/** Ends a replacement that was cut short: the old folder goes back, or away where the new one is in place. */
async function settle(place: string): Promise<void> {
  if (!(await exists(aside(place)))) return;
  if (await exists(place)) await rm(aside(place), { recursive: true, force: true });
  else await rename(aside(place), place);
}

function aside(place: string): string {
  return join(dirname(place), `.${place.slice(dirname(place).length + 1)}.old`);
}

/** Writes a new folder and makes it durable. Throws when it exists, or what the file system throws. */
async function writeFolder(folder: string, files: Files, access: Access): Promise<void> {
  const folders = new Set([folder]);
  await mkdir(folder, { recursive: true, mode: access.folder });
  for (const [name, bytes] of files) {
    if (!isMemberName(name)) throw new Error(`"${name}" is no name for a member of ${folder}.`);
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true, mode: access.folder });
    folders.add(dirname(path));
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      access.file,
    );
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  for (const path of folders) await syncFolder(path);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The bytes, or what is wrong with the member in words that continue "page/desktop.png ...". */
export async function readMember(folder: string, name: string): Promise<{ bytes: Uint8Array } | { wrong: string }> {
  if (!isMemberName(name)) return { wrong: 'is not a name a member may have' };
  const path = join(folder, name);
  try {
    if ((await lstat(path)).isSymbolicLink()) return { wrong: 'is a symbolic link' };
    if ((await realpath(path)) !== join(await realpath(folder), name))
      return { wrong: 'is reached by a symbolic link' };
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { wrong: 'is not a file' };
      if (stat.size > MAX_MEMBER_BYTES) return { wrong: 'is larger than anything written here' };
      const { buffer, byteOffset, byteLength } = await file.readFile();
      return { bytes: new Uint8Array(buffer, byteOffset, byteLength) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { wrong: codeOf(error) === 'ENOENT' ? 'is missing' : `cannot be read: ${reasonOf(error)}` };
  }
}

/** A link is not followed: where one stands, something stands. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space',
  EACCES: 'permission denied; make it writable for the user Siteward runs as',
  EPERM: 'not permitted; make it writable for the user Siteward runs as',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'something on the way is a file, not a folder',
};

/** What the operating system objected to, in words. */
export function reasonOf(error: unknown): string {
  return REASONS[codeOf(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

/** The error is the machine's, not ours: it has an errno. */
export function isSystemError(error: unknown): boolean {
  return codeOf(error) !== null;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
