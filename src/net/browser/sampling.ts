/**
 * What decides a page's appearance besides its own bytes: random numbers and the time of day. Source text that runs in
 * the page's own world before its scripts, as in in-page.ts.
 */
import type { Sampling } from '../../checks/check.js';

/** The seed of every look; samples of a baseline have others. */
export const SEED = 0x5175;

/** Math.random from a seed (mulberry32): the same numbers each time. */
export function seeded(seed: number): string {
  return `
  let state = ${seed | 0};
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };`;
}

/** A clock that is ahead. Formatters of Intl that are given no time still use the real one. */
function ahead(ms: number): string {
  return `
  const Real = Date, now = Date.now.bind(Date);
  const then = () => now() + ${Math.trunc(ms)};
  Real.now = then;
  window.Date = new Proxy(Real, {
    construct: (made, args, type) => Reflect.construct(made, args.length === 0 ? [then()] : args, type),
    apply: (made) => new made(then()).toString(),
  });`;
}

/** To run after AT_START. */
export function samplingScript({ seed, clockMs }: Sampling): string {
  return `(() => {${seeded(seed)}${clockMs === 0 ? '' : ahead(clockMs)}})()`;
}
