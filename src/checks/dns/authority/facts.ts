/**
 * What parent, zone, registry and certificate logs say of the watched domain. Facts only; the schemas are also what
 * stored evidence must pass. Small and readable: a baseline keeps them as they are, so that a person can review them.
 */
import * as z from 'zod';

/** What some of the parent's servers say. */
const voiceSchema = z.object({
  /** Sorted, canonical. */
  nameservers: z.array(z.string()),
  /** `ns1.example.org 192.0.2.1` */
  glue: z.array(z.string()),
  /** How many of the parent's servers say just this. */
  servers: z.int(),
});

/** A delegation, from the registrable domain down. */
const cutSchema = z.object({
  zone: z.string(),
  parent: z.string(),
  /** The word of most servers first. Empty where parent and zone stand on the same servers: they refer to nobody. */
  voices: z.array(voiceSchema),
  /** NS by the zone itself; null where none of its servers said. */
  child: z.array(z.string()).nullable(),
  /** `20326 8 2 e06d44b8...`; empty: the parent has none, by proof where it is signed; null: nobody said. */
  ds: z.array(z.string()).nullable(),
  /** `257 13 40968 <SHA-256 of the record>`: flags, algorithm, tag. */
  keys: z.array(z.string()),
  /** Those of the keys by which the set of keys is validly signed now: whoever signed it holds them. */
  signers: z.array(z.string()),
  /** Of the zone's keys by the chain from the root. */
  status: z.enum(['SECURE', 'INSECURE', 'BOGUS', 'INDETERMINATE']),
});
export type Cut = z.infer<typeof cutSchema>;

export const domainSchema = z.object({
  zone: z.string(),
  /** Empty where no authoritative server could be asked. */
  cuts: z.array(cutSchema),
  /** Addresses and aliases the zone's own servers give for the watched name, else the references; null: nobody did. */
  addresses: z.array(z.string()).nullable(),
  cnames: z.array(z.string()),
  /** At the apex of the domain, as the references give them; null where none of them said. */
  nameservers: z.array(z.string()).nullable(),
  mx: z.array(z.string()).nullable(),
  caa: z.array(z.string()).nullable(),
  /** Seconds, as the zone's own servers give them. */
  ttl: z.object({ nameservers: z.number().nullable(), address: z.number().nullable() }),
  /** Autonomous systems of the addresses named here, where known. */
  asns: z.record(z.string(), z.int().nonnegative()),
});
export type Domain = z.infer<typeof domainSchema>;

/** The registry's record of the domain, RFC 9083. */
export const registrationSchema = z.object({
  /** When it was asked: the answer is kept for a while. */
  at: z.number(),
  /** `MarkMonitor Inc. (292)`, null where the registry does not say. */
  registrar: z.string().nullable(),
  /** `client transfer prohibited`, sorted. */
  status: z.array(z.string()),
  nameservers: z.array(z.string()),
  /** `last changed`, epoch milliseconds. */
  lastChanged: z.number().nullable(),
});
export type Registration = z.infer<typeof registrationSchema>;

/** A certificate for the name that a transparency log has. */
export const issuanceSchema = z.object({
  id: z.string(),
  names: z.array(z.string()),
  /** As a certificate writes it: `C=US, O=Let's Encrypt, CN=R11`. */
  issuer: z.string(),
  /** Domains by which CAA records allow this issuer; empty where the source does not say. */
  caaDomains: z.array(z.string()),
  notBefore: z.number(),
  notAfter: z.number(),
  /** SHA-256 of the public key, hex; null where the source does not say. */
  spki: z.string().nullable(),
});
export type Issuance = z.infer<typeof issuanceSchema>;

/** What others than the DNS say of the domain. Null: not asked, or the source did not answer: never an alarm. */
export const registrySchema = z.object({
  registration: registrationSchema.nullable(),
  certificates: z.array(issuanceSchema).nullable(),
});
export type Registry = z.infer<typeof registrySchema>;

/** What the servers of most of the parent's voices say. */
export function mainVoice({ voices }: Cut): Cut['voices'][number] | null {
  return voices[0] ?? null;
}

/** `ns1.example.org 192.0.2.1` to its address. */
export function glueAddress(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}

/** How much glue fits into a referral each server decides for itself, each time. */
function joined(before: Cut | undefined, cut: Cut): Cut {
  if (!before) return cut;
  const voices = new Map(
    [...before.voices, ...cut.voices].map((voice) => [JSON.stringify([voice.nameservers, voice.glue]), voice]),
  );
  return {
    ...cut,
    voices: [...voices.values()].sort((a, b) => b.servers - a.servers),
    child: cut.child ?? before.child,
    ds: before.ds === null && cut.ds === null ? null : [...new Set([...(before.ds ?? []), ...(cut.ds ?? [])])],
    keys: [...new Set([...before.keys, ...cut.keys])].sort(),
  };
}

/**
 * Several looks at a healthy domain into what is approved: the last look, with every delegation, address and record that
 * any of them saw.
 */
export function settledDomain(looks: readonly Domain[]): Domain | null {
  const last = looks.at(-1);
  if (!last) return null;
  const all = <T>(pick: (look: Domain) => readonly T[] | null): T[] | null => {
    const given = looks.flatMap((look) => pick(look) ?? []);
    return looks.some((look) => pick(look) !== null) ? [...new Set(given)] : null;
  };
  const cuts = new Map<string, Cut>();
  for (const cut of looks.flatMap((look) => look.cuts)) cuts.set(cut.zone, joined(cuts.get(cut.zone), cut));
  return {
    ...last,
    cuts: [...cuts.values()],
    addresses: all(({ addresses }) => addresses)?.toSorted() ?? null,
    cnames: all(({ cnames }) => cnames) ?? [],
    nameservers: all(({ nameservers }) => nameservers),
    mx: all(({ mx }) => mx),
    caa: all(({ caa }) => caa),
    asns: Object.assign({}, ...looks.map(({ asns }) => asns)),
  };
}

/** What a baseline keeps of registry and logs: the last that each of them said. */
export function settledRegistry(looks: readonly { readonly registry?: Registry | undefined }[]): {
  registry?: Registry;
} {
  const registration = looks.findLast(({ registry }) => registry?.registration)?.registry?.registration ?? null;
  const certificates = looks.findLast(({ registry }) => registry?.certificates)?.registry?.certificates ?? null;
  return registration || certificates ? { registry: { registration, certificates } } : {};
}
