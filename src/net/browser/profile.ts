/** The browser's home: a fresh folder per process, in memory, owned by the user it runs as, gone when it ends. */
import { rmSync, statfsSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'siteward-browser-';
const IN_MEMORY = '/dev/shm';
/** statfs(2). */
const TMPFS = 0x01021994;
/** Containers have 64 MiB of it unless told otherwise, which one tall picture uses up. */
const ROOM_BYTES = 256 * 1024 * 1024;

/**
 * Where profiles lie: in memory, so that nothing a page leaves comes to a disk, where there is room for that; else among
 * temporary files.
 */
export function profilesFolder(memory: string = IN_MEMORY): string {
  try {
    const { type, bavail, bsize } = statfsSync(memory);
    return type === TMPFS && bavail * bsize >= ROOM_BYTES ? memory : tmpdir();
  } catch {
    return tmpdir(); // No such folder here.
  }
}

/** An unprivileged user. The numbers of `nobody` are the same on every Linux we know. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: Identity = { uid: 65534, gid: 65534 };

/** Whom to run a browser as: null means ourselves. Root never renders a hostile page. */
export function browserIdentity(): Identity | null {
  return process.getuid?.() === 0 ? NOBODY : null;
}

export async function makeProfile(identity: Identity | null): Promise<string> {
  const folder = await mkdtemp(join(profilesFolder(), `${PREFIX}${process.pid}-`));
  if (identity !== null) await chown(folder, identity.uid, identity.gid);
  return folder;
}

/** Also when a dying child of the browser still writes into it. */
export async function removeProfile(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}

/** The same inside an `exit` handler, where nothing can be awaited. */
export function removeProfileNow(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes what processes left behind that were killed before they could clean up. */
export async function sweepProfiles(): Promise<void> {
  for (const folder of new Set([profilesFolder(), tmpdir()])) {
    for (const name of await readdir(folder)) {
      const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
      if (Number.isInteger(pid) && !alive(pid)) await removeProfile(join(folder, name));
    }
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
