/** Title, description and the other things a page says of itself in its head. */

import type { Finding } from '../../core/model.js';
import { siteOf } from './address.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { differenceOf, vocabularyOf } from './difference.js';
import type { Pair } from './layers.js';
import type { PageSettings } from './settings.js';
import { quote, shapeOf, wordsOf } from './words.js';

export const title = perLayer('title', (pair, settings) => {
  if (pair.same || !pair.actual.document || !pair.accepted.document) return [];
  return [...titleFindings(pair, settings), ...metaFindings(pair, settings), ...refreshFindings(pair, settings)];
});

/** How a title differs: `replaced` has nothing of the old one, `estranged` mostly words the site never used. */
export function titleChange(pair: Pair): 'same' | 'edited' | 'estranged' | 'replaced' {
  const before = pair.accepted.document?.title ?? '';
  const after = pair.actual.document?.title ?? '';
  if (before === after) return 'same';
  const old = new Set(wordsOf(before));
  const words = wordsOf(after);
  const kept = words.filter((word) => old.has(word)).length;
  const vocabulary = vocabularyOf(pair.accepted);
  const strange = words.filter((word) => !vocabulary.has(word)).length;
  if (kept === 0 && (words.length === 0 || strange > words.length / 2)) return 'replaced';
  return strange > words.length / 2 ? 'estranged' : 'edited';
}

function titleFindings(pair: Pair, settings: PageSettings): Finding[] {
  const before = pair.accepted.document?.title ?? '';
  const after = pair.actual.document?.title ?? '';
  const facts = { expected: before, actual: after, where: 'head > title' };
  const change = titleChange(pair);
  if (change === 'same') return [];
  if (change === 'replaced') {
    const summary = after ? `The title was replaced: it now says “${quote(after, 100)}”.` : 'The title was removed.';
    return [finding('page/title-replaced', settings, { ...facts, summary })];
  }
  if (settings.content === 'living' && shapeOf(before) === shapeOf(after)) return [];
  const summary = `The title was changed from “${quote(before, 100)}” to “${quote(after, 100)}”.`;
  return [
    finding('page/title-changed', settings, {
      ...facts,
      summary,
      living: change === 'estranged' && !keepsName(before, after) ? 'warning' : 'notice',
    }),
  ];
}

/** Content systems put what a page is about beside the name of the site: the name stays. */
function keepsName(before: string, after: string): boolean {
  const words = new Set(wordsOf(after));
  return wordsOf(before).some((word) => word.length >= (/\p{Script=Han}/u.test(word) ? 2 : 4) && words.has(word));
}

function metaFindings({ actual, accepted }: Pair, settings: PageSettings): Finding[] {
  const before = accepted.document?.meta ?? new Map<string, string>();
  const after = actual.document?.meta ?? new Map<string, string>();
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const expected = before.get(name);
    const now = after.get(name);
    if (expected === now || (settings.content === 'living' && shapeOf(expected ?? '') === shapeOf(now ?? '')))
      return [];
    const hides = name === 'robots' && /noindex|none/i.test(now ?? '') && !/noindex|none/i.test(expected ?? '');
    const moved =
      name === 'canonical' && now !== undefined && siteOf(now) !== '' && siteOf(now) !== siteOf(expected ?? actual.url);
    const summary = hides ? 'Search engines are now told to leave the page out.' : `The page’s ${name} was changed.`;
    const living = hides || moved || name === 'content-security-policy' ? 'warning' : 'notice';
    return [
      finding('page/meta-changed', settings, {
        summary,
        expected: expected ?? '(none)',
        actual: now ?? '(none)',
        where: `head: ${name}`,
        living,
      }),
    ];
  });
}

function refreshFindings(pair: Pair, settings: PageSettings): Finding[] {
  const own = siteOf(pair.accepted.url);
  return differenceOf(pair)
    .addedItems.filter((item) => item.kind === 'refresh')
    .map((item) =>
      finding('page/refresh-added', settings, {
        summary: `The page now sends its visitors to ${quote(item.target, 100)}.`,
        actual: item.target,
        where: item.where,
        living: item.site === own ? 'warning' : 'critical',
      }),
    );
}
