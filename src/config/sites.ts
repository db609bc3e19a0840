/** Watchlist entries times checks: sites with their targets, events with theirs, and what only shows across files. Pure. */
import type { Check, SiteFacts } from '../checks/check.js';
import type { Content, MaintenanceWindow, Schedule, Site, Target } from '../core/model.js';
import type { Event, Problem } from './config.js';
import { suggestion } from './problems.js';
import { unknownReceivers } from './receivers.js';
import type { Every } from './values.js';
import type { Mention, SiteEntry, Watchlist } from './watchlist.js';

const DEFAULT_EVERY: Every = { everyMs: 5 * 60_000 };
const DEFAULT_CONTENT: Content = 'living';
const CONFIRM_AFTER_MS = 2000;
const RESOLVE_AFTER_MS = 120_000;

export interface Composed {
  readonly sites: readonly Site[];
  readonly events: readonly Event[];
  readonly maintenance: readonly MaintenanceWindow[];
  readonly problems: readonly Problem[];
}

/**
 * @param receiverIds null when settings.yaml could not be read: then nobody can tell which receivers there are
 * @param complete false when a watchlist could not be read: an unknown site may be in it
 */
export function compose(
  watchlists: readonly Watchlist[],
  checks: readonly Check[],
  receiverIds: ReadonlySet<string> | null,
  complete: boolean,
): Composed {
  const entries = watchlists.flatMap((list) => list.sites);
  const siteIds = watchlists.flatMap((list) => list.siteIds);
  const problems = [
    ...watchlists.flatMap((list) => list.problems),
    ...repeatedIds(siteIds),
    ...repeatedIds(watchlists.flatMap((list) => list.eventIds)),
    ...entries.flatMap((entry) => misfits(entry, checks)),
    ...(complete ? unknownSites(watchlists, new Set(siteIds.map((mention) => mention.id))) : []),
    ...watchlists.flatMap((list) => workDuringEvents(list, watchlists)),
  ];
  if (receiverIds) {
    const lists = watchlists.flatMap((list) => list.receiverLists);
    problems.push(...lists.flatMap(({ names, path, source }) => unknownReceivers(names, receiverIds, path, source)));
  }
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const events = watchlists
    .flatMap((list) => list.events)
    .map(({ entry }): Event => {
      const mine = [...new Set(entry.sites)].flatMap((name) => byId.get(name) ?? []);
      const schedule = entry.every && toSchedule(entry.every, entry.timezone);
      const sites = mine.map((site) => toSite(site, checks, { content: entry.content, schedule }));
      return { id: entry.id, title: entry.title ?? null, from: entry.from, to: entry.to, sites };
    });
  const maintenance = watchlists
    .flatMap((list) => list.maintenance)
    .map(({ entry: { sites, from, to, by, reason } }) => ({ siteIds: sites, from, until: to, by, reason }));
  return { sites: entries.map((entry) => toSite(entry, checks)), events, maintenance, problems };
}

function toSchedule(every: Every, timezone: string | undefined): Schedule {
  return 'cron' in every ? { cron: every.cron, timezone: timezone ?? 'UTC' } : every;
}

/** What an event asks for instead of the site's own. */
interface EventTerms {
  readonly content: Content | undefined;
  readonly schedule: Schedule | undefined;
}

function toSite(entry: SiteEntry, checks: readonly Check[], event?: EventTerms): Site {
  const { known } = entry;
  const facts = factsOf(entry, event?.content);
  const policy = {
    content: facts.content,
    confirmAfterMs: known.confirm_after ?? CONFIRM_AFTER_MS,
    remindEveryMs: known.remind_every ?? null,
    resolveAfterMs: known.resolve_after ?? RESOLVE_AFTER_MS,
    inEvent: event !== undefined,
  };
  const targets = checks.flatMap((check): Target[] => {
    if (known.checks && !known.checks.includes(check.kind)) return [];
    const configured = check.configure(facts);
    if ('notApplicable' in configured) return [];
    return [
      {
        id: `${entry.id}/${check.kind}`,
        siteId: entry.id,
        kind: check.kind,
        settings: configured.settings,
        schedule: event?.schedule ?? toSchedule(known.every ?? DEFAULT_EVERY, known.timezone),
        policy,
      },
    ];
  });
  return {
    id: entry.id,
    url: facts.url,
    name: facts.name,
    title: known.title ?? null,
    tags: known.tags ?? [],
    targets,
    receivers: known.receivers ?? [],
  };
}

