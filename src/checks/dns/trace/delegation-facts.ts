/** What parent and child each say of a delegation, and where they differ. Facts for whoever judges the authority. Pure. */
import * as z from 'zod';
import { findSet, responseOf } from '../dnssec/rrsets.js';
import { readDnskey, readDs, SECURITY_TYPE } from '../dnssec/security-records.js';
import { canonicalName, TYPE } from '../names.js';
import type { ServerReply, Trace, ZoneFacts } from './facts.js';
import { glueIn, meaningOf, messageOf, referralKey, targetsIn } from './statements.js';

/** One zone's delegation by one voice. Lists are sorted, names canonical. */
const delegationSchema = z.object({
  nameservers: z.array(z.string()),
  /** `ns1.example.org 192.0.2.1` */
  glue: z.array(z.string()),
});
export type Delegation = z.infer<typeof delegationSchema>;

const zoneDelegationSchema = z.object({
  zone: z.string(),
  /** By the parent's servers, each different word once, that of most first; more than one when they disagree. */
  parent: z.array(delegationSchema),
  /** By the zone itself; null where none of its servers said. */
  child: delegationSchema.nullable(),
  /** `20326 8 2 e06d44b8...`, as the parent gives them. */
  ds: z.array(z.string()),
  /** `257 13 40968`: flags, algorithm and tag of the zone's keys. */
  keys: z.array(z.string()),
});
export type ZoneDelegation = z.infer<typeof zoneDelegationSchema>;

/** A delegation and what its signatures came to: what is compared with a baseline, and kept in it. */
export const zoneStandingSchema = zoneDelegationSchema.extend({
  status: z.enum(['SECURE', 'INSECURE', 'BOGUS', 'INDETERMINATE']),
});
export type ZoneStanding = z.infer<typeof zoneStandingSchema>;

export type DifferenceKind =
  | 'parent-servers-disagree'
  | 'nameservers-differ'
  | 'glue-differs'
  /** A DS record that no key of the zone has the tag and algorithm of. */
  | 'ds-without-key';

export interface Difference {
  readonly zone: string;
  readonly kind: DifferenceKind;
  /** In plain words. */
  readonly detail: string;
}

/** Of every zone of the trace but the root. */
export function delegationsOf(trace: Trace): ZoneDelegation[] {
  return trace.zones.filter(({ parent }) => parent !== null).map(delegationOf);
}

function delegationOf(facts: ZoneFacts): ZoneDelegation {
  return {
    zone: facts.zone,
    parent: parentWords(facts),
    child: facts.nameservers && childWord(facts.nameservers, facts.zone),
    ds: dsOf(facts),
    keys: keysOf(facts),
  };
}

function parentWords({ referrals, parent }: ZoneFacts): Delegation[] {
  const words = new Map<string, { readonly word: Delegation; votes: number }>();
  for (const reply of referrals) {
    const meaning = meaningOf(reply, parent ?? '.');
    if (meaning.kind !== 'referral') continue;
    const { targets, glue } = meaning.referral;
    const key = referralKey(meaning.referral);
    const entry = words.get(key) ?? { word: { nameservers: [...targets], glue: glueLines(glue) }, votes: 0 };
    entry.votes += 1;
    words.set(key, entry);
  }
  return [...words.values()].toSorted((a, b) => b.votes - a.votes).map(({ word }) => word);
}

function childWord(reply: ServerReply, zone: string): Delegation | null {
  const message = messageOf(reply)?.message;
  const records = message?.answers.filter(({ name, type }) => type === TYPE.NS && canonicalName(name) === zone) ?? [];
  if (!message || records.length === 0) return null;
  const nameservers = targetsIn(records);
  return { nameservers, glue: glueLines(glueIn(message, nameservers, zone)) };
}

function glueLines(glue: ReadonlyMap<string, readonly string[]>): string[] {
  return [...glue].flatMap(([name, addresses]) => addresses.map((address) => `${name} ${address}`)).sort();
}

function dsOf({ zone, ds, referrals }: ZoneFacts): string[] {
  const lines = [...(ds ? [ds] : []), ...referrals].flatMap((reply) =>
    rdatasOf(reply, zone, SECURITY_TYPE.DS).flatMap((rdata) => {
      const record = readDs(rdata);
      const digest = record && Buffer.from(record.digest).toString('hex');
      return record ? [`${record.keyTag} ${record.algorithm} ${record.digestType} ${digest}`] : [];
    }),
  );
  return [...new Set(lines)].sort();
}

function keysOf({ zone, keys }: ZoneFacts): string[] {
  const lines = (keys ? rdatasOf(keys, zone, SECURITY_TYPE.DNSKEY) : []).flatMap((rdata) => {
    const key = readDnskey(rdata);
    return key ? [`${key.flags} ${key.algorithm} ${key.keyTag}`] : [];
  });
  return [...new Set(lines)].sort();
}

function rdatasOf(reply: ServerReply, owner: string, type: number): readonly Uint8Array[] {
  const read = messageOf(reply);
  if (!read) return [];
  const { answer, authority } = responseOf(read.bytes, read.message);
  return findSet([...answer, ...authority], owner, type)?.rdatas ?? [];
}

/** Where voices that should agree do not. Pending changes look the same for a while; none of it alone is an attack. */
export function differencesIn(delegations: readonly ZoneDelegation[]): Difference[] {
  return delegations.flatMap((delegation) => [
    ...betweenParents(delegation),
    ...betweenParentAndChild(delegation),
    ...orphanedDs(delegation),
  ]);
}

function betweenParents({ zone, parent }: ZoneDelegation): Difference[] {
  if (parent.length < 2) return [];
  const words = parent.map(({ nameservers, glue }) => [...nameservers, ...glue].join(', ')).join(' | ');
  return [{ zone, kind: 'parent-servers-disagree', detail: `the parent's servers delegate it differently: ${words}` }];
}

function betweenParentAndChild({ zone, parent, child }: ZoneDelegation): Difference[] {
  const [first] = parent;
  if (!first || !child) return [];
  const differences: Difference[] = [];
  if (!areSame(first.nameservers, child.nameservers)) {
    const detail = `the parent says ${first.nameservers.join(', ')}; the zone says ${child.nameservers.join(', ')}`;
    differences.push({ zone, kind: 'nameservers-differ', detail });
  }
  // Only of servers that both give addresses for: a zone need not send any along.
  const named = new Set(child.glue.map(serverOf));
  const [above, below] = [first.glue, child.glue].map((lines) => lines.filter((line) => named.has(serverOf(line))));
  if (above && below && above.length > 0 && !areSame(above, below)) {
    const detail = `the parent says ${above.join(', ')}; the zone says ${below.join(', ')}`;
    differences.push({ zone, kind: 'glue-differs', detail });
  }
  return differences;
}

function serverOf(line: string): string {
  return line.split(' ', 1)[0] ?? '';
}

function orphanedDs({ zone, ds, keys }: ZoneDelegation): Difference[] {
  const known = new Set(keys.map((line) => line.split(' ').slice(1).reverse().join(' ')));
  const orphans = ds.filter((line) => !known.has(line.split(' ').slice(0, 2).join(' ')));
  if (orphans.length === 0) return [];
  const detail = `no key of the zone is the one of DS ${orphans.join(', ')}`;
  return [{ zone, kind: 'ds-without-key', detail }];
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
