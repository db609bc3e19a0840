/** Where in a document a walk through it is, and how that is told to people: a CSS path. */
import type { Element } from 'domhandler';

const SPELT_OUT = 6;

/** Where in the tree the walk is: a chain up to the root, so that a path is only spelt out when somebody asks. */
export interface Frame {
  readonly parent: Frame | null;
  readonly segment: string;
  /** The last tags down to here. */
  readonly tags: readonly string[];
}

/** One element of a path: its id, if it looks like one given by hand, else its place among its like. */
export function segmentOf({ name, attribs }: Element, nth: number): string {
  const id = attribs['id'];
  if (id && /^[A-Za-z][\w-]{0,40}$/.test(id) && !/\d{4,}/.test(id)) return `${name}#${id}`;
  return nth === 1 ? name : `${name}:nth-of-type(${nth})`;
}

/** A CSS path from the nearest id, or of the last elements. */
export function whereOf(frame: Frame): string {
  const segments: string[] = [];
  for (let at: Frame | null = frame; at?.parent && segments.length < SPELT_OUT; at = at.parent) {
    segments.unshift(at.segment);
    if (at.segment.includes('#')) break;
  }
  return segments.join(' > ');
}
