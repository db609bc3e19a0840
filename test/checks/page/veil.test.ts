import { describe, expect, it } from 'vitest';
import { artifactOf } from '../../../src/checks/page/evidence.js';
import { isVeiled } from '../../../src/checks/page/veil.js';
import type { Pixels } from '../../../src/core/png.js';
import { encodePng } from '../../../src/core/png.js';
import { GENUINE, lookAt, reading, settingsFor } from './looks.js';

const [WIDTH, HEIGHT] = [640, 480];

/** A white page with lines of dark text, as far as brightness goes, and what becomes of each point. */
function drawn(shade: (value: number, x: number, y: number) => number): Pixels {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const value = y % 24 < 10 && (x * 31 + y * 17) % 11 < 4 ? 30 : 250;
      data.fill(
        Math.max(0, Math.min(255, Math.round(shade(value, x, y)))),
        (y * WIDTH + x) * 3,
        (y * WIDTH + x) * 3 + 3,
      );
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}

const page = drawn((value) => value);
const inBox = (x: number, y: number): boolean => x > 180 && x < 460 && y > 160 && y < 320;

describe('a veil', () => {
  it.each([
    ['dark, with a box on it', drawn((value, x, y) => (inBox(x, y) ? 255 : value * 0.5)), true],
    ['pale, with a box on it', drawn((value, x, y) => (inBox(x, y) ? 20 : 255 - (255 - value) * 0.4)), true],
    ['that hides all', drawn(() => 20), false],
    ['of one colour', drawn(() => 120), false],
    ['under which other words stand', drawn((_, x, y) => (y % 31 < 12 && (x * 13 + y * 7) % 9 < 4 ? 15 : 125)), false],
    ['that is none: a negative', drawn((value) => 255 - value), false],
  ])('%s', (_name, seen, expected) => {
    expect(isVeiled(page, seen)).toBe(expected);
  });

  it('is no other picture: a box that asks for consent on it is an edit', () => {
    const look = (pixels: Pixels, html = GENUINE) =>
      lookAt({ html, screenshot: artifactOf('image/png', encodePng(pixels)) });
    const html = GENUINE.replace('</body>', '<div class="cc">We use cookies. <button>Accept</button></div></body>');
    const seen = look(
      drawn((value, x, y) => (inBox(x, y) ? 255 : value * 0.5)),
      html,
    );
    const told = reading(seen, look(page), settingsFor('living')).findings.filter(
      ({ severity }) => severity !== 'notice',
    );
    expect(told).toEqual([]);
    const dark = reading(
      look(
        drawn(() => 20),
        html,
      ),
      look(page),
      settingsFor('living'),
    ).findings;
    expect(dark.map(({ code, severity }) => `${severity} ${code}`)).toContain('critical page/picture-replaced');
  });
});
