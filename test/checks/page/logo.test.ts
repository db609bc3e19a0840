import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/checks/check.js';
import type { PageEvidence } from '../../../src/checks/page/evidence.js';
import { artifactOf } from '../../../src/checks/page/evidence.js';
import { LOGO } from '../../../src/checks/page/logo-place.js';
import { encodePng } from '../../../src/core/png.js';
import { lookAt, reading, settingsFor } from './looks.js';

type Grey = (x: number, y: number) => number;

const [WIDTH, HEIGHT] = [640, 600];
const PLACE: Box = { x: 40, y: 24, width: 160, height: 48 };

/** A page of one grey with a logo in it. */
function page(logo: Grey, place: Box | null = PLACE, more: Partial<{ at: Box; ground: number }> = {}): PageEvidence {
  const at = more.at ?? place ?? PLACE;
  const data = Buffer.alloc(WIDTH * HEIGHT * 3, more.ground ?? 250);
  for (let y = 0; y < at.height; y += 1) {
    for (let x = 0; x < at.width; x += 1) {
      const from = ((at.y + y) * WIDTH + at.x + x) * 3;
      data.fill(logo(x / at.width, y / at.height), from, from + 3);
    }
  }
  const screenshot = artifactOf('image/png', encodePng({ width: WIDTH, height: HEIGHT, data }));
  const boxes = [{ selector: LOGO, boxes: place ? [place] : [] }];
  return lookAt({ screenshot, view: { boxes } });
}

const circle: Grey = (x, y) => (Math.hypot((x - 0.5) * 3, y - 0.5) < 0.4 ? 30 : 250);
const stripes: Grey = (x) => (Math.floor(x * 7) % 2 === 0 ? 40 : 250);
const codes = (seen: PageEvidence, content: 'living' | 'frozen' = 'living', options = {}): string[] =>
  reading(seen, page(circle), settingsFor(content, options)).findings.map(
    ({ code, severity }) => `${severity} ${code}`,
  );
const told = 'warning page/logo-replaced';

describe('the logo', () => {
  it('that is another picture of the same size in the same place is told, though everything else is as it was', () => {
    expect(codes(page(stripes))).toContain(told);
    expect(codes(page(stripes), 'frozen')).toContain('critical page/logo-replaced');
  });

  it.each<[string, PageEvidence]>([
    ['is the same', page(circle)],
    ['was compressed once more', page((x, y) => Math.min(255, circle(x, y) + (Math.floor(x * 40 + y * 9) % 3) * 4))],
    ['is still fading in', page((x, y) => 250 - (250 - circle(x, y)) * 0.3)],
    ['has not come yet', page(() => 250)],
    ['has another colour', page((x, y) => circle(x, y) * 0.5 + 90)],
    ['is the negative of itself, on a dark page', page((x, y) => 255 - circle(x, y), PLACE, { ground: 5 })],
    ['moved with the head of the page', page(circle, { ...PLACE, y: 90 })],
    ['is another size: another layout', page(stripes, { ...PLACE, width: 320, height: 96 })],
    ['is nowhere', page(stripes, null)],
    ['is one of the partners, further down', page(stripes, { ...PLACE, y: 400 })],
  ])('is no finding when it %s', (_, seen) => {
    expect(codes(seen).filter((line) => line.includes('logo'))).toEqual([]);
  });

  it('is not looked at where the settings ignore it, or where it moved in the samples', () => {
    const ignore = { ignore: { regions: [{ x: 30, y: 20, width: 50, height: 50 }] } };
    expect(codes(page(stripes), 'living', ignore)).not.toContain(told);
    const approved = page(circle);
    const moving = {
      layer: 'desktop',
      text: [],
      items: [],
      code: [],
      paths: [],
      boxes: [PLACE],
      area: 0.02,
      textShare: 0,
    };
    const sampled = { ...approved, volatility: { samples: 3, layers: [{ ...moving, capped: false }] } };
    expect(reading(page(stripes), sampled).findings.map(({ code }) => code)).not.toContain('page/logo-replaced');
  });
});
