/** Whether two tiles of a screenshot differ to the eye. */
import pixelmatch from 'pixelmatch';
import type { Pixels } from '../../core/png.js';

export const TILE = 16;

/** Top left corner of a tile in one picture. */
export interface Corner {
  readonly pixels: Pixels;
  readonly x: number;
  readonly y: number;
}

/** Pixels of a tile that must differ to the eye. */
const FEW_PIXELS = 2;
/** Where more than this share differs it is no antialiasing, and need not be looked at pixel by pixel. */
const REPAINTED = 0.35;
const THRESHOLD = 0.1;
/** The farthest two colours can be apart in the measure of `isVisible`, times the threshold squared. */
const VISIBLE = 35_215 * THRESHOLD * THRESHOLD;

export function differs(a: Corner, b: Corner, width: number, height: number): boolean {
  const enough = width * height * REPAINTED;
  let visible = 0;
  for (let row = 0; row < height; row += 1) {
    let atA = offsetOf(a, row);
    let atB = offsetOf(b, row);
    for (const end = atA + width * 3; atA < end; atA += 3, atB += 3) {
      if (isVisible(a.pixels.data, atA, b.pixels.data, atB)) visible += 1;
    }
    if (visible > enough) return true;
  }
  return visible > FEW_PIXELS && withoutAntialiasing(a, b, width, height) > FEW_PIXELS;
}

/** Where a row of the tile begins. */
function offsetOf({ pixels, x, y }: Corner, row: number): number {
  return ((y + row) * pixels.width + x) * 3;
}

/**
 * Distance of two colours as the eye sees it, in YIQ (Kotsarenko and Ramos, "Measuring perceived color difference using
 * YIQ NTSC transmission color space", 2010).
 */
function isVisible(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
  const red = (a[atA] ?? 0) - (b[atB] ?? 0);
  const green = (a[atA + 1] ?? 0) - (b[atB + 1] ?? 0);
  const blue = (a[atA + 2] ?? 0) - (b[atB + 2] ?? 0);
  if ((red | green | blue) === 0) return false;
  const y = red * 0.29889531 + green * 0.58662247 + blue * 0.11448223;
  const i = red * 0.59597799 - green * 0.2741761 - blue * 0.32180189;
  const q = red * 0.21147017 - green * 0.52261711 + blue * 0.31114694;
  return 0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q > VISIBLE;
}

const scratchA = new Uint8Array(TILE * TILE * 4);
const scratchB = new Uint8Array(TILE * TILE * 4);

function withoutAntialiasing(a: Corner, b: Corner, width: number, height: number): number {
  const [one, other] = [opaque(a, scratchA, width, height), opaque(b, scratchB, width, height)];
  return pixelmatch(one, other, undefined, width, height, { threshold: THRESHOLD });
}

/** The tile alone, as RGBA. */
function opaque(corner: Corner, scratch: Uint8Array, width: number, height: number): Uint8Array {
  const { data } = corner.pixels;
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    const from = offsetOf(corner, row);
    for (let at = from; at < from + width * 3; at += 3) {
      scratch[to++] = data[at] ?? 0;
      scratch[to++] = data[at + 1] ?? 0;
      scratch[to++] = data[at + 2] ?? 0;
      scratch[to++] = 255;
    }
  }
  return scratch.subarray(0, to);
}
