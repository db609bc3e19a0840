/**
 * HTML made by one tagged template that escapes by default: what is put into `html` is text unless it came out of
 * `html` itself. Nothing else in the reports and the mail concatenates markup. Pure.
 */
import { plain } from './plain-text.js';

/** Markup of ours. Only `html` and `markup` make it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in `html`: text and numbers are escaped, markup stays, null is nothing, a list is its parts. */
export type Fragment = string | number | Html | null | readonly Fragment[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and as a quoted attribute; without control characters and direction overrides. */
export function escaped(text: string): string {
  return plain(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Markup with values in it, each escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += rendered(value) + (parts[index + 1] ?? '');
  });
  return new Html(text);
}

/** For constants of ours that are not HTML (a style sheet, a script). Never for a value that came from outside. */
export function markup(constant: string): Html {
  return new Html(constant);
}

function rendered(value: Fragment): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  return value.map(rendered).join('');
}

/** Characters nobody sees but that change what is read. Joiners and direction marks are ordinary text. */
const HIDDEN = /([\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF\u2028\u2029])/u;

/** A stranger's words: isolated, in their own direction, hidden characters shown by their number. */
export function quoted(text: string): Html {
  return html`<bdi dir="auto">${visible(text)}</bdi>`;
}

/** The words without the isolation, for use inside an element that already has it. */
export function visible(text: string): Fragment {
  return text.split(HIDDEN).map((part, index) => (index % 2 === 1 ? codePoint(part) : part));
}

function codePoint(character: string): Html {
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return html`<span class="hidden-character" title="invisible character">U+${number}</span>`;
}
