import { describe, expect, it } from 'vitest';
import { connected } from '../../../src/checks/page/connected.js';
import { comparePictures } from '../../../src/checks/page/picture.js';
import { pixelsOf } from '../../../src/checks/page/png.js';
import type { Artifact } from '../../../src/core/model.js';
import type { Pixels } from '../../../src/core/png.js';
import { findingsOf, lookAt, paintedPng, reading, settingsFor } from './looks.js';

const read = (png: Artifact): Pixels => {
  const pixels = pixelsOf(png);
  if (!pixels) throw new Error('the test made a picture that cannot be read');
  return pixels;
};
const red = [210, 20, 20] as const;
const plain = paintedPng(640, 2000, []);

describe('two screenshots', () => {
  it('that are equal differ in nothing', () => {
    expect(comparePictures(read(plain), read(paintedPng(640, 2000, [])))).toMatchObject({ boxes: [], share: 0 });
  });

  it('that differ in one place give its box', () => {
    const { boxes } = comparePictures(
      read(plain),
      read(paintedPng(640, 2000, [{ x: 96, y: 512, width: 64, height: 32, colour: red }])),
    );
    expect(boxes).toEqual([{ x: 96, y: 512, width: 64, height: 32 }]);
  });

  it('that differ in two places give two boxes, the larger first', () => {
    const after = paintedPng(640, 2000, [
      { x: 0, y: 160, width: 32, height: 32, colour: red },
      { x: 320, y: 1600, width: 160, height: 64, colour: red },
    ]);
    expect(comparePictures(read(plain), read(after)).boxes.map(({ x, y }) => [x, y])).toEqual([
      [320, 1600],
      [0, 160],
    ]);
  });

  it('of which one is moved down by a bar differ in the bar alone', () => {
    const moved = paintedPng(640, 2000, [{ x: 0, y: -60, width: 640, height: 60, colour: red }], 60);
    const { share, boxes } = comparePictures(read(plain), read(moved));
    expect(boxes[0]).toMatchObject({ x: 0, y: 0, width: 640 });
    expect(share).toBeLessThan(0.1);
  });

  it('of which one is longer differ in what was added', () => {
    const { share, boxes } = comparePictures(read(plain), read(paintedPng(640, 2200, [])));
    expect(boxes).toEqual([{ x: 0, y: 2000, width: 640, height: 200 }]);
    expect(share).toBeCloseTo(200 / 2200, 2);
  });

  it('whose differences no eye sees do not differ', () => {
    const pixels = read(plain);
    const faint = {
      ...pixels,
      data: Buffer.from(pixels.data.map((value) => Math.min(255, value + 2))),
    };
    expect(comparePictures(pixels, faint).boxes).toEqual([]);
  });

  it('do not differ in what is masked', () => {
    const after = read(paintedPng(640, 2000, [{ x: 96, y: 512, width: 64, height: 32, colour: red }]));
    const mask = [{ x: 90, y: 500, width: 80, height: 60 }];
    expect(comparePictures(read(plain), after, { before: mask, after: [] }).boxes).toEqual([]);
  });
});

describe('touching tiles', () => {
  it('are one box, distant ones are not', () => {
    const tile = (x: number, y: number) => ({ x, y, width: 16, height: 16 });
    expect(connected([tile(0, 0), tile(16, 16), tile(320, 0)])).toEqual([
      { x: 0, y: 0, width: 32, height: 32 },
      { x: 320, y: 0, width: 16, height: 16 },
    ]);
  });
});

describe('the picture of a page', () => {
  const tall = (boxes: Parameters<typeof paintedPng>[2]): Artifact => paintedPng(640, 6000, boxes);
  const accepted = lookAt({ screenshot: tall([]) });

  it('counts a small banner on a tall page', () => {
    const actual = lookAt({ screenshot: tall([{ x: 160, y: 3200, width: 240, height: 32, colour: red }]) });
    expect(reading(actual, accepted, settingsFor('frozen')).findings[0]).toMatchObject({
      code: 'page/picture-changed',
      severity: 'critical',
      where: 'desktop: 240×32 px at (160, 3200)',
    });
  });

  it('leaves out the regions and the boxes of selectors the settings ignore', () => {
    const banner = { x: 160, y: 3200, width: 240, height: 32 };
    const actual = lookAt({
      screenshot: tall([{ ...banner, colour: red }]),
      view: { boxes: [{ selector: '.ad', boxes: [banner] }] },
    });
    const silent = (options: Record<string, unknown>) =>
      reading(actual, accepted, settingsFor('frozen', options)).findings;
    expect(silent({ ignore: { selectors: ['.ad'] } })).toEqual([]);
    expect(silent({ ignore: { regions: [banner] } })).toEqual([]);
    expect(silent({ ignore: { selectors: ['.other'] } })).not.toEqual([]);
  });

  it('of a living page that was edited is not a finding to be told of its own', () => {
    const screenshot = paintedPng(1280, 800, [{ x: 160, y: 160, width: 640, height: 64, colour: red }]);
    expect(findingsOf({ screenshot }).map(({ code, severity }) => [code, severity])).toEqual([
      ['page/picture-changed', 'notice'],
    ]);
  });
});
