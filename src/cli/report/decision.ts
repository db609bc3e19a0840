/** The one word a run ends in. Pure. */
import type { SiteInspection } from '../../monitor.js';
import { type ExitCode, exitCodeOf } from './exit-code.js';
import type { Tone } from './words.js';

export interface Decision {
  readonly word: 'GO' | 'NO-GO' | 'NOT VERIFIED';
  readonly tone: Tone;
}

const DECISIONS: Readonly<Record<ExitCode, Decision>> = {
  0: { word: 'GO', tone: 'good' },
  1: { word: 'NO-GO', tone: 'warning' },
  2: { word: 'NO-GO', tone: 'bad' },
  3: { word: 'NOT VERIFIED', tone: 'unsure' },
};

/** `GO` only where everything is genuine and was seen to be. Of one site its mark, of all the headline. */
export function decision(sites: readonly SiteInspection[]): Decision {
  return DECISIONS[exitCodeOf(sites)];
}
