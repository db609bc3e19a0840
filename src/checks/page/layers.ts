/**
 * The layers of a look (the raw answer, each viewport), each beside the accepted one it is nearest to. With several
 * accepted evidences a layer is compared with one of them as a whole: a mixture of two was never approved.
 */
import { RE2JS } from 're2js';
import type { Artifact } from '../../core/model.js';
import { decoded, type PageDocument, readDocument } from './document.js';
import { artifactText, isHtml, type LayerVolatility, type PageEvidence, type Shown } from './evidence.js';
import { type Item, requestItem } from './inventory.js';
import type { Assertion, PageSettings } from './settings.js';
import { united } from './united.js';
import { jaccard, linesOf, multiset } from './words.js';

export const RAW = 'raw';

/** One layer of one look, read. */
export interface Side {
  /** `raw` or the viewport's name. */
  readonly layer: string;
  readonly status: number | null;
  /** Where the redirects ended. */
  readonly url: string;
  /** Null where there is no HTML: another type, or no body. */
  readonly document: PageDocument | null;
  /** The bytes behind `document`, or of what is not HTML. */
  readonly body: Artifact | null;
  /** Text as a visitor reads it, `ignore` applied. */
  readonly lines: readonly string[];
  /** Text that is there to be read, but for something on top of it; `ignore` applied. */
  readonly covered: readonly string[];
  readonly items: readonly Item[];
  readonly shown: Shown | null;
  readonly volatility: LayerVolatility | null;
}

export interface Pair {
  readonly layer: string;
  readonly actual: Side;
  readonly accepted: Side;
  /** Canonical forms, texts and hosts called are equal: nothing but the pictures can differ. */
  readonly same: boolean;
}

interface Paired {
  readonly accepted: readonly PageEvidence[];
  readonly settings: PageSettings;
  readonly pairs: readonly Pair[];
}

const paired = new WeakMap<PageEvidence, Paired>();

/** Every layer both the look and an accepted evidence have. */
export function pairsOf(
  actual: PageEvidence,
  accepted: readonly PageEvidence[],
  settings: PageSettings,
): readonly Pair[] {
  const known = paired.get(actual);
  if (known && known.settings === settings && sameList(known.accepted, accepted)) return known.pairs;
  const candidates = accepted.map((evidence) => sidesOf(evidence, settings));
  const pairs = sidesOf(actual, settings).flatMap((side) => {
    const others = candidates.flatMap((sides) => sides.filter((other) => other.layer === side.layer));
    const nearest = nearestTo(side, others);
    if (!nearest) return [];
    const moving = united(
      nearest.volatility,
      others.map((other) => other.volatility),
    );
    const same = isSame(side, nearest);
    return [{ layer: side.layer, actual: side, accepted: { ...nearest, volatility: moving }, same }];
  });
  paired.set(actual, { accepted, settings, pairs });
  return pairs;
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** The layers of one look, the raw answer first. */
export function sidesOf(evidence: PageEvidence, settings: PageSettings): readonly Side[] {
  // There is no body to compare, by the server's own word, which is believed for as long as `spared` allows.
  if (evidence.spared?.notModified) return [];
  const views = evidence.views.flatMap(({ viewport, shown }) =>
    shown ? [viewSide(viewport.name, shown, evidence, settings)] : [],
  );
  return evidence.raw.failure || evidence.raw.hops.length === 0 ? views : [rawSide(evidence, settings), ...views];
}

function rawSide(evidence: PageEvidence, settings: PageSettings): Side {
  const { raw } = evidence;
  const url = raw.hops.at(-1)?.url ?? settings.url;
  const document = raw.body && isHtml(raw) ? readDocument(raw.body, optionsFor(url, settings)) : null;
  const text = document ? blocksOf(document) : isTextual(raw.contentType) && raw.body ? linesOf(decoded(raw.body)) : [];
  return {
    layer: RAW,
    status: raw.status,
    url,
    document,
    body: raw.body,
    lines: cleaned(text, settings.ignore.text),
    covered: [],
    items: document?.items ?? [],
    shown: null,
    volatility: volatilityOf(evidence, RAW),
  };
}

function viewSide(layer: string, shown: Shown, evidence: PageEvidence, settings: PageSettings): Side {
  const document = readDocument(shown.html, optionsFor(shown.finalUrl, settings));
  // The browser's text knows nothing of ignored elements; where there are any, the text of the DOM is taken.
  const text = document.ignored ? blocksOf(document) : linesOf(artifactText(shown.text));
  return {
    layer,
    status: shown.status,
    url: shown.finalUrl,
    document,
    body: shown.html,
    lines: cleaned(text, settings.ignore.text),
    // The text of the DOM has it already.
    covered: document.ignored ? [] : cleaned((shown.layout?.covered ?? []).flatMap(linesOf), settings.ignore.text),
    items: [...document.items, ...shown.requests.map(({ url, type }) => requestItem(url, type, shown.finalUrl))],
    shown,
    volatility: volatilityOf(evidence, layer),
  };
}

function optionsFor(url: string, settings: PageSettings) {
  return {
    url,
    ignore: settings.ignore.selectors,
    probes: selectorsIn([...settings.mustHave, ...settings.mustNotHave]),
  };
}

function selectorsIn(assertions: readonly Assertion[]): string[] {
  return assertions.flatMap((assertion) => ('selector' in assertion ? [assertion.selector] : []));
}

function blocksOf(document: PageDocument): string[] {
  return document.blocks.map((block) => block.text);
}

function isTextual(contentType: string | null): boolean {
  return contentType === null || /^(?:text\/|application\/(?:[\w.+-]*json|[\w.+-]*xml|javascript))/i.test(contentType);
}

function volatilityOf(evidence: PageEvidence, layer: string): LayerVolatility | null {
  return evidence.volatility?.layers.find((entry) => entry.layer === layer) ?? null;
}

const MAX_CLEANED = 300_000;

/** The lines without what the admin's expressions match; a line with nothing left is gone. */
function cleaned(lines: readonly string[], patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) return lines;
  const expressions = patterns.map((pattern) => RE2JS.compile(pattern));
  let budget = MAX_CLEANED;
  return lines.flatMap((line) => {
    budget -= line.length;
    if (budget < 0) return [line];
    const left = expressions.reduce((text, expression) => expression.matcher(text).replaceAll(''), line).trim();
    return left === '' ? [] : [left];
  });
}

// ------------------------------------------------------------- nearest

function nearestTo(side: Side, others: readonly Side[]): Side | null {
  const [only] = others;
  if (!only || others.length === 1) return only ?? null;
  return others.reduce((best, other) => (closeness(side, other) > closeness(side, best) ? other : best), only);
}

function isSame(side: Side, accepted: Side): boolean {
  if (closeness(side, accepted) < 1) return false;
  const called = new Set(accepted.items.map((item) => item.site));
  return side.items.every((item) => item.kind !== 'request' || called.has(item.site));
}

/** 1 for the same page, 0 for nothing in common. */
function closeness(a: Side, b: Side): number {
  const sameBody = a.document && b.document ? a.document.hash === b.document.hash : a.body?.sha256 === b.body?.sha256;
  const sameText = sameList(a.lines, b.lines);
  if (sameBody && sameText && a.status === b.status && a.url === b.url) return 1;
  const text = sameText ? 1 : jaccard(multiset(a.lines), multiset(b.lines));
  const structure = a.document && b.document ? jaccard(a.document.paths, b.document.paths) : Number(sameBody);
  const title = Number(a.document?.title === b.document?.title);
  return Math.min(0.99, (text + structure + title) / 3);
}
