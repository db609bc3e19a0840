import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flapValue, isFlapping, LOOKS_KEPT, withLook } from '../../src/core/flapping.js';

/** Looks of which the newest `changes` each say other than the one before. */
function changing(changes: number): boolean[] {
  const steady = Array.from({ length: LOOKS_KEPT - changes }, () => true);
  return [...steady, ...Array.from({ length: changes }, (_, index) => index % 2 === 1)];
}

describe('flapping', () => {
  test.each([
    [0, 0],
    [5, 28.5],
    [6, 33.9],
    [20, 99],
  ])('%i newest changes weigh %f percent, as Icinga weighs them', (changes, percent) => {
    expect(flapValue(changing(changes))).toBeCloseTo(percent, 5);
  });

  test('begins above 30 percent and ends below 25', () => {
    expect(isFlapping(changing(5), false)).toBe(false);
    expect(isFlapping(changing(6), false)).toBe(true);
    expect(isFlapping(changing(5), true)).toBe(true);
    expect(isFlapping(changing(4), true)).toBe(false);
  });

  test('a young target does not flap by having few looks', () => {
    expect(flapValue([true, false])).toBeCloseTo(5.9, 5);
  });

  test('no looks weigh less than none and more than all, and a steady look never raises the value', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (looks) => {
        const value = flapValue(looks);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(99.0001);
        expect(flapValue(withLook(looks, looks.at(-1) ?? true))).toBeLessThanOrEqual(value + 1e-9);
        expect(withLook(looks, true).length).toBeLessThanOrEqual(LOOKS_KEPT);
      }),
    );
  });
});
