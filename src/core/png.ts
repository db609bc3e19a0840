/**
 * PNG to pixels and back (PNG 1.2; ISO/IEC 15948), for the pictures a browser takes: 8 bits a channel, RGB or RGBA, not
 * interlaced. Others are refused. Our own because decoding is most of what comparing screenshots costs: what Chromium
 * writes is unpacked in place, four bytes at a time. The header is believed only after it fits the limits: a small file can
 * claim a huge picture. Pure.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** RGB, a byte a channel, rows from the top without a gap. What was transparent stands on white, as on a page. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const RGB = 2;
const RGBA = 6;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** Width and height by the header alone; null when it is no PNG. */
export function pngSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | null {
  const buffer = asBuffer(bytes);
  if (buffer.length < 33 || !buffer.subarray(0, 8).equals(SIGNATURE)) return null;
  return { width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) };
}

/** The picture; null when it is none we read, is damaged, or has more pixels than `maxPixels`. */
export function decodePng(bytes: Uint8Array, maxPixels: number): Pixels | null {
  const buffer = asBuffer(bytes);
  const header = headerOf(buffer);
  if (header === null || header.width * header.height > maxPixels) return null;
  const packed = packedIn(buffer);
  if (packed === null) return null;
  const size = (header.width * header.channels + 1) * header.height;
  try {
    // One buffer of the right size: a stream that unpacks to more ends here, whatever the header claims.
    const rows = inflateSync(packed, { chunkSize: Math.max(64, size), maxOutputLength: size });
    return rows.length === size ? unfiltered(rows, header) : null;
  } catch {
    return null; // a truncated or malformed picture says nothing; the caller reports that it could not be read
  }
}

function headerOf(buffer: Buffer): Header | null {
  const size = pngSize(buffer);
  if (size === null || size.width === 0 || size.height === 0) return null;
  if (buffer.readUInt32BE(8) !== 13 || buffer.toString('latin1', 12, 16) !== 'IHDR') return null;
  const [depth, colour, compression, filter, interlace] = buffer.subarray(24, 29);
  if (depth !== 8 || compression !== 0 || filter !== 0 || interlace !== 0) return null;
  if (colour !== RGB && colour !== RGBA) return null;
  return { ...size, channels: colour === RGB ? 3 : 4 };
}

/** The IDAT chunks in one piece; null when the file is cut short or a checksum of what is used is wrong. */
function packedIn(buffer: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= buffer.length; ) {
    const length = buffer.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > buffer.length) return null;
    const type = buffer.toString('latin1', at + 4, at + 8);
    const isUsed = type === 'IHDR' || type === 'IDAT' || type === 'IEND';
    if (isUsed && crc32(buffer.subarray(at + 4, end)) !== buffer.readUInt32BE(end)) return null;
    if (type === 'IDAT') parts.push(buffer.subarray(at + 8, end));
    if (type === 'IEND') return Buffer.concat(parts);
    at = end + 4;
  }
  return null;
}

// ------------------------------------------------------------- filters

const SUB = 1;
const UP = 2;
const AVERAGE = 3;
const PAETH = 4;

/** In place: a row without its filter byte is written before where it was read. */
function unfiltered(rows: Buffer, { width, height, channels }: Header): Pixels | null {
  const row = width * channels;
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
  for (let y = 0; y < height; y += 1) {
    const from = y * (row + 1) + 1;
    const filter = rows[from - 1] ?? PAETH + 1;
    if (filter > PAETH) return null;
    if (filter === UP && y > 0) upRow(view, from, y * row, row);
    else anyRow(filter, rows, from, y, row, channels);
  }
  const data = rows.subarray(0, row * height);
  return { width, height, data: channels === 3 ? data : onWhite(data) };
}

/**
 * What Chromium writes: each row as what is added to the one above. Four bytes are added in one word; the carry out of
 * each is dropped.
 */
function upRow(view: DataView, from: number, to: number, row: number): void {
  const whole = row & ~3;
  for (let i = 0; i < whole; i += 4) {
    const delta = view.getInt32(from + i, true);
    const above = view.getInt32(to + i - row, true);
    view.setInt32(to + i, ((delta & 0x7f7f7f7f) + (above & 0x7f7f7f7f)) ^ ((delta ^ above) & 0x80808080), true);
  }
  for (let i = whole; i < row; i += 1) {
    view.setUint8(to + i, (view.getUint8(from + i) + view.getUint8(to + i - row)) & 255);
  }
}

function anyRow(filter: number, rows: Buffer, from: number, y: number, row: number, channels: number): void {
  const to = y * row;
  for (let i = 0; i < row; i += 1) {
    const left = i >= channels ? (rows[to + i - channels] ?? 0) : 0;
    const above = y > 0 ? (rows[to + i - row] ?? 0) : 0;
    const corner = i >= channels && y > 0 ? (rows[to + i - row - channels] ?? 0) : 0;
    rows[to + i] = (rows[from + i] ?? 0) + predicted(filter, left, above, corner);
  }
}

/** RGBA to RGB, in place. */
function onWhite(data: Buffer): Buffer {
  let to = 0;
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 255) / 255;
    for (let channel = at; channel < at + 3; channel += 1) {
      data[to++] = Math.round(255 + ((data[channel] ?? 0) - 255) * alpha);
    }
  }
  return data.subarray(0, to);
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case SUB:
      return left;
    case UP:
      return above;
    case AVERAGE:
      return (left + above) >> 1;
    case PAETH:
      return paeth(left, above, corner);
    default:
      return 0;
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

// ------------------------------------------------------------- writing

export function encodePng({ width, height, data }: Pixels, level = 4): Buffer {
  const row = width * 3;
  const rows = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const to = y * (row + 1) + 1;
    rows[to - 1] = UP;
    for (let i = 0; i < row; i += 1) {
      rows[to + i] = (data[y * row + i] ?? 0) - (y > 0 ? (data[(y - 1) * row + i] ?? 0) : 0);
    }
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, RGB, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const packed = deflateSync(rows, { level, memLevel: 9 });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length, 0);
  ends.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([ends.subarray(0, 4), typed, ends.subarray(4)]);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
