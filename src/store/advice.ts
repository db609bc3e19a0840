/** What a database objected to, in the operator's words and with what he can do. Pure. */
import { StoreConflict, StoreDamaged, StoreError, StoreUnfit } from './store.js';

/** @param name what messages call the database @param cause what its driver threw */
export function storeFailure(name: string, what: string, cause: unknown): StoreError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const Kind = kindOf(detail);
  return new Kind(`The store ${name} could not be ${what}: ${detail}. ${adviceFor(detail)}`, { cause });
}

function kindOf(detail: string): typeof StoreError {
  if (isConflict(detail)) return StoreConflict;
  if (DAMAGED.test(detail)) return StoreDamaged;
  return NEWER.test(detail) || REFUSED.test(detail) ? StoreUnfit : StoreError;
}

const DAMAGED = /not a database|malformed|integrity/;
const NEWER = /previously executed migration/;
const REFUSED = /password authentication|role ".*" does not exist|database ".*" does not exist/;

function isConflict(detail: string): boolean {
  return /UNIQUE constraint|duplicate key value/.test(detail);
}

function adviceFor(detail: string): string {
  if (NEWER.test(detail)) return 'A newer Siteward wrote it: run that one, or restore a backup.';
  if (isConflict(detail)) return 'Another run was faster: look at its incidents and try again.';
  if (DAMAGED.test(detail))
    return 'The file is damaged: restore a backup, or start siteward watch, which sets it aside and goes on with a new one.';
  if (REFUSED.test(detail)) return 'Check user, password and database in store.url of settings.yaml.';
  if (/connect|timeout|dialled|SSL|certificate/i.test(detail))
    return 'Does the database run, and does store.url of settings.yaml name it rightly?';
  if (/database is locked/.test(detail))
    return 'Another program holds the file: find it with fuser or lsof, and end it.';
  return 'Is the disk full or failing, or the file not ours to write?';
}
