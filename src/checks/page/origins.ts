/** What the page loads, frames, submits to and links to, beside what it did: most attacks a picture cannot show. */
import type { Finding } from '../../core/model.js';
import { addressOf, siteOf } from './address.js';
import type { PageCode } from './codes.js';
import { finding } from './codes.js';
import { perLayer } from './comparer.js';
import { differenceOf } from './difference.js';
import type { PageEvidence } from './evidence.js';
import { type Item, type ItemKind, isProgramLink } from './inventory.js';
import { type Pair, type Side, sidesOf } from './layers.js';
import type { PageSettings } from './settings.js';
import { quote, quoteList, shapeOf } from './words.js';

export const origins = perLayer('origins', (pair, settings, accepted) => {
  if (pair.same) return [];
  const { addedItems, removedItems } = differenceOf(pair);
  if (addedItems.length + removedItems.length === 0) return [];
  const known = knownSites(pair.accepted, accepted, settings);
  return [
    ...addedItems.flatMap((item) => judgeItem(item, known, pair, settings)),
    ...programFindings(addedItems, pair, settings),
    ...linkFindings(addedItems, removedItems, known, pair, settings),
    ...removedFindings(removedItems, settings),
  ];
});

/** Registrable domains each kind of entry may come from: of every accepted evidence, and the page's own. */
export interface Known {
  readonly own: string;
  readonly of: (kind: ItemKind) => ReadonlySet<string>;
  readonly any: ReadonlySet<string>;
}

export function knownSites(nearest: Side, accepted: readonly PageEvidence[], settings: PageSettings): Known {
  const own = siteOf(nearest.url);
  const sides: readonly Side[] = accepted.flatMap((evidence) => sidesOf(evidence, settings));
  const items = sides.flatMap((side) => side.items);
  const byKind = new Map<ItemKind, Set<string>>();
  for (const { kind, site } of items) byKind.set(kind, (byKind.get(kind) ?? new Set([own, ''])).add(site));
  return {
    own,
    of: (kind) => byKind.get(kind) ?? new Set([own, '']),
    any: new Set([own, ...items.map((item) => item.site)]),
  };
}

interface Reference {
  /** From a place this kind of entry never came from. */
  readonly foreign: PageCode;
  /** From a known place. */
  readonly familiar: PageCode;
  readonly what: string;
}

const REFERENCES: Partial<Record<ItemKind, Reference>> = {
  script: { foreign: 'page/script-injected', familiar: 'page/script-changed', what: 'loads a script' },
  frame: { foreign: 'page/frame-injected', familiar: 'page/frame-changed', what: 'frames a page' },
  form: { foreign: 'page/form-retargeted', familiar: 'page/form-changed', what: 'sends what visitors type' },
  media: { foreign: 'page/media-replaced', familiar: 'page/media-changed', what: 'plays video or sound' },
  image: { foreign: 'page/image-replaced', familiar: 'page/resource-changed', what: 'shows a picture' },
  stylesheet: { foreign: 'page/style-injected', familiar: 'page/resource-changed', what: 'loads a style sheet' },
  preload: { foreign: 'page/resource-changed', familiar: 'page/resource-changed', what: 'preloads something' },
  icon: { foreign: 'page/image-replaced', familiar: 'page/resource-changed', what: 'loads its icon' },
  base: { foreign: 'page/base-changed', familiar: 'page/base-changed', what: 'resolves its references' },
};

