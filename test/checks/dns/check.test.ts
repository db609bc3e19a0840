import { describe, expect, test } from 'vitest';
import type { SiteFacts } from '../../../src/checks/check.js';
import { type Answer, type DnsEvidence, evidenceSchema } from '../../../src/checks/dns/evidence.js';
import { dns } from '../../../src/checks/dns/index.js';
import { type DnsSettings, dnsOptions } from '../../../src/checks/dns/settings.js';
import type { Finding } from '../../../src/core/model.js';
import {
  absent,
  answer,
  BLOCK_PAGE,
  CDN,
  control,
  EVIL,
  evidence,
  FROZEN,
  GOOD,
  GOOD_V6,
  NAME,
  NEAR,
  nameservers,
  PLAIN_HTTP,
  pageAt,
  reply,
  SETTINGS,
  tlsAt,
} from './sample.js';

const SELF_SIGNED = 'DEPTH_ZERO_SELF_SIGNED_CERT';

function compare(
  actual: DnsEvidence,
  accepted: readonly DnsEvidence[] = [],
  settings: DnsSettings = SETTINGS,
): Finding[] {
  return dns.comparers.flatMap((comparer) => [...comparer.compare(actual, accepted, settings)]);
}

/** `code severity` of each finding. */
function brief(findings: readonly Finding[]): string[] {
  return findings.map((finding) => `${finding.code} ${finding.severity}`);
}

const approved = evidence([nameservers('ref1', 'ns1.example.org', 'ns2.example.org')], { tls: [tlsAt(GOOD, null)] });

/** The references give these addresses now. */
function moved(addresses: readonly string[], more: Partial<DnsEvidence> = {}): DnsEvidence {
  const now = answer('ref1', 'A', [reply(addresses, { cnames: ['x.cdn.example.net'] })]);
  return { ...evidence([], more), answers: [control('ref1'), now] };
}

describe('a healthy site', () => {
  test('gives no finding', () => {
    const seen = evidence([
      answer('isp', 'A', [reply([GOOD])]),
      nameservers('ref1', 'ns1.example.org', 'ns2.example.org'),
    ]);
    expect(compare(seen, [approved])).toEqual([]);
  });

  test('behind a CDN that answers every resolver otherwise gives no finding', () => {
    const seen = evidence([answer('isp', 'A', [reply([CDN])])], { tls: [tlsAt(GOOD, null), tlsAt(CDN, null)] });
    expect(compare(seen)).toEqual([]);
  });

  test('with one resolver down gives a notice only', () => {
    const seen = evidence([answer('isp', 'A', []), control('isp2'), answer('isp2', 'A', [reply([GOOD])])]);
    const dead = {
      ...seen,
      answers: seen.answers.filter((one) => one.resolver.name !== 'isp' || one.asked !== 'control'),
    };
    expect(brief(compare(dead, [approved]))).toEqual(['dns/resolver-failing notice']);
    expect(dns.failures(dead)).toEqual([]);
  });

  test.each([
    ['the approved key', tlsAt(CDN, null, 'own-key', 'O=Other CA, CN=X1'), 'notice'],
    ['a new key by the approved authority', tlsAt(CDN, null, 'cdn-key', 'O=Real CA, CN=R2'), 'notice'],
    ['a new key by another authority', tlsAt(CDN, null, 'cdn-key', 'O=Other CA, CN=X1'), 'warning'],
  ] as const)('that moves to addresses with a valid certificate for %s', (_, at, frozen) => {
    const seen = moved([CDN], { tls: [at] });
    const told = (settings: DnsSettings): string[] =>
      brief(compare(seen, [approved], settings)).filter((code) => !code.startsWith('dns/authority'));
    expect(told(SETTINGS)).toEqual(['dns/answer-changed notice', 'dns/cname-changed notice']);
    expect(told(FROZEN)).toEqual([`dns/answer-changed ${frozen}`, `dns/cname-changed ${frozen}`]);
  });

  test('behind a CDN with IPv6 that this machine cannot reach gives a notice only', () => {
    const failure = { blame: 'monitor', code: 'network-unreachable', detail: 'no route' } as const;
    const tls = [tlsAt(GOOD, null), { ...tlsAt('2a04:4e42::7', 'refused'), failure }];
    const seen = evidence([answer('isp', 'AAAA', [reply(['2a04:4e42::7'])])], { tls });
    expect(brief(compare(seen))).toEqual(['dns/inconsistent notice']);
    const now = { ...seen, answers: [control('ref1'), answer('ref1', 'AAAA', [reply(['2a04:4e42::7'])])] };
    expect(brief(compare(now, [approved]))).toEqual(['dns/answer-changed notice']);
  });

  test('whose resolver invents addresses for names that do not exist gives a notice only', () => {
    const seen = evidence([
      answer('isp', 'A', [reply([GOOD])]),
      absent('ref1', [reply('NXDOMAIN')]),
      absent('isp', [reply(['203.0.113.9'])]),
    ]);
    expect(brief(compare(seen))).toEqual(['dns/nxdomain-rewritten notice']);
  });
});

