/**
 * The baselines folder: what a person accepted as genuine, and what waits for a person.
 *
 * Everything is verified at every read. What does not match is reported and never used, and never taken for "there is
 * no baseline": that would turn an attack on the record into silence.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from '../checks/check.js';
import type { Accepted, Baseline, Finding } from '../core/model.js';
import type { Signer } from '../core/signature.js';
import { CANDIDATE, readVerified, type Verified } from './baseline-folder.js';
import { type AcceptedByKind, RECORD, SIGNATURE, type Tampering, toBaselines, toFiles } from './baseline-record.js';
import {
  exists,
  isSystemError,
  readMember,
  reasonOf,
  replaceFolder,
  replaceMember,
  SHARED,
  standing,
} from './folder.js';

export type { Tampering } from './baseline-record.js';

/** Evidence taken for approval. */
export interface Candidate {
  readonly kind: string;
  /** `Check.version` of the evidence. */
  readonly version: number;
  readonly evidence: unknown;
  readonly at: number;
}

export interface ApprovedSite {
  /** By kind of check. A kind whose record is damaged is not in it. */
  readonly baselines: ReadonlyMap<string, Baseline>;
  readonly tampered: readonly Tampering[];
  /** Which record it is; null where none is believed. */
  readonly approval: RecordHead | null;
}

/** One state of a record, told from earlier and later ones. */
export interface RecordHead {
  readonly sha256: string;
  /** Of the newest approval in it. */
  readonly at: number;
  readonly by: string;
}

export interface CandidateSite {
  readonly candidates: ReadonlyMap<string, Candidate>;
  readonly tampered: readonly Tampering[];
}

export interface Approval {
  readonly by: string;
  readonly note: string;
  readonly at: number;
  /** The candidate is accepted beside what was accepted before (A/B pages), not instead of it. */
  readonly keep?: boolean;
  /** The approver's signature over the record, armoured. Rejects when there is none to be had. */
  readonly sign?: Sign;
}

/** Signs the bytes of a record; null: nobody signs. */
export type Sign = ((record: Uint8Array) => Promise<string>) | null;

/** Done, or one sentence that says why not and what to do. Nothing was changed then. */
export type Done = { readonly done: true } | { readonly problem: string };

/** One site's line of `baseline status`. */
export interface BaselineState {
  readonly site: string;
  /** Kinds of check with accepted evidence. */
  readonly kinds: readonly string[];
  /** How many looks are accepted for each of them: more than one where others were added beside the first. */
  readonly looks: Readonly<Record<string, number>>;
  /** The newest approval. */
  readonly approved: { readonly by: string; readonly at: number; readonly note: string } | null;
  readonly candidate: { readonly at: number; readonly kinds: readonly string[] } | null;
  readonly tampered: readonly string[];
}

export interface Baselines {
  read(siteId: string): Promise<ApprovedSite>;
  /** Replaces the candidates of these kinds; those of other kinds go on waiting. */
  writeCandidate(siteId: string, candidates: readonly Candidate[]): Promise<Done>;
  /** Null: nothing waits. */
  candidate(siteId: string): Promise<CandidateSite | null>;
  approve(siteId: string, approval: Approval): Promise<Done>;
  reject(siteId: string): Promise<Done>;
  /** Puts a signature beside what was approved before. */
  sign(siteId: string, sign: NonNullable<Sign>): Promise<Done>;
  /** Of these sites, or of every folder. */
  status(siteIds?: readonly string[]): Promise<readonly BaselineState[]>;
}

/** Each further look widens what passes for genuine, and costs every later comparison. */
export const MAX_LOOKS = 8;
/** As in the watchlist: what may name a folder. */
const SITE_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/**
 * @param checks whose evidence is understood; that of other kinds is kept untouched
 * @param signers who may approve; without any, signatures are not asked for
 */
export function openBaselines(dir: string, checks: readonly Check[], signers: readonly Signer[] = []): Baselines {
  const placeOf = (siteId: string): string => {
    if (!SITE_ID.test(siteId)) throw new Error(`${JSON.stringify(siteId)} is not the id of a site.`);
    return join(dir, siteId);
  };
  const accepted = (siteId: string): Promise<Verified> => readVerified(placeOf(siteId), siteId, { checks, signers });
  const waiting = async (siteId: string): Promise<Verified | null> => {
    const found = await readVerified(join(await standing(placeOf(siteId)), CANDIDATE), siteId, {
      checks,
      signers: [],
    });
    return found.record.size > 0 || found.tampered.length > 0 ? found : null;
  };
  const replace = async (place: string, siteId: string, record: AcceptedByKind, sign: Sign): Promise<Done> => {
    const files = new Map(toFiles(siteId, record));
    const text = files.get(RECORD);
    if (sign !== null && text) files.set(SIGNATURE, Buffer.from(await sign(text)));
    return attempt(place, () => replaceFolder(place, files, SHARED));
  };

  return {
    async read(siteId) {
      const found = await accepted(siteId);
      const { record, tampered } = found;
      return { baselines: toBaselines(siteId, record), tampered, approval: headOf(found) };
    },

    async writeCandidate(siteId, candidates) {
      const before = await waiting(siteId);
      const record = new Map(before?.tampered.length === 0 ? before.record : []);
      for (const { kind, ...rest } of candidates) record.set(kind, [{ ...rest, by: '', note: '' }]);
      return replace(join(await standing(placeOf(siteId)), CANDIDATE), siteId, record, null);
    },

    async candidate(siteId) {
      const found = await waiting(siteId);
      return found && { candidates: candidatesOf(found.record), tampered: found.tampered };
    },

    async approve(siteId, approval) {
      const [next, current] = [await waiting(siteId), await accepted(siteId)];
      if (!next)
        return { problem: `Nothing of ${siteId} waits for approval; siteward baseline capture ${siteId} takes it.` };
      const refusal = refusalOf(siteId, next, current, approval);
      return refusal === null
        ? replace(placeOf(siteId), siteId, merged(current, next, approval), approval.sign ?? null)
        : { problem: refusal };
    },

    async reject(siteId) {
      if (!(await waiting(siteId))) return { problem: `Nothing of ${siteId} waits for approval.` };
      const place = join(await standing(placeOf(siteId)), CANDIDATE);
      return attempt(place, async () => rm(await standing(place), { recursive: true }));
    },

    async sign(siteId, sign) {
      const place = await standing(placeOf(siteId));
      const damage = (await readVerified(place, siteId, { checks, signers: [] })).tampered[0];
      if (damage) return { problem: `The approved baseline of ${siteId} is damaged: ${damage.detail}.` };
      const text = await readMember(place, RECORD);
      if ('wrong' in text) return { problem: `Nothing of ${siteId} is approved, so there is nothing to sign.` };
      const armoured = await sign(text.bytes);
      return attempt(place, () => replaceMember(place, SIGNATURE, Buffer.from(armoured), SHARED));
    },

    async status(siteIds) {
      const ids = siteIds ?? (await folders(dir)).filter((name) => SITE_ID.test(name));
      return Promise.all(ids.map(async (id) => stateOf(id, await accepted(id), await waiting(id))));
    },
  };
}

