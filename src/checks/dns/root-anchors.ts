/**
 * The keys everything else hangs on: the root zone's, as IANA publishes them, or as the operator names them. Pure.
 *
 * https://data.iana.org/root-anchors/root-anchors.xml, RFC 9718.
 */

import type { Ds } from './dnssec/security-records.js';
import { canonicalName } from './names.js';

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

export const ROOT_ANCHORS: BundledAnchors = {
  asOf: '2026-07-18',
  source: 'https://data.iana.org/root-anchors/root-anchors.xml',
  anchors: [
    anchor(20_326, 'E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D', '2017-02-02T00:00:00+00:00'),
    anchor(38_696, '683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16', '2024-07-18T00:00:00+00:00'),
  ],
};

/** Both are RSASHA256 (8) by SHA-256 (2). */
function anchor(keyTag: number, digest: string, validFrom: string): RootAnchor {
  return { keyTag, algorithm: 8, digestType: 2, digest: fromHex(digest), validFrom, validUntil: null };
}

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

const DS_LINE = /^(?:(\S+)\s+(?:\d+\s+)?(?:IN\s+)?DS\s+)?(\d{1,5})\s+(\d{1,3})\s+(\d{1,3})\s+([0-9A-F\s]+)$/iu;

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
  return Number.isNaN(Date.parse(text)) ? undefined : text;
}

const DIGEST_BYTES: Readonly<Record<string, number>> = { 1: 20, 2: 32, 4: 48 };

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
