/** Numbers and names of the DNS: types, response codes, and how two names are compared. Pure. */

/** Record types by name, IANA. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
  OPT: 41,
  SVCB: 64,
  HTTPS: 65,
  CAA: 257,
} as const;

/** The types a person may ask for by name. */
export const QUERY_TYPES = ['A', 'AAAA', 'CNAME', 'NS', 'SOA', 'MX', 'TXT', 'CAA', 'HTTPS'] as const;
export type QueryType = (typeof QUERY_TYPES)[number];

/** What a server calls itself, and the program it is: RFC 4892 and its older custom, class CH. */
export const ID_SERVER = 'id.server';
export const VERSION_BIND = 'version.bind';

const RCODES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  6: 'YXDOMAIN',
  9: 'NOTAUTH',
  16: 'BADVERS',
  23: 'BADCOOKIE',
};

/** `NXDOMAIN`, `RCODE11`. */
export function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? `RCODE${rcode}`;
}

/** RFC 4343: case does not matter, and neither does the final dot. */
export function canonicalName(name: string): string {
  const lower = name.replace(/[A-Z]/gu, (letter) => letter.toLowerCase());
  return lower.length > 1 && lower.endsWith('.') && !lower.endsWith('\\.') ? lower.slice(0, -1) : lower;
}

/** `*.cdn.example.net` fits every name below it, however deep; anything else fits itself. */
export function fitsPattern(name: string, pattern: string): boolean {
  const wanted = canonicalName(pattern);
  const given = canonicalName(name);
  return wanted.startsWith('*.') ? given.endsWith(wanted.slice(1)) && given.length >= wanted.length : given === wanted;
}

/** A host name that can be asked for: letters, digits, hyphens and underscores, labels of 1 to 63, at most 253 in all. */
export function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/iu.test(label));
}
