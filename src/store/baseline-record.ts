/** baseline.json: what one folder of accepted evidence says of itself, and the checks it must stand. Pure. */
import * as z from 'zod';
import type { Check } from '../checks/check.js';
import type { Accepted, Baseline } from '../core/model.js';
import { attach, detach, type Files, jsonText, parseJson, sha256 } from './detached.js';

export const RECORD = 'baseline.json';
/** Beside it, where `ssh-keygen -Y sign` puts it. The record holds the hash of every other file, so it signs them all. */
export const SIGNATURE = `${RECORD}.sig`;
const SCHEMA = 'siteward/baseline/1';

/** Something in the folder is not what was written there. */
export interface Tampering {
  /** The kind of check it concerns; null: the whole record. */
  readonly kind: string | null;
  /** Relative to the site's folder. */
  readonly file: string;
  /** One sentence. */
  readonly detail: string;
  /** The record may be as it was written, but nobody who may approve has signed it. */
  readonly unsigned?: true;
}

/** Accepted evidence by kind of check. */
export type AcceptedByKind = ReadonlyMap<string, readonly Accepted[]>;

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const RECORD_SCHEMA = z.strictObject({
  schema: z.literal(SCHEMA),
  site: z.string(),
  checks: z.record(
    z.string(),
    z.array(
      z.strictObject({
        version: z.int().min(1),
        at: z.iso.datetime(),
        by: z.string(),
        note: z.string(),
        evidence: z.unknown(),
      }),
    ),
  ),
  files: z.record(z.string(), HASH),
  /** Of this record without this line: a slip of an editor or a merge shows. Whoever can write here can forge it. */
  sha256: HASH,
});
type Stored = z.infer<typeof RECORD_SCHEMA>;

/** The folder's files, `baseline.json` among them. */
export function toFiles(siteId: string, record: AcceptedByKind): Files {
  const files = new Map<string, Uint8Array>();
  const kinds = [...record].sort(([a], [b]) => (a < b ? -1 : 1));
  const checks = kinds.map(([kind, accepted]) => [
    kind,
    accepted.map(({ version, evidence, at, by, note }, index) => ({
      version,
      at: new Date(at).toISOString(),
      by,
      note,
      evidence: detach(evidence, index === 0 ? kind : `${kind}/${index + 1}`, files),
    })),
  ]);
  const hashes = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)]));
  const stored = { schema: SCHEMA, site: siteId, checks: Object.fromEntries(checks), files: hashes };
  files.set(RECORD, Buffer.from(jsonText({ ...stored, sha256: digest(stored) })));
  return files;
}

/** @param stored the record without its own hash */
function digest(stored: object): string {
  return sha256(Buffer.from(jsonText(stored)));
}

/** `baseline.json` read, its own hash and its site checked. */
export function readRecord(bytes: Uint8Array, siteId: string): { stored: Stored } | { wrong: string } {
  const parsed = RECORD_SCHEMA.safeParse(parseJson(bytes));
  if (!parsed.success) return { wrong: 'is not a baseline record this version of Siteward can read' };
  const { sha256: claimed, ...stored } = parsed.data;
  if (stored.site !== siteId) return { wrong: `is the record of another site, "${stored.site}"` };
  if (digest(stored) !== claimed) return { wrong: 'was changed after it was written' };
  return { stored: parsed.data };
}

/** @param members the verified bytes of every file that is as it was written */
export function fromStored(
  stored: Stored,
  members: Files,
  checks: readonly Check[],
): { record: AcceptedByKind; tampered: Tampering[] } {
  const tampered: Tampering[] = [];
  const record = new Map<string, readonly Accepted[]>();
  for (const [kind, entries] of Object.entries(stored.checks)) {
    const accepted: Accepted[] = [];
    for (const entry of entries) {
      const whole = attach(entry.evidence, (name) => members.get(name) ?? null);
      // What is missing was reported with its file already.
      if (!whole) continue;
      const evidence = understood(kind, entry.version, whole.evidence, checks);
      if ('wrong' in evidence) tampered.push({ kind, file: RECORD, detail: `${RECORD}: ${evidence.wrong}` });
      else accepted.push({ ...entry, evidence: evidence.evidence, at: Date.parse(entry.at) });
    }
    // Half of what was accepted would raise alarms for the other half: then nothing of the kind is taken.
    if (accepted.length === entries.length) record.set(kind, accepted);
  }
  return { record, tampered };
}

/** Evidence of a kind that is not built in is kept as it is and compared with nothing. */
function understood(kind: string, version: number, evidence: unknown, checks: readonly Check[]) {
  const check = checks.find((candidate) => candidate.kind === kind);
  if (!check) return { evidence };
  if (version > check.version) {
    return { wrong: `the ${kind} evidence was written by a newer Siteward (version ${version}); update this one` };
  }
  const parsed = check.evidence.safeParse(evidence);
  if (parsed.success) return { evidence: parsed.data };
  const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return { wrong: `the ${kind} evidence is not what a look gives (at "${where}")` };
}

export function toBaselines(siteId: string, record: AcceptedByKind): ReadonlyMap<string, Baseline> {
  return new Map([...record].map(([kind, accepted]) => [kind, { targetId: `${siteId}/${kind}`, accepted }]));
}
