/** What a database objected to, in the operator's words and with what he can do. Pure. */
import { StoreConflict, StoreError } from './store.js';

/** @param name what messages call the database @param cause what its driver threw */
export function storeFailure(name: string, what: string, cause: unknown): StoreError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const Kind = isConflict(detail) ? StoreConflict : StoreError;
  return new Kind(`The store ${name} could not be ${what}: ${detail}. ${adviceFor(detail)}`, { cause });
}

function isConflict(detail: string): boolean {
  return /UNIQUE constraint|duplicate key value/.test(detail);
}

function adviceFor(detail: string): string {
  if (/previously executed migration/.test(detail))
    return 'A newer Siteward wrote it: run that one, or restore a backup.';
  if (isConflict(detail)) return 'Another run was faster: look at its incidents and try again.';
  if (/not a database|malformed/.test(detail)) return 'The file is damaged: move it away or restore a backup.';
  if (/password authentication|role ".*" does not exist|database ".*" does not exist/.test(detail))
    return 'Check user, password and database in store.url of settings.yaml.';
  if (/connect|timeout|dialled|SSL|certificate/i.test(detail))
    return 'Does the database run, and does store.url of settings.yaml name it rightly?';
  return 'Is the disk full or failing, or the file not ours to write?';
}
