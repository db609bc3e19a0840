/**
 * The keys everything else hangs on: the root zone's, as IANA publishes them, or as the operator names them. Pure.
 *
 * https://data.iana.org/root-anchors/root-anchors.xml, RFC 9718.
 */

import type { Ds } from './dnssec/security-records.js';
import { canonicalName } from './names.js';
import { ROOT_KEYS } from './root-keys.js';

export interface BundledAnchors {
  /** When IANA's list was last compared with this one. */
  readonly asOf: string;
  readonly source: string;
  readonly anchors: readonly RootAnchor[];
}

/** A KeyDigest of IANA's list. */
export interface RootAnchor extends Ds {
  /** ISO 8601; the key is not to be believed before. */
  readonly validFrom: string | null;
  /** Not after. */
  readonly validUntil: string | null;
}

const DS_LINE = /^(?:(\S+)\s+(?:\d+\s+)?(?:IN\s+)?DS\s+)?(\d{1,5})\s+(\d{1,3})\s+(\d{1,3})\s+([0-9A-F\s]+)$/iu;

const DIGEST_BYTES: Readonly<Record<string, number>> = { 1: 20, 2: 32, 4: 48 };

export const ROOT_ANCHORS: BundledAnchors = {
  asOf: ROOT_KEYS.asOf,
  source: 'https://data.iana.org/root-anchors/root-anchors.xml',
  anchors: ROOT_KEYS.keys.flatMap(([line, validFrom, validUntil]) => {
    const parsed = parseAnchors([line]);
    return parsed.ok ? parsed.anchors.map((key) => ({ ...key, validFrom, validUntil })) : [];
  }),
};

/**
 * What root-keys.ts is to hold by IANA's list: the keys that count on that day or later. Refuses a list that has none of
 * the keys known so far.
 *
 * @param now milliseconds since 1970.
 */
export function rootKeysFile(
  xml: string,
  now: number,
):
  | { readonly ok: true; readonly text: string; readonly lines: readonly string[] }
  | { readonly ok: false; readonly problem: string } {
  const parsed = parseRootAnchorsXml(xml);
  if (!parsed.ok) return parsed;
  const kept = parsed.anchors.filter(({ validUntil }) => validUntil === null || now < Date.parse(validUntil));
  const known = new Set(ROOT_ANCHORS.anchors.map(anchorText));
  if (!kept.some((anchor) => known.has(anchorText(anchor)))) {
    return {
      ok: false,
      problem: 'The list has none of the keys known so far. Compare it by hand before you believe it.',
    };
  }
  const rows = kept.map((anchor) => {
    const [tag, algorithm, kind, digest = ''] = anchorText(anchor).split(' ');
    return { line: [tag, algorithm, kind, digest.toUpperCase()].join(' '), ...anchor };
  });
  const quoted = (text: string | null): string => (text === null ? 'null' : `'${text}'`);
  const keys = rows.map((row) => `    ['${row.line}', ${quoted(row.validFrom)}, ${quoted(row.validUntil)}],\n`);
  const asOf = new Date(now).toISOString().slice(0, 10);
  return {
    ok: true,
    lines: rows.map(({ line }) => line),
    text: `${HEAD}  asOf: '${asOf}',\n  keys: [\n${keys.join('')}${TAIL}`,
  };
}

const HEAD = `/** The root's keys by IANA's list. Written by scripts/anchors.mjs. */
export const ROOT_KEYS = {
`;
const TAIL = `  ],
} as const satisfies {
  /** When IANA's list was last compared with this one. */
  readonly asOf: string;
  /** DS record, and from when to when it counts; null: open. */
  readonly keys: readonly (readonly [string, string | null, string | null])[];
};
`;

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** @param now milliseconds since 1970. */
export function anchorsAt(anchors: readonly RootAnchor[], now: number): RootAnchor[] {
  return anchors.filter(
    ({ validFrom, validUntil }) =>
      (validFrom === null || Date.parse(validFrom) <= now) && (validUntil === null || now < Date.parse(validUntil)),
  );
}

export type ParsedAnchors =
  | { readonly ok: true; readonly anchors: readonly RootAnchor[] }
  | { readonly ok: false; readonly problem: string };

