/** Every class of the benchmark. */
import { ALTERATIONS } from './alterations.js';
import { DISGUISES } from './disguises.js';
import { EDITS } from './edits.js';
import { INJECTIONS } from './injections.js';
import { NOTICES } from './notices.js';
import { APPROVALS, REDESIGNS } from './redesigns.js';
import { PICTURES, TAKEOVERS } from './takeovers.js';
import type { Variant } from './variant.js';

export const VARIANTS: readonly Variant[] = [
  ...EDITS,
  ...NOTICES,
  ...REDESIGNS,
  ...APPROVALS,
  ...TAKEOVERS,
  ...INJECTIONS,
  ...ALTERATIONS,
  ...DISGUISES,
  ...PICTURES,
];
