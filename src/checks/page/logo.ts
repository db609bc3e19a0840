/**
 * Whose page it is, as a visitor sees it: the logo. It is a small part of the picture, and behind the same address and
 * in the same place it can be another one. Compared is the pattern of light and dark: compression, a picture that
 * is still fading in, another resolution and other colours leave it as it is. Only at the head of the page, where no
 * slot rotates, and only where nothing moved in the samples of the baseline.
 */
import type { Pixels } from '../../core/png.js';
import type { Box } from '../check.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import type { Shown } from './evidence.js';
import type { Pair } from './layers.js';
import { LOGO } from './logo-place.js';
import { ignoredBoxes } from './pixels.js';
import { pixelsOf } from './png.js';
import type { PageSettings } from './settings.js';

/** Pixels from the top of the page: lower there are the logos of partners. */
const HEAD = 300;
/** Smaller ones show no pattern; one that is another size belongs to another layout. */
const SMALLEST = 16;
const SAME_SIZE = 0.1;
/** Below this the two patterns have little to do with each other. The same logo drawn anew stays above 0.95. */
export const SAME_LOGO = 0.6;

export const logo = perLayer('logo', (pair, settings) => {
  const likeness = logoLikeness(pair, settings);
  if (likeness === null || likeness.pattern >= SAME_LOGO) return [];
  const { x, y, width, height } = likeness.box;
  return [
    finding('page/logo-replaced', settings, {
      summary: `The logo in the ${pair.layer} view is another picture.`,
      expected: 'the logo as approved',
      actual: `another one; ${Math.round(likeness.pattern * 100)} % of its pattern agrees`,
      where: `${pair.layer}: ${Math.round(width)}×${Math.round(height)} px at (${Math.round(x)}, ${Math.round(y)})`,
    }),
  ];
});

export interface Likeness {
  /** Where the logo is now. */
  readonly box: Box;
  /** 0..1. */
  readonly pattern: number;
}

/** Null where there is no logo on both sides, or none that can be compared. */
export function logoLikeness({ actual, accepted }: Pair, settings: PageSettings): Likeness | null {
  const [now, before] = [actual.shown, accepted.shown];
  if (!now || !before || now.renderer !== before.renderer) return null;
  if (now.screenshot.sha256 === before.screenshot.sha256) return null;
  const [old, box] = [logoOf(before), logoOf(now)];
  if (!old || !box || !sameSize(old, box)) return null;
  const moving = [...(accepted.volatility?.boxes ?? []), ...ignoredBoxes(before, settings), ...settings.ignore.regions];
  if (moving.some((one) => overlap(one, old))) return null;
  const [a, b] = [pixelsOf(before.screenshot), pixelsOf(now.screenshot)];
  const pattern = a && b ? agreement(patternOf(a, old), patternOf(b, box)) : null;
  return pattern === null ? null : { box, pattern };
}

function logoOf({ boxes }: Shown): Box | undefined {
  const found = boxes.find(({ selector }) => selector === LOGO)?.boxes ?? [];
  return found.find(({ y, width, height }) => y >= 0 && y < HEAD && width >= SMALLEST && height >= SMALLEST);
}

function sameSize(a: Box, b: Box): boolean {
  const near = (one: number, other: number): boolean => Math.abs(one - other) <= SAME_SIZE * Math.max(one, other);
  return near(a.width, b.width) && near(a.height, b.height);
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// -------------------------------------------------------------- pattern

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
