/**
 * Which rows of one picture stand where in another. A notice bar of 60 px moves a whole page down: compared row by
 * row at the same height everything differs, aligned only the bar does.
 */
import type { Pixels } from './png.js';

/** Rows `fromA..fromA+heightA` of one picture stand for rows `fromB..fromB+heightB` of the other. */
export interface Span {
  readonly fromA: number;
  readonly heightA: number;
  readonly fromB: number;
  readonly heightB: number;
}

/** Both pictures cut into spans, in order, without gaps; equal rows fall into spans of equal height. */
export function align(a: Pixels, b: Pixels): Span[] {
  const rowsA = rowHashes(a);
  const rowsB = rowHashes(b);
  const anchors = longestRun(uniquePairs(rowsA, rowsB));
  const spans: Span[] = [];
  let atA = 0;
  let atB = 0;
  const push = (endA: number, endB: number): void => {
    if (endA > atA || endB > atB) spans.push({ fromA: atA, heightA: endA - atA, fromB: atB, heightB: endB - atB });
    atA = endA;
    atB = endB;
  };
  for (const [anchorA, anchorB] of anchors) {
    // Grow the anchor over the equal rows around it; what lies before is a gap of its own.
    if (anchorA < atA || anchorB < atB) continue;
    let startA = anchorA;
    let startB = anchorB;
    while (startA > atA && startB > atB && rowsA[startA - 1] === rowsB[startB - 1]) {
      startA -= 1;
      startB -= 1;
    }
    push(startA, startB);
    let endA = anchorA + 1;
    let endB = anchorB + 1;
    while (endA < rowsA.length && endB < rowsB.length && rowsA[endA] === rowsB[endB]) {
      endA += 1;
      endB += 1;
    }
    push(endA, endB);
  }
  push(rowsA.length, rowsB.length);
  return spans;
}

/** FNV-1a over the 32-bit pixels of each row. */
function rowHashes({ width, height, data }: Pixels): Uint32Array {
  const pixels = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const hashes = new Uint32Array(height);
  for (let y = 0; y < height; y += 1) {
    let hash = 0x811c9dc5;
    const end = (y + 1) * width * 4;
    for (let at = y * width * 4; at < end; at += 4) {
      hash = Math.imul(hash ^ pixels.getUint32(at, true), 0x01000193);
      hash ^= hash >>> 15;
    }
    hashes[y] = hash;
  }
  return hashes;
}

/** Rows that occur once in both: [row of a, row of b], by rising row of a. */
function uniquePairs(a: Uint32Array, b: Uint32Array): [number, number][] {
  const once = (rows: Uint32Array): Map<number, number> => {
    const seen = new Map<number, number>();
    rows.forEach((hash, row) => {
      seen.set(hash, seen.has(hash) ? -1 : row);
    });
    return seen;
  };
  const inB = once(b);
  const pairs: [number, number][] = [];
  for (const [hash, row] of once(a)) {
    const other = inB.get(hash) ?? -1;
    if (row >= 0 && other >= 0) pairs.push([row, other]);
  }
  return pairs.sort((x, y) => x[0] - y[0]);
}

/** The longest part of the pairs whose second members rise too (patience sorting). */
function longestRun(pairs: readonly [number, number][]): [number, number][] {
  const tails: number[] = [];
  const previous = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, value], index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pairs[tails[middle] ?? 0]?.[1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = index;
  });
  const run: [number, number][] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) {
    const pair = pairs[at];
    if (pair) run.push(pair);
  }
  return run.reverse();
}
