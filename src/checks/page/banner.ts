/**
 * A block that was not there, across the whole width at the top of the page, in words the site does not use: it covers
 * nothing and pushes everything down, so text, structure and most of the picture are as ever, and yet it is all that
 * visitors read. A slim bar with a notice, or a large one about the site's own matters, is an edit.
 */
import type { Box } from '../check.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { differenceOf, vocabularyOf } from './difference.js';
import { tiradeIn } from './hostility.js';
import type { Pair } from './layers.js';
import { CONSENT } from './overlay.js';
import { pictureDifferenceOf } from './pixels.js';
import { type PageSettings, VIEWPORTS } from './settings.js';
import { normalized, quote, sizeOf, wordsOf } from './words.js';

/** Shares of the first screen: as wide, as high at least, beginning as near to its upper edge. */
const WIDE = 0.9;
const HIGH = 0.15;
const NEAR_TOP = 0.2;
/** Below this height in screens what is written in the block has to be hostile to be more than a warning. */
const GREAT = 0.2;
/** Lines in which the text of a block at the top stands, a menu before it or not. */
const TOP_LINES = 30;
/** From this share of words the site never used on, the block is about something else; common words are in every text. */
const STRANGE = 1 / 3;

export const banner = perLayer('banner', (pair, settings) => {
  if (pair.same || !pair.actual.shown || !pair.accepted.shown) return [];
  const words = strangeWords(pair);
  const box = words === '' ? undefined : bannerBox(pair, settings);
  if (!box) return [];
  const { width, height } = box;
  // A fixed head, or a hero as high as the window, is repainted by a slim bar above it: the words tell the height.
  const stands = heightOfText(pair) ?? height;
  const screen = screenOf(pair, settings);
  if (stands < screen.height * HIGH) return [];
  const great = stands >= screen.height * GREAT || tiradeIn(pair) !== null;
  return [
    finding('page/banner-added', settings, {
      summary: `A block of ${width}×${height} px is new at the top of the ${pair.layer} view; it says “${quote(words, 120)}”.`,
      expected: pair.accepted.lines[0],
      actual: words,
      where: `${pair.layer}: ${width}×${height} px at (${box.x}, ${box.y})`,
      ...(great ? {} : { living: 'warning' as const }),
    }),
  ];
});

/** The text put in at the top, if it is more than an edit of what stood there and not in the site's own words. */
function strangeWords(pair: Pair): string {
  const { added, removed } = differenceOf(pair);
  const top = atTop(pair.actual.lines, added);
  if (top.length === 0 || sizeOf(top) < 2 * sizeOf(atTop(pair.accepted.lines, removed))) return '';
  const said = top.join(' ');
  const words = wordsOf(said);
  const vocabulary = vocabularyOf(pair.accepted);
  const strange = words.filter((word) => !vocabulary.has(word)).length;
  return strange >= 2 && strange >= words.length * STRANGE && !CONSENT.test(said) ? said : '';
}

function atTop(lines: readonly string[], differing: readonly string[]): string[] {
  const wanted = new Set(differing);
  return lines.slice(0, TOP_LINES).filter((line) => wanted.has(line));
}

function bannerBox(pair: Pair, settings: PageSettings): Box | undefined {
  const { actual, accepted } = pair;
  if (!actual.shown || actual.shown.renderer !== accepted.shown?.renderer) return undefined;
  const screen = screenOf(pair, settings);
  return pictureDifferenceOf(pair, settings)?.boxes.find(
    ({ y, width, height }) =>
      width >= screen.width * WIDE && height >= screen.height * HIGH && y <= screen.height * NEAR_TOP,
  );
}

/** From the top of the first new text to the foot of the last one, with the boxes they stand in. Null: not known. */
function heightOfText(pair: Pair): number | null {
  const { layout } = pair.actual.shown ?? {};
  if (!layout) return null;
  const added = new Set(differenceOf(pair).added);
  const boxes = layout.top.filter(({ text }) => added.has(normalized(text))).map(({ box }) => box);
  if (boxes.length === 0) return null;
  return Math.max(...boxes.map(({ y, height }) => y + height)) - Math.min(...boxes.map(({ y }) => y));
}

function screenOf({ layer }: Pair, settings: PageSettings) {
  return settings.viewports.find(({ name }) => name === layer) ?? VIEWPORTS.desktop;
}
