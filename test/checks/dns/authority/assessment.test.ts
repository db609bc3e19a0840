import { describe, expect, test } from 'vitest';
import { assess } from '../../../../src/checks/dns/authority/assessment.js';
import { settledDomain } from '../../../../src/checks/dns/authority/facts.js';
import { WEIGHTS } from '../../../../src/checks/dns/authority/weights.js';
import type { DnsEvidence } from '../../../../src/checks/dns/evidence.js';
import { dns } from '../../../../src/checks/dns/index.js';
import type { DnsSettings } from '../../../../src/checks/dns/settings.js';
import {
  answer,
  CDN,
  EVIL,
  evidence,
  FROZEN,
  GOOD,
  NEAR,
  nameservers,
  pageAt,
  reply,
  SETTINGS,
  tlsAt,
} from '../sample.js';
import {
  APPROVED,
  AT,
  cut,
  DS,
  delegated,
  domain,
  issuance,
  KSK,
  look,
  NS,
  NS_AT,
  NS_FAR,
  NS_NEAR,
  registration,
  ZSK,
} from './sample.js';

function parts(seen: DnsEvidence, accepted = [APPROVED], settings: DnsSettings = SETTINGS): string[] {
  return (assess(seen, accepted, settings)?.parts ?? []).map(({ kind, points }) => `${kind} ${points}`);
}

function score(seen: DnsEvidence): number {
  return assess(seen, [APPROVED], SETTINGS)?.score ?? -1;
}

function findings(seen: DnsEvidence, settings: DnsSettings = SETTINGS): string[] {
  const all = dns.comparers.flatMap((one) => one.compare(seen, [APPROVED], settings));
  return (dns.weigh?.(all, seen, [APPROVED], settings) ?? all).map(({ code, severity }) => `${code} ${severity}`);
}

const EVIL_NS = ['ns1.evil.net', 'ns2.evil.net'];
const hijackedCut = cut({
  voices: [delegated(EVIL_NS)],
  child: EVIL_NS,
  ds: [],
  keys: [],
  signers: [],
  status: 'INSECURE',
});
const registered = (more: Parameters<typeof registration>[0]): DnsEvidence =>
  look({}, { registry: { registration: registration(more), certificates: null } });
const issued = (more: Parameters<typeof issuance>[0]): DnsEvidence =>
  look({}, { registry: { registration: null, certificates: [issuance(more)] } });
/** What each reference says of the mail servers, beside the approved one. */
function mailBy(...voices: (readonly string[])[]): DnsEvidence {
  const answers = voices.map((servers, at) => {
    const records = ['mail.example.org', ...servers].map((server) => `10 ${server}`);
    return answer(`ref${at + 1}`, 'MX', [reply([], { records })], { asked: 'zone', name: 'example.org' });
  });
  const all = [...new Set(['mail.example.org', ...voices.flat()])];
  const seen = look({ mx: all });
  return { ...seen, answers: [...seen.answers, ...answers] };
}
const badTls = tlsAt(EVIL, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'evil-key', 'CN=evil');

/** Authority and references give the stranger's address. */
function moved(rest: Partial<DnsEvidence>): DnsEvidence {
  return look({ addresses: [EVIL] }, { answers: [answer('ref1', 'A', [reply([EVIL])])], ...rest });
}

