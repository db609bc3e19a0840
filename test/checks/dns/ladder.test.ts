import { describe, expect, test } from 'vitest';
import type { Answer, DnsEvidence } from '../../../src/checks/dns/evidence.js';
import type { VerdictId } from '../../../src/checks/dns/judgement.js';
import { judgeAnswers, nxRewriters } from '../../../src/checks/dns/ladder.js';
import { resolvers } from '../../../src/checks/dns/path-comparers.js';
import type { DnsSettings } from '../../../src/checks/dns/settings.js';
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
  NEAR,
  PLAIN_HTTP,
  pageAt,
  REFERENCES,
  reply,
  SETTINGS,
  tlsAt,
} from './sample.js';

interface Case {
  readonly what: string;
  /** The answer of the witness `isp`. */
  readonly given: Answer;
  readonly and?: readonly Answer[];
  readonly seen?: Partial<DnsEvidence>;
  readonly accepted?: readonly DnsEvidence[];
  readonly settings?: DnsSettings;
  readonly verdict: VerdictId;
  readonly confidence: number;
}

const a = (...addresses: string[]): Answer => answer('isp', 'A', [reply(addresses)]);
const aaaa = (...addresses: string[]): Answer => answer('isp', 'AAAA', [reply(addresses)]);
const silent = answer('isp', 'A', []);
const proven = tlsAt(GOOD, null);
const foreign = tlsAt(EVIL, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'evil-key', 'CN=State MITM CA');
const closed = { tls: [tlsAt(GOOD, 'refused'), tlsAt(EVIL, 'refused')] };

const allowing = (settings: DnsSettings, ...asns: number[]): DnsSettings => ({
  ...settings,
  allow: { ...settings.allow, asns },
});
const AS = 64_500;
const noRoute = { blame: 'monitor', code: 'network-unreachable', detail: 'no route' } as const;

