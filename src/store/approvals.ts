/**
 * An old baseline put back is signed and whole: only who remembers a newer one can tell. The daemon remembers in the audit
 * trail which record it went by last.
 */
import type { Finding } from '../core/model.js';
import type { RecordHead } from './baselines.js';
import type { Store } from './store.js';

const ACTION = 'went-by-baseline';

/**
 * Notes a record that is newer than the last, and finds one that is older.
 * @param enforced only approvers may say what a site looks like: then it is critical
 */
export async function rolledBack(
  store: Pick<Store, 'audit' | 'lastAct'>,
  siteId: string,
  head: RecordHead | null,
  enforced: boolean,
  now: number,
): Promise<Finding | null> {
  if (head === null) return null;
  const last = await store.lastAct({ action: ACTION, subject: siteId });
  const [, sha256 = '', approved = ''] = /^([0-9a-f]{64}) approved (\S+)/.exec(last?.detail ?? '') ?? [];
  if (sha256 === head.sha256) return null;
  if (last !== null && head.at <= Date.parse(approved)) return finding(siteId, head, approved, enforced);
  const at = new Date(head.at).toISOString();
  await store.audit({
    at: now,
    actor: head.by,
    action: ACTION,
    subject: siteId,
    detail: `${head.sha256} approved ${at}`,
  });
  return null;
}

function finding(siteId: string, head: RecordHead, approved: string, enforced: boolean): Finding {
  const at = new Date(head.at).toISOString();
  return {
    code: 'baseline/rolled-back',
    severity: enforced ? 'critical' : 'warning',
    confidence: 1,
    diagnosis: 'monitor-fault',
    summary: `The approved baseline of ${siteId} is an older one put back: it was approved at ${at}, the one in force before at ${approved}. If you meant it, capture and approve it anew; if not, restore the newer one from version control and find out who changed it.`,
    expected: approved,
    actual: at,
    where: `${siteId}/baseline.json`,
  };
}
