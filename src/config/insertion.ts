/** One more site in the text of a watchlist; every other byte stays as its writer left it. Pure. */
import { isMap, isScalar, isSeq, type Node, parseDocument, stringify } from 'yaml';

export interface NewSite {
  readonly url: string;
  /** Undefined: the short form, where there are no tags either. */
  readonly id?: string | undefined;
  readonly tags: readonly string[];
}

/** @param text a watchlist without problems */
export function withSite(text: string, site: NewSite): string {
  const edited = inPlace(text, site);
  if (edited === null) return rewritten(text, site);
  const expected = plain(text);
  const sites = [...(Array.isArray(expected['sites']) ? expected['sites'] : []), entryOf(site)];
  const same = JSON.stringify(plain(edited)['sites']) === JSON.stringify(sites);
  return same ? edited : rewritten(text, site);
}

function entryOf({ url, id, tags }: NewSite): unknown {
  if (id === undefined && tags.length === 0) return url;
  return { ...(id === undefined ? {} : { id }), url, ...(tags.length > 0 ? { tags } : {}) };
}

/** Lines of a block sequence item. */
function itemLines(site: NewSite, indent: string): string {
  const value = entryOf(site);
  const scalar = (text: string): string => stringify(text, { lineWidth: 0 }).trimEnd();
  if (typeof value === 'string') return `${indent}- ${scalar(value)}`;
  const { url, id, tags } = site;
  const keys = [
    ...(id === undefined ? [] : [`id: ${scalar(id)}`]),
    `url: ${scalar(url)}`,
    ...(tags.length === 0 ? [] : [`tags: ${JSON.stringify(tags)}`]),
  ];
  return `${indent}- ${keys.join(`\n${indent}  `)}`;
}

/** Null where the list is not written line by line. */
function inPlace(text: string, site: NewSite): string | null {
  const document = parseDocument(text);
  const contents = document.contents;
  const pair = isMap<Node, Node | null>(contents)
    ? contents.items.find((item) => isScalar(item.key) && item.key.value === 'sites')
    : undefined;
  if (!pair) return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}sites:\n${itemLines(site, '  ')}\n`;
  const { value } = pair;
  const last = isSeq<Node>(value) && !value.flow ? value.items.at(-1) : undefined;
  if (last?.range) {
    const dash = text.lastIndexOf('-', last.range[0]);
    const indent = text.slice(text.lastIndexOf('\n', dash) + 1, dash);
    return insertedAfterLine(text, last.range[1], itemLines(site, indent));
  }
  if (isSeq(value) && value.items.length === 0 && value.range) {
    const without = text.slice(0, value.range[0]).trimEnd() + text.slice(value.range[1]);
    return insertedAfterLine(without, text.slice(0, value.range[0]).trimEnd().length, itemLines(site, '  '));
  }
  if (isSeq(value)) return null;
  const end = pair.key.range?.[1] ?? text.length;
  return insertedAfterLine(text, end, itemLines(site, '  '));
}

/** After the line on which the text before `offset` ends, its comment included. */
function insertedAfterLine(text: string, offset: number, lines: string): string {
  const end = text.slice(0, offset).trimEnd().length;
  const newline = text.indexOf('\n', end);
  if (newline === -1) return `${text}\n${lines}\n`;
  const eol = text[newline - 1] === '\r' ? '\r\n' : '\n';
  return `${text.slice(0, newline + 1)}${lines.replaceAll('\n', eol)}${eol}${text.slice(newline + 1)}`;
}

/** Through the library where the text is written in a way we do not edit: comments and order survive, spacing may not. */
function rewritten(text: string, site: NewSite): string {
  const document = parseDocument(text);
  document.addIn(['sites'], document.createNode(entryOf(site)));
  return document.toString({ lineWidth: 0 });
}

function plain(text: string): Record<string, unknown> {
  const value: unknown = parseDocument(text).toJS();
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
