/** How a comparer explains itself, quiet or not. Types only: each kind of check keeps one list of these. */

/** One thing a comparer measured, in words of ours around values of the site's. */
export interface Measure {
  /** `raw`, a viewport, a resolver, an address; `''` where it is about the whole look. */
  readonly where: string;
  readonly what: string;
  readonly value: string;
}

/** What a comparer is for, beside the code that does it. */
export interface Explained<S = unknown, E = unknown> {
  /** The question it asks. */
  readonly asks: string;
  /** What would have to differ for it to speak, with the thresholds the code uses. */
  readonly speaks: string;
  /** What it went by in this look. Pure; `accepted` is empty where nothing was approved. */
  measures(actual: E, accepted: readonly E[], settings: S): readonly Measure[];
}
