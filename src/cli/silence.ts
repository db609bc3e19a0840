/** `silence`: keeps the pages of one site or one cause back for a while, lists what is kept back, and ends it. */
import { announcement } from '../core/announcement.js';
import type { Silence } from '../core/model.js';
import { oneLine } from '../core/plain-text.js';
import { LONGEST_SILENCE_MS, longestSilenceUntil } from '../core/suppression.js';
import { duration, moment } from '../core/words.js';
import { announce } from '../passing-time.js';
import type { Store } from '../store/store.js';
import { jsonText } from './report/check-json.js';
import { isolated } from './report/text.js';
import { UsageError, type Workplace } from './workplace.js';

export interface SilenceOptions {
  readonly site?: string | undefined;
  readonly cause?: string | undefined;
  /** Milliseconds. */
  readonly for: number;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** Id of a silence that is over now. */
  readonly end?: string | undefined;
}

export async function runSilence(options: SilenceOptions, place: Workplace): Promise<number> {
  const store = await place.store();
  const at = place.observatory.now();
  if (options.end !== undefined) await end(options.end, options.by, store, place, at);
  else if (options.site !== undefined || options.cause !== undefined) await begin(options, store, place, at);
  const silences = await store.silences(at);
  const { terminal } = place;
  terminal.out(
    terminal.json
      ? jsonText({ schema: 'siteward/silences/1', silences: silences.map(silenceJson) })
      : silenceTable(silences, at),
  );
  return 0;
}

async function begin(options: SilenceOptions, store: Store, place: Workplace, at: number): Promise<void> {
  const { by, reason, site = null, cause = null } = options;
  if (!by || !reason) throw new UsageError('A silence needs a name and a reason: --by NAME --reason TEXT.');
  if (site !== null && cause !== null)
    throw new UsageError('A silence is for a --site or for a --cause, not for both.');
  const { sites, events } = place.config;
  if (site !== null && !sites.some(({ id }) => id === site)) {
    throw new UsageError(`There is no site "${site}" in the watchlist, so there is nothing to silence.`);
  }
  const concerned = events.filter((event) => site === null || event.sites.some(({ id }) => id === site));
  const longest = longestSilenceUntil(at, concerned) - at;
  if (options.for > longest) {
    const why = longest < LONGEST_SILENCE_MS ? ', as it may last half an hour into an event and no longer' : '';
    throw new UsageError(`A silence made now lasts at most ${duration(longest)}${why}.`);
  }
  const silence: Silence = { id: place.newId(at), siteId: site, cause, by, reason, from: at, until: at + options.for };
  await store.keepSilence(silence, at);
  const summary = `${oneLine(by, 80)} keeps the messages about ${subject(silence)} back until ${moment(silence.until)}.`;
  await tell(
    summary,
    [`Reason: ${oneLine(reason, 200)}`, `End it: siteward silence --end ${silence.id}`],
    store,
    place,
    at,
  );
}

async function end(id: string, by: string | undefined, store: Store, place: Workplace, at: number): Promise<void> {
  const silence = (await store.silences(at)).find((one) => one.id === id);
  if (!silence) throw new UsageError(`There is no silence "${id}" now: siteward silence lists them.`);
  await store.keepSilence({ ...silence, by: by ?? silence.by, until: at }, at);
  const who = by === undefined ? 'Somebody' : oneLine(by, 80);
  await tell(`${who} ended the silence about ${subject(silence)}.`, [], store, place, at);
}

/** Everybody hears that messages are kept back, or no longer: an adversary with our shell must not do that quietly. */
async function tell(
  summary: string,
  lines: readonly string[],
  store: Store,
  { config, newId }: Workplace,
  at: number,
): Promise<void> {
  const everyone = config.settings.receivers.map(({ id }) => id);
  await announce(store, announcement(newId(at), summary, lines, at), everyone, 'silences are announced to everybody');
}

function subject({ siteId, cause }: Silence): string {
  return siteId === null ? `the cause ${oneLine(cause ?? '', 80)}` : `the site ${siteId}`;
}

function silenceJson({ from, until, ...rest }: Silence): Record<string, unknown> {
  return { ...rest, from: new Date(from).toISOString(), until: new Date(until).toISOString() };
}

function silenceTable(silences: readonly Silence[], at: number): string {
  if (silences.length === 0) return '\n  Nothing is silenced.\n';
  const lines = silences.flatMap((one) => [
    `  ${subject(one)} for ${duration(one.until - at)} more, by ${isolated(oneLine(one.by, 80))}`,
    `      ${isolated(oneLine(one.reason, 200))}`,
    `      ${one.id}`,
  ]);
  return `\n${lines.join('\n')}\n`;
}
