import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { decodePng, encodePng, pngSize } from '../../src/core/png.js';

const LIMIT = 1_000_000;

/** Colours that no filter predicts well, so that every branch of the filters is taken. */
function drawn(width: number, height: number): PNG {
  const png = new PNG({ width, height });
  for (let at = 0; at < png.data.length; at += 1) png.data[at] = (at * at * 31 + (at >> 3)) & 255;
  return png;
}

/** What an independent decoder reads, on white. */
function reference(bytes: Buffer): Buffer {
  const { data } = PNG.sync.read(bytes);
  const colours: number[] = [];
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 0) / 255;
    for (const value of data.subarray(at, at + 3)) colours.push(Math.round(value * alpha + 255 * (1 - alpha)));
  }
  return Buffer.from(colours);
}

describe('a PNG', () => {
  it.each([0, 1, 2, 3, 4])('filtered by method %i is read as an independent decoder reads it', (filterType) => {
    for (const colorType of [2, 6] as const) {
      const bytes = PNG.sync.write(drawn(37, 23), { colorType, inputHasAlpha: true, filterType });
      const pixels = decodePng(bytes, LIMIT);
      expect(pixels).toMatchObject({ width: 37, height: 23 });
      expect(pixels?.data.equals(reference(bytes))).toBe(true);
    }
  });

  it('with a filter of its own for each row is read as an independent decoder reads it', () => {
    const bytes = PNG.sync.write(drawn(64, 64), { colorType: 2, inputHasAlpha: true });
    expect(decodePng(bytes, LIMIT)?.data.equals(reference(bytes))).toBe(true);
  });

  it('that we write is read back the same, by us and by an independent decoder', () => {
    const data = drawn(33, 17).data.subarray(0, 33 * 17 * 3);
    const bytes = encodePng({ width: 33, height: 17, data });
    expect(reference(bytes).equals(data)).toBe(true);
    expect(decodePng(bytes, LIMIT)?.data.equals(data)).toBe(true);
  });
});

// ------------------------------------------------------------- hostile

const GOOD = encodePng({ width: 8, height: 8, data: drawn(8, 8).data.subarray(0, 192) });

/** A PNG put together by hand, with right checksums. */
function made(header: { width: number; height: number; rest?: readonly number[] }, body: Uint8Array): Buffer {
  const ihdr = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, ...(header.rest ?? [8, 2, 0, 0, 0])]);
  ihdr.writeUInt32BE(header.width, 0);
  ihdr.writeUInt32BE(header.height, 4);
  return Buffer.concat([GOOD.subarray(0, 8), chunk('IHDR', ihdr), chunk('IDAT', body), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

describe('a hostile PNG', () => {
  it('that claims more pixels than allowed is refused before anything is unpacked', () => {
    const body = deflateSync(Buffer.alloc(100));
    expect(decodePng(made({ width: 0xffffffff, height: 0xffffffff }, body), LIMIT)).toBeNull();
    expect(decodePng(made({ width: 1001, height: 1000 }, body), LIMIT)).toBeNull();
    expect(decodePng(made({ width: 0, height: 10 }, body), LIMIT)).toBeNull();
  });

  it('that unpacks to more than its header says is refused, and so is one that unpacks to less', () => {
    const rows = (count: number): Buffer => deflateSync(Buffer.alloc(count * (8 * 3 + 1)));
    expect(decodePng(made({ width: 8, height: 8 }, rows(8)), LIMIT)).not.toBeNull();
    expect(decodePng(made({ width: 8, height: 8 }, deflateSync(Buffer.alloc(50_000_000))), LIMIT)).toBeNull();
    expect(decodePng(made({ width: 8, height: 8 }, rows(7)), LIMIT)).toBeNull();
  });

  it.each([
    ['a palette', [8, 3, 0, 0, 0]],
    ['16 bits a channel', [16, 2, 0, 0, 0]],
    ['interlacing', [8, 2, 0, 0, 1]],
    ['an unknown compression', [8, 2, 1, 0, 0]],
  ])('with %s is refused', (_, rest) => {
    expect(decodePng(made({ width: 8, height: 8, rest }, deflateSync(Buffer.alloc(200))), LIMIT)).toBeNull();
  });

  it('with an unknown filter or a wrong checksum is refused', () => {
    const rows = Buffer.alloc(8 * 25, 0);
    rows[25] = 5;
    expect(decodePng(made({ width: 8, height: 8 }, deflateSync(rows)), LIMIT)).toBeNull();
    const spoilt = Buffer.from(GOOD);
    spoilt[spoilt.length - 20] = (spoilt[spoilt.length - 20] ?? 0) ^ 1;
    expect(decodePng(spoilt, LIMIT)).toBeNull();
  });

  it('never throws, whatever is cut off or changed', () => {
    fc.assert(
      fc.property(fc.nat(GOOD.length), fc.nat(GOOD.length - 1), fc.nat(255), (length, at, value) => {
        const bytes = Buffer.from(GOOD);
        bytes[at] = value;
        decodePng(bytes.subarray(0, length), LIMIT);
        pngSize(bytes.subarray(0, length));
      }),
    );
  });
});
