/**
 * The audit trail: what Siteward and its people decided, each record holding the hash of the one before it, so that none
 * can be changed, dropped or put elsewhere without every later hash being another. Whoever was once told the newest hash
 * (in an alert, in a heartbeat) can tell when the end was cut off. Pure.
 */
import { createHash } from 'node:crypto';

/** One thing that was decided. */
export interface Act {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `siteward`, or who did it. */
  readonly actor: string;
  /** `opened`, `resolved`, `silenced`, `approved`. */
  readonly action: string;
  /** Id of the incident, silence or site it is about. */
  readonly subject: string;
  /** One line: why, and what it came to. */
  readonly detail: string;
}

export interface AuditRecord extends Act {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Hash of the record before; of the first, zeros. */
  readonly previous: string;
  /** SHA-256 over everything above, hex. */
  readonly hash: string;
}

/** Where a trail stands: whoever knows it can tell later whether it was cut. */
export type AuditHead = Pick<AuditRecord, 'seq' | 'hash'>;

const NONE: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** The record that follows. @param last null: it is the first */
export function follows(act: Act, last: AuditHead | null): AuditRecord {
  const { seq, hash } = last ?? NONE;
  const { at, actor, action, subject, detail } = act;
  const next = { seq: seq + 1, at, actor, action, subject, detail, previous: hash };
  return { ...next, hash: hashOf(next) };
}

/** `12:3fa9c1d2e4b5a697`: short enough for the foot of a mail, long enough that nobody finds another trail to fit it. */
export function shortHead({ seq, hash }: AuditHead): string {
  return `${seq}:${hash.slice(0, 16)}`;
}

/** What is wrong first, by the number of the record; null: nothing. @param head as `shortHead` wrote it, or null */
export function brokenAt(
  records: readonly AuditRecord[],
  head: string | null,
): { readonly seq: number; readonly wrong: string } | null {
  let last = NONE;
  for (const record of records) {
    const { seq } = record;
    if (seq !== last.seq + 1) return { seq: last.seq + 1, wrong: 'is missing, or not in its place' };
    if (record.previous !== last.hash) return { seq, wrong: 'does not follow from the record before it' };
    if (hashOf(record) !== record.hash) return { seq, wrong: 'was changed after it was written' };
    last = record;
  }
  if (head === null) return null;
  const [seq = Number.NaN, hash = ''] = [Number(head.split(':')[0]), head.split(':')[1]];
  const witnessed = records[seq - 1];
  if (witnessed?.hash.slice(0, 16) === hash && hash !== '') return null;
  const wrong = witnessed
    ? `is not the one of the head ${head}`
    : `and those before it are gone: the head ${head} was told once`;
  return { seq, wrong };
}

function hashOf({ seq, at, actor, action, subject, detail, previous }: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify([seq, at, actor, action, subject, detail, previous]))
    .digest('hex');
}
