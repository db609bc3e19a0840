/** watchlist.yaml, the site admins' file: its entries, each parsed for itself. Pure. */
import * as z from 'zod';
import type { Check } from '../checks/check.js';
import type { Problem } from './config.js';
import { derivedId } from './identity.js';
import { parsePart } from './problems.js';
import { fieldAt, listAt, textAt } from './raw.js';
import type { Path, Source } from './source.js';
import { readUrl } from './values.js';
import {
  EVENT,
  type EventEntry,
  type Known,
  MAINTENANCE,
  type MaintenanceEntry,
  SHORT,
  siteSchemas,
  VERSION,
  windowProblem,
} from './watchlist-schema.js';

const OUTER = z.strictObject({
  version: VERSION,
  defaults: z.record(z.string(), z.unknown()).default({}),
  sites: z.array(z.unknown()).default([]),
  events: z.array(z.unknown()).default([]),
  maintenance: z.array(z.unknown()).default([]),
});

/** One site as written, with its file's defaults filled in. */
export interface SiteEntry {
  readonly id: string;
  readonly known: Known;
  /** The whole entry as parsed, with every kind's options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Keys in the entry itself, not from the defaults. */
  readonly written: ReadonlySet<string>;
  readonly source: Source;
  readonly path: Path;
}

/** An id and where it stands, of entries right or wrong. */
export interface Mention {
  readonly id: string;
  readonly source: Source;
  readonly path: Path;
}

export interface Watchlist {
  readonly sites: readonly SiteEntry[];
  readonly events: readonly { readonly entry: EventEntry; readonly source: Source; readonly path: Path }[];
  readonly maintenance: readonly { readonly entry: MaintenanceEntry; readonly source: Source; readonly path: Path }[];
  readonly siteIds: readonly Mention[];
  readonly eventIds: readonly Mention[];
  /** Lists of receiver ids, of entries right or wrong. */
  readonly receiverLists: readonly {
    readonly names: readonly unknown[];
    readonly source: Source;
    readonly path: Path;
  }[];
  readonly problems: readonly Problem[];
}

/** One file. What concerns several files or the settings is looked at in sites.ts. */
export function parseWatchlist(source: Source, checks: readonly Check[]): Watchlist {
  const raw = source.value ?? {};
  const problems: Problem[] = [];
  const take = <T>(schema: z.ZodType<T>, value: unknown, path: Path): T | null => {
    const result = parsePart(schema, value, source, path);
    if ('data' in result) return result.data;
    problems.push(...result.problems);
    return null;
  };
  take(OUTER, raw, []);
  const { known, site, defaults } = siteSchemas(checks);
  const inherited = usableDefaults(defaults, fieldAt(raw, 'defaults') ?? {}, (value) =>
    take(defaults, value, ['defaults']),
  );
  const sites = listAt(raw, 'sites').flatMap((written, index): SiteEntry[] => {
    const path = ['sites', index];
    const short = typeof written === 'string' ? take(SHORT, written, path) : null;
    if (typeof written === 'string' && short === null) return [];
    const entry = short === null ? written : { url: short };
    const wrong = isPlain(entry) ? addressing(entry) : null;
    if (wrong) problems.push(source.problem(path, wrong));
    const whole = isPlain(entry) ? { ...inherited, ...entry } : entry;
    const options = take(site, whole, path);
    const siteId = idOf(entry);
    if (options === null || siteId === null || wrong) return [];
    const keys = new Set(Object.keys(Object(entry)));
    return [{ id: siteId, known: known.parse(whole), options, written: keys, source, path }];
  });
  const events = listAt(raw, 'events').flatMap((written, index) => {
    const path = ['events', index];
    const entry = take(EVENT, written, path);
    if (entry && entry.to <= entry.from) problems.push(source.problem([...path, 'to'], 'must be later than "from"'));
    return entry ? [{ entry, source, path }] : [];
  });
  const maintenance = listAt(raw, 'maintenance').flatMap((written, index) => {
    const path = ['maintenance', index];
    const entry = take(MAINTENANCE, written, path);
    const wrong = entry && windowProblem(entry);
    if (wrong) problems.push(source.problem([...path, 'to'], wrong));
    return entry ? [{ entry, source, path }] : [];
  });
  return { sites, events, maintenance, ...mentions(raw, source), problems };
}

/** A site is a page or a name, one of them. */
function addressing(entry: Record<string, unknown>): string | null {
  const url = fieldAt(entry, 'url') !== undefined;
  const name = fieldAt(entry, 'name') !== undefined;
  if (url && name) return 'has both a "url" and a "name"; keep one';
  return url || name ? null : 'needs a "url" (a page) or a "name" (a host name)';
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The defaults as written, without those that are wrong: they are reported once, not at every site. */
function usableDefaults(
  schema: z.ZodObject,
  raw: unknown,
  report: (value: unknown) => unknown,
): Record<string, unknown> {
  if (!isPlain(raw)) return {};
  report(raw);
  const right = Object.entries(raw).filter(
    ([key, value]) => schema.shape[key] && z.safeParse(schema.shape[key], value).success,
  );
  return Object.fromEntries(right);
}

/** The id a raw entry has or would be given; null where that cannot be told. */
function idOf(entry: unknown): string | null {
  const written = textAt(entry, 'id');
  if (written !== null) return written;
  const url = readUrl(typeof entry === 'string' ? entry : (textAt(entry, 'url') ?? ''));
  if ('value' in url) return derivedId(url.value);
  const name = textAt(entry, 'name');
  return name !== null && URL.canParse(`http://${name}`) ? derivedId(`http://${name}/`) : null;
}

function mentions(raw: unknown, source: Source): Pick<Watchlist, 'siteIds' | 'eventIds' | 'receiverLists'> {
  const of = (key: 'sites' | 'events', read: (entry: unknown) => string | null): Mention[] =>
    listAt(raw, key).flatMap((entry, index) => {
      const found = read(entry);
      if (found === null) return [];
      const path = textAt(entry, 'id') === null ? [key, index] : [key, index, 'id'];
      return [{ id: found, source, path }];
    });
  const places = [['defaults'], ...listAt(raw, 'sites').map((_entry, index) => ['sites', index])];
  const entries = [fieldAt(raw, 'defaults'), ...listAt(raw, 'sites')];
  const receiverLists = entries.map((entry, index) => {
    return { names: listAt(entry, 'receivers'), source, path: [...(places[index] ?? []), 'receivers'] };
  });
  return { siteIds: of('sites', idOf), eventIds: of('events', (entry) => textAt(entry, 'id')), receiverLists };
}
