/** Where visitors end up, by the server's redirects and by what the page does once it is shown. */
import type { Finding } from '../../core/model.js';
import { siteOf } from './address.js';
import { finding } from './codes.js';
import type { PageComparer } from './comparer.js';
import { headerOf, type PageEvidence } from './evidence.js';
import type { PageSettings } from './settings.js';
import { quote, quoteList } from './words.js';

export const redirects: PageComparer = {
  name: 'redirects',
  compare: (actual, accepted, settings) => {
    if (accepted.length === 0) return [];
    const allowed = new Set(accepted.flatMap(placesOf).map(siteOf));
    allowed.add(siteOf(settings.url));
    const strangers = placesOf(actual).filter((url) => siteOf(url) !== '' && !allowed.has(siteOf(url)));
    return [
      ...strangerFindings(strangers, accepted, settings),
      ...schemeFindings(actual, accepted, settings),
      ...wayFindings(actual, accepted, strangers, settings),
    ];
  },
};

/** Every URL a visitor passes or ends at: hops, the one a last redirect named, and where each rendered view stopped. */
export function placesOf(evidence: PageEvidence): string[] {
  const last = evidence.raw.hops.at(-1);
  const location = last && last.status >= 300 && last.status < 400 ? headerOf(last, 'location') : null;
  const refused =
    last && location !== null && URL.canParse(location, last.url) ? [new URL(location, last.url).href] : [];
  const finals = evidence.views.flatMap(({ shown }) =>
    shown && /^https?:/.test(shown.finalUrl) ? [shown.finalUrl] : [],
  );
  return [...evidence.raw.hops.map((hop) => hop.url), ...refused, ...finals];
}

function endOf(evidence: PageEvidence): string {
  return evidence.views.find((view) => view.shown)?.shown?.finalUrl ?? evidence.raw.hops.at(-1)?.url ?? '';
}

function strangerFindings(
  strangers: readonly string[],
  accepted: readonly PageEvidence[],
  settings: PageSettings,
): Finding[] {
  if (strangers.length === 0) return [];
  const hosts = strangers.map((url) => new URL(url).host);
  return [
    finding('page/redirected', settings, {
      summary: `Visitors are sent to ${quoteList(hosts)}.`,
      expected: accepted.map(endOf).join(', '),
      actual: strangers.join(', '),
      where: 'redirect chain',
    }),
  ];
}

function schemeFindings(actual: PageEvidence, accepted: readonly PageEvidence[], settings: PageSettings): Finding[] {
  const end = endOf(actual);
  const before = accepted.map(endOf);
  if (!end.startsWith('http:') || !before.every((url) => url.startsWith('https:'))) return [];
  const summary = 'The page that was served encrypted is now served in the clear.';
  return [finding('page/scheme-downgraded', settings, { summary, expected: before.join(', '), actual: end })];
}

/** Within the site: another chain, or a page that moves on by itself. */
function wayFindings(
  actual: PageEvidence,
  accepted: readonly PageEvidence[],
  strangers: readonly string[],
  settings: PageSettings,
): Finding[] {
  // Where a page leads on by itself is seen only when it is rendered.
  if (strangers.length > 0 || actual.spared) return [];
  const ways = accepted.map(wayOf);
  const way = wayOf(actual);
  if (ways.includes(way)) return [];
  const summary = `Visitors are led to ${quote(endOf(actual), 100)} by another way than before.`;
  return [
    finding('page/redirect-changed', settings, { summary, expected: ways[0], actual: way, where: 'redirect chain' }),
  ];
}

/** The chain without queries and fragments, which carry tokens. */
function wayOf(evidence: PageEvidence): string {
  const bare = evidence.raw.hops.map((hop) => withoutQuery(hop.url));
  const ends = evidence.views.flatMap(({ shown }) => (shown ? [withoutQuery(shown.finalUrl)] : []));
  const moved = ends.filter((end) => end !== bare.at(-1));
  return [...bare, ...new Set(moved)].join(' → ');
}

function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