const CASES: readonly Case[] = [
  { what: 'the references give the address too', given: a(GOOD), verdict: 'CONSISTENT_IP', confidence: 0.99 },
  {
    what: 'the address is only in the approved baseline',
    given: a(NEAR),
    accepted: [evidence([answer('ref1', 'A', [reply([NEAR])])])],
    verdict: 'CONSISTENT_IP',
    confidence: 0.99,
  },
  {
    what: 'the watchlist allows the range',
    given: a(CDN),
    settings: { ...SETTINGS, allow: { ...SETTINGS.allow, addresses: ['151.101.0.0/16'] } },
    verdict: 'CONSISTENT_IP',
    confidence: 0.99,
  },
  {
    what: 'a DNS64 resolver wraps a genuine address',
    given: aaaa('64:ff9b::5db8:d822'),
    verdict: 'CONSISTENT_IP',
    confidence: 0.99,
  },
  {
    what: 'a CDN address proves itself by its certificate',
    given: a(CDN),
    seen: { tls: [proven, tlsAt(CDN, null)] },
    verdict: 'CONSISTENT_TLS',
    confidence: 0.97,
  },
  {
    what: 'a private address inside proves itself by its certificate',
    given: a('10.0.0.5'),
    seen: { tls: [tlsAt('10.0.0.5', null)] },
    verdict: 'CONSISTENT_TLS',
    confidence: 0.97,
  },
  {
    what: 'the site has a private authority and the address shows its key',
    given: a(CDN),
    seen: { tls: [tlsAt(GOOD, 'SELF_SIGNED'), tlsAt(CDN, 'SELF_SIGNED')] },
    verdict: 'CONSISTENT_TLS',
    confidence: 0.9,
  },
  { what: 'a block-page address', given: a(BLOCK_PAGE), verdict: 'REDIRECT_BOGON', confidence: 0.97 },
  {
    what: 'one rogue address among good ones',
    given: a(GOOD, BLOCK_PAGE),
    verdict: 'REDIRECT_BOGON',
    confidence: 0.97,
  },
  {
    what: 'the owner publishes private addresses too, and TLS fails',
    given: a('10.9.9.9'),
    accepted: [evidence([answer('ref1', 'A', [reply(['10.0.0.5'])])])],
    seen: { tls: [proven, tlsAt('10.9.9.9', 'SELF_SIGNED', 'other', 'CN=other')] },
    verdict: 'REDIRECT',
    confidence: 0.95,
  },
  {
    what: 'a foreign certificate while references prove the name',
    given: a(EVIL),
    seen: { tls: [proven, foreign] },
    verdict: 'REDIRECT',
    confidence: 0.95,
  },
  {
    what: 'one rogue address with a foreign certificate among good ones',
    given: a(GOOD, EVIL),
    seen: { tls: [proven, foreign] },
    verdict: 'REDIRECT',
    confidence: 0.95,
  },
  {
    what: 'an IPv6 address only the witness gives, with a foreign certificate',
    given: aaaa(GOOD_V6, '2a02:dead::1'),
    seen: { tls: [proven, { ...foreign, address: '2a02:dead::1' }] },
    verdict: 'REDIRECT',
    confidence: 0.95,
  },
  {
    what: 'a foreign certificate and a defaced page',
    given: a(EVIL),
    seen: { tls: [proven, foreign], victims: [pageAt(EVIL, 'HACKED BY X', 'defaced')] },
    verdict: 'REDIRECT',
    confidence: 0.99,
  },
  {
    what: 'references show the same foreign issuer: the network intercepts TLS',
    given: a(EVIL),
    seen: { tls: [tlsAt(GOOD, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'mitm-1', 'CN=State MITM CA'), foreign] },
    verdict: 'TLS_INTERCEPT',
    confidence: 0.95,
  },
  {
    what: 'nobody speaks TLS and the page is a block page',
    given: a(EVIL),
    settings: PLAIN_HTTP,
    seen: { ...closed, victims: [pageAt(EVIL, 'Notice', 'This website is blocked by order of the court')] },
    verdict: 'REDIRECT_CONTENT',
    confidence: 0.95,
  },
  {
    what: 'nobody speaks TLS and the address is a neighbour',
    given: a(NEAR),
    settings: PLAIN_HTTP,
    seen: closed,
    verdict: 'CONSISTENT_ASN',
    confidence: 0.8,
  },
  {
    what: 'nobody speaks TLS and a reference address is in the same autonomous system',
    given: a(CDN),
    settings: PLAIN_HTTP,
    seen: { tls: [tlsAt(GOOD, 'refused'), tlsAt(CDN, 'refused')], asns: { [GOOD]: AS, [CDN]: AS } },
    verdict: 'CONSISTENT_ASN',
    confidence: 0.8,
  },
  {
    what: 'nobody speaks TLS and an approved address was in the same autonomous system',
    given: a(CDN),
    settings: PLAIN_HTTP,
    seen: { tls: [tlsAt(CDN, 'refused')], asns: { [CDN]: AS } },
    accepted: [evidence([answer('ref1', 'A', [reply([EVIL])])], { asns: { [EVIL]: AS } })],
    verdict: 'CONSISTENT_ASN',
    confidence: 0.8,
  },
  {
    what: 'this machine has no route to an address in the autonomous system of a reference address',
    given: aaaa('2a04:4e42::7'),
    seen: {
      tls: [proven, { ...tlsAt('2a04:4e42::7', 'refused'), failure: noRoute }],
      asns: { [GOOD_V6]: AS, '2a04:4e42::7': AS },
    },
    verdict: 'CONSISTENT_ASN',
    confidence: 0.8,
  },
  {
    what: 'an address in the same autonomous system is silent where reference addresses prove the name',
    given: a(EVIL),
    seen: { tls: [proven, tlsAt(EVIL, 'refused')], asns: { [GOOD]: AS, [EVIL]: AS } },
    verdict: 'INCONSISTENT',
    confidence: 0.5,
  },
  {
    what: 'an address in the same autonomous system was not tried by TLS',
    given: a(EVIL),
    seen: { tls: [], asns: { [GOOD]: AS, [EVIL]: AS } },
    verdict: 'INCONSISTENT',
    confidence: 0.5,
  },
  {
    what: 'an address in the same autonomous system shows a foreign certificate',
    given: a(EVIL),
    seen: { tls: [proven, foreign], asns: { [GOOD]: AS, [EVIL]: AS } },
    verdict: 'REDIRECT',
    confidence: 0.95,
  },
  {
    what: 'an address in the same autonomous system shows a foreign certificate and no reference address any',
    given: a(EVIL),
    settings: allowing(SETTINGS, AS),
    seen: { tls: [tlsAt(GOOD, 'refused'), foreign], asns: { [GOOD]: AS, [EVIL]: AS } },
    verdict: 'INCONSISTENT',
    confidence: 0.5,
  },
  {
    what: 'an address in the same autonomous system serves a block page',
    given: a(EVIL),
    settings: allowing(PLAIN_HTTP, AS),
    seen: {
      ...closed,
      victims: [pageAt(EVIL, 'Notice', 'This website is blocked by order of the court')],
      asns: { [GOOD]: AS, [EVIL]: AS },
    },
    verdict: 'REDIRECT_CONTENT',
    confidence: 0.95,
  },
  {
    what: 'two addresses are in the system 0, which is nobody',
    given: a(CDN),
    settings: allowing(PLAIN_HTTP, 0),
    seen: { tls: [tlsAt(CDN, 'refused')], asns: { [GOOD]: 0, [CDN]: 0 } },
    verdict: 'INCONSISTENT',
    confidence: 0.5,
  },
  {
    what: 'of neither address the autonomous system is known',
    given: a(CDN),
    settings: PLAIN_HTTP,
    seen: { tls: [tlsAt(CDN, 'refused')], asns: {} },
    verdict: 'INCONSISTENT',
    confidence: 0.5,
  },
  {
    what: 'the watchlist allows the autonomous system of an address that is silent by TLS',
    given: a(CDN),
    settings: allowing(SETTINGS, 64_999, AS),
    seen: { tls: [proven, tlsAt(CDN, 'refused')], asns: { [CDN]: AS } },
    verdict: 'CONSISTENT_ASN',
    confidence: 0.8,
  },
  {
    what: 'the watchlist allows the autonomous system of an address that shows a foreign certificate',
    given: a(EVIL),
    settings: allowing(SETTINGS, AS),
    seen: { tls: [proven, foreign], asns: { [EVIL]: AS } },
    verdict: 'REDIRECT',
    confidence: 0.95,
  },
  {
    what: 'the watchlist allows the autonomous system somebody gave a private address',
    given: a(BLOCK_PAGE),
    settings: allowing(SETTINGS, AS),
    seen: { asns: { [BLOCK_PAGE]: AS } },
    verdict: 'REDIRECT_BOGON',
    confidence: 0.97,
  },
  {
    what: 'a neighbour in a private range is nobody in particular',
    given: a('10.0.0.9'),
    accepted: [evidence([answer('ref1', 'A', [reply(['10.0.0.5'])])])],
    seen: { tls: [tlsAt('10.0.0.9', 'refused')] },
    verdict: 'INCONSISTENT',
    confidence: 0.5,
  },
  {
    what: 'a neighbour that shows a foreign certificate is no friend',
    given: a(NEAR),
    seen: { tls: [proven, { ...foreign, address: NEAR }] },
    verdict: 'REDIRECT',
    confidence: 0.95,
  },
  {
    what: 'nobody speaks TLS and both addresses serve the same page',
    given: a(CDN),
    settings: PLAIN_HTTP,
    seen: {
      ...closed,
      victims: [pageAt(CDN, 'Fair', 'the fair opens')],
      genuine: pageAt(GOOD, 'Fair', 'the fair opens'),
    },
    verdict: 'CONSISTENT_ASN',
    confidence: 0.6,
  },
  {
    what: 'nobody speaks TLS and nothing explains the address',
    given: a(EVIL),
    settings: PLAIN_HTTP,
    seen: closed,
    verdict: 'INCONSISTENT',
    confidence: 0.5,
  },
  {
    what: 'this machine has no route to the address',
    given: aaaa('2a04:4e42::7'),
    seen: {
      tls: [
        proven,
        {
          ...tlsAt('2a04:4e42::7', 'refused'),
          failure: { blame: 'monitor', code: 'network-unreachable', detail: 'no route' },
        },
      ],
    },
    verdict: 'INCONSISTENT',
    confidence: 0.3,
  },
  { what: 'the name is denied', given: answer('isp', 'A', [reply('NXDOMAIN')]), verdict: 'BLOCK_NX', confidence: 0.8 },
  { what: 'the address is denied', given: a(), verdict: 'BLOCK_NX', confidence: 0.8 },
  {
    what: 'only IPv6 is left out',
    given: aaaa(),
    and: [a(GOOD)],
    verdict: 'CONSISTENT_IP',
    confidence: 0.6,
  },
  {
    what: 'a refusal of a resolver that works otherwise',
    given: answer('isp', 'A', [reply('REFUSED')]),
    verdict: 'BLOCK_ERR',
    confidence: 0.3,
  },
  { what: 'silence of a resolver that works otherwise', given: silent, verdict: 'BLOCK_ERR', confidence: 0.3 },
  {
    what: 'a reply that cannot be read, from a resolver whose others can',
    given: { ...silent, malformed: [{ problem: 'cut short', raw: null }] },
    verdict: 'MALFORMED',
    confidence: 0.6,
  },
  { what: 'replies to other questions only', given: { ...silent, ignored: 3 }, verdict: 'MALFORMED', confidence: 0.3 },
  {
    what: 'a forged answer first and the genuine one after it',
    given: answer('isp', 'A', [reply(['203.0.113.77']), reply([GOOD])]),
    verdict: 'INJECTION_ONPATH',
    confidence: 0.98,
  },
  {
    what: 'the genuine answer first and a denial after it',
    given: answer('isp', 'A', [reply([GOOD]), reply('NXDOMAIN')]),
    verdict: 'INJECTION_ONPATH',
    confidence: 0.98,
  },
  {
    what: 'the same answer twice in another order',
    given: answer('isp', 'A', [reply([GOOD, CDN]), reply([CDN, GOOD])]),
    seen: { tls: [tlsAt(CDN, null)] },
    verdict: 'CONSISTENT_TLS',
    confidence: 0.97,
  },
  {
    what: 'two parts of a rotation that are both genuine',
    given: answer('isp', 'A', [reply([GOOD]), reply([CDN])]),
    seen: { tls: [tlsAt(CDN, null)] },
    verdict: 'CONSISTENT_TLS',
    confidence: 0.97,
  },
  {
    what: 'a failure beside an answer',
    given: answer('isp', 'A', [reply([GOOD]), reply('SERVFAIL')]),
    verdict: 'CONSISTENT_IP',
    confidence: 0.99,
  },
];