describe('a lying resolver', () => {
  test.each([
    ['redirects to an impostor', [reply([GOOD, EVIL])], 'dns/redirect critical'],
    ['redirects to a block page', [reply([BLOCK_PAGE])], 'dns/redirect-bogon critical'],
    ['denies the name', [reply('NXDOMAIN')], 'dns/blocked-nxdomain critical'],
    ['refuses the name', [reply('REFUSED')], 'dns/blocked-error warning'],
    ['fails for the name', [reply('SERVFAIL')], 'dns/blocked-error notice'],
    ['is silent', [], 'dns/blocked-error notice'],
    ['is raced by a forger', [reply(['203.0.113.7']), reply([GOOD])], 'dns/injection critical'],
  ])('that %s is told', (_what, replies, found) => {
    const tls = [tlsAt(GOOD, null), tlsAt(EVIL, SELF_SIGNED, 'evil', 'CN=evil')];
    expect(brief(compare(evidence([answer('isp', 'A', replies)], { tls })))).toEqual([found]);
  });

  const impostor = [tlsAt(GOOD, null), tlsAt(EVIL, SELF_SIGNED, 'evil', 'CN=evil')];
  const blocked = { ...reply('NXDOMAIN'), errors: ['EDE 15: Blocked'] };
  const ADDRESSES = `${GOOD}, ${GOOD_V6}`;
  test.each<[string, Answer, Partial<DnsEvidence>, string, string]>([
    [
      'an impostor',
      answer('isp', 'A', [reply([GOOD, EVIL])]),
      { tls: impostor },
      `Resolver "isp" sends visitors of ${NAME} to ${EVIL}, which cannot prove that it is ${NAME} (its certificate is self-signed).`,
      `${EVIL} (${SELF_SIGNED}, issued by CN=evil), ${GOOD}`,
    ],
    [
      'a defacement',
      answer('isp', 'A', [reply([EVIL])]),
      { tls: impostor, victims: [pageAt(EVIL, 'Hacked by NoName', '')] },
      `Resolver "isp" sends visitors of ${NAME} to ${EVIL}, which serves a defacement and cannot prove that it is ${NAME} (its certificate is self-signed).`,
      `${EVIL} (${SELF_SIGNED}, issued by CN=evil)`,
    ],
    [
      'a block page',
      answer('isp', 'A', [reply([BLOCK_PAGE])]),
      {},
      `Resolver "isp" sends visitors of ${NAME} to ${BLOCK_PAGE}, an address no public site can have (private).`,
      BLOCK_PAGE,
    ],
    [
      'an opened connection',
      answer('isp', 'A', [reply([EVIL])]),
      { tls: [tlsAt(GOOD, 'SELF_SIGNED_CERT_IN_CHAIN', 'a', 'CN=spy'), tlsAt(EVIL, SELF_SIGNED, 'b', 'CN=spy')] },
      `Resolver "isp" sends visitors of ${NAME} to ${EVIL}, which cannot prove that it is ${NAME}, and neither can its known addresses: something on the way opens encrypted connections.`,
      `${EVIL} (${SELF_SIGNED}, issued by CN=spy)`,
    ],
    [
      'nothing, with a reason',
      answer('isp', 'A', [blocked]),
      {},
      `Resolver "isp" does not give ${NAME} to its users: it says the name does not exist.`,
      'NXDOMAIN (EDE 15: Blocked)',
    ],
    [
      'an error',
      answer('isp', 'A', [{ ...reply('REFUSED'), errors: ['EDE 18: Prohibited'] }]),
      {},
      `Resolver "isp" does not give ${NAME} to its users: it refuses to answer for it although it works otherwise.`,
      'REFUSED (EDE 18: Prohibited)',
    ],
    [
      'silence',
      answer('isp', 'A', []),
      {},
      `Resolver "isp" does not give ${NAME} to its users: it is silent about it although it works otherwise.`,
      'Resolver "isp" gave no answer.',
    ],
    [
      'a forged answer',
      answer('isp', 'A', [reply(['203.0.113.7']), reply([GOOD])]),
      {},
      `Answers of resolver "isp" for ${NAME} are being forged on the way: two different answers came to one question.`,
      `203.0.113.7 | ${GOOD}`,
    ],
    [
      'no DNS at all',
      answer('isp', 'A', [], { failure: { blame: 'resolver', code: 'malformed-reply', detail: 'It sent HTTP.' } }),
      {},
      `Resolver "isp" sent something that is no DNS answer when asked for ${NAME}.`,
      'It sent HTTP.',
    ],
  ])(
    'that gives %s is told in one plain sentence, codes and issuers beside it',
    (_what, given, more, summary, actual) => {
      expect(compare(evidence([given], more))).toMatchObject([{ summary, expected: ADDRESSES, actual }]);
    },
  );

  test('is named in the finding with what it says and what is expected', () => {
    const [finding] = compare(evidence([answer('isp', 'A', [reply([BLOCK_PAGE])])]));
    expect(finding).toMatchObject({ diagnosis: 'dns-redirected', actual: BLOCK_PAGE, where: 'resolver isp (udp), A' });
    expect(finding?.expected).toContain(GOOD);
  });

  test('among references is a notice: that path is ours to mend', () => {
    const seen = evidence([control('ref3'), answer('ref3', 'A', [reply('NXDOMAIN')])]);
    expect(brief(compare(seen))).toEqual(['dns/blocked-nxdomain notice']);
  });

  test('of a site without TLS is at most a warning where nothing is proven', () => {
    const tls = [tlsAt(GOOD, 'refused'), tlsAt(EVIL, 'refused')];
    const seen = evidence([answer('isp', 'A', [reply([EVIL])])], { tls });
    expect(brief(compare(seen, [], PLAIN_HTTP))).toEqual(['dns/inconsistent warning']);
  });
});

