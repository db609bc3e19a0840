/** What validation comes to, and the chain of reasons a person can follow. Pure. */

/**
 * RFC 4033 5. `INSECURE`: proven that nothing here needs a signature, or only algorithms we do not know are used.
 * `INDETERMINATE`: what would decide was not to be had, which says nothing about the name.
 */
export type Status = 'SECURE' | 'INSECURE' | 'BOGUS' | 'INDETERMINATE';

export type ReasonCode =
  /** SECURE */
  | 'trust-anchor'
  | 'delegation-signed'
  | 'keys-match'
  | 'answer-signed'
  | 'wildcard-signed'
  | 'alias-synthesised'
  | 'name-denied'
  | 'type-denied'
  /** INSECURE */
  | 'delegation-unsigned'
  | 'parent-insecure'
  | 'unknown-algorithm'
  | 'opt-out'
  | 'too-many-iterations'
  /** BOGUS */
  | 'parent-bogus'
  | 'no-signature'
  | 'foreign-signer'
  | 'wrong-labels'
  | 'signature-expired'
  | 'signature-not-yet-valid'
  | 'no-such-key'
  | 'signature-wrong'
  | 'too-many-signatures'
  | 'keys-missing'
  | 'keys-unmatched'
  | 'no-delegation-proof'
  | 'wildcard-unproven'
  | 'alias-forged'
  | 'denial-unproven'
  /** INDETERMINATE */
  | 'nothing-received'
  | 'failure-response'
  | 'parent-indeterminate'
  | 'work-limit';

/** One step of the chain. */
export interface Reason {
  /** What it is about: `example.org DNSKEY`. */
  readonly subject: string;
  readonly status: Status;
  readonly code: ReasonCode;
  /** A sentence that continues the subject's story; no leading capital, no final stop. */
  readonly text: string;
}

export interface Outcome {
  readonly status: Status;
  readonly reasons: readonly Reason[];
}

export function reason(subject: string, status: Status, code: ReasonCode, text: string): Reason {
  return { subject, status, code, text };
}

/** An outcome with one reason. */
export function outcome(subject: string, status: Status, code: ReasonCode, text: string): Outcome {
  return { status, reasons: [reason(subject, status, code, text)] };
}

const FROM_BEST: readonly Status[] = ['SECURE', 'INSECURE', 'INDETERMINATE', 'BOGUS'];

/** Of parts that are all needed: a chain is as good as its weakest link. SECURE for no parts. */
export function weakest(statuses: readonly Status[]): Status {
  return statuses.reduce<Status>((worst, next) => (rank(next) > rank(worst) ? next : worst), 'SECURE');
}

/** Of alternatives, as a resolver that asks the next server when one's answer fails. INDETERMINATE for none. */
export function strongest(statuses: readonly Status[]): Status {
  const [first = 'INDETERMINATE', ...others] = statuses;
  return others.reduce<Status>((best, next) => (rank(next) < rank(best) ? next : best), first);
}

function rank(status: Status): number {
  return FROM_BEST.indexOf(status);
}
