/**
 * When a look may be spared the rendering: the server's answer is the one of the last look that saw everything, but for
 * what was learned to move by itself, and that look is not long ago. What a page can still do unseen meanwhile (another
 * style sheet, picture or script behind the same address) is seen at the next full look: see docs/looking.md. Pure.
 */
import { createHash } from 'node:crypto';
import { fixedPaths, keyOf, MAY_ROTATE, queryPlace, rotationPlace } from './difference.js';
import { headerOf, isHtml, type LayerVolatility, type PageEvidence, type RawAnswer } from './evidence.js';
import { isHeavy } from './heavy.js';
import { type Item, isProgramLink } from './inventory.js';
import { pairsOf, RAW, type Side, sidesOf } from './layers.js';
import type { PageSettings } from './settings.js';
import { linesOf, shapeOf } from './words.js';

/** What one full look leaves for lesser ones to lean on: small, and worth nothing once the page changed. */
export interface PageRecollection {
  /** Of the raw answer, without what `moving` says moves by itself. */
  readonly fingerprint: string;
  readonly moving: LayerVolatility | null;
  /** Null where the server named no version of the page, or led elsewhere first. */
  readonly validators: { readonly etag: string } | { readonly lastModified: string } | null;
}

/** Only what this module made is leant on: a memory that was mixed up would spare a look it must not. */
const MADE = new WeakSet<object>();

/** Null: the next look has to be full, whatever the server says. */
export function remember(
  actual: PageEvidence,
  accepted: readonly PageEvidence[],
  settings: PageSettings,
): PageRecollection | null {
  const { raw, views, spared } = actual;
  const complete = views.length > 0 && views.every(({ shown }) => shown !== null);
  if (spared !== undefined || settings.renderEveryMs === 0 || !complete || !isHtml(raw) || raw.failure) return null;
  // Reading it here would hold up everything else.
  if (isHeavy({ raw, views: [] }, [])) return null;
  const answers = accepted.map((look) => ({ ...look, views: [] }));
  const [pair] = pairsOf({ raw, views: [] }, answers, settings);
  const moving = pair?.accepted.volatility ?? null;
  const fingerprint = fingerprintOf(raw, moving, settings);
  if (fingerprint === null) return null;
  const made = { fingerprint, moving, validators: validatorsOf(raw) };
  MADE.add(made);
  return made;
}

/** Whether the value a look was given is one of ours. */
export function isRecollection(value: unknown): value is PageRecollection {
  return typeof value === 'object' && value !== null && MADE.has(value);
}

export function isUnchanged(raw: RawAnswer, known: PageRecollection, settings: PageSettings): boolean {
  if (raw.failure !== null || isHeavy({ raw, views: [] }, [])) return false;
  return fingerprintOf(raw, known.moving, settings) === known.fingerprint;
}

/** "Not modified" about the very version we named: RFC 9110, 15.4.5 has the answer carry its entity tag. */
export function isSameVersion(raw: RawAnswer, { validators }: PageRecollection): boolean {
  if (raw.status !== 304 || raw.hops.length !== 1 || validators === null) return false;
  const tag = headerOf(raw, 'etag');
  return tag === null || ('etag' in validators && weak(tag) === weak(validators.etag));
}

function weak(tag: string): string {
  return tag.replace(/^W\//, '');
}

// Only what is shaped as RFC 9110 (8.8.2, 8.8.3) has it goes back into a request.
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]{1,200}"$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function validatorsOf(raw: RawAnswer): PageRecollection['validators'] {
  if (raw.hops.length !== 1) return null;
  const etag = headerOf(raw, 'etag');
  if (etag !== null && ENTITY_TAG.test(etag)) return { etag };
  const lastModified = headerOf(raw, 'last-modified');
  return lastModified !== null && HTTP_DATE.test(lastModified) ? { lastModified } : null;
}

/** Null where the answer cannot be told from another. */
function fingerprintOf(raw: RawAnswer, moving: LayerVolatility | null, settings: PageSettings): string | null {
  const [side] = sidesOf({ raw, views: [] }, settings);
  if (!side?.document || side.document.abnormal !== null) return null;
  const way = raw.hops.map(({ url }) => url);
  const policy = moving === null ? raw.headers.filter(([name]) => name === 'content-security-policy') : [];
  const content = moving === null || isStill(moving) ? side.document.hash : steadyParts(side, moving);
  const parts = [raw.status, way, raw.contentType, policy, content];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function isStill({ text, items, code, paths }: LayerVolatility): boolean {
  return text.length + items.length + code.length + paths.length === 0;
}

/** Everything the comparers ask of the markup, less what they were told moves. */
function steadyParts(side: Side, moving: LayerVolatility): unknown {
  const { document } = side;
  if (!document) return null;
  const places = new Set(moving.text.map(({ where }) => where));
  const standing = document.blocks.filter(({ where }) => places.has(where)).map(({ text }) => text);
  const examples = moving.text.flatMap((entry) => entry.examples);
  const rotating = new Set([...examples, ...standing].flatMap(linesOf).map(shapeOf));
  const learned = new Set(moving.items.map(({ where }) => where));
  const code = new Set(moving.code);
  const fixed = (item: Item): boolean =>
    isProgramLink(item) ||
    !((MAY_ROTATE.has(item.kind) && learned.has(rotationPlace(item))) || learned.has(queryPlace(item)));
  const named = (item: Item): string =>
    item.code && code.has(item.code.skeleton) ? `${item.kind} ${item.code.skeleton}` : keyOf(item);
  const paths = fixedPaths(side, { layer: RAW, actual: side, accepted: { ...side, volatility: moving }, same: false });
  return [
    document.title,
    [...document.meta],
    document.headings,
    document.hidden,
    [...document.controls],
    side.lines.filter((line) => !rotating.has(shapeOf(line))),
    document.items.filter(fixed).map(named),
    [...paths],
  ];
}
