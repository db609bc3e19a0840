/** From a trusted parent to a child: its DS records, or proof that it has none; then its keys. RFC 4035 5.2. Pure. */
import { algorithmName, digestOf, isKnownAlgorithm, isKnownDigest } from './algorithms.js';
import { wireName } from './canonical-name.js';
import { proverOf } from './denial.js';
import type { Denial } from './proof.js';
import { findSet, type RRset } from './rrsets.js';
import { type Dnskey, type Ds, readDnskey, readDs, SECURITY_TYPE } from './security-records.js';
import { isZoneKey, type ValidationContext, type Verified, verifySet, type ZoneKeys } from './signatures.js';
import { type Outcome, outcome, type Reason, reason } from './status.js';
import { LIMITS } from './work.js';

/** What is believed of a zone. `keys` are there exactly when it is SECURE. */
export type ZoneTrust =
  | { readonly status: 'SECURE'; readonly reasons: readonly Reason[]; readonly keys: ZoneKeys }
  | (Outcome & { readonly status: 'INSECURE' | 'BOGUS' | 'INDETERMINATE'; readonly keys: null });

/** The parent's word about a child's keys. */
export type Introduction =
  | { readonly status: 'SECURE'; readonly reasons: readonly Reason[]; readonly ds: readonly Ds[] }
  | (ZoneTrust & { readonly status: 'INSECURE' | 'BOGUS' | 'INDETERMINATE' });

function distrust(
  status: 'INSECURE' | 'BOGUS' | 'INDETERMINATE',
  reasons: readonly Reason[],
): Introduction & ZoneTrust {
  return { status, reasons, keys: null };
}

/** A child of a parent that is not SECURE is what its parent is. */
export function inherit(
  zone: string,
  parent: { readonly zone: string; readonly status: ZoneTrust['status'] },
): ZoneTrust {
  const text = `its parent ${parent.zone} is ${parent.status}, so nothing vouches for its keys`;
  switch (parent.status) {
    case 'INSECURE':
      return distrust('INSECURE', [reason(zone, 'INSECURE', 'parent-insecure', text)]);
    case 'BOGUS':
      return distrust('BOGUS', [reason(zone, 'BOGUS', 'parent-bogus', text)]);
    default:
      return distrust('INDETERMINATE', [reason(zone, 'INDETERMINATE', 'parent-indeterminate', text)]);
  }
}

/** @param sets of the parent's referral to the child, or of its answer to a question for the child's DS. */
export function introduce(
  child: string,
  sets: readonly RRset[],
  parent: ZoneKeys,
  context: ValidationContext,
): Introduction {
  const subject = `${child} DS`;
  const set = findSet(sets, child, SECURITY_TYPE.DS);
  if (!set) return fromDenial(subject, proverOf(sets, parent, context).unsignedDelegation(child), parent.zone);
  const verified = verifySet(set, parent, context);
  if (!verified.ok) return distrust(failed(verified), [refused(subject, verified)]);
  if (verified.encloser !== null) {
    return distrust('BOGUS', [
      reason(subject, 'BOGUS', 'wrong-labels', 'comes from a wildcard, which delegates nothing'),
    ]);
  }
  const ds = set.rdatas.flatMap((rdata) => readDs(rdata) ?? []);
  const text = `${parent.zone} names the ${ds.length === 1 ? 'key' : 'keys'} ${keyList(ds)}, signed by its key ${verified.by.keyTag}`;
  return { status: 'SECURE', reasons: [reason(subject, 'SECURE', 'delegation-signed', text)], ds };
}

function fromDenial(subject: string, denial: Denial, parent: string): Introduction {
  switch (denial.kind) {
    case 'proven':
      return distrust('INSECURE', [
        reason(subject, 'INSECURE', 'delegation-unsigned', `${parent} proves that there is none: ${denial.text}`),
      ]);
    case 'insecure':
      return distrust('INSECURE', [reason(subject, 'INSECURE', denial.code, denial.text)]);
    case 'unproven': {
      const status = denial.code === 'work-limit' ? 'INDETERMINATE' : 'BOGUS';
      const code = denial.code === 'denial-unproven' ? 'no-delegation-proof' : denial.code;
      const text = `${parent} is signed, yet gives neither a DS record nor proof that there is none: ${denial.text}`;
      return distrust(status, [reason(subject, status, code, text)]);
    }
  }
}

