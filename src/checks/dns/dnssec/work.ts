/**
 * How much a hostile zone may make us compute. Counted, not timed, so that a verdict does not depend on the machine.
 *
 * Keys with the same tag, signatures by the hundred and many hash rounds made validators stand still for hours with one
 * packet (KeyTrap, CVE-2023-50387 and CVE-2023-50868). The limits are those unbound chose against it.
 */
export const LIMITS = {
  /** Signatures computed for one set of records. */
  signaturesPerSet: 8,
  /** DS digests computed that match no key, per delegation. */
  digestFailures: 4,
  /** Above it NSEC3 counts as unsigned, RFC 9276 3.2. */
  nsec3Iterations: 150,
  /**
   * SHA-1 rounds per proof: eight hashes of the costliest kind still taken seriously, or as many cheap ones. Zones of no
   * extra iterations can so have names of any depth denied.
   */
  nsec3Rounds: 8 * 151,
  /** NSEC and NSEC3 sets of one message that are looked at; a proof takes three. */
  denialSets: 8,
  /** Signatures computed in one validation. */
  signatures: 512,
} as const;

/** Counts what one validation computes. Lives as long as it. */
export class Work {
  signatures = 0;
  digests = 0;
  hashes = 0;
}
