/** What a report must know of a PNG to show it: its size, and where the first change stands. Pure. */
import { PNG } from 'pngjs';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Pictures with more pixels are not decoded here: memory and time. */
const MOST_PIXELS = 16_000_000;
/** A row with fewer differing pixels is taken for noise: an edge drawn otherwise, a cursor. */
const LEAST_DIFFERENT = 4;

/** From the header alone; null when it is no PNG. */
export function sizeOf(bytes: Uint8Array): Size | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 24 || !buffer.subarray(0, 8).equals(SIGNATURE)) return null;
  return { width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) };
}

/** The first row in which two pictures differ; null when they do not, or when that cannot be told. */
export function firstChangedRow(before: Uint8Array, after: Uint8Array): number | null {
  const [a, b] = [decoded(before), decoded(after)];
  if (a === null || b === null || a.width !== b.width) return null;
  const rows = Math.min(a.height, b.height);
  const stride = a.width * 4;
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * stride, (row + 1) * stride];
    if (a.data.compare(b.data, from, to, from, to) === 0) continue;
    if (differing(a.data, b.data, from, to) >= LEAST_DIFFERENT) return row;
  }
  return a.height === b.height ? null : rows;
}

function differing(a: Buffer, b: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 4) if (a.readUInt32BE(at) !== b.readUInt32BE(at)) count++;
  return count;
}

function decoded(bytes: Uint8Array): PNG | null {
  const size = sizeOf(bytes);
  if (size === null || size.width * size.height > MOST_PIXELS) return null;
  try {
    return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    // Not a picture after all: the report then shows it from the top.
    return null;
  }
}
