/**
 * Two screenshots compared: rows aligned first, then 16 px tiles, exactly and only where they differ perceptually.
 * The answer is boxes a person can look at, and the largest of them: a share of the whole page hides a small banner
 * on a tall page.
 */
import type { Pixels } from '../../core/png.js';
import type { Box } from '../check.js';
import { align, type Span } from './alignment.js';
import { connected } from './connected.js';
import { differs, TILE } from './tile.js';

export interface PictureDifference {
  /** Changed areas in the second picture, largest first. */
  readonly boxes: readonly Box[];
  /** Changed, added and removed area over the area of the larger picture. */
  readonly share: number;
  /** The first picture's changed tiles, for masks. */
  readonly tilesBefore: readonly Box[];
}

export interface Masks {
  readonly before: readonly Box[];
  readonly after: readonly Box[];
}

const NO_MASKS: Masks = { before: [], after: [] };

/** @param before the accepted picture, @param after the one to judge. */
export function comparePictures(before: Pixels, after: Pixels, masks: Masks = NO_MASKS): PictureDifference {
  const spans =
    before.width === after.width
      ? align(before, after)
      : [{ fromA: 0, heightA: before.height, fromB: 0, heightB: after.height }];
  const aligned = compareSpans(before, after, spans, masks);
  if (before.width !== after.width || before.height !== after.height) return aligned;
  // Alignment can go wrong on repetitive pictures; the plain comparison is then the nearer one.
  if (aligned.share < 0.01 || spans.every(({ fromA, fromB }) => fromA === fromB)) return aligned;
  const plain = compareSpans(before, after, [whole(before)], masks, aligned.share * before.width * before.height);
  return plain.share < aligned.share ? plain : aligned;
}

function whole({ height }: Pixels): Span {
  return { fromA: 0, heightA: height, fromB: 0, heightB: height };
}

/** @param most changed area beyond which the answer no longer matters, in pixels: the comparison stops there. */
function compareSpans(
  before: Pixels,
  after: Pixels,
  spans: readonly Span[],
  masks: Masks,
  most = Number.POSITIVE_INFINITY,
): PictureDifference {
  const compared = spans.map((span) => compareSpan(before, after, span, masks, most));
  const tiles = compared.flatMap((span) => span.tiles);
  const beyond = Math.abs(before.width - after.width) * Math.max(before.height, after.height);
  const area = compared.reduce((sum, span) => sum + areaOf(span.tiles) + span.rest, beyond);
  const total = Math.max(before.width * before.height, after.width * after.height);
  const boxed = [...tiles.map((tile) => tile.now), ...compared.flatMap((span) => span.added)];
  return { boxes: connected(boxed), share: Math.min(1, area / total), tilesBefore: tiles.map((tile) => tile.old) };
}

/** A changed tile, where it was and where it is. */
interface Tile {
  readonly old: Box;
  readonly now: Box;
}

interface ComparedSpan {
  readonly tiles: readonly Tile[];
  /** Area of rows only one of the pictures has. */
  readonly rest: number;
  /** Those of them that can be outlined. */
  readonly added: readonly Box[];
}

function compareSpan(before: Pixels, after: Pixels, span: Span, masks: Masks, most: number): ComparedSpan {
  const { fromA, heightA, fromB, heightB } = span;
  const shared = Math.min(heightA, heightB);
  const top = changedTiles(before, after, { fromA, fromB, rows: shared }, masks, most);
  if (heightA === heightB || top.length === 0) return { tiles: top, ...restOf(span, shared, shared, after, masks) };
  // Something was put in or taken out: what follows it still stands at the foot of the span.
  const [footA, footB] = [fromA + heightA - shared, fromB + heightB - shared];
  const foot = changedTiles(before, after, { fromA: footA, fromB: footB, rows: shared }, masks, most);
  if (foot.length < top.length) return { tiles: foot, ...restOf(span, 0, 0, after, masks) };
  return { tiles: top, ...restOf(span, shared, shared, after, masks) };
}

/** Rows that are compared one by one. */
interface Stretch {
  readonly fromA: number;
  readonly fromB: number;
  readonly rows: number;
}

function changedTiles(before: Pixels, after: Pixels, stretch: Stretch, masks: Masks, most: number): Tile[] {
  const tiles: Tile[] = [];
  const enough = most / (TILE * TILE) + 1;
  for (let y = 0; y < stretch.rows && tiles.length <= enough; y += TILE) {
    const [yA, yB, height] = [stretch.fromA + y, stretch.fromB + y, Math.min(TILE, stretch.rows - y)];
    if (equalRows(before, after, yA, yB, height)) continue;
    for (const tile of changedInStrip(before, after, yA, yB, height, masks)) tiles.push(tile);
  }
  return tiles;
}

/** Most of a page is as it was: that is seen without looking at its tiles. */
function equalRows(before: Pixels, after: Pixels, fromA: number, fromB: number, rows: number): boolean {
  if (before.width !== after.width) return false;
  const row = before.width * 3;
  const [a, b] = [fromA * row, fromB * row];
  return before.data.compare(after.data, b, b + rows * row, a, a + rows * row) === 0;
}

function changedInStrip(a: Pixels, b: Pixels, yA: number, yB: number, height: number, masks: Masks): Tile[] {
  const width = Math.min(a.width, b.width);
  const hidden = {
    before: masks.before.filter((mask) => overlap(mask, { x: 0, y: yA, width, height })),
    after: masks.after.filter((mask) => overlap(mask, { x: 0, y: yB, width, height })),
  };
  const tiles: Tile[] = [];
  for (let x = 0; x < width; x += TILE) {
    const size = { width: Math.min(TILE, width - x), height };
    const old = { x, y: yA, ...size };
    const now = { x, y: yB, ...size };
    if (covered(old, hidden.before) || covered(now, hidden.after)) continue;
    if (differs({ pixels: a, x, y: yA }, { pixels: b, x, y: yB }, size.width, height)) tiles.push({ old, now });
  }
  return tiles;
}

function areaOf(tiles: readonly Tile[]): number {
  return tiles.reduce((sum, { now }) => sum + now.width * now.height, 0);
}

/** The rows of a span beyond the shared ones, which begin `atA` and `atB` rows into it. */
function restOf({ fromA, heightA, fromB, heightB }: Span, atA: number, atB: number, { width }: Pixels, masks: Masks) {
  const removed = { x: 0, y: fromA + atA, width, height: Math.max(0, heightA - heightB) };
  const added = { x: 0, y: fromB + atB, width, height: Math.max(0, heightB - heightA) };
  const counted = [
    ...(covered(removed, masks.before) ? [] : [removed]),
    ...(covered(added, masks.after) ? [] : [added]),
  ];
  return {
    rest: counted.reduce((sum, box) => sum + box.width * box.height, 0),
    // A few rows more are a shift of layout: they count, but there is nothing in them to look at.
    added: counted.filter((box) => box === added && box.height >= TILE),
  };
}

function covered(tile: Box, masks: readonly Box[]): boolean {
  return masks.some((mask) => overlap(tile, mask));
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
