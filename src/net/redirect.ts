/** Where a response sends us next. Pure. */
import type { Failure } from '../core/model.js';
import { failure, oneLine } from './failures.js';

export type Step =
  | { readonly kind: 'arrived' }
  | { readonly kind: 'follow'; readonly url: URL }
  | { readonly kind: 'refused'; readonly failure: Failure };

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * @param visited every URL already fetched, `from` included.
 * @param limit how many redirects may be followed in all.
 */
export function nextStep(
  from: URL,
  status: number,
  location: string | null,
  visited: readonly string[],
  limit: number,
): Step {
  if (location === null || !REDIRECTS.includes(status)) return { kind: 'arrived' };
  const site = from.host;
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (url === null)
    return refused('redirect-to-forbidden', `${site} redirects to what is no address: ${quoted(location)}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refused('redirect-to-forbidden', `${site} redirects to ${quoted(location)}, which is not on the web`);
  }
  url.hash = '';
  if (visited.includes(url.href))
    return refused('redirect-loop', `${site} redirects in a circle, back to ${quoted(url.href)}`);
  if (visited.length > limit) return refused('too-many-redirects', `${site} redirects more than ${limit} times`);
  return { kind: 'follow', url };
}

function refused(code: string, sentence: string): Step {
  // A chain that never ends hides the page; a chain into forbidden places shows where it was bent to.
  const diagnosis = code === 'redirect-to-forbidden' ? 'redirected' : 'denied';
  return { kind: 'refused', failure: failure('target', code, `${sentence}. Look at the site's redirects.`, diagnosis) };
}

function quoted(text: string): string {
  return `"${oneLine(text)}"`;
}
