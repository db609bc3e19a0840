/** Is a set of records signed by its zone, now? RFC 4035 5.3. Pure. */
import { algorithmName, isSignedBy } from './algorithms.js';
import { isWithin, lastLabels, signedLabelCount, wildcardOf, wireName } from './canonical-name.js';
import type { RRset } from './rrsets.js';
import type { Dnskey, Rrsig } from './security-records.js';
import type { ReasonCode } from './status.js';
import { LIMITS, type Work } from './work.js';

/** The keys by which a zone's signatures are believed. */
export interface ZoneKeys {
  readonly zone: string;
  readonly keys: readonly Dnskey[];
}

export interface ValidationContext {
  /** Seconds since 1970. */
  readonly now: number;
  readonly work: Work;
}

export type Verified =
  | {
      readonly ok: true;
      /** The name below which the wildcard stands that the records came from; null when they stand there themselves. */
      readonly encloser: string | null;
      readonly by: Rrsig;
    }
  | { readonly ok: false; readonly code: ReasonCode; readonly text: string };

type Refusal = Extract<Verified, { ok: false }>;

/** One good signature is enough (RFC 6840 5.4); of several bad ones the one that came furthest is reported. */
export function verifySet(set: RRset, { zone, keys }: ZoneKeys, context: ValidationContext): Verified {
  let worst: Refusal = refusal('no-signature', `carries no signature, although ${zone} is a signed zone`);
  let computed = 0;
  for (const signature of set.signatures) {
    const unfit = unfitness(set, signature, zone, context.now);
    if (unfit) {
      worst = further(worst, unfit);
      continue;
    }
    const candidates = keys.filter((key) => isCandidate(key, signature));
    if (candidates.length === 0) worst = further(worst, noSuchKey(signature, zone));
    const data = signedData(set, signature);
    for (const key of candidates) {
      if (computed >= LIMITS.signaturesPerSet) return tooMany(computed);
      if (context.work.signatures >= LIMITS.signatures) return exhausted();
      computed += 1;
      context.work.signatures += 1;
      if (isSignedBy(signature.algorithm, key.publicKey, data, signature.signature)) {
        return { ok: true, encloser: encloserOf(set.owner, signature), by: signature };
      }
      worst = further(worst, wrong(signature));
    }
  }
  return worst;
}

/** Rules that need no arithmetic, RFC 4035 5.3.1. Null: the signature may be tried. */
function unfitness(set: RRset, signature: Rrsig, zone: string, now: number): Refusal | null {
  const { signer, labels } = signature;
  if (signer !== zone || !isWithin(set.owner, zone)) {
    return refusal('foreign-signer', `is signed in the name of ${signer}, but its zone is ${zone}`);
  }
  if (labels > signedLabelCount(set.owner)) {
    return refusal('wrong-labels', `has a signature for a name of ${labels} labels, which this one has not`);
  }
  return untimeliness(signature, now);
}

/**
 * Clocks differ: a tenth of the lifetime is forgiven at either end, at least an hour and at most a day, as unbound does.
 */
const SKEW_SECONDS = { least: 3_600, most: 86_400 } as const;

function untimeliness({ inception, expiration }: Rrsig, now: number): Refusal | null {
  const lifetime = serialDifference(expiration, inception);
  if (lifetime < 0) return refusal('signature-expired', 'has a signature that expires before it begins');
  const skew = Math.min(SKEW_SECONDS.most, Math.max(SKEW_SECONDS.least, Math.floor(lifetime / 10)));
  if (serialDifference(inception, now) > skew) {
    return refusal('signature-not-yet-valid', `has a signature that is not valid before ${dateOf(inception, now)}`);
  }
  if (serialDifference(now, expiration) > skew) {
    return refusal('signature-expired', `has a signature that ran out on ${dateOf(expiration, now)}`);
  }
  return null;
}

/** `a - b` on a circle of 2^32 seconds, RFC 1982: from 2106 on the numbers begin anew. */
export function serialDifference(a: number, b: number): number {
  return (a - b) | 0;
}

function dateOf(serial: number, now: number): string {
  return new Date((now + serialDifference(serial, now)) * 1000).toISOString().replace('.000Z', 'Z');
}

const ZONE_KEY = 0x0100;
const REVOKED = 0x0080;
const PROTOCOL_DNSSEC = 3;

/** RFC 4034 2.1.1 and 2.1.2, RFC 5011 2.1. */
export function isZoneKey(key: Dnskey): boolean {
  return (key.flags & ZONE_KEY) !== 0 && (key.flags & REVOKED) === 0 && key.protocol === PROTOCOL_DNSSEC;
}

function isCandidate(key: Dnskey, signature: Rrsig): boolean {
  return isZoneKey(key) && key.keyTag === signature.keyTag && key.algorithm === signature.algorithm;
}

/** RFC 4034 3.1.8.1: the signature's own fields, then every record in canonical form with the original TTL. */
function signedData(set: RRset, signature: Rrsig): Uint8Array {
  const encloser = encloserOf(set.owner, signature);
  const owner = wireName(encloser === null ? set.owner : wildcardOf(encloser));
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16BE(set.type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(signature.originalTtl, 4);
  const parts = set.rdatas.flatMap((rdata) => [
    owner,
    fixed,
    Uint8Array.of(rdata.length >> 8, rdata.length & 0xff),
    rdata,
  ]);
  return Buffer.concat([signature.prefix, ...parts]);
}

/** RFC 4035 5.3.2: fewer labels signed than the owner has means that a wildcard answered. */
function encloserOf(owner: string, { labels }: Rrsig): string | null {
  return labels < signedLabelCount(owner) ? lastLabels(owner, labels) : null;
}

const BY_PROGRESS: readonly ReasonCode[] = [
  'no-signature',
  'foreign-signer',
  'wrong-labels',
  'no-such-key',
  'signature-not-yet-valid',
  'signature-expired',
  'signature-wrong',
];

function further(a: Refusal, b: Refusal): Refusal {
  return BY_PROGRESS.indexOf(b.code) > BY_PROGRESS.indexOf(a.code) ? b : a;
}

function noSuchKey({ algorithm, keyTag }: Rrsig, zone: string): Refusal {
  return refusal(
    'no-such-key',
    `is signed by key ${keyTag} (${algorithmName(algorithm)}), which ${zone} does not have`,
  );
}

function wrong({ algorithm, keyTag }: Rrsig): Refusal {
  return refusal('signature-wrong', `does not match its signature by key ${keyTag} (${algorithmName(algorithm)})`);
}

function tooMany(computed: number): Refusal {
  return refusal(
    'too-many-signatures',
    `has more signatures and keys to try than any honest zone; gave up after ${computed}`,
  );
}

function exhausted(): Refusal {
  return refusal('work-limit', `was not tried: ${LIMITS.signatures} signatures were computed before it`);
}

function refusal(code: ReasonCode, text: string): Refusal {
  return { ok: false, code, text };
}
