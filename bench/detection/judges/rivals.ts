/** The simple rules others alarm by. Each keeps one look and compares the next with it. */
import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import type { Scene } from '../corpus/page.js';

/** Hash of the body, as uptime monitors and shell scripts do. */
export function hashAlarms(before: Scene, after: Scene): boolean {
  return before.status !== after.status || sha256(before.html) !== sha256(after.html);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** BackstopJS: `misMatchThreshold` 0.1 (per cent of the page), `requireSameDimensions` true, Resemble's tolerances. */
const MISMATCH_THRESHOLD = 0.1;
const TOLERANCE = 16;

export interface PixelRule {
  readonly alarms: boolean;
  /** Per cent of differing pixels, two decimals as Resemble rounds; null where the dimensions differ. */
  readonly mismatch: number | null;
}

/** A re-implementation of the rule, not the tool. */
export function pixelRule(before: Uint8Array, after: Uint8Array): PixelRule {
  if (Buffer.compare(before, after) === 0) return { alarms: false, mismatch: 0 };
  const [a, b] = [PNG.sync.read(Buffer.from(before)), PNG.sync.read(Buffer.from(after))];
  if (a.width !== b.width || a.height !== b.height) return { alarms: true, mismatch: null };
  let differing = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const near = [0, 1, 2, 3].every(
      (channel) => Math.abs((a.data[at + channel] ?? 0) - (b.data[at + channel] ?? 0)) <= TOLERANCE,
    );
    if (!near) differing += 1;
  }
  const mismatch = Number(((100 * differing) / (a.width * a.height)).toFixed(2));
  return { alarms: mismatch > MISMATCH_THRESHOLD, mismatch };
}
