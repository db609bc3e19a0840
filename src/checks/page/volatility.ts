/**
 * What moves by itself, learned from several samples of a healthy page, shown to whoever approves it, and capped.
 * Never learned, so never masked: title, headings, forms, which scripts and frames, media, redirects, and of links to
 * other sites everything but the query.
 */
import type { Box } from '../check.js';
import { siteOf } from './address.js';
import { connected } from './connected.js';
import { movingContents } from './contents.js';
import { keyOf, MAY_ROTATE, queryPlace, rotationPlace } from './difference.js';
import type { LayerVolatility, PageEvidence, Shown, VisitorLook } from './evidence.js';
import { withSteadyHeaders } from './headers.js';
import { movingPictures } from './hero.js';
import type { Item } from './inventory.js';
import { type Side, sidesOf } from './layers.js';
import { comparePictures } from './picture.js';
import { pixelsOf } from './png.js';
import { withWorkersOf } from './service-workers.js';
import type { PageSettings } from './settings.js';
import { fellowsOf, inRotatingList } from './siblings.js';
import { isSamePage, lookOf } from './visitor-looks.js';
import { without } from './words.js';

/** Most of a picture, of the text and of the tag paths that may be masked. */
const MAX_SHARE = 0.2;
/** What is masked of a list counts for so much: several of its entries moved, which is no accident and no attack. */
const LISTED = 0.5;
const MAX_ENTRIES = 500;
const MAX_EXAMPLES = 5;
const MAX_EXAMPLE = 500;

/** The sample that shows most, with what differs from it in the others, and without the headers that do. */
export function combine(samples: readonly [PageEvidence, ...PageEvidence[]]): PageEvidence {
  const shownIn = (sample: PageEvidence): number => sample.views.filter((view) => view.shown).length;
  const base = samples.reduce((best, sample) => (shownIn(sample) > shownIn(best) ? sample : best), samples[0]);
  const neutral = neutralSettings(base);
  const rest = samples.filter((sample) => sample !== base);
  const others = rest.map((sample) => sidesOf(sample, neutral));
  const looks = sidesOf(base, neutral).map((side) => ({
    side,
    others: others.flatMap((sides) => sides.filter((other) => other.layer === side.layer)),
  }));
  // Every view of a sample was loaded by itself: what moved in one of them moves in all, seen there or not.
  const moving = new Set(looks.flatMap((look) => placesThatMove(look.side, look.others)));
  const layers = looks.map((look) => learn(look.side, look.others, moving));
  const raw = withSteadyHeaders(
    base.raw,
    rest.map((sample) => sample.raw),
  );
  const whole: PageEvidence = {
    raw,
    views: withWorkersOf(base.views, samples),
    volatility: { samples: samples.length, layers },
  };
  return base.visitors === undefined ? whole : { ...whole, visitors: combinedVisitors(samples, base) };
}

/** Every visitor's answers learned from as if they were a page of their own; no copy of the monitor's is kept. */
function combinedVisitors(samples: readonly PageEvidence[], base: PageEvidence): VisitorLook[] {
  const names = new Set(samples.flatMap(({ visitors = [] }) => visitors.map(({ name }) => name)));
  return [...names].flatMap((name): VisitorLook[] => {
    const [first, ...rest] = [base, ...samples.filter((sample) => sample !== base)].flatMap((sample) => {
      const visitor = sample.visitors?.find((candidate) => candidate.name === name);
      return visitor ? [lookOf(visitor, sample)] : [];
    });
    if (!first) return [];
    const { raw, volatility } = combine([first, ...rest]);
    if (isSamePage(raw, base.raw)) return [{ name, raw: null }];
    return [{ name, raw, ...(volatility ? { volatility } : {}) }];
  });
}

/** What moves is learned without the admin's masks: those may be changed later. */
export function neutralSettings({ raw }: PageEvidence): PageSettings {
  const ignore = { selectors: [], text: [], regions: [] };
  return {
    url: raw.hops[0]?.url ?? '',
    content: 'living',
    renderEveryMs: 0,
    viewports: [],
    visitors: [],
    ignore,
    mustHave: [],
    mustNotHave: [],
  };
}

function placesThatMove(base: Side, others: readonly Side[]): string[] {
  const text = movingText(base, others, NOTHING).entries;
  return [...text, ...movingItems(base, others, NOTHING)].map(({ where }) => where).filter((where) => where !== LINES);
}

const NOTHING: ReadonlySet<string> = new Set();

