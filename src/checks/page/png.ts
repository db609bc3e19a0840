/** Screenshots as pixels: each decoded once while it is in use. */
import type { Artifact } from '../../core/model.js';
import { decodePng, encodePng, type Pixels } from '../../core/png.js';
import { artifactOf } from './evidence.js';

export const MAX_PIXELS = 16_000_000;

// Comparing and showing one view needs two pictures, each decoded once; a full page is 10 to 40 MB.
const REMEMBERED_PIXELS = 24_000_000;
const remembered = new Map<string, Pixels>();

/** The picture, or null when it is no PNG we can read within the limits. */
export function pixelsOf(artifact: Artifact): Pixels | null {
  const pixels = remembered.get(artifact.sha256) ?? decodePng(artifact.bytes, MAX_PIXELS);
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

/** The picture as a PNG artifact. */
export function pngOf(pixels: Pixels): Artifact {
  return artifactOf('image/png', encodePng(pixels));
}
