/**
 * What each difference at the authority counts, and why. The sum says how likely the domain was taken over; these are
 * the only numbers of it. Anchors: Houser 2021 (of all features a change of name servers tells a hijack best), Akiwate
 * 2022, CISA ED 19-01, and the design's own table.
 */
import type { DnsCode } from '../codes.js';

export interface Weight {
  readonly points: number;
  readonly because: string;
  /** Of the notice that tells it alone; null where another comparer tells it already. */
  readonly code: DnsCode | null;
}

export const WEIGHTS = {
  'nameservers-changed': {
    points: 60,
    because: 'whoever runs the name servers decides every answer, and most hijacks change them',
    code: 'dns/nameservers-changed',
  },
  'nameserver-gone': {
    points: 10,
    because: 'owners retire a server now and then; a hijacker gains nothing by it alone',
    code: 'dns/nameservers-changed',
  },
  'glue-moved': {
    points: 50,
    because: 'the same name at an address in another network is another server',
    code: 'dns/glue-changed',
  },
  'glue-moved-nearby': {
    points: 5,
    because: 'operators renumber inside their own network',
    code: 'dns/glue-changed',
  },
  'ds-removed': {
    points: 50,
    because: 'without DS nobody can tell forged answers by their signatures: a hijacker has to remove it',
    code: 'dns/ds-removed',
  },
  'ds-replaced': {
    points: 40,
    because: 'an owner who rolls keys keeps an old one beside the new for a while; a hijacker cannot sign with it',
    code: 'dns/ds-replaced',
  },
  'keys-rolled': {
    points: 10,
    because: 'the approved servers hold the new keys and the chain is whole: a rollover that nobody approved yet',
    code: 'dns/ds-replaced',
  },
  'registrar-changed': {
    points: 60,
    because: 'a transfer hands the domain to another account',
    code: 'dns/registrar-changed',
  },
  'registry-nameservers-changed': {
    points: 40,
    because: 'what the registry has now the DNS will have soon',
    code: 'dns/registrar-changed',
  },
  'registration-updated': {
    points: 15,
    because: 'somebody saved a change at the registrar; renewals do it too',
    code: 'dns/registration-changed',
  },
  'lock-lost': {
    points: 30,
    because: 'transfers and updates are locked until somebody with the account unlocks them',
    code: 'dns/registrar-lock-lost',
  },
  'certificate-foreign': {
    points: 30,
    because:
      'an authority that never issued for this name did: hijackers get a certificate as soon as they hold the DNS',
    code: 'dns/certificate-issued',
  },
  'certificate-new-key': {
    points: 5,
    because: 'an approved authority issued for a new key, as renewals do',
    code: 'dns/certificate-issued',
  },
  'parent-child-differ': {
    points: 15,
    because: 'after a hijack of one side only the other still says what was before; slow updates look the same',
    code: 'dns/parent-child-differ',
  },
  'addresses-left': {
    points: 25,
    because: 'no address is left in any network or alias that was approved',
    code: null,
  },
  'mail-moved': {
    points: 25,
    because: 'who takes the mail can reset passwords and have certificates issued; a person is asked at any score',
    code: 'dns/mail-changed',
  },
  'caa-opened': {
    points: 15,
    because: 'another authority may issue certificates now',
    code: 'dns/caa-changed',
  },
  'ttl-collapsed': {
    points: 10,
    because: 'short lives let an attacker, or an owner who moves, switch quickly',
    code: 'dns/ttl-collapsed',
  },
  'key-unknown': {
    points: 20,
    because: 'no address shows a key or an authority that was approved',
    code: null,
  },
  defaced: {
    points: 60,
    because: 'a defacement is served there',
    code: null,
  },
} as const satisfies Record<string, Weight>;

export type PartKind = keyof typeof WEIGHTS;

/**
 * Ask a person whatever the sum is. Mail alone is enough to have a certificate issued and every account of the domain
 * reset, and nothing else need change: Sea Turtle and DNSpionage took mail this way.
 */
export const ALWAYS_ASKED: ReadonlySet<PartKind> = new Set(['mail-moved']);

/** Seen by fewer than half of the parent's servers: it spreads, or one of them is ill. The next look tells. */
export const MINORITY_SHARE = 0.5;

/** From here on somebody is called. */
export const HIJACKED_FROM = 80;
/** From here on a person is asked. */
export const UNCONFIRMED_FROM = 50;
