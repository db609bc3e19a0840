/**
 * Certificates that transparency logs have for a name, as two services tell them: Cert Spotter's API (version 1), and
 * crt.sh. Pure. Every byte of an answer is a stranger's.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalName } from '../names.js';
import type { Issuance } from './facts.js';

const text = z.string().max(2_000);

const spotted = z.object({
  id: z.union([text, z.number()]).transform(String),
  dns_names: z.array(text),
  pubkey_sha256: text.optional(),
  issuer: z.object({ name: text, caa_domains: z.array(text).optional() }),
  not_before: text,
  not_after: text,
});

/** One page, oldest first. `after` asks for what follows it; null at the end. */
export interface Page {
  readonly issuances: readonly Issuance[];
  readonly after: string | null;
}

/** @param after of the page before; null for the first. */
export function certSpotterUrl(base: string, name: string, after: string | null): string {
  const query = new URLSearchParams({ domain: name, match_wildcards: 'true' });
  for (const field of ['dns_names', 'issuer', 'issuer.caa_domains']) query.append('expand', field);
  if (after !== null) query.set('after', after);
  return `${base.replace(/\/+$/u, '')}/v1/issuances?${query.toString()}`;
}

/** Null for what is no page. An entry that cannot be read spoils its page: what was left out might be the one. */
export function readCertSpotter(json: unknown): Page | null {
  const parsed = z.array(spotted).safeParse(json);
  if (!parsed.success) return null;
  const issuances = parsed.data.map((one) =>
    issuance(one.dns_names, one.not_before, one.not_after, {
      issuer: one.issuer.name,
      caaDomains: one.issuer.caa_domains ?? [],
      spki: one.pubkey_sha256?.toLowerCase() ?? null,
    }),
  );
  const readable = issuances.flatMap((one) => one ?? []);
  return readable.length < issuances.length ? null : { issuances: readable, after: parsed.data.at(-1)?.id ?? null };
}

const listed = z.object({
  issuer_name: text,
  name_value: z.string().max(20_000),
  not_before: text,
  not_after: text,
});

export function crtShUrl(base: string, name: string): string {
  const query = new URLSearchParams({ q: name, output: 'json', exclude: 'expired' });
  return `${base.replace(/\/+$/u, '')}/?${query.toString()}`;
}

/** Certificate and precertificate are two rows there: the second is dropped by its identity. Null for what is no list. */
export function readCrtSh(json: unknown): readonly Issuance[] | null {
  const parsed = z.array(listed).safeParse(json);
  if (!parsed.success) return null;
  const issuances = parsed.data.flatMap(
    (row) =>
      issuance(row.name_value.split('\n'), utc(row.not_before), utc(row.not_after), {
        issuer: row.issuer_name,
        caaDomains: [],
        spki: null,
      }) ?? [],
  );
  return [...new Map(issuances.map((one) => [one.id, one])).values()];
}

/** crt.sh leaves the zone out and means UTC. */
function utc(moment: string): string {
  return /(?:Z|[+-]\d\d:?\d\d)$/u.test(moment) ? moment : `${moment}Z`;
}

const MOST_NAMES = 200;

function issuance(
  dnsNames: readonly string[],
  begin: string,
  end: string,
  rest: Pick<Issuance, 'issuer' | 'caaDomains' | 'spki'>,
): Issuance | null {
  const [notBefore, notAfter] = [Date.parse(begin), Date.parse(end)];
  if (!Number.isFinite(notBefore) || !Number.isFinite(notAfter)) return null;
  const names = [...new Set(dnsNames.map((name) => canonicalName(name.trim())))].sort().slice(0, MOST_NAMES);
  // The services number differently: one certificate must be the same by both.
  const identity = [notBefore, notAfter, ...names].join('\n');
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  return { id, names, notBefore, notAfter, ...rest };
}
