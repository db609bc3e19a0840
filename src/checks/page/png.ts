/** PNG bytes to pixels and back. The header is believed only after it fits the limits: a small file can claim a huge picture. */
import { PNG } from 'pngjs';
import type { Artifact } from '../../core/model.js';
import { artifactOf } from './evidence.js';

/** RGBA, 8 bit, rows from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export const MAX_PIXELS = 16_000_000;

// Comparing and showing one view needs two pictures, each decoded once; a full page is 10 to 40 MB.
const REMEMBERED_PIXELS = 24_000_000;
const remembered = new Map<string, Pixels>();

/** The picture, or null when it is no PNG we can read within the limits. */
export function pixelsOf(artifact: Artifact): Pixels | null {
  const pixels = remembered.get(artifact.sha256) ?? decode(artifact.bytes);
  if (!pixels) return null;
  remembered.delete(artifact.sha256); // set again: the order of the map is the order of use
  remembered.set(artifact.sha256, pixels);
  let total = 0;
  for (const [sha256, { width, height }] of [...remembered].reverse()) {
    total += width * height;
    if (total > REMEMBERED_PIXELS) remembered.delete(sha256);
  }
  return pixels;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function decode(bytes: Uint8Array): Pixels | null {
  if (bytes.byteLength < 33 || SIGNATURE.some((byte, index) => bytes[index] !== byte)) return null;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = header.getUint32(16);
  const height = header.getUint32(20);
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) return null;
  try {
    const { data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return data.byteLength === width * height * 4 ? { width, height, data } : null;
  } catch {
    return null; // a truncated or malformed picture says nothing; the caller reports that it could not be read
  }
}

/** The picture as a PNG artifact. */
export function pngOf({ width, height, data }: Pixels): Artifact {
  const png = new PNG({ width, height });
  png.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return artifactOf('image/png', PNG.sync.write(png, { deflateLevel: 4, filterType: 1 }));
}
