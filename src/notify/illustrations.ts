/**
 * Screenshots made fit for a mail: the part that changed, small enough to read on a phone and to pass a mail server.
 * What goes out is always encoded anew from pixels. Pure.
 */
import type { Picture } from '../core/model.js';
import { decodePng, encodePng, type Pixels } from '../core/png.js';

/** A picture as the mail shows it. */
export interface Illustration {
  readonly label: Picture['label'];
  readonly caption: string;
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Which part of the whole it is, where it is not the whole. */
  readonly part: string | null;
}

export interface Bounds {
  readonly maxPictures: number;
  /** Of all pictures together. */
  readonly maxBytes: number;
}

export const MAIL_BOUNDS: Bounds = { maxPictures: 5, maxBytes: 1_000_000 };

/** Widths tried until a picture fits its share; the first is two device pixels a point in the mail's column. */
const WIDTHS = [568, 400, 284];
/** Height of the part shown, as a share of the width. */
const ASPECT = 0.8;
/** Larger than any screenshot we take: not decoded. */
const MAX_PIXELS = 60_000_000;
/** Rows the window is moved by when the part that changed most is looked for. */
const STRIDE = 16;
/** A channel that moves less is noise of rendering. */
const VISIBLE_STEP = 32;

/** Pictures of the first viewport and of victims, cropped to one common part. What cannot be decoded is left out. */
export function illustrations(pictures: readonly Picture[], bounds: Bounds = MAIL_BOUNDS): Illustration[] {
  const victims = pictures.filter((picture) => picture.label === 'victim');
  const viewport = pictures.find((picture) => picture.label !== 'victim')?.caption;
  const pages = pictures.filter((picture) => picture.label !== 'victim' && picture.caption === viewport);
  const decoded = [...pages, ...victims].slice(0, bounds.maxPictures).flatMap((picture) => {
    const image = decode(picture);
    return image ? [{ picture, image }] : [];
  });
  const find = (label: Picture['label']) => decoded.find(({ picture }) => picture.label === label)?.image;
  const top = topOfChange(find('before'), find('after'));
  const share = Math.floor(bounds.maxBytes / Math.max(1, decoded.length));
  return decoded.flatMap(({ picture, image }) => {
    const part = crop(image, picture.label === 'victim' ? 0 : top);
    const small = shrunk(part.image, share);
    if (!small) return [];
    const { label, caption } = picture;
    return [{ label, caption, ...small, part: part.words }];
  });
}

/** A damaged file in the evidence folder must not keep the alert from going out: it is left out. */
function decode({ artifact: { mime, bytes } }: Picture): Pixels | null {
  return mime === 'image/png' ? decodePng(bytes, MAX_PIXELS) : null;
}

function partHeight(image: Pixels): number {
  return Math.min(image.height, Math.round(image.width * ASPECT));
}

/** First row of the part to show: the top of the page if that changed too, else where most changed. */
function topOfChange(before: Pixels | undefined, after: Pixels | undefined): number {
  if (!before || !after || before.width !== after.width) return 0;
  const changed = changedPerRow(before, after);
  const height = partHeight(after);
  const sums = [0];
  for (const count of changed) sums.push((sums.at(-1) ?? 0) + count);
  const changedFrom = (row: number) => (sums[Math.min(row + height, changed.length)] ?? 0) - (sums[row] ?? 0);
  let most = 0;
  for (let row = 0; row + height < changed.length + STRIDE; row += STRIDE) {
    if (changedFrom(row) > changedFrom(most)) most = row;
  }
  return changedFrom(0) * 2 >= changedFrom(most) ? 0 : most;
}

function changedPerRow(before: Pixels, after: Pixels): number[] {
  const stride = after.width * 3;
  return Array.from({ length: Math.max(before.height, after.height) }, (_, y) => {
    if (y >= before.height || y >= after.height) return after.width;
    const a = before.data.subarray(y * stride, (y + 1) * stride);
    const b = after.data.subarray(y * stride, (y + 1) * stride);
    return Buffer.compare(a, b) === 0 ? 0 : visiblyDifferent(a, b);
  });
}

function visiblyDifferent(a: Uint8Array, b: Uint8Array): number {
  const step = (at: number): number => Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  let count = 0;
  for (let i = 0; i < a.length; i += 3) {
    if (step(i) > VISIBLE_STEP || step(i + 1) > VISIBLE_STEP || step(i + 2) > VISIBLE_STEP) count++;
  }
  return count;
}

function crop(image: Pixels, top: number): { image: Pixels; words: string | null } {
  const height = partHeight(image);
  if (height === image.height) return { image, words: null };
  const from = Math.min(top, image.height - height);
  const stride = image.width * 3;
  const part = { width: image.width, height, data: image.data.subarray(from * stride, (from + height) * stride) };
  const words =
    from === 0 ? `top ${height} of ${image.height} px` : `rows ${from} to ${from + height} of ${image.height} px`;
  return { image: part, words };
}

function shrunk(image: Pixels, maxBytes: number): Pick<Illustration, 'png' | 'width' | 'height'> | null {
  for (const width of WIDTHS) {
    const small = image.width > width ? scaled(image, width) : image;
    const png = encodePng(small, 9);
    if (png.length <= maxBytes) return { png, width: small.width, height: small.height };
  }
  return null;
}

/** Every pixel of the smaller picture is the mean of those it stands for: thin text stays readable. */
function scaled(image: Pixels, width: number): Pixels {
  const ratio = image.width / width;
  const height = Math.max(1, Math.round(image.height / ratio));
  const data = Buffer.allocUnsafe(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) mean(image, x * ratio, y * ratio, ratio, data, (y * width + x) * 3);
  }
  return { width, height, data };
}

function mean(image: Pixels, left: number, top: number, size: number, into: Buffer, at: number): void {
  const [startX, startY] = [Math.floor(left), Math.floor(top)];
  const endX = Math.min(image.width, Math.max(startX + 1, Math.round(left + size)));
  const endY = Math.min(image.height, Math.max(startY + 1, Math.round(top + size)));
  let [red, green, blue] = [0, 0, 0];
  for (let y = startY; y < endY; y++) {
    for (let i = (y * image.width + startX) * 3; i < (y * image.width + endX) * 3; i += 3) {
      red += image.data[i] ?? 0;
      green += image.data[i + 1] ?? 0;
      blue += image.data[i + 2] ?? 0;
    }
  }
  const count = Math.max(1, (endX - startX) * (endY - startY));
  into[at] = red / count;
  into[at + 1] = green / count;
  into[at + 2] = blue / count;
}
