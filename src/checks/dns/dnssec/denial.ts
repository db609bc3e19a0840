/** Proof that something does not exist, from whichever kind of record a zone uses. Pure. */
import { nsecProver, type OwnedNsec } from './nsec.js';
import { type HashedSpan, hashedSpan, nsec3Prover } from './nsec3.js';
import { type Denial, type Prover, unproven } from './proof.js';
import type { RRset } from './rrsets.js';
import { readNsec, readNsec3, SECURITY_TYPE } from './security-records.js';
import { type ValidationContext, verifySet, type ZoneKeys } from './signatures.js';
import { LIMITS } from './work.js';

/** By the NSEC and NSEC3 sets among `sets` that are validly signed by the zone. */
export function proverOf(sets: readonly RRset[], keys: ZoneKeys, context: ValidationContext): Prover {
  const { nsecs, spans, refused } = verifiedDenials(sets, keys, context);
  const provers = [
    ...(nsecs.length > 0 ? [nsecProver(keys.zone, nsecs)] : []),
    ...(spans.length > 0 ? [nsec3Prover(keys.zone, spans, context.work)] : []),
  ];
  const best = (ask: (prover: Prover) => Denial): Denial => {
    const denials = provers.map(ask);
    return denials.find(({ kind }) => kind !== 'unproven') ?? denials[0] ?? refused;
  };
  return {
    noSuchName: (name) => best((prover) => prover.noSuchName(name)),
    noSuchType: (name, type) => best((prover) => prover.noSuchType(name, type)),
    noCloserName: (name, encloser) => best((prover) => prover.noCloserName(name, encloser)),
    unsignedDelegation: (name) => best((prover) => prover.unsignedDelegation(name)),
  };
}

interface VerifiedDenials {
  readonly nsecs: OwnedNsec[];
  readonly spans: HashedSpan[];
  /** Why nothing can be proven, where there is no record to go by. */
  refused: Denial;
}

function verifiedDenials(sets: readonly RRset[], keys: ZoneKeys, context: ValidationContext): VerifiedDenials {
  const found: VerifiedDenials = { nsecs: [], spans: [], refused: unproven('no NSEC or NSEC3 record was sent') };
  const denials = sets.filter(({ type, rdatas }) => isDenialType(type) && rdatas.length > 0);
  for (const set of denials.slice(0, LIMITS.denialSets)) {
    const verified = verifySet(set, keys, context);
    if (!verified.ok) {
      found.refused = unproven(`the record of the gap at ${set.owner} ${verified.text}`, verified.code);
      continue;
    }
    // The gap of a name that a wildcard made up is no gap of the zone.
    if (verified.encloser === null) collect(set, keys.zone, found);
  }
  return found;
}

function isDenialType(type: number): boolean {
  return type === SECURITY_TYPE.NSEC || type === SECURITY_TYPE.NSEC3;
}

function collect(set: RRset, zone: string, found: VerifiedDenials): void {
  for (const rdata of set.rdatas) {
    if (set.type === SECURITY_TYPE.NSEC) {
      const nsec = readNsec(rdata);
      if (nsec) found.nsecs.push({ ...nsec, owner: set.owner });
      continue;
    }
    const nsec3 = readNsec3(rdata);
    const span = nsec3 && hashedSpan(zone, set.owner, nsec3);
    if (span) found.spans.push(span);
  }
}
