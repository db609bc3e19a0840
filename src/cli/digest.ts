/** `incidents --digest`, and the daily mail of the same. */
import { announcement } from '../core/announcement.js';
import { type Digest, digestOf, digestWords } from '../core/digest.js';
import { announce } from '../passing-time.js';
import type { Store } from '../store/store.js';
import { incidentJson } from './incidents.js';
import { jsonText } from './report/check-json.js';
import { isolated } from './report/text.js';
import type { Workplace } from './workplace.js';

const DAY_MS = 86_400_000;
/** More than a day has. */
const MOST = 2_000;

export async function runDigest(place: Workplace): Promise<number> {
  const digest = await digestUntil(await place.store(), place, place.observatory.now());
  const { terminal } = place;
  const { summary, lines } = digestWords(digest);
  terminal.out(
    terminal.json
      ? jsonText(digestJson(digest))
      : `\n  ${summary}\n${lines.map((line) => `  - ${isolated(line)}\n`).join('')}`,
  );
  return 0;
}

async function digestUntil(store: Store, { config }: Workplace, to: number): Promise<Digest> {
  const from = to - DAY_MS;
  const lookedAt = await store.lookedAt();
  const targets = config.sites.flatMap((site) => site.targets.map(({ id }) => id));
  const open = await store.openIncidents();
  const recent = (await store.incidents(MOST)).filter((one) => !open.some(({ id }) => id === one.id));
  const { pending, givenUp } = await store.outbox();
  return digestOf({
    from,
    to,
    incidents: [...open, ...recent],
    suppressions: await store.suppressions(from),
    undelivered: pending + givenUp,
    lookedAt: new Map(targets.map((id) => [id, lookedAt.get(id) ?? null])),
  });
}

function digestJson({ open, ended, transients, from, to, ...rest }: Digest): Record<string, unknown> {
  const time = (at: number): string => new Date(at).toISOString();
  return {
    schema: 'siteward/digest/1',
    from: time(from),
    to: time(to),
    open: open.map(incidentJson),
    ended: ended.map(incidentJson),
    transients: transients.map(incidentJson),
    ...rest,
    suppressions: rest.suppressions.map((one) => ({
      ...one,
      at: time(one.at),
      until: one.until === null ? null : time(one.until),
    })),
  };
}

/** Mails the digest of the day once its time of day has come, once a day, whatever is restarted in between. */
export async function mailDigest(store: Store, place: Workplace, at: number): Promise<void> {
  const { to, atMinute, timezone } = place.config.settings.digest;
  const { day, minute } = timeOfDay(at, timezone);
  if (to.length === 0 || minute < atMinute) return;
  // Whoever starts in the evening gets the first one the next morning, not at once.
  if (minute - atMinute > 120 || !(await store.claim(`digest:${day}`, String(at)))) return;
  const { summary, lines } = digestWords(await digestUntil(store, place, at));
  const transition = announcement(place.newId(at), `Digest of the day. ${summary}`, lines, at);
  await announce(store, transition, to, 'settings.yaml sends the digest here');
}

function timeOfDay(at: number, timezone: string): { readonly day: string; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: `${parts['year']}-${parts['month']}-${parts['day']}`,
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  };
}
