/** Every class of the benchmark. */
import { ALTERATIONS } from './alterations.js';
import { DISGUISES } from './disguises.js';
import { EDITS } from './edits.js';
import { INJECTIONS } from './injections.js';
import { APPROVALS, REDESIGNS } from './redesigns.js';
import { PICTURES, TAKEOVERS } from './takeovers.js';
import type { Variant } from './variant.js';

export const VARIANTS: readonly Variant[] = [
  ...EDITS,
  ...REDESIGNS,
  ...APPROVALS,
  ...TAKEOVERS,
  ...INJECTIONS,
  ...ALTERATIONS,
  ...DISGUISES,
  ...PICTURES,
];