describe('one look is enough', () => {
  const foreign = [tlsAt(GOOD, null), tlsAt(EVIL, SELF_SIGNED, 'evil-key')];
  const isp = (...replies: Parameters<typeof reply>[0][]): Answer =>
    answer(
      'isp',
      'A',
      replies.map((one) => reply(one)),
    );
  test.each<[string, DnsEvidence, string, true | undefined]>([
    ['for a private address', evidence([isp([BLOCK_PAGE])]), 'dns/redirect-bogon', true],
    ['for two answers to one question', evidence([isp([EVIL], [GOOD])]), 'dns/injection', true],
    [
      'for a foreign certificate with a defacement behind it',
      evidence([isp([EVIL])], { tls: foreign, victims: [pageAt(EVIL, 'HACKED BY X', '')] }),
      'dns/redirect',
      true,
    ],
    ['not for a foreign certificate alone', evidence([isp([EVIL])], { tls: foreign }), 'dns/redirect', undefined],
    ['not for a denial', evidence([isp('NXDOMAIN')]), 'dns/blocked-nxdomain', undefined],
  ])('%s', (_, seen, code, certain) => {
    expect(compare(seen).find((finding) => finding.code === code)).toMatchObject({ severity: 'critical' });
    expect(compare(seen).find((finding) => finding.code === code)?.certain).toBe(certain);
  });
});

