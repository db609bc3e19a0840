/** Looks at a page once: the raw answer and every viewport, side by side. Judges nothing. */
import type { Failure } from '../../core/model.js';
import { type Capture, type Fetched, ProbeFailure, type ProbeIo, type Viewport } from '../check.js';
import { requestFacts } from './contents.js';
import { artifactOf, headerOf, isHtml, type PageEvidence, type RawAnswer, type Shown, type View } from './evidence.js';
import { LOGO } from './logo-place.js';
import type { PageSettings } from './settings.js';
import { isRecollection, isSameVersion, isUnchanged } from './sparing.js';
import { askAs, looksOf } from './visitor-looks.js';

/** Which address to dial and whom to believe: set to look at what somebody else's resolver leads to. */
export interface Pinning {
  readonly pin?: readonly string[];
  readonly anyCertificate?: boolean;
}

/** @throws ProbeFailure when the site gave nothing at all. */
export async function probe(settings: PageSettings, io: ProbeIo, pinning: Pinning = {}): Promise<PageEvidence> {
  return (await sparingly(settings, io)) ?? (await fully(settings, io, pinning));
}

/** The server's answer alone, where that is enough; null where the page has to be looked at as a whole. */
async function sparingly(settings: PageSettings, io: ProbeIo): Promise<PageEvidence | null> {
  const { value: known, at: since = 0 } = io.known ?? {};
  if (!isRecollection(known)) return null;
  const age = io.now() - since;
  // A clock that was set back makes a look appear to lie in the future: nobody knows how old it is then.
  if (age < 0 || age >= settings.renderEveryMs) return null;
  const unless = known.validators === null ? {} : { unless: known.validators };
  const raw = rawAnswer(await io.network.fetch({ url: settings.url, ...unless, signal: io.signal }));
  const notModified = isSameVersion(raw, known);
  if (!notModified && !isUnchanged(raw, known, settings)) return null;
  return { raw: notModified ? { ...raw, body: null } : raw, views: [], spared: { since, notModified } };
}

async function fully(settings: PageSettings, io: ProbeIo, pinning: Pinning): Promise<PageEvidence> {
  const cancel = new AbortController();
  const signal = AbortSignal.any([io.signal, cancel.signal]);
  const rendering = Promise.all(settings.viewports.map((viewport) => look(settings, io, viewport, pinning, signal)));
  // Where an address is pinned the question is what stands there; who else would be led there is not.
  const visitors = pinning.pin ? [] : settings.visitors;
  const asking = askAs(visitors, { url: settings.url, signal }, io.network, (fetched) => unasked(rawAnswer(fetched)));
  const ended = Promise.allSettled([rendering, asking]); // awaited below; until then a rejection must not go unhandled
  try {
    const raw = unasked(rawAnswer(await io.network.fetch({ url: settings.url, ...pinning, signal: io.signal })));
    if (raw.failure && raw.hops.length === 0) throw new ProbeFailure(raw.failure);
    const views = raw.failure || !isHtml(raw) ? [] : await rendering;
    return visitors.length === 0 ? { raw, views } : { raw, views, visitors: looksOf(await asking, raw) };
  } finally {
    cancel.abort();
    await ended;
  }
}

/** "Not modified" is an answer to a question that was not asked here: whoever gives it hides the page. */
function unasked(raw: RawAnswer): RawAnswer {
  if (raw.status !== 304 || raw.failure) return raw;
  const detail = `${raw.hops.at(-1)?.url ?? 'The page'} answers “not modified” (304) although nobody asked whether it was, so there is no page to look at; look at the web server and the caches before it.`;
  return { ...raw, failure: { blame: 'target', code: 'not-modified-unasked', detail, diagnosis: 'denied' } };
}

/** Never rejects for what the target or the browser does: that view is missing, the others stand. */
async function look(
  settings: PageSettings,
  io: ProbeIo,
  viewport: Viewport,
  pinning: Pinning,
  signal: AbortSignal,
): Promise<View> {
  try {
    const { url, ignore } = settings;
    const sampling = io.sampling === undefined ? {} : { sampling: io.sampling };
    const request = { url, viewport, boxesOf: [...ignore.selectors, LOGO], ...sampling, ...pinning, signal };
    const capture = await io.network.capture(request);
    return { viewport, shown: shownBy(capture), failure: null };
  } catch (error) {
    if (error instanceof ProbeFailure) return without(settings, io, viewport, pinning, error.failure, signal);
    if (signal.aborted) return { viewport, shown: null, failure: stopped(settings.url, viewport) };
    throw error;
  }
}

/** A page that fights being looked at is at least shown as it is before its scripts run. */
async function without(
  settings: PageSettings,
  io: ProbeIo,
  viewport: Viewport,
  pinning: Pinning,
  failure: Failure,
  signal: AbortSignal,
): Promise<View> {
  const bare: View = { viewport, shown: null, failure };
  if (failure.diagnosis !== 'denied' || !failure.code.startsWith('render-')) return bare;
  try {
    const request = { url: settings.url, viewport, boxesOf: [], ...pinning, signal };
    const { screenshot } = await io.network.capture({ ...request, scripts: 'off' });
    return { ...bare, still: screenshot };
  } catch (error) {
    if (error instanceof ProbeFailure || signal.aborted) return bare;
    throw error;
  }
}

function stopped(url: string, viewport: Viewport): Failure {
  const detail = `Rendering ${url} (${viewport.name}) was stopped before it ended; run the check again.`;
  return { blame: 'monitor', code: 'render-stopped', detail };
}

/** The answer as evidence; bytes by their hash. */
export function rawAnswer({ hops, body, failure }: Fetched): RawAnswer {
  const last = hops.at(-1);
  const headers = last?.headers ?? [];
  const contentType = headerOf({ headers }, 'content-type');
  return {
    hops,
    status: last?.status ?? null,
    headers,
    contentType,
    body: body ? artifactOf(contentType ?? 'application/octet-stream', body) : null,
    failure,
  };
}

// What the browser gives are strings: the charset is ours, whatever the page's own meta element says.
const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

function shownBy({ html, visibleText, requests, ...facts }: Capture): Shown {
  const text = artifactOf(TEXT, visibleText);
  return { ...facts, html: artifactOf(HTML, html), text, requests: requests.map(requestFacts) };
}
