/** The verdict ids of the ladder, how bad each is, and what is said of one answer. Pure. */

/** Harmless first: of the addresses of one answer the worst decides. */
export const VERDICTS = [
  'CONSISTENT_SECURE',
  'CONSISTENT_IP',
  'CONSISTENT_TLS',
  'CONSISTENT_ASN',
  'UNMEASURABLE',
  'PATH_INTERCEPTED',
  'OPERATOR_ERROR',
  'AUTHORITY_HIJACKED',
  'MALFORMED',
  'BLOCK_ERR',
  'INCONSISTENT',
  'BLOCK_NX',
  'NX_REWRITE',
  'TLS_INTERCEPT',
  'TAMPERED_SIGNED',
  'REDIRECT_BOGON',
  'REDIRECT',
  'REDIRECT_CONTENT',
  'INJECTION_ONPATH',
] as const;
export type VerdictId = (typeof VERDICTS)[number];

/** What one resolver's answer comes to. */
export interface Judgement {
  readonly verdict: VerdictId;
  /** 0..1; 0 where nothing could be measured. */
  readonly confidence: number;
  /** Continues the finding's one sentence, for somebody who was just woken up: no codes, no names of authorities. */
  readonly says: string;
  /** In full, for a person who decides what to do. */
  readonly why: string;
  /** The address it turned on, if one. */
  readonly address: string | null;
}

export function isConsistent(judgement: Pick<Judgement, 'verdict'>): boolean {
  return judgement.verdict.startsWith('CONSISTENT');
}

/** @param judgements of an answer's parts, at least one. */
export function worstOf(judgements: readonly [Judgement, ...Judgement[]]): Judgement {
  return judgements.reduce((worst, next) => {
    const difference = VERDICTS.indexOf(next.verdict) - VERDICTS.indexOf(worst.verdict);
    // Of equally bad ones the surest counts; of equally harmless ones the least sure.
    const surer = isConsistent(next) ? next.confidence < worst.confidence : next.confidence > worst.confidence;
    return difference > 0 || (difference === 0 && surer) ? next : worst;
  });
}

/** Verdicts that a broken signature makes certain, and what they become. */
const RAISED: Partial<Record<VerdictId, VerdictId>> = {
  CONSISTENT_ASN: 'TAMPERED_SIGNED',
  INCONSISTENT: 'TAMPERED_SIGNED',
  BLOCK_NX: 'BLOCK_NX',
  NX_REWRITE: 'NX_REWRITE',
  REDIRECT_BOGON: 'REDIRECT_BOGON',
  REDIRECT: 'REDIRECT',
  REDIRECT_CONTENT: 'REDIRECT_CONTENT',
};

/**
 * The zone is signed, this resolver passes signatures on, and its answer has none that fit: it was made by somebody else.
 *
 * @param signedWhy what is wrong with the signatures.
 */
export function raised(judgement: Judgement, signedWhy: string): Judgement {
  const verdict = RAISED[judgement.verdict];
  if (verdict === undefined) return judgement;
  const says = verdict === 'TAMPERED_SIGNED' ? 'which is not what the owner of the domain signed' : judgement.says;
  const why = `${judgement.why}; the domain is signed, and this answer is not what was signed (${signedWhy})`;
  return { ...judgement, verdict, confidence: Math.max(judgement.confidence, 0.99), says, why };
}

/** Is a verdict worse than another? */
export function isWorse(a: VerdictId, b: VerdictId): boolean {
  return VERDICTS.indexOf(a) > VERDICTS.indexOf(b);
}