describe('each difference has its weight', () => {
  test.each<[string, DnsEvidence, string[]]>([
    [
      'name servers changed at the parent',
      look({ cuts: [cut({ voices: [delegated(EVIL_NS)], child: EVIL_NS })] }),
      ['nameservers-changed 60'],
    ],
    [
      'one name server added among the approved',
      look({ cuts: [cut({ voices: [delegated([...NS, 'ns.evil.net'])], child: [...NS, 'ns.evil.net'] })] }),
      ['nameservers-changed 60'],
    ],
    [
      'name servers changed, by one of four servers of the parent',
      look({ cuts: [cut({ voices: [delegated(NS, 3), delegated(EVIL_NS, 1)] })] }),
      ['nameservers-changed 30'],
    ],
    [
      'a delegation of the name itself that was not there',
      look({
        cuts: [
          cut(),
          cut({
            zone: 'www.example.org',
            parent: 'example.org',
            voices: [delegated(EVIL_NS)],
            child: EVIL_NS,
            ds: null,
          }),
        ],
      }),
      ['nameservers-changed 60'],
    ],
    [
      'glue in another network',
      look({
        cuts: [
          cut({
            voices: [
              delegated(
                NS,
                4,
                NS.map((name) => `${name} ${NS_FAR}`),
              ),
            ],
          }),
        ],
      }),
      ['glue-moved 50'],
    ],
    ['DS removed', look({ cuts: [cut({ ds: [], status: 'INSECURE' })] }), ['ds-removed 50']],
    [
      'DS and keys swapped without overlap',
      look({
        cuts: [cut({ ds: ['9 13 2 ff'], keys: ['257 13 9 dead'], signers: ['257 13 9 dead'], status: 'BOGUS' })],
      }),
      ['ds-replaced 40'],
    ],
    [
      'DS swapped by a thief who copies the public key into his zone',
      look({
        cuts: [
          cut({
            ds: ['9 13 2 ff'],
            keys: [KSK, '257 13 9 dead'],
            signers: ['257 13 9 dead'],
            voices: [delegated(EVIL_NS)],
            child: EVIL_NS,
          }),
        ],
      }),
      ['nameservers-changed 60', 'ds-replaced 40'],
    ],
    [
      'parent and zone differ',
      look({ cuts: [cut({ child: ['ns1.example.org', 'ns9.example.org'] })] }),
      ['parent-child-differ 15'],
    ],
    ['all addresses in another network', moved({}), ['addresses-left 25']],
    ['all addresses elsewhere with a foreign key', moved({ tls: [badTls] }), ['addresses-left 25', 'key-unknown 20']],
    [
      'a defacement at the new address',
      moved({ victims: [pageAt(EVIL, 'Hacked by X', '')] }),
      ['defaced 60', 'addresses-left 25'],
    ],
    ['mail moved', look({ mx: ['mail.evil.net'] }), ['mail-moved 25']],
    ['mail also to a stranger', look({ mx: ['mail.example.org', 'mail.evil.net'] }), ['mail-moved 25']],
    ['mail to a stranger by the word of one reference of three', mailBy(['mail.evil.net'], [], []), ['mail-moved 13']],
    ['no mail at all any more', look({ mx: ['.'] }), []],
    [
      'another authority may issue',
      look({ caa: ['0 issue "letsencrypt.org"', '0 issue "evil-ca.net"'] }),
      ['caa-opened 15'],
    ],
    ['anybody may issue', look({ caa: [] }), ['caa-opened 15']],
    ['TTL collapsed', look({ ttl: { nameservers: 60, address: 3_600 } }), ['ttl-collapsed 10']],
    ['another registrar', registered({ registrar: 'Other Inc (999)' }), ['registrar-changed 60']],
    ['locks lost', registered({ status: ['active'] }), ['lock-lost 30']],
    ['the registry has other name servers', registered({ nameservers: EVIL_NS }), ['registry-nameservers-changed 40']],
    [
      'the registration was changed, nobody knows what',
      registered({ lastChanged: AT - 60_000 }),
      ['registration-updated 15'],
    ],
    ['a certificate by a stranger', issued({ issuer: 'C=XX, O=Other CA, CN=1' }), ['certificate-foreign 30']],
  ])('%s', (_what, seen, expected) => {
    expect(parts(seen)).toEqual(expected);
  });

  test('and every weight gives its reason', () => {
    expect(Object.values(WEIGHTS).filter(({ because }) => because.length < 20)).toEqual([]);
  });
});

