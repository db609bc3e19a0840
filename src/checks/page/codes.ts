/**
 * Every finding about a page, and its weight: the table in `weights/` is what to read or change when something alarms
 * too much or too little. `living` and `frozen` say how grave a finding is by itself; what several mean together is in
 * weigh.ts. `confidence` is how sure the code's statement is, not how bad it would be.
 */
import type { Finding, Severity } from '../../core/model.js';
import type { FindingCode } from '../check.js';
import type { PageSettings } from './settings.js';
import { CONTENT } from './weights/content.js';
import { REFERENCES } from './weights/references.js';
import { SERVING } from './weights/serving.js';
import { quote } from './words.js';

export const WEIGHTS = { ...CONTENT, ...REFERENCES, ...SERVING };

export type PageCode = keyof typeof WEIGHTS;

/** For docs/findings.md. */
export const codes: readonly FindingCode[] = Object.entries(WEIGHTS).map(
  ([code, { diagnosis, living, frozen, confidence, meaning, remedy }]) => ({
    code,
    diagnosis,
    severity: code === 'page/transient' ? 'warning' : frozen,
    weights: { living, frozen, confidence },
    meaning,
    remedy,
  }),
);

export interface Facts {
  /** One plain sentence; a site's own words in it are quoted by the caller with `quote`. */
  readonly summary: string;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
  readonly where?: string | undefined;
  /** Where the table's weight for `living` does not fit the case at hand. */
  readonly living?: Severity;
  readonly confidence?: number;
}

/** A finding with the weight the table gives it; values are bounded and cleaned here. */
export function finding(code: PageCode, settings: Pick<PageSettings, 'content'>, facts: Facts): Finding {
  const weight = WEIGHTS[code];
  return {
    code,
    severity: settings.content === 'frozen' ? weight.frozen : (facts.living ?? weight.living),
    confidence: facts.confidence ?? weight.confidence,
    diagnosis: weight.diagnosis,
    summary: quote(facts.summary, 400),
    ...(facts.expected === undefined ? {} : { expected: quote(facts.expected) }),
    ...(facts.actual === undefined ? {} : { actual: quote(facts.actual) }),
    ...(facts.where === undefined ? {} : { where: quote(facts.where) }),
  };
}
