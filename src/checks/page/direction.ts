/**
 * Characters that turn the direction of writing round, where the page had none: with them a text reads as something
 * else than it says, and every comparison of normalised text is blind to them.
 */
import { finding } from './codes.js';
import { perLayer } from './comparer.js';

/** Overrides turn every letter round; embeddings and isolates, which translated texts may have, only words. */
const OVERRIDES = new Set(['\u202d', '\u202e']);

export const direction = perLayer('direction', ({ actual, accepted, layer }, settings) => {
  const before = new Set([...(accepted.document?.controls ?? [])].map(sortOf));
  const added = [...(actual.document?.controls ?? [])].filter((control) => !before.has(sortOf(control)));
  if (!accepted.document || added.length === 0) return [];
  const names = added.map((control) => `U+${control.charCodeAt(0).toString(16).toUpperCase()}`).join(', ');
  const summary = `Invisible characters that turn the direction of the text round (${names}) are new on the page.`;
  return [finding('page/direction-turned', settings, { summary, expected: '(none)', actual: names, where: layer })];
});

function sortOf(control: string): 'override' | 'embedding' {
  return OVERRIDES.has(control) ? 'override' : 'embedding';
}
