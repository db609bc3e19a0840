/**
 * What a picture shows, coarsely: its pattern of light and dark. Compression, a picture that is still fading in, another
 * resolution and other colours leave it as it is; another picture has another one.
 */
import type { Pixels } from '../../core/png.js';
import type { Box } from '../check.js';
import type { Shown } from './evidence.js';
import { pixelsOf } from './png.js';

/** One that is another size belongs to another layout. */
const SAME_SIZE = 0.1;

/** 0..1: how far what one box of a screenshot shows agrees with the other. Null: not to be compared. */
export function likenessOf(before: Shown, old: Box, now: Shown, box: Box): number | null {
  if (!sameSize(old, box)) return null;
  const [a, b] = [pixelsOf(before.screenshot), pixelsOf(now.screenshot)];
  return a && b ? agreement(patternOf(a, old), patternOf(b, box)) : null;
}

export function sameSize(a: Box, b: Box): boolean {
  const near = (one: number, other: number): boolean => Math.abs(one - other) <= SAME_SIZE * Math.max(one, other);
  return near(a.width, b.width) && near(a.height, b.height);
}

const COLUMNS = 16;
const ROWS = 8;
/** A mean distance from the middle grey below which a pattern is flat: not loaded, or one colour. */
const FLAT = 4;

/** Mean brightness of each cell of a grid over the box, less that of the whole. Null: the box is not in the picture. */
function patternOf({ width, height, data }: Pixels, box: Box): number[] | null {
  const [left, top] = [Math.max(0, Math.round(box.x)), Math.max(0, Math.round(box.y))];
  const [right, bottom] = [
    Math.min(width, Math.round(box.x + box.width)),
    Math.min(height, Math.round(box.y + box.height)),
  ];
  if (right - left < COLUMNS || bottom - top < ROWS) return null;
  const sums = new Float64Array(COLUMNS * ROWS);
  const counts = new Float64Array(COLUMNS * ROWS);
  for (let y = top; y < bottom; y += 1) {
    const row = Math.floor(((y - top) * ROWS) / (bottom - top)) * COLUMNS;
    for (let x = left; x < right; x += 1) {
      const cell = row + Math.floor(((x - left) * COLUMNS) / (right - left));
      const at = (y * width + x) * 3;
      const brightness = (data[at] ?? 0) * 0.299 + (data[at + 1] ?? 0) * 0.587 + (data[at + 2] ?? 0) * 0.114;
      sums[cell] = (sums[cell] ?? 0) + brightness;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  const means = Array.from(sums, (sum, cell) => sum / Math.max(1, counts[cell] ?? 1));
  const middle = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  return means.map((mean) => mean - middle);
}

/** Correlation of two patterns, whichever of them is the negative; null where one is flat. */
function agreement(a: readonly number[] | null, b: readonly number[] | null): number | null {
  if (!a || !b || flatness(a) < FLAT || flatness(b) < FLAT) return null;
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return Math.abs(product(a, b)) / Math.sqrt(product(a, a) * product(b, b));
}

function flatness(pattern: readonly number[]): number {
  return pattern.reduce((sum, value) => sum + Math.abs(value), 0) / pattern.length;
}
