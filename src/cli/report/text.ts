/** Text laid out by the width it takes on a terminal. Pure. */
import { stripVTControlCharacters, styleText } from 'node:util';
import { graphemes } from '../../core/plain-text.js';

/** First Strong Isolate and its end: keep a right-to-left value from reordering the line around it. */
const FSI = '\u2068';
const PDI = '\u2069';

/** Letters that run from right to left, and the marks that stand for one. */
const RIGHT_TO_LEFT =
  /[\u061C\u200F\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
/** Halfwidth katakana are the one part of these scripts that takes a single cell. */
const WIDE =
  /(?![\uFF61-\uFF9F])[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]|\uFE0F/u;

/** A value inside a line of ours. Only right-to-left text gets the marks, so that the rest can be copied as it is. */
export function isolated(value: string): string {
  return RIGHT_TO_LEFT.test(value) ? `${FSI}${value}${PDI}` : value;
}

/** Cells the text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += cellsOf(segment);
  return width;
}

function cellsOf(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Cut to `width` cells, with an ellipsis where something is missing. For text without colours. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const [head = ''] = broken(text, Math.max(1, width - 1));
  return `${head.trimEnd()}…`;
}

/** Lines of at most `width` cells, broken at spaces, or anywhere in a word that is longer than a line. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ').flatMap((token) => broken(token, width))) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && widthOf(longer) > width) {
        lines.push(line);
        line = word;
      } else {
        line = longer;
      }
    }
    lines.push(line);
  }
  return lines;
}

function broken(token: string, width: number): string[] {
  if (widthOf(token) <= width) return [token];
  const parts: string[] = [];
  let part = '';
  let taken = 0;
  for (const { segment } of graphemes.segment(token)) {
    const cells = cellsOf(segment);
    if (taken + cells > width && part !== '') {
      parts.push(part);
      part = '';
      taken = 0;
    }
    part += segment;
    taken += cells;
  }
  parts.push(part);
  return parts;
}

/** What is printed on, passed in: nothing here asks the process. */
export interface Screen {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
}

/** Lines longer than this are hard to read, however wide the window is; shorter ones leave no room for a sentence. */
const WIDEST = 120;
const NARROWEST = 40;

/** Cells to lay a line out in: the last column stays free, some terminals wrap on it. */
export function lineWidth(screen: Screen): number {
  return Math.max(NARROWEST, Math.min(screen.width, WIDEST)) - 1;
}

/** Puts a style on text, or leaves it as it is where colour is not wanted. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

export function paint(color: boolean): Paint {
  // Whether to colour was decided by the caller; newer versions of Node would ask the terminal again.
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}