function judgeItem(item: Item, known: Known, pair: Pair, settings: PageSettings): Finding[] {
  const { kind, site } = item;
  if (item.code) return codeFinding(item, known, pair, settings);
  if (kind === 'request') return requestFinding(item, known, settings);
  if (kind === 'password') return passwordFinding(item, pair, settings);
  const reference = REFERENCES[kind];
  if (!reference) return [];
  const facts = { actual: item.target, where: `${pair.layer}: ${item.where}` };
  const data = site === '' && /^(?:data|javascript|blob):/.test(item.target) && (kind === 'script' || kind === 'frame');
  if (data || !known.of(kind).has(site)) {
    const whither = kind === 'form' ? 'to' : 'from';
    const summary = `The page now ${reference.what} ${whither} ${quote(item.host || item.target, 80)}, which it never did.`;
    // A site already known for other things is less surprising, but no less in control of what it serves.
    const confidence = known.any.has(site) && !data ? 0.6 : undefined;
    const living = kind === 'image' && known.any.has(site) ? 'notice' : undefined;
    return [finding(reference.foreign, settings, { ...facts, summary, ...given({ confidence, living }) })];
  }
  if (kind === 'frame' && item.hidden) {
    const summary = `The page frames ${quote(item.target, 100)} where no visitor sees it.`;
    return [finding('page/frame-injected', settings, { ...facts, summary, confidence: 0.75 })];
  }
  return [
    finding(reference.familiar, settings, {
      ...facts,
      summary: `The page now ${reference.what} from ${quote(item.target, 100)}.`,
      ...(kind === 'icon' && isSwapped(item, pair) ? { living: 'warning' as const } : {}),
    }),
  ];
}

/** Something of the kind is gone in turn: not one more of them, but another one. */
function isSwapped({ kind }: Item, pair: Pair): boolean {
  return differenceOf(pair).removedItems.some((gone) => gone.kind === kind);
}

/** A field for a password where there was none, or one whose form sends it somewhere else; shown or not is the same. */
function passwordFinding(item: Item, { accepted, layer }: Pair, settings: PageSettings): Finding[] {
  const before = accepted.items.filter(({ kind }) => kind === 'password');
  if (before.some(({ target }) => target === item.target)) return [];
  const asks =
    before.length > 0 ? 'The page now sends passwords to' : 'The page now asks for a password and sends it to';
  const summary = `${asks} ${quote(item.target, 100)}.`;
  const expected = before[0]?.target ?? '(no password asked for)';
  return [
    finding('page/password-asked', settings, {
      summary,
      expected,
      actual: item.target,
      where: `${layer}: ${item.where}`,
    }),
  ];
}

/** The entries of an object that have a value. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // What is left has no undefined, which the compiler cannot follow through Object.entries.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Code in the page: other data in known code is an edit, code that does what attacks do is an attack. */
function codeFinding(item: Item, known: Known, { accepted, layer }: Pair, settings: PageSettings): Finding[] {
  const { code } = item;
  if (!code) return [];
  const facts = { actual: item.label, where: `${layer}: ${item.where}` };
  if (item.kind === 'frame') {
    return [
      finding('page/frame-injected', settings, { ...facts, summary: 'The page frames a document written into it.' }),
    ];
  }
  const twin = accepted.items.find((other) => other.code?.skeleton === code.skeleton && other.kind === item.kind);
  const strangers = code.hosts.filter((host) => !known.any.has(siteOf(`https://${host}`)));
  const newHosts = strangers.filter((host) => !twin?.code?.hosts.includes(host));
  if (newHosts.length > 0) {
    const summary = `New code in the page refers to ${quoteList(newHosts)}.`;
    return [finding('page/inline-script-injected', settings, { ...facts, summary })];
  }
  if (twin) {
    if (settings.content === 'living' || learnedToRotate(item, accepted)) return [];
    return [
      finding('page/inline-script-changed', settings, { ...facts, summary: 'Values in the page’s code changed.' }),
    ];
  }
  if (code.grave) {
    const summary = `New code in the page ${code.grave}.`;
    return [finding('page/inline-script-injected', settings, { ...facts, summary })];
  }
  const living = code.inert ? 'notice' : 'warning';
  return [
    finding('page/inline-script-changed', settings, { ...facts, summary: 'There is new code in the page.', living }),
  ];
}

/** The samples had other values in the same code: rotating data, not an edit. */
function learnedToRotate({ code }: Item, accepted: Side): boolean {
  return code !== undefined && (accepted.volatility?.code ?? []).includes(code.skeleton);
}

function requestFinding(item: Item, known: Known, settings: PageSettings): Finding[] {
  if (known.any.has(item.site)) return [];
  const code = item.label === 'script' || item.label === 'websocket' || item.label === 'document';
  const summary = `While it was rendered the page called ${quote(item.host, 80)} (${quote(item.label, 20)}).`;
  return [
    finding('page/request-new-host', settings, { summary, actual: item.target, living: code ? 'warning' : 'notice' }),
  ];
}

// --------------------------------------------------------------- links