/** DS records of the root as zone files write them, with or without what stands before the key tag. */
export function parseAnchors(lines: readonly string[]): ParsedAnchors {
  const anchors: RootAnchor[] = [];
  for (const line of lines) {
    const [, owner = '.', keyTag, algorithm, digestType, digest = ''] = DS_LINE.exec(line.trim()) ?? [];
    const parsed = keyDigest(keyTag, algorithm, digestType, digest);
    if (!parsed) return { ok: false, problem: `"${shown(line)}" is no DS record: expected "20326 8 2 E06D44B8...".` };
    if (canonicalName(owner) !== '.') {
      return {
        ok: false,
        problem: `"${shown(line)}" is of ${shown(owner)}: a trust anchor is a DS record of the root.`,
      };
    }
    anchors.push({ ...parsed, validFrom: null, validUntil: null });
  }
  return anchors.length > 0 ? { ok: true, anchors } : { ok: false, problem: 'There is no DS record.' };
}

const LONGEST_XML = 65_536;

/** As `parseAnchors` reads it: `20326 8 2 e06d44b8...`. */
export function anchorText({ keyTag, algorithm, digestType, digest }: Ds): string {
  return `${keyTag} ${algorithm} ${digestType} ${Buffer.from(digest).toString('hex')}`;
}

/** IANA's XML: whatever else is in it is ignored, but every KeyDigest must be whole. */
export function parseRootAnchorsXml(xml: string): ParsedAnchors {
  if (xml.length > LONGEST_XML) return { ok: false, problem: `The list is longer than ${LONGEST_XML} characters.` };
  const zone = elementText(xml, 'Zone');
  if (zone !== '.') return { ok: false, problem: `The list is of the zone ${shown(zone ?? 'none')}, not of the root.` };
  const anchors: RootAnchor[] = [];
  for (const [, attributes = '', content = ''] of xml.matchAll(/<KeyDigest\b([^>]*)>(.*?)<\/KeyDigest>/gsu)) {
    const parsed = keyDigest(
      elementText(content, 'KeyTag'),
      elementText(content, 'Algorithm'),
      elementText(content, 'DigestType'),
      elementText(content, 'Digest') ?? '',
    );
    const validFrom = dateAttribute(attributes, 'validFrom');
    const validUntil = dateAttribute(attributes, 'validUntil');
    if (!parsed || validFrom === undefined || validUntil === undefined) {
      return { ok: false, problem: `A KeyDigest of the list cannot be read: ${shown(content)}` };
    }
    anchors.push({ ...parsed, validFrom, validUntil });
  }
  return anchors.length > 0 ? { ok: true, anchors } : { ok: false, problem: 'The list has no KeyDigest.' };
}

function elementText(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`, 'u').exec(xml)?.[1];
}

/** Null: not given; undefined: given, but no date. */
function dateAttribute(attributes: string, name: string): string | null | undefined {
  const text = new RegExp(`\\b${name}="([^"]*)"`, 'u').exec(attributes)?.[1];
  if (text === undefined) return null;
  // It is written into a source file: Date.parse alone takes a date with anything in brackets behind it.
  return /^[\d:TZ.+-]+$/u.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

function keyDigest(
  keyTag: string | undefined,
  algorithm: string | undefined,
  digestType: string | undefined,
  digestText: string,
): Ds | null {
  const digits = digestText.replace(/\s/gu, '');
  const fields = [keyTag, algorithm, digestType].map((text) =>
    text && /^\d+$/u.test(text) ? Number(text) : Number.NaN,
  );
  const [tag = Number.NaN, number = Number.NaN, kind = Number.NaN] = fields;
  if (!(tag <= 0xffff && number <= 0xff && kind <= 0xff) || !/^(?:[0-9A-F]{2})+$/iu.test(digits)) return null;
  const digest = fromHex(digits);
  const expected = DIGEST_BYTES[kind];
  if (expected !== undefined && digest.length !== expected) return null;
  return { keyTag: tag, algorithm: number, digestType: kind, digest };
}

/** Foreign text is shown short and harmless. */
function shown(text: string): string {
  return text.slice(0, 80).replace(/[^\x20-\x7e]/gu, '?');
}
