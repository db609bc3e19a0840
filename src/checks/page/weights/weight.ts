/** How one finding about a page weighs by itself, and the remedies several findings share. */
import type { Diagnosis, Severity } from '../../../core/model.js';

/** What a finding says, how sure and how grave it is by itself. */
export interface Weight {
  readonly diagnosis: Diagnosis;
  readonly living: Severity;
  readonly frozen: Severity;
  readonly confidence: number;
  readonly meaning: string;
  readonly remedy: string;
}

export const APPROVE =
  'If the change is yours, capture and approve a new baseline; if not, restore the page and find how it was changed.';
export const REMOVE = 'If you did not add it, take it out, find how it got in, and change the credentials of the site.';
/** One row of the table: diagnosis, severity on a living and on a frozen page, confidence, meaning, remedy. */
export const row = (
  diagnosis: Diagnosis,
  living: Severity,
  frozen: Severity,
  confidence: number,
  meaning: string,
  remedy: string = APPROVE,
): Weight => ({ diagnosis, living, frozen, confidence, meaning, remedy });
