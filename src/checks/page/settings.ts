/** What the watchlist may say about a page, and what it comes to for one site. */
import { load } from 'cheerio';
import { RE2JS } from 're2js';
import * as z from 'zod';
import type { Content } from '../../core/model.js';
import type { Box, SiteFacts, Viewport } from '../check.js';
import { EVERY_VISITOR, type Visitor } from './visitors.js';

export const VIEWPORTS = {
  desktop: { name: 'desktop', width: 1280, height: 800, mobile: false },
  mobile: { name: 'mobile', width: 390, height: 844, mobile: true },
} as const satisfies Record<string, Viewport>;

/** Something that must, or must not, be on the page. Text is compared as visitors read it, case ignored. */
export type Assertion = { readonly text: string } | { readonly selector: string };

export interface PageSettings {
  readonly url: string;
  readonly content: Content;
  readonly viewports: readonly Viewport[];
  /** A look that finds the server's answer unchanged is spared the rendering until a full one is this old; 0: never. */
  readonly renderEveryMs: number;
  /** As whom else the page is asked for at every full look. */
  readonly visitors: readonly Visitor[];
  readonly ignore: {
    readonly selectors: readonly string[];
    /** RE2 expressions, taken out of every line before it is compared. */
    readonly text: readonly string[];
    readonly regions: readonly Box[];
  };
  readonly mustHave: readonly Assertion[];
  readonly mustNotHave: readonly Assertion[];
}

const selector = z
  .string()
  .min(1)
  .max(500)
  .refine(isSelector, 'is not a CSS selector that can be used here')
  .describe('A CSS selector');

const pattern = z
  .string()
  .min(1)
  .max(500)
  .refine(isPattern, 'is not a regular expression (RE2 syntax: no back-references, no look-around)')
  .describe('A regular expression (RE2 syntax)');

/** Between two full looks of a page whose answer stays the same. */
const RENDER_EVERY_MS = 10 * 60_000;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const NO_INTERVAL = 'must be 0s (render at every look) or a duration of at most 24h, such as 10m';

function intervalOf(text: string): number | null {
  const [, count, unit] = /^(\d{1,5})(s|m|h)$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  return ms <= 24 * 3_600_000 ? ms : null;
}

const size = z.number().int().nonnegative().max(100_000);
const region = z.strictObject({ x: size, y: size, width: size.min(1), height: size.min(1) });

const assertion = z.union([z.strictObject({ text: z.string().trim().min(1).max(1000) }), z.strictObject({ selector })]);

/** Keys this kind adds to a site in watchlist.yaml. */
export const pageOptions = {
  viewports: z
    .array(z.enum(['desktop', 'mobile']))
    .min(1)
    .optional()
    .describe('Screen sizes the page is rendered in; desktop unless told'),
  render_every: z
    .string()
    .refine((text) => intervalOf(text) !== null, NO_INTERVAL)
    .optional()
    .describe(
      'For `watch`: while the server answers as it did, the page is rendered this often only. `0s`: at every look, as frozen pages and those of a running event are. Default: `10m`.',
    ),
  visitors: z
    .array(z.enum(EVERY_VISITOR))
    .optional()
    .describe(
      'As whom else the page is asked for at every full look, to find what is hidden from the monitor: a search engine’s `crawler`, a `searcher` who comes from one, a `phone`. All unless told; `[]`: nobody',
    ),
  ignore: z
    .strictObject({
      selectors: z.array(selector).max(100).optional(),
      text: z.array(pattern).max(100).optional(),
      regions: z.array(region).max(100).optional(),
    })
    .optional()
    .describe('What may change without anybody being told: elements, text, parts of the picture'),
  must_have: z.array(assertion).max(100).optional().describe('Text or elements the page must show'),
  must_not_have: z.array(assertion).max(100).optional().describe('Text or elements the page must never show'),
};

const parsedOptions = z.object(pageOptions);

/** The settings of one site, or why there is no page to look at. */
export function configure(site: SiteFacts): { settings: PageSettings } | { notApplicable: string } {
  if (site.url === null) return { notApplicable: 'the site has a name but no url, so there is no page to look at' };
  const options = parsedOptions.parse(site.options);
  return {
    settings: {
      url: site.url,
      content: site.content,
      renderEveryMs: site.content === 'frozen' ? 0 : (intervalOf(options.render_every ?? '') ?? RENDER_EVERY_MS),
      viewports: [...new Set(options.viewports ?? ['desktop' as const])].map((name) => VIEWPORTS[name]),
      visitors: [...new Set(options.visitors ?? EVERY_VISITOR)],
      ignore: {
        selectors: options.ignore?.selectors ?? [],
        text: options.ignore?.text ?? [],
        regions: options.ignore?.regions ?? [],
      },
      mustHave: options.must_have ?? [],
      mustNotHave: options.must_not_have ?? [],
    },
  };
}

// The parser takes these and finds nothing; a browser refuses them.
const NO_SELECTOR = /[<{};@]|\.\.|##|[>+~,]\s*$|^\s*[>+~,]/;

function isSelector(candidate: string): boolean {
  if (NO_SELECTOR.test(candidate.replace(/"[^"]*"|'[^']*'/g, '""'))) return false;
  try {
    load('<p></p>')('p').is(candidate);
    return true;
  } catch {
    return false; // css-what says why in its own words; the caller names the rule
  }
}

function isPattern(candidate: string): boolean {
  try {
    RE2JS.compile(candidate);
    return true;
  } catch {
    return false; // the syntax error is the answer
  }
}
