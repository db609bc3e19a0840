/** What `doctor` looks at on the machine itself: room on its disk, and whether its clock is right. */
import { mkdir, statfs } from 'node:fs/promises';
import type { Network } from '../checks/check.js';
import { duration } from '../core/words.js';

/** Evidence of one altered page is some MB; less room than this is soon none. */
const LEAST_BYTES = 512 * 1024 ** 2;
const LEAST_INODES = 0.05;
const GIB = 1024 ** 3;

/** Throws with what to do where it is short. */
export async function roomIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const free = bavail * bsize;
  // Some file systems have no fixed number of inodes and say 0.
  const inodes = files === 0 ? 1 : ffree / files;
  const room = `${(free / GIB).toFixed(1)} GiB and ${Math.round(inodes * 100)} % of the inodes are free at ${folder}`;
  if (free >= LEAST_BYTES && inodes >= LEAST_INODES) return room;
  throw new Error(`${room}: evidence, and then incidents, will soon not be kept. Make room, or move the data folder.`);
}

const MOST_ASKED = 5;
const MOST_OFF_MS = 30_000;
const ANSWER_WITHIN_MS = 8_000;

/**
 * Held against the Date header (RFC 9110, section 6.6.1) of watched sites: certificates, signatures and reminders go by
 * the clock. The median counts, so that no single site can accuse it.
 */
export async function clockBy(
  urls: readonly string[],
  network: Pick<Network, 'fetch'>,
  now: () => number,
  signal: AbortSignal,
): Promise<string> {
  const asked = await Promise.all(
    urls.slice(0, MOST_ASKED).map(async (url) => {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
      const { hops } = await network.fetch({ url, signal: deadline });
      const date = hops.at(-1)?.headers.find(([name]) => name.toLowerCase() === 'date')?.[1];
      const off = now() - Date.parse(date ?? '');
      return Number.isNaN(off) ? [] : [off];
    }),
  );
  const offsets = asked.flat().sort((a, b) => a - b);
  const median = offsets[Math.floor(offsets.length / 2)];
  if (urls.length === 0) return 'not compared: no site is watched that could tell the time';
  if (median === undefined)
    throw new Error(
      'not compared: no watched site told the time. Do they answer? Certificates are judged by the clock.',
    );
  const sites = `${offsets.length} watched ${offsets.length === 1 ? 'site' : 'sites'}`;
  if (Math.abs(median) <= MOST_OFF_MS) return `agrees with ${sites}`;
  const way = median > 0 ? 'ahead of' : 'behind';
  throw new Error(
    `it is ${duration(Math.abs(median))} ${way} what ${sites} say: certificates are judged by it. Have it kept by NTP.`,
  );
}
