/** What is served is no page (JSON, text, a picture): its bytes, or its lines where it has any, must be the accepted. */
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { differenceOf } from './difference.js';
import { quote } from './words.js';

export const body = perLayer('body', (pair, settings) => {
  const { actual, accepted } = pair;
  if (actual.document || accepted.document || !actual.body || !accepted.body) return [];
  if (actual.body.sha256 === accepted.body.sha256) return [];
  const { added, removed, numbersOnly } = differenceOf(pair);
  const textual = actual.lines.length + accepted.lines.length > 0;
  if (textual && added.length + removed.length === 0) return [];
  const small = textual && numbersOnly;
  return [
    finding('page/body-changed', settings, {
      summary:
        textual && added.length > 0
          ? `The content changed: “${quote(added.join(' '), 120)}” is new.`
          : 'The content changed.',
      expected: removed.join(' / ') || accepted.body.sha256,
      actual: added.join(' / ') || actual.body.sha256,
      ...(small ? { living: 'notice' as const } : {}),
    }),
  ];
});