function learn(base: Side, others: readonly Side[], elsewhere: ReadonlySet<string>): LayerVolatility {
  const text = movingText(base, others, elsewhere);
  const picture = movingPicture(base, others);
  const paths = movingPaths(base, others);
  return {
    layer: base.layer,
    text: text.entries,
    items: [
      ...movingItems(base, others, elsewhere),
      ...movingContents(base, others).slice(0, MAX_ENTRIES),
      ...movingPictures(base, others),
    ],
    code: movingCode(base, others),
    paths: paths.kept,
    boxes: picture.boxes,
    area: picture.area,
    textShare: text.share,
    capped: text.capped || picture.capped || paths.capped,
  };
}

// ------------------------------------------------------------------ text

const HEADING = /(?:^|> )h[1-3]\b/;

function movingText(base: Side, others: readonly Side[], elsewhere: ReadonlySet<string>) {
  const before = textByPlace(base);
  const entries = new Map<string, Set<string>>();
  for (const other of others) {
    const now = textByPlace(other);
    for (const where of new Set([...before.keys(), ...now.keys()])) {
      if (HEADING.test(where) || before.get(where) === now.get(where)) continue;
      const examples = entries.get(where) ?? new Set<string>();
      for (const value of [before.get(where), now.get(where)]) if (value) examples.add(value);
      entries.set(where, examples);
    }
    // What a browser shows can be worded differently from the markup: case, generated content.
    const headings = new Set([...(base.document?.headings ?? []), ...(other.document?.headings ?? [])]);
    const lines = [...without(base.lines, other.lines), ...without(other.lines, base.lines)];
    const unheaded = lines.filter((line) => !headings.has(line));
    if (unheaded.length > 0) entries.set(LINES, new Set([...(entries.get(LINES) ?? []), ...unheaded]));
  }
  const known = new Set([...entries.keys(), ...elsewhere]);
  for (const where of [...elsewhere, ...fellowsOf(known, before.keys())]) {
    const shown = before.get(where);
    if (shown !== undefined && !HEADING.test(where) && !entries.has(where)) entries.set(where, new Set([shown]));
  }
  return cappedText(base, entries);
}

/** Stands for lines of the visible text, whatever element they are in. */
const LINES = 'visible text';

function cappedText(base: Side, entries: ReadonlyMap<string, ReadonlySet<string>>) {
  const total = base.lines.reduce((sum, line) => sum + line.length, 0);
  const listed = inRotatingList(entries.keys());
  const kept: { where: string; examples: string[] }[] = [];
  let masked = 0;
  let capped = false;
  for (const [where, examples] of cheapestFirst(entries)) {
    for (const [index, example] of [...examples].entries()) {
      // The first example is what the base shows: only that is text taken out of the comparison.
      const part = where === LINES ? 0.5 : listed.has(where) ? LISTED : 1;
      const cost = index === 0 || where === LINES ? example.length * part : 0;
      if (masked + cost > total * MAX_SHARE || kept.length >= MAX_ENTRIES) {
        capped = true;
        break;
      }
      if (index < MAX_EXAMPLES || where === LINES) {
        masked += where === LINES && isMasked(example, kept) ? 0 : cost;
        addExample(kept, where, example.slice(0, MAX_EXAMPLE));
      }
    }
  }
  return { entries: kept, share: total === 0 ? 0 : Math.min(1, masked / total), capped };
}

/** Clocks and greetings before comments: what a cap leaves out shall be little. The lines, which repeat them, come last. */
function cheapestFirst(entries: ReadonlyMap<string, ReadonlySet<string>>): [string, ReadonlySet<string>][] {
  const cost = ([where, [shown = '']]: readonly [string, ReadonlySet<string>]): number =>
    where === LINES ? Number.POSITIVE_INFINITY : shown.length;
  return [...entries].sort((a, b) => (cost(a) < cost(b) ? -1 : 1));
}

function isMasked(line: string, kept: readonly { examples: readonly string[] }[]): boolean {
  return kept.some((entry) => entry.examples.includes(line));
}

/** An entry holds few examples; more of a place make another entry. */
function addExample(kept: { where: string; examples: string[] }[], where: string, example: string): void {
  const open = kept.find((entry) => entry.where === where && entry.examples.length < MAX_EXAMPLES);
  if (open) open.examples.push(example);
  else kept.push({ where, examples: [example] });
}

function textByPlace(side: Side): Map<string, string> {
  const places = new Map<string, string>();
  for (const { where, text } of side.document?.blocks ?? []) {
    places.set(where, places.has(where) ? `${places.get(where)}\n${text}` : text);
  }
  return places;
}

// ------------------------------------------------------------- inventory