describe('one answer against the truth', () => {
  test.each(CASES)(
    '$verdict: $what',
    ({ given, and = [], seen, accepted = [], settings = SETTINGS, verdict, confidence }) => {
      const rows = judgeAnswers(evidence([given, ...and], seen), accepted, settings);
      const row = rows.find(({ answer: judged }) => judged === given);
      expect(row?.judgement).toMatchObject({ verdict, confidence });
      expect(row?.judgement.why).not.toBe('');
    },
  );
});

describe('a resolver that does not work', () => {
  const dead = (given: Answer): DnsEvidence => {
    const seen = evidence([given]);
    const answers = seen.answers.filter((one) => !(one.asked === 'control' && one.resolver.name === 'isp'));
    return { ...seen, answers: [...answers, control('isp', false)] };
  };
  const verdictOf = (given: Answer): string | undefined =>
    judgeAnswers(dead(given), [], SETTINGS).find(({ answer: judged }) => judged === given)?.judgement.verdict;

  test('says nothing about the name by its silence', () => {
    expect(verdictOf(silent)).toBe('UNMEASURABLE');
  });

  test.each([
    ['certificate-invalid', 'PATH_INTERCEPTED'],
    ['certificate-expired', 'UNMEASURABLE'],
    ['connect-timeout', 'UNMEASURABLE'],
  ])('whose encrypted path ends with %s is %s, and is nobody’s fault at the site', (code, expected) => {
    const failure = {
      blame: 'resolver',
      code,
      detail: 'ref3 shows a certificate (UNABLE_TO_GET_ISSUER_CERT)',
    } as const;
    const cut = answer('ref3', 'A', [], { failure });
    const seen = evidence([cut]);
    expect(judgeAnswers(seen, [], SETTINGS).find((row) => row.answer === cut)?.judgement.verdict).toBe(expected);
    const found = resolvers.compare(seen, [], SETTINGS).map(({ code: told, severity }) => `${told} ${severity}`);
    const isCut = expected === 'PATH_INTERCEPTED';
    expect(found).toEqual([isCut ? 'dns/path-intercepted notice' : 'dns/resolver-failing notice']);
  });

  test('says nothing about the name by its silence, or failure, where it stopped working meanwhile', () => {
    const failing = answer('isp', 'A', [reply('SERVFAIL')]);
    const verdict = (given: Answer, after: Answer): string | undefined => {
      const seen = evidence([given]);
      const rows = judgeAnswers({ ...seen, answers: [...seen.answers, after] }, [], SETTINGS);
      return rows.find((row) => row.answer === given)?.judgement.verdict;
    };
    expect([silent, failing].map((given) => verdict(given, control('isp')))).toEqual(['BLOCK_ERR', 'BLOCK_ERR']);
    expect([silent, failing].map((given) => verdict(given, control('isp', false)))).toEqual([
      'UNMEASURABLE',
      'UNMEASURABLE',
    ]);
    // What it gives or denies stands: whoever can make it fail afterwards must not excuse a lie by that.
    expect(verdict(answer('isp', 'A', [reply('NXDOMAIN')]), control('isp', false))).toBe('BLOCK_NX');
    expect(verdict(a(BLOCK_PAGE), control('isp', false))).toBe('REDIRECT_BOGON');
  });

  test('says nothing about the name by refusing everything', () => {
    expect(verdictOf(answer('isp', 'A', [reply('REFUSED')]))).toBe('UNMEASURABLE');
  });

  test('is believed to deny this name when it only refuses the root, as a server of few zones does', () => {
    const nobody = answer('isp', 'A', [reply('NXDOMAIN')]);
    const seen = evidence([nobody]);
    const others = seen.answers.filter((one) => !(one.asked === 'control' && one.resolver.name === 'isp'));
    const refusal = (rcode: string): Answer => answer('isp', 'SOA', [reply(rcode)], { asked: 'control', name: '.' });
    const verdict = (rcode: string): string | undefined =>
      judgeAnswers({ ...seen, answers: [...others, refusal(rcode)] }, [], SETTINGS).find((row) => row.answer === nobody)
        ?.judgement.verdict;
    expect(verdict('REFUSED')).toBe('BLOCK_NX');
    expect(verdict('NXDOMAIN')).toBe('UNMEASURABLE');
  });

  test('is still judged by an address it gives', () => {
    expect(verdictOf(a(BLOCK_PAGE))).toBe('REDIRECT_BOGON');
  });
});

