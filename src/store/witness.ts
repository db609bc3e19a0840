/**
 * What the audit trail's head was, noted outside the database. A database put back from an old copy, or one whose
 * write-ahead log is gone, is sound and knows nothing of it: only who remembers a newer head can tell.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shortHead } from '../core/audit.js';
import type { Store } from './store.js';

/** Where it is noted. */
export function witnessFile(dataDir: string): string {
  return join(dataDir, 'trail-head');
}

/** Notes the present head of that database, if it is not noted yet. Rejects with what the file system or the store says. */
export async function witness(dataDir: string, database: string, store: Pick<Store, 'lastAct'>): Promise<void> {
  const last = await store.lastAct();
  const line = `${last ? shortHead(last) : '0:'} ${database}\n`;
  const path = witnessFile(dataDir);
  if ((await noted(path)) === line) return;
  await writeFile(`${path}.new`, line, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** The head that was noted of that database and is no longer in its trail; null: all is there, or nothing was noted. */
export async function missingHead(
  dataDir: string,
  database: string,
  store: Pick<Store, 'act'>,
): Promise<string | null> {
  const line = await noted(witnessFile(dataDir));
  const [, head = '', seq = '0', name] = /^((\d{1,15}):[0-9a-f]*) (.*)\n$/.exec(line) ?? [];
  if (name !== database || Number(seq) === 0) return null;
  const record = await store.act(Number(seq));
  return record && shortHead(record) === head ? null : head;
}

async function noted(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
