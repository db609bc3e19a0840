/** Packets as no honest server sends them: real ones damaged where it hurts, and plain noise. The same for the same seed. */
import type { Captured } from './corpus.js';

const MOST_CHANGES = 4;
const TELLING = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff];
const LONGEST_NOISE = 512;

/** @param random below 1. */
export function mutant(corpus: readonly Captured[], random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  if (random() < 0.05) return Uint8Array.from({ length: below(LONGEST_NOISE) }, () => below(256));
  const base = corpus[below(corpus.length)];
  if (!base) throw new Error('There are no packets to start from.');
  let bytes: Uint8Array = base.bytes.slice();
  for (let change = below(MOST_CHANGES); change >= 0; change--) bytes = changed(bytes, base, corpus, below);
  return bytes;
}

function changed(
  bytes: Uint8Array,
  { joints }: Captured,
  corpus: readonly Captured[],
  below: (limit: number) => number,
): Uint8Array {
  const joint = joints[below(joints.length)] ?? 0;
  const anywhere = below(bytes.length + 1);
  switch (below(9)) {
    case 0:
      return written(bytes, joint, [TELLING[below(TELLING.length)] ?? 0]);
    case 1:
      return written(bytes, joint, [below(256)]);
    case 2:
      return written(bytes, anywhere, [(bytes[anywhere] ?? 0) ^ (1 << below(8))]);
    case 3:
      // A pointer to some place, forwards and into the header too.
      return written(bytes, joint, [0xc0 | below(4), below(256)]);
    case 4:
      return bytes.slice(0, anywhere);
    case 5:
      return spliced(
        bytes,
        anywhere,
        0,
        Uint8Array.from({ length: 1 + below(32) }, () => below(256)),
      );
    case 6:
      return spliced(bytes, anywhere, below(32), new Uint8Array());
    case 7: {
      // A piece of itself once more, with the count of answers raised.
      const piece = bytes.slice(anywhere, anywhere + below(64));
      return written(spliced(bytes, anywhere, 0, piece), 7, [((bytes[7] ?? 0) + 1) & 0xff]);
    }
    default: {
      const other = corpus[below(corpus.length)]?.bytes ?? bytes;
      return spliced(bytes, anywhere, bytes.length, other.slice(Math.min(anywhere, other.length)));
    }
  }
}

function written(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  for (const [index, value] of values.entries()) if (at + index < bytes.length) bytes[at + index] = value;
  return bytes;
}

function spliced(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const rest = bytes.subarray(at + removed);
  const whole = new Uint8Array(Math.min(at, bytes.length) + inserted.length + rest.length);
  whole.set(bytes.subarray(0, at));
  whole.set(inserted, Math.min(at, bytes.length));
  whole.set(rest, whole.length - rest.length);
  return whole;
}
