/**
 * Where alert hosts stood when last we proved it: mail servers and chats are still reached when every resolver is dead
 * or lies (Uptime Kuma issues 4858, 5746). Only addresses that showed a valid certificate for the name come in, and the
 * certificate is checked again at every use, so a file that was tampered with leads nowhere but to a failed handshake.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

export interface KnownAddresses {
  /** Newest first; none older than seven days. */
  of(host: string): readonly string[];
  /** A connection to that address proved to be the host. Never throws. */
  proven(host: string, address: string): void;
}

const KEEP_MS = 7 * 86_400_000;
/** A proof this young is not written again: an alert must not wait for a disk. */
const REWRITE_AFTER_MS = 3_600_000;
const MOST_PER_HOST = 5;
const MOST_HOSTS = 200;

const FILE = z.record(z.string(), z.array(z.object({ address: z.string(), at: z.number() })).max(MOST_PER_HOST));

interface Book {
  readonly [host: string]: readonly { readonly address: string; readonly at: number }[];
}

export interface KnownAddressesOptions {
  /** Null: remembered for the life of the process only. */
  readonly file: string | null;
  readonly now: () => number;
  /** A file that cannot be read or written: the alerts go on without it. */
  readonly warn: (message: string) => void;
}

/** Reads the file at first use, not before. */
export function knownAddresses({ file, now, warn }: KnownAddressesOptions): KnownAddresses {
  let read: Book | null = null;
  const opened = (): Book => (read ??= file === null ? {} : readBook(file, warn));
  const fresh = (host: string) => (opened()[host] ?? []).filter(({ at }) => now() - at < KEEP_MS && at <= now());
  return {
    of: (asked) => fresh(asked.toLowerCase()).map(({ address }) => address),
    proven(asked, address) {
      const host = asked.toLowerCase();
      const known = fresh(host);
      if (known.some((one) => one.address === address && now() - one.at < REWRITE_AFTER_MS)) return;
      const others = known.filter((one) => one.address !== address).slice(0, MOST_PER_HOST - 1);
      const { [host]: _old, ...rest } = opened();
      const entries = [[host, [{ address, at: now() }, ...others]] as const, ...Object.entries(rest)];
      read = Object.fromEntries(entries.slice(0, MOST_HOSTS));
      if (file !== null) writeBook(file, read, warn);
    },
  };
}

function readBook(file: string, warn: (message: string) => void): Book {
  try {
    return FILE.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      warn(`${file} cannot be read, so the addresses of mail servers and chats are learned anew; delete it.`);
    }
    return {};
  }
}

function writeBook(file: string, book: Book, warn: (message: string) => void): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify(book), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    warn(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
