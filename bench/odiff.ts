/**
 * The rival of `bench:pictures`, fetched when the bench runs as the corpus is: it ships one program for each platform, and
 * nobody who only uses Siteward should have to resolve them all. Nothing of it is committed.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CACHE } from './detection/corpus/packages.js';

const PACKAGE = 'odiff-bin@4.5.0';

export interface Odiff {
  compare(before: string, after: string, output: string, options: { antialiasing: boolean }): Promise<unknown>;
  stop(): void;
}

/** Its own server: no process is started for each pair. */
export async function startOdiff(): Promise<Odiff> {
  const folder = join(CACHE, 'odiff');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  await promisify(execFile)('npm', ['install', '--silent', '--no-audit', '--no-fund', PACKAGE], { cwd: folder });
  const entry = createRequire(join(folder, 'package.json')).resolve('odiff-bin');
  const { ODiffServer }: { ODiffServer: new () => Odiff } = await import(pathToFileURL(entry).href);
  return new ODiffServer();
}
