/** What can be asked of a zone's signed gaps, and the three ways it may answer. Pure. */
import type { ReasonCode } from './status.js';

export type Denial =
  | { readonly kind: 'proven'; readonly text: string }
  /** Nothing is proven, and the zone need not. */
  | { readonly kind: 'insecure'; readonly code: 'opt-out' | 'too-many-iterations'; readonly text: string }
  | { readonly kind: 'unproven'; readonly code: ReasonCode; readonly text: string };

export interface Prover {
  /** Neither the name nor a wildcard that would make it. */
  noSuchName(name: string): Denial;
  /** The name exists, or a wildcard makes it, without this type. */
  noSuchType(name: string, type: number): Denial;
  /** A wildcard below `encloser` was right to answer for the name. */
  noCloserName(name: string, encloser: string): Denial;
  /** The name is delegated and the parent has no DS for it. */
  unsignedDelegation(name: string): Denial;
}

export function proven(text: string): Denial {
  return { kind: 'proven', text };
}

export function insecure(code: 'opt-out' | 'too-many-iterations', text: string): Denial {
  return { kind: 'insecure', code, text };
}

export function unproven(text: string, code: ReasonCode = 'denial-unproven'): Denial {
  return { kind: 'unproven', code, text };
}