function factsOf(entry: SiteEntry, content?: Content): SiteFacts {
  const { url = null, name } = entry.known;
  const chosen = content ?? entry.known.content ?? DEFAULT_CONTENT;
  return {
    id: entry.id,
    url,
    name: name ?? (url === null ? '' : hostOf(url)),
    content: chosen,
    options: { ...entry.options, content: chosen },
  };
}

/** Without brackets and the dot at the end. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** Checks and options asked for that cannot apply to the site: silence would look like protection. */
function misfits(entry: SiteEntry, checks: readonly Check[]): Problem[] {
  const problem = (path: readonly PropertyKey[], message: string, at?: 'key') =>
    entry.source.problem([...entry.path, ...path], message, at);
  const problems: Problem[] = [];
  for (const check of checks) {
    const configured = check.configure(factsOf(entry));
    if (!('notApplicable' in configured)) continue;
    const why = configured.notApplicable;
    const listedAt = entry.written.has('checks') ? (entry.known.checks ?? []).indexOf(check.kind) : -1;
    if (listedAt >= 0) problems.push(problem(['checks', listedAt], `the ${check.kind} check does not fit: ${why}`));
    for (const key of Object.keys(check.options).filter((option) => entry.written.has(option))) {
      problems.push(problem([key], `belongs to the ${check.kind} check, which does not fit: ${why}`, 'key'));
    }
  }
  if (problems.length === 0 && toSite(entry, checks).targets.length === 0) {
    problems.push(problem([], 'no check fits this site, so nothing of it would be watched'));
  }
  return problems;
}

/** Ids name folders and incidents, so each may be used once in all files together. */
function repeatedIds(mentions: readonly Mention[]): Problem[] {
  const first = new Map<string, Mention>();
  return mentions.flatMap((mention) => {
    const before = first.get(mention.id);
    if (!before) {
      first.set(mention.id, mention);
      return [];
    }
    const { file, line } = before.source.problem(before.path, '');
    const written = mention.path.at(-1) === 'id';
    const what = written ? `id "${mention.id}"` : `the id made from this address, "${mention.id}",`;
    const remedy = written ? '' : '; write an "id"';
    return [mention.source.problem(mention.path, `${what} is used already at ${file}:${line}${remedy}`)];
  });
}

function unknownSites(watchlists: readonly Watchlist[], ids: ReadonlySet<string>): Problem[] {
  return watchlists
    .flatMap((list) => [...list.events, ...list.maintenance])
    .flatMap(({ entry, source, path }) =>
      entry.sites.flatMap((name, index) => {
        if (ids.has(name)) return [];
        return [source.problem([...path, 'sites', index], `no site "${name}"${suggestion(name, [...ids])}`)];
      }),
    );
}

/** Nobody works on a site while it is watched most closely. */
function workDuringEvents(list: Watchlist, all: readonly Watchlist[]): Problem[] {
  const events = all.flatMap(({ events }) => events.map(({ entry }) => entry));
  return list.maintenance.flatMap(({ entry, source, path }) =>
    entry.sites.flatMap((site, index) => {
      const event = events.find((one) => one.sites.includes(site) && one.from < entry.to && entry.from < one.to);
      if (!event) return [];
      const message = `is watched in the event "${event.id}" then; move one of them`;
      return [source.problem([...path, 'sites', index], message)];
    }),
  );
}
