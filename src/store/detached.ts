/**
 * Evidence as a JSON text and files beside it, and back. Pure.
 *
 * Bytes leave the tree for files named for what they are (`page/desktop.png`), so that a person can look at them and a
 * version control system can show what changed; in their place stands `{ "$file": name, mime, sha256 }`.
 */
import { createHash } from 'node:crypto';
import type { Artifact } from '../core/model.js';

/** By name, relative to the folder. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Members of evidence that a person reads on their own, each in its own JSON file. */
const OWN_FILES: ReadonlySet<string> = new Set(['volatility']);

/** Steps of the path to an artifact that say nothing beside the rest of it. */
const SILENT: ReadonlySet<string> = new Set(['views', 'shown', 'screenshot', 'html', 'text', 'body']);

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/plain': 'txt',
  'application/json': 'json',
  'application/x-pem-file': 'pem',
};

/** A name inside the folder: ours, lower case, never hidden, never upwards. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}(\/[a-z0-9][a-z0-9._-]{0,99}){0,3}$/;

export function isMemberName(name: string): boolean {
  return NAME.test(name);
}

/** The hash a file is known by, hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * @param folder first part of every file's name: the kind of check
 * @param files gets the files; what is in it already is not overwritten
 * @throws Error when the evidence holds what JSON cannot: our own bug
 */
export function detach(evidence: unknown, folder: string, files: Map<string, Uint8Array>): unknown {
  const put = (name: string, extension: string, bytes: Uint8Array): string => {
    for (let count = 1; ; count++) {
      const full = `${folder}/${name}${count === 1 ? '' : `-${count}`}.${extension}`;
      if (files.has(full)) continue;
      files.set(full, bytes);
      return full;
    }
  };
  const walk = (value: unknown, path: readonly string[]): unknown => {
    if (isArtifact(value)) {
      const hash = sha256(value.bytes);
      if (hash !== value.sha256) throw new Error(`The artifact at ${path.join('.')} does not match its SHA-256.`);
      const extension = EXTENSIONS[value.mime.split(';')[0]?.trim() ?? ''] ?? 'bin';
      return { $file: put(nameOf(path), extension, value.bytes), mime: value.mime, sha256: hash };
    }
    if (value instanceof Uint8Array)
      throw new Error(`There are bare bytes at ${path.join('.')}; make them an artifact.`);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, labelOf(item, index)]));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
      if (key === '$file') throw new Error(`The key "$file" at ${path.join('.')} is reserved.`);
      const walked = walk(inner, [...path, key]);
      if (path.length > 0 || !OWN_FILES.has(key) || walked === undefined) return [key, walked];
      const bytes = Buffer.from(jsonText(walked));
      return [key, { $file: put(key, 'json', bytes), mime: 'application/json', sha256: sha256(bytes), $parsed: true }];
    });
    return Object.fromEntries(entries);
  };
  return walk(evidence, []);
}

/** @param read gives the verified bytes of a file; null when there are none: then the whole is null too. */
export function attach(value: unknown, read: (name: string) => Uint8Array | null): { evidence: unknown } | null {
  let complete = true;
  const walk = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(walk);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (!('$file' in inner))
      return Object.fromEntries(Object.entries(inner).map(([key, deeper]) => [key, walk(deeper)]));
    const { $file: name } = inner;
    const mime = 'mime' in inner && typeof inner.mime === 'string' ? inner.mime : null;
    const bytes = typeof name === 'string' && mime !== null ? read(name) : null;
    if (bytes === null || mime === null) {
      complete = false;
      return null;
    }
    return '$parsed' in inner ? parseJson(bytes) : { sha256: sha256(bytes), mime, bytes };
  };
  const evidence = walk(value);
  return complete ? { evidence } : null;
}

/** What is not JSON is undefined, which no schema takes for evidence. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The caller's schema names the file and says that it is not what it should be.
    return undefined;
  }
}

function isArtifact(value: unknown): value is Artifact {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return false;
  return value.bytes instanceof Uint8Array && 'sha256' in value && 'mime' in value && typeof value.mime === 'string';
}

/** How an item of a list is called: by its own name where it has one. */
function labelOf(item: unknown, index: number): string {
  const named = (value: unknown, key: string): string | null =>
    typeof value === 'object' && value !== null
      ? (Object.entries(value).find(([name, inner]) => name === key && typeof inner === 'string')?.[1] ?? null)
      : null;
  const inner = (key: string): unknown =>
    typeof item === 'object' && item !== null ? Object.entries(item).find(([name]) => name === key)?.[1] : undefined;
  return named(item, 'name') ?? named(inner('viewport'), 'name') ?? named(item, 'address') ?? String(index);
}

function nameOf(path: readonly string[]): string {
  const telling = path.filter((step) => !SILENT.has(step));
  const words = (telling.length > 0 ? telling : path).map((step) => step.toLowerCase().replace(/[^a-z0-9._]+/g, '-'));
  const name = words
    .join('-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 80);
  return name === '' ? 'member' : name;
}

/** The same value is always the same text: keys sorted, indented, a line break at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
