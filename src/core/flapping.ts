/**
 * Flapping, by the formula of Icinga 2 (`lib/icinga/checkable-flapping.cpp`): of the last twenty looks, how many said
 * other than the look before, the newest weighing most. Pure.
 */

/** Looks at one target that are remembered: twenty changes lie between twenty-one looks. */
export const LOOKS_KEPT = 21;
const CHANGES = LOOKS_KEPT - 1;
const START_PERCENT = 30;
const END_PERCENT = 25;

/** @param looks newest last, true where it diverged. @returns percent, 0 to 99. */
export function flapValue(looks: readonly boolean[]): number {
  const recent = looks.slice(-LOOKS_KEPT);
  // Looks that were never made count as unchanged, so that a young incident does not flap.
  const missing = LOOKS_KEPT - recent.length;
  const weights = recent.slice(1).map((look, index) => (look === recent[index] ? 0 : 0.8 + 0.02 * (missing + index)));
  return (100 * weights.reduce((sum, weight) => sum + weight, 0)) / CHANGES;
}

/** Two thresholds, so that flapping does not itself flap. */
export function isFlapping(looks: readonly boolean[], before: boolean): boolean {
  const value = flapValue(looks);
  return before ? value >= END_PERCENT : value > START_PERCENT;
}

export function withLook(looks: readonly boolean[], diverged: boolean): readonly boolean[] {
  return [...looks, diverged].slice(-LOOKS_KEPT);
}