function movingItems(base: Side, others: readonly Side[], elsewhere: ReadonlySet<string>) {
  const own = siteOf(base.url);
  const mayRotate = (item: Item): boolean => MAY_ROTATE.has(item.kind) && (item.kind !== 'link' || item.site === own);
  const entries = new Map<string, Set<string>>();
  const note = (items: readonly Item[], known: ReadonlySet<string>): void => {
    for (const item of items) {
      if (!mayRotate(item) || known.has(keyOf(item))) continue;
      const where = rotationPlace(item);
      entries.set(where, (entries.get(where) ?? new Set()).add(item.target.slice(0, MAX_EXAMPLE)));
    }
  };
  const keys = new Set(base.items.map(keyOf));
  for (const other of others) {
    note(other.items, keys);
    note(base.items, new Set(other.items.map(keyOf)));
    noteQueries(base, other, entries);
  }
  const rotating = [base, ...others].flatMap(({ items }) => items.filter(mayRotate));
  const places = new Map(rotating.map((item) => [rotationPlace(item), item.target.slice(0, MAX_EXAMPLE)]));
  const known = new Set([...entries.keys(), ...elsewhere]);
  for (const where of [...elsewhere, ...fellowsOf(known, places.keys())]) {
    const target = places.get(where);
    if (target !== undefined && !entries.has(where)) entries.set(where, new Set([target]));
  }
  return [...entries].slice(0, MAX_ENTRIES).map(([where, examples]) => ({
    where,
    examples: [...examples].slice(0, MAX_EXAMPLES),
  }));
}

/** Links of advertising carry another id each time: the same host and path at the same place, another query. */
function noteQueries(base: Side, other: Side, entries: Map<string, Set<string>>): void {
  const links = (side: Side): Item[] => side.items.filter(({ kind }) => kind === 'link');
  const before = new Map(links(base).map((link) => [queryPlace(link), link.target]));
  for (const link of links(other)) {
    const place = queryPlace(link);
    const target = before.get(place);
    if (target === undefined || target === link.target) continue;
    const examples = entries.get(place) ?? new Set<string>();
    for (const example of [target, link.target]) examples.add(example.slice(0, MAX_EXAMPLE));
    entries.set(place, examples);
  }
}

/** Inline code that is the same code with other values in each sample. */
function movingCode(base: Side, others: readonly Side[]): string[] {
  const targets = new Set(base.items.map((item) => item.target));
  const skeletons = new Set(base.items.flatMap((item) => (item.code ? [item.code.skeleton] : [])));
  const moving = others
    .flatMap((other) => other.items)
    .flatMap(({ code, target }) =>
      code && skeletons.has(code.skeleton) && !targets.has(target) ? [code.skeleton] : [],
    );
  return [...new Set(moving)].slice(0, MAX_ENTRIES);
}

function movingPaths(base: Side, others: readonly Side[]): { kept: string[]; capped: boolean } {
  const before: ReadonlyMap<string, number> = base.document?.paths ?? new Map();
  const moving = new Set<string>();
  for (const { document } of others) {
    for (const path of new Set([...before.keys(), ...(document?.paths.keys() ?? [])])) {
      if ((before.get(path) ?? 0) !== (document?.paths.get(path) ?? 0)) moving.add(path);
    }
  }
  const most = Math.max(1, Math.floor(before.size * MAX_SHARE));
  return { kept: [...moving].slice(0, Math.min(most, MAX_ENTRIES)), capped: moving.size > most };
}

// --------------------------------------------------------------- picture

function movingPicture({ shown }: Side, others: readonly Side[]): { boxes: Box[]; area: number; capped: boolean } {
  if (!shown) return { boxes: [], area: 0, capped: false };
  const tiles = others.flatMap((other) => (other.shown ? tilesThatMove(shown, other.shown) : []));
  const total = shown.width * shown.height;
  const boxes: Box[] = [];
  let masked = 0;
  const all = connected(tiles).sort((a, b) => a.width * a.height - b.width * b.height);
  for (const box of all) {
    const area = box.width * box.height;
    if (masked + area > total * MAX_SHARE || boxes.length >= MAX_ENTRIES) break;
    masked += area;
    boxes.push(box);
  }
  return { boxes, area: total === 0 ? 0 : masked / total, capped: boxes.length < all.length };
}

function tilesThatMove(base: Shown, other: Shown): readonly Box[] {
  if (base.screenshot.sha256 === other.screenshot.sha256 || base.renderer !== other.renderer) return [];
  const before = pixelsOf(base.screenshot);
  const after = pixelsOf(other.screenshot);
  return before && after ? comparePictures(before, after).tilesBefore : [];
}
