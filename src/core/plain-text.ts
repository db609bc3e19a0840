/** What a stranger wrote, made safe to show anywhere: on a terminal, in a mail header, in a file. Pure. */
import { stripVTControlCharacters } from 'node:util';

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

/** `plain` on one line, cut at `max` characters as a reader counts them. */
export function oneLine(value: string, max = 400): string {
  // Cutting the raw text first bounds the work on a hostile megabyte; a grapheme rarely has more than 8 units.
  const line = plain(value.slice(0, max * 16))
    .replace(/\s+/gu, ' ')
    .trim();
  let kept = '';
  let count = 0;
  for (const { segment } of graphemes.segment(line)) {
    if (++count > max) return `${kept.trimEnd()}…`;
    kept += segment;
  }
  return kept;
}