describe('what owners do counts nothing, or little', () => {
  const NEW_KSK = '257 13 777 abcd';
  test.each<[string, DnsEvidence]>([
    ['nothing changed', look()],
    ['a key published before it is used', look({ cuts: [cut({ keys: [ZSK, '256 13 333 feed', KSK] })] })],
    ['the zone key rolled', look({ cuts: [cut({ keys: ['256 13 333 feed', KSK] })] })],
    [
      'both keys sign, both DS stand',
      look({ cuts: [cut({ ds: [...DS, '777 13 2 bb'], keys: [KSK, NEW_KSK], signers: [KSK, NEW_KSK] })] }),
    ],
    [
      'the DS was changed while the old key still signs',
      look({ cuts: [cut({ ds: ['777 13 2 bb'], keys: [KSK, NEW_KSK], signers: [KSK, NEW_KSK] })] }),
    ],
    [
      'another algorithm beside the old one',
      look({ cuts: [cut({ ds: [...DS, '5 15 2 cc'], keys: [KSK, '257 15 5 ed'], signers: [KSK, '257 15 5 ed'] })] }),
    ],
    [
      'DNSSEC switched on elsewhere in the tree, nobody said DS',
      look({ cuts: [cut({ ds: null, status: 'INDETERMINATE' })] }),
    ],
    [
      'a lame server: parent silent, zone silent',
      look({
        cuts: [
          cut({
            voices: [
              delegated(
                NS,
                3,
                NS.map((name) => `${name} ${NS_AT}`),
              ),
            ],
            child: null,
            keys: [],
            signers: [],
          }),
        ],
      }),
    ],
    ['the TTL was shortened to an hour', look({ ttl: { nameservers: 3_600, address: 600 } })],
    ['fewer authorities may issue', look({ caa: ['0 issue ";"'] })],
    ['a source that is down', look({}, { registry: { registration: null, certificates: null } })],
    ['a lock added, nothing else', registered({ status: [...registration().status, 'server delete prohibited'] })],
    ['an old certificate by a stranger', issued({ issuer: 'O=Other CA', notBefore: AT - 40 * 86_400_000 })],
    ['a certificate for the approved key', issued({ spki: 'own-key' })],
    ['a certificate of a neighbour in the domain', issued({ issuer: 'O=Other CA', names: ['shop.example.org'] })],
    [
      'a certificate by an authority that CAA allows',
      { ...issued({ issuer: "O=Let's Encrypt", caaDomains: ['letsencrypt.org'], spki: 'own-key' }) },
    ],
    [
      'a trace raced by a forger while the references give what was approved',
      look({ addresses: [EVIL] }, { tls: [tlsAt(GOOD, null), badTls] }),
    ],
    ['an address inside the approved network', look({ addresses: [NEAR] })],
    ['one address of two in another network', look({ addresses: [GOOD, CDN] })],
    ['the authority could not be asked', look({ cuts: [], addresses: null, nameservers: null, mx: null, caa: null })],
  ])('%s', (_what, seen) => {
    expect(score(seen)).toBe(0);
  });

  test.each<[string, DnsEvidence, string[]]>([
    [
      'all keys rolled and the old gone, on the approved servers',
      look({ cuts: [cut({ ds: ['777 13 2 bb'], keys: [NEW_KSK], signers: [NEW_KSK] })] }),
      ['keys-rolled 10'],
    ],
    [
      'a rollover that the registry dates',
      {
        ...look({ cuts: [cut({ ds: ['777 13 2 bb'], keys: [NEW_KSK], signers: [NEW_KSK] })] }),
        ...registered({ lastChanged: AT }),
        domain: look({ cuts: [cut({ ds: ['777 13 2 bb'], keys: [NEW_KSK], signers: [NEW_KSK] })] }).domain,
      },
      ['keys-rolled 10'],
    ],
    [
      'a name server renumbered in its network',
      look({
        cuts: [
          cut({
            voices: [
              delegated(
                NS,
                4,
                NS.map((name) => `${name} ${NS_NEAR}`),
              ),
            ],
          }),
        ],
      }),
      ['glue-moved-nearby 5'],
    ],
    [
      'a name server renumbered within its operator',
      look({
        cuts: [
          cut({
            voices: [
              delegated(
                NS,
                4,
                NS.map((name) => `${name} ${NS_FAR}`),
              ),
            ],
          }),
        ],
        asns: { [NS_AT]: 64_500, [NS_FAR]: 64_500 },
      }),
      ['glue-moved-nearby 5'],
    ],
    [
      'a name server retired',
      look({ cuts: [cut({ voices: [delegated(['ns1.example.org'])], child: ['ns1.example.org'] })] }),
      ['nameserver-gone 10'],
    ],
    ['a renewal of the certificate', issued({}), ['certificate-new-key 5']],
  ])('%s', (_what, seen, expected) => {
    expect(parts(seen)).toEqual(expected);
    expect(findings(seen).every((one) => one.endsWith(' notice'))).toBe(true);
  });

  test('IPv6 glue that no referral had before counts little, unless its network is a stranger', () => {
    const glue = ['ns1.example.org 2001:500::1', `ns1.example.org ${NS_AT}`];
    const cuts = [cut({ voices: [delegated(NS, 4, glue)] })];
    expect(parts(look({ cuts }))).toEqual(['glue-moved-nearby 5']);
    expect(parts(look({ cuts, asns: { [NS_AT]: 64_500, '2001:500::1': 666 } }))).toEqual(['glue-moved 50']);
  });

  test('of a baseline that knows no delegation, one below the domain is no news; of one that does, it is', () => {
    const below = cut({
      zone: 'www.example.org',
      parent: 'example.org',
      voices: [delegated(EVIL_NS)],
      child: NS,
      ds: null,
    });
    expect(parts(look({ cuts: [cut(), below] }), [look({ cuts: [] })])).toEqual([]);
    expect(parts(look({ cuts: [cut(), below] }))).toEqual(['nameservers-changed 60']);
  });

  test('where nobody refers, what the zone says of its servers counts', () => {
    expect(parts(look({ cuts: [cut({ voices: [], child: EVIL_NS })] }))).toEqual(['nameservers-changed 60']);
    expect(parts(look({ cuts: [cut({ voices: [] })] }))).toEqual([]);
  });

  test('what any look of the capture saw is approved', () => {
    const glue = (address: string) => cut({ voices: [delegated(NS, 4, [`ns1.example.org ${address}`])] });
    const captured = settledDomain([domain({ cuts: [glue(NS_AT)] }), domain({ cuts: [glue(NS_FAR)], mx: null })]);
    const approved = look(captured ?? {});
    expect(parts(look({ cuts: [glue(NS_AT)] }), [approved])).toEqual([]);
    expect(parts(look({ cuts: [glue(NS_FAR)] }), [approved])).toEqual([]);
    expect(captured?.mx).toEqual(['mail.example.org']);
  });

  test('an unknown autonomous system equals no other', () => {
    const seen = look({
      cuts: [
        cut({
          voices: [
            delegated(
              NS,
              4,
              NS.map((name) => `${name} ${NS_FAR}`),
            ),
          ],
        }),
      ],
      asns: { [NS_AT]: 0, [NS_FAR]: 0 },
    });
    expect(parts(seen)).toEqual(['glue-moved 50']);
  });
});