describe('authoritative data that changed', () => {
  const changed = (more: Partial<DnsEvidence>, addresses = [EVIL]): Finding | undefined =>
    compare(moved(addresses, more), [approved]).find(({ code }) => code === 'dns/answer-changed');

  test('to an address whose certificate does not prove the name is a redirect', () => {
    const finding = changed({ tls: [tlsAt(EVIL, SELF_SIGNED, 'evil', 'CN=evil')] });
    expect(finding).toMatchObject({
      severity: 'critical',
      diagnosis: 'dns-redirected',
      summary: `${NAME} now points to ${EVIL}, which was not approved and cannot prove that it is ${NAME} (its certificate is self-signed).`,
      actual: `${EVIL} (${SELF_SIGNED}, issued by CN=evil)`,
    });
  });

  test('in one of several addresses is told for that address', () => {
    const finding = changed({ tls: [tlsAt(EVIL, SELF_SIGNED, 'evil', 'CN=evil')] }, [GOOD, EVIL]);
    expect(finding).toMatchObject({ severity: 'critical', actual: `${EVIL} (${SELF_SIGNED}, issued by CN=evil)` });
  });

  test('to an unproven address is a warning, to a neighbour a notice', () => {
    expect(changed({ tls: [tlsAt(EVIL, 'refused')] })?.severity).toBe('warning');
    expect(changed({ tls: [tlsAt(NEAR, 'refused')] }, [NEAR])?.severity).toBe('notice');
  });

  test('to an address that shows the approved key is a notice', () => {
    expect(changed({ tls: [tlsAt(EVIL, 'CERT_HAS_EXPIRED')] })?.severity).toBe('notice');
  });

  test('to an address the watchlist allows is nothing', () => {
    const settings = {
      ...SETTINGS,
      allow: { ...SETTINGS.allow, addresses: [`${EVIL}/32`], cnames: ['*.example.net'] },
    };
    expect(compare(moved([EVIL]), [approved], settings)).toEqual([]);
  });

  test('to another alias is told unless allowed', () => {
    const seen = moved([GOOD], { tls: [tlsAt(GOOD, null)] });
    expect(brief(compare(seen, [approved]))).toEqual(['dns/cname-changed notice']);
    expect(brief(compare(moved([GOOD]), [approved], FROZEN))).toEqual(['dns/cname-changed warning']);
    const allowed = { ...SETTINGS, allow: { ...SETTINGS.allow, cnames: ['*.cdn.example.net'] } };
    expect(compare(seen, [approved], allowed)).toEqual([]);
  });

  test('to new name servers asks a person, during an event it calls, and allowed ones are only noted', () => {
    const seen = evidence([nameservers('ref1', 'ns1.example.org', 'ns.evil.net')]);
    expect(brief(compare(seen, [approved]))).toEqual([
      'dns/authority-changed warning',
      'dns/nameservers-changed notice',
    ]);
    expect(brief(compare(seen, [approved], FROZEN))).toContain('dns/authority-changed critical');
    const allowed = { ...SETTINGS, allow: { ...SETTINGS.allow, nameservers: ['ns.evil.net'] } };
    expect(brief(compare(seen, [approved], allowed))).toEqual(['dns/nameservers-changed notice']);
  });

  test('so that the name has no address any more is an outage', () => {
    const seen = { ...evidence([]), answers: [control('ref1'), answer('ref1', 'A', [reply('NXDOMAIN')])] };
    expect(compare(seen, [approved])).toContainEqual(
      expect.objectContaining({
        code: 'dns/no-address',
        severity: 'critical',
        summary: `The resolvers we trust say that ${NAME} has no address.`,
        actual: 'NXDOMAIN',
      }),
    );
  });

  test('is not reported where the references could not be asked', () => {
    const seen = { ...evidence([]), answers: [control('ref1', false), answer('ref1', 'A', [])] };
    expect(brief(compare(seen, [approved]))).toEqual(['dns/resolver-failing notice']);
    expect(dns.failures(seen)).toMatchObject([{ blame: 'resolver', code: 'resolvers-unusable' }]);
  });
});

