/** One folder of accepted evidence read back: every file held against the record, the record against its signature. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from '../checks/check.js';
import { NAMESPACES, type Signer, verifySignature } from '../core/signature.js';
import { type AcceptedByKind, fromStored, RECORD, readRecord, SIGNATURE, type Tampering } from './baseline-record.js';
import { sha256 } from './detached.js';
import { exists, readMember, reasonOf, standing } from './folder.js';

/** Below a site's folder: what waits for approval. */
export const CANDIDATE = 'candidate';

/** What one folder holds, as far as it is believed, and what is wrong with the rest. */
export interface Verified {
  readonly record: AcceptedByKind;
  readonly tampered: readonly Tampering[];
  /** SHA-256 of the record's text; null where it is not believed. */
  readonly sha256: string | null;
}

/** What a reader needs to know to believe a record. */
export interface Trust {
  readonly checks: readonly Check[];
  readonly signers: readonly Signer[];
}

const NOTHING: Verified = { record: new Map(), tampered: [], sha256: null };
const ATTEMPTS = 3;

/** Reads again when the record was replaced meanwhile: an approval under way is no tampering. */
export async function readVerified(place: string, siteId: string, trust: Trust): Promise<Verified> {
  for (let attempts = 1; ; attempts++) {
    const before = await fingerprint(place);
    const verified = await readOnce(await standing(place), siteId, trust);
    if (verified.tampered.length === 0 || attempts === ATTEMPTS) return verified;
    if ((await fingerprint(place)) === before) return verified;
  }
}

async function fingerprint(place: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await lstat(join(await standing(place), RECORD));
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    // Missing or unreadable is a state like any other here; the read itself reports it.
    return reasonOf(error);
  }
}

async function readOnce(place: string, siteId: string, { checks, signers }: Trust): Promise<Verified> {
  if (!(await exists(place))) return NOTHING;
  const whole = (detail: string): Verified => ({
    record: new Map(),
    tampered: [{ kind: null, file: RECORD, detail: `${RECORD} ${detail}` }],
    sha256: null,
  });
  if (!(await lstat(place)).isDirectory()) return whole('is not in a folder of its own: a link or file stands there');
  if (await holdsNothing(place)) return NOTHING;
  const bytes = await readMember(place, RECORD);
  const found = 'bytes' in bytes ? readRecord(bytes.bytes, siteId) : bytes;
  if ('wrong' in found) return whole(found.wrong);
  const unsigned = signers.length > 0 && 'bytes' in bytes ? await unsignedBecause(place, bytes.bytes, signers) : null;
  if (unsigned !== null) {
    const damage = { kind: null, file: SIGNATURE, detail: unsigned, unsigned: true } as const;
    return { record: new Map(), tampered: [damage], sha256: null };
  }
  const members = new Map<string, Uint8Array>();
  const tampered: Tampering[] = [];
  for (const [name, hash] of Object.entries(found.stored.files)) {
    const member = await readMember(place, name);
    const wrong =
      'wrong' in member ? member.wrong : isOf(member.bytes, hash) ? null : 'is not the file that was accepted';
    if (wrong === null && 'bytes' in member) members.set(name, member.bytes);
    else tampered.push({ kind: name.split('/')[0] ?? null, file: name, detail: `${name} ${wrong}` });
  }
  const stored = fromStored(found.stored, members, checks);
  const hash = 'bytes' in bytes ? sha256(bytes.bytes) : null;
  return { record: stored.record, tampered: [...tampered, ...stored.tampered], sha256: hash };
}

/** Null when one of the signers signed just these bytes. */
async function unsignedBecause(place: string, record: Uint8Array, signers: readonly Signer[]): Promise<string | null> {
  const signature = await readMember(place, SIGNATURE);
  if ('wrong' in signature)
    return `${RECORD} carries no signature by one of the signers (${SIGNATURE} ${signature.wrong})`;
  const armoured = Buffer.from(signature.bytes).toString('utf8');
  const verified = verifySignature(armoured, record, NAMESPACES.baseline, signers);
  return 'wrong' in verified ? `the signature in ${SIGNATURE} ${verified.wrong}` : null;
}

/** Only a candidate in it, or not even that: nothing was ever accepted here. */
async function holdsNothing(place: string): Promise<boolean> {
  const names = await readdir(place);
  return names.every((name) => name === CANDIDATE || name.startsWith('.'));
}

function isOf(bytes: Uint8Array, hash: string): boolean {
  return sha256(bytes) === hash;
}