describe('without the references', () => {
  const blind = (given: Answer, more: Partial<DnsEvidence> = {}): DnsEvidence => {
    const seen = evidence([given], more);
    return { ...seen, answers: seen.answers.filter((one) => !REFERENCES.includes(one)) };
  };
  const judged = (seen: DnsEvidence, accepted: readonly DnsEvidence[] = []): string | undefined =>
    judgeAnswers(seen, accepted, SETTINGS)[0]?.judgement.verdict;

  test('an address can still prove itself', () => {
    expect(judged(blind(a(CDN), { tls: [tlsAt(CDN, null)] }))).toBe('CONSISTENT_TLS');
  });

  test('an address that does not is not called a lie', () => {
    expect(judged(blind(a(EVIL), { tls: [tlsAt(EVIL, 'refused')] }))).toBe('UNMEASURABLE');
    expect(judged(blind(a(BLOCK_PAGE)))).toBe('UNMEASURABLE');
  });

  test('the approved baseline still tells a lie', () => {
    expect(judged(blind(a(BLOCK_PAGE)), [evidence([])])).toBe('REDIRECT_BOGON');
  });
});

describe('a name that does not exist', () => {
  const nobody = (role: 'ref1' | 'isp'): Answer => answer(role, 'A', [reply('NXDOMAIN')]);

  test('is agreed on', () => {
    const seen = { ...evidence([]), answers: [control('ref1'), control('isp'), nobody('ref1'), nobody('isp')] };
    expect(judgeAnswers(seen, [], FROZEN).map(({ judgement }) => judgement.verdict)).toEqual([
      'CONSISTENT_IP',
      'CONSISTENT_IP',
    ]);
  });

  test('and gets an address from a portal is rewritten', () => {
    const seen = { ...evidence([]), answers: [control('ref1'), nobody('ref1'), a('203.0.113.99')] };
    expect(judgeAnswers(seen, [], SETTINGS)[1]?.judgement).toMatchObject({ verdict: 'NX_REWRITE', confidence: 0.95 });
  });

  test('made up in the zone shows who rewrites', () => {
    const seen = evidence([absent('ref1', [reply('NXDOMAIN')]), absent('isp', [reply(['203.0.113.99'])])]);
    expect(nxRewriters(seen).map(({ answer: given }) => given.resolver.name)).toEqual(['isp']);
  });

  test('made up in a zone with a wildcard shows nothing', () => {
    const seen = evidence([absent('ref1', [reply([GOOD])]), absent('isp', [reply([GOOD])])]);
    expect(nxRewriters(seen)).toEqual([]);
  });
});
