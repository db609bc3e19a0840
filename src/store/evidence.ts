/**
 * `data/evidence/<site>/<id>/`: what was seen, kept for people and for the mail that tells them. `manifest.json` holds
 * the SHA-256 of each member; reading back shows only members that still match it. Only our user may read the folder:
 * it holds whatever a site served and what nobody was told of yet.
 */
import { join } from 'node:path';
import * as z from 'zod';
import type { Exhibits, Picture, ResolverRow } from '../core/model.js';
import type { Proof } from '../notify/notifier.js';
import { isMemberName, jsonText, parseJson, sha256 } from './detached.js';
import { exists, isSystemError, PRIVATE, readMember, reasonOf, replaceFolder, replaceMember } from './folder.js';
import { warcOf } from './warc.js';

export const MANIFEST = 'manifest.json';
/** Beside what it signs, as `ssh-keygen -Y sign` names it. */
export const SIGNATURE = `${MANIFEST}.sig`;
/** An authority's reply about the manifest, as `openssl ts` names it. It comes later than the folder, or never. */
export const TIMESTAMP = `${MANIFEST}.tsr`;
const SCHEMA = 'siteward/evidence/1';
const FOLDER_NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

/** What the manifest says besides the members: who was looked at, and what was concluded. */
export interface EvidenceInfo {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly url: string | null;
  readonly state: string;
  readonly diagnosis: string | null;
  readonly summary: string;
  /** As in `check --json`: plain data. */
  readonly findings: readonly unknown[];
}

/** The armoured signature over the bytes of a manifest. */
export type Sign = (manifest: Uint8Array) => string;

/** The folder as the operator would type it, or one sentence that says why there is none. */
export type Written = { readonly folder: string } | { readonly problem: string };

/** @param dataDir as the operator gave it @param id names the folder; sorts by time @param sign null: no key at hand */
export async function writeEvidence(
  dataDir: string,
  siteId: string,
  id: string,
  exhibits: Exhibits,
  info: EvidenceInfo,
  sign: Sign | null,
): Promise<Written> {
  for (const name of [siteId, id]) {
    if (!FOLDER_NAME.test(name)) throw new Error(`${JSON.stringify(name)} cannot name a folder of evidence.`);
  }
  const folder = join(dataDir, 'evidence', siteId, id);
  try {
    if (await exists(folder))
      return { problem: `The evidence folder ${folder} exists already; nothing was overwritten.` };
    const { exchanges = [] } = exhibits;
    const archive = exchanges.length === 0 ? null : await warcOf(exchanges, info.at);
    await replaceFolder(folder, toFiles(siteId, id, exhibits, info, archive, sign), PRIVATE);
    return { folder };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { problem: `The evidence could not be kept in ${folder}: ${reasonOf(error)}.` };
  }
}

function toFiles(
  siteId: string,
  id: string,
  exhibits: Exhibits,
  info: EvidenceInfo,
  archive: Uint8Array | null,
  sign: Sign | null,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const members: Record<string, { sha256: string; mime: string }> = {};
  const put = (wanted: string, mime: string, bytes: Uint8Array): string => {
    const name = freeName(wanted, bytes, files);
    files.set(name, bytes);
    members[name] = { sha256: sha256(bytes), mime };
    return name;
  };
  for (const { name, artifact } of exhibits.members) put(name, artifact.mime, artifact.bytes);
  const pictures = exhibits.pictures.map(({ label, caption, artifact }) => ({
    label,
    caption,
    file: memberOf(artifact.sha256, members) ?? put(`pictures/${label}-${caption}.png`, artifact.mime, artifact.bytes),
  }));
  exhibits.texts.forEach(({ name, before, after }, index) => {
    put(`texts/${index + 1}-${name}-before.txt`, 'text/plain', Buffer.from(before));
    put(`texts/${index + 1}-${name}-after.txt`, 'text/plain', Buffer.from(after));
  });
  if (archive !== null) put('exchange.warc.gz', 'application/warc', archive);
  put('findings.json', 'application/json', Buffer.from(jsonText(info.findings)));
  const { at, url, state, diagnosis, summary } = info;
  const verdict = { state, diagnosis, summary };
  const manifest = {
    schema: SCHEMA,
    site: siteId,
    id,
    at: new Date(at).toISOString(),
    url,
    verdict,
    pictures,
    resolvers: exhibits.resolvers,
    members,
  };
  const bytes = Buffer.from(jsonText(manifest));
  files.set(MANIFEST, bytes);
  return sign === null ? files : files.set(SIGNATURE, Buffer.from(sign(bytes)));
}

