/** A folder of evidence, a baseline or an audit trail verified by itself: on any machine, with nothing but itself and public keys. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import * as z from 'zod';
import type { Check } from '../checks/check.js';
import { type AuditRecord, brokenAt, shortHead } from '../core/audit.js';
import { NAMESPACES, type Signer, verifySignature } from '../core/signature.js';
import { readStamp } from '../core/timestamp.js';
import { RECORD, SIGNATURE as RECORD_SIGNATURE } from './baseline-record.js';
import { openBaselines } from './baselines.js';
import { parseJson, sha256 } from './detached.js';
import { MANIFEST, MANIFEST_SCHEMA, SIGNATURE, TIMESTAMP } from './evidence.js';
import { exists, readMember } from './folder.js';

/** One thing that was looked at. */
export interface Examined {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface VerifiedBundle {
  readonly kind: 'evidence' | 'baseline' | 'audit';
  /** What it says it is about, believed only when everything examined is well. */
  readonly about: string;
  readonly examined: readonly Examined[];
}

/** What has to be known beside the bundle. */
export interface Witness {
  /** Whose signature is believed. Without any, a good signature by whomever is reported with its key. */
  readonly signers: readonly Signer[];
  /** Head of the audit trail as it was told once; null: not known. */
  readonly head: string | null;
  /** PEM texts of time stamping authorities that are believed; without any, what a stamp says is reported. */
  readonly authorities: readonly string[];
}

/** Null: it is neither a folder of evidence nor a baseline nor an exported audit trail. */
export async function verifyBundle(
  folder: string,
  checks: readonly Check[],
  { signers, head, authorities }: Witness,
): Promise<VerifiedBundle | null> {
  if ((await stat(folder)).isFile()) return verifyTrail(folder, head);
  if (await exists(join(folder, MANIFEST))) return verifyEvidence(folder, signers, authorities);
  return (await exists(join(folder, RECORD))) ? verifyBaseline(resolve(folder), checks, signers) : null;
}

async function verifyEvidence(
  folder: string,
  signers: readonly Signer[],
  authorities: readonly string[],
): Promise<VerifiedBundle> {
  const read = await readMember(folder, MANIFEST);
  const manifest = 'bytes' in read ? MANIFEST_SCHEMA.safeParse(parseJson(read.bytes)) : null;
  if ('wrong' in read || !manifest?.success) {
    const detail = 'wrong' in read ? `it ${read.wrong}` : 'it is not a manifest this version of Siteward can read';
    return { kind: 'evidence', about: folder, examined: [{ what: MANIFEST, ok: false, detail }] };
  }
  const { site, id, at, url, verdict, members } = manifest.data;
  return {
    kind: 'evidence',
    about: `${site} (${url ?? 'no address'}) at ${at}, ${id}: ${verdict.summary}`,
    examined: [
      ...(await examineMembers(folder, members)),
      ...(await strangers(folder, new Set([MANIFEST, SIGNATURE, TIMESTAMP, ...Object.keys(members)]))),
      await examineSignature(folder, SIGNATURE, read.bytes, NAMESPACES.evidence, signers),
      ...(await examineTimestamp(folder, read.bytes, authorities)),
    ],
  };
}

/** Nothing where there is none and nobody asks for one. */
async function examineTimestamp(
  folder: string,
  message: Uint8Array,
  authorities: readonly string[],
): Promise<Examined[]> {
  const what = 'time stamp';
  const content = await readMember(folder, TIMESTAMP);
  if ('wrong' in content) {
    const isMissing = !(await exists(join(folder, TIMESTAMP)));
    return isMissing && authorities.length === 0
      ? []
      : [{ what, ok: false, detail: isMissing ? 'there is none' : `${TIMESTAMP} ${content.wrong}` }];
  }
  const stamp = readStamp(content.bytes, message, authorities);
  if ('wrong' in stamp) return [{ what, ok: false, detail: `the time stamp in ${TIMESTAMP} ${stamp.wrong}` }];
  const said = `existed at ${new Date(stamp.at).toISOString()}, says "${stamp.authority}"`;
  if (stamp.trusted) return [{ what, ok: true, detail: `good: ${said}` }];
  return authorities.length > 0
    ? [{ what, ok: false, detail: `${said}, which leads to none of the authorities given` }]
    : [{ what, ok: true, detail: `${said}: whether it is who it says shows --authority` }];
}

async function examineMembers(
  folder: string,
  members: Readonly<Record<string, { readonly sha256: string }>>,
): Promise<Examined[]> {
  const wrong: Examined[] = [];
  for (const [name, member] of Object.entries(members)) {
    const content = await readMember(folder, name);
    if ('wrong' in content) wrong.push({ what: name, ok: false, detail: `it ${content.wrong}` });
    else if (sha256(content.bytes) !== member.sha256)
      wrong.push({ what: name, ok: false, detail: 'it is not the file the manifest was written for' });
  }
  const count = Object.keys(members).length;
  return wrong.length > 0 ? wrong : [{ what: 'members', ok: true, detail: `all ${count} are as the manifest says` }];
}

/** What lies in the folder without being named proves nothing, and may be there to be believed. */
async function strangers(folder: string, known: ReadonlySet<string>): Promise<Examined[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length).split(sep).join('/'))
    .filter((name) => !known.has(name))
    .map((name) => ({ what: name, ok: false, detail: 'the manifest does not name it: it was put here later' }));
}

