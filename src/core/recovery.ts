/**
 * When a divergence is over: only on the word of every vantage that saw it, several looks in a row, for long enough.
 * A witness that went blind or away says nothing, so what it saw stays. Pure.
 */
import { isFlapping, withLook } from './flapping.js';
import type { DivergingTarget, Incident, Policy } from './model.js';
import { RECORD } from './reserved.js';
import { CALM_MS, timingOf } from './timing.js';

/** The target after a look that showed the divergence to `seenBy`. */
export function sighted(
  before: DivergingTarget | undefined,
  seenBy: readonly string[],
  clearBy: readonly string[],
): Pick<DivergingTarget, 'witnesses' | 'clearSince' | 'looks'> {
  const testimony = heard(before?.witnesses ?? {}, clearBy);
  const witnesses = { ...testimony, ...Object.fromEntries(seenBy.map((vantage) => [vantage, 0])) };
  return { witnesses, clearSince: null, looks: withLook(before?.looks ?? [], true) };
}

/** The target after a look that showed nothing of the divergence to `clearBy`, and the divergence to nobody. */
export function cleared(before: DivergingTarget, clearBy: readonly string[], at: number): DivergingTarget {
  // Stored before witnesses were kept: whoever looks now takes their place.
  const known = Object.keys(before.witnesses).length > 0 ? before.witnesses : zeroed(clearBy);
  const witnesses = heard(known, clearBy);
  const isClear = Object.values(witnesses).every((looks) => looks > 0);
  return {
    ...before,
    witnesses,
    // No later than now: the clock may have been set back.
    clearSince: isClear ? Math.min(before.clearSince ?? at, at) : null,
    looks: withLook(before.looks, false),
  };
}

function zeroed(vantages: readonly string[]): Record<string, number> {
  return Object.fromEntries(vantages.map((vantage) => [vantage, 0]));
}

function heard(witnesses: Readonly<Record<string, number>>, clearBy: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(witnesses).map(([vantage, looks]) => [
      vantage,
      clearBy.includes(vantage) || (vantage === RECORD && clearBy.length > 0) ? looks + 1 : looks,
    ]),
  );
}

export function isClear({ diverging }: Incident): boolean {
  return Object.values(diverging).every((target) => target.clearSince !== null);
}

/** Every witness of every target saw it gone often enough, for long enough, and it does not come and go. */
export function isRecovered(incident: Incident, policy: Policy, at: number): boolean {
  return Object.values(incident.diverging).every((target) => isTargetRecovered(target, incident, policy, at));
}

/** What one target showed is over, whatever the others show: when it comes back, that is news. */
export function isTargetRecovered(
  { clearSince, witnesses, looks }: DivergingTarget,
  { flapping, pattern }: Pick<Incident, 'flapping' | 'pattern'>,
  policy: Policy,
  at: number,
): boolean {
  const timing = timingOf(policy);
  const needed = Math.max(
    policy.resolveAfterMs,
    flapping ? CALM_MS : 0,
    pattern === 'intermittent' ? timing.intermittentMs : 0,
  );
  const looksEnough = Object.values(witnesses).every((many) => many >= timing.clearLooks);
  return clearSince !== null && at - clearSince >= needed && looksEnough && !isFlapping(looks, flapping);
}

export function flaps(incident: Incident): boolean {
  return Object.values(incident.diverging).some((target) => isFlapping(target.looks, incident.flapping));
}

/** Vantages whose word is still missing before the incident may end: `agent-2 has not seen it gone`. */
export function missingWitnesses({ diverging }: Incident): string[] {
  const missing = Object.values(diverging).flatMap(({ witnesses }) =>
    Object.entries(witnesses).flatMap(([vantage, looks]) => (looks === 0 ? [vantage] : [])),
  );
  return [...new Set(missing)].sort();
}