describe('the check', () => {
  const site: SiteFacts = { id: 's', url: `https://${NAME}:8443/live`, name: NAME, content: 'living', options: {} };

  test('does not apply to a site that is an address', () => {
    expect(dns.configure({ ...site, name: '192.0.2.7' })).toHaveProperty('notApplicable');
    expect(dns.configure({ ...site, name: '[2001:db8::1]' })).toHaveProperty('notApplicable');
  });

  test('shakes hands where the site is served, and at 443 for a site without TLS', () => {
    expect(dns.configure(site)).toMatchObject({ settings: { tlsPort: 8443, secure: true } });
    const plain = { ...site, url: `http://${NAME}:8080/` };
    expect(dns.configure(plain)).toMatchObject({ settings: { tlsPort: 443, secure: false } });
    expect(dns.configure({ ...site, url: null })).toMatchObject({
      settings: { url: `https://${NAME}/`, tlsPort: 443 },
    });
  });

  test('refuses an allow list that allows nothing', () => {
    const allow = (key: string, value: unknown): boolean => dnsOptions.safeParse({ allow: { [key]: [value] } }).success;
    expect([allow('addresses', '203.0.113.0/24'), allow('addresses', '203.0.113.0/99')]).toEqual([true, false]);
    expect([allow('cnames', '*.cdn.example.net'), allow('cnames', '*')]).toEqual([true, false]);
    expect([allow('nameservers', 'ns1.example.org'), allow('nameservers', 'ns 1')]).toEqual([true, false]);
    expect([allow('asns', 64500), allow('asns', -1), allow('asn', 1)]).toEqual([true, false, false]);
  });

  test('approves all that any sample showed, and none of the packets', () => {
    const other = evidence([answer('ref3', 'A', [reply([CDN])])]);
    const combined = dns.combine([evidence([]), other, other]);
    expect(compare(moved([CDN], {}), [combined]).map(({ code }) => code)).not.toContain('dns/answer-changed');
    expect(combined.answers.filter((one) => one.resolver.name === 'ref3')).toHaveLength(1);
    expect(combined.answers.some((one) => one.asked === 'control')).toBe(false);
    expect(evidenceSchema.parse(combined)).toEqual(combined);
    expect(combined).not.toHaveProperty('asns');
  });

  test('keeps with what is approved the autonomous systems that any sample knew, and reads them back', () => {
    const gone = absent('isp', [reply([EVIL])]);
    const one = evidence([gone], { asns: { [GOOD]: 64_500, [EVIL]: 64_666 } });
    const other = evidence([answer('ref3', 'A', [reply([CDN])])], { asns: { [CDN]: 64_501 } });
    const combined = dns.combine([one, evidence([]), other]);
    expect(combined.asns).toEqual({ [GOOD]: 64_500, [CDN]: 64_501 });
    expect(evidenceSchema.parse(combined)).toEqual(combined);
  });

  test('says every code it reports in its list', () => {
    const known = new Set(dns.codes.map(({ code }) => code));
    const seen = evidence([answer('isp', 'A', [reply([BLOCK_PAGE])]), nameservers('ref1', 'x.example')]);
    expect(compare(seen, [approved]).every(({ code }) => known.has(code))).toBe(true);
  });

  test('shows what is to be approved beside what was, as text', () => {
    const shown = dns.exhibit(moved([CDN]), [approved], SETTINGS).texts[0];
    expect(shown?.before).toContain(`A ${GOOD}`);
    expect(shown?.before).toContain('NS ns1.example.org');
    expect(shown?.after).toBe(`A ${CDN}\nCNAME x.cdn.example.net`);
  });

  test('shows every resolver, whatever an operator calls it, and names evidence files itself', () => {
    const raw = { sha256: 'x', mime: 'application/dns-message', bytes: new Uint8Array([1]) };
    const seen = evidence([answer('../../etc/passwd', 'A', [reply([BLOCK_PAGE], { raw })])]);
    const shown = dns.exhibit(seen, [], SETTINGS);
    expect(shown.resolvers.find((row) => row.resolver === '../../etc/passwd')).toMatchObject({
      type: 'A',
      verdict: 'REDIRECT_BOGON',
      answers: [BLOCK_PAGE],
      rcode: 'NOERROR',
    });
    expect(shown.members.map(({ name }) => name)).toEqual(['dns/007-etc-passwd-name-A-1.bin']);
  });
});