describe('the classes', () => {
  test('a registrar hijack is critical, and its effects are no alarm of their own', () => {
    const hijacked = look(
      { cuts: [hijackedCut], addresses: [EVIL] },
      { answers: [answer('ref1', 'A', [reply([EVIL])])], tls: [badTls] },
    );
    expect(parts(hijacked)).toEqual(['nameservers-changed 60', 'ds-removed 50', 'addresses-left 25', 'key-unknown 20']);
    const all = findings(hijacked);
    expect(all.filter((one) => one.endsWith(' critical'))).toEqual(['dns/delegation-hijacked critical']);
    expect(all).toContain('dns/answer-changed notice');
  });

  test('a change of name servers alone asks a person; during an event it calls', () => {
    const seen = look({ cuts: [cut({ voices: [delegated(EVIL_NS)], child: EVIL_NS })] });
    expect(findings(seen)).toEqual(['dns/authority-changed warning', 'dns/nameservers-changed notice']);
    expect(findings(seen, FROZEN)).toContain('dns/authority-changed critical');
  });

  test('says which servers, at which parent, and what to do', () => {
    const [headline] = dns.comparers.flatMap((one) => one.compare(look({ cuts: [hijackedCut] }), [APPROVED], SETTINGS));
    expect(headline).toMatchObject({ code: 'dns/delegation-hijacked', diagnosis: 'delegation-hijacked' });
    expect(headline?.summary).toContain('the servers of org delegate it to ns1.evil.net, ns2.evil.net');
    expect(headline?.summary).toContain('Call the registrar now');
    expect(headline?.expected).toContain('ns1.example.org');
    expect(headline?.actual).toContain('(+60)');
  });

  test('allowed name servers are no strangers', () => {
    const allowed = { ...SETTINGS, allow: { ...SETTINGS.allow, nameservers: EVIL_NS } };
    const seen = look({ cuts: [cut({ voices: [delegated(EVIL_NS)], child: EVIL_NS })] });
    expect(parts(seen, [APPROVED], allowed)).toEqual(['nameserver-gone 10']);
  });

  test('of several approved looks any will do', () => {
    const other = look({ cuts: [cut({ voices: [delegated(EVIL_NS)], child: EVIL_NS })] });
    expect(parts(other, [APPROVED, other])).toEqual([]);
  });

  test('without a baseline nothing is judged', () => {
    expect(assess(look({ cuts: [hijackedCut] }), [], SETTINGS)).toBeNull();
  });

  test('where nobody could be asked from the root down, the references tell of new name servers', () => {
    const before = evidence([nameservers('ref1', ...NS)]);
    expect(parts(evidence([nameservers('ref1', ...EVIL_NS)]), [before])).toEqual(['nameservers-changed 60']);
    expect(parts(evidence([nameservers('ref1', ...NS)]), [before])).toEqual([]);
  });
});