/** The bytes an authority is to witness; null when they are gone. */
export async function manifestIn(folder: string): Promise<Uint8Array | null> {
  const read = await readMember(folder, MANIFEST);
  return 'bytes' in read ? read.bytes : null;
}

export async function keepTimestamp(folder: string, reply: Uint8Array): Promise<void> {
  await replaceMember(folder, TIMESTAMP, reply, PRIVATE);
}

/** The picture is among the members already: one file serves both. */
function memberOf(hash: string, members: Readonly<Record<string, { sha256: string }>>): string | null {
  return Object.entries(members).find(([, member]) => member.sha256 === hash)?.[0] ?? null;
}

/** The name made harmless and told apart from those taken. Names are ours; that is no reason to trust them. */
function freeName(wanted: string, bytes: Uint8Array, taken: ReadonlyMap<string, Uint8Array>): string {
  const steps = wanted
    .toLowerCase()
    .split('/')
    .map((step) => step.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, ''))
    .filter((step) => step !== '');
  const folders = steps.slice(0, -1).slice(0, 3);
  const base = [
    ...folders.map((step) => step.slice(0, 60)),
    (steps.at(-1) ?? '').slice(-60).replace(/^[^a-z0-9]+/, ''),
  ].join('/');
  const name =
    isMemberName(base) && ![MANIFEST, SIGNATURE, TIMESTAMP].includes(base)
      ? base
      : `member-${sha256(bytes).slice(0, 12)}.bin`;
  const [stem = name, extension = ''] = name.split(/(\.[a-z0-9]{1,5})$/);
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${stem}-${count}${extension}`;
  return free;
}

export const MANIFEST_SCHEMA = z.object({
  schema: z.literal(SCHEMA),
  site: z.string(),
  id: z.string(),
  at: z.string(),
  url: z.string().nullable(),
  verdict: z.object({ state: z.string(), diagnosis: z.string().nullable(), summary: z.string() }),
  pictures: z.array(
    z.object({ label: z.enum(['before', 'after', 'difference', 'victim']), caption: z.string(), file: z.string() }),
  ),
  resolvers: z.array(
    z.object({
      resolver: z.string(),
      transport: z.string(),
      role: z.enum(['reference', 'witness']),
      type: z.string(),
      verdict: z.string(),
      confidence: z.number(),
      rcode: z.string().nullable(),
      answers: z.array(z.string()),
      rttMs: z.number().nullable(),
    }),
  ),
  members: z.record(z.string(), z.object({ sha256: z.string(), mime: z.string() })),
});

const NO_PROOF = { pictures: [], resolvers: [] };

/**
 * What goes with an alert. A member that is gone or changed since is left out: the alert is sent all the same.
 * @param folder null, or one that `writeEvidence` gave
 */
export async function readProof(folder: string | null): Promise<Proof> {
  if (folder === null || !(await isThere(folder))) return { folder: null, ...NO_PROOF };
  const read = await readMember(folder, MANIFEST);
  const manifest = 'bytes' in read ? MANIFEST_SCHEMA.safeParse(parseJson(read.bytes)) : null;
  if (!manifest?.success) return { folder, ...NO_PROOF };
  const { members, pictures, resolvers } = manifest.data;
  const shown = await Promise.all(
    pictures.map(async ({ label, caption, file }): Promise<Picture[]> => {
      const member = members[file];
      const content = await readMember(folder, file);
      if (!member || 'wrong' in content || sha256(content.bytes) !== member.sha256) return [];
      return [{ label, caption, artifact: { ...member, bytes: content.bytes } }];
    }),
  );
  const rows: readonly ResolverRow[] = resolvers;
  return { folder, pictures: shown.flat(), resolvers: rows };
}

async function isThere(folder: string): Promise<boolean> {
  try {
    return await exists(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // A folder we may not look into proves nothing to anybody.
    return false;
  }
}
