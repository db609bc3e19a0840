/**
 * Two screenshots compared: rows aligned first, then 16 px tiles, exactly and only where they differ perceptually.
 * The answer is boxes a person can look at, and the largest of them: a share of the whole page hides a small banner
 * on a tall page.
 */
import pixelmatch from 'pixelmatch';
import type { Box } from '../check.js';
import { align, type Span } from './alignment.js';
import type { Pixels } from './png.js';

export const TILE = 16;

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
  if (aligned.share < 0.01) return aligned;
  const plain = compareSpans(before, after, [whole(before)], masks);
  return plain.share < aligned.share ? plain : aligned;
}

function whole({ height }: Pixels): Span {
  return { fromA: 0, heightA: height, fromB: 0, heightB: height };
}

function compareSpans(before: Pixels, after: Pixels, spans: readonly Span[], masks: Masks): PictureDifference {
  const compared = spans.map((span) => compareSpan(before, after, span, masks));
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

function compareSpan(before: Pixels, after: Pixels, span: Span, masks: Masks): ComparedSpan {
  const { fromA, heightA, fromB, heightB } = span;
  const shared = Math.min(heightA, heightB);
  const top = changedTiles(before, after, fromA, fromB, shared, masks);
  if (heightA === heightB || top.length === 0) return { tiles: top, ...restOf(span, shared, shared, after, masks) };
  // Something was put in or taken out: what follows it still stands at the foot of the span.
  const [footA, footB] = [fromA + heightA - shared, fromB + heightB - shared];
  const foot = changedTiles(before, after, footA, footB, shared, masks);
  if (foot.length < top.length) return { tiles: foot, ...restOf(span, 0, 0, after, masks) };
  return { tiles: top, ...restOf(span, shared, shared, after, masks) };
}

function changedTiles(before: Pixels, after: Pixels, fromA: number, fromB: number, rows: number, masks: Masks): Tile[] {
  const width = Math.min(before.width, after.width);
  const tiles: Tile[] = [];
  for (let y = 0; y < rows; y += TILE) {
    for (let x = 0; x < width; x += TILE) {
      const size = { width: Math.min(TILE, width - x), height: Math.min(TILE, rows - y) };
      const old = { x, y: fromA + y, ...size };
      const now = { x, y: fromB + y, ...size };
      if (covered(old, masks.before) || covered(now, masks.after)) continue;
      if (differs(before, old, after, now)) tiles.push({ old, now });
    }
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

// ---------------------------------------------------------------- tiles

/** Pixels of a tile that must differ to the eye. */
const FEW_PIXELS = 2;
const scratchA = new Uint8Array(TILE * TILE * 4);
const scratchB = new Uint8Array(TILE * TILE * 4);

function differs(a: Pixels, boxA: Box, b: Pixels, boxB: Box): boolean {
  const row = boxA.width * 4;
  let equal = true;
  for (let y = 0; y < boxA.height; y += 1) {
    const atA = ((boxA.y + y) * a.width + boxA.x) * 4;
    const atB = ((boxB.y + y) * b.width + boxB.x) * 4;
    const rowA = a.data.subarray(atA, atA + row);
    const rowB = b.data.subarray(atB, atB + row);
    scratchA.set(rowA, y * row);
    scratchB.set(rowB, y * row);
    equal &&= Buffer.compare(rowA, rowB) === 0;
  }
  if (equal) return false;
  const bytes = row * boxA.height;
  const changed = pixelmatch(
    scratchA.subarray(0, bytes),
    scratchB.subarray(0, bytes),
    undefined,
    boxA.width,
    boxA.height,
    { threshold: 0.1 },
  );
  return changed > FEW_PIXELS;
}

// ----------------------------------------------------------------- boxes

/** Boxes round tiles that touch or nearly touch, largest first. */
export function connected(tiles: readonly Box[]): Box[] {
  const cells = new Map<string, number[]>();
  tiles.forEach((tile, index) => {
    for (const cell of cellsOf(tile)) cells.set(cell, [...(cells.get(cell) ?? []), index]);
  });
  const group = new Int32Array(tiles.length).fill(-1);
  const boxes: Box[] = [];
  tiles.forEach((_, start) => {
    if (group[start] !== -1) return;
    const members: Box[] = [];
    const queue = [start];
    group[start] = boxes.length;
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      const tile = tiles[at];
      if (!tile) continue;
      members.push(tile);
      for (const neighbour of neighboursOf(tile, cells)) {
        if (group[neighbour] !== -1) continue;
        group[neighbour] = boxes.length;
        queue.push(neighbour);
      }
    }
    boxes.push(around(members));
  });
  return boxes.sort((a, b) => b.width * b.height - a.width * a.height);
}

function* cellsOf({ x, y, width, height }: Box, margin = 0): Generator<string> {
  const right = Math.floor((x + width - 1) / TILE) + margin;
  const bottom = Math.floor((y + height - 1) / TILE) + margin;
  for (let row = Math.floor(y / TILE) - margin; row <= bottom; row += 1) {
    for (let column = Math.floor(x / TILE) - margin; column <= right; column += 1) yield `${column},${row}`;
  }
}

function* neighboursOf(tile: Box, cells: ReadonlyMap<string, number[]>): Generator<number> {
  for (const cell of cellsOf(tile, 1)) yield* cells.get(cell) ?? [];
}

function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}
