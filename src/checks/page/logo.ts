/**
 * Whose page it is, as a visitor sees it: the logo. It is a small part of the picture, and behind the same address and
 * in the same place it can be another one. Compared is the pattern of light and dark: see pattern.ts. Only at the head of the page, where no
 * slot rotates, and only where nothing moved in the samples of the baseline.
 */
import type { Box } from '../check.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import type { Shown } from './evidence.js';
import type { Pair } from './layers.js';
import { LOGO } from './logo-place.js';
import { likenessOf } from './pattern.js';
import { movesIn } from './pixels.js';
import type { PageSettings } from './settings.js';

/** Pixels from the top of the page: lower there are the logos of partners. */
const HEAD = 300;
/** Smaller ones show no pattern. */
const SMALLEST = 16;
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
  if (!old || !box || movesIn(accepted, settings, old)) return null;
  const pattern = likenessOf(before, old, now, box);
  return pattern === null ? null : { box, pattern };
}

function logoOf({ boxes }: Shown): Box | undefined {
  const found = boxes.find(({ selector }) => selector === LOGO)?.boxes ?? [];
  return found.find(({ y, width, height }) => y >= 0 && y < HEAD && width >= SMALLEST && height >= SMALLEST);
}
