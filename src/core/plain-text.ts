/** What a stranger wrote, made safe to show anywhere: on a terminal, in a mail's header, in a file. Pure. */
import { stripVTControlCharacters } from 'node:util';

/** Cuts text into what a reader counts as one character. */
export const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * What a stranger wrote, harmless on any terminal and in any file: no escape sequences, no control characters but
 * newline, no direction overrides. Letters of every script survive, and so do the joiners and direction marks
 * that Persian and Arabic are written with.
 */
export function plain(value: string): string {
  return stripVTControlCharacters(value)
    .replace(/\r\n?|[\u2028\u2029\u0085]/gu, '\n')
    .replaceAll('\t', ' ')
    .replace(/[\p{Cs}\p{Noncharacter_Code_Point}\u202A-\u202E\u2066-\u2069]|(?!\n)\p{Cc}/gu, '');
}

/** `plain` on one line of at most `max` characters as a reader counts them; an ellipsis is the last of a cut one. */
export function oneLine(value: string, max = 400): string {
  // Cutting the raw text first bounds the work on a hostile megabyte; a grapheme rarely has more than 8 units.
  const line = plain(value.slice(0, max * 16))
    .replace(/\s+/gu, ' ')
    .trim();
  const kept: string[] = [];
  for (const { segment } of graphemes.segment(line)) {
    if (kept.length === max) return `${kept.slice(0, -1).join('').trimEnd()}…`;
    kept.push(segment);
  }
  return line;
}

/**
 * JSON that means the same, with what a terminal would obey or what turns a line around (DEL, C1, direction overrides,
 * U+2028) written as escapes: JSON is often looked at before it is parsed. Line feeds stay.
 */
export function inertJson(json: string): string {
  return json.replace(
    /(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
