/** What a visitor sees, as pixels. Equal bytes end it; a browser that renders differently is not an alarm. */
import type { Finding } from '../../core/model.js';
import type { Box } from '../check.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import type { Shown } from './evidence.js';
import { isSameGreeting } from './greetings.js';
import type { Pair, Side } from './layers.js';
import { comparePictures, type PictureDifference } from './picture.js';
import { pixelsOf } from './png.js';
import type { PageSettings } from './settings.js';
import { isVeiled } from './veil.js';

/** Above this share of the picture it counts as another picture; shifted and restyled honest pages stay below. */
export const REPLACED_ABOVE = 0.6;
/** A changed box counts from this share of one screen, however tall the page is. */
export const NOTICEABLE = 0.002;

export const pixels = perLayer('pixels', (pair, settings) => {
  const { actual, accepted, layer } = pair;
  if (!actual.shown || !accepted.shown) return [];
  if (actual.shown.screenshot.sha256 === accepted.shown.screenshot.sha256) return [];
  if (actual.shown.renderer !== accepted.shown.renderer)
    return [rendererFinding(actual.shown, accepted.shown, settings)];
  const difference = pictureDifferenceOf(pair, settings);
  if (difference === null) {
    const summary = `The ${layer} screenshot could not be read, so pictures were not compared.`;
    return [finding('page/picture-unreadable', settings, { summary, where: layer })];
  }
  const [largest] = difference.boxes;
  if (!largest && difference.share === 0) return [];
  const facts = {
    expected: 'as approved',
    actual: `${areas(difference.boxes.length)}, ${percent(difference.share)} of the picture`,
    where: `${layer}${largest ? `: ${placeOf(largest)}` : ''}`,
  };
  if (difference.share > REPLACED_ABOVE && isBehindVeil(pair)) {
    const summary = `The ${layer} view is seen through a veil that darkens or pales all of it.`;
    return [finding('page/picture-changed', settings, { ...facts, summary })];
  }
  if (difference.share > REPLACED_ABOVE) {
    const summary = `${percent(difference.share)} of the ${layer} view looks different.`;
    return [finding('page/picture-replaced', settings, { ...facts, summary })];
  }
  if (largestShare(difference, accepted.shown) < NOTICEABLE && difference.share < NOTICEABLE) return [];
  const summary = largest
    ? `The ${layer} view looks different; the largest change is at ${placeOf(largest)}.`
    : `A part of the ${layer} view is gone.`;
  return [finding('page/picture-changed', settings, { ...facts, summary })];
});

function isBehindVeil({ actual, accepted }: Pair): boolean {
  if (!actual.shown || !accepted.shown) return false;
  const [before, after] = [pixelsOf(accepted.shown.screenshot), pixelsOf(actual.shown.screenshot)];
  return before !== null && after !== null && isVeiled(before, after);
}

/** The largest changed box over one screen. */
export function largestShare({ boxes }: PictureDifference, { width }: Pick<Shown, 'width'>): number {
  const [largest] = boxes;
  // One screen is about as high as it is wide times 5/8; phones are higher, which only makes this stricter.
  return largest ? (largest.width * largest.height) / (width * width * 0.625) : 0;
}

function rendererFinding(actual: Shown, accepted: Shown, settings: PageSettings): Finding {
  return finding('page/renderer-changed', settings, {
    summary: 'The browser changed since the baseline was taken; pictures are not compared until a new one is approved.',
    expected: accepted.renderer,
    actual: actual.renderer,
  });
}

const compared = new WeakMap<
  Pair,
  { readonly settings: PageSettings; readonly difference: PictureDifference | null }
>();

/** Compared once per pair of pictures; null when one of them cannot be read. */
export function pictureDifferenceOf(pair: Pair, settings: PageSettings): PictureDifference | null {
  const known = compared.get(pair);
  if (known?.settings === settings) return known.difference;
  const difference = compare(pair, settings);
  compared.set(pair, { settings, difference });
  return difference;
}

function compare({ actual, accepted }: Pair, settings: PageSettings): PictureDifference | null {
  if (!actual.shown || !accepted.shown) return null;
  const before = pixelsOf(accepted.shown.screenshot);
  const after = pixelsOf(actual.shown.screenshot);
  if (!before || !after) return null;
  return comparePictures(before, after, {
    before: [
      ...greetingBoxes(accepted, actual),
      ...settings.ignore.regions,
      ...ignoredBoxes(accepted.shown, settings),
      ...(accepted.volatility?.boxes ?? []),
    ],
    after: [...greetingBoxes(actual, accepted), ...settings.ignore.regions, ...ignoredBoxes(actual.shown, settings)],
  });
}

export function ignoredBoxes({ boxes }: Shown, { ignore }: PageSettings): readonly Box[] {
  return boxes.filter((entry) => ignore.selectors.includes(entry.selector)).flatMap((entry) => entry.boxes);
}

/** Where one side greets as the other does at another hour. */
function greetingBoxes({ shown }: Side, other: Side): Box[] {
  const said = (other.shown?.layout?.top ?? []).map(({ text }) => text);
  const top = (shown?.layout?.top ?? []).filter(({ text }) => said.some((line) => isSameGreeting(text, line)));
  return top.map(({ box }) => box);
}

/** Whether a part of the accepted picture moved in the samples, or is ignored. */
export function movesIn({ shown, volatility }: Side, settings: PageSettings, part: Box): boolean {
  const ignored = shown ? ignoredBoxes(shown, settings) : [];
  return [...(volatility?.boxes ?? []), ...ignored, ...settings.ignore.regions].some((one) => overlap(one, part));
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function areas(count: number): string {
  return count === 1 ? '1 changed area' : `${count} changed areas`;
}

function percent(share: number): string {
  return share < 0.01 ? 'under 1 %' : `${Math.round(share * 100)} %`;
}

function placeOf({ x, y, width, height }: Box): string {
  return `${width}×${height} px at (${x}, ${y})`;
}
