/**
 * Text that strangers wrote, made harmless for a mail: on one line for headers, and inside HTML by a tagged template
 * that escapes whatever did not come out of itself. Pure.
 */
import { stripVTControlCharacters } from 'node:util';

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Without control characters but newline, direction overrides and lone surrogates. Letters of every script survive. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?|[\u2028\u2029\u0085]/gu, '\n')
    .replaceAll('\t', ' ')
    .replace(/[\p{Cs}\p{Noncharacter_Code_Point}\p{Bidi_Control}]|(?!\n)\p{Cc}/gu, '');
}

/** `plain` on one line, cut at `max` characters as a reader counts them. */
export function oneLine(text: string, max: number): string {
  // Cutting the raw text first bounds the work on a hostile megabyte.
  const line = plain(text.slice(0, max * 16))
    .replace(/\s+/gu, ' ')
    .trim();
  let kept = '';
  let count = 0;
  for (const { segment } of graphemes.segment(line)) {
    if (++count > max) return `${kept.slice(0, kept.length - lastLength(kept)).trimEnd()}…`;
    kept += segment;
  }
  return kept;
}

/** UTF-16 units of the last character, so that the ellipsis takes its place. */
function lastLength(text: string): number {
  return [...graphemes.segment(text.slice(-32))].at(-1)?.segment.length ?? 0;
}

/** Markup of ours: only `html` makes it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Fragment = string | number | Html | null | readonly Fragment[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += rendered(value) + (parts[index + 1] ?? '');
  });
  return new Html(text);
}

/** A stranger's words: set apart from the direction of ours. @param max characters shown. */
export function quoted(text: string, max = 1_000): Html {
  return html`<bdi dir="auto">${oneLine(text, max)}</bdi>`;
}

function rendered(value: Fragment): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return plain(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  return value.map(rendered).join('');
}
