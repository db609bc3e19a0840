/**
 * The large pictures of the first screen, each behind the address it had. Editors give a new picture a new address, as
 * their systems do; another picture behind the old one was put over the file. Not where anything moved in the samples:
 * a picture of the day and a webcam keep their addresses too.
 */
import type { Box } from '../check.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import type { Shown } from './evidence.js';
import type { Pair, Side } from './layers.js';
import { likenessOf } from './pattern.js';
import { movesIn } from './pixels.js';
import type { PageSettings } from './settings.js';
import { quote } from './words.js';

/** Below this the two pictures have little to do with each other. */
export const SAME_PICTURE = 0.5;
/** Below this the samples did not show the same. */
const STEADY = 0.9;

export const hero = perLayer('hero', (pair, settings) => {
  const [worst] = heroesIn(pair, settings);
  if (!worst || worst.likeness >= SAME_PICTURE) return [];
  const { x, y, width, height } = worst.box;
  return [
    finding('page/picture-exchanged', settings, {
      summary: `A large picture of the ${pair.layer} view is another one, behind the same address.`,
      expected: `what ${quote(worst.src, 120)} showed`,
      actual: `another picture; ${Math.round(worst.likeness * 100)} % of its pattern agrees`,
      where: `${pair.layer}: ${Math.round(width)}×${Math.round(height)} px at (${Math.round(x)}, ${Math.round(y)})`,
    }),
  ];
});

export interface Hero {
  readonly src: string;
  /** Where it is now. */
  readonly box: Box;
  /** 0..1: how far its pattern agrees with the accepted one. */
  readonly likeness: number;
}

/** Large pictures that stand behind the address they had and can be compared, the least like first. */
export function heroesIn({ actual, accepted }: Pair, settings: PageSettings): Hero[] {
  const [now, before] = [actual.shown, accepted.shown];
  if (!now?.layout || !before?.layout || now.renderer !== before.renderer) return [];
  if (now.screenshot.sha256 === before.screenshot.sha256) return [];
  const moving = new Set((accepted.volatility?.items ?? []).map(({ where }) => where));
  const known = new Map(before.layout.pictures.map(({ src, box }) => [fileOf(src), box]));
  const heroes = now.layout.pictures.flatMap(({ src, box }): Hero[] => {
    const old = known.get(fileOf(src));
    if (!old || moving.has(placeOf(src)) || movesIn(accepted, settings, old)) return [];
    const likeness = likenessOf(before, old, now, box);
    return likeness === null ? [] : [{ src, box, likeness }];
  });
  return heroes.sort((a, b) => a.likeness - b.likeness);
}

/** Large pictures that did not look the same in every sample: too large to be masked, but not to be learned. */
export function movingPictures(
  { shown: base }: Side,
  others: readonly Side[],
): { where: string; examples: string[] }[] {
  const moving = (base?.layout?.pictures ?? []).filter(({ src, box }) =>
    others.some(({ shown }) => base && shown?.layout && !isAlike(base, { src, box }, shown)),
  );
  return moving.map(({ src }) => ({ where: placeOf(src), examples: [src.slice(0, 500)] }));
}

function isAlike(base: Shown, { src, box }: { src: string; box: Box }, other: Shown): boolean {
  if (base.screenshot.sha256 === other.screenshot.sha256) return true;
  const there = other.layout?.pictures.find((picture) => fileOf(picture.src) === fileOf(src));
  return there !== undefined && (likenessOf(base, box, other, there.box) ?? 1) >= STEADY;
}

function placeOf(src: string): string {
  return `picture ${fileOf(src)}`;
}

/** Without the query: it holds numbers against caches. */
function fileOf(src: string): string {
  return src.replace(/[?#].*$/, '');
}
