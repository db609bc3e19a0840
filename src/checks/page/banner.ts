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
/** Known from the browser: as wide as narrow pages are; heights in screens from which on a block shouts in large letters, or is told for its size. */
const BROAD = 0.5;
const SHOUTED = 0.2;
const GREAT = 0.3;
/** CSS pixels of letters nobody uses for a notice. */
const LARGE_LETTERS = 28;
/** Lines in which the text of a block at the top stands, a menu before it or not. */
const TOP_LINES = 30;
/** From this share of words the site never used on, the block is about something else; common words are in every text. */
const STRANGE = 1 / 3;

export const banner = perLayer('banner', (pair, settings) => {
  if (pair.same || !pair.actual.shown || !pair.accepted.shown) return [];
  const words = strangeWords(pair);
  const found = words === '' ? null : blockIn(pair, settings);
  if (!found) return [];
  const { box, living } = found;
  const { width, height } = box;
  return [
    finding('page/banner-added', settings, {
      summary: `A block of ${width}×${height} px is new at the top of the ${pair.layer} view; it says “${quote(words, 120)}”.`,
      expected: pair.accepted.lines[0],
      actual: words,
      where: `${pair.layer}: ${width}×${height} px at (${box.x}, ${box.y})`,
      living,
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

interface Block {
  readonly box: Box;
  readonly living: 'warning' | 'critical';
}

/** The new block, where it is more than a bar as sites put up. */
function blockIn(pair: Pair, settings: PageSettings): Block | null {
  const { layout } = pair.actual.shown ?? {};
  if (!layout) {
    const box = bannerBox(pair, settings);
    return box ? { box, living: 'critical' } : null;
  }
  // Not by the picture: a fixed head, or a hero as high as the window, is repainted by a slim bar above it.
  const added = new Set(differenceOf(pair).added);
  const texts = layout.top.filter(({ text }) => added.has(normalized(text)));
  const screen = screenOf(pair, settings);
  const box = around(texts.map((one) => one.box));
  if (!box || box.width < screen.width * BROAD || box.y > screen.height * NEAR_TOP) return null;
  const height = box.height / screen.height;
  const shouted = height >= SHOUTED && middleSize(texts) >= LARGE_LETTERS;
  if (shouted || (height >= HIGH && tiradeIn(pair)?.outright)) return { box, living: 'critical' };
  return height >= GREAT ? { box, living: 'warning' } : null;
}

function around(boxes: readonly Box[]): Box | null {
  if (boxes.length === 0) return null;
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x: Math.round(x), y: Math.round(y), width: Math.round(right - x), height: Math.round(bottom - y) };
}

/** Size of the letters that most of the text is written in. */
function middleSize(texts: readonly { readonly text: string; readonly size: number }[]): number {
  const all = texts.reduce((sum, { text }) => sum + text.length, 0);
  let seen = 0;
  for (const { text, size } of [...texts].sort((a, b) => a.size - b.size)) {
    seen += text.length;
    if (seen * 2 >= all) return size;
  }
  return 0;
}

function screenOf({ layer }: Pair, settings: PageSettings) {
  return settings.viewports.find(({ name }) => name === layer) ?? VIEWPORTS.desktop;
}
