import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { type Illustration, illustrations } from '../../src/notify/illustrations.js';
import { picture } from './pictures.js';

/** Rows in which the middle pixel is red. */
const redRows = ({ png }: Illustration): number => {
  const image = PNG.sync.read(Buffer.from(png));
  let rows = 0;
  for (let y = 0; y < image.height; y++) {
    const at = (y * image.width + (image.width >> 1)) * 4;
    if ((image.data[at] ?? 0) > 150 && (image.data[at + 1] ?? 255) < 100) rows++;
  }
  return rows;
};

describe('a picture in the mail', () => {
  it('is small, and shows the whole where that fits', () => {
    const [only] = illustrations([picture('after', { width: 1280, height: 800, barAt: 100 })]);
    expect(only).toMatchObject({ label: 'after', caption: 'desktop', width: 568, height: 355, part: null });
    if (only) expect(redRows(only)).toBeGreaterThan(14);
  });

  it('of a tall page shows the part that changed, the same before and after', () => {
    const tall = { width: 640, height: 8_000 };
    const [before, after] = illustrations([picture('before', tall), picture('after', { ...tall, barAt: 6_000 })]);
    expect(after?.part).toMatch(/^rows \d+ to \d+ of 8000 px$/);
    expect(before?.part).toBe(after?.part);
    if (before && after) expect([redRows(before), redRows(after) > 30]).toEqual([0, true]);
  });

  it('of a tall page that changed at the top shows the top', () => {
    const tall = { width: 640, height: 4_000 };
    const [, after] = illustrations([picture('before', tall), picture('after', { ...tall, barAt: 20 })]);
    expect(after?.part).toBe('top 512 of 4000 px');
  });

  it('never makes the mail too large, however little it can be compressed', () => {
    const noisy = ['before', 'after', 'difference'] as const;
    const shown = illustrations(
      noisy.map((label) => picture(label, { width: 1_280, height: 1_024, noise: true })),
      { maxPictures: 5, maxBytes: 600_000 },
    );
    expect(shown).toHaveLength(3);
    expect(shown.reduce((sum, { png }) => sum + png.length, 0)).toBeLessThanOrEqual(600_000);
  });

  it('is of the first viewport or of a victim, and there are not too many', () => {
    const pictures = [
      picture('before'),
      picture('after'),
      picture('before', { caption: 'mobile' }),
      ...Array.from({ length: 9 }, (_, i) => picture('victim', { caption: `203.0.113.${i}` })),
    ];
    expect(illustrations(pictures).map(({ label, caption }) => `${label} ${caption}`)).toEqual([
      'before desktop',
      'after desktop',
      'victim 203.0.113.0',
      'victim 203.0.113.1',
      'victim 203.0.113.2',
    ]);
  });

  it.each([
    ['no picture', new Uint8Array([1, 2, 3])],
    ['cut short', picture('after').artifact.bytes.subarray(0, 200)],
    ['a bomb by its header', bomb()],
  ])('is left out when it is %s', (_, bytes) => {
    const broken = { ...picture('after'), artifact: { sha256: '', mime: 'image/png', bytes } };
    expect(illustrations([picture('before'), broken]).map(({ label }) => label)).toEqual(['before']);
  });

  it('is never anything but a PNG', () => {
    const svg = {
      ...picture('after'),
      artifact: { sha256: '', mime: 'image/svg+xml', bytes: picture('after').artifact.bytes },
    };
    expect(illustrations([svg])).toEqual([]);
  });
});

function bomb(): Uint8Array {
  const bytes = Uint8Array.from(picture('after').artifact.bytes);
  new DataView(bytes.buffer).setUint32(16, 2 ** 31 - 1);
  return bytes;
}
