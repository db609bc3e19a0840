/**
 * Which rows of one picture stand where in another. A notice bar of 60 px moves a whole page down: compared row by
 * row at the same height everything differs, aligned only the bar does.
 */
import { crc32 } from 'node:zlib';
import type { Pixels } from '../../core/png.js';

/** Rows `fromA..fromA+heightA` of one picture stand for rows `fromB..fromB+heightB` of the other. */
export interface Span {
  readonly fromA: number;
  readonly heightA: number;
  readonly fromB: number;
  readonly heightB: number;
}

/** Both pictures cut into spans, in order, without gaps; equal rows fall into spans of equal height. Same width. */
export function align(a: Pixels, b: Pixels): Span[] {
  const head = equalFromTop(a, b);
  const rowsA = rowHashes(a, head);
  const rowsB = rowHashes(b, head);
  const spans: Span[] = [];
  let atA = 0;
  let atB = 0;
  const push = (endA: number, endB: number): void => {
    if (endA > atA || endB > atB) spans.push({ fromA: atA, heightA: endA - atA, fromB: atB, heightB: endB - atB });
    atA = endA;
    atB = endB;
  };
  push(head, head);
  for (const [anchorA, anchorB] of longestRun(uniquePairs(rowsA, rowsB))) {
    // Grow the anchor over the equal rows around it; what lies before is a gap of its own.
    let [startA, startB] = [anchorA + head, anchorB + head];
    if (startA < atA || startB < atB) continue;
    while (startA > atA && startB > atB && rowsA[startA - 1 - head] === rowsB[startB - 1 - head]) {
      startA -= 1;
      startB -= 1;
    }
    push(startA, startB);
    let [endA, endB] = [anchorA + 1, anchorB + 1];
    while (endA < rowsA.length && endB < rowsB.length && rowsA[endA] === rowsB[endB]) {
      endA += 1;
      endB += 1;
    }
    push(endA + head, endB + head);
  }
  push(a.height, b.height);
  return spans;
}

function equalFromTop(a: Pixels, b: Pixels): number {
  const row = a.width * 3;
  const rows = Math.min(a.height, b.height);
  for (let y = 0; y < rows; y += 1) {
    if (a.data.compare(b.data, y * row, (y + 1) * row, y * row, (y + 1) * row) !== 0) return y;
  }
  return rows;
}

/** One number a row. Equal rows have equal ones; that two others share one is so rare that it may cost an alignment. */
function rowHashes({ width, height, data }: Pixels, from: number): Uint32Array {
  const row = width * 3;
  return Uint32Array.from({ length: height - from }, (_, y) =>
    crc32(data.subarray((from + y) * row, (from + y + 1) * row)),
  );
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