const RECORD_LINE: z.ZodType<AuditRecord> = z.strictObject({
  seq: z.int(),
  at: z.int(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.string(),
  previous: z.string(),
  hash: z.string(),
});

/** Null: its first line is no record. */
async function verifyTrail(file: string, head: string | null): Promise<VerifiedBundle | null> {
  const lines = (await readFile(file)).toString('utf8').trimEnd().split('\n');
  const parsed = lines.map((line) => RECORD_LINE.safeParse(parseJson(Buffer.from(line))).data);
  if (!parsed[0]) return null;
  const unreadable = parsed.indexOf(undefined);
  const records = parsed.flatMap((record) => record ?? []);
  const broken = unreadable < 0 ? brokenAt(records, head) : { seq: unreadable + 1, wrong: 'cannot be read' };
  const newest = records.at(-1);
  const reach =
    head === null ? 'whether its end was cut off only a head told earlier shows (--head)' : `it holds ${head}`;
  const detail = broken ? `record ${broken.seq} ${broken.wrong}` : `whole, ${records.length} records; ${reach}`;
  return {
    kind: 'audit',
    about: newest ? `audit trail, head ${shortHead(newest)}` : 'audit trail',
    examined: [{ what: 'chain', ok: broken === null, detail }],
  };
}

async function verifyBaseline(
  folder: string,
  checks: readonly Check[],
  signers: readonly Signer[],
): Promise<VerifiedBundle> {
  const site = basename(folder);
  const { baselines, tampered } = await openBaselines(dirname(folder), checks).read(site);
  const record = await readMember(folder, RECORD);
  const newest = [...baselines.values()].flatMap(({ accepted }) => accepted).sort((a, b) => b.at - a.at)[0];
  const kinds = [...baselines.keys()].join(', ');
  return {
    kind: 'baseline',
    about: newest
      ? `${site}: ${kinds}, approved by ${newest.by} at ${new Date(newest.at).toISOString()}`
      : `${site}: nothing in it can be read`,
    examined: [
      ...tampered.map(({ file, detail }) => ({ what: file, ok: false, detail })),
      ...(tampered.length === 0 ? [{ what: 'members', ok: true, detail: 'all are as they were approved' }] : []),
      'wrong' in record
        ? { what: RECORD, ok: false, detail: `it ${record.wrong}` }
        : await examineSignature(folder, RECORD_SIGNATURE, record.bytes, NAMESPACES.baseline, signers),
    ],
  };
}

async function examineSignature(
  folder: string,
  name: string,
  message: Uint8Array,
  namespace: string,
  signers: readonly Signer[],
): Promise<Examined> {
  const what = 'signature';
  const content = await readMember(folder, name);
  // Signing is a choice; only who named signers asks for it.
  if ('wrong' in content) {
    const detail = signers.length > 0 ? `${name} ${content.wrong}` : 'there is none: only the hashes were checked';
    return { what, ok: signers.length === 0, detail };
  }
  const armoured = Buffer.from(content.bytes).toString('utf8');
  const verified = verifySignature(armoured, message, namespace, signers.length > 0 ? signers : 'anyone');
  if ('wrong' in verified) return { what, ok: false, detail: `the signature in ${name} ${verified.wrong}` };
  const { name: who, fingerprint } = verified.signer;
  const unknown = 'good, by an unknown key';
  const detail = signers.length > 0 ? `good, by ${who} (${fingerprint})` : `${unknown}: compare ${fingerprint}`;
  return { what, ok: true, detail };
}
