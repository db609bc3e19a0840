import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/checks/check.js';
import { artifactOf, type PageEvidence } from '../../../src/checks/page/evidence.js';
import { page } from '../../../src/checks/page/index.js';
import { encodePng } from '../../../src/core/png.js';
import { lookAt, reading, settingsFor } from './looks.js';

type Grey = (x: number, y: number) => number;

const [WIDTH, HEIGHT] = [640, 600];
const PLACE: Box = { x: 40, y: 60, width: 560, height: 240 };
const SRC = 'https://live.summit.example/img/hero.jpg';

/** A page of one grey with a large picture in it. */
function showing(picture: Grey, more: Partial<{ src: string; box: Box; noise: number }> = {}): PageEvidence {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3, 250);
  for (let y = 0; y < PLACE.height; y += 1) {
    for (let x = 0; x < PLACE.width; x += 1) {
      const from = ((PLACE.y + y) * WIDTH + PLACE.x + x) * 3;
      data.fill(picture(x / PLACE.width, y / PLACE.height), from, from + 3);
    }
  }
  const screenshot = artifactOf('image/png', encodePng({ width: WIDTH, height: HEIGHT, data }));
  const layout = { covered: [], top: [], pictures: [{ src: more.src ?? SRC, box: more.box ?? PLACE }] };
  return lookAt({ screenshot, view: { layout } });
}

const hills: Grey = (x, y) => (y > 0.5 + 0.3 * Math.sin(x * 6) ? 60 : 230);
const flag: Grey = (x) => (Math.floor(x * 5) % 2 === 0 ? 20 : 240);
const told = (seen: PageEvidence, accepted = showing(hills), content: 'living' | 'frozen' = 'living'): string[] =>
  reading(seen, accepted, settingsFor(content))
    .findings.filter(({ code }) => code === 'page/picture-exchanged')
    .map(({ severity }) => severity);

describe('a large picture at the head of the page', () => {
  it('is told when another one is shown behind its address', () => {
    expect(told(showing(flag))).toEqual(['warning']);
    expect(told(showing(flag, { src: `${SRC}?v=2` }))).toEqual(['warning']);
    expect(told(showing(flag), showing(hills), 'frozen')).toEqual(['critical']);
  });

  it.each([
    ['is the same', showing(hills)],
    ['was compressed once more', showing((x, y) => hills(x, y) + (Math.floor(x * 90 + y * 7) % 3) * 5)],
    ['is darker', showing((x, y) => hills(x, y) * 0.6)],
    ['has not come yet', showing(() => 250)],
    ['came from another address, as editors do it', showing(flag, { src: SRC.replace('hero', 'spring') })],
    ['is another size', showing(flag, { box: { ...PLACE, height: 120 } })],
  ])('is not told when it %s', (_name, seen) => {
    expect(told(seen)).toEqual([]);
  });

  it('may rotate where the samples showed that it does', () => {
    const accepted = page.combine([showing(hills), showing((x, y) => hills(y, x)), showing(hills)]);
    expect(told(showing(flag), accepted)).toEqual([]);
  });
});
