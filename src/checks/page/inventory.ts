/** What a page makes a browser load, run, frame, submit to and link to: one entry per reference, with its origin. */
import { type Element, isTag, type ParentNode } from 'domhandler';
import { addressOf } from './address.js';
import { codeFacts } from './code.js';
import { normalized } from './words.js';

/**
 * `data`: inert script blocks (JSON-LD, import maps). `inline-script`: code in the page, in handlers and in
 * javascript: links. `password`: a field for one, with where its form sends it. `request`: what the browser really
 * asked for.
 */
export type ItemKind =
  | 'script'
  | 'inline-script'
  | 'frame'
  | 'form'
  | 'password'
  | 'link'
  | 'media'
  | 'image'
  | 'stylesheet'
  | 'preload'
  | 'icon'
  | 'base'
  | 'refresh'
  | 'request';

export interface Item {
  readonly kind: ItemKind;
  /** Host and port, `''` where the page itself is meant or nothing is dialled. */
  readonly host: string;
  /** Registrable domain of `host`. */
  readonly site: string;
  /** Normalised URL; of inline code its hash. */
  readonly target: string;
  /** Link text, image description, what the inline code begins with. */
  readonly label: string;
  readonly where: string;
  /** No visitor sees it. */
  readonly hidden: boolean;
  /**
   * Of inline code: its shape without literals, the hosts it names, the grave thing it does, and whether it calls
   * nothing at all (values handed to other code).
   */
  readonly code?: {
    readonly skeleton: string;
    readonly hosts: readonly string[];
    readonly grave: string | null;
    readonly inert: boolean;
  };
}

export interface Place {
  readonly where: string;
  readonly hidden: boolean;
  /** What references are relative to. */
  readonly base: string;
}

const MAX_LABEL = 200;
const MEDIA = new Set(['video', 'audio', 'source', 'track']);
const FRAMES: Readonly<Record<string, string>> = {
  iframe: 'src',
  frame: 'src',
  embed: 'src',
  object: 'data',
  portal: 'src',
};
const DATA_SCRIPT = /json|importmap|speculationrules|template|text\/(?:plain|html|x-)/i;

/** The entries one element makes. @param text the element's own text, for scripts. */
export function itemsOf(element: Element, text: () => string, place: Place): Item[] {
  const { name, attribs } = element;
  const at = (kind: ItemKind, reference: string | undefined, label = ''): Item[] =>
    reference === undefined ? [] : [referenceItem(kind, reference, label, place)];
  const password = name === 'input' && /^\s*password\s*$/i.test(attribs['type'] ?? '');
  return [
    ...elementItems(name, attribs, text, place, at),
    ...(password ? at('password', actionAround(element)) : []),
    ...handlerItems(attribs, place),
    ...styleItems(name === 'style' ? text() : (attribs['style'] ?? ''), at),
  ];
}

/** Where the form an element stands in sends to; without one, or without an action, that is the page itself. */
function actionAround(element: Element): string {
  for (let at: ParentNode | null = element.parent; at; at = at.parent) {
    if (isTag(at) && at.name === 'form') return at.attribs['action'] ?? '';
  }
  return '';
}

function elementItems(
  name: string,
  attribs: Readonly<Record<string, string>>,
  text: () => string,
  place: Place,
  at: (kind: ItemKind, reference: string | undefined, label?: string) => Item[],
): Item[] {
  const frame = FRAMES[name];
  if (frame)
    return attribs['srcdoc'] !== undefined
      ? [codeItem('frame', attribs['srcdoc'], place)]
      : at('frame', attribs[frame] ?? '');
  if (MEDIA.has(name))
    return [
      ...at(name === 'source' && attribs['srcset'] ? 'image' : 'media', attribs['src']),
      ...at('image', attribs['poster']),
    ];
  switch (name) {
    case 'script':
      if (attribs['src'] !== undefined) return at('script', attribs['src']);
      return DATA_SCRIPT.test(attribs['type'] ?? '') ? [] : [codeItem('inline-script', text(), place)];
    case 'form':
      return at('form', attribs['action'] ?? '', attribs['method'] ?? '');
    case 'button':
    case 'input':
      return [
        ...at('form', attribs['formaction']),
        ...(attribs['type'] === 'image' ? at('image', attribs['src']) : []),
      ];
    case 'a':
    case 'area':
      return linkItems(attribs, text, place, at);
    case 'img':
      return at('image', attribs['src'] ?? attribs['data-src'], attribs['alt']);
    case 'image': // inside svg
      return at('image', attribs['href'] ?? attribs['xlink:href']);
    case 'link':
      return relItems(attribs, at);
    case 'base':
      return at('base', attribs['href']);
    case 'meta':
      return refreshItems(attribs, at);
    default:
      return [];
  }
}

