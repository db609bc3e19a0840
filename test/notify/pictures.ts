/** Screenshots drawn in memory. */
import { PNG } from 'pngjs';
import type { Picture } from '../../src/core/model.js';

export interface Drawing {
  readonly width?: number;
  readonly height?: number;
  /** A red bar across the page from this row on, 40 rows high. */
  readonly barAt?: number;
  /** Pixels nothing can compress. */
  readonly noise?: boolean;
  readonly caption?: string;
}

export function picture(label: Picture['label'], drawing: Drawing = {}): Picture {
  const { caption = 'desktop' } = drawing;
  return { label, caption, artifact: { sha256: '', mime: 'image/png', bytes: PNG.sync.write(drawn(drawing)) } };
}

function drawn({ width = 640, height = 480, barAt, noise = false }: Drawing): PNG {
  const image = new PNG({ width, height });
  image.data.fill(255);
  let seed = 1;
  for (let i = 0; i < image.data.length; i += 4) {
    const y = Math.floor(i / 4 / width);
    if (barAt !== undefined && y >= barAt && y < barAt + 40) image.data.set([200, 0, 0], i);
    if (noise) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      image.data.set([seed & 255, (seed >> 8) & 255, (seed >> 16) & 255], i);
    }
  }
  return image;
}
