/** Cases: a page, a class and a seed; and what came of one. */
import { answer, enliven, MOTIONS } from './corpus/life.js';
import type { CorpusPage, Scene } from './corpus/page.js';
import type { Judgement } from './judges/siteward.js';
import { Random } from './random.js';
import { contextOf, type Family, type Variant } from './variants/variant.js';

export interface Row extends Omit<Judgement, 'failures'> {
  readonly mode: 'raw' | 'rendered';
  readonly family: Family;
  readonly name: string;
  readonly aim: Variant['aim'] | null;
  readonly seenIn: 'raw' | 'rendered';
  readonly page: string;
  readonly failures: readonly string[];
  /** Severity where the page is `frozen`; null also where that was not asked. */
  readonly frozen: Judgement['severity'];
  readonly hash: boolean;
  /** BackstopJS's rule; null where no picture was taken. */
  readonly pixel: boolean | null;
  /** Null until it ran, and where it cannot be had. */
  readonly urlwatch: boolean | null;
  /** Milliseconds the judging, or the whole rendered look, took. */
  readonly ms: number;
}

/** Answers of the healthy page that a baseline is captured from, and those taken too where the first ones differ. */
export const SAMPLES = ['sample 1', 'sample 2', 'sample 3'] as const;
export const MORE_SAMPLES = ['sample 4', 'sample 5'] as const;

export interface Case {
  readonly page: CorpusPage;
  readonly name: string;
  readonly family: Family;
  readonly aim: Variant['aim'] | null;
  readonly seenIn: 'raw' | 'rendered';
  /** The page whose life the baseline shows: the same page, for noise with one kind of motion only. */
  readonly template: string;
  /** The scene to be judged; null where the class does not fit the page. */
  readonly scene: () => Scene | null;
}

/** Every class on every page; `seeds` different ones of each. */
export function casesOf(page: CorpusPage, variants: readonly Variant[], seeds: number): Case[] {
  const numbers = Array.from({ length: seeds }, (_, number) => number);
  return variants.flatMap(({ name, family, aim, seenIn, apply }) =>
    numbers.map((number): Case => {
      const scene = (): Scene | null => {
        const random = new Random(`${page.id} ${name} ${number}`);
        return apply(answer(page, page.template, `${name} ${number}`), contextOf(page, random));
      };
      return { page, name, family, aim: aim ?? null, seenIn, template: page.template, scene };
    }),
  );
}

/** One kind of motion at a time, seen by a baseline, then moved on. */
export function noiseCasesOf(page: CorpusPage, times: number): Case[] {
  return MOTIONS.flatMap(({ name }) => {
    const template = enliven(page.still, page.language, [name]);
    return Array.from({ length: times }, (_, number): Case => {
      const scene = (): Scene => answer(page, template, `noise ${number}`);
      return { page, name: `noise: ${name}`, family: 'noise', aim: null, seenIn: 'raw', template, scene };
    });
  });
}

/** All motions of the page together, as its visitors get them. */
export function livelyCasesOf(page: CorpusPage, times: number): Case[] {
  return Array.from({ length: times }, (_, number): Case => {
    const scene = (): Scene => answer(page, page.template, `lively ${number}`);
    const { template } = page;
    return { page, name: 'noise: all together', family: 'noise', aim: null, seenIn: 'raw', template, scene };
  });
}