/** Links to programs from a folder no program came from; a new release beside the old one is what such folders are for. */
function programFindings(added: readonly Item[], { accepted, layer }: Pair, settings: PageSettings): Finding[] {
  const programs = (items: readonly Item[]): Item[] => items.filter(isProgramLink);
  const folders = new Set(programs(accepted.items).map(folderOf));
  const strange = programs(added).filter((link) => !folders.has(folderOf(link)));
  const [first] = strange;
  if (!first) return [];
  const summary = `A link of the page now leads to a program or archive: ${quoteList(strange.map((link) => link.target))}.`;
  return [
    finding('page/program-linked', settings, { summary, actual: first.target, where: `${layer}: ${first.where}` }),
  ];
}

/** The address up to its last slash, whatever version it names. */
function folderOf({ target }: Item): string {
  return shapeOf(target.replace(/[^/]*(?:\?.*)?$/, ''));
}

/** New hosts among links from which it is a flood, whoever sees them. */
const FLOOD = 8;

function linkFindings(
  added: readonly Item[],
  removed: readonly Item[],
  known: Known,
  pair: Pair,
  settings: PageSettings,
): Finding[] {
  const { layer } = pair;
  const links = added.filter((item) => item.kind === 'link');
  const abroad = links.filter((link) => link.site !== '' && !known.of('link').has(link.site));
  const buried = links.filter((link) => link.hidden && link.site !== known.own && link.site !== '');
  const facts = (items: readonly Item[]) => ({
    actual: items.map((item) => item.target).join(' '),
    where: `${layer}: ${items[0]?.where ?? ''}`,
  });
  const hosts = quoteList(abroad.map((link) => link.host));
  if (buried.length > 0 || new Set(abroad.map((link) => link.site)).size >= FLOOD) {
    const shown = buried.length > 0 ? buried : abroad;
    const how = buried.length > 0 ? 'where no visitor sees them' : 'in great number';
    const summary = `Links to ${quoteList(shown.map((link) => link.host))} were added ${how}.`;
    return [finding('page/links-injected', settings, { ...facts(shown), summary })];
  }
  const concealed = concealedIn(abroad, pair);
  if (concealed.length > 0) {
    const summary = `Links to ${quoteList(concealed.map((link) => link.host))} were added where style rules hide them from visitors.`;
    // One in a box not yet faded in is an editor's; those who sell links come with many.
    const living = concealed.length < SEVERAL ? { living: 'warning' as const } : {};
    return [finding('page/links-injected', settings, { ...facts(concealed), summary, ...living })];
  }
  const retargeted = abroad.filter(
    (link) => link.label && removed.some((r) => r.kind === 'link' && r.label === link.label),
  );
  if (retargeted.length > 0) {
    const summary = `The link “${quote(retargeted[0]?.label ?? '', 60)}” now leads to ${quoteList(retargeted.map((l) => l.host))}.`;
    return [finding('page/link-retargeted', settings, { ...facts(retargeted), summary })];
  }
  if (abroad.length > 0) {
    return [finding('page/links-added', settings, { ...facts(abroad), summary: `The page now links to ${hosts}.` })];
  }
  if (links.length === 0) return [];
  return [finding('page/links-changed', settings, { ...facts(links), summary: `${links.length} links are new.` })];
}

const SEVERAL = 3;

/** Those in hidden places that hold no link the page had: a closed menu does, and is none. */
function concealedIn(links: readonly Item[], { actual, accepted }: Pair): Item[] {
  const had = new Set(accepted.items.filter(({ kind }) => kind === 'link').map(({ target }) => target));
  const places = (actual.shown?.concealed ?? []).map((place) =>
    place.links.map((link) => addressOf(link, actual.url).target),
  );
  const hiding = new Set(places.filter((targets) => !targets.some((target) => had.has(target))).flat());
  return links.filter(({ target }) => hiding.has(target));
}

function removedFindings(removed: readonly Item[], settings: PageSettings): Finding[] {
  const gone = removed.filter((item) => item.kind !== 'request');
  const [first] = gone;
  if (!first) return [];
  const summary = `The page no longer refers to ${quoteList(gone.map((item) => item.label || item.target))}.`;
  return [finding('page/reference-removed', settings, { summary, expected: first.target, where: first.where })];
}