describe('mail that goes to a stranger', () => {
  const swapped = look({ mx: ['mail.evil.net'] });

  test('asks a person although the score is low, and calls somebody where nothing may change', () => {
    expect(score(swapped)).toBe(25);
    expect(findings(swapped)).toEqual(['dns/authority-changed warning', 'dns/mail-changed notice']);
    expect(findings(swapped, FROZEN)).toContain('dns/authority-changed critical');
  });

  test('asks too where the domain had no mail before, and where most references say so', () => {
    const without = look({ mx: [] });
    expect(assess(swapped, [without], SETTINGS)?.class).toBe('unconfirmed');
    expect(assess(mailBy(['mail.evil.net'], ['mail.evil.net'], []), [APPROVED], SETTINGS)?.class).toBe('unconfirmed');
  });

  test('asks nobody where one reference alone says so, a ticket expects it, or nothing was known', () => {
    const changes = [{ id: 'T', from: AT - 1, to: AT + 1, expect: { mx: ['mail.evil.net'] } }];
    expect(assess(mailBy(['mail.evil.net'], [], []), [APPROVED], SETTINGS)?.class).toBe('noted');
    expect(assess(swapped, [APPROVED], { ...SETTINGS, changes })?.class).toBe('noted');
    expect(assess(swapped, [look({ mx: null })], SETTINGS)?.class).toBe('as-approved');
  });
});