function linkItems(
  attribs: Readonly<Record<string, string>>,
  text: () => string,
  place: Place,
  at: (kind: ItemKind, reference: string | undefined, label?: string) => Item[],
): Item[] {
  const href = attribs['href'];
  if (href === undefined) return [];
  if (/^\s*javascript:/i.test(href)) return [codeItem('inline-script', href, place)];
  return at('link', href, normalized(text()).slice(0, MAX_LABEL));
}

function relItems(
  attribs: Readonly<Record<string, string>>,
  at: (kind: ItemKind, reference: string | undefined) => Item[],
): Item[] {
  const rel = (attribs['rel'] ?? '').toLowerCase();
  const href = attribs['href'];
  if (/\bicon\b/.test(rel)) return at('icon', href);
  if (/\bstylesheet\b/.test(rel)) return at('stylesheet', href);
  // A module preloaded is a module fetched and parsed, and what is preloaded as code will be run.
  const code =
    /\bmodulepreload\b/.test(rel) || /^(?:script|worker|sharedworker|serviceworker)$/i.test(attribs['as'] ?? '');
  if (code && /\b(?:module)?preload\b/.test(rel)) return at('script', href);
  if (/\b(?:preload|prefetch|preconnect|dns-prefetch|prerender)\b/.test(rel)) return at('preload', href);
  return [];
}

function refreshItems(
  attribs: Readonly<Record<string, string>>,
  at: (kind: ItemKind, reference: string | undefined) => Item[],
): Item[] {
  if (attribs['http-equiv']?.trim().toLowerCase() !== 'refresh') return [];
  const [, target = ''] = /url\s*=\s*['"]?([^'"]*)/i.exec(attribs['content'] ?? '') ?? [];
  return at('refresh', target);
}

const MAX_STYLE = 200_000;
const IMPORT = /@import\s+(?:url\(\s*)?["']?([^"')\s;]{1,2000})/gi;
const FETCHED = /url\(\s*["']?((?:https?:)?\/\/[^"')\s]{1,2000})/gi;

/** What rules written in the page fetch: other sheets, and pictures and fonts of other hosts. */
function styleItems(rules: string, at: (kind: ItemKind, reference: string) => Item[]): Item[] {
  const css = rules.slice(0, MAX_STYLE);
  if (!css.includes('@import') && !css.includes('url(')) return [];
  const imported = [...css.matchAll(IMPORT)].map(([, sheet = '']) => sheet);
  const fetched = [...css.matchAll(FETCHED)].map(([, reference = '']) => reference);
  return [
    ...[...new Set(imported)].flatMap((sheet) => at('stylesheet', sheet)),
    ...[...new Set(fetched)]
      .filter((reference) => !imported.includes(reference))
      .flatMap((picture) => at('image', picture)),
  ];
}

function handlerItems(attribs: Readonly<Record<string, string>>, place: Place): Item[] {
  return Object.entries(attribs)
    .filter(([name, value]) => /^on[a-z]+$/.test(name) && value.trim() !== '')
    .map(([, value]) => codeItem('inline-script', value, place));
}

function referenceItem(kind: ItemKind, reference: string, label: string, { where, hidden, base }: Place): Item {
  return { kind, ...addressOf(reference, base), label: label.slice(0, MAX_LABEL), where, hidden };
}

/** What a visitor's machine runs or unpacks when it is opened. */
const PROGRAM = /^[^?]*\.(?:exe|msi|apk|dmg|scr|bat|cmd|ps1|jar|zip)(?:\?|$)/i;

/** A link to something of that kind. */
export function isProgramLink({ kind, target }: Item): boolean {
  return kind === 'link' && PROGRAM.test(target);
}

/** What a rendered page asked for, as entries beside those of its markup. */
export function requestItem(url: string, type: string, base: string): Item {
  const address = addressOf(url, base);
  return { kind: 'request', ...address, label: type, where: 'network', hidden: false };
}

// ---------------------------------------------------------- inline code

/** Inline code as an entry. Digits and tokens are left out of the hash: nonces and counters are not new code. */
function codeItem(kind: ItemKind, source: string, { where, hidden }: Place): Item {
  const { text, target, ...code } = codeFacts(source);
  return { kind, host: '', site: '', target, label: text.slice(0, MAX_LABEL), where, hidden, code };
}
