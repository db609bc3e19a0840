/** The keys of watchlist.yaml and what they mean; the checks add theirs to a site. */
import * as z from 'zod';
import type { Check } from '../checks/check.js';
import { listed, suggestion } from './problems.js';
import { duration, every, hostName, id, moment, parsed, timezone, webUrl, words } from './values.js';

/** Kinds the contract promises and this version lacks: said as such rather than as a typing error. */
const LATER: readonly string[] = ['stream'];

function kindName(kinds: readonly string[]) {
  return parsed<string>(
    (text) => {
      if (kinds.includes(text)) return { value: text };
      if (LATER.includes(text)) {
        return { wrong: `the ${text} check comes in a later version; until then write ${listed(kinds)}`, quote: false };
      }
      return { wrong: `must be ${listed(kinds)}`, hint: suggestion(text, kinds) };
    },
    { enum: kinds },
  );
}

/** What a file's `defaults` and each of its sites may say. */
const common = (kinds: readonly string[]) => ({
  every: every().optional().describe('How often: a duration of at least 5s, or a cron expression. Default: `5m`.'),
  timezone: timezone().optional().describe('Of the cron expression. Default: `UTC`.'),
  content: z
    .enum(['frozen', 'living'])
    .optional()
    .describe('`frozen`: nothing may change. `living` (the default): editors work on it.'),
  checks: z
    .array(kindName(kinds))
    .min(1, 'must name at least one check')
    .optional()
    .describe('The kinds of check. Default: every kind that fits the site.'),
  receivers: z
    .array(z.string())
    .optional()
    .describe('Who is told besides the routes: ids of receivers in settings.yaml.'),
  confirm_after: duration(0).optional().describe('Pause before the second look at a divergence. Default: `2s`.'),
  remind_every: duration(60_000)
    .optional()
    .describe('An open critical incident is repeated this often. Default: by its age, from 5 to 60 minutes.'),
  resolve_after: duration(0)
    .optional()
    .describe('An incident ends no sooner than after this long without divergence, and three looks. Default: `2m`.'),
});

const own = {
  id: id().optional().describe('Names its baseline folder. Default: made from the host and path.'),
  url: webUrl().optional().describe('The page. Either this or `name`.'),
  name: hostName().optional().describe('Instead of `url`: a host name whose path matters, checked by DNS and TLS.'),
  title: words().optional().describe('How people call it.'),
  tags: z.array(words()).optional().describe('For `--tag`.'),
};

export const EVENT = z.strictObject({
  id: id().describe('For `--event`.'),
  title: words().optional().describe('How people call it.'),
  from: moment().describe('Begin, with offset: `2026-07-17T15:00:00+02:00`.'),
  to: moment().describe('End.'),
  sites: z.array(z.string()).min(1, 'must name at least one site').describe('Ids of the sites it is about.'),
  every: every().optional().describe("Between begin and end, instead of the sites' own."),
  timezone: timezone().optional().describe('Of the cron expression. Default: `UTC`.'),
  content: z.enum(['frozen', 'living']).optional().describe("Between begin and end, instead of the sites' own."),
});
export type EventEntry = z.infer<typeof EVENT>;

/** Planned work longer than this is planned anew: a window left open is a hole. */
const LONGEST_MAINTENANCE_MS = 2 * 3_600_000;

export const MAINTENANCE = z.strictObject({
  sites: z.array(z.string()).min(1, 'must name at least one site').describe('Ids of the sites worked on.'),
  from: moment().describe('Begin, with offset: `2026-07-17T15:00:00+02:00`.'),
  to: moment().describe('End, at most 2 hours later.'),
  by: words().describe('Who works on them.'),
  reason: words().describe('What is done.'),
});
export type MaintenanceEntry = z.infer<typeof MAINTENANCE>;

/** What is wrong with the times of a window; null: nothing. */
export function windowProblem({ from, to }: Pick<MaintenanceEntry, 'from' | 'to'>): string | null {
  if (to <= from) return 'must be later than "from"';
  return to - from > LONGEST_MAINTENANCE_MS ? 'must be at most 2 hours after "from"' : null;
}

/** The keys every check adds to a site. Two kinds that claim one key are our own mistake. */
function optionsOf(checks: readonly Check[]): Record<string, z.ZodType> {
  const options: Record<string, z.ZodType> = {};
  const taken = new Set([...Object.keys(own), ...Object.keys(common([]))]);
  for (const check of checks) {
    for (const [key, schema] of Object.entries(check.options)) {
      if (taken.has(key)) throw new Error(`The ${check.kind} check's option "${key}" is taken already.`);
      taken.add(key);
      options[key] = schema;
    }
  }
  return options;
}

export function siteSchemas(checks: readonly Check[]) {
  const kinds = checks.map((check) => check.kind);
  const shared = common(kinds);
  const options = optionsOf(checks);
  const optional = Object.fromEntries(Object.entries(options).map(([key, schema]) => [key, schema.optional()]));
  return {
    /** What is ours of a site, typed; the options beside it are the checks' own. */
    known: z.object({ ...own, ...shared }),
    site: z.strictObject({ ...own, ...shared, ...options }),
    defaults: z.strictObject({ ...shared, ...optional }),
  };
}

export const VERSION = z.literal(1).default(1).describe('Of this format.');
export const SHORT = webUrl().describe('The short form: only the URL.');

/** The whole file, for the JSON Schema and the reference. */
export function watchlistSchema(checks: readonly Check[]): z.ZodType {
  const { site, defaults } = siteSchemas(checks);
  return z.strictObject({
    version: VERSION,
    defaults: defaults
      .optional()
      .describe("For this file's sites, where they do not say otherwise: keys as in `sites`."),
    sites: z
      .array(z.union([SHORT, site]))
      .default([])
      .describe('The sites.'),
    events: z.array(EVENT).default([]).describe('Windows in which some sites are watched more closely.'),
    maintenance: z
      .array(MAINTENANCE)
      .default([])
      .describe('Planned work: new content and short outages page nobody; DNS, certificates and defacements still do.'),
  });
}

export type Known = z.infer<ReturnType<typeof siteSchemas>['known']>;
