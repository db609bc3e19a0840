import { describe, expect, it } from 'vitest';
import { firstChangedRow, sizeOf } from '../../../src/cli/report/picture-facts.js';
import { banded } from './sample.js';

const plain = banded(20, 100, 100, [0, 0, 0]).bytes;

describe('what a report knows of a picture', () => {
  it('is its size, from the header', () => {
    expect(sizeOf(plain)).toEqual({ width: 20, height: 100 });
    expect(sizeOf(Buffer.from('<svg onload="alert(1)" width="100"/>'))).toBeNull();
  });

  it('is the first row that differs', () => {
    expect(firstChangedRow(plain, banded(20, 100, 70, [0, 0, 0]).bytes)).toBe(70);
    expect(firstChangedRow(plain, plain)).toBeNull();
    expect(firstChangedRow(plain, banded(20, 130, 130, [0, 0, 0]).bytes)).toBe(100);
  });

  it('is nothing where it is broken, of another width or too large to decode', () => {
    expect(firstChangedRow(plain, plain.subarray(0, 60))).toBeNull();
    expect(firstChangedRow(plain, banded(21, 100, 0, [0, 0, 0]).bytes)).toBeNull();
    const huge = Buffer.from(plain);
    huge.writeUInt32BE(100_000, 16);
    huge.writeUInt32BE(100_000, 20);
    expect(firstChangedRow(huge, huge)).toBeNull();
  });
});