/** What a set that did not verify makes of its subject. */
export function failed({ code }: Extract<Verified, { ok: false }>): 'BOGUS' | 'INDETERMINATE' {
  return code === 'work-limit' ? 'INDETERMINATE' : 'BOGUS';
}

export function refused(subject: string, refusal: Extract<Verified, { ok: false }>): Reason {
  return reason(subject, failed(refusal), refusal.code, refusal.text);
}

/**
 * The zone's keys, if one that `ds` names signs the set of them.
 *
 * @param origin of the trust in `ds`, for the reader: `a trust anchor`, `its parent`.
 */
export function trustKeys(
  zone: string,
  ds: readonly Ds[],
  origin: 'trust-anchor' | 'parent',
  keySet: RRset | null,
  context: ValidationContext,
): ZoneTrust {
  const usable = usableDs(ds);
  if (usable.length === 0) return distrustOf(outcome(`${zone} DS`, 'INSECURE', 'unknown-algorithm', unknown(ds)));
  const subject = `${zone} DNSKEY`;
  if (!keySet)
    return distrustOf(outcome(subject, 'BOGUS', 'keys-missing', 'was not given, although the zone is to have keys'));
  const keys = keySet.rdatas.flatMap((rdata) => readDnskey(rdata) ?? []);
  const entries = matchedKeys(zone, usable, keys, context);
  if (entries.length === 0)
    return distrustOf(outcome(subject, 'BOGUS', 'keys-unmatched', unmatched(usable, keys, origin)));
  const verified = verifySet(keySet, { zone, keys: entries }, context);
  if (!verified.ok) return distrust(failed(verified), [refused(subject, verified)]);
  const text = `signed by key ${verified.by.keyTag} (${algorithmName(verified.by.algorithm)}), which ${
    origin === 'parent' ? 'the DS record names' : 'is a trust anchor'
  }`;
  const code = origin === 'parent' ? 'keys-match' : 'trust-anchor';
  return { status: 'SECURE', reasons: [reason(subject, 'SECURE', code, text)], keys: { zone, keys } };
}

function distrustOf({ status, reasons }: Outcome): ZoneTrust {
  return status === 'SECURE' ? distrust('INDETERMINATE', reasons) : distrust(status, reasons);
}

const SHA1_DIGEST = 1;

/** Those we can compute; RFC 4509 3: SHA-1 is not looked at beside a better one. */
function usableDs(ds: readonly Ds[]): Ds[] {
  const known = ds.filter(({ algorithm, digestType }) => isKnownAlgorithm(algorithm) && isKnownDigest(digestType));
  const better = known.filter(({ digestType }) => digestType !== SHA1_DIGEST);
  return better.length > 0 ? better : known;
}

function matchedKeys(zone: string, ds: readonly Ds[], keys: readonly Dnskey[], { work }: ValidationContext): Dnskey[] {
  const owner = wireName(zone);
  const matched: Dnskey[] = [];
  let failures = 0;
  for (const entry of ds) {
    for (const key of keys) {
      if (!isZoneKey(key) || key.keyTag !== entry.keyTag || key.algorithm !== entry.algorithm) continue;
      if (failures >= LIMITS.digestFailures) return matched;
      work.digests += 1;
      const digest = digestOf(entry.digestType, Buffer.concat([owner, key.rdata]));
      if (digest !== null && Buffer.compare(digest, entry.digest) === 0) matched.push(key);
      else failures += 1;
    }
  }
  return [...new Set(matched)];
}

function keyList(ds: readonly Ds[]): string {
  return [...new Set(ds.map(({ keyTag, algorithm }) => `${keyTag} (${algorithmName(algorithm)})`))]
    .slice(0, 8)
    .join(', ');
}

function unknown(ds: readonly Ds[]): string {
  return `names only keys or digests of kinds we cannot compute: ${keyList(ds)}`;
}

function unmatched(ds: readonly Ds[], keys: readonly Dnskey[], origin: 'trust-anchor' | 'parent'): string {
  const has = [...new Set(keys.map(({ keyTag }) => keyTag))].slice(0, 8).join(', ') || 'none';
  const wanted = origin === 'parent' ? 'the DS records name' : 'the trust anchors are';
  return `has the keys ${has}; ${wanted} ${keyList(ds)}`;
}