/** How a damaged record is reported beside what the checks find. */
export function tamperedFinding(siteId: string, { file, detail, unsigned }: Tampering): Finding {
  return {
    code: unsigned ? 'baseline/unsigned' : 'baseline/tampered',
    severity: 'critical',
    confidence: 1,
    diagnosis: 'monitor-fault',
    summary: unsigned
      ? `The approved baseline of ${siteId} is not believed: ${detail}. If it is yours, sign it: siteward baseline sign ${siteId} --key FILE.`
      : `The approved baseline of ${siteId} is damaged: ${detail}. Restore it from version control, or capture and approve it anew.`,
    where: `${siteId}/${file}`,
  };
}

function candidatesOf(record: AcceptedByKind): ReadonlyMap<string, Candidate> {
  const newest = [...record].flatMap(([kind, accepted]): [string, Candidate][] => {
    const last = accepted.at(-1);
    return last ? [[kind, { kind, version: last.version, evidence: last.evidence, at: last.at }]] : [];
  });
  return new Map(newest);
}

function refusalOf(siteId: string, next: Verified, current: Verified, { by, keep }: Approval): string | null {
  if (by.trim() === '') return 'Say who approves: --by NAME.';
  const again = `siteward baseline capture ${siteId} takes it anew`;
  const [damaged] = next.tampered;
  if (damaged) return `The candidate of ${siteId} is damaged: ${damaged.detail}; ${again}.`;
  // What cannot be read is not carried over, so an approval may only replace it, never sit beside it.
  const lost = current.tampered.find(({ kind }) => keep === true || (kind !== null && !next.record.has(kind)));
  if (lost) return `The approved baseline of ${siteId} is damaged (${lost.detail}): restore it, or ${again}.`;
  const full = keep === true && [...next.record.keys()].find((kind) => looksOf(current, kind) >= MAX_LOOKS);
  if (!full) return null;
  return `${siteId} has ${MAX_LOOKS} accepted looks for ${full} already, and so many let too much pass: approve without --add to begin anew.`;
}

function looksOf({ record }: Verified, kind: string): number {
  return record.get(kind)?.length ?? 0;
}

function headOf({ record, sha256 }: Verified): RecordHead | null {
  const newest = newestOf(record);
  return sha256 === null || !newest ? null : { sha256, at: newest.at, by: newest.by };
}

function newestOf(record: AcceptedByKind): Accepted | undefined {
  return [...record.values()].flat().sort((a, b) => b.at - a.at)[0];
}

function merged(current: Verified, next: Verified, { by, note, keep, ...approval }: Approval): AcceptedByKind {
  const record = new Map(current.record);
  // By a clock that is behind it would look older than what it replaces, as a record that was put back does.
  const before = newestOf(current.record)?.at ?? 0;
  const at = approval.at >= before ? approval.at : before + 1;
  for (const [kind, candidates] of next.record) {
    const approved = candidates.map((candidate): Accepted => ({ ...candidate, by, note, at }));
    record.set(kind, keep === true ? [...(current.record.get(kind) ?? []), ...approved] : approved);
  }
  return record;
}

function stateOf(site: string, { record, tampered }: Verified, waiting: Verified | null): BaselineState {
  const newest = newestOf(record);
  const taken = [...(waiting?.record.values() ?? [])].flat().map((candidate) => candidate.at);
  return {
    site,
    kinds: [...record.keys()],
    looks: Object.fromEntries([...record].map(([kind, accepted]) => [kind, accepted.length])),
    approved: newest ? { by: newest.by, at: newest.at, note: newest.note } : null,
    candidate: waiting && { at: Math.max(0, ...taken), kinds: [...waiting.record.keys()] },
    tampered: [
      ...tampered.map(({ detail }) => detail),
      ...(waiting?.tampered ?? []).map(({ detail }) => `${CANDIDATE}/${detail}`),
    ],
  };
}

async function attempt(place: string, work: () => Promise<void>): Promise<Done> {
  try {
    await work();
    return { done: true };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { problem: `${place} could not be written: ${reasonOf(error)}.` };
  }
}

async function folders(dir: string): Promise<string[]> {
  if (!(await exists(dir))) return [];
  const entries = await readdir(dir, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [] : [entry.name])).sort();
}
