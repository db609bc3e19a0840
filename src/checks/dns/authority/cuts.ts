/** A trace into the delegations of the watched domain: who says what about whom, and which keys are really held. Pure. */
import { createHash } from 'node:crypto';
import { isWithin } from '../dnssec/canonical-name.js';
import { findSet, type RRset, readResponse } from '../dnssec/rrsets.js';
import { type Dnskey, readDnskey, SECURITY_TYPE } from '../dnssec/security-records.js';
import { isZoneKey, type ValidationContext, verifySet } from '../dnssec/signatures.js';
import { Work } from '../dnssec/work.js';
import { canonicalName } from '../names.js';
import { delegationsOf } from '../trace/delegation-facts.js';
import type { Trace, ZoneFacts } from '../trace/facts.js';
import { meaningOf, referralKey } from '../trace/statements.js';
import type { TraceValidation } from '../trace/validation.js';
import type { Cut } from './facts.js';

/** @param domain the registrable domain: what is above it is its registry's. @param now milliseconds since 1970. */
export function cutsOf(trace: Trace, validation: TraceValidation, domain: string, now: number): Cut[] {
  const delegations = new Map(delegationsOf(trace).map((one) => [one.zone, one]));
  const statusOf = (zone: string | null): Cut['status'] =>
    validation.zones.find((entry) => entry.zone === zone)?.trust.status ?? 'INDETERMINATE';
  const [own] = trace.legs;
  return trace.zones.flatMap((facts): Cut[] => {
    const { zone, parent } = facts;
    const said = delegations.get(zone);
    if (parent === null || !said || !own?.zones.includes(zone) || !isWithin(zone, domain)) return [];
    const status = statusOf(zone);
    return [
      {
        zone,
        parent,
        voices: voicesOf(facts),
        child: said.child === null ? null : [...said.child.nameservers],
        ds: dsOf(said.ds, status),
        ...keysOf(facts, now),
        status,
      },
    ];
  });
}

/** Only a proof, or a parent that is proven to sign nothing, says that there are none: a forger can leave them out. */
function dsOf(lines: readonly string[], status: Cut['status']): string[] | null {
  if (lines.length > 0) return [...lines];
  return status === 'INSECURE' ? [] : null;
}

function voicesOf({ referrals, parent }: ZoneFacts): Cut['voices'] {
  const voices = new Map<string, Cut['voices'][number]>();
  for (const reply of referrals) {
    const meaning = meaningOf(reply, parent ?? '.');
    if (meaning.kind !== 'referral') continue;
    const { targets, glue } = meaning.referral;
    const lines = [...glue].flatMap(([name, addresses]) => addresses.map((address) => `${name} ${address}`)).sort();
    const key = referralKey(meaning.referral);
    const servers = (voices.get(key)?.servers ?? 0) + 1;
    voices.set(key, { nameservers: [...targets], glue: lines, servers });
  }
  return [...voices.values()].sort((a, b) => b.servers - a.servers);
}

/** More keys than any honest zone has are not tried: each costs a signature. */
const MOST_KEYS = 16;

function keysOf({ zone, keys: reply }: ZoneFacts, now: number): Pick<Cut, 'keys' | 'signers'> {
  const response = reply?.raw ? readResponse(reply.raw.bytes) : null;
  const set = response ? findSet(response.answer, zone, SECURITY_TYPE.DNSKEY) : null;
  if (!set) return { keys: [], signers: [] };
  const keys = set.rdatas.flatMap((rdata) => readDnskey(rdata) ?? []).slice(0, MOST_KEYS);
  const context: ValidationContext = { now: Math.floor(now / 1000), work: new Work() };
  const signers = keys.filter((key) => isZoneKey(key) && signs(key, set, zone, context));
  return { keys: keys.map(keyLine).sort(), signers: signers.map(keyLine).sort() };
}

function signs(key: Dnskey, set: RRset, zone: string, context: ValidationContext): boolean {
  return verifySet(set, { zone: canonicalName(zone), keys: [key] }, context).ok;
}

/** A tag is not unique, and a forger can make one to order: the hash says which key it is. */
function keyLine({ flags, algorithm, keyTag, rdata }: Dnskey): string {
  return `${flags} ${algorithm} ${keyTag} ${createHash('sha256').update(rdata).digest('hex')}`;
}
