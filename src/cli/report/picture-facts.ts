/** What a report must know of a PNG to show it: where the first change stands. Pure. */
import { decodePng, type Pixels, pngSize } from '../../core/png.js';

export type Size = NonNullable<ReturnType<typeof pngSize>>;

/** Pictures with more pixels are not decoded here: memory and time. */
const MOST_PIXELS = 16_000_000;
/** A row with fewer differing pixels is taken for noise: an edge drawn otherwise, a cursor. */
const LEAST_DIFFERENT = 4;

/** From the header alone; null when it is no PNG. */
export const sizeOf = pngSize;

/** The first row in which two pictures differ; null when they do not, or when that cannot be told. */
export function firstChangedRow(before: Uint8Array, after: Uint8Array): number | null {
  const [a, b] = [decodePng(before, MOST_PIXELS), decodePng(after, MOST_PIXELS)];
  if (a === null || b === null || a.width !== b.width) return null;
  const rows = Math.min(a.height, b.height);
  const stride = a.width * 3;
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * stride, (row + 1) * stride];
    if (Buffer.compare(a.data.subarray(from, to), b.data.subarray(from, to)) === 0) continue;
    if (differing(a, b, from, to) >= LEAST_DIFFERENT) return row;
  }
  return a.height === b.height ? null : rows;
}

function differing(a: Pixels, b: Pixels, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 3) if (isOther(a, b, at)) count++;
  return count;
}

function isOther({ data: a }: Pixels, { data: b }: Pixels, at: number): boolean {
  return a[at] !== b[at] || a[at + 1] !== b[at + 1] || a[at + 2] !== b[at + 2];
}
