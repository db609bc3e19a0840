/**
 * A veil: the same picture, darkened or paled throughout, as behind a box that asks for consent. Most of it differs and
 * nothing of it is another picture. Pure.
 */
import type { Pixels } from '../../core/png.js';

const STEP = 7;
/** Channel values two samples may be apart from what the veil makes of them. */
const NEAR = 16;
/** A picture can be seen through the veil: less than this is left of its light and dark where it is nearly opaque. */
const LEAST_LEFT = 0.15;
const MOST_LEFT = 0.97;
/** Shares of all samples, and of those that are not the ground, that must be what the veil makes of them. */
const ALL = 0.6;
const INK = 0.6;
const LEAST_INK = 50;

export function isVeiled(before: Pixels, after: Pixels): boolean {
  if (before.width !== after.width) return false;
  const pairs = samplesOf(before, after);
  return isShade(pairs) || isShade(pairs.map(([was, is]) => [255 - was, 255 - is] as const));
}

type Sample = readonly [number, number];

/** Mean brightness of the same points in both. */
function samplesOf(before: Pixels, after: Pixels): Sample[] {
  const samples: Sample[] = [];
  const height = Math.min(before.height, after.height);
  for (let y = 0; y < height; y += STEP) {
    for (let x = y % STEP; x < before.width; x += STEP) {
      const at = (y * before.width + x) * 3;
      samples.push([brightness(before.data, at), brightness(after.data, at)]);
    }
  }
  return samples;
}

function brightness(data: Uint8Array, at: number): number {
  return ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3;
}

/** Is nearly everything the same share of what it was? */
function isShade(samples: readonly Sample[]): boolean {
  const left = median(samples.filter(([was]) => was > 64).map(([was, is]) => is / was));
  if (left < LEAST_LEFT || left > MOST_LEFT) return false;
  const fits = ([was, is]: Sample): boolean => Math.abs(is - was * left) <= NEAR;
  const ground = median(samples.map(([was]) => was));
  const ink = samples.filter(([was]) => Math.abs(was - ground) * left > NEAR * 2);
  if (ink.length < LEAST_INK) return false;
  return ink.filter(fits).length >= ink.length * INK && samples.filter(fits).length >= samples.length * ALL;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
