/**
 * As whom else a page is asked for. Who takes a site over often shows the change to some visitors only: spam to search
 * engines, another site to people who come from one or who hold a phone, the clean page to everybody who might be looking
 * into it. Each of these visitors asks once, without rendering, beside the look itself.
 */
import type { FetchRequest } from '../check.js';

export type Visitor = keyof typeof VISITORS;

const SEARCH = 'https://www.google.com/';

/** What each says of itself in its request, and what people call it. */
export const VISITORS = {
  crawler: {
    people: 'search engines',
    says: {
      userAgent:
        'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/140.0.0.0 Safari/537.36',
    },
  },
  searcher: {
    people: 'visitors who come from a search engine',
    says: {
      userAgent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      referer: SEARCH,
    },
  },
  // With the referrer too: what is meant for phones is often meant only for those that come from a search.
  phone: {
    people: 'visitors with a phone',
    says: {
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      referer: SEARCH,
    },
  },
} as const satisfies Record<string, { people: string; says: NonNullable<FetchRequest['visitor']> }>;

export const EVERY_VISITOR = ['crawler', 'searcher', 'phone'] as const satisfies readonly Visitor[];

/** How a visitor is called in a sentence; of an older or newer version's visitor, by its name. */
export function peopleCalled(name: string): string {
  return isVisitor(name) ? VISITORS[name].people : `visitors like “${name}”`;
}

function isVisitor(name: string): name is Visitor {
  return name in VISITORS;
}
